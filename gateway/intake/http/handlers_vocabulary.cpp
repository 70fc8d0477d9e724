#include "gateway/intake/http/handlers.h"
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

}  // namespace yht::http
