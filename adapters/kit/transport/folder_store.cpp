// A folder of this machine. Opened by file descriptor and judged by it, so that nothing is swapped between look and read;
// links are not followed.
#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "adapters/kit/transport/file_store.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

constexpr std::size_t kPieceBytes = 64U << 10;
constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kPutMode = 0640;

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }
    bool ok() const { return number_ >= 0; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

base::Error systemError(const char* what) {
    const int number = errno;
    const bool missing = number == ENOENT || number == ENOTDIR;
    const bool full = number == ENOSPC || number == EDQUOT;
    const ErrorCode code = missing ? ErrorCode::NotFound : full ? ErrorCode::DiskFull : ErrorCode::PeerRefused;
    return base::makeError(code, std::string(what) + ": " + std::strerror(number));
}

base::UnixMillis modifiedOf(const struct stat& facts) {
    return static_cast<base::UnixMillis>(facts.st_mtim.tv_sec) * 1000 + facts.st_mtim.tv_nsec / 1'000'000;
}

std::string parentOf(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

class FolderStore final : public FileStore {
public:
    FolderStore(std::optional<uid_t> owner, std::string owner_name)
        : owner_(owner), owner_name_(std::move(owner_name)) {}

    base::Result<std::vector<FileEntry>> list(const std::string& directory) override {
        Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!opened.ok()) return systemError("directory");
        if (auto owned = checkOwner(opened.get(), "directory"); !owned.ok()) return std::move(owned).error();
        const int number = opened.get();
        struct Close {
            void operator()(DIR* stream) const { ::closedir(stream); }
        };
        const std::unique_ptr<DIR, Close> stream(::fdopendir(number));
        if (!stream) return systemError("directory");
        (void)opened.release();
        std::vector<FileEntry> files;
        for (;;) {
            errno = 0;
            const dirent* entry = ::readdir(stream.get());
            if (entry == nullptr) break;
            struct stat facts = {};
            if (!isPlainFileName(entry->d_name)) continue;
            if (::fstatat(number, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone meanwhile
            if (!S_ISREG(facts.st_mode)) continue;
            files.push_back({entry->d_name, static_cast<std::uint64_t>(facts.st_size)});
            if (files.size() > kListedFilesMax) {
                return base::makeError(ErrorCode::PeerAnswerInvalid, "directory: more than 20000 files");
            }
        }
        if (errno != 0) return systemError("directory");
        std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        return files;
    }

    base::Result<FileFacts> stat(const std::string& path) override {
        struct stat facts = {};
        if (::lstat(path.c_str(), &facts) != 0) return systemError("file");
        if (!S_ISREG(facts.st_mode)) return base::makeError(ErrorCode::NotFound, "no regular file");
        return FileFacts{static_cast<std::uint64_t>(facts.st_size), modifiedOf(facts)};
    }

    base::Status get(const std::string& path, std::uint64_t bytes_max, const FileSink& sink) override {
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (!file.ok()) return systemError("file");
        struct stat facts = {};
        if (::fstat(file.get(), &facts) != 0) return systemError("file");
        if (!S_ISREG(facts.st_mode)) return base::makeError(ErrorCode::NotFound, "no regular file");
        if (auto owned = checkOwner(file.get(), "file"); !owned.ok()) return owned;
        evidence_.peer = parentOf(path);
        std::string piece(kPieceBytes, '\0');
        for (std::uint64_t bytes = 0;;) {
            const ssize_t got = ::read(file.get(), piece.data(), piece.size());
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return systemError("file");
            if (got == 0) return {};
            bytes += static_cast<std::uint64_t>(got);
            if (bytes > bytes_max) {
                return base::makeError(ErrorCode::ItemTooLarge, "more than " + std::to_string(bytes_max) + " bytes");
            }
            if (!sink({piece.data(), static_cast<std::size_t>(got)})) return {};
        }
    }

    base::Status put(const std::string& path, std::string_view bytes) override {
        const std::string directory = parentOf(path);
        const std::string part = directory + "/." + path.substr(path.rfind('/') + 1) + ".part";
        const Descriptor file(
            ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, kPutMode)
        );
        if (!file.ok()) return systemError("file");
        while (!bytes.empty()) {
            const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return systemError("file");
            bytes.remove_prefix(static_cast<std::size_t>(put));
        }
        if (::fsync(file.get()) != 0) return systemError("file");
        return rename(part, path);
    }

    base::Status rename(const std::string& from, const std::string& to) override {
        if (std::rename(from.c_str(), to.c_str()) != 0) return systemError("rename");
        const Descriptor directory(::open(parentOf(to).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!directory.ok() || ::fsync(directory.get()) != 0) return systemError("directory");
        return {};
    }

    base::Status remove(const std::string& path) override {
        if (::unlink(path.c_str()) != 0) return systemError("file");
        return {};
    }

    trust::PeerEvidence evidence() const override { return evidence_; }

private:
    /// Who else could have written it?
    base::Status checkOwner(int descriptor, const char* what) {
        if (!owner_) return {};
        struct stat facts = {};
        if (::fstat(descriptor, &facts) != 0) return systemError(what);
        if (facts.st_uid != *owner_ || (facts.st_mode & kOthersWrite) != 0) {
            return base::makePublicError(
                ErrorCode::PeerUntrusted,
                std::string("The ") + what + " must belong to the account " + owner_name_ +
                    " and be writable by nobody else.",
                std::string(what == std::string_view("file") ? "文件" : "目录") + "须属于账号 " + owner_name_ +
                    ",且其他账号不可写。"
            );
        }
        evidence_ = {trust::PeerCheck::LocalAccount, evidence_.peer, "uid " + std::to_string(*owner_), ""};
        return {};
    }

    const std::optional<uid_t> owner_;
    const std::string owner_name_;
    trust::PeerEvidence evidence_;
};

}  // namespace

base::Result<std::unique_ptr<FileStore>> openFolder(const FolderSettings& settings) {
    std::optional<uid_t> owner;
    if (!settings.owner.empty()) {
        constexpr std::size_t kAccountBytes = 16U << 10;
        std::string room(kAccountBytes, '\0');
        passwd entry = {};
        passwd* found = nullptr;
        if (::getpwnam_r(settings.owner.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
            return base::makePublicError(
                ErrorCode::ConfigInvalid, "This machine has no account " + settings.owner + ".",
                "本机没有账号 " + settings.owner + "。"
            );
        }
        owner = found->pw_uid;
    }
    return std::unique_ptr<FileStore>(std::make_unique<FolderStore>(owner, settings.owner));
}

}  // namespace yht::kit
