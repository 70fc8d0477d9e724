// Rotation of the KEK: each file's own key wrapped anew in its header.
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "gateway/attachments/store.h"

namespace yht::attachments {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kFolders = 256;

std::string folderName(unsigned folder) {
    return base::toHex(base::Bytes(1, static_cast<char>(folder)));
}

/// Digests of the files in one folder that come after `after`, ascending, at most `limit`. Errors: IoFailed.
base::Result<std::vector<std::string>> digestsIn(const std::string& path, const std::string& after, std::size_t limit) {
    std::vector<std::string> digests;
    std::error_code failed;
    fs::directory_iterator at(path, failed);
    if (failed == std::errc::no_such_file_or_directory) return digests;
    for (; !failed && at != fs::directory_iterator(); at.increment(failed)) {
        auto name = at->path().filename().string();
        if (isDigest(name) && name > after) digests.push_back(std::move(name));
    }
    if (failed) return base::makeError(base::ErrorCode::IoFailed, "list " + path + ": " + failed.message());
    std::sort(digests.begin(), digests.end());
    digests.resize(std::min(digests.size(), limit));
    return digests;
}

}  // namespace

base::Status Store::rekeyFile(const std::string& digest, RekeyedFiles& done) {
    // An erasure overwrites the same header.
    const std::lock_guard placing(place_mutex_);
    const auto file = openFile(fileOf(digest), O_RDWR);
    if (!file.isOpen()) return errno == ENOENT ? base::Status() : base::Status(ioError("open"));
    ++done.looked;
    const auto rewrapped = rewrapHeader(file, options_.kek, options_.random);
    if (rewrapped.ok()) {
        done.rewrapped += *rewrapped ? 1 : 0;
        return {};
    }
    if (rewrapped.error().code != base::ErrorCode::AttachmentCorrupt) return rewrapped.error();
    ++done.unreadable;
    return {};
}

base::Result<RekeyedFiles> Store::rekey(const std::string& after, std::size_t limit) {
    RekeyedFiles done{.last = after};
    const auto first = after.empty() ? std::optional<base::Bytes>(base::Bytes(1, '\0')) : base::fromHex(after.substr(0, 2));
    if (!first || first->size() != 1) return base::makeError(base::ErrorCode::ParameterInvalid, "no digest to go on after");
    for (unsigned folder = static_cast<unsigned char>(first->front()); folder < kFolders; ++folder) {
        const auto digests = digestsIn(options_.directory + "/" + folderName(folder), done.last, limit);
        if (!digests.ok()) return digests.error();
        for (const auto& digest : *digests) {
            if (auto rekeyed = rekeyFile(digest, done); !rekeyed.ok()) return std::move(rekeyed).error();
            done.last = digest;
        }
        limit -= digests->size();
        if (limit == 0) return done;
    }
    done.done = true;
    return done;
}

}  // namespace yht::attachments
