// The breaker of one destination: after several failures in a row it stops knocking, and asks again
// with one small probe, later and later.
//   closed     everything goes
//   open       nothing goes until `open_until`
//   half-open  one probe goes; its success closes, its failure opens for longer
// Beside it stand the pause that a far side asked for (Retry-After) and announced maintenance
// windows, in which there is neither probe nor alarm. Pure: time and jitter come from outside.
// Uses: base. Used by: courier.
#pragma once

#include <cstdint>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/random.h"

namespace yht::delivery {

struct MaintenanceWindow {
    base::UnixMillis from_ms = 0, to_ms = 0;  // [from, to)
};
/// When the window that holds `at_ms` ends, of several the last; 0: none does.
base::UnixMillis maintenanceEnd(const std::vector<MaintenanceWindow>& windows, base::UnixMillis at_ms);

inline constexpr std::uint32_t kBreakerFailures = 5;            // in a row, until it opens
inline constexpr std::int64_t kBreakerOpenFirstMillis = 5'000;  // doubled by every failed probe
inline constexpr std::int64_t kBreakerOpenMillisMax = 300'000;
/// Of one pause; a longer maintenance window is asked about again after it.
inline constexpr std::int64_t kPauseMillisMax = 24LL * 3600 * 1000;

/// Exponential back-off with jitter: uniform in [d/2, d] for d = min(first * 2^(attempt-1), max).
/// Requires: attempt >= 1.
std::int64_t backOffMillis(
    std::uint32_t attempt, std::int64_t first_ms, std::int64_t max_ms, base::Random& random
);

enum class Gate : std::uint8_t { Go, Probe, Wait };
enum class BreakerState : std::uint8_t { Closed, Open, HalfOpen };
const char* breakerStateName(BreakerState state);

/// Thread-safety: none; the courier guards it.
class Breaker {
public:
    Breaker(const base::Clock& clock, base::Random& random) : clock_(clock), random_(random) {}

    /// Probe is handed out once; until success(), failure() or withdrawProbe() everybody else
    /// waits.
    Gate ask();
    /// The probe found nothing to send.
    void withdrawProbe();
    void success();
    void failure();
    /// Opens at once: the far side says that it is about us, so that the next would fail like this one.
    void trip();
    /// Nothing goes for so long, at most kPauseMillisMax. Counts as no failure.
    void pauseFor(std::int64_t ms);
    /// The same, for a window that the far side's profile announces.
    void pauseForMaintenance(std::int64_t ms);
    void setMaintenance(std::vector<MaintenanceWindow> windows) { windows_ = std::move(windows); }
    bool inMaintenance() const;
    BreakerState state() const { return state_; }
    std::uint32_t failuresInARow() const { return failures_; }

private:
    void open();

    const base::Clock& clock_;
    base::Random& random_;
    std::vector<MaintenanceWindow> windows_;
    BreakerState state_ = BreakerState::Closed;
    bool probing_ = false;
    std::uint32_t failures_ = 0;
    std::uint32_t openings_ = 0;
    std::int64_t open_until_steady_ms_ = 0;
    std::int64_t paused_until_steady_ms_ = 0;
    std::int64_t maintained_until_steady_ms_ = 0;  // as the profile says
};

}  // namespace yht::delivery
