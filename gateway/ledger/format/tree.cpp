// RFC 9162 section 2.1. Everything here is arithmetic on (index, size) and hashing; storage is a
// callback.
#include "gateway/ledger/format/tree.h"

#include <bit>

#include "gateway/crypto/digest.h"

namespace yht::ledger {
namespace {

using Path = std::vector<base::Bytes>;

/// The largest power of two below `count`: where RFC 9162 splits a list. Requires: count > 1.
std::uint64_t splitPoint(std::uint64_t count) {
    return std::bit_floor(count - 1);
}

/// The root over leaves [begin, begin + count). The splits of a tree keep every complete subtree
/// aligned, so each one is a stored node.
base::Result<base::Bytes> rangeRoot(
    std::uint64_t begin, std::uint64_t count, const TreeEdge::NodeReader& read
) {
    if (std::has_single_bit(count)) {
        const auto level = static_cast<std::uint8_t>(std::countr_zero(count));
        YHT_ASSERT((begin & (count - 1)) == 0);
        return read(level, begin >> level);
    }
    const std::uint64_t split = splitPoint(count);
    auto left = rangeRoot(begin, split, read);
    if (!left) return left;
    auto right = rangeRoot(begin + split, count - split, read);
    if (!right) return right;
    return nodeHash(*left, *right);
}

base::Status addRange(
    Path& path, std::uint64_t begin, std::uint64_t count, const TreeEdge::NodeReader& read
) {
    auto root = rangeRoot(begin, count, read);
    if (!root) return root.error();
    path.push_back(*std::move(root));
    return {};
}

/// PATH(m, D[begin:begin+count]) of section 2.1.3.1: siblings from the leaf upwards.
base::Status addInclusion(
    Path& path, std::uint64_t index, std::uint64_t begin, std::uint64_t count,
    const TreeEdge::NodeReader& read
) {
    if (count == 1) return {};
    const std::uint64_t split = splitPoint(count);
    if (index < split) {
        if (auto done = addInclusion(path, index, begin, split, read); !done) return done;
        return addRange(path, begin + split, count - split, read);
    }
    if (auto done = addInclusion(path, index - split, begin + split, count - split, read); !done) {
        return done;
    }
    return addRange(path, begin, split, read);
}

/// SUBPROOF(m, D[begin:begin+count], whole) of section 2.1.4.1. `whole`: the verifier has this
/// subtree's root.
base::Status addConsistency(
    Path& path, std::uint64_t first, std::uint64_t begin, std::uint64_t count, bool whole,
    const TreeEdge::NodeReader& read
) {
    if (first == count) return whole ? base::Status{} : addRange(path, begin, count, read);
    const std::uint64_t split = splitPoint(count);
    if (first <= split) {
        if (auto done = addConsistency(path, first, begin, split, whole, read); !done) return done;
        return addRange(path, begin + split, count - split, read);
    }
    if (auto done = addConsistency(path, first - split, begin + split, count - split, false, read);
        !done) {
        return done;
    }
    return addRange(path, begin, split, read);
}

}  // namespace

base::Bytes leafHash(base::BytesView leaf) {
    return crypto::Sha256().update(base::BytesView("\0", 1)).update(leaf).finish();
}

base::Bytes nodeHash(base::BytesView left, base::BytesView right) {
    return crypto::Sha256().update("\x01").update(left).update(right).finish();
}

base::Bytes emptyRoot() {
    return crypto::sha256({});
}

void TreeEdge::append(base::BytesView leaf_hash, std::vector<Node>& completed) {
    base::Bytes hash(leaf_hash);
    std::uint8_t level = 0;
    completed.push_back({level, size_, hash});
    // Each trailing one bit of the old size is a subtree that waits for its right half.
    for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
        hash = nodeHash(roots_.back(), hash);
        roots_.pop_back();
        ++level;
        completed.push_back({level, size_ >> level, hash});
    }
    roots_.push_back(std::move(hash));
    ++size_;
}

base::Bytes TreeEdge::root() const {
    if (roots_.empty()) return emptyRoot();
    base::Bytes hash = roots_.back();
    for (auto left = roots_.rbegin() + 1; left != roots_.rend(); ++left)
        hash = nodeHash(*left, hash);
    return hash;
}

base::Result<base::Bytes> TreeEdge::subtree(std::uint8_t level, std::uint64_t index) const {
    // A one bit of the size is a subtree, and its bits above say how many stand to the left of it.
    const bool covers = level < 64 && (size_ >> level & 1) != 0 && (size_ >> level) - 1 == index;
    if (!covers) return base::makeError(base::ErrorCode::NotFound, "no subtree of the edge");
    return roots_[static_cast<std::size_t>(std::popcount(size_ >> level)) - 1];
}

base::Result<TreeEdge> TreeEdge::load(std::uint64_t size, const NodeReader& read) {
    TreeEdge edge;
    edge.size_ = size;
    std::uint64_t begin = 0;
    for (int level = 63; level >= 0; --level) {
        const std::uint64_t count = std::uint64_t{1} << level;
        if ((size & count) == 0) continue;
        auto root = read(static_cast<std::uint8_t>(level), begin >> level);
        if (!root) return root.error();
        edge.roots_.push_back(*std::move(root));
        begin += count;
    }
    return edge;
}

base::Result<Path> inclusionPath(
    std::uint64_t index, std::uint64_t size, const TreeEdge::NodeReader& read
) {
    YHT_ASSERT(index < size);
    Path path;
    if (auto done = addInclusion(path, index, 0, size, read); !done) return done.error();
    return path;
}

base::Result<Path> consistencyPath(
    std::uint64_t first, std::uint64_t second, const TreeEdge::NodeReader& read
) {
    YHT_ASSERT(0 < first && first <= second);
    Path path;
    if (auto done = addConsistency(path, first, 0, second, true, read); !done) return done.error();
    return path;
}

base::Result<base::Bytes> rootFromInclusion(
    std::uint64_t index, std::uint64_t size, base::BytesView leaf_hash, const Path& path
) {
    if (index >= size) {
        return base::makeError(
            base::ErrorCode::LedgerCorrupt, "leaf index " + std::to_string(index) +
                                                " is not below tree size " + std::to_string(size)
        );
    }
    std::uint64_t node = index;
    std::uint64_t last = size - 1;
    base::Bytes hash(leaf_hash);
    for (const auto& sibling : path) {
        if (last == 0) {
            return base::makeError(
                base::ErrorCode::LedgerCorrupt,
                "the inclusion path is too long: " + std::to_string(path.size())
            );
        }
        if ((node & 1) != 0 || node == last) {
            hash = nodeHash(sibling, hash);
            // A lone right edge has no sibling on the levels where it is a left child.
            while ((node & 1) == 0 && node != 0) node >>= 1, last >>= 1;
        } else {
            hash = nodeHash(hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if (last != 0) {
        return base::makeError(
            base::ErrorCode::LedgerCorrupt,
            "the inclusion path is too short: " + std::to_string(path.size())
        );
    }
    return hash;
}

bool verifyConsistency(
    std::uint64_t first, std::uint64_t second, base::BytesView first_root,
    base::BytesView second_root, const Path& path
) {
    if (first == 0 || first > second) return false;
    if (first == second) return path.empty() && first_root == second_root;
    std::size_t next = 0;
    const auto take = [&]() { return next < path.size() ? &path[next++] : nullptr; };

    std::uint64_t node = first - 1;
    std::uint64_t last = second - 1;
    while ((node & 1) != 0) node >>= 1, last >>= 1;
    base::Bytes old_hash(first_root
    );  // where `first` is a complete tree, the proof leaves its root out
    if (!std::has_single_bit(first)) {
        const auto* start = take();
        if (start == nullptr) return false;
        old_hash = *start;
    }
    base::Bytes new_hash = old_hash;
    while (next < path.size()) {
        if (last == 0) return false;
        const auto& sibling = *take();
        if ((node & 1) != 0 || node == last) {
            old_hash = nodeHash(sibling, old_hash);
            new_hash = nodeHash(sibling, new_hash);
            while ((node & 1) == 0 && node != 0) node >>= 1, last >>= 1;
        } else {
            new_hash = nodeHash(new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && old_hash == first_root && new_hash == second_root;
}

}  // namespace yht::ledger
