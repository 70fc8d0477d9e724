#include "gateway/intake/channels/channel_guard.h"

#include <algorithm>
#include <vector>

namespace yht::channels {

std::size_t ChannelGuard::wrongOf(const Whose& whose) const {
    const auto found = wrong_.find(whose);
    return found == wrong_.end() || isOver(found->second) ? 0 : found->second.count;
}

/// A fresh minute keeps the turns: who waits still waits.
ChannelGuard::Minute& ChannelGuard::wrongMinute(const Whose& whose) {
    if (wrong_.size() >= kWrongRememberedMax && !wrong_.contains(whose)) forgetOlderHalf();
    const std::int64_t now_ms = clock_.steadyMillis();
    Minute& minute = wrong_.try_emplace(whose, Minute{.since_ms = now_ms}).first->second;
    if (isOver(minute)) minute = {.since_ms = now_ms, .next_turn_ms = minute.next_turn_ms};
    return minute;
}

/// Half at a time: a walk over all of them for each that comes would cost more than what it guards.
void ChannelGuard::forgetOlderHalf() {
    std::vector<std::int64_t> since_ms;
    for (const auto& [whose, minute] : wrong_) since_ms.push_back(minute.since_ms);
    const auto middle = since_ms.begin() + static_cast<std::ptrdiff_t>(since_ms.size() / 2);
    std::nth_element(since_ms.begin(), middle, since_ms.end());
    std::erase_if(wrong_, [&](const auto& entry) { return entry.second.since_ms <= *middle; });
}

std::optional<std::int64_t> ChannelGuard::turnMs(const std::string& address, const std::string& endpoint) {
    const std::lock_guard lock(mutex_);
    const Whose whole{address, ""};
    if (wrongOf({address, endpoint}) < kWrongPerMinuteMax && wrongOf(whole) < kWrongOfAddressMax) return 0;
    const std::int64_t now_ms = clock_.steadyMillis();
    std::int64_t& next_ms = wrongMinute(whole).next_turn_ms;
    const std::int64_t turn_ms = std::max(next_ms, now_ms);
    if (turn_ms - now_ms > kTurnWaitMsMax) return std::nullopt;
    next_ms = turn_ms + kTurnMs;
    return turn_ms - now_ms;
}

ChannelGuard::Wrong ChannelGuard::countWrong(const std::string& address, const std::string& endpoint) {
    const std::lock_guard lock(mutex_);
    const std::size_t count = ++wrongMinute({address, endpoint}).count;
    // No more than that of one endpoint: a flood at one is none at the others.
    const bool of_address = count <= kWrongPerMinuteMax && ++wrongMinute({address, ""}).count == kWrongOfAddressMax;
    return {.count = count, .slows = count == kWrongPerMinuteMax || of_address};
}

std::size_t ChannelGuard::wrongRemembered() {
    const std::lock_guard lock(mutex_);
    return wrong_.size();
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
