#include "gateway/delivery/router.h"

#include "gateway/delivery/deliveries.h"
#include "gateway/delivery/status.h"
#include "tests/unit/gateway/delivery/delivery_fixture.h"

namespace yht::delivery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RouterTest : public DeliveryFixture {
protected:
    ledger::Seq cursor() { return view()->cursor("route:province"); }
};

TEST_F(RouterTest, EveryRecordGetsItsRowOnce) {
    put("A", Kind::Appeal, "A1");
    put("", Kind::Call, "C1");
    route();
    route();
    EXPECT_THAT(rows(), ElementsAre("A1 ready", "C1 ready"));
}

TEST_F(RouterTest, RouterResumesAtItsCursor) {
    put("A", Kind::Appeal, "A1");
    run();
    ASSERT_THAT(told(), ElementsAre("A1 accepted"));
    killAndReopen();
    put("B", Kind::Appeal, "B1");
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted", "B1 accepted"));
    EXPECT_THAT(far.heard(), ElementsAre("A1", "B1"));
}

TEST_F(RouterTest, NothingGoesBackToWhereItCameFrom) {
    put("A", Kind::Appeal, "A1", 1, "province");
    put("A", Kind::Process, "A2", 1, "centre");
    route();
    EXPECT_THAT(rows(), ElementsAre("A2 ready"));
}

TEST_F(RouterTest, OutcomesAreNoRecords) {
    put("A", Kind::Appeal, "A1");
    run();
    run();
    EXPECT_THAT(rows(), IsEmpty());
    EXPECT_EQ(1U, far.calls.size());
}

TEST_F(RouterTest, ADestinationAddedLaterStartsWhereItIsTold) {
    put("A", Kind::Appeal, "A1");
    route();
    auto options = routing();
    options.takes["new"] = options.takes["all"] = 0x7FE;
    DestinationRow now;
    now.id = now.party = "new";
    now.from = StartFrom::Now;
    DestinationRow all;
    all.id = all.party = "all";
    auto table = RouteTable::make(
        {now, all}, {RouteRule{.destination = "new"}, RouteRule{.destination = "all"}}
    );
    ASSERT_TRUE(table.ok());
    const auto shared = std::make_shared<const RouteTable>(std::move(*table));
    {
        Router router(*store_, shared, options);
        while (router.step()) {
        }
    }
    put("B", Kind::Appeal, "B1");
    {
        Router router(*store_, shared, options);
        while (router.step()) {
        }
    }
    const auto count = [&](const std::string& id) {
        return view()->deliveries(id, ledger::DeliveryState::Ready, clock.nowMillis(), 10).size();
    };
    EXPECT_EQ(1U, count("new"));
    EXPECT_EQ(2U, count("all"));
}

TEST_F(RouterTest, StartingFromNowOnAnEmptyLedgerMissesNothingAfterARestart) {
    const auto table = everythingTo("province", StartFrom::Now);
    {
        Router router(*store_, table, routing());
        router.step();
    }
    put("A", Kind::Appeal, "A1");
    {
        Router router(*store_, table, routing());
        while (router.step()) {
        }
    }
    EXPECT_THAT(rows(), ElementsAre("A1 ready"));
}

TEST_F(RouterTest, OnlyRecordsThatNameAttachmentsGetARowInTheirQueue) {
    put("A", Kind::Appeal, "A1");
    const auto naming = put("A", Kind::Process, "A2");
    const auto named = store_->run([&](ledger::Transaction& transaction) {
        return transaction.addAttachment(std::string(64, 'a'), {naming, tickets_["A"]});
    });
    ASSERT_TRUE(named.ok());
    DestinationRow row;
    row.id = row.party = "province";
    row.attachments = true;
    auto table = RouteTable::make({row}, {RouteRule{.destination = "province"}});
    ASSERT_TRUE(table.ok());
    auto options = routing();
    options.takes["province.attachments"] = 0x7FE;
    Router router(*store_, std::make_shared<const RouteTable>(std::move(*table)), options);
    while (router.step()) {
    }
    EXPECT_THAT(rows(), ElementsAre("A1 ready", "A2 ready"));
    const auto queued = view()->deliveries(
        "province.attachments", ledger::DeliveryState::Ready, clock.nowMillis(), 10
    );
    ASSERT_EQ(1U, queued.size());
    EXPECT_EQ(naming, queued[0].seq);
}

TEST_F(RouterTest, ARecordWithoutTicketIsJudgedByItsSourcesRegion) {
    put("", Kind::Call, "C1");
    auto options = routing();
    DestinationRow row;
    row.id = row.party = "province";
    auto table =
        RouteTable::make({row}, {RouteRule{.destination = "province", .regions = {"4302"}}});
    Router router(*store_, std::make_shared<const RouteTable>(std::move(*table)), options);
    while (router.step()) {
    }
    EXPECT_THAT(rows(), ElementsAre("C1 ready"));
}

TEST_F(RouterTest, WhatTheStoreRefusedIsRoutedNextTime) {
    put("A", Kind::Appeal, "A1");
    RefusingStore refusing(*store_, 1);  // the beginning, not the rows
    auto options = routing();
    options.logger = [this](const std::string& line) { log.push_back(line); };
    Router router(refusing, everythingTo("province"), options);
    EXPECT_FALSE(router.step());
    EXPECT_FALSE(router.step());
    EXPECT_THAT(rows(), IsEmpty());
    EXPECT_EQ(0U, cursor());
    EXPECT_THAT(log, ElementsAre("routing: trouble begins: server.not_ready"));
    route();
    EXPECT_THAT(rows(), ElementsAre("A1 ready"));
    EXPECT_EQ(view()->lastSeq(), cursor());
}

// ---- status

TEST_F(RouterTest, StatusTellsBacklogAgeRateErrorsAndDeadLetters) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    far.will("refuse A1");
    run();
    put("C", Kind::Appeal, "C1");
    far.will("unsent");
    run();
    later(30);
    const auto status = deliveryStatus(*view(), {"province", "other"}, clock.nowMillis());
    ASSERT_EQ(2U, status.size());
    EXPECT_EQ(1U, status[0].ready);
    EXPECT_EQ(1U, status[0].dead);
    EXPECT_EQ(kMidnight, status[0].oldest_committed_ms);
    EXPECT_DOUBLE_EQ(2 / 60.0, status[0].rate_per_s);
    EXPECT_EQ(30, status[0].drain_s);
    EXPECT_EQ("delivery.peer_unreachable", status[0].last_error);
    ASSERT_EQ(1U, status[0].dead_letters.size());
    EXPECT_EQ(tickets_["A"], status[0].dead_letters[0].ticket_no);
    EXPECT_EQ("/sqnr", status[0].dead_letters[0].reason.fields.at(0).pointer);
    EXPECT_EQ(0U, status[1].backlog());
    EXPECT_EQ(0, status[1].drain_s);
}

// ---- all together

TEST_F(RouterTest, DeliveriesCarryARecordFromTheLedgerToTheFarSide) {
    auto far_side = std::make_unique<ScriptedDestination>("province");
    std::vector<std::unique_ptr<kit::Destination>> destinations;
    destinations.push_back(std::move(far_side));
    auto deliveries = Deliveries::make(
        *store_, clock, random, everythingTo("province"), std::move(destinations), {}
    );
    ASSERT_TRUE(deliveries.ok());
    (*deliveries)->start();
    const auto seq = put("A", Kind::Appeal, "A1");
    ASSERT_TRUE(store_->waitForEntry(seq, 10'000));  // the outcome
    (*deliveries)->stop();
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
}

TEST_F(RouterTest, ADestinationThatSaysNothingOfMaskingIsMasked) {
    std::vector<std::unique_ptr<kit::Destination>> destinations;
    for (const char* id : {"province", "unit"})
        destinations.push_back(std::make_unique<ScriptedDestination>(id));
    const auto& open = static_cast<const ScriptedDestination&>(*destinations[0]);
    const auto& silent = static_cast<const ScriptedDestination&>(*destinations[1]);
    DestinationRow province{.id = "province", .party = "province"};
    province.mask_secret = false;
    const DestinationRow unit{.id = "unit", .party = "unit"};
    RouteRule to_province, to_unit;
    to_province.destination = "province";
    to_unit.destination = "unit";
    auto deliveries = Deliveries::make(
        *store_, clock, random,
        std::make_shared<const RouteTable>(
            *RouteTable::make({province, unit}, {to_province, to_unit})
        ),
        std::move(destinations), {}
    );
    ASSERT_TRUE(deliveries.ok());
    auto appeal = record(Kind::Appeal, "A1", 1, "partner");
    appeal.set(Field::is_secret, std::string("true"));
    appeal.set(Field::caller_name, std::string("张三丰"));
    const auto seq = put("A", appeal);
    (*deliveries)->start();
    ASSERT_TRUE(store_->waitForEntry(seq + 1, 10'000));  // both outcomes
    (*deliveries)->stop();
    EXPECT_EQ("张三丰", open.calls.at(0).records.at(0).record.text(Field::caller_name));
    EXPECT_EQ("保密", silent.calls.at(0).records.at(0).record.text(Field::caller_name));
}

TEST_F(RouterTest, OnlyRulesAndMaintenanceChangeWhileItRuns) {
    std::vector<std::unique_ptr<kit::Destination>> destinations;
    destinations.push_back(std::make_unique<ScriptedDestination>("province"));
    auto deliveries = Deliveries::make(
        *store_, clock, random, everythingTo("province"), std::move(destinations), {}
    );
    ASSERT_TRUE(deliveries.ok());
    const auto replaced = [&](DestinationRow row) {
        RouteRule rule;
        rule.destination = row.id;
        return (*deliveries)
            ->replaceTable(std::make_shared<const RouteTable>(*RouteTable::make({row}, {rule})))
            .ok();
    };
    DestinationRow row = everythingTo("province")->destinations().at(0);
    row.maintenance = {{clock.nowMillis(), clock.nowMillis() + 1000}};
    EXPECT_TRUE(replaced(row));
    row.mask_secret = !row.mask_secret;  // who sees a secret citizen is not changed by the way
    EXPECT_FALSE(replaced(row));
    EXPECT_FALSE(replaced({.id = "other", .party = "other"}));
}

TEST_F(RouterTest, ATableAndDestinationsThatDifferAreRefused) {
    const auto deliveries =
        Deliveries::make(*store_, clock, random, everythingTo("province"), {}, {});
    ASSERT_FALSE(deliveries.ok());
    EXPECT_EQ(base::ErrorCode::ConfigInvalid, deliveries.error().code);
}

}  // namespace
}  // namespace yht::delivery
