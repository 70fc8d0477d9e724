#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/specification.h"
#include "gateway/app/terminal.h"
#include "gateway/intake/http/openapi.h"
#include "gateway/intake/soap/operations.h"
#include "gateway/intake/soap/schema_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/schema.h"

namespace yht::app {
namespace {

const char* retryName(base::Retry retry) {
    switch (retry) {
        case base::Retry::Never: return "never";
        case base::Retry::Fixed: return "when mended";
        case base::Retry::Later: return "later";
    }
    YHT_ASSERT(false);
}

int printErrorsJson() {
    rapidjson::StringBuffer buffer;
    json::Writer writer(buffer);
    writer.StartArray();
    for (const auto& row : base::errorTable()) {
        writer.StartObject();
        json::writeText(writer, "code", row.wire);
        writer.Key("http_status");
        writer.Int(row.http_status);
        json::writeText(writer, "retry", retryName(row.retry));
        json::writeText(writer, "en", row.en);
        json::writeText(writer, "zh", row.zh);
        writer.EndObject();
    }
    writer.EndArray();
    std::cout << buffer.GetString() << '\n';
    return kExitOk;
}

}  // namespace

int printDocument(const DocumentFormat& format, const std::string& text, bool json) {
    if (!json) {
        std::cout << text;
        return kExitOk;
    }
    rapidjson::StringBuffer buffer;
    json::Writer writer(buffer);
    writer.StartObject();
    json::writeText(writer, "format", format.format);
    json::writeText(writer, "media_type", format.media_type);
    json::writeText(writer, "document", text);
    writer.EndObject();
    std::cout << buffer.GetString() << '\n';
    return kExitOk;
}

int printSchema(const std::string& what, bool json) {
    if (what == "spec") return printDocument({"specification", "text/html"}, specificationHtml(), json);
    if (what == "openapi") return printDocument({"openapi", "application/yaml"}, http::openApiText(), json);
    if (what == "xsd") return printDocument({"xsd", "application/xml"}, soap::schemaText(), json);
    if (what == "wsdl") {
        const std::string address = std::string("https://gateway.example:8443") + soap::kPath;
        return printDocument({"wsdl", "application/xml"}, soap::wsdlText(address), json);
    }
    if (what == "docs") {
        std::cout << (json ? ticket::referenceJson() : ticket::referencePage());
        return kExitOk;
    }
    YHT_ASSERT(what == "json");
    std::cout << ticket::jsonSchema();
    return kExitOk;
}

int printCodes(const std::string& list) {
    if (list.empty() || ticket::findCodeList(list) != nullptr) {
        std::cout << ticket::codesJson(list);
        return kExitOk;
    }
    std::cerr << "no code list 没有代码表 " << list << "; there are 现有:";
    for (const auto& row : ticket::codeLists()) std::cerr << ' ' << row.list;
    std::cerr << '\n';
    return kExitData;
}

int printErrors(bool json) {
    if (json) return printErrorsJson();
    Table table{{"code", "HTTP", "send again", "English", "中文"}, {}};
    for (const auto& row : base::errorTable()) {
        table.rows.push_back({row.wire, std::to_string(row.http_status), retryName(row.retry), row.en, row.zh});
    }
    print(std::cout, table);
    return kExitOk;
}

}  // namespace yht::app
