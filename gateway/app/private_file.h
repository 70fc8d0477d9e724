// A file that holds what not everybody may read: mode 600, and under its name only when it is
// whole. Uses: base. Used by: evidence export.
#pragma once

#include <string>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::app {

/// Writes PATH.part, which becomes PATH at publish(), replacing what stood there; without it,
/// nothing is left behind.
class PrivateFile {
public:
    /// Errors: IoFailed, also where somebody else is writing PATH.part.
    static base::Result<PrivateFile> create(const std::string& path);
    ~PrivateFile();
    PrivateFile(PrivateFile&& other) noexcept;
    PrivateFile& operator=(PrivateFile&&) = delete;

    /// Errors: IoFailed, DiskFull.
    base::Status append(base::BytesView bytes);
    /// On the disk, and then under its name. Once. Errors: IoFailed, DiskFull.
    base::Status publish();
    std::uint64_t size() const { return size_; }

private:
    PrivateFile(std::string path, int descriptor)
        : path_(std::move(path)), descriptor_(descriptor) {}
    base::Status flush();
    std::string partPath() const { return path_ + ".part"; }

    std::string path_;
    int descriptor_;
    base::Bytes buffer_;
    std::uint64_t size_ = 0;
};

}  // namespace yht::app
