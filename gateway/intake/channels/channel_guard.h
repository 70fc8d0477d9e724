// Who has called too often: wrong proofs by address and endpoint, requests by endpoint, requests at once by source. Counts
// only; nothing is kept of a call. A minute is counted from its first call.
//
// Many sources stand behind one address (NAT, a front), so wrong proofs of one say nothing of the others, and nobody is turned
// away for them: who calls an endpoint from where many guessed at it waits for a turn, and is then heard like anybody. A turn
// comes every kTurnMs, for all slowed endpoints of an address together: that is the rate at which secrets can be guessed from
// there. To check a proof is cheap (a digest; of a signature one over the body, which is bounded) and happens in a seat of
// the source, so that there are never more than `at_once_max` under way.
// Uses: base. Used by: channel_desk.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/base/minute_counts.h"

namespace yht::channels {

inline constexpr std::size_t kWrongPerMinuteMax = 60;  // of one address at one endpoint; beyond: its calls there take turns
inline constexpr std::size_t kWrongOfAddressMax = 240;  // at all endpoints, of each the first kWrongPerMinuteMax: all its calls do
inline constexpr std::int64_t kTurnMs = 50;
inline constexpr std::int64_t kTurnWaitMsMax = 5'000;  // beyond: busy. More wait than there are connections by default
inline constexpr std::size_t kWrongRememberedMax = 10'000;  // beyond: the older half is forgotten

/// Thread-safety: any thread.
class ChannelGuard {
public:
    /// `at_once_max`: requests of one source that are read and answered at the same time.
    ChannelGuard(const base::Clock& clock, std::size_t at_once_max) : clock_(clock), at_once_max_(at_once_max), calls_(clock) {}

    /// Takes a turn for a call: how long it has to wait for it, 0 where nobody guessed. nullopt: too many wait already.
    std::optional<std::int64_t> turnMs(const std::string& address, const std::string& endpoint);
    struct Wrong {
        std::size_t count = 0;  // of that address at that endpoint in this minute, this one included
        bool slows = false;     // it is this one that makes them take turns
    };
    Wrong countWrong(const std::string& address, const std::string& endpoint);
    std::size_t wrongRemembered();
    /// False: more than `per_minute` of this endpoint in this minute.
    bool mayCall(const std::string& endpoint, std::size_t per_minute) { return calls_.add(endpoint) <= per_minute; }
    bool enter(const std::string& source);
    void leave(const std::string& source);

private:
    struct Minute {
        std::int64_t since_ms = 0;
        std::size_t count = 0;
        std::int64_t next_turn_ms = 0;  // of an address as a whole
    };
    using Whose = std::pair<std::string, std::string>;  // address, endpoint; "" is the address as a whole
    bool isOver(const Minute& minute) const { return clock_.steadyMillis() - minute.since_ms >= base::kCountedMinuteMs; }
    std::size_t wrongOf(const Whose& whose) const;
    Minute& wrongMinute(const Whose& whose);
    void forgetOlderHalf();

    // Requires: mutex_ held, by all that is private.
    const base::Clock& clock_;
    const std::size_t at_once_max_;
    base::MinuteCounts calls_;  // by endpoint; synchronises itself
    std::mutex mutex_;
    std::map<Whose, Minute> wrong_;
    std::map<std::string, std::size_t> at_once_;
};

}  // namespace yht::channels
