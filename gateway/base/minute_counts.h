// How often something happened within a minute, told apart by a key. A minute is counted from its first time.
// Keys are of the configuration (partners, endpoints), never a stranger's: there are no more than it has.
// Uses: clock. Used by: trust, intake/http, intake/channels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "gateway/base/clock.h"

namespace yht::base {

inline constexpr std::int64_t kCountedMinuteMs = 60'000;

/// Thread-safety: any thread.
class MinuteCounts {
public:
    explicit MinuteCounts(const Clock& clock) : clock_(clock) {}

    /// It happened once more: how often in this minute, this time included.
    std::size_t add(const std::string& key);

private:
    struct Minute {
        std::int64_t since_ms = 0;  // steady
        std::size_t count = 0;
    };
    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Minute> minutes_;  // protected by mutex_
};

}  // namespace yht::base
