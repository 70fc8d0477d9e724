// The two files beside the database: the lock of the one writer, and the reserve against a full
// disk. Uses: base. Used by: ledger/store only.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "gateway/base/result.h"

namespace yht::ledger {

/// flock(2) on a file of its own: SQLite's own locks come and go, this one lasts as long as the
/// writer.
class WriterLock {
public:
    /// Errors: LedgerLocked, IoFailed.
    static base::Result<std::unique_ptr<WriterLock>> take(const std::string& path);
    ~WriterLock();
    WriterLock(const WriterLock&) = delete;
    WriterLock& operator=(const WriterLock&) = delete;

private:
    explicit WriterLock(int descriptor) : descriptor_(descriptor) {}
    const int descriptor_;
};

/// Room set aside, so that after "disk full" there is enough left to finish what is in flight and
/// to move the WAL into the database. Thread-safety: any thread.
class DiskReserve {
public:
    DiskReserve(std::string path, std::size_t bytes) : path_(std::move(path)), bytes_(bytes) {}

    /// Gives the room back to the file system. True where there was some to give.
    bool release();
    /// Sets the room aside again, once several times as much is free; otherwise does nothing.
    void restore();
    /// Nothing is missing of it.
    bool isWhole();

private:
    const std::string path_;
    const std::size_t bytes_;
    std::mutex mutex_;
    bool held_ = false;  // protected by mutex_
};

/// Errors: IoFailed. A file just made is only there to stay once its folder has reached the disk.
base::Status syncFolderOf(const std::string& path);

}  // namespace yht::ledger
