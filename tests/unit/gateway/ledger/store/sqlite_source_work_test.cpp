// Attachments that items bring, and history that waits for its release.
#include "gateway/ledger/store/erasure.h"
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SourceWorkTest : public LedgerTest {
protected:
    void SetUp() override { open(); }

    SourceAttachmentRow attachment(const std::string& ref, const std::string& ticket_no = "T-1") {
        SourceAttachmentRow row;
        row.message_seq = 4;
        row.record_seq = 5;
        row.source = "zz-media";
        row.ticket_no = ticket_no;
        row.item_index = 2;
        row.ordinal = 1;
        row.record_ref = ref;
        row.content_type = "text/csv";
        row.next_ms = 100;
        row.since_ms = 90;
        return row;
    }
    void add(const SourceAttachmentRow& row) {
        must(run([&](Transaction& transaction) { return transaction.addSourceAttachment(row); }));
    }
    std::vector<std::string> refs(const SourceAttachmentFilter& filter) {
        std::vector<std::string> found;
        for (const auto& row : look()->sourceAttachments(filter, 10)) found.push_back(row.record_ref);
        return found;
    }
    void hold(Seq seq, const std::string& source, base::UnixMillis event_ms, const std::string& ticket_no = "T-1") {
        must(run([&](Transaction& transaction) {
            return transaction.holdHistory({seq, source, ticket_no, event_ms});
        }));
    }
    std::uint64_t release(const HistoryRange& range, std::size_t limit = 100) {
        std::uint64_t count = 0;
        must(run([&](Transaction& transaction) -> base::Status {
            auto released = transaction.releaseHistory(range, limit);
            if (!released.ok()) return released.error();
            count = *released;
            return {};
        }));
        return count;
    }
};

TEST_F(SourceWorkTest, AttachmentRowIsKeptWholeAndRenewed) {
    add(attachment("att-1"));
    auto row = look()->sourceAttachments({}, 10).at(0);
    EXPECT_EQ(4U, row.message_seq);
    EXPECT_EQ(5U, row.record_seq);
    EXPECT_EQ("T-1", row.ticket_no);
    EXPECT_EQ(2U, row.item_index);
    EXPECT_EQ(1U, row.ordinal);
    EXPECT_EQ("text/csv", row.content_type);
    EXPECT_EQ(kAttachmentPending, row.state);
    row.state = kAttachmentFailed;
    row.attempts = 3;
    row.next_ms = 200;
    row.reason = "delivery.peer_unreachable";
    must(run([&](Transaction& transaction) { return transaction.renewSourceAttachment(row); }));
    reopen();
    const auto renewed = look()->sourceAttachments({.state = kAttachmentFailed}, 10).at(0);
    EXPECT_EQ(3U, renewed.attempts);
    EXPECT_EQ(200, renewed.next_ms);
    EXPECT_EQ("delivery.peer_unreachable", renewed.reason);
    row.id = 77;
    EXPECT_EQ(
        base::ErrorCode::NotFound,
        run([&](Transaction& transaction) { return transaction.renewSourceAttachment(row); }).error().code
    );
}

TEST_F(SourceWorkTest, AttachmentsAreFoundByWhatIsAsked) {
    add(attachment("att-1"));
    auto other = attachment("att-2", "T-2");
    other.source = "zz-110";
    other.next_ms = 300;
    add(other);
    EXPECT_THAT(refs({}), ElementsAre("att-1", "att-2"));
    EXPECT_THAT(refs({.source = "zz-110"}), ElementsAre("att-2"));
    EXPECT_THAT(refs({.ticket_no = "T-1"}), ElementsAre("att-1"));
    EXPECT_THAT(refs({.due_ms = 299}), ElementsAre("att-1"));
    EXPECT_THAT(refs({.after_id = 1}), ElementsAre("att-2"));
    EXPECT_TRUE(look()->isAttachmentQueued("zz-media", "att-1"));
    EXPECT_FALSE(look()->isAttachmentQueued("zz-media", "att-2"));
    EXPECT_THAT(
        look()->sourceAttachmentCounts(),
        ElementsAre(
            SourceAttachmentCount{"zz-110", kAttachmentPending, 1, 90},
            SourceAttachmentCount{"zz-media", kAttachmentPending, 1, 90}
        )
    );
    must(run([](Transaction& transaction) { return transaction.endSourceAttachment(1); }));
    EXPECT_THAT(refs({}), ElementsAre("att-2"));
}

TEST_F(SourceWorkTest, HistoryIsReleasedByRangeAndBound) {
    hold(11, "zz-media", 1000);
    hold(12, "zz-media", 2000);
    hold(13, "zz-media", 3000);
    hold(14, "zz-110", 2000);
    EXPECT_THAT(look()->historyHeld(11, 13), ElementsAre(12, 13));
    EXPECT_THAT(look()->historyReleased(10), IsEmpty());
    EXPECT_EQ(2U, look()->countHeldHistory({"zz-media", 1000, 3000}));
    EXPECT_EQ(1U, release({"zz-media", 1000, 3000}, 1));
    EXPECT_THAT(look()->historyReleased(10), ElementsAre(11));
    EXPECT_EQ(1U, release({"zz-media", 1000, 3000}));
    EXPECT_EQ(0U, release({"zz-media", 1000, 3000}));
    EXPECT_THAT(look()->historyReleased(10), ElementsAre(11, 12));
    // Released is still history to the router's own way through the ledger, until it was decided on.
    EXPECT_THAT(look()->historyHeld(0, 100), ElementsAre(11, 12, 13, 14));
    EXPECT_THAT(
        look()->historyCounts(), ElementsAre(HistoryCount{"zz-110", 1, 0, 2000, 2000}, HistoryCount{"zz-media", 1, 2, 3000, 3000})
    );
    must(run([](Transaction& transaction) { return transaction.endHistory(11); }));
    reopen();
    EXPECT_THAT(look()->historyHeld(0, 100), ElementsAre(12, 13, 14));
}

TEST_F(SourceWorkTest, ErasureTakesWhatWaitsOfTheTicket) {
    const std::string ticket_no = submit("A-1");
    add(attachment("att-1", ticket_no));
    add(attachment("att-2"));
    hold(2, "hotline", 1000, ticket_no);
    const auto erased = eraseTicket(
        store(), clock_, random_, {.ticket_no = ticket_no, .operator_id = "uid:0", .why = "request"},
        [](const Entry&) { return false; }
    );
    ASSERT_TRUE(erased.ok()) << base::describe(erased.error());
    EXPECT_THAT(refs({}), ElementsAre("att-2"));
    EXPECT_THAT(look()->historyHeld(0, 100), IsEmpty());
}

TEST_F(SourceWorkTest, FirstEntryIsTheRecordThatMadeTheTicket) {
    submit("A-1");
    const std::string second = submit("A-2");
    EXPECT_EQ(4U, look()->firstEntry(second));
    EXPECT_FALSE(look()->firstEntry("430200-20190418-9999999-9"));
    EXPECT_FALSE(look()->firstEntry(""));
}

}  // namespace
}  // namespace yht::ledger
