#include "gateway/app/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace yht::app {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

base::Error failed(const std::string& what, const std::string& path) {
    const int number = errno;
    const auto code = number == ENOSPC ? base::ErrorCode::DiskFull : base::ErrorCode::IoFailed;
    return base::makeError(code, what + " " + path + ": " + std::strerror(number));
}

/// A name is on the disk only when its directory is.
base::Status syncDirectoryOf(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    const std::string directory = parent.empty() ? "." : parent.string();
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failed("opening", directory);
    const bool synced = ::fsync(descriptor) == 0;
    auto status = synced ? base::Status{} : base::Status(failed("syncing", directory));
    ::close(descriptor);
    return status;
}

}  // namespace

base::Result<PrivateFile> PrivateFile::create(const std::string& path) {
    const std::string part = path + ".part";
    const int descriptor =
        ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return failed("creating", part);
    return PrivateFile(path, descriptor);
}

PrivateFile::PrivateFile(PrivateFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      buffer_(std::move(other.buffer_)),
      size_(other.size_) {}

PrivateFile::~PrivateFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(partPath().c_str());
}

base::Status PrivateFile::append(base::BytesView bytes) {
    buffer_.append(bytes);
    size_ += bytes.size();
    return buffer_.size() < kBufferBytes ? base::Status{} : flush();
}

base::Status PrivateFile::flush() {
    base::BytesView rest = buffer_;
    while (!rest.empty()) {
        const auto written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return failed("writing", partPath());
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
    return {};
}

base::Status PrivateFile::publish() {
    if (auto status = flush(); !status) return status;
    if (::fsync(descriptor_) != 0) return failed("syncing", partPath());
    if (::rename(partPath().c_str(), path_.c_str()) != 0) return failed("renaming", partPath());
    ::close(std::exchange(descriptor_, -1));
    return syncDirectoryOf(path_);
}

}  // namespace yht::app
