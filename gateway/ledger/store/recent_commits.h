// What the last commits appended, kept in memory: a caller that has just been told of its commit has its receipt made of this,
// without a transaction, a look-up or a page read again. It is the receipt that a snapshot makes, byte for byte.
// Uses: ledger/format, store. Used by: sqlite_transaction, sqlite_writer, sqlite_store.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "gateway/ledger/format/tree.h"
#include "gateway/ledger/store/store.h"

namespace yht::ledger {

inline constexpr std::size_t kRecentEntriesMax = 8'192;  // of all commits kept together; some 600 octets each

/// The entries of one commit, and every node that proves them in the tree right after it.
class CommitEntries {
public:
    /// `before`: the tree that the commit found.
    explicit CommitEntries(const TreeEdge& before) : before_(before) {}

    /// The next entry, and the nodes that it completes, its own leaf's hash among them.
    void add(base::Bytes leaf, std::string ticket_no, const std::vector<Node>& completed);
    /// Takes back the entries after `size`: what a task appended that failed. Requires: not less than the tree before.
    void cutTo(std::uint64_t size);
    /// The signed note over all of them.
    void setCheckpoint(std::string note) { checkpoint_ = std::move(note); }

    /// 0 where there are more than kRecentEntriesMax, or were before some were taken back: of such a commit nothing is kept.
    std::size_t count() const { return entries_.size(); }
    Seq after() const { return before_.size(); }
    /// Requires: after() < seq <= after() + count(), and the checkpoint is set. Errors: none where add() was told every node.
    base::Result<Receipt> receipt(Seq seq, const base::Bytes& salt) const;

private:
    struct Entry {
        base::Bytes leaf;
        std::string ticket_no;
    };
    base::Result<base::Bytes> node(std::uint8_t level, std::uint64_t index) const;

    TreeEdge before_;
    std::vector<Entry> entries_;
    std::vector<std::vector<base::Bytes>> levels_;  // nodes of each level, from the first that this commit completed
    std::string checkpoint_;
    bool is_too_large_ = false;
};

/// Thread-safety: any thread.
class RecentCommits {
public:
    /// Requires: durable, in the order of the commits.
    void add(CommitEntries entries);
    /// In order. nullopt where an entry is not among them or its salt is not given: a snapshot knows.
    std::optional<std::vector<Receipt>> receipts(const std::vector<ReceiptRequest>& requests) const;

private:
    std::shared_ptr<const CommitEntries> find(Seq seq) const;

    mutable std::mutex mutex_;
    // Protected by mutex_.
    std::deque<std::shared_ptr<const CommitEntries>> commits_;  // ascending
    std::size_t entries_ = 0;
};

}  // namespace yht::ledger
