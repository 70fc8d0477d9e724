#include "gateway/ledger/store/sqlite_snapshot.h"

#include <algorithm>

#include "gateway/ledger/format/tree.h"
#include "gateway/ledger/store/damage.h"
#include "gateway/ledger/store/sqlite_schema.h"

namespace yht::ledger {
namespace {

/// Level and index in one word: a tree of 2^58 leaves is beyond what a file can hold.
std::uint64_t nodeKey(std::uint8_t level, std::uint64_t index) {
    return (index << 6) | level;
}

}  // namespace

base::Bytes NodeMemory::find(std::uint8_t level, std::uint64_t index) const {
    const std::uint64_t key = nodeKey(level, index);
    const Slot& slot = slots_[slotOf(key)];
    return slot.key == key ? base::Bytes(slot.hash.data(), slot.hash.size()) : base::Bytes();
}

void NodeMemory::put(std::uint8_t level, std::uint64_t index, base::BytesView hash) {
    YHT_ASSERT(hash.size() == kHashBytes);
    const std::uint64_t key = nodeKey(level, index);
    Slot& slot = slots_[slotOf(key)];
    slot.key = key;
    std::copy(hash.begin(), hash.end(), slot.hash.begin());
}

std::size_t NodeMemory::slotOf(std::uint64_t key) {
    constexpr std::uint64_t kGolden = 0x9E37'79B9'7F4A'7C15;  // Fibonacci hashing
    return (key * kGolden) >> (64 - kNodesRememberedBits);
}

class SqliteSnapshot final : public SqliteView<Snapshot> {
public:
    SqliteSnapshot(ReaderPool& pool, std::unique_ptr<ReaderPool::Reader> reader, Seq last_seq)
        : pool_(pool), reader_(std::move(reader)), last_seq_(last_seq) {}
    ~SqliteSnapshot() override { pool_.giveBack(std::move(reader_)); }

    Seq lastSeq() override { return last_seq_; }

    std::optional<std::string> checkpoint() override {
        return ask([&]() -> std::optional<std::string> {
            auto newest = lookups().newestCheckpoint();
            if (!newest) return std::nullopt;
            return std::move(newest->note);
        });
    }

    std::vector<StoredCheckpoint> checkpoints(
        std::uint64_t after, std::uint64_t last, std::size_t limit
    ) override {
        return ask([&] { return lookups().checkpoints(after, last, limit); });
    }

    base::Result<Receipt> receipt(Seq seq) override {
        auto made = receipts({{seq, {}}});
        if (!made.ok()) return made.error();
        return std::move(made->front());
    }

    base::Result<std::vector<Receipt>> receipts(const std::vector<ReceiptRequest>& requests
    ) override {
        return ask([&]() -> base::Result<std::vector<Receipt>> {
            std::vector<Receipt> made;
            for (const auto& request : requests) {
                auto receipt = makeReceipt(request);
                if (!receipt.ok()) return receipt.error();
                made.push_back(*std::move(receipt));
            }
            return made;
        });
    }

    base::Result<std::vector<base::Bytes>> inclusionProof(Seq seq, std::uint64_t size) override {
        if (seq == 0 || seq > size || size > last_seq_) {
            return base::makeError(
                base::ErrorCode::ParameterInvalid, "inclusion proof outside the tree"
            );
        }
        return ask([&] { return inclusionPath(seq - 1, size, nodeReader()); });
    }

    base::Result<std::vector<base::Bytes>> consistencyProof(
        std::uint64_t first, std::uint64_t second
    ) override {
        if (first == 0 || first > second || second > last_seq_) {
            return base::makeError(
                base::ErrorCode::ParameterInvalid, "consistency proof outside the tree"
            );
        }
        return ask([&] { return consistencyPath(first, second, nodeReader()); });
    }

    std::vector<LeafHeader> scanStored(Seq after, std::size_t limit) override {
        return ask([&] { return lookups().scanStored(after, limit); });
    }
    std::optional<base::Bytes> sealedPayload(Seq seq) override {
        return ask([&] { return lookups().sealedPayload(seq); });
    }
    std::vector<Seq> messagesInWork() override {
        return ask([&] { return lookups().messagesInWork(); });
    }
    DatabaseSpace space() override {
        return ask([&] { return lookups().space(); });
    }
    std::vector<std::string> ticketNumbers(std::size_t limit) override {
        return ask([&] { return lookups().ticketNumbers(limit); });
    }

private:
    Lookups& lookups() override { return reader_->lookups; }
    void onFault(const SqliteFault& fault) override {
        pool_.options_.on_fatal("reading the ledger: " + operatorText(fault.toError(), pool_.options_.path));
    }

    TreeEdge::NodeReader nodeReader() {
        return [this](std::uint8_t level, std::uint64_t index) -> base::Result<base::Bytes> {
            auto known = reader_->nodes.find(level, index);
            if (!known.empty()) return known;
            auto hash = lookups().node(level, index);
            if (hash.ok()) reader_->nodes.put(level, index, *hash);
            return hash;
        };
    }

    base::Result<Receipt> makeReceipt(const ReceiptRequest& request) {
        Receipt receipt;
        receipt.seq = request.seq;
        if (request.salt.empty()) {
            auto entry = lookups().entry(request.seq);
            if (!entry.ok()) return entry.error();
            receipt.leaf = std::move(entry->leaf);
            receipt.salt = std::move(entry->salt);
        } else {
            auto leaf = lookups().leafBytes(request.seq);
            if (!leaf.ok()) return leaf.error();
            receipt.leaf = *std::move(leaf);
            receipt.salt = request.salt;
        }
        auto leaf = decodeLeaf(receipt.leaf);
        if (!leaf.ok()) return leaf.error();
        receipt.ticket_no = std::move(leaf->header.ticket_no);
        auto checkpoint = lookups().checkpointCovering(request.seq);
        if (!checkpoint) {
            return base::makeError(
                base::ErrorCode::LedgerCorrupt,
                "no checkpoint covers entry " + std::to_string(request.seq)
            );
        }
        auto path = inclusionPath(request.seq - 1, checkpoint->size, nodeReader());
        if (!path.ok()) return path.error();
        receipt.path = *std::move(path);
        receipt.checkpoint = std::move(checkpoint->note);
        return receipt;
    }

    ReaderPool& pool_;
    std::unique_ptr<ReaderPool::Reader> reader_;
    const Seq last_seq_;
};

ReaderPool::Reader::Reader(const ReaderOptions& options)
    : database(options.path, Database::Access::Read), lookups(database, options.keys) {
    prepareReader(database);
}

std::unique_ptr<ReaderPool::Reader> ReaderPool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (in_use_count_ >= kSnapshotsMax) return nullptr;
        ++in_use_count_;
        if (!idle_.empty()) {
            auto reader = std::move(idle_.back());
            idle_.pop_back();
            return reader;
        }
    }
    try {
        return std::make_unique<Reader>(options_);
    } catch (const SqliteFault&) {
        const std::lock_guard lock(mutex_);
        --in_use_count_;
        throw;
    }
}

void ReaderPool::giveBack(std::unique_ptr<Reader> reader) {
    bool reusable = true;
    try {
        change(reader->database, "COMMIT");
    } catch (const SqliteFault&) {
        reusable = false;  // a connection that can't end its read transaction would pin the WAL
    }
    const std::lock_guard lock(mutex_);
    --in_use_count_;
    if (reusable && idle_.size() < kIdleConnectionsMax) idle_.push_back(std::move(reader));
}

base::Result<std::unique_ptr<Snapshot>> ReaderPool::snapshot() {
    try {
        auto reader = take();
        if (reader == nullptr) {
            return base::makeError(base::ErrorCode::Unavailable, "512 snapshots are open");
        }
        try {
            // BEGIN alone fixes nothing: the first read does.
            change(reader->database, "BEGIN");
            const Seq last_seq = reader->lookups.lastSeq();
            return std::unique_ptr<Snapshot>(
                std::make_unique<SqliteSnapshot>(*this, std::move(reader), last_seq)
            );
        } catch (const SqliteFault&) {
            giveBack(std::move(reader));
            throw;
        }
    } catch (const SqliteFault& fault) {
        return fault.toError();
    }
}

}  // namespace yht::ledger
