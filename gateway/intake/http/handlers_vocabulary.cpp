#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/openapi.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/schema.h"

namespace yht::http {

base::Result<Answer> getCodes(Services&, const Request& request) {
    const auto* list = ticket::findCodeList(request.path.at("list"));
    if (list == nullptr) return base::makeError(base::ErrorCode::NotFound);
    Answer answer;
    answer.body = ticket::codesJson(list->list);
    return answer;
}

base::Result<Answer> getSchema(Services&, const Request&) {
    Answer answer;
    answer.content_type = "application/schema+json";
    answer.body = ticket::jsonSchema();
    return answer;
}

base::Result<Answer> getAllCodes(Services&, const Request&) {
    Answer answer;
    answer.body = ticket::codesJson("");
    return answer;
}

base::Result<Answer> getFields(Services&, const Request&) {
    Answer answer;
    answer.content_type = "text/markdown; charset=utf-8";
    answer.body = ticket::referencePage();
    return answer;
}

base::Result<Answer> getOpenApi(Services&, const Request&) {
    Answer answer;
    answer.content_type = "application/yaml";
    answer.body = openApiText();
    return answer;
}

}  // namespace yht::http
