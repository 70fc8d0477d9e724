// What goes with an erased ticket, and what no record has named in its time. The key goes first, and for good: names that a crash leaves behind name
// nothing that can be read.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>

#include "gateway/attachments/store.h"
#include "gateway/attachments/store_names.h"

namespace yht::attachments {
namespace {

namespace fs = std::filesystem;

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

base::Status Store::noteErasing(const std::vector<Brought>& marks) {
    const std::lock_guard placing(place_mutex_);
    bool noted = false;
    for (const auto& [digest, partner_id] : marks) {
        if (!broughtBy(digest, partner_id)) continue;
        const auto note = erasingFolder() + "/" + markName(digest, partner_id);
        if (!openFile(note, O_WRONLY | O_CREAT).isOpen()) return ioError("note");
        noted = true;
    }
    return noted ? syncFolder(erasingFolder()) : base::Status();
}

base::Status Store::dropNote(const std::string& digest, const std::string& partner_id) const {
    const auto note = erasingFolder() + "/" + markName(digest, partner_id);
    if (!exists(note)) return {};
    if (auto removed = removeFile(note); !removed) return removed;
    return syncFolder(erasingFolder());
}

base::Result<std::vector<std::string>> Store::erasing() const {
    std::set<std::string> digests;
    std::error_code failed;
    fs::directory_iterator at(erasingFolder(), failed);
    for (; !failed && at != fs::directory_iterator(); at.increment(failed)) {
        const auto digest = at->path().stem().string();
        if (isDigest(digest)) digests.insert(digest);
    }
    if (failed) {
        return base::makeError(base::ErrorCode::IoFailed, "attachments: list erasing: " + failed.message());
    }
    return std::vector<std::string>(digests.begin(), digests.end());
}

base::Result<bool> Store::endErasing(const std::string& digest, const StillNamed& still_named) {
    if (!isDigest(digest)) return false;
    const std::lock_guard placing(place_mutex_);
    const auto folder = options_.directory + "/" + digest.substr(0, 2);
    // Asked anew: an upload that came since has taken its partner's note away.
    const auto noted = partnerKeysIn(erasingFolder(), digest);
    if (!noted) return noted.error();
    if (noted->empty()) return false;
    for (const auto& key : *noted) {
        const auto mark = folder + "/" + keyedName(digest, key);
        if (still_named([&](const std::string& partner_id) { return partnerKeyOf(partner_id) == key; })) continue;
        if (!exists(mark)) continue;
        if (auto removed = removeFile(mark); !removed) return removed.error();
        if (auto judged = dropUnjudged(digest, key); !judged) return judged.error();
        const std::lock_guard lock(mutex_);
        giveBack(key, fileBytes(fileOf(digest)));
    }
    if (auto synced = syncFolder(folder); !synced) return synced.error();
    const auto left = partnerKeysIn(folder, digest);
    if (!left) return left.error();
    const bool goes = left->empty() && exists(fileOf(digest));
    if (goes) {
        if (auto gone = destroy(digest); !gone) return gone.error();
    }
    for (const auto& key : *noted) {
        const auto note = erasingFolder() + "/" + keyedName(digest, key);
        if (auto removed = removeFile(note); !removed) return removed.error();
    }
    return goes;
}

/// Requires: place_mutex_ is held.
base::Status Store::destroy(const std::string& digest) {
    const auto path = fileOf(digest);
    const auto bytes = fileBytes(path);
    if (auto forgotten = forgetKey(path); !forgotten) return forgotten;
    if (auto removed = removeFile(path); !removed) return removed;
    uncount(bytes);
    {
        const std::lock_guard lock(mutex_);
        ++counters_.destroyed;
    }
    return syncFolder(options_.directory + "/" + digest.substr(0, 2));
}

}  // namespace yht::attachments
