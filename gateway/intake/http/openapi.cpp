#include "gateway/intake/http/openapi.h"

#include "embedded/kOpenApiYaml.h"
#include "gateway/base/assert.h"
#include "gateway/base/error.h"
#include "gateway/json/json.h"
#include "gateway/ticket/catalogue.h"
#include "gateway/ticket/finding.h"
#include "gateway/ticket/fold.h"
#include "gateway/ticket/schema.h"
#include "gateway/ticket/validate.h"

namespace yht::http {

namespace {

constexpr std::size_t kSchemasIndent = 4;  // below components: schemas:
constexpr std::string_view kDefinitionsOfJsonSchema = "#/$defs/";
constexpr std::string_view kDefinitionsOfOpenApi = "#/components/schemas/";

/// Block-style YAML of JSON values: strings as JSON writes them, which YAML reads the same way.
class YamlWriter {
public:
    explicit YamlWriter(std::string& out) : out_(out) {}

    void member(std::size_t indent, std::string_view name, const rapidjson::Value& value) {
        out_.append(indent, ' ').append(quotedName(name)).append(":");
        below(indent, value);
    }

private:
    /// `value`, whose "name:" or "-" has been written at `indent`.
    void below(std::size_t indent, const rapidjson::Value& value) {
        if (value.IsObject() && !value.ObjectEmpty()) {
            out_ += '\n';
            for (const auto& each : value.GetObject()) {
                member(indent + 2, {each.name.GetString(), each.name.GetStringLength()}, each.value);
            }
        } else if (value.IsArray() && !value.Empty()) {
            out_ += '\n';
            for (const auto& each : value.GetArray()) {
                out_.append(indent + 2, ' ').append("-");
                below(indent + 2, each);
            }
        } else {
            out_.append(" ").append(json::write(value)).append("\n");
        }
    }

    static std::string quotedName(std::string_view name) {
        const bool plain = name.find_first_not_of(
                               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"
                           ) == name.npos;
        return plain ? std::string(name) : '"' + std::string(name) + '"';
    }

    std::string& out_;
};

/// References of the record schema as references within this file.
void relocate(rapidjson::Value& value, rapidjson::Document::AllocatorType& allocator) {
    if (value.IsArray()) {
        for (auto& each : value.GetArray()) relocate(each, allocator);
    }
    if (!value.IsObject()) return;
    for (auto& each : value.GetObject()) {
        const std::string text = each.value.IsString() ? each.value.GetString() : "";
        if (each.name == "$ref" && text.starts_with(kDefinitionsOfJsonSchema)) {
            const std::string moved = std::string(kDefinitionsOfOpenApi) +
                                      text.substr(kDefinitionsOfJsonSchema.size());
            each.value.SetString(moved, allocator);
        } else {
            relocate(each.value, allocator);
        }
    }
}

/// "record", the ten kinds, their types and code lists.
void addRecordSchemas(std::string& out) {
    rapidjson::Document schema;
    // Not json::parse: lengths and bounds must stay numbers here.
    schema.Parse(ticket::jsonSchema());
    YHT_ASSERT(!schema.HasParseError());
    relocate(schema, schema.GetAllocator());
    rapidjson::Value record(rapidjson::kObjectType);
    record.AddMember("title", schema["title"], schema.GetAllocator());
    record.AddMember("oneOf", schema["oneOf"], schema.GetAllocator());
    YamlWriter writer(out);
    writer.member(kSchemasIndent, "record", record);
    for (const auto& each : schema["$defs"].GetObject()) {
        writer.member(kSchemasIndent, each.name.GetString(), each.value);
    }
}

/// A list of names with what each means, as an enum with its table beside it.
class NameList {
public:
    explicit NameList(const char* description) : document_(rapidjson::kObjectType) {
        add(document_, "type", "string");
        add(document_, "description", description);
        names_.SetArray();
        rows_.SetArray();
    }
    void name(const char* name) { names_.PushBack(rapidjson::Value(name, allocator()), allocator()); }
    void row(const char* name, int http_status, const char* zh, const char* en) {
        this->name(name);
        rapidjson::Value row(rapidjson::kObjectType);
        add(row, "code", name);
        if (http_status != 0) row.AddMember("status", http_status, allocator());
        add(row, "zh", zh);
        add(row, "en", en);
        rows_.PushBack(row, allocator());
    }
    void write(std::string& out, const char* schema_name) {
        document_.AddMember("enum", names_, allocator());
        if (!rows_.Empty()) document_.AddMember("x-table", rows_, allocator());
        YamlWriter(out).member(kSchemasIndent, schema_name, document_);
    }

private:
    rapidjson::Document::AllocatorType& allocator() { return document_.GetAllocator(); }
    void add(rapidjson::Value& object, const char* name, const char* value) {
        object.AddMember(
            rapidjson::Value(name, allocator()), rapidjson::Value(value, allocator()), allocator()
        );
    }

    rapidjson::Document document_;
    rapidjson::Value names_, rows_;
};

void addNameLists(std::string& out) {
    NameList kinds("记录种类 Kinds of record");
    for (const auto& row : ticket::kindTable()) kinds.name(row.name);
    kinds.write(out, "record_kind");
    NameList states("工单状态 States of a ticket");
    for (const auto& row : ticket::stateTable()) states.name(row.name);
    states.write(out, "ticket_state");
    NameList errors("错误代码 Error codes");
    for (const auto& row : base::errorTable()) errors.row(row.wire, row.http_status, row.zh, row.en);
    errors.write(out, "error_code");
    NameList rules("字段错误代码 Codes of field errors");
    for (const auto& row : ticket::ruleTable()) rules.row(row.code, 0, row.zh, row.en);
    rules.write(out, "field_error_code");
    NameList findings("工单问题代码 Codes of findings");
    for (const auto& row : ticket::findingTable()) findings.row(row.code, 0, row.zh, row.en);
    findings.write(out, "finding_code");
}

std::string makeText() {
    const auto mark = embedded::kOpenApiYaml.find(kOpenApiPrintedMark);
    YHT_ASSERT(mark != std::string_view::npos);
    const auto end_of_line = embedded::kOpenApiYaml.find('\n', mark);
    std::string text(embedded::kOpenApiYaml.substr(0, end_of_line + 1));
    addNameLists(text);
    addRecordSchemas(text);
    return text;
}

}  // namespace

const std::string& openApiText() {
    static const std::string text = makeText();
    return text;
}

}  // namespace yht::http
