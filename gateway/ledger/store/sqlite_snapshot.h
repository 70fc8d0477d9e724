// Readers: pooled connections, each snapshot a read transaction on one of them.
// Uses: sqlite_view, ledger/format. Used by: sqlite_store only.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "gateway/ledger/store/sqlite_view.h"

namespace yht::ledger {

inline constexpr std::size_t kSnapshotsMax = 512;       // at once; beyond: Unavailable
inline constexpr std::size_t kIdleConnectionsMax = 32;  // kept open between snapshots

struct ReaderOptions {
    std::string path;
    LedgerKeys keys;
    std::function<void(const std::string&)> on_fatal;
};

inline constexpr int kNodesRememberedBits = 10;  // 2^10 nodes, 40 KB a connection

/// Hashes of complete subtrees that this connection has read before. They never change once
/// committed, so they hold for later snapshots, too: paths share their upper part. One a
/// connection, not one for all: a lock that every request takes several times costs more.
class NodeMemory {
public:
    /// "" where it is not remembered.
    base::Bytes find(std::uint8_t level, std::uint64_t index) const;
    void put(std::uint8_t level, std::uint64_t index, base::BytesView hash);

private:
    struct Slot {
        std::uint64_t key = ~std::uint64_t{0};
        std::array<char, kHashBytes> hash{};
    };
    static std::size_t slotOf(std::uint64_t key);

    std::vector<Slot> slots_{std::size_t{1} << kNodesRememberedBits};
};

/// Thread-safety: any thread. Must outlive its snapshots.
class ReaderPool {
public:
    explicit ReaderPool(ReaderOptions options) : options_(std::move(options)) {}

    /// A snapshot as of now. Errors: Unavailable, IoFailed, LedgerCorrupt.
    base::Result<std::unique_ptr<Snapshot>> snapshot();

private:
    friend class SqliteSnapshot;
    /// A connection with its look-ups. Not movable: the look-ups refer to the connection.
    struct Reader {
        explicit Reader(const ReaderOptions& options);
        Database database;
        Lookups lookups;
        NodeMemory nodes;
    };
    std::unique_ptr<Reader> take();
    void giveBack(std::unique_ptr<Reader> reader);

    const ReaderOptions options_;
    std::mutex mutex_;
    // Protected by mutex_.
    std::vector<std::unique_ptr<Reader>> idle_;
    std::size_t in_use_count_ = 0;
};

}  // namespace yht::ledger
