// The two machines as tables: what a step does to a ticket (工单) and to one assignment (派单).
// A row names the states a step is expected in and where it leads; in `quiet` states the step is normal too but
// changes nothing; anywhere else it changes nothing and is a finding. The same tables stand in README.md.
// Uses: base. Used by: fold.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "gateway/ticket/fold.h"

namespace yht::ticket {

enum class Step : std::uint8_t {
    Note,  // told, changes no state
    Accept, NotAccept, AskSupplement, Supplement, AnswerDirectly, Review,
    Dispatch, Recall, SignIn, Start, AskReturn, GrantReturn, RefuseReturn, Consult, EndConsult, Hold, Resume,
    AskExtension, GrantExtension, RefuseExtension, Finish, AuditPass, AuditReject, Redo,
    Urge, Supervise, FileHardCase, EndHardCase, VisitContent, VisitDissatisfied, VisitDissatisfiedFinal,
    Close, CloseDissatisfied, Clear, Reopen, Archive,
    TransferOut, TransferReceived, TransferReturned, FromProvince, Split, Merge, Unmerge, Withdraw,
};

/// What a process record's type (C10) means.
struct StepRow {
    const char* code;
    Step step;
    bool of_assignment;  // acts on one assignment where it can be told which
};
std::span<const StepRow> stepTable();
/// Note for a code without a row.
const StepRow& stepOf(std::string_view process_type);

/// A set of states, as bits of their place in stateTable().
using StateSet = std::uint64_t;
using AssignmentSet = std::uint16_t;
StateSet setOf(std::initializer_list<State> states);
bool contains(StateSet set, State state);

/// "Where a finished handling goes" depends on the city's rules: to audit, to visit, or closed.
inline constexpr State kByRules = State::Incomplete;

struct TicketTransition {
    Step step;
    StateSet from;
    State to;  // kByRules: see above
    StateSet quiet;
};
std::span<const TicketTransition> ticketTransitions();

struct AssignmentTransition {
    Step step;
    AssignmentSet from;
    AssignmentState to;
    AssignmentSet quiet;
};
std::span<const AssignmentTransition> assignmentTransitions();
constexpr AssignmentSet only(AssignmentState state) {
    return static_cast<AssignmentSet>(1U << static_cast<unsigned>(state));
}

enum class Move : std::uint8_t { Changed, Quiet, Unexpected };
/// Puts `state` where `step` leads.
Move moveTicket(State& state, Step step, const FoldRules& rules);
Move moveAssignment(AssignmentState& state, Step step);

/// A finished handling's next state by the city's rules.
State afterFinish(const FoldRules& rules);
/// Nothing more is expected of the desk or a unit.
bool isFinal(State state);

}  // namespace yht::ticket
