#include "adapters/kit/spill_buffer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "gateway/base/assert.h"

namespace yht::kit {
namespace {

base::Error failed(const char* what) {
    return base::makeError(
        base::ErrorCode::IoFailed,
        std::string("temporary file: ") + what + ": " + std::generic_category().message(errno)
    );
}

/// A file without a name; -1 where there can be none.
int openNameless() {
    std::error_code error;
    const std::string folder = std::filesystem::temp_directory_path(error).string();
    if (error) return -1;
    const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0) return file;
    // A file system without O_TMPFILE: named for a moment.
    std::string name = folder + "/yht-spill-XXXXXX";
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(name.c_str());
    return named;
}

}  // namespace

SpillBuffer::~SpillBuffer() {
    if (file_ >= 0) ::close(file_);
}

base::Status SpillBuffer::append(std::string_view bytes) {
    memory_.append(bytes);
    return memory_.size() <= memory_bytes_max_ ? base::Status() : flush();
}

base::Status SpillBuffer::flush() {
    if (file_ < 0) file_ = openNameless();
    if (file_ < 0) return failed("open");
    for (std::size_t at = 0; at < memory_.size();) {
        const ssize_t wrote = ::pwrite(
            file_, memory_.data() + at, memory_.size() - at, static_cast<off_t>(written_ + at)
        );
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return failed("write");
        at += static_cast<std::size_t>(wrote);
    }
    written_ += memory_.size();
    memory_.clear();
    return {};
}

base::Status SpillBuffer::read(std::uint64_t offset, std::size_t count, char* out) {
    YHT_ASSERT(offset + count <= size());
    if (offset < written_ && offset + count > written_) {
        if (auto flushed = flush(); !flushed) return flushed;
    }
    if (offset >= written_) {
        std::memcpy(out, memory_.data() + (offset - written_), count);
        return {};
    }
    for (std::size_t at = 0; at < count;) {
        const ssize_t got = ::pread(file_, out + at, count - at, static_cast<off_t>(offset + at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return failed("read");
        at += static_cast<std::size_t>(got);
    }
    return {};
}

}  // namespace yht::kit
