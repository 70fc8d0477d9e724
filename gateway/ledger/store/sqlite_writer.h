// The writer: one thread, one connection, group commit. Life of a commit:
//   1. take what is queued (at most batch_max tasks); no lingering, the flush before was the wait
//   2. BEGIN IMMEDIATE; each task under a savepoint of its own: one that fails leaves no trace
//   3. sign the checkpoint over the new root, store it beside the leaves it covers
//   4. COMMIT: write and flush the WAL
//   5. only now: tree edge in memory, waiting readers, the tasks' `done`
// Anything that fails in 2 to 4 undoes all of it; the edge in memory is still that of the commit
// before. Uses: sqlite_transaction, sqlite_checkpointer. Used by: sqlite_store only.
#pragma once

#include <deque>

#include "gateway/base/trouble_log.h"
#include "gateway/ledger/store/sqlite_checkpointer.h"
#include "gateway/ledger/store/sqlite_store.h"
#include "gateway/ledger/store/sqlite_transaction.h"

namespace yht::ledger {

class SqliteWriter {
public:
    struct Parts {
        std::unique_ptr<Database> database;
        LedgerKeys keys;
        TreeEdge edge;
        DiskReserve& reserve;
        Checkpointer& checkpointer;
        RecentCommits& recent;
    };
    /// Starts the thread. `options` must outlive it; it has a log key, on_fatal and on_notice.
    SqliteWriter(const SqliteStoreOptions& options, Parts parts);
    /// Commits what is queued, then ends the thread.
    ~SqliteWriter();

    void submit(Task task, std::function<void(base::Status)> done);
    bool waitForEntry(Seq after, std::int64_t timeout_ms);
    WriterCounters counters() const;
    void setConfigDigest(base::Bytes digest);

private:
    struct Job {
        Task task;
        std::function<void(base::Status)> done;
    };
    using Batch = std::vector<Job>;
    using Answers = std::vector<base::Status>;

    void loop();
    Batch takeBatch();
    Answers commit(const Batch& batch);
    Answers commitOrThrow(const Batch& batch);
    /// The signed note.
    std::string storeCheckpoint(const TreeEdge& edge, const std::string& origin);
    Answers undone(const Batch& batch, const SqliteFault& fault);
    void publish(const Batch& batch, std::uint64_t new_entries);
    void reach(CommitPoint point) const;
    base::Bytes configDigest() const;

    const SqliteStoreOptions& options_;
    const CheckpointSigner signer_;
    DiskReserve& reserve_;
    Checkpointer& checkpointer_;
    RecentCommits& recent_;
    base::TroubleLog full_disk_;
    const std::unique_ptr<Database> database_;
    Lookups lookups_;
    TreeEdge edge_;       // as committed; the writer thread's own
    std::string origin_;  // as committed; the writer thread's own
    int wal_pages_ = 0;  // the writer thread's own

    mutable std::mutex mutex_;
    std::condition_variable queued_;
    std::condition_variable committed_;
    // Protected by mutex_.
    std::deque<Job> queue_;
    bool stopping_ = false;
    Seq last_seq_;
    WriterCounters counters_;
    base::Bytes config_digest_;

    std::thread thread_;
};

}  // namespace yht::ledger
