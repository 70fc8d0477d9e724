#include "gateway/ledger/store/recent_commits.h"

#include <algorithm>

namespace yht::ledger {

void CommitEntries::add(base::Bytes leaf, std::string ticket_no, const std::vector<Node>& completed) {
    if (is_too_large_) return;
    if (entries_.size() == kRecentEntriesMax) {
        is_too_large_ = true;
        entries_ = {};
        levels_ = {};
        return;
    }
    entries_.push_back({std::move(leaf), std::move(ticket_no)});
    for (const Node& node : completed) {
        if (levels_.size() <= node.level) levels_.resize(node.level + std::size_t{1});
        auto& level = levels_[node.level];
        YHT_ASSERT((before_.size() >> node.level) + level.size() == node.index);
        level.push_back(node.hash);
    }
}

void CommitEntries::cutTo(std::uint64_t size) {
    YHT_ASSERT(size >= before_.size());
    entries_.resize(std::min(entries_.size(), size - before_.size()));
    for (std::size_t level = 0; level < levels_.size(); ++level) {
        levels_[level].resize(std::min(levels_[level].size(), (size >> level) - (before_.size() >> level)));
    }
}

/// A subtree on the way of a new leaf is either completed with it, or one of those that covered the tree before: what is complete there and
/// has a parent that is not.
base::Result<base::Bytes> CommitEntries::node(std::uint8_t level, std::uint64_t index) const {
    const std::uint64_t first = before_.size() >> level;
    if (index < first) return before_.subtree(level, index);
    if (level < levels_.size() && index - first < levels_[level].size()) return levels_[level][index - first];
    return base::makeError(base::ErrorCode::LedgerCorrupt, "a node of a commit is missing");
}

base::Result<Receipt> CommitEntries::receipt(Seq seq, const base::Bytes& salt) const {
    YHT_ASSERT(seq > after() && seq - after() <= count() && !checkpoint_.empty());
    auto path = inclusionPath(seq - 1, after() + count(), [this](auto level, auto index) { return node(level, index); });
    if (!path.ok()) return path.error();
    const Entry& entry = entries_[seq - after() - 1];
    return Receipt{
        .seq = seq, .ticket_no = entry.ticket_no, .leaf = entry.leaf, .salt = salt, .path = *std::move(path), .checkpoint = checkpoint_};
}

void RecentCommits::add(CommitEntries entries) {
    if (entries.count() == 0) return;
    auto commit = std::make_shared<const CommitEntries>(std::move(entries));
    const std::lock_guard lock(mutex_);
    entries_ += commit->count();
    commits_.push_back(std::move(commit));
    while (entries_ > kRecentEntriesMax) {
        entries_ -= commits_.front()->count();
        commits_.pop_front();
    }
}

std::shared_ptr<const CommitEntries> RecentCommits::find(Seq seq) const {
    const std::lock_guard lock(mutex_);
    const auto next = std::upper_bound(commits_.begin(), commits_.end(), seq, [](Seq wanted, const auto& commit) { return wanted <= commit->after(); });
    if (next == commits_.begin()) return nullptr;
    const auto& commit = *std::prev(next);
    return seq - commit->after() <= commit->count() ? commit : nullptr;
}

std::optional<std::vector<Receipt>> RecentCommits::receipts(const std::vector<ReceiptRequest>& requests) const {
    std::vector<Receipt> made;
    std::shared_ptr<const CommitEntries> commit;
    for (const auto& [seq, salt] : requests) {
        if (salt.empty()) return std::nullopt;
        const bool same = commit && seq > commit->after() && seq - commit->after() <= commit->count();
        if (!same) commit = find(seq);
        if (!commit) return std::nullopt;
        auto receipt = commit->receipt(seq, salt);
        if (!receipt.ok()) return std::nullopt;
        made.push_back(*std::move(receipt));
    }
    return made;
}

}  // namespace yht::ledger
