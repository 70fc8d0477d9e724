// A far side in trouble: backoff, breaker, announced windows, days of retries.
#include "tests/unit/gateway/delivery/courier_fixture.h"

namespace yht::delivery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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

}  // namespace
}  // namespace yht::delivery
