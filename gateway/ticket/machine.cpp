#include "gateway/ticket/machine.h"

#include <algorithm>
#include <vector>

#include "gateway/base/assert.h"

namespace yht::ticket {
namespace {

// clang-format off: tables are read across
constexpr StateRow kStates[] = {
    {State::Incomplete, "incomplete", "待补", false},
    {State::AwaitingAcceptance, "awaiting_acceptance", "待受理", false},
    {State::AwaitingSupplement, "awaiting_supplement", "待补正", false},
    {State::Accepted, "accepted", "已受理", false},
    {State::NotAccepted, "not_accepted", "不予受理", true},
    {State::AnsweredDirectly, "answered_directly", "直接办结", true},
    {State::AwaitingDispatch, "awaiting_dispatch", "待派单", false},
    {State::Dispatched, "dispatched", "已派单待签收", false},
    {State::SignedIn, "signed_in", "已签收", false},
    {State::TransferredOut, "transferred_out", "转出待接收", false},
    {State::TransferReceived, "transfer_received", "对方已接收", true},
    {State::InHand, "in_hand", "办理中", false},
    {State::ReturnPending, "return_pending", "退单待审", false},
    {State::ExtensionPending, "extension_pending", "延期待审", false},
    {State::Consulting, "consulting", "会商中", false},
    {State::Suspended, "suspended", "挂起", false},
    {State::AwaitingAudit, "awaiting_audit", "待审核", false},
    {State::AuditRejected, "audit_rejected", "驳回重办", false},
    {State::AwaitingVisit, "awaiting_visit", "待回访", false},
    {State::VisitDissatisfied, "visit_dissatisfied", "回访不满意待重办", false},
    {State::Closed, "closed", "已办结", true},
    {State::ClosedDissatisfied, "closed_dissatisfied", "不满意结案待销号", true},
    {State::DissatisfactionCleared, "dissatisfaction_cleared", "已销号", true},
    {State::Archived, "archived", "已归档", true},
    {State::Split, "split", "已拆单", true},
    {State::Merged, "merged", "已并单", true},
    {State::Withdrawn, "withdrawn", "已撤单", true},
};
// clang-format on

constexpr StateSet bitOf(State state) {
    for (std::size_t i = 0; i < std::size(kStates); ++i) {
        if (kStates[i].state == state) return StateSet{1} << i;
    }
    return 0;
}

constexpr StateSet states(std::initializer_list<State> list) {
    StateSet set = 0;
    for (const State state : list) set |= bitOf(state);
    return set;
}

using enum State;
using S = Step;
using A = AssignmentState;

constexpr StateSet kDesk =
    states({AwaitingAcceptance, AwaitingSupplement, Accepted, AwaitingDispatch});
constexpr StateSet kUnits =
    states({Dispatched, SignedIn, InHand, ReturnPending, ExtensionPending, AuditRejected});
constexpr StateSet kPaused = states({Consulting, Suspended});
constexpr StateSet kDone = states({AwaitingAudit, AwaitingVisit, VisitDissatisfied});
constexpr StateSet kClosed = states({Closed, ClosedDissatisfied, DissatisfactionCleared, Archived});
constexpr StateSet kAway = states({TransferredOut, TransferReceived});
constexpr StateSet kAtOnce = states({NotAccepted, AnsweredDirectly});

// clang-format off
// step, expected in, leads to, normal without effect in
constexpr TicketTransition kTicket[] = {
    {S::Accept, states({AwaitingAcceptance, AwaitingSupplement, NotAccepted}), Accepted,
     ~states({Split, Merged, Withdrawn})},
    {S::NotAccept, kDesk | kUnits | kPaused, NotAccepted, bitOf(NotAccepted)},
    {S::AskSupplement, states({AwaitingAcceptance, Accepted, AwaitingDispatch}), AwaitingSupplement, bitOf(AwaitingSupplement)},
    {S::Supplement, bitOf(AwaitingSupplement), AwaitingAcceptance, kDesk},
    {S::AnswerDirectly, kDesk, AnsweredDirectly, bitOf(AnsweredDirectly) | kClosed},
    {S::Review, states({AwaitingAcceptance, Accepted}), AwaitingDispatch, kDesk | kUnits},
    {S::Dispatch, kDesk | kAtOnce | kPaused | kAway | states({VisitDissatisfied, AuditRejected}), Dispatched,
     kUnits | states({AwaitingAudit, AwaitingVisit})},
    {S::Recall, states({Dispatched, SignedIn, InHand, ReturnPending, ExtensionPending}), AwaitingDispatch, kDesk},
    {S::SignIn, kDesk | bitOf(Dispatched), SignedIn, kUnits | kDone | kPaused},
    {S::Start, kDesk | kUnits, InHand, kPaused},
    {S::AskReturn, kDesk | kUnits, ReturnPending, kPaused},
    {S::GrantReturn, kUnits | kPaused, AwaitingDispatch, kDesk},
    {S::RefuseReturn, bitOf(ReturnPending), InHand, kUnits | kPaused},
    {S::Consult, kDesk | kUnits, Consulting, bitOf(Consulting)},
    {S::EndConsult, bitOf(Consulting), InHand, kDesk | kUnits},
    {S::Hold, kDesk | kUnits | bitOf(Consulting), Suspended, bitOf(Suspended)},
    {S::Resume, bitOf(Suspended), InHand, kUnits},
    {S::AskExtension, kDesk | kUnits, ExtensionPending, kPaused},
    {S::GrantExtension, bitOf(ExtensionPending), InHand, kDesk | kUnits | kPaused},
    {S::RefuseExtension, bitOf(ExtensionPending), InHand, kDesk | kUnits | kPaused},
    {S::Finish, kDesk | kUnits | kPaused | kAway, kByRules, kDone | kClosed | bitOf(AnsweredDirectly)},
    {S::AuditPass, bitOf(AwaitingAudit), kByRules, kClosed | bitOf(AwaitingVisit)},
    {S::AuditReject, states({AwaitingAudit, AwaitingVisit}), AuditRejected, bitOf(AuditRejected)},
    {S::Redo, kDone | kClosed | kAtOnce | states({AuditRejected, InHand}), InHand, 0},
    {S::VisitContent, kDone, Closed, kClosed | bitOf(AnsweredDirectly)},
    {S::VisitDissatisfied, kDone | states({Closed, AnsweredDirectly}), State::VisitDissatisfied, bitOf(ClosedDissatisfied)},
    {S::VisitDissatisfiedFinal, kDone | states({Closed, AnsweredDirectly}), ClosedDissatisfied, bitOf(ClosedDissatisfied)},
    {S::Close, kDesk | kUnits | kPaused | kDone | kAway | bitOf(AnsweredDirectly), Closed, kClosed},
    {S::CloseDissatisfied, kUnits | kPaused | kDone | states({Closed, AnsweredDirectly}), ClosedDissatisfied,
     bitOf(ClosedDissatisfied)},
    {S::Clear, bitOf(ClosedDissatisfied), DissatisfactionCleared, bitOf(DissatisfactionCleared)},
    {S::Reopen, kClosed | kAtOnce, InHand, kUnits},
    {S::Archive, kClosed | kAtOnce | bitOf(TransferReceived), Archived, bitOf(Archived)},
    {S::TransferOut, kDesk | kUnits | kPaused, TransferredOut, kAway},
    {S::TransferReceived, bitOf(TransferredOut), State::TransferReceived, kClosed | bitOf(State::TransferReceived)},
    {S::TransferReturned, kAway, AwaitingDispatch, kDesk | kUnits},
    {S::Split, kDesk | kUnits | kPaused, State::Split, bitOf(State::Split)},
    {S::Merge, kDesk | kUnits | kPaused, Merged, bitOf(Merged)},
    {S::Unmerge, bitOf(Merged), AwaitingDispatch, kDesk | kUnits},
    {S::Withdraw, ~(kClosed | states({State::Split, Merged, Withdrawn})), Withdrawn, bitOf(Withdrawn)},
};
// clang-format on

constexpr AssignmentSet any(std::initializer_list<A> list) {
    AssignmentSet set = 0;
    for (const A state : list) set = static_cast<AssignmentSet>(set | only(state));
    return set;
}
constexpr AssignmentSet kOpen = any({A::Dispatched, A::SignedIn, A::InHand, A::Rejected});
constexpr AssignmentSet kAsked = any({A::ReturnPending, A::ExtensionPending});

// clang-format off
constexpr AssignmentTransition kAssignment[] = {
    {S::SignIn, any({A::Dispatched}), A::SignedIn, any({A::SignedIn, A::InHand, A::ReturnPending, A::ExtensionPending})},
    {S::Start, any({A::Dispatched, A::SignedIn, A::Rejected}), A::InHand, any({A::InHand, A::ReturnPending, A::ExtensionPending})},
    {S::AskReturn, kOpen, A::ReturnPending, any({A::ReturnPending})},
    {S::GrantReturn, static_cast<AssignmentSet>(kOpen | any({A::ReturnPending})), A::Returned, any({A::Returned})},
    {S::RefuseReturn, any({A::ReturnPending}), A::InHand, kOpen},
    {S::AskExtension, kOpen, A::ExtensionPending, any({A::ExtensionPending})},
    {S::GrantExtension, static_cast<AssignmentSet>(kOpen | any({A::ExtensionPending})), A::InHand, 0},
    {S::RefuseExtension, any({A::ExtensionPending}), A::InHand, kOpen},
    {S::Finish, static_cast<AssignmentSet>(kOpen | kAsked), A::Finished, any({A::Finished})},
    {S::AuditPass, 0, A::Finished, any({A::Finished})},
    {S::AuditReject, any({A::Finished}), A::Rejected, any({A::Rejected})},
    {S::Redo, any({A::Finished, A::Rejected}), A::InHand, any({A::Dispatched, A::SignedIn, A::InHand})},
    {S::Recall, static_cast<AssignmentSet>(kOpen | kAsked), A::Withdrawn, any({A::Withdrawn, A::Returned})},
};

constexpr StepRow kSteps[] = {
    {"01", S::Note, false}, {"02", S::Accept, false}, {"03", S::NotAccept, false}, {"04", S::AskSupplement, false},
    {"05", S::Supplement, false}, {"10", S::AnswerDirectly, false}, {"11", S::Note, false}, {"12", S::Review, false},
    {"20", S::Dispatch, false}, {"21", S::Dispatch, false}, {"22", S::Dispatch, false}, {"23", S::Dispatch, false},
    {"24", S::Recall, true}, {"30", S::SignIn, true}, {"31", S::Start, true}, {"32", S::AskReturn, true},
    {"33", S::GrantReturn, true}, {"34", S::RefuseReturn, true}, {"35", S::Consult, false},
    {"36", S::EndConsult, false}, {"37", S::Hold, false}, {"38", S::Resume, false}, {"39", S::Start, true},
    {"40", S::AskExtension, true}, {"41", S::GrantExtension, true}, {"42", S::RefuseExtension, true},
    {"50", S::Finish, true}, {"51", S::AuditPass, true}, {"52", S::AuditReject, true}, {"53", S::Redo, true},
    {"60", S::Urge, false}, {"61", S::Supervise, false}, {"62", S::Note, false}, {"70", S::Note, false},
    {"71", S::Note, false}, {"72", S::Note, false}, {"73", S::Note, false}, {"74", S::Note, false},
    {"75", S::FileHardCase, false}, {"76", S::EndHardCase, false}, {"78", S::Note, false}, {"80", S::Close, false},
    {"81", S::CloseDissatisfied, false}, {"82", S::Clear, false}, {"83", S::Reopen, false}, {"84", S::Archive, false},
    {"90", S::TransferOut, false}, {"91", S::TransferReceived, false}, {"92", S::TransferReturned, false},
    {"93", S::TransferOut, false}, {"94", S::TransferOut, false}, {"95", S::FromProvince, false},
    {"96", S::Split, false}, {"97", S::Merge, false}, {"98", S::Unmerge, false}, {"99", S::Withdraw, false},
};
// clang-format on

}  // namespace

std::span<const StateRow> stateTable() {
    return kStates;
}

const StateRow& stateRow(State state) {
    const auto found =
        std::find_if(std::begin(kStates), std::end(kStates), [&](const StateRow& row) {
            return row.state == state;
        });
    YHT_ASSERT(found != std::end(kStates));
    return *found;
}

StateSet setOf(std::initializer_list<State> list) {
    return states(list);
}
bool contains(StateSet set, State state) {
    return (set & bitOf(state)) != 0;
}
bool isFinal(State state) {
    return stateRow(state).final;
}

std::span<const StepRow> stepTable() {
    return kSteps;
}
std::span<const TicketTransition> ticketTransitions() {
    return kTicket;
}
std::span<const AssignmentTransition> assignmentTransitions() {
    return kAssignment;
}

const StepRow& stepOf(std::string_view process_type) {
    static constexpr StepRow kNone{"", Step::Note, false};
    const auto found = std::find_if(std::begin(kSteps), std::end(kSteps), [&](const StepRow& row) {
        return process_type == row.code;
    });
    return found == std::end(kSteps) ? kNone : *found;
}

State afterFinish(const FoldRules& rules) {
    if (rules.audit_required) return AwaitingAudit;
    return rules.visit_required ? AwaitingVisit : Closed;
}

Move moveTicket(State& state, Step step, const FoldRules& rules) {
    const auto row =
        std::find_if(std::begin(kTicket), std::end(kTicket), [&](const TicketTransition& entry) {
            return entry.step == step;
        });
    if (row == std::end(kTicket)) return Move::Quiet;
    if (contains(row->from, state)) {
        State to = row->to;
        if (to == kByRules)
            to = step == Step::AuditPass && rules.visit_required ? AwaitingVisit
                 : step == Step::AuditPass                       ? Closed
                                                                 : afterFinish(rules);
        state = to;
        return Move::Changed;
    }
    return contains(row->quiet, state) ? Move::Quiet : Move::Unexpected;
}

Move moveAssignment(AssignmentState& state, Step step) {
    const auto row = std::find_if(
        std::begin(kAssignment), std::end(kAssignment),
        [&](const AssignmentTransition& entry) { return entry.step == step; }
    );
    if (row == std::end(kAssignment)) return Move::Quiet;
    if ((row->from & only(state)) != 0) {
        state = row->to;
        return Move::Changed;
    }
    return (row->quiet & only(state)) != 0 ? Move::Quiet : Move::Unexpected;
}

}  // namespace yht::ticket
