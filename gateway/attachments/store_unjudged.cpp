// Which marks have not been judged yet. Each is judged once, when its time is over; who brings the bytes again gives it new
// time. A mark of a folder that was written before there were notes is given one by the next start, and all its time.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "gateway/attachments/store.h"
#include "gateway/attachments/store_names.h"

namespace yht::attachments {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNanosPerMilli = 1'000'000;

/// 0: it is not there.
base::UnixMillis timeOf(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return 0;
    return facts.st_mtim.tv_sec * 1000 + facts.st_mtim.tv_nsec / kNanosPerMilli;
}

/// Its time is on the disk too: an older one would end it early.
base::Status writeNote(const std::string& path, base::UnixMillis at_ms) {
    const auto note = openFile(path, O_WRONLY | O_CREAT);
    if (!note.isOpen()) return ioError("note");
    struct timespec times[2] = {};
    for (auto& time : times) time = {.tv_sec = at_ms / 1000, .tv_nsec = at_ms % 1000 * kNanosPerMilli};
    if (::futimens(note.get(), times) != 0) return ioError("note");
    return note.sync();
}

}  // namespace

base::Result<std::vector<Unjudged>> unjudgedIn(const std::string& directory, base::UnixMillis until_ms, std::size_t limit) {
    const std::string folder = directory + "/unjudged";
    std::vector<Unjudged> found;
    std::error_code failed;
    fs::directory_iterator at(folder, failed);
    for (; !failed && at != fs::directory_iterator() && found.size() < limit; at.increment(failed)) {
        const std::string name = at->path().filename();
        const auto [digest, key] = splitMarkName(name);
        const auto since_ms = timeOf(at->path());
        if (!isDigest(digest) || key.empty() || since_ms == 0 || since_ms > until_ms) continue;
        found.push_back({digest, key, since_ms, exists(directory + "/" + digest.substr(0, 2) + "/" + name)});
    }
    if (failed && failed != std::errc::no_such_file_or_directory) return ioError("list " + folder, failed);
    return found;
}

/// Complete under its own name before it bears the real one: what a crash left half done is done again.
base::Status Store::beginJudging() const {
    if (exists(unjudgedFolder())) return {};
    const std::string made = unjudgedFolder() + ".new";
    std::error_code failed;
    fs::create_directory(made, failed);
    if (failed) return ioError("mkdir " + made, failed);
    fs::permissions(made, fs::perms::owner_all, failed);
    constexpr std::size_t kShardDigits = 2;
    fs::recursive_directory_iterator at(options_.directory, failed);
    for (; !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
        const auto name = at->path().filename().string();
        const bool kept = at->path().parent_path().filename().string().size() == kShardDigits;
        if (!kept || splitMarkName(name).second.empty()) continue;
        if (auto noted = writeNote(made + "/" + name, options_.clock.nowMillis()); !noted) return noted;
    }
    if (failed) return ioError("list " + options_.directory, failed);
    if (auto synced = syncFolder(made); !synced) return synced;
    fs::rename(made, unjudgedFolder(), failed);
    return failed ? base::Status(ioError("rename " + made, failed)) : base::Status();
}

/// Requires: place_mutex_ is held.
base::Status Store::noteUnjudged(const std::string& digest, const std::string& partner_id) {
    const auto note = unjudgedFolder() + "/" + markName(digest, partner_id);
    const bool is_new = !exists(note);
    if (auto written = writeNote(note, options_.clock.nowMillis()); !written) return written;
    if (is_new) {
        const std::lock_guard lock(mutex_);
        ++counters_.unjudged;
    }
    return syncFolder(unjudgedFolder());
}

/// Requires: place_mutex_ is held. Not synced: one that a crash brings back is judged again.
base::Status Store::dropUnjudged(const std::string& digest, const std::string& partner_key) {
    const auto note = unjudgedFolder() + "/" + keyedName(digest, partner_key);
    if (!exists(note)) return {};
    if (auto removed = removeFile(note); !removed) return removed;
    const std::lock_guard lock(mutex_);
    if (counters_.unjudged > 0) --counters_.unjudged;
    return {};
}

bool Store::isAsSeen(const Unjudged& seen) const {
    return timeOf(unjudgedFolder() + "/" + keyedName(seen.digest, seen.partner_key)) == seen.since_ms;
}

base::Status Store::endJudging(const Unjudged& seen) {
    const std::lock_guard placing(place_mutex_);
    if (!isAsSeen(seen)) return {};
    return dropUnjudged(seen.digest, seen.partner_key);
}

base::Status Store::noteUnnamed(const std::vector<Unjudged>& seen) {
    const std::lock_guard placing(place_mutex_);
    for (const auto& one : seen) {
        if (!isAsSeen(one)) continue;
        const auto note = erasingFolder() + "/" + keyedName(one.digest, one.partner_key);
        if (!openFile(note, O_WRONLY | O_CREAT).isOpen()) return ioError("note");
    }
    return syncFolder(erasingFolder());
}

}  // namespace yht::attachments
