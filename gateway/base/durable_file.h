// Small files that are either as they were or as they should be, whatever happens in between: written beside, flushed,
// renamed, the directory flushed. And a lock that one process holds.
// Uses: std. Used by: crypto, trust, certs, app.
#pragma once

#include <string>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::base {

/// Who may read the file: the mode is set before the first byte is in it.
enum class FileSecrecy : std::uint8_t {
    Public,   // 644
    Private,  // 600
};

/// Replaces what stood there. When this returns ok, content and name are on the disk.
/// Errors: IoFailed, DiskFull; the old file is untouched then.
Status writeDurably(const std::string& path, BytesView content, FileSecrecy secrecy);
/// Refused where the file is there. Errors: as writeDurably(), IoFailed "exists".
Status createDurably(const std::string& path, BytesView content, FileSecrecy secrecy);
/// At most `bytes_max`; takes memory for what is in it. Errors: IoFailed naming the path.
Result<Bytes> readBounded(const std::string& path, std::size_t bytes_max);
/// Whoever is neither its owner nor of its group may read or write it; false where it is not there.
bool isOpenToOthers(const std::string& path);

/// flock(2) on a file that is made where it is missing; freed with the object.
class FileLock {
public:
    /// Errors: IoFailed; LedgerLocked where another process holds it.
    static Result<FileLock> take(const std::string& path);
    ~FileLock();
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace yht::base
