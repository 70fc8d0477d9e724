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
    EXPECT_THAT(log, ElementsAre("routing: trouble begins 分发出现故障: server.not_ready"));
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

class HistoryTest : public RouterTest {
protected:
    ledger::Seq putHistory(const std::string& ticket, const std::string& ref) {
        const ledger::Seq seq = put(ticket, Kind::Appeal, ref);
        const auto held = store_->run([&](ledger::Transaction& transaction) {
            return transaction.holdHistory({seq, "partner", tickets_[ticket], 1000});
        });
        EXPECT_TRUE(held.ok());
        return seq;
    }
    void release() {
        const auto released = store_->run([](ledger::Transaction& transaction) -> base::Status {
            auto count = transaction.releaseHistory({"partner", 0, 2000}, 100);
            if (!count.ok()) return count.error();
            return {};
        });
        EXPECT_TRUE(released.ok());
    }
};

TEST_F(HistoryTest, GoesNowhereUntilItIsReleasedAndThenOnce) {
    putHistory("A", "A1");
    put("B", Kind::Appeal, "B1");
    run();
    EXPECT_THAT(told(), ElementsAre("B1 accepted"));
    release();
    killAndReopen();
    run();
    EXPECT_THAT(told(), ElementsAre("B1 accepted", "A1 accepted"));
    killAndReopen();
    run();
    EXPECT_THAT(far.heard(), ElementsAre("B1", "A1"));
    EXPECT_THAT(view()->historyHeld(0, 100), IsEmpty());
}

TEST_F(HistoryTest, ReleasedBeforeTheRouterCameToItIsRoutedOnce) {
    putHistory("A", "A1");
    release();
    run();
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
}

TEST_F(HistoryTest, CursorsThatStoodInMemoryOnlyRouteNothingTwice) {
    const ledger::Seq seq = putHistory("A", "A1");
    {
        Router router(*store_, everythingTo("province"), routing());
        while (router.step()) {
        }
        EXPECT_EQ(0U, cursor());  // nothing to route: not worth a commit
        release();
        while (router.step()) {
        }
    }
    EXPECT_LE(seq, cursor());
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
}

TEST_F(HistoryTest, ReleasedIsARecordLikeAnyOtherForWhoComesLater) {
    putHistory("A", "A1");
    putHistory("B", "B1");
    release();
    route();
    auto options = routing();
    options.takes["late"] = 0x7FE;
    Router router(*store_, everythingTo("late"), options);
    while (router.step()) {
    }
    EXPECT_EQ(2U, view()->deliveries("late", ledger::DeliveryState::Ready, clock.nowMillis(), 10).size());
}

class ModeTest : public RouterTest {
protected:
    static std::shared_ptr<const RouteTable> toCentre() {
        DestinationRow row;
        row.id = row.party = "province";
        row.dispatches = true;
        auto table = RouteTable::make({row}, {RouteRule{.destination = "province"}});
        EXPECT_TRUE(table.ok());
        return std::make_shared<const RouteTable>(std::move(*table));
    }
    void routeByMode() {
        auto options = routing();
        options.mode_of_source = modeOf;
        Router router(*store_, toCentre(), options);
        while (router.step()) {
        }
    }
    static std::string modeOf(const std::string& source) {
        static const std::map<std::string, std::string> kModes = {
            {"court", "excluded"}, {"tax", "branch"}, {"urban", "merged"}, {"market", "dual_number"}};
        const auto found = kModes.find(source);
        return found == kModes.end() ? "" : found->second;
    }
};

TEST_F(ModeTest, WhoDispatchesHasNothingOfAnExcludedSourcesTicket) {
    put("A", Kind::Appeal, "A1", 1, "court");
    put("A", Kind::Result, "A2", 1, "unit");  // somebody else's record of its ticket
    put("B", Kind::Appeal, "B1", 1, "partner");
    put("B", Kind::Process, "B2", 1, "court");  // its record of somebody else's ticket
    put("B", Kind::Result, "B3", 1, "unit");
    routeByMode();
    EXPECT_THAT(rows(), ElementsAre("B1 ready", "B3 ready"));
}

TEST_F(ModeTest, ABranchesTicketComesForInformationAlsoWhenItIsSentAgainOthersToDispatch) {
    put("A", Kind::Appeal, "A1", 1, "tax");
    put("A", Kind::Result, "A2", 1, "unit");
    put("B", Kind::Appeal, "B1");
    put("C", Kind::Appeal, "C1", 1, "urban");
    put("D", Kind::Appeal, "D1", 1, "market");
    routeByMode();
    options.dispatches = true;
    options.mode_of_source = modeOf;
    far.will("lost-after");
    while (courier().step()) {
    }
    later(60);
    while (courier().step()) {
    }
    std::map<std::string, std::set<bool>> marks;
    for (const Call& call : far.calls) {
        for (const auto& out : call.records) {
            marks[out.record.text(Field::record_ref)].insert(out.for_information);
        }
    }
    EXPECT_LE(2U, far.calls.size());
    EXPECT_EQ((std::map<std::string, std::set<bool>>{{"A1", {true}}, {"A2", {true}}, {"B1", {false}}, {"C1", {false}}, {"D1", {false}}}), marks);
}

}  // namespace
}  // namespace yht::delivery
