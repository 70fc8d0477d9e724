#include "gateway/delivery/courier.h"

#include "gateway/delivery/decision.h"
#include "gateway/ledger/store/erasure.h"
#include "tests/unit/gateway/delivery/delivery_fixture.h"

namespace yht::delivery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class CourierTest : public DeliveryFixture {
protected:
    /// The province takes nothing of a ticket before its appeal.
    void needAppeal() {
        for (const Kind kind : {Kind::Assignment, Kind::Process, Kind::Result, Kind::Visit}) {
            far.needs.push_back({.kind = kind, .needs = {Kind::Appeal}});
        }
    }
    /// A call that names no ticket, with its caller's number; the answer to it is lost.
    void loseCallByItself() {
        options.mask_secret = true;
        auto call = record(Kind::Call, "C1", 1, "partner");
        call.set(Field::caller_phone, std::string("19900000001"));
        put("", call);
        far.will("lost");
        run();
    }
    std::string ticketOf(const std::string& party, const std::string& number) {
        return view()->findTicket(party, number).value_or("");
    }
    base::Result<ledger::Seq> decide(
        ledger::Seq seq, RowDecision decision, const std::string& why = "asked by telephone"
    ) {
        return decideRow(
            *store_, clock, random,
            {.far_side = {.id = "province", .party = "province"},
             .seq = seq,
             .decision = decision,
             .operator_id = "uid-1000",
             .why = why,
             .unknown_is_operators = far.resend_rule == kit::Resend::Operator}
        );
    }
};

// ---- what goes without the far side, and out of order: queues of attachments

TEST_F(CourierTest, WhatIsWithheldEndsWithAnOutcomeAndWasNeverSent) {
    put("A", Kind::Appeal, "A1");
    far.will("withhold");
    run();
    EXPECT_THAT(rows(), IsEmpty());
    ASSERT_THAT(told(), ElementsAre("A1 withheld"));
    EXPECT_EQ(0, outcomes()[0].times.sent_ms);
    EXPECT_FALSE(outcomes()[0].exchange.has_value());
    EXPECT_EQ(1U, courier().counters().withheld);
    EXPECT_EQ(0U, courier().counters().batches);
}

TEST_F(CourierTest, WhatIsAwaitedTeachesNothingOfTheFarSide) {
    put("A", Kind::Appeal, "A1");
    far.will("await");
    run();
    EXPECT_THAT(rows(), ElementsAre("A1 ready"));
    EXPECT_EQ(0, courier().counters().last_success_ms);
    later(2);
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
}

TEST_F(CourierTest, WithoutOrderOneOfATicketOvertakesAnotherThatWaits) {
    far.keeps_order = false;
    far.batch_max = 1;
    put("A", Kind::Appeal, "A1");
    put("A", Kind::Process, "A2");
    far.will("later A1");
    run();
    EXPECT_THAT(told(), ElementsAre("A2 accepted"));
    EXPECT_THAT(rows(), ElementsAre("A1 ready"));
}

// ---- one record's way

TEST_F(CourierTest, AnAcceptedRecordLeavesAnOutcomeAndNoRow) {
    const auto seq = put("A", Kind::Appeal, "A1");
    later(3);
    run();
    EXPECT_THAT(rows(), IsEmpty());
    ASSERT_EQ(1U, outcomes().size());
    const Outcome outcome = outcomes()[0];
    EXPECT_EQ(seq, outcome.record_seq);
    EXPECT_EQ(Verdict::Accepted, outcome.verdict);
    EXPECT_EQ("receipt " + std::to_string(seq), outcome.peer_receipt);
    EXPECT_EQ("signed response of province", outcome.exchange->response);
    EXPECT_FALSE(outcome.late);
}

TEST_F(CourierTest, TheFiveTimesAreKept) {
    put("A", Kind::Appeal, "A1");
    later(3);
    run();
    const FiveTimes times = outcomes().at(0).times;
    EXPECT_EQ(kMidnight - 60'000, times.event_ms);
    EXPECT_EQ(kMidnight, times.received_ms);
    EXPECT_EQ(kMidnight, times.committed_ms);
    EXPECT_EQ(kMidnight + 3'000, times.sent_ms);
    EXPECT_EQ(kMidnight + 3'000, times.acknowledged_ms);
}

TEST_F(CourierTest, ABatchsResponseIsStoredOnce) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    run();
    ASSERT_EQ(2U, outcomes().size());
    EXPECT_FALSE(outcomes()[0].exchange);
    EXPECT_EQ(outcomes()[0].exchange_seq, outcomes()[1].exchange_seq);
    const auto entry = view()->entry(outcomes()[0].exchange_seq);
    ASSERT_TRUE(entry.ok());
    EXPECT_EQ("", entry->header.ticket_no);
    EXPECT_EQ(
        "signed response of province", decodeSharedExchange(entry->payload)->exchange.response
    );
}

TEST_F(CourierTest, WhatWaitedTooLongGoesAsLate) {
    put("A", Kind::Appeal, "A1");
    later(601);
    run();
    EXPECT_TRUE(far.calls.at(0).records.at(0).late);
    EXPECT_TRUE(outcomes().at(0).late);
}

TEST_F(CourierTest, OthersNumbersTravelBesideTheRecord) {
    put("A", Kind::Appeal, "A1");
    name("A", "p110", "JJ-1");
    run();
    EXPECT_EQ("JJ-1", far.calls.at(0).records.at(0).numbers.at("p110"));
}

// ---- order

TEST_F(CourierTest, TicketsGoInParallel) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    put("C", Kind::Appeal, "C1");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1,B1,C1"));
}

TEST_F(CourierTest, OrderWithinATicketIsKept) {
    put("A", Kind::Appeal, "A1");
    put("A", Kind::Process, "A2");
    put("B", Kind::Appeal, "B1");
    put("A", Kind::Process, "A3");
    far.will("later A1");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1,B1"));
    EXPECT_THAT(
        rows(), ElementsAre("A1 ready", "A2 held waits_for_order:1", "A3 held waits_for_order:1")
    );
    later(1);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1,B1", "A1", "A2", "A3"));
}

TEST_F(CourierTest, ATicketThatKeepsFailingDoesNotBlockOthers) {
    put("A", Kind::Appeal, "A1");
    for (int i = 0; i < 3; ++i) {
        far.will("later A1");
        run();
        put("B" + std::to_string(i), Kind::Appeal, "B" + std::to_string(i));
        run();
        later(60);
    }
    EXPECT_THAT(told(), ElementsAre("B0 accepted", "B1 accepted", "B2 accepted"));
}

TEST_F(CourierTest, TheThousandAndFirstRecordOfAStuckTicketHidesNobody) {
    for (int i = 0; i < 1001; ++i) put("A", Kind::Process, "A" + std::to_string(i));
    put("B", Kind::Appeal, "B1");
    far.will("later A0");
    run();
    EXPECT_THAT(told(), ElementsAre("B1 accepted"));
}

TEST_F(CourierTest, ABatchIsNeverGreaterThanTheFarSideTakes) {
    far.batch_max = 2;
    for (const char* ticket : {"A", "B", "C"}) put(ticket, Kind::Appeal, std::string(ticket) + "1");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1,B1", "C1"));
}

TEST_F(CourierTest, ABatchIsNeverLargerThanTheFarSideTakes) {
    far.batch_bytes_max = 10;
    far.bytes = {{"A1", 4}, {"B1", 6}, {"C1", 1}, {"D1", 10}, {"E1", 1}};
    for (const char* ticket : {"A", "B", "C", "D", "E"})
        put(ticket, Kind::Appeal, std::string(ticket) + "1");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1,B1", "C1", "D1", "E1"));
}

TEST_F(CourierTest, ARecordLargerThanABatchShouldBeGoesAlone) {
    far.batch_bytes_max = 10;
    far.bytes = {{"B1", 11}};
    for (const char* ticket : {"A", "B", "C"})
        put(ticket, Kind::Appeal, std::string(ticket) + "1");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "B1", "C1"));
}

TEST_F(CourierTest, NothingOfATicketOvertakesARecordThatDidNotFit) {
    far.batch_bytes_max = 10;
    far.bytes = {{"A1", 6}, {"B1", 6}};
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    put("B", Kind::Process, "B2");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "B1", "B2"));
}

TEST_F(CourierTest, ARecordWithoutVersionGoesWithTheOneItWasGiven) {
    auto bare = record(Kind::Process, "A1", 1, "partner");
    bare.erase(Field::version);
    for (const char* opinion : {"办理中", "已办结", "办理中"}) {
        bare.set(Field::opinion, std::string(opinion));
        put("A", bare);
    }
    run();
    ASSERT_EQ(3U, far.calls.size());
    for (std::uint64_t i = 0; i < 3; ++i) {
        EXPECT_EQ(i + 1, far.calls[i].records[0].record.identity().version);
    }
    EXPECT_THAT(told(), ElementsAre("A1 accepted", "A1 accepted", "A1 accepted"));
}

TEST_F(CourierTest, AnOlderVersionThatCameTooLateIsNotSent) {
    put("A", Kind::Appeal, "A1", 5);
    run();
    put("A", Kind::Appeal, "A1", 4);
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted", "A1 stale"));
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
}

// ---- dependencies and refusals

TEST_F(CourierTest, AnIncompleteTicketWaitsForItsAppeal) {
    needAppeal();
    put("A", Kind::Result, "A2");
    run();
    EXPECT_THAT(rows(), ElementsAre("A2 held waits_for_arrival:appeal"));
    put("A", Kind::Appeal, "A1");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "A2"));
    EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(CourierTest, ARefusedRecordHoldsOnlyWhatDependsOnIt) {
    needAppeal();
    put("A", Kind::Appeal, "A1");
    put("A", Kind::Result, "A2");
    put("A", Kind::Call, "A3");
    put("B", Kind::Appeal, "B1");
    put("B", Kind::Result, "B2");
    far.will("refuse A1");
    run();
    EXPECT_THAT(rows(), ElementsAre("A1 dead", "A2 held waits_for:appeal"));
    EXPECT_THAT(told(), ElementsAre("A1 refused", "B1 accepted", "A3 accepted", "B2 accepted"));
    const auto reason = decodeDeadReason(deliveries().at(0).reason);
    EXPECT_EQ("delivery.refused", reason.code);
    EXPECT_EQ("E102", reason.peer_code);
    EXPECT_EQ("/sqnr", reason.fields.at(0).pointer);
}

TEST_F(CourierTest, TheCorrectionReleasesTheRest) {
    needAppeal();
    const auto refused = put("A", Kind::Appeal, "A1", 1);
    put("A", Kind::Result, "A2");
    far.will("refuse A1");
    run();
    put("A", Kind::Appeal, "A1", 2);
    run();
    EXPECT_THAT(rows(), IsEmpty());
    EXPECT_THAT(told(), ElementsAre("A1 refused", "A1 accepted", "A2 accepted"));
    EXPECT_THAT(outcomes().at(1).supersedes, ElementsAre(refused));
}

TEST_F(CourierTest, ARecordThatCannotBePutIntoTheFarSidesFormIsDeadUnsent) {
    needAppeal();
    far.unmappable = {"A1"};
    put("A", Kind::Appeal, "A1");
    put("A", Kind::Result, "A2");
    run();
    EXPECT_THAT(far.heard(), IsEmpty());
    EXPECT_THAT(rows(), ElementsAre("A1 dead", "A2 held waits_for:appeal"));
    EXPECT_THAT(told(), ElementsAre("A1 unmappable"));
    EXPECT_EQ("too_long", decodeDeadReason(deliveries().at(0).reason).fields.at(0).code);
}

TEST_F(CourierTest, WhatWasErasedBeforeItWentEndsWithoutADeadLetter) {
    const auto erase = [this](const std::string& ticket) {
        const auto erased = ledger::eraseTicket(
            *store_, clock, random,
            {.ticket_no = tickets_[ticket],
             .operator_id = "uid-1000",
             .why = "request",
             .at_ms = 0,
             .salt = {},
             .carriers = {}},
            [](const ledger::Entry&) { return false; }
        );
        ASSERT_TRUE(erased.ok()) << base::describe(erased.error());
    };
    put("A", Kind::Appeal, "A1");
    route();
    put("B", Kind::Appeal, "B1");
    put("C", Kind::Appeal, "C1");
    erase("A");  // routed
    erase("B");  // the router has yet to see it
    run();
    EXPECT_THAT(rows(), IsEmpty());
    EXPECT_THAT(far.heard(), ElementsAre("C1"));
}

TEST_F(CourierTest, ARecordThatFailsMappingInItsBatchEndsAndTheRestPasses) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    put("C", Kind::Appeal, "C1");
    far.will("unmap B1");
    run();
    EXPECT_EQ(1U, far.calls.size());
    EXPECT_THAT(
        told(), testing::UnorderedElementsAre("A1 accepted", "B1 unmappable", "C1 accepted")
    );
    EXPECT_THAT(rows(), ElementsAre("B1 dead"));
    const auto reason = decodeDeadReason(deliveries().at(0).reason);
    EXPECT_EQ("delivery.mapping_failed", reason.code);
    EXPECT_EQ("too_long", reason.fields.at(0).code);
    EXPECT_THAT(log, IsEmpty());
}

TEST_F(CourierTest, WhatWasLeftOutOfABatchHasNoExchange) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    far.will("unmap B1");
    run();
    for (const Outcome& outcome : outcomes()) {
        const bool sent = outcome.verdict == Verdict::Accepted;
        EXPECT_EQ(sent, outcome.exchange_seq != 0);
        EXPECT_EQ(sent, outcome.times.sent_ms != 0);
    }
}

TEST_F(CourierTest, ARecordThatFailsMappingEndsThoughTheOthersAnswerIsLost) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    put("C", Kind::Appeal, "C1");
    far.will("unmap-lost B1");
    run();
    EXPECT_THAT(rows(), ElementsAre("A1 unknown", "B1 dead", "C1 unknown"));
    later(1);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1,B1,C1", "A1,C1"));
    EXPECT_EQ(far.calls[0].batch_id, far.calls[1].batch_id);
    EXPECT_THAT(rows(), ElementsAre("B1 dead"));
}

TEST_F(CourierTest, ARepeatThatNoLongerMapsEndsAndBlocksNobody) {
    put("A", Kind::Appeal, "A1");
    far.will("lost");
    run();
    put("B", Kind::Appeal, "B1");
    later(1);
    far.will("unmap A1");
    run();
    EXPECT_THAT(rows(), ElementsAre("A1 dead"));
    EXPECT_THAT(told(), ElementsAre("A1 unmappable", "B1 accepted"));
}

TEST_F(CourierTest, AProbeThatCouldNotBeMappedProvesNothing) {
    put("A", Kind::Appeal, "A1");
    for (std::uint32_t i = 0; i < kBreakerFailures; ++i) {
        far.will("unsent");
        run();
        later(60);
    }
    ASSERT_EQ(BreakerState::Open, courier().counters().breaker);
    put("B", Kind::Appeal, "B1");
    later(600);
    far.will("unmap A1");
    ASSERT_TRUE(courier().step());
    EXPECT_NE(BreakerState::Closed, courier().counters().breaker);
    run();
    EXPECT_EQ(BreakerState::Closed, courier().counters().breaker);
    EXPECT_THAT(told(), ElementsAre("A1 unmappable", "B1 accepted"));
}

TEST_F(CourierTest, WhatTheFarSideSentUsItHas) {
    needAppeal();
    put("A", Kind::Appeal, "P1", 1, "province");
    put("A", Kind::Result, "A1");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
}

TEST_F(CourierTest, TheFarSidesOwnAppealReleasesWhatWaitedForIt) {
    needAppeal();
    put("A", Kind::Result, "A1");
    run();
    ASSERT_THAT(rows(), ElementsAre("A1 held waits_for_arrival:appeal"));
    put("A", Kind::Appeal, "P1", 1, "province");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
}

TEST_F(CourierTest, WhatWasAcceptedBeforeARestartStillCounts) {
    needAppeal();
    put("A", Kind::Appeal, "A1");
    run();
    killAndReopen();
    put("A", Kind::Result, "A2");
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted", "A2 accepted"));
}

// ---- lost answers

TEST_F(CourierTest, P02_ALostAnswerIsSentAgainWithTheSameBatchId) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    far.will("lost-after");
    run();
    EXPECT_THAT(rows(), ElementsAre("A1 unknown", "B1 unknown"));
    later(1);
    run();
    ASSERT_EQ(2U, far.calls.size());
    EXPECT_EQ(far.calls[0].batch_id, far.calls[1].batch_id);
    EXPECT_THAT(far.heard(), ElementsAre("A1,B1", "A1,B1"));
    EXPECT_THAT(told(), ElementsAre("A1 duplicate", "B1 duplicate"));
}

TEST_F(CourierTest, ARepeatCarriesTheSameContent) {
    put("A", Kind::Appeal, "A1");
    name("A", "p110", "JJ-1");
    far.will("lost-after");
    run();
    name("A", "centre", "GD-1");  // known only now
    later(3600);                  // and late only now
    run();
    ASSERT_EQ(2U, far.calls.size());
    EXPECT_EQ(far.calls[0].records[0].numbers, far.calls[1].records[0].numbers);
    EXPECT_FALSE(far.calls[1].records[0].late);
    EXPECT_EQ(far.calls[0].records[0].record, far.calls[1].records[0].record);
}

TEST_F(CourierTest, NothingOfATicketOvertakesItsUnknownRecord) {
    put("A", Kind::Appeal, "A1");
    far.will("lost");
    run();
    put("A", Kind::Process, "A2");
    put("B", Kind::Appeal, "B1");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "B1"));
    later(1);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "B1", "A1", "A2"));
}

TEST_F(CourierTest, P02_QueryFirstDoesNotResendWhatIsThere) {
    far.resend_rule = kit::Resend::QueryFirst;
    put("A", Kind::Appeal, "A1");
    far.will("lost-after");
    run();
    later(1);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "?A1"));
    EXPECT_THAT(told(), ElementsAre("A1 duplicate"));
}

TEST_F(CourierTest, QueryFirstSendsWhatIsNotThere) {
    far.resend_rule = kit::Resend::QueryFirst;
    put("A", Kind::Appeal, "A1");
    far.will("lost");
    run();
    later(1);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "?A1", "A1"));
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
}

TEST_F(CourierTest, OperatorModeWaitsForTheOperator) {
    far.resend_rule = kit::Resend::Operator;
    const auto seq = put("A", Kind::Appeal, "A1");
    put("A", Kind::Process, "A2");
    far.will("lost-after");
    run();
    later(86'400);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
    ASSERT_TRUE(decide(seq, RowDecision::Taken).ok());
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "A2"));
    EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(CourierTest, AnswersForOtherRecordsAreNoAnswer) {
    put("A", Kind::Appeal, "A1");
    far.will("garbled");
    run();
    EXPECT_THAT(rows(), ElementsAre("A1 unknown"));
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ("delivery.answer_invalid", courier().counters().last_error);
}

TEST_F(CourierTest, ABatchThatStaysUnknownGoesRecordByRecord) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    for (std::uint32_t i = 0; i < kTogetherAttemptsMax; ++i) far.will("lost");
    for (std::uint32_t i = 0; i < kTogetherAttemptsMax; ++i) {
        run();
        later(600);
    }
    for (const char* word : {"lost", "ok", "lost"}) far.will(word);  // A1 is the poison
    run();
    later(600);
    run();
    EXPECT_THAT(told(), ElementsAre("B1 accepted"));
    EXPECT_THAT(rows(), ElementsAre("A1 unknown"));
}

TEST_F(CourierTest, ARecordThatHasEveryBatchRefusedEndsAloneAndDead) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    far.will("poison B1");
    for (std::uint32_t i = 0; i < 40 && rows() != std::vector<std::string>{"B1 dead"}; ++i) {
        put("C" + std::to_string(i), Kind::Appeal,
            "C" + std::to_string(i));  // others get through once it stands alone
        run();
        later(300);
    }
    EXPECT_THAT(rows(), ElementsAre("B1 dead"));
    EXPECT_EQ("delivery.refused", decodeDeadReason(deliveries().at(0).reason).code);
    EXPECT_THAT(far.heard(), testing::Contains("B1"));
}

TEST_F(CourierTest, AFarSideThatRefusesEverybodyMakesNobodyDead) {
    put("A", Kind::Appeal, "A1");
    far.will("poison A1");
    for (int i = 0; i < 200; ++i) {
        run();
        later(300);
    }
    EXPECT_THAT(rows(), ElementsAre("A1 ready"));
    far.will("cure");
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
}

TEST_F(CourierTest, KilledBetweenSendAndOutcomeSendsAgainAndNeverLoses) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    route();
    // The far side takes the batch; at that moment the ledger takes no more tasks, as if the
    // process had died.
    {
        RefusingStore dying(*store_, 2);  // recover and mark
        options.far_side = {.id = "province", .party = "province"};
        Courier doomed(dying, clock, random, far, options, nullptr);
        EXPECT_TRUE(doomed.step());
    }
    EXPECT_THAT(rows(), ElementsAre("A1 in_flight", "B1 in_flight"));
    killAndReopen();
    run();
    ASSERT_EQ(2U, far.calls.size());
    EXPECT_EQ(far.calls[0].batch_id, far.calls[1].batch_id);
    EXPECT_THAT(told(), ElementsAre("A1 duplicate", "B1 duplicate"));
    EXPECT_THAT(rows(), IsEmpty());
}

// ---- a far side in trouble

TEST_F(CourierTest, RetryAfterIsHonoured) {
    put("A", Kind::Appeal, "A1");
    far.will("busy 30");
    run();
    later(29);
    run();
    EXPECT_EQ(1U, far.calls.size());
    later(1);
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
}

TEST_F(CourierTest, NobodySilencesACourierForLongerThanAnHour) {
    for (const char* word : {"busy 3601", "busy 31536000"}) {
        put("A", Kind::Appeal, "A" + std::to_string(far.calls.size()));
        const auto before = far.calls.size();
        far.will(word);
        run();
        later(3599);
        run();
        EXPECT_EQ(before + 1, far.calls.size());
        later(1);
        run();
        EXPECT_EQ(before + 2, far.calls.size());
        EXPECT_THAT(rows(), IsEmpty());
    }
}

TEST_F(CourierTest, ANegativeRetryAfterIsNone) {
    put("A", Kind::Appeal, "A1");
    far.will("busy -100000");
    run();
    later(1);
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
}

TEST_F(CourierTest, AnAnnouncedWindowIsKeptWholeAndIsNoTrouble) {
    put("A", Kind::Appeal, "A1");
    far.will("announced 7200");
    run();
    later(7199);
    run();
    EXPECT_EQ(1U, far.calls.size());
    EXPECT_TRUE(courier().counters().in_maintenance);
    later(1);
    EXPECT_FALSE(courier().counters().in_maintenance);
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
    EXPECT_THAT(log, IsEmpty());
    EXPECT_EQ("", courier().counters().last_error);
}

TEST_F(CourierTest, WhatWasNotSentIsReadyUnderANewBatch) {
    put("A", Kind::Appeal, "A1");
    far.will("unsent");
    run();
    EXPECT_THAT(rows(), ElementsAre("A1 ready"));
    EXPECT_EQ("delivery.peer_unreachable", deliveries().at(0).reason);
    later(1);
    run();
    EXPECT_NE(far.calls.at(0).batch_id, far.calls.at(1).batch_id);
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
}

TEST_F(CourierTest, BreakerOpensAndProbesWithOneRecord) {
    far.batch_max = 2;
    for (int i = 0; i < 12; ++i)
        put("T" + std::to_string(i), Kind::Appeal, "T" + std::to_string(i));
    for (std::uint32_t i = 0; i < kBreakerFailures; ++i) far.will("unsent");
    run();
    EXPECT_EQ(kBreakerFailures, far.calls.size());
    EXPECT_EQ(BreakerState::Open, courier().counters().breaker);
    later(5);
    ASSERT_TRUE(courier().step());
    EXPECT_EQ(1U, far.calls.back().records.size());
    run();
    EXPECT_EQ(BreakerState::Closed, courier().counters().breaker);
    later(60);
    run();
    EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(CourierTest, ARequestRefusedForOneOfItsRecordsGoesOneByOneAtOnce) {
    for (const char* ref : {"A", "B", "C"}) put(ref, Kind::Appeal, std::string(ref) + "1");
    for (const char* word : {"blame B1", "blame B1", "blame B1", "blame B1"}) far.will(word);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1,B1,C1", "A1", "B1", "C1"));
    EXPECT_THAT(told(), testing::UnorderedElementsAre("A1 accepted", "B1 refused", "C1 accepted"));
    EXPECT_THAT(rows(), ElementsAre("B1 dead"));
    EXPECT_EQ(BreakerState::Closed, courier().counters().breaker);
    EXPECT_THAT(log, IsEmpty());
}

TEST_F(CourierTest, AfterALostAnswerTheSameBlameSplitsTheBatchAtOnce) {
    for (const char* ref : {"A", "B"}) put(ref, Kind::Appeal, std::string(ref) + "1");
    for (const char* word : {"lost", "blame B1", "blame B1", "blame B1"}) far.will(word);
    run();
    later(60);
    run();
    later(60);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1,B1", "A1,B1", "A1", "B1"));
    EXPECT_THAT(told(), testing::UnorderedElementsAre("A1 accepted", "B1 refused"));
}

TEST_F(CourierTest, WhoStopsUsIsAskedAgainByOneProbe) {
    far.batch_max = 2;
    for (int i = 0; i < 4; ++i) put("T" + std::to_string(i), Kind::Appeal, "T" + std::to_string(i));
    for (const char* word : {"stop", "stop"}) far.will(word);
    run();
    EXPECT_EQ(1U, far.calls.size());
    EXPECT_EQ(BreakerState::Open, courier().counters().breaker);
    EXPECT_EQ("delivery.refused", courier().counters().last_error);
    EXPECT_THAT(log, ElementsAre("delivery province: trouble begins 投递出现故障: delivery.refused (Fault)"));
    later(5);
    run();
    ASSERT_EQ(2U, far.calls.size());
    EXPECT_EQ(1U, far.calls.back().records.size());
    // No record is blamed for it, however often it was the probe.
    for (int i = 0; i < 12; ++i) {
        far.will("stop");
        later(600);
        run();
    }
    EXPECT_THAT(told(), IsEmpty());
    later(600);
    run();
    later(600);
    run();
    EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(CourierTest, TroubleIsOneLineAtItsStartAndOneAtItsEnd) {
    put("A", Kind::Appeal, "A1");
    for (int i = 0; i < 4; ++i) far.will("unsent");
    for (int i = 0; i < 6; ++i) {
        run();
        later(60);
    }
    EXPECT_THAT(
        log, ElementsAre(
                 "delivery province: trouble begins 投递出现故障: delivery.peer_unreachable",
                 "delivery province: trouble ends 投递恢复, after 历时 240 s 秒, failures 失败次数 4"
             )
    );
}

TEST_F(CourierTest, MaintenanceWindowSendsNothing) {
    options.maintenance = {{.from_ms = kMidnight, .to_ms = kMidnight + 7'200'000}};
    put("A", Kind::Appeal, "A1");
    later(7'199);
    run();
    EXPECT_THAT(far.heard(), IsEmpty());
    EXPECT_TRUE(courier().counters().in_maintenance);
    later(1);
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
    EXPECT_THAT(log, IsEmpty());
}

TEST_F(CourierTest, RetriesGoOnForDaysAndNeverGiveUp) {
    put("A", Kind::Appeal, "A1");
    int hours = 0;
    for (; hours < 96; ++hours) {
        far.will("later A1");
        run();
        later(3600);
    }
    EXPECT_EQ(96U, far.calls.size());
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
}

TEST_F(CourierTest, P07_WhatIsTriedForDaysOutlivesEveryRestartAndIsErasedByNobody) {
    put("A", Kind::Appeal, "A1");
    for (int day = 0; day < 7; ++day) {
        far.will("later A1");
        run();
        EXPECT_THAT(rows(), ElementsAre(::testing::StartsWith("A1 ")));
        killAndReopen();
        EXPECT_THAT(rows(), ElementsAre(::testing::StartsWith("A1 ")));
        later(86'400);
    }
    EXPECT_EQ(7U, far.calls.size());
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
    EXPECT_THAT(rows(), IsEmpty());
}

// ---- numbers and names

TEST_F(CourierTest, PeerNumberBecomesAnAlias) {
    put("A", Kind::Appeal, "A1");
    far.will("number A1 SZ-7");
    run();
    EXPECT_EQ(tickets_["A"], ticketOf("province", "SZ-7"));
    EXPECT_EQ("SZ-7", outcomes().at(0).peer_number);
}

TEST_F(CourierTest, PeerNumberOfAnotherTicketIsNeverCrossed) {
    needAppeal();
    put("A", Kind::Appeal, "A1");
    far.will("number A1 SZ-7");
    run();
    put("B", Kind::Appeal, "B1");
    put("B", Kind::Result, "B2");
    far.will("number B1 SZ-7");
    run();
    EXPECT_EQ(tickets_["A"], ticketOf("province", "SZ-7"));
    EXPECT_EQ("alias_conflict", outcomes().at(1).finding);
    EXPECT_THAT(rows(), ElementsAre("B1 dead", "B2 held waits_for:appeal"));
    EXPECT_EQ("record.alias_conflict", decodeDeadReason(deliveries().at(0).reason).code);
    EXPECT_EQ(1U, courier().counters().alias_conflicts);
}

TEST_F(CourierTest, SecretTicketsAreMaskedForUnits) {
    options.mask_secret = true;
    for (const char* ticket : {"A", "B"}) {
        auto appeal = record(Kind::Appeal, std::string(ticket) + "1", 1, "partner");
        appeal.set(Field::caller_name, std::string("张三丰"));
        appeal.set(Field::is_secret, std::string(ticket[0] == 'A' ? "true" : "false"));
        put(ticket, appeal);
    }
    run();
    const auto& records = far.calls.at(0).records;
    EXPECT_EQ("保密", records[0].record.text(Field::caller_name));
    EXPECT_EQ("张三丰", records[1].record.text(Field::caller_name));
}

TEST_F(CourierTest, ASecretCitizenIsHiddenInEveryRecordOfTheTicket) {
    options.mask_secret = true;
    auto appeal = record(Kind::Appeal, "A1", 1, "partner");
    appeal.set(Field::caller_name, std::string("张三丰"));
    appeal.set(Field::is_secret, std::string("true"));
    put("A", appeal);
    auto result = record(Kind::Result, "A2", 1, "partner");
    result.set(Field::handling_detail, std::string("已与张三丰联系"));
    put("A", result);
    run();
    EXPECT_EQ("已与****联系", far.calls.at(1).records.at(0).record.text(Field::handling_detail));
}

TEST_F(CourierTest, AMaskedBatchIsRepeatedAsItWasThoughAnotherPersonIsKnownSince) {
    options.mask_secret = true;
    auto appeal = record(Kind::Appeal, "A1", 1, "partner");
    appeal.set(Field::is_secret, std::string("true"));
    appeal.set(Field::content, std::string("我和李四光都投诉过"));
    put("A", appeal);
    far.will("lost");
    run();
    auto second = record(Kind::Appeal, "A2", 1, "partner");
    second.set(Field::caller_name, std::string("李四光"));
    put("A", second);
    later(1);
    run();
    const auto text = [&](std::size_t call) {
        return far.calls.at(call).records.at(0).record.text(Field::content);
    };
    EXPECT_EQ(far.calls.at(0).batch_id, far.calls.at(1).batch_id);
    EXPECT_EQ(text(0), text(1));
}

TEST_F(CourierTest, ATicketWithoutItsAppealIsMaskedForUnits) {
    options.mask_secret = true;
    auto call = record(Kind::Call, "A1", 1, "partner");
    call.set(Field::caller_phone, std::string("19900000001"));
    put("A", call);
    run();
    EXPECT_NE("19900000001", far.calls.at(0).records.at(0).record.text(Field::caller_phone));
}

TEST_F(CourierTest, WhatNamesNoTicketIsNobodysSecretAndWhatNamesOneThatIsNotThereIs) {
    options.mask_secret = true;
    const auto call = [&](const char* ref) {
        auto made = record(Kind::Call, ref, 1, "partner");
        made.set(Field::caller_phone, std::string("19900000001"));
        return made;
    };
    auto by_own = call("C2"), by_number = call("C3"), by_other = call("C4");
    by_own.set(Field::ticket_ref, std::string("T-1"));
    by_number.set(Field::ticket_no, std::string("430200-20190418-0000123-7"));
    by_other.set(Field::other_refs, std::vector<std::string>{"elsewhere/T-1"});
    for (const auto& made : {call("C1"), by_own, by_number, by_other}) put("", made);
    run();
    std::map<std::string, std::string> heard;
    for (const auto& batch : far.calls) {
        for (const auto& out : batch.records) heard[out.record.text(Field::record_ref)] = out.record.text(Field::caller_phone);
    }
    EXPECT_THAT(heard, ElementsAre(Pair("C1", "19900000001"), Pair("C2", "000"), Pair("C3", "000"), Pair("C4", "000")));
}

TEST_F(CourierTest, ACallIsAsSecretAsTheTicketsThatNameIt) {
    options.mask_secret = true;
    const auto call = [&](const std::string& ref, const std::string& source = "partner") {
        auto made = record(Kind::Call, ref, 1, source);
        made.set(Field::caller_phone, std::string("19900000001"));
        return made;
    };
    const auto appeal = [&](const std::string& ref, const std::string& named, const char* secret) {
        auto made = record(Kind::Appeal, ref, 1, "partner");
        made.set(Field::call_ref, named);
        made.set(Field::is_secret, std::string(secret));
        put(ref, made);
    };
    appeal("A1", "C1", "true");
    appeal("A2", "C2", "false");
    appeal("A3", "C3", "false");
    appeal("A4", "C3", "true");
    for (int i = 0; i < 9; ++i) appeal("B" + std::to_string(i), "C4", "false");  // more than are asked
    auto visit = record(Kind::Visit, "V1", 1, "partner");
    visit.set(Field::call_ref, std::string("C5"));
    put("without its appeal", visit);
    for (const char* ref : {"C1", "C2", "C3", "C4", "C5", "C6"}) put("", call(ref));
    put("", call("C1", "another"));
    run();
    std::map<std::string, std::string> heard;
    for (const auto& batch : far.calls) {
        for (const auto& out : batch.records) {
            if (out.record.kind() == Kind::Call) heard[out.record.source() + out.record.text(Field::record_ref)] = out.record.text(Field::caller_phone);
        }
    }
    EXPECT_THAT(heard, ElementsAre(Pair("anotherC1", "19900000001"), Pair("partnerC1", "000"), Pair("partnerC2", "19900000001"),
                                   Pair("partnerC3", "000"), Pair("partnerC4", "000"), Pair("partnerC5", "000"), Pair("partnerC6", "19900000001")));
}

TEST_F(CourierTest, ACallWhoseTicketCameMeanwhileIsNotRepeatedWithItsNumber) {
    loseCallByItself();
    EXPECT_EQ("19900000001", far.calls.at(0).records.at(0).record.text(Field::caller_phone));
    auto appeal = record(Kind::Appeal, "A1", 1, "partner");
    appeal.set(Field::call_ref, std::string("C1"));
    appeal.set(Field::is_secret, std::string("true"));
    put("A", appeal);
    later(1);
    run();
    ASSERT_LT(1U, far.calls.size());
    for (std::size_t i = 1; i < far.calls.size(); ++i) {
        for (const auto& out : far.calls[i].records) EXPECT_NE("19900000001", out.record.text(Field::caller_phone));
    }
}

TEST_F(CourierTest, ACallByItselfIsRepeatedAsItWas) {
    loseCallByItself();
    later(1);
    run();
    ASSERT_EQ(2U, far.calls.size());
    EXPECT_EQ(far.calls[0].batch_id, far.calls[1].batch_id);
    EXPECT_EQ("19900000001", far.calls[1].records[0].record.text(Field::caller_phone));
}

TEST_F(CourierTest, WhatBecameSecretIsNotRepeatedUnmasked) {
    options.mask_secret = true;
    auto appeal = record(Kind::Appeal, "A1", 1, "partner");
    appeal.set(Field::caller_name, std::string("张三丰"));
    appeal.set(Field::is_secret, std::string("false"));
    put("A", appeal);
    far.will("lost");
    run();
    appeal.set(Field::version, std::string("2"));
    appeal.set(Field::is_secret, std::string("true"));
    put("A", appeal);
    later(1);
    run();
    ASSERT_EQ(3U, far.calls.size());
    EXPECT_NE(far.calls[0].batch_id, far.calls[1].batch_id);
    EXPECT_NE("张三丰", far.calls[1].records[0].record.text(Field::caller_name));
}

// ---- the operator

TEST_F(CourierTest, ADeadLetterIsSentAgainOnDecision) {
    const auto seq = put("A", Kind::Appeal, "A1");
    far.will("refuse A1");
    run();
    ASSERT_TRUE(decide(seq, RowDecision::SendAgain).ok());
    run();
    EXPECT_THAT(told(), ElementsAre("A1 refused", "A1 accepted"));
}

TEST_F(CourierTest, ADiscardedDeadLetterIsGoneAndWhatDependsOnItStaysHeld) {
    needAppeal();
    const auto seq = put("A", Kind::Appeal, "A1");
    put("A", Kind::Result, "A2");
    far.will("refuse A1");
    run();
    ASSERT_TRUE(decide(seq, RowDecision::Discard).ok());
    run();
    EXPECT_THAT(rows(), ElementsAre("A2 held waits_for:appeal"));
}

TEST_F(CourierTest, NobodyDecidesOnARowThatIsOnItsWay) {
    const auto seq = put("A", Kind::Appeal, "A1");
    far.will("lost");
    run();
    const auto status = decide(seq, RowDecision::Discard);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(base::ErrorCode::ParameterInvalid, status.error().code);
    EXPECT_EQ(base::ErrorCode::NotFound, decide(seq + 100, RowDecision::Discard).error().code);
}

// ---- threads

TEST_F(CourierTest, LanesDeliverEverythingOnceAndStopAtOnce) {
    constexpr int kTickets = 300;
    far.batch_max = 7;
    for (int i = 0; i < kTickets; ++i) {
        const auto name = "T" + std::to_string(i);
        put(name, Kind::Appeal, name + "a");
        put(name, Kind::Process, name + "b");
    }
    route();
    // The scripted far side is for one caller at a time.
    struct OneAtATime final : kit::Destination {
        ScriptedDestination& far;
        std::mutex mutex;
        explicit OneAtATime(ScriptedDestination& scripted) : far(scripted) {}
        const std::string& id() const override { return far.id(); }
        std::size_t batchMax() const override { return far.batchMax(); }
        kit::Resend resend() const override { return far.resend(); }
        const std::vector<kit::Dependency>& dependencies() const override { return far.needs; }
        bool takes(Kind) const override { return true; }
        std::size_t batchBytesMax() const override { return far.batchBytesMax(); }
        kit::RecordFit check(const kit::OutboundRecord&) const override { return {}; }
        kit::BatchAnswer send(
            const std::string& id, const std::vector<kit::OutboundRecord>& records
        ) override {
            const std::lock_guard lock(mutex);
            return far.send(id, records);
        }
        kit::BatchAnswer query(
            const std::string& id, const std::vector<kit::OutboundRecord>& records
        ) override {
            const std::lock_guard lock(mutex);
            return far.query(id, records);
        }
    } shared(far);
    options.far_side = {.id = "province", .party = "province"};
    options.lanes = 4;
    Courier courier(*store_, clock, random, shared, options, nullptr);
    courier.start();
    while (courier.counters().accepted < 2 * kTickets)
        ASSERT_TRUE(store_->waitForEntry(view()->lastSeq() - 1, 10'000));
    courier.stop();
    EXPECT_THAT(rows(), IsEmpty());
    EXPECT_EQ(2U * kTickets, outcomes().size());
    std::map<std::string, std::string> last;
    for (const Outcome& outcome : outcomes()) {
        const auto& ref = refs_[outcome.record_seq];
        EXPECT_EQ(Verdict::Accepted, outcome.verdict) << ref;
        std::string& before = last[ref.substr(0, ref.size() - 1)];
        EXPECT_EQ(ref.ends_with('b') ? "a" : "", before) << ref;
        before = ref.back();
    }
}

}  // namespace
}  // namespace yht::delivery
