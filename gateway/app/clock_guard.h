// Is the wall clock known to be wrong? It is where it stands behind what it showed when an entry was committed. While
// it is, neither signatures nor certificates are judged (DESIGN 12). A clock that went back stays wrong although new
// entries are committed under it; what ends it is the clock itself, coming back, or an operator who says that the
// earlier time was the wrong one (`yht clock confirm --why`).
// Uses: ledger. Used by: main.cpp, control.
#pragma once

#include <mutex>

#include "gateway/base/clock.h"
#include "gateway/ledger/store/store.h"

namespace yht::app {

inline constexpr std::int64_t kClockBehindMillisMax = 60'000;

/// Thread-safety: any thread.
class ClockGuard {
public:
    explicit ClockGuard(const base::Clock& clock) : clock_(clock) {}

    /// Entries were committed at that time.
    void sawCommit(base::UnixMillis at_ms);
    /// What was committed last before this process began. Errors: the store's.
    base::Status sawLedger(ledger::Store& store);
    /// Errors: ClockWrong naming by how much.
    base::Status check() const;
    /// The clock as it is now is right.
    void confirm();

private:
    const base::Clock& clock_;
    mutable std::mutex mutex_;
    base::UnixMillis latest_ms_ = 0;  // protected by mutex_: the latest commit since the start or confirm()
};

}  // namespace yht::app
