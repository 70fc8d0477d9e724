#include "gateway/app/control_history.h"

#include "gateway/base/time_text.h"

namespace yht::app {
namespace {

using base::ErrorCode;

base::Error nothingHeld(const std::string& source) {
    return base::makePublicError(
        ErrorCode::NotFound, "No history of source " + source + " of that time waits for its release.",
        "来源 " + source + " 在该时段没有待放行的历史记录。"
    );
}

base::Result<std::string> release(ControlServices& services, const ControlCall& call) {
    ledger::HistoryRange range{.source = call.argument("source")};
    const auto from = base::parseRfc3339(call.argument("from"));
    const auto to = base::parseRfc3339(call.argument("to"));
    if (!from) return wrongArgument(call, "from");
    if (!to || *to <= *from) return wrongArgument(call, "to");
    range.from_ms = *from;
    range.to_ms = *to;
    std::uint64_t released = 0, left = 0;
    const auto done = services.store.run([&](ledger::Transaction& transaction) -> base::Status {
        auto count = transaction.releaseHistory(range, kHistoryReleasedMax);
        if (!count.ok()) return std::move(count).error();
        if (*count == 0) return nothingHeld(range.source);
        released = *count;
        left = transaction.countHeldHistory(range);
        return appendAudit(transaction, services, call);
    });
    if (!done.ok()) return done.error();
    return "{\"left\":" + std::to_string(left) + ",\"released\":" + std::to_string(released) + "}";
}

}  // namespace

std::vector<ControlCommand> historyCommands() {
    return {{kReleaseHistory, {"from", "source", "to"}, true, release}};
}

}  // namespace yht::app
