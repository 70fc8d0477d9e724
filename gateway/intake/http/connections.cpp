#include "gateway/intake/http/connections.h"

#include <Poco/Exception.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

#include "gateway/base/assert.h"

namespace yht::http {

namespace {

// Often enough that a deadline is met closely, seldom enough to cost nothing.
std::chrono::milliseconds watchInterval(const ConnectionLimits& limits) {
    const auto shortest = std::min(
        {limits.head_deadline_ms, limits.body_deadline_ms, limits.write_deadline_ms,
         limits.request_deadline_ms, limits.idle_ms, limits.linger_ms}
    );
    return std::chrono::milliseconds(std::clamp<std::int64_t>(shortest / 5, 5, 250));
}

void decrease(std::map<std::string, std::size_t>& counts, const std::string& name) {
    const auto found = counts.find(name);
    if (found == counts.end()) return;
    if (--found->second == 0) counts.erase(found);
}

}  // namespace

const char* causeName(Cause cause) {
    switch (cause) {
        case Cause::TooMany:
            return "too_many";
        case Cause::TooManyFromAddress:
            return "too_many_from_address";
        case Cause::TooManyOfPartner:
            return "too_many_of_partner";
        case Cause::HeadSlow:
            return "head_slow";
        case Cause::BodySlow:
            return "body_slow";
        case Cause::WriteSlow:
            return "write_slow";
        case Cause::RequestSlow:
            return "request_slow";
        case Cause::Idle:
            return "idle";
        case Cause::LingerOver:
            return "linger_over";
        case Cause::Stopping:
            return "stopping";
        case Cause::SpeakerGone:
            return "speaker_gone";
    }
    YHT_ASSERT(false);
}

Connections::Connections(
    const ConnectionLimits& limits, const base::Clock& clock, std::function<void(Cause)> ended
)
    : limits_(limits),
      clock_(clock),
      ended_(std::move(ended)),
      watchdog_([this](const std::stop_token& stop) { watch(stop); }) {}

Connections::~Connections() = default;

bool Connections::admit(const Poco::Net::StreamSocket& socket) {
    std::string address;
    try {
        const auto host = socket.peerAddress().host();
        if (limits_.loopback_capped || !host.isLoopback()) address = host.toString();
    } catch (const Poco::Exception&) {
        return false;  // gone already
    }
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    if (entries_.size() >= limits_.connections_max) {
        ended_(Cause::TooMany);
        return false;
    }
    if (!address.empty()) {
        auto& count = by_address_[address];
        if (count >= limits_.connections_per_address_max) {
            ended_(Cause::TooManyFromAddress);
            return false;
        }
        ++count;
    }
    const auto now_ms = clock_.steadyMillis();
    entries_.insert_or_assign(
        socket.impl(),
        Entry{
            .socket = socket,
            .address = address,
            .certificate = {},
            .peer = {},
            .phase = Phase::Opening,
            .phase_since_ms = now_ms,
            .request_since_ms = now_ms}
    );
    return true;
}

bool Connections::take(const Poco::Net::StreamSocket& socket) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(socket.impl());
    if (found == entries_.end()) return false;
    found->second.taken = true;
    return true;
}

void Connections::enter(const Poco::Net::StreamSocket& socket, Phase phase) {
    const auto now_ms = clock_.steadyMillis();
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(socket.impl());
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    const bool first_head = entry.phase == Phase::Opening && phase == Phase::Head;
    entry.phase = phase;
    if (first_head) return;
    entry.phase_since_ms = now_ms;
    if (phase == Phase::Head) entry.request_since_ms = now_ms;
    if (phase == Phase::Idle && stopping_) cut(entry, Cause::Stopping);
}

void Connections::progress(const Poco::Net::StreamSocket& socket) {
    const auto now_ms = clock_.steadyMillis();
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(socket.impl());
    if (found == entries_.end()) return;
    found->second.phase_since_ms = now_ms;
    found->second.request_since_ms = now_ms;
}

bool Connections::claim(
    const Poco::Net::StreamSocket& socket, const std::string& certificate,
    std::size_t connections_max
) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(socket.impl());
    if (found == entries_.end()) return false;
    if (found->second.certificate == certificate) return true;
    const auto held = by_certificate_.find(certificate);
    const std::size_t own = held == by_certificate_.end() ? 0 : held->second;
    // The more are taken, the fewer one may have: what is free now is for who has none yet.
    const std::size_t free = limits_.connections_max - std::min(entries_.size(), limits_.connections_max);
    if (own >= connections_max || own > free) {
        ended_(Cause::TooManyOfPartner);
        return false;
    }
    ++by_certificate_[certificate];
    found->second.certificate = certificate;
    return true;
}

void Connections::notePeer(const Poco::Net::StreamSocket& socket, const std::string& certificate) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(socket.impl());
    if (found != entries_.end()) found->second.peer = certificate;
}

void Connections::cutWhere(const std::function<bool(const std::string& certificate)>& gone) {
    std::map<std::string, bool> asked;
    const std::lock_guard lock(mutex_);
    for (auto& [key, entry] : entries_) {
        if (entry.peer.empty()) continue;
        const auto [at, fresh] = asked.try_emplace(entry.peer, false);
        if (fresh) at->second = gone(entry.peer);
        if (at->second) cut(entry, Cause::SpeakerGone);
    }
}

bool Connections::isCut(const Poco::Net::StreamSocket& socket) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(socket.impl());
    return found == entries_.end() || found->second.cut;
}

void Connections::forget(Key key, std::vector<Entry>& removed) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    decrease(by_address_, found->second.address);
    decrease(by_certificate_, found->second.certificate);
    removed.push_back(std::move(found->second));
    entries_.erase(found);
    changed_.notify_all();
}

void Connections::remove(const Poco::Net::StreamSocket& socket) {
    // Outlives the lock: releasing the last copy closes TLS, which may write.
    std::vector<Entry> removed;
    const std::lock_guard lock(mutex_);
    forget(socket.impl(), removed);
}

void Connections::cut(Entry& entry, Cause cause) {
    if (entry.cut) return;
    entry.cut = true;
    // The descriptor only, never Poco's shutdown(): that would use the TLS session of another
    // thread.
    ::shutdown(entry.socket.impl()->sockfd(), SHUT_RDWR);
    ended_(cause);
}

bool Connections::overdue(const Entry& entry, std::int64_t now_ms, Cause& cause) const {
    const auto past = [now_ms](std::int64_t since_ms, std::int64_t limit_ms) {
        return now_ms - since_ms > limit_ms;
    };
    const auto phaseOver = [&](std::int64_t limit_ms, Cause phase_cause) {
        cause = phase_cause;
        return past(entry.phase_since_ms, limit_ms);
    };
    switch (entry.phase) {
        case Phase::Idle:
            return phaseOver(limits_.idle_ms, Cause::Idle);
        case Phase::Lingering:
            return phaseOver(limits_.linger_ms, Cause::LingerOver);
        case Phase::Opening:
        case Phase::Head:
            if (phaseOver(limits_.head_deadline_ms, Cause::HeadSlow)) return true;
            break;
        case Phase::Body:
            if (phaseOver(limits_.body_deadline_ms, Cause::BodySlow)) return true;
            break;
        case Phase::Writing:
            if (phaseOver(limits_.write_deadline_ms, Cause::WriteSlow)) return true;
            break;
        case Phase::Handling:
            break;
    }
    cause = Cause::RequestSlow;
    return past(entry.request_since_ms, limits_.request_deadline_ms);
}

void Connections::cutOverdue(std::vector<Entry>& removed) {
    const auto now_ms = clock_.steadyMillis();
    std::vector<Key> unclaimed;
    for (auto& [key, entry] : entries_) {
        Cause cause{};
        if (!overdue(entry, now_ms, cause)) continue;
        cut(entry, cause);
        if (!entry.taken) unclaimed.push_back(key);
    }
    for (const Key key : unclaimed) forget(key, removed);
}

void Connections::watch(const std::stop_token& stop) {
    const auto interval = watchInterval(limits_);
    while (!stop.stop_requested()) {
        std::vector<Entry> removed;  // outlives the lock, see remove()
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, interval, [] { return false; });
        cutOverdue(removed);
    }
}

void Connections::stopIdle() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [key, entry] : entries_) {
        if (entry.phase == Phase::Idle || entry.phase == Phase::Opening)
            cut(entry, Cause::Stopping);
    }
}

void Connections::cutAll() {
    const std::lock_guard lock(mutex_);
    for (auto& [key, entry] : entries_) cut(entry, Cause::Stopping);
}

bool Connections::waitUntilServed(std::int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] {
        return std::none_of(entries_.begin(), entries_.end(), [](const auto& e) {
            return e.second.taken;
        });
    });
}

void Connections::clear() {
    std::unordered_map<Key, Entry> removed;
    const std::lock_guard lock(mutex_);
    removed.swap(entries_);
    by_address_.clear();
    by_certificate_.clear();
}

std::size_t Connections::count() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

bool Connections::stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

}  // namespace yht::http
