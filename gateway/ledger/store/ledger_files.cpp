#include "gateway/ledger/store/ledger_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace yht::ledger {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr std::uint64_t kFreeFactor = 4;  // free room, in reserves, before one is taken again

base::Error ioFailed(const std::string& what) {
    return base::makeError(base::ErrorCode::IoFailed, what + ": " + std::strerror(errno));
}

std::string folderOf(const std::string& path) {
    return (std::filesystem::absolute(path).parent_path()).string();
}

}  // namespace

base::Result<std::unique_ptr<WriterLock>> WriterLock::take(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly);
    if (descriptor < 0) return ioFailed("open " + path);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        const bool held = errno == EWOULDBLOCK;
        auto error =
            held ? base::makeError(base::ErrorCode::LedgerLocked, path) : ioFailed("flock " + path);
        ::close(descriptor);
        return error;
    }
    return std::unique_ptr<WriterLock>(new WriterLock(descriptor));
}

WriterLock::~WriterLock() {
    ::close(descriptor_);
}

bool DiskReserve::release() {
    const std::lock_guard lock(mutex_);
    if (!held_) return false;
    held_ = false;
    return ::unlink(path_.c_str()) == 0;
}

bool DiskReserve::isWhole() {
    const std::lock_guard lock(mutex_);
    return held_ || bytes_ == 0;
}

void DiskReserve::restore() {
    const std::lock_guard lock(mutex_);
    if (held_ || bytes_ == 0) return;
    struct stat there {};
    if (::stat(path_.c_str(), &there) == 0 && static_cast<std::size_t>(there.st_size) == bytes_) {
        held_ = true;
        return;
    }
    struct statvfs room {};
    if (::statvfs(folderOf(path_).c_str(), &room) != 0) return;
    if (std::uint64_t{room.f_bavail} * room.f_frsize < kFreeFactor * bytes_) return;
    const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly);
    if (descriptor < 0) return;
    held_ = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes_)) == 0;
    ::close(descriptor);
    if (!held_) ::unlink(path_.c_str());
}

base::Status syncFolderOf(const std::string& path) {
    const std::string folder = folderOf(path);
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return ioFailed("open " + folder);
    const bool synced = ::fsync(descriptor) == 0;
    auto status = synced ? base::Status{} : base::Status{ioFailed("fsync " + folder)};
    ::close(descriptor);
    return status;
}

}  // namespace yht::ledger
