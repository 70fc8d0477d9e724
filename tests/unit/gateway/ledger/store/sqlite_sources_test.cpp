// Items in quarantine, accounts of sources, kept answers, messages of several commits.
#include "gateway/crypto/digest.h"
#include "gateway/ledger/store/rebuild.h"
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using base::ErrorCode;
using testing::ElementsAre;

class SourcesTest : public LedgerTest {
protected:
    void SetUp() override { open(); }

    QuarantineRow item(const std::string& source, const std::string& raw, const std::string& reason) {
        QuarantineRow row;
        row.message_seq = 4;
        row.source = source;
        row.reason = reason;
        row.detail_json = "[]";
        row.since_ms = 9;
        row.item_index = 3;
        row.place = "line 4";
        row.raw_offset = 10;
        row.raw_bytes = 20;
        row.item_digest = crypto::sha256(raw);
        row.fingerprint = reason + "/title";
        row.content_type = "text/csv";
        row.adapter_version = "0123456789abcdef";
        return row;
    }
    std::uint64_t add(const QuarantineRow& row) {
        std::uint64_t id = 0;
        must(run([&](Transaction& transaction) -> base::Status {
            auto added = transaction.addQuarantine(row);
            if (!added.ok()) return added.error();
            id = *added;
            return {};
        }));
        return id;
    }
    base::Status close(std::uint64_t id, const std::string& state) {
        return run([&](Transaction& transaction) {
            return transaction.closeQuarantine(id, state, 77);
        });
    }
    void account(const std::string& source, std::int32_t day, const SourceAccount& one) {
        must(run([&](Transaction& transaction) {
            return transaction.addSourceAccount(source, day, one);
        }));
    }
    std::vector<std::uint64_t> ids(const QuarantineFilter& filter) {
        std::vector<std::uint64_t> found;
        for (const auto& row : look()->quarantine(filter, 10)) found.push_back(row.id);
        return found;
    }
};

TEST_F(SourcesTest, QuarantineRowIsKeptWhole) {
    const auto id = add(item("hotline", "raw", "record.invalid"));
    reopen();
    const auto row = look()->quarantined(id);
    ASSERT_TRUE(row);
    EXPECT_EQ(4u, row->message_seq);
    EXPECT_EQ("hotline", row->source);
    EXPECT_EQ("record.invalid", row->reason);
    EXPECT_EQ(3u, row->item_index);
    EXPECT_EQ("line 4", row->place);
    EXPECT_EQ(10u, row->raw_offset);
    EXPECT_EQ(20u, row->raw_bytes);
    EXPECT_EQ("text/csv", row->content_type);
    EXPECT_EQ("0123456789abcdef", row->adapter_version);
    EXPECT_EQ(kQuarantineOpen, row->state);
    EXPECT_EQ(0u, row->decision_seq);
}

TEST_F(SourcesTest, OpenItemIsFoundByItsRawBytesAndSource) {
    const auto id = add(item("hotline", "raw", "record.invalid"));
    EXPECT_EQ(id, look()->findQuarantined("hotline", crypto::sha256("raw")));
    EXPECT_EQ(std::nullopt, look()->findQuarantined("other", crypto::sha256("raw")));
    EXPECT_EQ(std::nullopt, look()->findQuarantined("hotline", crypto::sha256("other")));
    must(close(id, kQuarantineDiscarded));
    EXPECT_EQ(std::nullopt, look()->findQuarantined("hotline", crypto::sha256("raw")));
    EXPECT_FALSE(look()->hasOpenQuarantine("hotline"));
}

TEST_F(SourcesTest, SettledItemIsFoundByItsRawBytesTheLastDecisionFirst) {
    const auto first = add(item("hotline", "raw", "record.invalid"));
    EXPECT_EQ(std::nullopt, look()->findSettled("hotline", crypto::sha256("raw")));
    must(close(first, kQuarantineDiscarded));
    const auto second = add(item("hotline", "raw", "record.invalid"));
    EXPECT_EQ(first, look()->findSettled("hotline", crypto::sha256("raw"))->id);
    must(run([&](Transaction& transaction) { return transaction.closeQuarantine(second, kQuarantineFixed, 78); }));
    EXPECT_EQ(second, look()->findSettled("hotline", crypto::sha256("raw"))->id);
    EXPECT_FALSE(look()->findSettled("other", crypto::sha256("raw")));
    EXPECT_TRUE(look()->isQuarantinedAs(first, crypto::sha256("raw")));
    EXPECT_FALSE(look()->isQuarantinedAs(first, crypto::sha256("other")));
    EXPECT_FALSE(look()->isQuarantinedAs(99, crypto::sha256("raw")));
}

TEST_F(SourcesTest, OpenItemsAreCountedNoFurtherThanAsked) {
    for (const char* raw : {"1", "2", "3"}) add(item("hotline", raw, "record.invalid"));
    EXPECT_EQ(3u, look()->countOpenQuarantine("hotline", 10));
    EXPECT_EQ(2u, look()->countOpenQuarantine("hotline", 2));
    EXPECT_EQ(0u, look()->countOpenQuarantine("other", 2));
}

TEST_F(SourcesTest, RawDigestStandsNowhereInTheFiles) {
    add(item("hotline", "raw", "record.invalid"));
    LedgerTest::close();
    EXPECT_FALSE(filesHold(crypto::sha256("raw")));
}

TEST_F(SourcesTest, ItemIsClosedOnce) {
    const auto id = add(item("hotline", "raw", "record.invalid"));
    must(close(id, kQuarantineFixed));
    EXPECT_EQ(ErrorCode::NotFound, close(id, kQuarantineDiscarded).error().code);
    EXPECT_EQ(kQuarantineFixed, look()->quarantined(id)->state);
    EXPECT_EQ(77u, look()->quarantined(id)->decision_seq);
}

TEST_F(SourcesTest, FilterChoosesBySourceReasonTimeAndState) {
    const auto first = add(item("a", "1", "record.invalid"));
    const auto second = add(item("a", "2", "adapter.item_unmapped"));
    auto late = item("b", "3", "record.invalid");
    late.since_ms = 500;
    const auto third = add(late);
    EXPECT_THAT(ids({}), ElementsAre(first, second, third));
    EXPECT_THAT(ids({.source = "a"}), ElementsAre(first, second));
    EXPECT_THAT(ids({.reason = "record.invalid"}), ElementsAre(first, third));
    EXPECT_THAT(ids({.since_ms = 500}), ElementsAre(third));
    EXPECT_THAT(ids({.after_id = first}), ElementsAre(second, third));
    must(close(first, kQuarantineDiscarded));
    EXPECT_THAT(ids({}), ElementsAre(second, third));
    EXPECT_THAT(ids({.state = kQuarantineDiscarded}), ElementsAre(first));
}

TEST_F(SourcesTest, GroupsCountTheSameTroubleOnce) {
    add(item("a", "1", "record.invalid"));
    add(item("a", "2", "adapter.item_unmapped"));
    add(item("a", "3", "adapter.item_unmapped"));
    const auto groups = look()->quarantineGroups({});
    ASSERT_EQ(2u, groups.size());
    EXPECT_EQ("adapter.item_unmapped", groups[0].reason);
    EXPECT_EQ(2u, groups[0].count);
    EXPECT_EQ(2u, groups[0].first_id);
    EXPECT_EQ(1u, groups[1].count);
}

TEST_F(SourcesTest, AccountsOfOneDayAddUp) {
    account("a", 100, {.received = 3, .accepted = 2, .stale = 1, .ignored = {{"test calls", 1}}});
    account("a", 100, {.received = 2, .quarantined = 1, .refused = 1, .unmapped_codes = 5});
    account("a", 101, {.received = 1, .duplicate = 1});
    account("b", 100, {.received = 1, .ignored = {{"heartbeat", 1}}});
    reopen();
    const auto days = look()->sourceDays(100, 100);
    ASSERT_EQ(2u, days.size());
    EXPECT_EQ("a", days[0].source);
    EXPECT_EQ(
        (SourceAccount{
            .received = 5,
            .accepted = 2,
            .stale = 1,
            .quarantined = 1,
            .refused = 1,
            .ignored = {{"test calls", 1}},
            .unmapped_codes = 5}),
        days[0].account
    );
    EXPECT_TRUE(days[0].account.balances());
    EXPECT_EQ("b", days[1].source);
    EXPECT_EQ(3u, look()->sourceDays(0, 200).size());
}

TEST_F(SourcesTest, EveryItemOfAnAccountHasOneFate) {
    EXPECT_TRUE((SourceAccount{.received = 2, .accepted = 1, .ignored = {{"heartbeat", 1}}}).balances());
    EXPECT_FALSE((SourceAccount{.received = 2, .accepted = 1}).balances());
    EXPECT_FALSE((SourceAccount{.received = 1, .accepted = 1, .duplicate = 1}).balances());
    EXPECT_FALSE((SourceAccount{.received = 1, .stale = 1, .refused = 1}).balances());
}

TEST_F(SourcesTest, AnswerIsKeptByKeyAndKnowsItsBody) {
    const auto keep = [&](const std::string& answer) {
        must(run([&](Transaction& transaction) {
            return transaction.keepAnswer("key", "body", answer);
        }));
    };
    EXPECT_EQ(std::nullopt, look()->findKeptAnswer("key", "body"));
    keep("");
    EXPECT_EQ("", look()->findKeptAnswer("key", "body")->answer);
    keep("{}");
    reopen();
    EXPECT_EQ("{}", look()->findKeptAnswer("key", "body")->answer);
    EXPECT_TRUE(look()->findKeptAnswer("key", "body")->same_body);
    EXPECT_FALSE(look()->findKeptAnswer("key", "other")->same_body);
    EXPECT_EQ(std::nullopt, look()->findKeptAnswer("other", "body"));
}

TEST_F(SourcesTest, UnfinishedMessageIsKnownUntilItsEnd) {
    const auto set = [&](std::optional<std::uint64_t> next) {
        must(run([&](Transaction& transaction) { return transaction.setUnfinished(4, next); }));
    };
    set(500);
    set(1000);
    reopen();
    EXPECT_EQ(1000u, look()->unfinishedFrom(4));
    set(std::nullopt);
    EXPECT_EQ(std::nullopt, look()->unfinishedFrom(4));
}

TEST_F(SourcesTest, PartOfATaskThatFailsLeavesNoTrace) {
    std::string kept, undone;
    must(run([&](Transaction& transaction) -> base::Status {
        const auto failed = transaction.attempt([&](Transaction& part) -> base::Status {
            undone = must(part.newTicket(kRegion));
            EntryDraft draft;
            draft.payload = "undone";
            draft.salt = base::Bytes(kSaltBytes, 's');
            must(part.append(std::move(draft)));
            return base::makeError(ErrorCode::RecordConflict);
        });
        EXPECT_EQ(ErrorCode::RecordConflict, failed.error().code);
        return transaction.attempt([&](Transaction& part) -> base::Status {
            kept = must(part.newTicket(kRegion));
            EntryDraft draft;
            draft.header.ticket_no = kept;
            draft.sealed_under = SealedUnder::Ticket;
            draft.payload = "kept";
            draft.salt = base::Bytes(kSaltBytes, 's');
            must(part.append(std::move(draft)));
            return {};
        });
    }));
    EXPECT_EQ(undone, kept);  // its number was never given out
    EXPECT_EQ(1u, size());
    EXPECT_EQ("kept", read(1));
    EXPECT_EQ("sound", verdict());
}

TEST_F(SourcesTest, RebuildKeepsThem) {
    append("one");
    const auto id = add(item("a", "1", "record.invalid"));
    account("a", 100, {.received = 1, .quarantined = 1});
    LedgerTest::close();
    const auto report = must(rebuildLedger(
        options(),
        {.names = [](const Entry&) { return std::vector<Alias>(); },
         .replay_key = [](const Entry&) { return std::optional<base::Bytes>(); }},
        {}
    ));
    EXPECT_TRUE(report.same());
    open();
    EXPECT_THAT(ids({}), ElementsAre(id));
    EXPECT_EQ(1u, look()->sourceDays(100, 100).size());
}

}  // namespace
}  // namespace yht::ledger
