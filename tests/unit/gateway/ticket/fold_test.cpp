#include "gateway/ticket/fold.h"

#include <gmock/gmock.h>

#include "gateway/ticket/codes.h"
#include "gateway/ticket/machine.h"
#include "tests/unit/gateway/ticket/ticket_story.h"

using namespace yht;
using namespace yht::ticket;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

/// Dispatched, signed in, handled, answered and visited.
Story handled(const std::string& satisfaction) {
    Story story;
    story.appeal("3");
    story.assign("A1", "U1");
    story.step("30", "U1");
    story.result("U1");
    story.visit(satisfaction);
    return story;
}

}  // namespace

TEST(Fold, AnOrdinaryTicketGoesThroughItsStates) {
    Story story;
    std::vector<State> states;
    const auto look = [&] { states.push_back(story.state()); };
    story.appeal("0"), look();
    story.step("02"), look();
    story.step("12"), look();
    story.assign("A1", "U1"), look();
    story.step("30", "U1"), look();
    story.step("31", "U1"), look();
    story.result("U1"), look();
    story.visit("1"), look();
    story.step("84"), look();
    EXPECT_THAT(
        states,
        ElementsAre(
            State::AwaitingAcceptance, State::Accepted, State::AwaitingDispatch, State::Dispatched,
            State::SignedIn, State::InHand, State::AwaitingVisit, State::Closed, State::Archived
        )
    );
    EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(Fold, HandlingWaysEndWhereTheyShould) {
    const std::pair<const char*, State> ways[] = {
        {"1", State::AnsweredDirectly}, {"10", State::NotAccepted}, {"8", State::TransferredOut},
        {"12", State::Merged},          {"13", State::Split},       {"3", State::AwaitingDispatch}};
    for (const auto& [way, state] : ways) {
        Story story;
        story.appeal(way);
        EXPECT_EQ(state, story.state()) << way;
    }
}

TEST(Fold, WithoutItsAppealATicketIsIncomplete) {
    Story story;
    story.assign("A1", "U1");
    story.result("U1");
    const auto view = story.fold();
    EXPECT_EQ(State::Incomplete, view.state);
    EXPECT_FALSE(view.has_appeal);
    EXPECT_EQ(AssignmentState::Finished, view.assignments.at(0).state);
    EXPECT_THAT(story.findings(), ElementsAre("appeal_missing"));
}

TEST(Fold, ResultBeforeItsAppealIsKeptAndNoted) {
    Story story;
    story.at("03T08:00").result("U1");
    story.at("03T10:00").appeal("3");
    EXPECT_EQ(State::AwaitingVisit, story.state());
    EXPECT_THAT(story.findings(), ElementsAre("before_appeal R1"));
}

TEST(Fold, ASignInBeforeItsAssignmentIsNeverLost) {
    Story story;
    story.appeal("3");
    story.step("30", "U1").set(Field::assignment_ref, std::string("A1"));
    auto view = story.fold();
    ASSERT_EQ(1u, view.assignments.size());
    EXPECT_TRUE(view.assignments[0].provisional);
    EXPECT_EQ("A1", view.assignments[0].record_ref);
    EXPECT_EQ(AssignmentState::SignedIn, view.assignments[0].state);
    EXPECT_THAT(story.findings(), ElementsAre("assignment_missing S2"));

    story.assign("A1", "U1");  // its event time is later still
    view = story.fold();
    ASSERT_EQ(1u, view.assignments.size());
    EXPECT_FALSE(view.assignments[0].provisional);
    EXPECT_EQ(State::SignedIn, view.state);
    EXPECT_THAT(story.findings(), ElementsAre("sign_in_before_assignment S2"));
}

TEST(Fold, AResultMayHaveNoAssignment) {
    Story story;
    story.appeal("3");
    story.result("U1");
    EXPECT_EQ(State::AwaitingVisit, story.state());
    EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(Fold, AStrangersResultDoesNotFinishOthersWork) {
    Story story;
    story.appeal("3");
    story.assign("A1", "U1");
    story.result("U9");
    EXPECT_EQ(State::Dispatched, story.state());
    EXPECT_THAT(story.findings(), ElementsAre("result_without_assignment R3"));
}

TEST(Fold, TheLeadUnitDecidesUnlessTheCityWantsAll) {
    Story story;
    story.appeal("3");
    story.assign("A1", "U1", "1");
    story.assign("A2", "U2", "2");
    story.result("U1");
    EXPECT_EQ(State::AwaitingVisit, story.state());
    story.rules.lead_unit_decides = false;
    EXPECT_EQ(State::InHand, story.state());
    story.result("U2");
    EXPECT_EQ(State::AwaitingVisit, story.state());
}

TEST(Fold, CityRulesSayWhereAFinishedTicketGoes) {
    Story story;
    story.appeal("3");
    story.assign("A1", "U1");
    story.result("U1");
    story.rules = {.visit_required = false};
    EXPECT_EQ(State::Closed, story.state());
    story.rules = {.audit_required = true};
    EXPECT_EQ(State::AwaitingAudit, story.state());
    story.step("51");
    EXPECT_EQ(State::AwaitingVisit, story.state());
}

TEST(Fold, AReturnedTicketAwaitsDispatchAgain) {
    Story story;
    story.appeal("3");
    story.assign("A1", "U1");
    story.step("32", "U1").set(Field::return_reason, std::string("01"));
    EXPECT_EQ(State::ReturnPending, story.state());
    story.step("33");
    EXPECT_EQ(State::AwaitingDispatch, story.state());
    story.assign("A2", "U2");
    const auto view = story.fold();
    EXPECT_EQ(State::Dispatched, view.state);
    EXPECT_EQ(AssignmentState::Returned, view.assignments[0].state);
    EXPECT_EQ(1u, view.assignments[0].return_count);
    EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(Fold, DissatisfactionLeadsToAnotherRound) {
    Story story = handled("4");
    EXPECT_EQ(State::VisitDissatisfied, story.state());
    story.step("53");
    EXPECT_EQ(2, story.fold().round);
    EXPECT_EQ(State::InHand, story.state());
    story.result("U1");  // the same unit, no new assignment
    EXPECT_EQ(State::AwaitingVisit, story.state());
    story.visit("2");
    const auto view = story.fold();
    EXPECT_EQ(State::Closed, view.state);
    EXPECT_EQ(2, view.assignments.at(0).round);
    EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(Fold, ANewAssignmentAfterDissatisfactionIsTheNextRound) {
    Story story = handled("5");
    story.assign("A2", "U2");
    const auto view = story.fold();
    EXPECT_EQ(2, view.round);
    EXPECT_EQ(State::Dispatched, view.state);
    EXPECT_EQ(2, view.assignments.at(1).round);
}

TEST(Fold, LastDissatisfactionClosesAndIsClearedLater) {
    Story story = handled("4");
    story.visit("5").set(Field::is_final, std::string("true"));
    EXPECT_EQ(State::ClosedDissatisfied, story.state());
    story.step("82");
    EXPECT_EQ(State::DissatisfactionCleared, story.state());
}

TEST(Fold, AClosedTicketCanBeReopened) {
    Story story = handled("1");
    for (const char* end : {"", "84"}) {
        if (*end != '\0') story.step(end);
        story.step("83");
        EXPECT_EQ(State::InHand, story.state());
        EXPECT_EQ(0, story.fold().closed_ms);
        story.result("U1");
        EXPECT_EQ(State::AwaitingVisit, story.state());
        story.step("80");
        EXPECT_EQ(State::Closed, story.state());
    }
    EXPECT_THAT(story.findings(), IsEmpty());
}

TEST(Fold, AStatusWithoutVersionsMayGoBackAndForth) {
    // 办理中 → 已办结 → 办理中: one record whose content changes, from a source that has no
    // versions.
    Story story;
    story.appeal("3");
    for (const char* type : {"31", "80", "31"}) {
        Record& record = story.step(type);
        record.erase(Field::version);
        record.set(Field::record_ref, std::string("STATUS"));
        std::vector<Record*> in_ledger_order;
        for (auto& each : story.records) in_ledger_order.push_back(&each);
        assignVersions(in_ledger_order);
        EXPECT_EQ(std::string(type) == "80" ? State::Closed : State::InHand, story.state());
    }
    EXPECT_EQ(3u, story.records.back().identity().version);
}

TEST(Fold, StepsAfterCloseAreFindings) {
    Story story = handled("1");
    story.step("30", "U1");
    story.step("90");
    EXPECT_EQ(State::Closed, story.state());
    EXPECT_THAT(story.findings(), ElementsAre("after_close S7", "step_unexpected S6"));
}

TEST(Fold, AVisitBeforeTheResultIsAFinding) {
    Story story;
    story.appeal("3");
    story.visit("1");
    EXPECT_EQ(State::AwaitingDispatch, story.state());
    EXPECT_THAT(story.findings(), ElementsAre("visit_before_result V2"));
}

TEST(Fold, TheLatestVersionWinsAndCorrectionsStandOverIt) {
    Story story;
    story.appeal("3");
    Record other = story.records[0];
    other.set(Field::version, std::string("2"));
    other.set(Field::handling_way, std::string("1"));
    story.records.push_back(other);
    EXPECT_EQ(State::AnsweredDirectly, story.state());
    other.set(Field::version, std::string("1"));
    other.set(Field::correction, std::string("1"));
    other.set(Field::handling_way, std::string("10"));
    story.records.push_back(other);
    EXPECT_EQ(State::AnsweredDirectly, story.state());
    story.records.back().set(Field::version, std::string("2"));
    EXPECT_EQ(State::NotAccepted, story.state());
    EXPECT_THAT(story.fold().current, ElementsAre(2u));
}

TEST(Fold, AVoidTakesItsRecordBack) {
    Story story = handled("1");
    Record gone = story.records.back();
    gone.set(Field::version, std::string("2"));
    gone.set(Field::op, std::string("void"));
    story.records.push_back(gone);
    EXPECT_EQ(State::AwaitingVisit, story.state());
    Record appeal_gone = story.records.front();
    appeal_gone.set(Field::version, std::string("2"));
    appeal_gone.set(Field::op, std::string("void"));
    story.records.push_back(appeal_gone);
    EXPECT_EQ(State::Incomplete, story.state());
    EXPECT_THAT(story.findings(), ElementsAre("appeal_missing", "appeal_voided P1"));
}

TEST(Fold, ASourcesSequenceStandsOverItsClock) {
    Story story;
    story.appeal("3");
    story.at("03T15:00").step("83").set(Field::source_seq, std::string("2"));
    story.at("03T14:00").step("80").set(Field::source_seq, std::string("3"));
    story.at("03T16:00").step("31").set(Field::source_seq, std::string("1"));
    EXPECT_EQ(State::Closed, story.state());
    EXPECT_THAT(story.findings(), testing::Contains("sequence_against_time S3"));
}

TEST(Fold, ADeadlineIsStatedOrComputedAndExtensionsMoveIt) {
    Story story;
    story.appeal("3");
    story.assign("A1", "U1").set(Field::limit_value, std::string("2"));
    story.records.back().set(Field::limit_unit, std::string("4"));
    EXPECT_EQ(march("06T00:00"), story.fold().deadline_ms);
    story.extension("U1", "1");
    EXPECT_EQ(State::ExtensionPending, story.state());
    story.extension("U1", "2", "10T18:00");
    auto view = story.fold();
    EXPECT_EQ(State::InHand, view.state);
    EXPECT_EQ(march("10T18:00"), view.deadline_ms);
    EXPECT_EQ(1u, view.assignments[0].extension_count);
    story.records[0].set(Field::stated_deadline, std::string("2025-03-04T12:00:00.000+08:00"));
    story.records.pop_back();
    EXPECT_EQ(march("04T12:00"), story.fold().deadline_ms);
}

TEST(Fold, DueSoonAndOverdueFollowTheClockUntilTheWorkIsDone) {
    Story story;
    story.appeal("3");
    story.assign("A1", "U1")
        .set(Field::stated_deadline, std::string("2025-03-10T12:00:00.000+08:00"));
    story.now_ms = march("09T11:59");
    EXPECT_FALSE(story.fold().flags.due_soon);
    story.now_ms = march("09T12:00");
    EXPECT_TRUE(story.fold().flags.due_soon);
    story.now_ms = march("10T12:00");
    EXPECT_TRUE(story.fold().flags.overdue);
    EXPECT_FALSE(story.fold().flags.due_soon);
    story.result("U1");
    EXPECT_FALSE(story.fold().flags.overdue);
    EXPECT_FALSE(story.fold().assignments[0].overdue);
}

TEST(Fold, AnExtensionAskedAfterTheDeadlineIsAFinding) {
    Story story;
    story.appeal("3");
    story.assign("A1", "U1")
        .set(Field::stated_deadline, std::string("2025-03-03T10:30:00.000+08:00"));
    story.extension("U1", "1");
    EXPECT_THAT(story.findings(), ElementsAre("extension_asked_late E3"));
}

TEST(Fold, AGrantTellsWhenItWasAskedFor) {
    Story story;
    story.appeal("3");
    story.assign("A1", "U1")
        .set(Field::stated_deadline, std::string("2025-03-03T10:30:00.000+08:00"));
    auto& granted = story.extension("U1", "2");
    granted.set(Field::extended_deadline, std::string("2025-03-05T10:30:00.000+08:00"));
    granted.set(Field::asked_time, std::string("2025-03-03T10:29:00.000+08:00"));
    EXPECT_THAT(story.findings(), ElementsAre());
    granted.set(Field::asked_time, std::string("2025-03-03T10:31:00.000+08:00"));
    EXPECT_THAT(story.findings(), ElementsAre("extension_asked_late E3"));
}

TEST(Fold, FlagsComeFromTheRecords) {
    Story story;
    Record& appeal = story.appeal("3");
    appeal.set(Field::is_secret, std::string("true"));
    appeal.set(Field::group_count, std::string("128"));
    appeal.set(Field::channel, std::string("13"));
    story.step("60");
    story.step("75");
    story.add(Kind::Supervision, "D1").set(Field::supervision_state, std::string("1"));
    const auto flags = story.fold().flags;
    EXPECT_TRUE(
        flags.secret && flags.group && flags.from_province && flags.urged && flags.hard_case &&
        flags.supervised
    );
    EXPECT_FALSE(flags.repeat);
}

TEST(Fold, TransfersAwaitTheOtherSide) {
    Story story;
    story.appeal("8");
    EXPECT_EQ(State::TransferredOut, story.state());
    story.step("91");
    EXPECT_EQ(State::TransferReceived, story.state());
    EXPECT_THAT(story.findings(), IsEmpty());
    story.step("92");
    EXPECT_EQ(State::AwaitingDispatch, story.state());
}

TEST(Fold, HoldAndConsultationSetTheHandlingAside) {
    Story story;
    story.appeal("3");
    story.assign("A1", "U1");
    story.step("35");
    EXPECT_EQ(State::Consulting, story.state());
    story.step("30", "U1");
    EXPECT_EQ(State::Consulting, story.state());
    story.step("36");
    story.step("37");
    EXPECT_EQ(State::Suspended, story.state());
    story.result("U1");
    EXPECT_EQ(State::AwaitingVisit, story.state());
}

struct ClosingCase {
    const char* name;
    void (*tell)(Story&);
    std::vector<std::string> missing;
};

TEST(Fold, AClosedTicketMustContainWhatItsWayAsksFor) {
    const ClosingCase cases[] = {
        {"closed bare",
         [](Story& s) {
             s.appeal("3");
             s.step("80");
         },
         {"closed_without_assignment S2", "closed_without_result S2", "closed_without_visit S2"}},
        {"closed unvisited",
         [](Story& s) {
             s.appeal("3");
             s.assign("A1", "U1");
             s.result("U1");
             s.step("80");
         },
         {"closed_without_visit S4"}},
        {"no reply wanted",
         [](Story& s) {
             s.appeal("3").set(Field::need_reply, std::string("false"));
             s.assign("A1", "U1");
             s.result("U1");
             s.step("80");
         },
         {}},
        {"answered",
         [](Story& s) { s.appeal("1").set(Field::direct_reply, std::string("答复")); },
         {}},
        {"put through",
         [](Story& s) { s.appeal("2").set(Field::transfer_to, std::string("12315")); },
         {}},
        {"put through to nobody",
         [](Story& s) { s.appeal("2"); },
         {"transfer_without_target P1"}},
        {"answered without words", [](Story& s) { s.appeal("1"); }, {"answer_without_reply P1"}},
        {"refused",
         [](Story& s) {
             s.appeal("3");
             s.step("03").set(Field::not_accept_reason, std::string("10"));
         },
         {}},
        {"refused without reason", [](Story& s) { s.appeal("10"); }, {"refusal_without_reason P1"}},
        {"merged",
         [](Story& s) {
             s.appeal("3");
             s.step("97").set(Field::related_tickets, std::vector<std::string>{"GD-0"});
         },
         {}},
        {"merged into nothing",
         [](Story& s) {
             s.appeal("3");
             s.step("97");
         },
         {"relation_missing S2"}},
        {"handed over and closed",
         [](Story& s) {
             s.appeal("9");
             s.step("80");
         },
         {"transfer_without_receipt S2"}},
        {"withdrawn",
         [](Story& s) {
             s.appeal("3");
             s.step("99");
         },
         {}},
    };
    for (const auto& each : cases) {
        Story story;
        each.tell(story);
        EXPECT_EQ(each.missing, story.findings()) << each.name;
    }
}

TEST(Fold, HistoryRunsNoClock) {
    Story story;
    story.appeal("3").set(Field::stated_deadline, std::string("2025-03-03T12:00:00.000+08:00"));
    Record& assignment = story.assign("A1", "U1");
    assignment.set(Field::limit_value, std::string("1"));
    assignment.set(Field::limit_unit, std::string("1"));
    story.extension("U1", "1");
    story.extension("U1", "2", "03T18:00");
    ASSERT_TRUE(story.fold().flags.overdue);
    for (Record& record : story.records) record.set(Field::origin, std::string("history"));
    const auto view = story.fold();
    EXPECT_FALSE(view.deadline_ms);
    EXPECT_FALSE(view.flags.overdue);
    EXPECT_FALSE(view.flags.due_soon);
    ASSERT_EQ(1U, view.assignments.size());
    EXPECT_EQ(0, view.assignments[0].deadline_ms);
    EXPECT_FALSE(view.assignments[0].overdue);
    // What happens from now on has its clock.
    Record& again = story.assign("A2", "U1");
    again.set(Field::stated_deadline, std::string("2025-03-03T23:00:00.000+08:00"));
    EXPECT_TRUE(story.fold().flags.overdue);
}

TEST(Fold, CallTimesOutOfOrderAreAFinding) {
    Story story;
    story.appeal("1").set(Field::direct_reply, std::string("答复"));
    Record& call = story.add(Kind::Call, "C1");
    call.set(Field::ring_time, std::string("2025-03-03T09:00:10.000+08:00"));
    call.set(Field::answer_time, std::string("2025-03-03T09:00:05.000+08:00"));
    EXPECT_THAT(story.findings(), ElementsAre("call_times_disordered C1"));
}

TEST(Machine, EveryProcessTypeHasAMeaning) {
    for (const auto& code : codeList("process_type"))
        EXPECT_STREQ(code.code, stepOf(code.code).code);
    EXPECT_EQ(codeList("process_type").size(), stepTable().size());
}

TEST(Machine, FinalStatesAreLeftOnlyByStepsThatMayLeaveThem) {
    for (const auto& row : ticketTransitions()) {
        EXPECT_FALSE(contains(row.from, State::Withdrawn)) << "a withdrawn ticket moves";
        const bool may =
            row.step == Step::Reopen || row.step == Step::Redo || row.step == Step::Archive;
        EXPECT_TRUE(may || !contains(row.from, State::Archived)) << static_cast<int>(row.step);
    }
}
