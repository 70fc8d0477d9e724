#include "gateway/delivery/breaker.h"

#include <algorithm>

#include "gateway/base/assert.h"

namespace yht::delivery {

std::int64_t backOffMillis(
    std::uint32_t attempt, std::int64_t first_ms, std::int64_t max_ms, base::Random& random
) {
    YHT_ASSERT(attempt >= 1 && first_ms > 0);
    std::int64_t delay_ms = first_ms;
    for (std::uint32_t i = 1; i < attempt && delay_ms < max_ms; ++i) delay_ms *= 2;
    delay_ms = std::min(delay_ms, max_ms);
    const std::int64_t half_ms = delay_ms / 2;
    return half_ms + static_cast<std::int64_t>(
                         random.below(static_cast<std::uint64_t>(delay_ms - half_ms) + 1)
                     );
}

base::UnixMillis maintenanceEnd(const std::vector<MaintenanceWindow>& windows, base::UnixMillis at_ms) {
    base::UnixMillis end_ms = 0;
    for (const MaintenanceWindow& window : windows) {
        if (window.from_ms <= at_ms && at_ms < window.to_ms) end_ms = std::max(end_ms, window.to_ms);
    }
    return end_ms;
}

const char* breakerStateName(BreakerState state) {
    switch (state) {
        case BreakerState::Closed:
            return "closed";
        case BreakerState::Open:
            return "open";
        case BreakerState::HalfOpen:
            return "half_open";
    }
    return "?";
}

Gate Breaker::ask() {
    const std::int64_t now_ms = clock_.steadyMillis();
    if (inMaintenance() || now_ms < paused_until_steady_ms_) return Gate::Wait;
    if (state_ == BreakerState::Closed) return Gate::Go;
    if (probing_ || now_ms < open_until_steady_ms_) return Gate::Wait;
    state_ = BreakerState::HalfOpen;
    probing_ = true;
    return Gate::Probe;
}

void Breaker::withdrawProbe() {
    probing_ = false;
}

void Breaker::success() {
    state_ = BreakerState::Closed;
    probing_ = false;
    failures_ = 0;
    openings_ = 0;
}

void Breaker::failure() {
    ++failures_;
    // A batch that left before the breaker opened says nothing new.
    if (state_ == BreakerState::Open) return;
    if (state_ == BreakerState::Closed && failures_ < kBreakerFailures) return;
    open();
}

void Breaker::trip() {
    ++failures_;
    if (state_ != BreakerState::Open) open();
}

void Breaker::open() {
    ++openings_;
    state_ = BreakerState::Open;
    probing_ = false;
    open_until_steady_ms_ =
        clock_.steadyMillis() +
        backOffMillis(openings_, kBreakerOpenFirstMillis, kBreakerOpenMillisMax, random_);
}

void Breaker::pauseFor(std::int64_t ms) {
    probing_ = false;
    const std::int64_t until_ms =
        clock_.steadyMillis() + std::clamp<std::int64_t>(ms, 0, kPauseMillisMax);
    paused_until_steady_ms_ = std::max(paused_until_steady_ms_, until_ms);
}

void Breaker::pauseForMaintenance(std::int64_t ms) {
    pauseFor(ms);
    maintained_until_steady_ms_ = clock_.steadyMillis() + std::clamp<std::int64_t>(ms, 0, kPauseMillisMax);
}

bool Breaker::inMaintenance() const {
    return maintenanceEnd(windows_, clock_.nowMillis()) != 0 || clock_.steadyMillis() < maintained_until_steady_ms_;
}

}  // namespace yht::delivery
