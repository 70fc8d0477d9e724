// A second person (双人复核): a command that destroys, revokes or uncovers something runs only after another operator of a role
// that may give it has approved it. What waits is an audit entry ("state":"asked"), and a slot that names it, so that a
// restart, a backup and an auditor see the same.
//   asked     by one operator; the answer is ApprovalWanted with the entry's number
//   approved  by another, or refused, with a reason
//   given     the same command with the same arguments again, by who asked: it runs, once, in the name of both. So the second
//             person sees nothing of what is uncovered
//   over      kApprovalMillisMax after it was asked: as if it had not been
// Uses: control, ledger. Used by: control, control_approvals, commands_approvals.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kAskedState = "asked";
inline constexpr const char* kSignalOperator = "signal";  // SIGHUP: the kernel lets only the gateway's user and root send it
inline constexpr std::size_t kApprovalsMax = 64;
inline constexpr std::int64_t kApprovalMillisMax = 24LL * 3600 * 1000;

struct PendingApproval {
    ledger::Seq id = 0;  // of the entry
    ControlRequest request;
    std::string operator_id, second_id;  // second_id "": not approved yet
    base::UnixMillis asked_ms = 0;
};

/// Runs `run` where the call has been approved, with call.second_id set; asks for it where it has not.
/// Errors: ApprovalWanted; QueueFull where kApprovalsMax wait already; those of `run`.
base::Result<std::string> withSecondPerson(
    ControlServices& services, ControlCall& call, const std::function<base::Result<std::string>()>& run
);

/// What waits for a second person, or for who asked, and is not over; the oldest first. Errors: LedgerCorrupt.
base::Result<std::vector<PendingApproval>> pendingApprovals(ledger::View& view, base::UnixMillis now_ms);

/// Errors: NotFound.
base::Result<PendingApproval> findApproval(ledger::View& view, ledger::Seq id, base::UnixMillis now_ms);

/// Approved by the speaker of `by_entry`. Nothing where it does not wait.
base::Status grantApproval(ledger::Transaction& transaction, ledger::Seq id, ledger::Seq by_entry);
/// It waits no more. Nothing where it does not.
base::Status endApproval(ledger::Transaction& transaction, ledger::Seq id);

}  // namespace yht::app
