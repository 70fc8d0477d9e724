// The ledger, for whoever reads it for longer than a request takes: a grade, a replay. Nothing is changed in an entry that is there, so
// what follows may be read from a newer snapshot.
// Uses: ledger. Used by: replaying, source_grade, their commands, source_watch.
#pragma once

#include <functional>
#include <memory>

#include "gateway/base/clock.h"
#include "gateway/ledger/store/store.h"

namespace yht::app {

inline constexpr std::int64_t kSnapshotHeldMillis = 1'000;  // the WAL grows while one is held

/// Thread-safety: one thread at a time.
class LongReader {
public:
    /// `stopping`: whether the reader is to end; may be empty. All outlive it.
    LongReader(ledger::Store& store, const base::Clock& clock, std::function<bool()> stopping = {})
        : store_(store), clock_(clock), stopping_(std::move(stopping)) {}

    /// As of a second ago at most; good until the next call. Asked for at every step, so that a stop is seen there.
    /// Errors: NotReady: it is to end; as Store::snapshot().
    base::Result<ledger::View*> view();

private:
    ledger::Store& store_;
    const base::Clock& clock_;
    const std::function<bool()> stopping_;
    std::unique_ptr<ledger::View> view_;
    std::int64_t taken_ms_ = 0;  // steady
};

}  // namespace yht::app
