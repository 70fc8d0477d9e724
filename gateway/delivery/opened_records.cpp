#include "gateway/delivery/opened_records.h"

namespace yht::delivery {

std::shared_ptr<const OpenedRecord> OpenedRecords::find(ledger::Seq seq) {
    const std::lock_guard lock(mutex_);
    dropOld();
    const auto found = by_seq_.find(seq);
    if (found == by_seq_.end()) return nullptr;
    auto opened = found->second->opened;
    if (--found->second->takers == 0) drop(found->second);
    return opened;
}

void OpenedRecords::put(
    ledger::Seq seq, std::shared_ptr<const OpenedRecord> opened, std::size_t bytes
) {
    if (takers_ == 0 || bytes > kOpenedBytesMax) return;
    const std::lock_guard lock(mutex_);
    dropOld();
    if (by_seq_.contains(seq)) return;
    while (items_.size() >= kOpenedRecordsMax || bytes_ + bytes > kOpenedBytesMax)
        drop(items_.begin());
    items_.push_back({seq, std::move(opened), bytes, takers_, clock_.steadyMillis() + kOpenedMillisMax});
    by_seq_.emplace(seq, std::prev(items_.end()));
    bytes_ += bytes;
}

void OpenedRecords::forget(ledger::Seq seq) {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_seq_.find(seq); found != by_seq_.end()) drop(found->second);
}

std::size_t OpenedRecords::size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
}

std::size_t OpenedRecords::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

void OpenedRecords::dropOld() {
    const auto now_ms = clock_.steadyMillis();
    while (!items_.empty() && items_.front().until_ms <= now_ms) drop(items_.begin());
}

void OpenedRecords::drop(std::list<Item>::iterator item) {
    bytes_ -= item->bytes;
    by_seq_.erase(item->seq);
    items_.erase(item);
}

}  // namespace yht::delivery
