#include "gateway/base/durable_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace yht::base {
namespace {

Error failed(const char* what, const std::string& path) {
    const int number = errno;
    return makeError(
        number == ENOSPC ? ErrorCode::DiskFull : ErrorCode::IoFailed, std::string(what) + " " + path + ": " + std::strerror(number)
    );
}

std::string directoryOf(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// A name is on the disk only when its directory is.
Status syncDirectoryOf(const std::string& path) {
    const std::string directory = directoryOf(path);
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failed("opening", directory);
    const bool synced = ::fsync(descriptor) == 0;
    auto status = synced ? Status{} : Status(failed("syncing", directory));
    ::close(descriptor);
    return status;
}

Status writeAll(int descriptor, BytesView content, const std::string& path) {
    while (!content.empty()) {
        const auto written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return failed("writing", path);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor) == 0 ? Status{} : Status(failed("syncing", path));
}

/// PATH.part, whole and flushed; nothing where it fails.
Status writePart(const std::string& part, BytesView content, FileSecrecy secrecy) {
    ::unlink(part.c_str());  // of a run that was cut off
    const mode_t mode = secrecy == FileSecrecy::Private ? 0600 : 0644;
    const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (descriptor < 0) return failed("creating", part);
    ::fchmod(descriptor, mode);  // whatever the umask says
    auto status = writeAll(descriptor, content, part);
    ::close(descriptor);
    if (!status.ok()) ::unlink(part.c_str());
    return status;
}

}  // namespace

Status writeDurably(const std::string& path, BytesView content, FileSecrecy secrecy) {
    const std::string part = path + ".part";
    if (auto status = writePart(part, content, secrecy); !status.ok()) return status;
    if (::rename(part.c_str(), path.c_str()) != 0) {
        auto error = failed("renaming", part);
        ::unlink(part.c_str());
        return error;
    }
    return syncDirectoryOf(path);
}

Status createDurably(const std::string& path, BytesView content, FileSecrecy secrecy) {
    const std::string part = path + ".part";
    if (auto status = writePart(part, content, secrecy); !status.ok()) return status;
    // A link fails where the name is taken, which a rename would not.
    const bool linked = ::link(part.c_str(), path.c_str()) == 0;
    auto status = linked ? Status{} : Status(failed("creating", path));
    ::unlink(part.c_str());
    return linked ? syncDirectoryOf(path) : status;
}

Result<Bytes> readBounded(const std::string& path, std::size_t bytes_max) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return makeError(ErrorCode::IoFailed, path + ": can't be opened 无法打开: " + std::strerror(errno));
    // Never as much as it may be: a file of some hundred bytes would take and clear megabytes.
    Bytes content;
    char part[16 * 1024];
    ssize_t got = 1;
    while (got > 0 && content.size() <= bytes_max) {
        got = ::read(descriptor, part, sizeof part);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            content.append(part, static_cast<std::size_t>(got));
    }
    if (got < 0) {
        auto error = makeError(ErrorCode::IoFailed, path + ": can't be read 无法读取: " + std::strerror(errno));
        ::close(descriptor);
        return error;
    }
    ::close(descriptor);
    if (content.size() > bytes_max) return makeError(ErrorCode::IoFailed, path + ": longer than " + std::to_string(bytes_max) + " bytes");
    return content;
}

bool isOpenToOthers(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IROTH | S_IWOTH)) != 0;
}

Result<FileLock> FileLock::take(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return failed("opening", path);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        const bool busy = errno == EWOULDBLOCK;
        auto error = busy ? makeError(ErrorCode::LedgerLocked, path) : failed("locking", path);
        ::close(descriptor);
        return error;
    }
    return FileLock(descriptor);
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace yht::base
