#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/problem.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/schema.h"

namespace yht::http {

base::Result<Answer> getCodes(Services&, const Request& request) {
    const auto* list = ticket::findCodeList(request.path.at("list"));
    if (list == nullptr) return base::makeError(base::ErrorCode::NotFound);
    rapidjson::StringBuffer text;
    JsonWriter out(text);
    out.StartObject();
    writeText(out, "list", list->list);
    writeText(out, "number", list->number);
    writeText(out, "zh", list->zh);
    writeText(out, "en", list->en);
    out.Key("codes");
    out.StartArray();
    for (const auto& code : ticket::codeList(list->list)) {
        out.StartObject();
        writeText(out, "code", code.code);
        writeText(out, "zh", code.zh);
        writeText(out, "en", code.en);
        writeText(out, "valid_from", code.valid_from);
        writeText(out, "valid_to", code.valid_to);
        writeText(out, "successor", code.successor);
        out.EndObject();
    }
    out.EndArray();
    out.EndObject();
    return jsonAnswer(text);
}

base::Result<Answer> getSchema(Services&, const Request&) {
    Answer answer;
    answer.content_type = "application/schema+json";
    answer.body = ticket::jsonSchema();
    return answer;
}

}  // namespace yht::http
