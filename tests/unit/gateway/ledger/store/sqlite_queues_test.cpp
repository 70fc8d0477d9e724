// Work not finished: cursors, deliveries.
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using testing::ElementsAre;

class QueuesTest : public LedgerTest {
protected:
    void put(DeliveryRow row) {
        must(run([&](Transaction& transaction) { return transaction.putDelivery(row); }));
    }
    std::vector<Seq> due(
        base::UnixMillis now_ms, DeliveryState state = DeliveryState::Ready, std::size_t limit = 10
    ) {
        std::vector<Seq> seqs;
        for (const auto& row : look()->deliveries("province", state, now_ms, limit))
            seqs.push_back(row.seq);
        return seqs;
    }
    DeliveryRow ready(Seq seq, base::UnixMillis next_ms = 0) {
        DeliveryRow row;
        row.destination = "province";
        row.seq = seq;
        row.ticket_no = "T";
        row.next_ms = next_ms;
        row.committed_ms = static_cast<base::UnixMillis>(1000 * seq);
        return row;
    }
};

TEST_F(QueuesTest, CursorIsKeptByName) {
    must(run([](Transaction& transaction) { return transaction.setCursor("province", 5); }));
    must(run([](Transaction& transaction) { return transaction.setCursor("province", 7); }));
    reopen();
    EXPECT_EQ(7u, look()->cursor("province"));
    EXPECT_EQ(0u, look()->cursor("centre"));
}

TEST_F(QueuesTest, DueDeliveriesComeBySeq) {
    put(ready(3));
    put(ready(1));
    put(ready(2, 500));
    EXPECT_THAT(due(0), ElementsAre(1, 3));
    EXPECT_THAT(due(500), ElementsAre(1, 2, 3));
    EXPECT_THAT(due(500, DeliveryState::Ready, 2), ElementsAre(1, 2));
    EXPECT_THAT(due(500, DeliveryState::Dead), ElementsAre());
}

TEST_F(QueuesTest, PutReplacesAndEraseRemoves) {
    put(ready(1));
    auto dead = ready(1);
    dead.state = DeliveryState::Dead;
    dead.attempts = 3;
    dead.batch_id = "b";
    dead.reason = R"([{"pointer":"/content"}])";
    put(dead);
    const auto rows = look()->deliveriesOf("province", "T");
    ASSERT_EQ(1u, rows.size());
    EXPECT_EQ(DeliveryState::Dead, rows[0].state);
    EXPECT_EQ(3u, rows[0].attempts);
    EXPECT_EQ("b", rows[0].batch_id);
    EXPECT_EQ(dead.reason, rows[0].reason);
    must(run([](Transaction& transaction) { return transaction.eraseDelivery("province", 1); }));
    EXPECT_TRUE(look()->deliveriesOf("province", "T").empty());
}

TEST_F(QueuesTest, CountsGiveTheOldestOfEachState) {
    put(ready(2));
    put(ready(3));
    auto held = ready(1);
    held.state = DeliveryState::Held;
    put(held);
    const auto counts = look()->deliveryCounts();
    ASSERT_EQ(2u, counts.size());
    EXPECT_EQ(2u, counts[0].count);
    EXPECT_EQ(2000, counts[0].oldest_committed_ms);
    EXPECT_EQ(DeliveryState::Held, counts[1].state);
    EXPECT_EQ(1000, counts[1].oldest_committed_ms);
}

TEST_F(QueuesTest, CommitWithoutEntriesSignsNothing) {
    append("one");
    const auto before = *look()->checkpoint();
    must(run([](Transaction& transaction) { return transaction.setCursor("province", 1); }));
    EXPECT_EQ(before, *look()->checkpoint());
    EXPECT_EQ(1u, verify().checkpoints);
}

}  // namespace
}  // namespace yht::ledger
