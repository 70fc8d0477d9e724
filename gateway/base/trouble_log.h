// Troubles that come again and again, as few log lines: the first at once, then how often, one line a minute at most, and one when it is
// over. Troubles are told apart by a key; whoever makes up keys fills no disk.
// Uses: clock. Used by: ledger/store, intake/http, intake/channels.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/base/clock.h"

namespace yht::base {

inline constexpr std::int64_t kTroubleLineMillis = 60'000;     // between two lines of one trouble; so long without it: it is over
inline constexpr std::size_t kTroublesMax = 1'000;             // told apart; beyond it all are forgotten
inline constexpr std::uint32_t kTroubleLinesPerMinuteMax = 120;  // of all troubles together

/// A state (a full disk) has an end, and a line for it; of single events (a wrong signature) only those that were repeated have.
enum class TroubleKind : std::uint8_t { Event, State };

/// Thread-safety: any thread.
class TroubleLog {
public:
    /// `logger` may be empty.
    TroubleLog(TroubleKind kind, const Clock& clock, std::function<void(const std::string&)> logger);

    /// It happened, perhaps once more; `line` tells of this time.
    void happened(const std::string& key, const std::string& line);
    /// What has not happened for kTroubleLineMillis is over. Costs nothing where nothing is: called whenever something went well.
    void endQuiet();

private:
    struct Trouble {
        std::string line;  // of its last time
        std::int64_t since_ms = 0, told_ms = 0, last_ms = 0;  // steady; told_ms: of its last line, at first of its beginning
        std::uint64_t count = 0, untold = 0;
    };
    /// False: enough lines for this minute. Requires: mutex_ held.
    bool mayTell(std::int64_t now_ms);
    /// The line of a trouble that is over; "": it needs none. Requires: mutex_ held.
    std::string lastLine(const Trouble& trouble) const;

    const TroubleKind kind_;
    const Clock& clock_;
    const std::function<void(const std::string&)> logger_;
    std::atomic<std::int64_t> next_end_ms_;  // none ends before it
    std::mutex mutex_;
    // Protected by mutex_.
    std::map<std::string, Trouble> troubles_;
    std::int64_t minute_ = 0;
    std::uint32_t lines_ = 0;  // in that minute
};

}  // namespace yht::base
