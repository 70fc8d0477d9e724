// `yht tickets find --phone`: which tickets name a telephone number.
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_phones.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/json/json.h"
#include "gateway/ticket/phone_number.h"

namespace yht::app {
namespace {

base::Error noNumber() {
    return base::makePublicError(
        base::ErrorCode::ParameterInvalid, "That is no telephone number that could be looked for.", "不是可查询的电话号码。"
    );
}

/// Stands for the number in the request: see control_phones.h.
int digestOf(const CommandOptions& options, const std::string& number, std::string& digest) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        digest = base::toHex((*snapshot)->phoneDigest(number));
        return kExitOk;
    });
}

void printFound(const rapidjson::Value& answer) {
    // Numbers are texts in our documents.
    for (const auto& [name, mark] : {std::pair{"tickets", ""}, std::pair{"stand_alone", "#"}}) {
        const auto* all = json::findMember(answer, name);
        if (all == nullptr || !all->IsArray()) continue;
        for (const auto& one : all->GetArray()) std::cout << mark << one.GetString() << '\n';
    }
    const auto* more = json::findMember(answer, "more");
    std::cout << json::textMember(answer, "records") << " records name it 条记录含此号码"
              << (more != nullptr && more->IsTrue() ? "; only the newest are listed 仅列出最新的" : "") << '\n';
}

}  // namespace

int findPhoneCommand(const CommandOptions& options, const std::string& phone, const std::string& why) {
    const auto number = ticket::comparedPhone(phone);
    if (number.empty()) return reportError(noNumber());
    std::string digest;
    if (const int code = digestOf(options, number, digest); code != kExitOk) return code;
    const auto answer = command(options.directory, {kFindPhone, {{"number", digest}}, why});
    if (!answer.ok()) return reportError(answer.error());
    const auto document = json::parse(*answer);
    if (options.json || !document.ok()) {
        std::cout << *answer << '\n';
    } else {
        printFound(*document);
    }
    return kExitOk;
}

}  // namespace yht::app
