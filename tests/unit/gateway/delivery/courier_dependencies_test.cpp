// Dependencies and refusals: what waits for another record, what ends unsent.
#include "gateway/ledger/store/erasure.h"
#include "tests/unit/gateway/delivery/courier_fixture.h"

namespace yht::delivery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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

}  // namespace
}  // namespace yht::delivery
