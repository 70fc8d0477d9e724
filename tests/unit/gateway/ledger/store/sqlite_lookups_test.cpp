// Look-ups run inside every commit: each must reach its rows by an index, whatever the planner thinks of it.
#include "gateway/ledger/store/sqlite_lookups.h"

#include <sqlite3.h>

#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

class QueryPlanTest : public LedgerTest {
protected:
    QueryPlanTest() { submit("A-1"); }

    /// Read by a connection of its own, whose statements are not the lookup's.
    LedgerKeys keys() {
        Database database(folder_ / "ledger.db", Database::Access::Read);
        return must(readKeys(database, base::Bytes(32, 'k')));
    }

    /// SQLite's plan for the first statement that `lookup` runs, its steps joined.
    std::string planOf(const std::function<void(Lookups&)>& lookup) {
        Database database(folder_ / "ledger.db", Database::Access::Read);
        Lookups lookups(database, keys());
        lookup(lookups);
        sqlite3_stmt* first = nullptr;  // SQLite lists the newest first
        while (auto* next = sqlite3_next_stmt(database.handle(), first)) first = next;
        const std::string sql = sqlite3_sql(first);
        const std::string explain = "EXPLAIN QUERY PLAN " + sql;
        Query plan(database, explain.c_str());
        std::string steps;
        while (plan.next()) steps += (steps.empty() ? "" : "; ") + plan.text(3);
        return steps;
    }
};

TEST_F(QueryPlanTest, TicketsEntriesComeFromTheirIndex) {
    EXPECT_EQ(
        "SEARCH leaf USING COVERING INDEX leaf_by_ticket (ticket_no=?)",
        planOf([](Lookups& l) { l.ticketEntries("x"); })
    );
}

TEST_F(QueryPlanTest, MessagesEntriesComeFromTheirIndex) {
    EXPECT_EQ(
        "SEARCH leaf USING INDEX leaf_by_message (message_seq=?)",
        planOf([](Lookups& l) { l.messageEntries(1); })
    );
}

TEST_F(QueryPlanTest, LatestVersionIsTheEndOfItsKeyRange) {
    EXPECT_EQ(
        "SEARCH identity USING PRIMARY KEY (source=? AND kind=? AND record_ref=?)",
        planOf([](Lookups& l) { l.findLatest("x", ticket::Kind::Appeal, "x"); })
    );
}

TEST_F(QueryPlanTest, AliasesComeFromTheirIndex) {
    EXPECT_EQ(
        "SEARCH alias USING COVERING INDEX alias_by_ticket (ticket_no=?)",
        planOf([](Lookups& l) { l.aliases("x"); })
    );
}

TEST_F(QueryPlanTest, DueDeliveriesDoNotReadTheBacklog) {
    EXPECT_EQ(
        "SEARCH delivery USING INDEX delivery_by_state (destination=? AND state=?)",
        planOf([](Lookups& l) { l.deliveries("x", DeliveryState::Ready, 0, 1); })
    );
}

TEST_F(QueryPlanTest, DeliveriesOfATicketDoNotReadTheBacklog) {
    EXPECT_EQ(
        "SEARCH delivery USING INDEX delivery_by_ticket (destination=? AND ticket_no=?)",
        planOf([](Lookups& l) { l.deliveriesOf("x", "x"); })
    );
}

TEST_F(QueryPlanTest, RecordsOfATelephoneNumberComeFromTheKey) {
    EXPECT_EQ(
        "SEARCH phone USING PRIMARY KEY (mac=? AND seq>?)", planOf([](Lookups& l) { l.phoneNames("x", 0, 1); })
    );
}

TEST_F(QueryPlanTest, TicketsThatNameACallComeFromTheKey) {
    EXPECT_EQ(
        "SEARCH named_call USING PRIMARY KEY (mac=?)", planOf([](Lookups& l) { l.ticketsNamingCall({"x", "y"}, 1); })
    );
}

TEST_F(QueryPlanTest, CheckpointOfAnEntryIsFoundByItsSize) {
    EXPECT_EQ(
        "SEARCH checkpoint USING INTEGER PRIMARY KEY (rowid>?)",
        planOf([](Lookups& l) { l.checkpointCovering(1); })
    );
}

}  // namespace
}  // namespace yht::ledger
