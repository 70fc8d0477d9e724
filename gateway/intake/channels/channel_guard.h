// Who has called too often: wrong proofs by address, requests by endpoint, requests at once by source. Counts only; nothing
// is kept of a call. A minute is counted from its first call.
// Uses: base. Used by: channel_desk.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "gateway/base/clock.h"

namespace yht::channels {

inline constexpr std::size_t kWrongCallersPerMinuteMax = 60;  // of one address; beyond: it is not listened to
inline constexpr std::size_t kAddressesMax = 10'000;  // remembered; more are forgotten all at once
inline constexpr std::int64_t kGuardMinuteMs = 60'000;

/// Thread-safety: any thread.
class ChannelGuard {
public:
    /// `at_once_max`: requests of one source that are read and answered at the same time.
    ChannelGuard(const base::Clock& clock, std::size_t at_once_max) : clock_(clock), at_once_max_(at_once_max) {}

    bool isShutOut(const std::string& address);
    /// How many wrong proofs the address has shown in this minute, this one included.
    std::size_t countWrong(const std::string& address);
    /// False: more than `per_minute` of this endpoint in this minute.
    bool mayCall(const std::string& endpoint, std::size_t per_minute);
    bool enter(const std::string& source);
    void leave(const std::string& source);

private:
    struct Minute {
        std::int64_t since_ms = 0;
        std::size_t count = 0;
    };
    /// Requires: mutex_ held.
    Minute& current(std::map<std::string, Minute>& minutes, const std::string& key);

    const base::Clock& clock_;
    const std::size_t at_once_max_;
    std::mutex mutex_;
    std::map<std::string, Minute> wrong_, calls_;  // protected by mutex_
    std::map<std::string, std::size_t> at_once_;   // protected by mutex_
};

}  // namespace yht::channels
