// An open file, and what the system says when one can't be written or read.
// Uses: base. Used by: attachments only.
#pragma once

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::attachments {

/// Owns: the descriptor.
class FileHandle {
public:
    explicit FileHandle(int descriptor = -1) : descriptor_(descriptor) {}
    ~FileHandle();
    FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileHandle& operator=(FileHandle&& other) noexcept;
    int get() const { return descriptor_; }
    bool isOpen() const { return descriptor_ >= 0; }

    /// All of `bytes`, from `offset` on. Errors: DiskFull, IoFailed.
    base::Status writeAt(base::BytesView bytes, std::uint64_t offset) const;
    /// `count` bytes, fewer where the file ends before. Errors: IoFailed.
    base::Result<base::Bytes> readAt(std::uint64_t offset, std::size_t count) const;
    base::Result<std::uint64_t> size() const;
    /// fsync(2). Errors: DiskFull, IoFailed.
    base::Status sync() const;

private:
    int descriptor_;
};

/// errno as an Error: DiskFull where the file system or its quota is used up, else IoFailed.
base::Error ioError(const std::string& what);
/// The same of what std::filesystem says.
base::Error ioError(const std::string& what, const std::error_code& code);

/// open(2) of something new or old, close-on-exec, mode 600. Not open: errno says why.
FileHandle openFile(const std::string& path, int flags);

/// Makes what was created, renamed or removed in a folder last. Errors: DiskFull, IoFailed.
base::Status syncFolder(const std::string& path);

}  // namespace yht::attachments
