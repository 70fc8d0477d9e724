// The store on SQLite: one file, one writer thread, group commit, readers on snapshots of their
// own.
//   path            the database (WAL mode, synchronous=FULL)
//   path + ".lock"     held by the one process that writes
//   path + ".reserve"  given up when the disk is full, taken back when there is room
// Life of a commit: sqlite_writer.h. Tables: sqlite_schema.cpp. Why these settings:
// ARCHITECTURE.md, "Ledger". Uses: ledger/format, crypto, ticket. Used by: app, tools, tests.
#pragma once

#include <atomic>
#include <memory>

#include "gateway/crypto/cipher_suite.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/ledger/store/store.h"
#include "gateway/ticket/ticket_number.h"

namespace yht::ledger {

/// Moments of a commit at which fault runs may end the process.
enum class CommitPoint : std::uint8_t { Begun, TasksDone, CheckpointSigned, Committed, Answered };

/// References must outlive the store.
struct SqliteStoreOptions {
    std::string path;
    crypto::KeyRing kek;  // wraps every data key; with the one before until a rotation has ended (rekey.h)
    /// The log's signing key. May be absent for read_only; then receipts are still whole, but
    /// nothing is signed.
    std::optional<crypto::PrivateKey> log_key = {};
    std::string key_name;
    /// That the ledger was made with, or any that it had since: an epoch (epoch.h) counts it on by itself.
    std::string origin;
    const base::Clock& clock;
    base::Random& random;
    bool read_only = false;  // no lock, no writer: beside a running gateway
    bool allow_restored = false;  // only to reopen it (backup.h): a restored ledger is not served
    base::Bytes config_digest = base::Bytes(kHashBytes, '\0');
    std::size_t batch_max = 256;   // tasks of one commit
    std::size_t queue_max = 2048;  // tasks waiting; beyond: QueueFull
    std::size_t reserve_bytes = 16 * 1024 * 1024;
    ticket::SerialRange serials = ticket::kLiveSerials;
    /// Of the database file; beyond it tasks get DiskFull. 0: whatever the disk holds.
    std::uint64_t bytes_max = 0;
    /// How new payloads are sealed; old ones say for themselves.
    crypto::CipherSuite payload_cipher = crypto::CipherSuite::Aes256Gcm;
    /// kDigestSha256, or kDigestSha256Sm3: what new leaves commit to their payload by (leaf.h).
    std::uint8_t leaf_digests = kDigestSha256;
    /// An I/O error, a failed fsync, a file that SQLite calls corrupt: nothing can be promised any
    /// more, nothing is tried again. Must not return. Default: print and _exit(70).
    std::function<void(const std::string&)> on_fatal = {};
    /// One line for the operator's log. Default: standard error.
    std::function<void(const std::string&)> on_notice = {};
    /// After a commit with new entries: the time that their leaves bear. On the writer thread; short.
    std::function<void(base::UnixMillis)> on_committed = {};
    /// Fault runs only. Called on the writer thread.
    std::function<void(CommitPoint)> on_point = {};
};

/// Thread-safety: any thread. Snapshots must be gone before the store is.
class SqliteStore final : public Store {
public:
    /// Opens the ledger, makes it where it is not there (unless read_only), and checks that the
    /// stored tree's root is the one that the last checkpoint signs. Errors: LedgerLocked,
    /// LedgerCorrupt, NotReady (restored: wants `yht ledger reopen`; a reader may look), ConfigInvalid
    /// (other origin, log key or KEK, or a newer schema), IoFailed, DiskFull.
    static base::Result<std::unique_ptr<SqliteStore>> open(SqliteStoreOptions options);
    /// Refuses new tasks (NotReady), commits what is queued, then closes.
    ~SqliteStore() override;

    base::Result<std::unique_ptr<Snapshot>> snapshot() override;
    base::Result<std::vector<Receipt>> receipts(const std::vector<ReceiptRequest>& requests) override;
    void submit(Task task, std::function<void(base::Status)> done) override;
    bool waitForEntry(Seq after, std::int64_t timeout_ms) override;
    base::Status emptyWal() override;
    WriterCounters counters() const override;
    void setConfigDigest(base::Bytes digest) override;
    const std::string& origin() const override;
    const std::string& logKeyName() const override;

private:
    struct Parts;
    explicit SqliteStore(std::unique_ptr<Parts> parts);
    const std::unique_ptr<Parts> parts_;
};

}  // namespace yht::ledger
