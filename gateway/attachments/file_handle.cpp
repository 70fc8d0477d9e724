#include "gateway/attachments/file_handle.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace yht::attachments {

FileHandle::~FileHandle() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

base::Status FileHandle::writeAt(base::BytesView bytes, std::uint64_t offset) const {
    while (!bytes.empty()) {
        const auto count =
            ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return ioError("write");
        offset += static_cast<std::uint64_t>(count);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

base::Result<base::Bytes> FileHandle::readAt(std::uint64_t offset, std::size_t count) const {
    base::Bytes bytes(count, '\0');
    std::size_t held = 0;
    while (held < count) {
        const auto part = ::pread(
            descriptor_, bytes.data() + held, count - held, static_cast<off_t>(offset + held)
        );
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) return ioError("read");
        if (part == 0) break;
        held += static_cast<std::size_t>(part);
    }
    bytes.resize(held);
    return bytes;
}

base::Result<std::uint64_t> FileHandle::size() const {
    struct stat about {};
    if (::fstat(descriptor_, &about) != 0) return ioError("stat");
    return static_cast<std::uint64_t>(about.st_size);
}

base::Status FileHandle::sync() const {
    if (::fsync(descriptor_) != 0) return ioError("fsync");
    return {};
}

base::Error ioError(const std::string& what) { return ioError(what, std::error_code(errno, std::generic_category())); }

base::Error ioError(const std::string& what, const std::error_code& code) {
    const bool full = code.value() == ENOSPC || code.value() == EDQUOT;
    return base::makeError(full ? base::ErrorCode::DiskFull : base::ErrorCode::IoFailed, "attachments: " + what + ": " + code.message());
}

FileHandle openFile(const std::string& path, int flags) {
    return FileHandle(::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR));
}

base::Status syncFolder(const std::string& path) {
    const auto folder = openFile(path, O_RDONLY | O_DIRECTORY);
    if (!folder.isOpen()) return ioError("open folder");
    return folder.sync();
}

}  // namespace yht::attachments
