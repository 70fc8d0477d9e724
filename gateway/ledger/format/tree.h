// The Merkle tree of RFC 9162 section 2.1 (SHA-256), grown leaf by leaf and proven from stored nodes.
// A stored node (level, index) is the root of the complete subtree over leaves [index·2^level, (index+1)·2^level).
// Uses: base, crypto. Used by: ledger/store, tools/ledger-verify.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::ledger {

base::Bytes leafHash(base::BytesView leaf);                           // SHA-256(0x00 ‖ leaf)
base::Bytes nodeHash(base::BytesView left, base::BytesView right);    // SHA-256(0x01 ‖ left ‖ right)
base::Bytes emptyRoot();                                              // SHA-256("")

struct Node {
    std::uint8_t level = 0;
    std::uint64_t index = 0;
    base::Bytes hash;
};

/// The right edge: roots of the complete subtrees that cover [0, size). Cheap to copy (at most 64 hashes).
class TreeEdge {
public:
    std::uint64_t size() const { return size_; }
    /// Appends a leaf hash; every subtree it completes (the leaf itself included) is added to `completed`.
    void append(base::BytesView leaf_hash, std::vector<Node>& completed);
    base::Bytes root() const;
    /// One of the subtrees that cover it. Errors: NotFound where that is none of them.
    base::Result<base::Bytes> subtree(std::uint8_t level, std::uint64_t index) const;
    /// Rebuilds the edge of a stored tree. Errors: whatever `read` returns.
    using NodeReader = std::function<base::Result<base::Bytes>(std::uint8_t level, std::uint64_t index)>;
    static base::Result<TreeEdge> load(std::uint64_t size, const NodeReader& read);

private:
    std::uint64_t size_ = 0;
    std::vector<base::Bytes> roots_;  // largest subtree first
};

/// Requires: index < size (0-based leaf index).
base::Result<std::vector<base::Bytes>> inclusionPath(std::uint64_t index, std::uint64_t size,
                                                     const TreeEdge::NodeReader& read);
/// Requires: 0 < first <= second.
base::Result<std::vector<base::Bytes>> consistencyPath(std::uint64_t first, std::uint64_t second,
                                                       const TreeEdge::NodeReader& read);

/// RFC 9162 section 2.1.3.2. nullopt root where the path's length does not fit.
base::Result<base::Bytes> rootFromInclusion(std::uint64_t index, std::uint64_t size,
                                            base::BytesView leaf_hash,
                                            const std::vector<base::Bytes>& path);
/// True when `path` proves that the tree of `second` leaves with `second_root` extends the first.
bool verifyConsistency(std::uint64_t first, std::uint64_t second, base::BytesView first_root,
                       base::BytesView second_root, const std::vector<base::Bytes>& path);

}  // namespace yht::ledger
