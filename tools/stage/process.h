// The frame of a simulator's process: a stop by signal, and files that tell others where it
// listens. Uses: std. Used by: province-sim, centre-sim, partner-sim.
#pragma once

#include <cstdint>
#include <string>

namespace yht::stage {

/// Exit codes of every simulator; --help prints them.
enum ExitCode : int { kDone = 0, kUsage = 2, kCannotStart = 3, kFailed = 4 };

/// Blocks SIGTERM and SIGINT in this thread and all it will start, ignores SIGPIPE.
/// Requires: called before any thread is started.
void blockStopSignals();
/// Waits for SIGTERM or SIGINT. Requires: blockStopSignals().
void waitForStopSignal();
/// True once one of them is pending; waits at most `timeout_ms`. Requires: blockStopSignals().
bool stopSignalWithin(std::int64_t timeout_ms);

/// Writes "PORT\n" beside `path` and renames it there, so that a reader never sees half a number.
/// "" writes nothing. False where the file can't be written.
bool writePortFile(const std::string& path, std::uint16_t port);

/// Whole file; bounded. nullopt-like: `ok` is false where it can't be read or is larger than
/// kFileBytesMax.
inline constexpr std::size_t kFileBytesMax = 64 * 1024 * 1024;
struct FileText {
    bool ok = false;
    std::string text;
};
FileText readFile(const std::string& path);

}  // namespace yht::stage
