// What goes with an erased ticket. The key goes first, and for good: names that a crash leaves behind name
// nothing that can be read.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "gateway/attachments/store.h"

namespace yht::attachments {
namespace {

namespace fs = std::filesystem;

base::Status removeFile(const std::string& path) {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return ioError("unlink");
}

/// Overwritten in place, as the ledger's keys are: the data key stands nowhere else.
base::Status forgetKey(const std::string& path) {
    const auto file = openFile(path, O_RDWR);
    if (!file.isOpen()) {
        if (errno == ENOENT) return {};
        return ioError("open");
    }
    if (auto zeroed = file.writeAt(base::Bytes(kHeaderBytes, '\0'), 0); !zeroed) return zeroed;
    return file.sync();
}

}  // namespace

std::string Store::noteOf(const std::string& digest) const {
    return options_.directory + "/erasing/" + digest;
}

base::Status Store::noteErasing(const std::vector<std::string>& digests) {
    bool noted = false;
    for (const auto& digest : digests) {
        if (!isDigest(digest) || ::access(fileOf(digest).c_str(), F_OK) != 0) continue;
        if (!openFile(noteOf(digest), O_WRONLY | O_CREAT).isOpen()) return ioError("note");
        noted = true;
    }
    return noted ? syncFolder(options_.directory + "/erasing") : base::Status();
}

base::Result<std::vector<std::string>> Store::erasing() const {
    std::vector<std::string> digests;
    std::error_code failed;
    fs::directory_iterator at(options_.directory + "/erasing", failed);
    for (; !failed && at != fs::directory_iterator(); at.increment(failed)) {
        const std::string name = at->path().filename();
        if (isDigest(name)) digests.push_back(name);
    }
    if (failed) {
        return base::makeError(base::ErrorCode::IoFailed, "attachments: list erasing: " + failed.message());
    }
    return digests;
}

/// Who brought it: each is a name of the digest.
base::Status Store::removeMarks(const std::string& digest) const {
    const std::string prefix = digest + ".by-";
    std::vector<std::string> marks;
    std::error_code failed;
    fs::directory_iterator at(options_.directory + "/" + digest.substr(0, 2), failed);
    for (; !failed && at != fs::directory_iterator(); at.increment(failed)) {
        if (at->path().filename().string().starts_with(prefix)) marks.push_back(at->path());
    }
    for (const auto& mark : marks) {
        if (auto removed = removeFile(mark); !removed) return removed;
    }
    return {};
}

base::Status Store::destroy(const std::string& digest) {
    if (!isDigest(digest)) return {};
    const std::lock_guard placing(place_mutex_);
    const auto path = fileOf(digest);
    std::error_code absent;
    const auto bytes = fs::file_size(path, absent);
    if (auto forgotten = forgetKey(path); !forgotten) return forgotten;
    if (auto removed = removeFile(path); !removed) return removed;
    if (auto removed = removeMarks(digest); !removed) return removed;
    if (!absent) {
        if (auto synced = syncFolder(options_.directory + "/" + digest.substr(0, 2)); !synced) {
            return synced;
        }
        uncount(bytes);
    }
    return removeFile(noteOf(digest));
}

base::Status Store::spare(const std::string& digest) {
    return isDigest(digest) ? removeFile(noteOf(digest)) : base::Status();
}

}  // namespace yht::attachments
