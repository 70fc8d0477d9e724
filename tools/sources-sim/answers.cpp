#include "tools/sources-sim/answers.h"

#include "tools/sources-sim/soap_text.h"
#include "tools/stage/json_text.h"

namespace yht::sources_sim {
namespace {

constexpr int kOk = 200, kMultipleChoices = 300;

}  // namespace

Understood understood(std::string_view shape, int http_status, const std::string& reply) {
    if (http_status < kOk || http_status >= kMultipleChoices) return {};
    const std::string text = shape == "third" ? elementEndingWith(reply, "Result").value_or("") : reply;
    const auto json = stage::parseJson(text);
    if (!json || !json->IsObject()) return {};
    if (shape == "third") return {stage::textOf(*json, "Success") == "true", stage::textOf(*json, "Number")};
    const std::string number = stage::textOf(*json, "data");
    if (shape == "12315") return {stage::textOf(*json, "success") == "true", number};
    return {stage::textOf(*json, "code") == "200", number};
}

}  // namespace yht::sources_sim
