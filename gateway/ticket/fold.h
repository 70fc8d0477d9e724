// fold(records, calendar, rules, now): what became of a ticket. Pure; the order of arrival does not matter.
// Records are ordered by (round, source's sequence, event time, lifecycle rank, identity); a round or a sequence
// that a record does not carry does not move it. Stale versions and voided records change nothing but findings.
// Legality is a finding, never a refusal. Two machines: the ticket (工单) and each assignment (派单), machine.h;
// what findings there are: findings.def; rationale: README.md.
// Uses: base. Used by: door (tickets), delivery (holds), ledger show, province profile.
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/ticket/calendar.h"
#include "gateway/ticket/record.h"

namespace yht::ticket {

/// reference state numbers; permanent (domain: 待受理 10 … 已撤单 99).
enum class State : std::uint8_t {
    Incomplete = 0,        // 待补: the appeal has not arrived
    AwaitingAcceptance = 10, AwaitingSupplement = 15, Accepted = 20, NotAccepted = 29,
    AnsweredDirectly = 30, AwaitingDispatch = 40, Dispatched = 41, SignedIn = 42,
    TransferredOut = 45, TransferReceived = 46, InHand = 50, ReturnPending = 51, ExtensionPending = 52,
    Consulting = 53, Suspended = 54, AwaitingAudit = 60, AuditRejected = 61, AwaitingVisit = 70,
    VisitDissatisfied = 71, Closed = 80, ClosedDissatisfied = 81, DissatisfactionCleared = 82,
    Archived = 90, Split = 97, Merged = 98, Withdrawn = 99,
};
struct StateRow { State state; const char* name; const char* zh; bool final; };
std::span<const StateRow> stateTable();
const StateRow& stateRow(State state);

enum class AssignmentState : std::uint8_t {
    Dispatched = 1, SignedIn = 2, InHand = 3, ReturnPending = 4, Returned = 5, ExtensionPending = 6,
    Finished = 7, Rejected = 8, Withdrawn = 9,
};

/// One office, one round (办理单). Where steps came but the assignment itself has not, `provisional` is true, and
/// record_ref is what the steps call it ("" where they only name their unit).
struct AssignmentView {
    std::string record_ref, org_code, org_name, role, level;
    std::int64_t round = 1;
    AssignmentState state = AssignmentState::Dispatched;
    base::UnixMillis dispatched_ms = 0, signed_ms = 0, finished_ms = 0, deadline_ms = 0;  // 0: none
    std::uint32_t return_count = 0, extension_count = 0;
    bool overdue = false;
    bool provisional = false;
    bool operator==(const AssignmentView&) const = default;
};

/// Something that is not as it should be: shown, scored, may hold an upload; refuses nothing.
struct Finding {
    std::string code;  // stable snake_case, for example "result_before_assignment"
    Identity record;
    std::string en, zh;
    auto operator<=>(const Finding&) const = default;
};

struct Flags {
    bool urged = false, supervised = false, due_soon = false, overdue = false, hard_case = false,
         secret = false, repeat = false, from_province = false, group = false;
    bool operator==(const Flags&) const = default;
};

/// Citizens that one appeal must concern to count as a group (群体).
inline constexpr std::int64_t kGroupCountMin = 5;

struct TicketView {
    State state = State::Incomplete;
    std::int64_t round = 1;
    bool has_appeal = false;
    base::UnixMillis appeal_ms = 0, accepted_ms = 0, closed_ms = 0;
    std::optional<base::UnixMillis> deadline_ms;
    Flags flags;
    std::vector<AssignmentView> assignments;
    std::vector<Finding> findings;  // sorted
    /// Latest content of every record that is in force, in fold order: indexes into the input.
    std::vector<std::size_t> current;
};

/// City data: how assignments make the ticket's state, what a closed ticket must contain.
struct FoldRules {
    bool lead_unit_decides = true;      // 主办 alone; otherwise all 主办 and 协办 must have finished
    bool visit_required = true;         // 办结 goes to 待回访 first
    std::int64_t due_soon_ms = 24LL * 3600 * 1000;
    bool audit_required = false;        // 办结 goes to 待审核 before that
};

/// What a record of origin=history (历史) says of deadlines starts no clock: a ticket that is told by such records only is
/// never due and never overdue.
/// `records` may hold several versions, corrections, duplicates and voids of one record, in any order. Records of a
/// source without versions must have been given theirs (record.h assignVersions).
/// Requires: validated records of one ticket.
TicketView fold(std::span<const Record> records, const Calendar& calendar, const FoldRules& rules,
                base::UnixMillis now_ms);

}  // namespace yht::ticket
