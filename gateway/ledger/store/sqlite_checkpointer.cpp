#include "gateway/ledger/store/sqlite_checkpointer.h"

#include <sqlite3.h>

#include <chrono>

#include "gateway/ledger/store/damage.h"

namespace yht::ledger {
namespace {

constexpr int kEmptyWaitMillis = 200;
constexpr int kRestartWaitMillis = 50;

/// Full disk and busy are no faults here: the WAL keeps everything, and the next pass tries again.
bool canWait(int code) {
    const SqliteFault fault{code, {}};
    return fault.isDiskFull() || fault.isBusy();
}

/// Ledgers of before have smaller pages.
int pagesOf(std::int64_t bytes, Database& database) {
    Query page_bytes(database, "PRAGMA page_size");
    YHT_ASSERT(page_bytes.next());
    return static_cast<int>(bytes / page_bytes.integer(0));
}

/// Frames that stay in the WAL.
int checkpoint(Database& database, int mode) {
    int frames = 0;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(database.handle(), "main", mode, &frames, &copied);
    if (code != SQLITE_OK && !canWait(code)) database.fail(code);
    return frames - copied;
}

/// SQLite cuts the WAL and leaves it at that: what was cut off would be there again after a power failure.
void syncWal(Database& database) {
    sqlite3_file* log = nullptr;
    int code = sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (code == SQLITE_OK && log != nullptr && log->pMethods != nullptr) code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    if (code != SQLITE_OK) database.fail(code);
}

}  // namespace

Checkpointer::Checkpointer(const std::string& path, DiskReserve& reserve, Report on_fatal, const WalBounds& bounds)
    : pass_every_(bounds.pass_every),
      on_fatal_(std::move(on_fatal)),
      reserve_(reserve),
      database_(std::make_unique<Database>(path, Database::Access::Write)),
      pages_max_(pagesOf(bounds.bytes_max, *database_)),
      pages_hard_max_(pagesOf(bounds.bytes_hard_max, *database_)),
      next_pass_pages_(pages_max_) {
    database_->execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
    thread_ = std::thread([this] { loop(); });
}

Checkpointer::~Checkpointer() {
    {
        const std::lock_guard lock(stop_mutex_);
        stopping_ = true;
    }
    stop_signal_.notify_all();
    thread_.join();
}

void Checkpointer::loop() {
    std::unique_lock lock(stop_mutex_);
    while (!stop_signal_.wait_for(lock, pass_every_, [this] { return stopping_; })) {
        lock.unlock();
        backgroundPass();
        lock.lock();
    }
}

void Checkpointer::backgroundPass() {
    reserve_.restore();
    if (!news_.exchange(false)) return;
    try {
        const std::lock_guard pass(pass_mutex_);
        if (checkpoint(*database_, SQLITE_CHECKPOINT_PASSIVE) > 0) news_ = true;
    } catch (const SqliteFault& fault) {
        on_fatal_("moving the WAL into the ledger: " + operatorText(fault.toError(), database_->path()));
    }
}

bool Checkpointer::emptyWal(int attempts_max) {
    // While it waits for readers such a pass keeps the writer out: many short waits, not a long
    // one.
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        const std::lock_guard pass(pass_mutex_);
        database_->setBusyTimeout(kEmptyWaitMillis);
        const int code = sqlite3_wal_checkpoint_v2(
            database_->handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr
        );
        database_->setBusyTimeout(kBusyTimeoutMillis);
        if (code == SQLITE_OK) {
            syncWal(*database_);
            return true;
        }
        if (!canWait(code)) database_->fail(code);
    }
    return false;
}

void Checkpointer::afterCommit(Database& writer, int wal_pages) {
    news_ = true;
    if (wal_pages < pages_max_) next_pass_pages_ = pages_max_;  // the WAL has started anew
    if (wal_pages < next_pass_pages_) return;
    const std::lock_guard pass(pass_mutex_);
    if (wal_pages < pages_hard_max_) {
        checkpoint(writer, SQLITE_CHECKPOINT_PASSIVE);
    } else {
        // Every caller waits with us: a reader that stays, or one that itself waits for this
        // thread, must not stop the ledger for as long as a lock may be waited for.
        writer.setBusyTimeout(kRestartWaitMillis);
        checkpoint(writer, SQLITE_CHECKPOINT_RESTART);
        writer.setBusyTimeout(kBusyTimeoutMillis);
    }
    // Where readers hold the WAL, a pass after each commit would only burn time.
    next_pass_pages_ = wal_pages + pages_max_ / 4;
}

}  // namespace yht::ledger
