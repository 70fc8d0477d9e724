// What a pulled source's worker remembers (拉取进度): one small file a source, DIRECTORY/<source>.json, written after the
// commit of what it covers. It never runs ahead of the ledger: it names the ledger's epoch and last entry of its time,
// and where the ledger has less than that (a restored backup) it counts as not there: everything is asked for again,
// and what is known comes out as duplicates. So losing the file costs work, never data.
//   {"cursor","tie_break","epoch","seq","files":[{"name","size","modified_ms","sha256"}…],
//    "last_success_ms","last_item_ms","trouble","trouble_since_ms"}
// An operator's pause stands in a file beside it, <source>.paused: {"by","why","since_ms"}.
// Uses: json, ledger. Used by: pull_worker, app (yht sources).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace yht::intake {

inline constexpr std::size_t kRememberedFilesMax = 20'000;  // the oldest names go first
inline constexpr std::size_t kPullStateBytesMax = 16U << 20;

struct RememberedFile {
    std::uint64_t size_bytes = 0;
    base::UnixMillis modified_ms = 0;
    std::string sha256;  // hexadecimal
};

struct PullState {
    std::string cursor, tie_break;              // in the cursor's own format; "" never pulled
    std::map<std::string, RememberedFile> files;  // by name
    std::uint64_t epoch = 0, seq = 0;           // of the ledger when it was written
    base::UnixMillis last_success_ms = 0, last_item_ms = 0;
    std::string trouble;                        // wire code of what it fails with, "" none
    base::UnixMillis trouble_since_ms = 0;
};

std::string encodePullState(const PullState& state);
/// Errors: IoFailed where the text is none of ours.
base::Result<PullState> decodePullState(std::string_view text);

/// Thread-safety: one thread a source; the file is replaced whole.
class PullStateFile {
public:
    PullStateFile(const std::string& directory, const std::string& source);
    /// An empty state where there is no file, or none of ours.
    PullState load() const;
    /// On the disk under its name when this returns. Errors: IoFailed, DiskFull.
    base::Status store(const PullState& state) const;

private:
    const std::string path_;
};

struct Pause {
    std::string by, why;
    base::UnixMillis since_ms = 0;
};
/// nullopt: not paused. What can't be read is a pause, too: somebody wanted one.
std::optional<Pause> loadPause(const std::string& directory, const std::string& source);
/// On the disk when this returns; nullopt ends it. Errors: IoFailed, DiskFull.
base::Status storePause(const std::string& directory, const std::string& source, const std::optional<Pause>& pause);

}  // namespace yht::intake
