#include "gateway/intake/channels/channel_guard.h"

namespace yht::channels {

ChannelGuard::Minute& ChannelGuard::current(std::map<std::string, Minute>& minutes, const std::string& key) {
    const std::int64_t now_ms = clock_.steadyMillis();
    if (minutes.size() >= kAddressesMax && !minutes.contains(key)) minutes.clear();
    const auto [at, fresh] = minutes.try_emplace(key, Minute{now_ms, 0});
    if (!fresh && now_ms - at->second.since_ms >= kGuardMinuteMs) at->second = {now_ms, 0};
    return at->second;
}

bool ChannelGuard::isShutOut(const std::string& address) {
    const std::lock_guard lock(mutex_);
    const auto found = wrong_.find(address);
    if (found == wrong_.end() || clock_.steadyMillis() - found->second.since_ms >= kGuardMinuteMs) return false;
    return found->second.count >= kWrongCallersPerMinuteMax;
}

std::size_t ChannelGuard::countWrong(const std::string& address) {
    const std::lock_guard lock(mutex_);
    return ++current(wrong_, address).count;
}

bool ChannelGuard::mayCall(const std::string& endpoint, std::size_t per_minute) {
    const std::lock_guard lock(mutex_);
    Minute& minute = current(calls_, endpoint);
    if (minute.count >= per_minute) return false;
    ++minute.count;
    return true;
}

bool ChannelGuard::enter(const std::string& source) {
    const std::lock_guard lock(mutex_);
    std::size_t& count = at_once_[source];
    if (count >= at_once_max_) return false;
    ++count;
    return true;
}

void ChannelGuard::leave(const std::string& source) {
    const std::lock_guard lock(mutex_);
    --at_once_[source];
}

}  // namespace yht::channels
