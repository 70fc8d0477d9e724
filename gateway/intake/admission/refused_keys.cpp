#include "gateway/intake/admission/refused_keys.h"

namespace yht::intake {

void RefusedKeys::forgetBefore(std::int64_t limit_ms) {
    while (!by_age_.empty() &&
           (by_age_.front().since_ms < limit_ms || by_age_.size() > kRefusedKeysMax)) {
        keys_.erase(by_age_.front().key);
        by_age_.pop_front();
    }
}

void RefusedKeys::add(const base::Bytes& key, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    if (!keys_.insert(key).second) return;
    by_age_.push_back({key, now_ms});
    forgetBefore(now_ms - kRefusedKeyAgeMillisMax);
}

bool RefusedKeys::contains(const base::Bytes& key, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    forgetBefore(now_ms - kRefusedKeyAgeMillisMax);
    return keys_.contains(key);
}

}  // namespace yht::intake
