#include "gateway/app/clock_guard.h"

#include <algorithm>

namespace yht::app {

void ClockGuard::sawCommit(base::UnixMillis at_ms) {
    const std::lock_guard lock(mutex_);
    latest_ms_ = std::max(latest_ms_, at_ms);
}

base::Status ClockGuard::sawLedger(ledger::Store& store) {
    auto snapshot = store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    const auto last = (*snapshot)->lastSeq();
    if (last == 0) return {};
    const auto leaf = (*snapshot)->leaf(last);
    if (!leaf.ok()) return leaf.error();
    sawCommit(leaf->header.committed_ms);
    return {};
}

base::Status ClockGuard::check() const {
    const std::lock_guard lock(mutex_);
    const auto behind_ms = latest_ms_ - clock_.nowMillis();
    if (behind_ms <= kClockBehindMillisMax) return {};
    return base::makeError(
        base::ErrorCode::ClockWrong, "the clock is " + std::to_string(behind_ms) +
                                         " ms behind the ledger; if it is right now: yht clock confirm --why …"
    );
}

void ClockGuard::confirm() {
    const std::lock_guard lock(mutex_);
    latest_ms_ = clock_.nowMillis();
}

}  // namespace yht::app
