// Moves the WAL into the database, away from the writer's commits: a passive pass every 100 ms on a
// connection of its own. Under continuous load such passes never finish, so beyond 64 MB the writer
// runs the last one between two commits, and beyond 256 MB waits a moment for readers as well. A
// reader that stays longer keeps what it reads in the WAL, which grows until it goes.
// Uses: sqlite, ledger_files. Used by: sqlite_store, sqlite_writer.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "gateway/ledger/store/ledger_files.h"
#include "gateway/ledger/store/sqlite.h"

namespace yht::ledger {

inline constexpr std::int64_t kWalBytesMax = 64 * 1024 * 1024;
inline constexpr std::int64_t kWalBytesHardMax = 4 * kWalBytesMax;

/// Tests have smaller ones.
struct WalBounds {
    std::int64_t bytes_max = kWalBytesMax;           // the writer runs a pass
    std::int64_t bytes_hard_max = kWalBytesHardMax;  // and waits for readers
    std::chrono::milliseconds pass_every{100};  // in the background
};

class Checkpointer {
public:
    using Report = std::function<void(const std::string&)>;
    static constexpr int kEmptyAttemptsMax = 50;

    /// Starts the thread. `on_fatal` as in SqliteStoreOptions; it runs on the thread that met the
    /// fault.
    Checkpointer(const std::string& path, DiskReserve& reserve, Report on_fatal, const WalBounds& bounds);
    ~Checkpointer();

    /// Moves everything into the database and leaves the WAL empty, on the disk too: no power failure brings back what
    /// stood there. False where readers held it. Any thread. Throws SqliteFault.
    bool emptyWal(int attempts_max = kEmptyAttemptsMax);
    /// On the writer thread, after each commit. `wal_pages`: frames in the WAL. Throws SqliteFault.
    void afterCommit(Database& writer, int wal_pages);

private:
    void loop();
    void backgroundPass();

    const std::chrono::milliseconds pass_every_;
    Report on_fatal_;
    DiskReserve& reserve_;
    std::unique_ptr<Database> database_;  // protected by pass_mutex_
    const int pages_max_, pages_hard_max_;
    std::atomic<bool> news_{true};        // commits since the last background pass

    std::mutex pass_mutex_;  // one pass at a time
    int next_pass_pages_;    // the writer thread's own

    std::mutex stop_mutex_;
    std::condition_variable stop_signal_;
    bool stopping_ = false;  // protected by stop_mutex_
    std::thread thread_;
};

}  // namespace yht::ledger
