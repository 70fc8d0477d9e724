// Receipts out of memory are those of a snapshot: after commits of every size, beside tasks that failed, and only as long as what
// they are made of is kept.
#include "gateway/ledger/store/recent_commits.h"

#include <future>

#include "tests/unit/gateway/ledger/store/ledger_fixture.h"

namespace yht::ledger {
namespace {

using testing::SizeIs;

/// A tree that grows by commits.
struct Growing {
    TreeEdge edge;

    base::Bytes add(CommitEntries& commit, const std::string& text) {
        base::Bytes leaf = "leaf " + text;
        std::vector<Node> completed;
        edge.append(leafHash(leaf), completed);
        commit.add(leaf, "ticket " + text, completed);
        return leaf;
    }
    CommitEntries commit(std::size_t count) {
        CommitEntries entries(edge);
        for (std::size_t i = 0; i < count; ++i) add(entries, std::to_string(edge.size()));
        entries.setCheckpoint("size " + std::to_string(edge.size()));
        return entries;
    }
    /// What the receipt proves: "" nothing.
    std::string proven(const CommitEntries& commit, Seq seq) const {
        const auto receipt = commit.receipt(seq, "salt");
        if (!receipt.ok()) return "";
        const auto root = rootFromInclusion(seq - 1, edge.size(), leafHash(receipt->leaf), receipt->path);
        if (!root.ok() || *root != edge.root() || receipt->salt != "salt" || receipt->seq != seq) return "";
        return receipt->leaf + ", " + receipt->ticket_no + ", " + receipt->checkpoint;
    }
};

std::string expected(Seq seq, std::uint64_t size) {
    const std::string text = std::to_string(seq - 1);
    return "leaf " + text + ", ticket " + text + ", size " + std::to_string(size);
}

TEST(RecentCommitsTest, EveryEntryOfACommitIsProvenInTheTreeAfterIt) {
    for (std::size_t before = 0; before <= 40; ++before) {
        for (std::size_t count = 1; count <= 20; ++count) {
            Growing tree;
            tree.commit(before);
            const auto commit = tree.commit(count);
            for (Seq seq = before + 1; seq <= before + count; ++seq) {
                ASSERT_EQ(expected(seq, before + count), tree.proven(commit, seq)) << before << " and " << count;
            }
        }
    }
}

TEST(RecentCommitsTest, WhatATaskAppendedThatFailedIsTakenBack) {
    for (std::size_t kept = 0; kept <= 9; ++kept) {
        for (std::size_t undone = 0; undone <= 9; ++undone) {
            Growing tree;
            tree.commit(5);
            CommitEntries commit(tree.edge);
            for (std::size_t i = 0; i < kept; ++i) tree.add(commit, std::to_string(tree.edge.size()));
            const TreeEdge stood = tree.edge;
            for (std::size_t i = 0; i < undone; ++i) tree.add(commit, "undone");
            tree.edge = stood;
            commit.cutTo(stood.size());
            for (std::size_t i = 0; i < 4; ++i) tree.add(commit, std::to_string(tree.edge.size()));
            commit.setCheckpoint("size " + std::to_string(tree.edge.size()));
            ASSERT_EQ(kept + 4, commit.count());
            for (Seq seq = 6; seq <= 5 + commit.count(); ++seq) ASSERT_EQ(expected(seq, tree.edge.size()), tree.proven(commit, seq));
        }
    }
}

TEST(RecentCommitsTest, TheOldestGoWhereThereAreTooMany) {
    Growing tree;
    RecentCommits recent;
    constexpr std::size_t kCount = kRecentEntriesMax / 4;
    for (int i = 0; i < 4; ++i) recent.add(tree.commit(kCount));
    EXPECT_TRUE(recent.receipts({{1, "salt"}, {4 * kCount, "salt"}}));
    recent.add(tree.commit(1));
    EXPECT_FALSE(recent.receipts({{kCount, "salt"}}));
    EXPECT_TRUE(recent.receipts({{kCount + 1, "salt"}, {4 * kCount + 1, "salt"}}));
    auto large = tree.commit(kRecentEntriesMax + 1);
    EXPECT_EQ(0U, large.count());
    large.cutTo(tree.edge.size() - 10);
    tree.add(large, "more");
    EXPECT_EQ(0U, large.count()) << "what it had before is gone";
    recent.add(std::move(large));
    EXPECT_FALSE(recent.receipts({{tree.edge.size(), "salt"}}));
    EXPECT_TRUE(recent.receipts({{4 * kCount + 1, "salt"}}));
    EXPECT_EQ(kRecentEntriesMax, tree.commit(kRecentEntriesMax).count());
}

TEST(RecentCommitsTest, OnlyWhatItHasAndWithItsSalt) {
    Growing tree;
    tree.commit(3);
    RecentCommits recent;
    EXPECT_FALSE(recent.receipts({{1, "salt"}}));
    recent.add(tree.commit(0));
    recent.add(tree.commit(2));
    for (const Seq seq : {0, 1, 3, 6}) EXPECT_FALSE(recent.receipts({{seq, "salt"}})) << seq;
    EXPECT_FALSE(recent.receipts({{4, ""}}));
    EXPECT_FALSE(recent.receipts({{4, "salt"}, {5, ""}}));
    EXPECT_THAT(*recent.receipts({{4, "salt"}, {5, "salt"}}), SizeIs(2));
    EXPECT_THAT(*recent.receipts({}), SizeIs(0));
}

class RecentReceipts : public LedgerTest {
protected:
    /// Tasks that stand in one commit, each of some entries; those of `failing` fail after they have appended.
    void commitTogether(const std::vector<std::size_t>& counts, std::size_t failing) {
        std::promise<void> all_wait;
        std::vector<std::future<base::Status>> done;
        submit(done, [waited = all_wait.get_future().share()](Transaction&) -> base::Status {
            waited.wait();
            return {};
        });
        for (std::size_t i = 0; i < counts.size(); ++i) {
            submit(done, [count = counts[i], fails = i == failing](Transaction& transaction) -> base::Status {
                for (std::size_t each = 0; each < count; ++each) {
                    if (auto seq = transaction.append(messageDraft("entry")); !seq.ok()) return seq.error();
                }
                if (fails) return base::makeError(base::ErrorCode::RecordConflict);
                return {};
            });
        }
        all_wait.set_value();
        for (std::size_t i = 0; i < done.size(); ++i) EXPECT_EQ(i != failing + 1, done[i].get().ok());
    }
    std::vector<ReceiptRequest> requests() {
        std::vector<ReceiptRequest> wanted;
        for (Seq seq = 1; seq <= size(); ++seq) wanted.push_back({seq, must(look()->receipt(seq)).salt});
        return wanted;
    }

private:
    void submit(std::vector<std::future<base::Status>>& done, Task task) {
        auto told = std::make_shared<std::promise<base::Status>>();
        done.push_back(told->get_future());
        store().submit(std::move(task), [told](const base::Status& status) { told->set_value(status); });
    }
};

TEST_F(RecentReceipts, AreThoseOfASnapshotByteForByte) {
    open();
    commitTogether({1, 3, 2}, 1);
    commitTogether({5, 1, 1, 7}, 0);
    commitTogether({2, 2, 4}, 2);
    const auto wanted = requests();
    ASSERT_THAT(wanted, SizeIs(3 + 9 + 4));
    EXPECT_EQ(must(look()->receipts(wanted)), must(store().receipts(wanted)));
}

TEST_F(RecentReceipts, NeedNoLookUpUntilTheLedgerIsOpenedAgain) {
    open();
    commitTogether({2, 3}, 2);
    const auto wanted = requests();
    const auto before = must(store().receipts(wanted));
    execute("DELETE FROM checkpoint");  // without which no snapshot makes a receipt
    EXPECT_EQ(before, must(store().receipts(wanted)));
    EXPECT_EQ(base::ErrorCode::NotFound, store().receipts({{6, {}}}).error().code);
}

TEST_F(RecentReceipts, OfBeforeAStartAreMadeBySnapshots) {
    open();
    commitTogether({2, 3}, 2);
    const auto wanted = requests();
    const auto before = must(store().receipts(wanted));
    reopen();
    EXPECT_EQ(before, must(store().receipts(wanted)));
}

}  // namespace
}  // namespace yht::ledger
