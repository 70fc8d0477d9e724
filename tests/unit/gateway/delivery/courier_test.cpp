// One record on its way, order within a ticket, what overtakes, lanes.
#include "tests/unit/gateway/delivery/courier_fixture.h"

namespace yht::delivery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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
    while (true) {
        const auto seen = view()->lastSeq();  // before the look: whatever comes after it is waited for
        if (rows().empty()) break;
        ASSERT_TRUE(store_->waitForEntry(seen, 60'000));
    }
    courier.stop();
    EXPECT_EQ(2U * kTickets, courier.counters().accepted);
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
