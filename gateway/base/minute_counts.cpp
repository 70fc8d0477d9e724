#include "gateway/base/minute_counts.h"

namespace yht::base {

std::size_t MinuteCounts::add(const std::string& key) {
    const std::int64_t now_ms = clock_.steadyMillis();
    const std::lock_guard lock(mutex_);
    Minute& minute = minutes_.try_emplace(key, Minute{.since_ms = now_ms}).first->second;
    if (now_ms - minute.since_ms >= kCountedMinuteMs) minute = {.since_ms = now_ms};
    return ++minute.count;
}

}  // namespace yht::base
