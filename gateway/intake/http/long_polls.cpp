#include "gateway/intake/http/long_polls.h"

namespace yht::http {

LongPolls::Verdict LongPolls::enter(const std::string& partner) {
    const std::lock_guard lock(mutex_);
    if (waiting_.contains(partner)) return Verdict::PartnerWaits;
    if (waiting_.size() >= waits_max_) return Verdict::AllTaken;
    waiting_.insert(partner);
    return Verdict::Granted;
}

void LongPolls::leave(const std::string& partner) {
    const std::lock_guard lock(mutex_);
    waiting_.erase(partner);
}

std::size_t LongPolls::count() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

}  // namespace yht::http
