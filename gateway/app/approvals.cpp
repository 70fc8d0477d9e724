#include "gateway/app/approvals.h"

#include <algorithm>

namespace yht::app {
namespace {

using base::ErrorCode;

/// Cursors: the slot's entry, and the entry that approved it.
std::string slotName(std::size_t slot) { return "approval:" + std::to_string(slot); }
std::string grantName(std::size_t slot) { return "approval.granted:" + std::to_string(slot); }

base::Result<PendingApproval> readPending(ledger::View& view, ledger::Seq id, ledger::Seq granted) {
    const auto entry = view.entry(id);
    if (!entry.ok()) return entry.error();
    auto request = requestOfAudit(entry->payload);
    if (!request.ok()) return std::move(request).error();
    PendingApproval pending{id, *std::move(request), entry->header.source, "", entry->header.received_ms};
    if (granted == 0) return pending;
    const auto by = view.entry(granted);
    if (!by.ok()) return by.error();
    pending.second_id = by->header.source;
    return pending;
}

bool isOver(ledger::View& view, ledger::Seq id, base::UnixMillis now_ms) {
    const auto entry = view.entry(id);
    return !entry.ok() || now_ms - entry->header.received_ms > kApprovalMillisMax;
}

bool isSame(const PendingApproval& pending, const ControlCall& call) {
    return pending.operator_id == call.operator_id && pending.request.command == call.request.command &&
           pending.request.arguments == call.request.arguments;
}

base::Error wanted(ledger::Seq id) {
    const std::string number = std::to_string(id);
    return base::makePublicError(
        ErrorCode::ApprovalWanted,
        "Nothing was done yet: this command wants a second person. Within 24 hours another operator says: yht approvals approve " +
            number + " --why \"…\"; then give the same command again.",
        "尚未执行:此命令须由第二人复核。请另一名操作员在 24 小时内执行:yht approvals approve " + number +
            " --why \"…\",然后由您再次发出同一命令。"
    );
}

/// Always an error: ApprovalWanted once the entry is committed.
base::Error ask(ControlServices& services, const ControlCall& call) {
    ledger::Seq id = 0;
    const auto now_ms = services.clock.nowMillis();
    const auto asked = services.store.run([&](ledger::Transaction& transaction) -> base::Status {
        for (std::size_t slot = 0; slot < kApprovalsMax; ++slot) {
            const auto taken = transaction.cursor(slotName(slot));
            if (taken != 0 && !isOver(transaction, taken, now_ms)) continue;
            const auto entry = appendAsked(transaction, services, call);
            if (!entry.ok()) return entry.error();
            id = *entry;
            if (auto cleared = transaction.setCursor(grantName(slot), 0); !cleared.ok()) return cleared;
            return transaction.setCursor(slotName(slot), id);
        }
        return base::makePublicError(ErrorCode::QueueFull, "Too many commands wait for a second person; decide some: yht approvals list.",
                                     "等待复核的命令过多,请先处理:yht approvals list。");
    });
    return asked.ok() ? wanted(id) : asked.error();
}

/// Sets the cursor `name(slot)` of the slot that holds `id`.
base::Status setSlot(ledger::Transaction& transaction, ledger::Seq id, std::string (*name)(std::size_t), ledger::Seq value) {
    for (std::size_t slot = 0; slot < kApprovalsMax; ++slot) {
        if (transaction.cursor(slotName(slot)) == id) return transaction.setCursor(name(slot), value);
    }
    return {};
}

}  // namespace

base::Result<std::string> withSecondPerson(
    ControlServices& services, ControlCall& call, const std::function<base::Result<std::string>()>& run
) {
    auto view = services.store.snapshot();
    if (!view.ok()) return std::move(view).error();
    const auto pending = pendingApprovals(**view, services.clock.nowMillis());
    view->reset();  // a snapshot holds the log: `run` writes
    if (!pending.ok()) return pending.error();
    const auto found = std::find_if(pending->begin(), pending->end(), [&](const auto& one) { return isSame(one, call); });
    if (found == pending->end()) return ask(services, call);
    if (found->second_id.empty()) return wanted(found->id);
    call.second_id = found->second_id;
    auto answer = run();
    if (!answer.ok()) return answer;
    // A crash before this commit leaves it approved: given once more, the command finds its work done.
    const auto ended = services.store.run([&](ledger::Transaction& transaction) { return endApproval(transaction, found->id); });
    if (!ended.ok()) return ended.error();
    return answer;
}

base::Result<std::vector<PendingApproval>> pendingApprovals(ledger::View& view, base::UnixMillis now_ms) {
    std::vector<PendingApproval> pending;
    for (std::size_t slot = 0; slot < kApprovalsMax; ++slot) {
        const auto id = view.cursor(slotName(slot));
        if (id == 0 || isOver(view, id, now_ms)) continue;
        auto one = readPending(view, id, view.cursor(grantName(slot)));
        if (!one.ok()) return std::move(one).error();
        pending.push_back(*std::move(one));
    }
    std::sort(pending.begin(), pending.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return pending;
}

base::Result<PendingApproval> findApproval(ledger::View& view, ledger::Seq id, base::UnixMillis now_ms) {
    auto pending = pendingApprovals(view, now_ms);
    if (!pending.ok()) return std::move(pending).error();
    for (auto& one : *pending) {
        if (one.id == id) return std::move(one);
    }
    return base::makePublicError(ErrorCode::NotFound, "No command of that number waits for a second person: yht approvals list.",
                                 "没有该编号的待复核命令,请查看:yht approvals list。");
}

base::Status grantApproval(ledger::Transaction& transaction, ledger::Seq id, ledger::Seq by_entry) {
    return setSlot(transaction, id, grantName, by_entry);
}

base::Status endApproval(ledger::Transaction& transaction, ledger::Seq id) { return setSlot(transaction, id, slotName, 0); }

}  // namespace yht::app
