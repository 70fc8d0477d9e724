#include "gateway/app/control_approvals.h"

#include <charconv>

#include "gateway/app/approvals.h"
#include "gateway/app/control_client.h"
#include "gateway/app/operators.h"

namespace yht::app {
namespace {

using base::ErrorCode;

constexpr Roles kAnyRole = kSystemRole | kSecurityRole | kAuditRole;

base::Result<PendingApproval> waiting(ControlServices& services, const ControlCall& call) {
    const auto& text = call.argument("id");
    ledger::Seq id = 0;
    std::from_chars(text.data(), text.data() + text.size(), id);
    const auto view = services.store.snapshot();
    if (!view.ok()) return view.error();
    return findApproval(**view, id, services.clock.nowMillis());
}

base::Result<std::string> refuse(ControlServices& services, const ControlCall& call) {
    const auto pending = waiting(services, call);
    if (!pending.ok()) return pending.error();
    const auto done = services.store.run([&](ledger::Transaction& transaction) {
        auto audited = appendAudit(transaction, services, call);
        return audited.ok() ? endApproval(transaction, pending->id) : audited;
    });
    if (!done.ok()) return done.error();
    return std::string("{}");
}

/// Who approves could have given the command alone.
base::Status checkSecond(const std::string& directory, const PendingApproval& pending, const ControlCall& call) {
    if (pending.operator_id == call.operator_id) {
        return base::makePublicError(ErrorCode::OperatorRole, "Who asked can't approve: a second person is wanted.",
                                     "申请人不能自行复核,须由第二人操作。");
    }
    for (const auto& row : controlCommands(directory)) {
        if (pending.request.command != row.name || (row.roles & call.role) != 0) continue;
        return base::makePublicError(ErrorCode::OperatorRole, "This is approved by somebody of a role that may give it: " + rolesText(row.roles) + ".",
                                     "须由可执行该命令的角色复核:" + rolesText(row.roles) + "。");
    }
    return {};
}

base::Result<std::string> approve(const std::string& directory, ControlServices& services, const ControlCall& call) {
    const auto pending = waiting(services, call);
    if (!pending.ok()) return pending.error();
    if (auto second = checkSecond(directory, *pending, call); !second.ok()) return std::move(second).error();
    const auto done = services.store.run([&](ledger::Transaction& transaction) -> base::Status {
        const auto entry = appendAuditEntry(transaction, services, call);
        return entry.ok() ? grantApproval(transaction, pending->id, *entry) : base::Status(entry.error());
    });
    if (!done.ok()) return done.error();
    return std::string("{}");
}

}  // namespace

std::vector<ControlCommand> approvalCommands(const std::string& directory) {
    return {{kApprove, {"id"}, true,
             [directory](ControlServices& services, const ControlCall& call) { return approve(directory, services, call); }, kAnyRole},
            {kRefuse, {"id"}, true, refuse, kAnyRole}};
}

}  // namespace yht::app
