#include "gateway/app/long_reader.h"

namespace yht::app {

base::Result<ledger::View*> LongReader::view() {
    if (stopping_ && stopping_()) return base::makeError(base::ErrorCode::NotReady, "stopping");
    const auto now_ms = clock_.steadyMillis();
    if (view_ && now_ms - taken_ms_ < kSnapshotHeldMillis) return view_.get();
    view_.reset();
    auto snapshot = store_.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    view_ = *std::move(snapshot);
    taken_ms_ = now_ms;
    return view_.get();
}

}  // namespace yht::app
