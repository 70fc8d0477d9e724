// Who may wait for changes at the moment: one wait per partner, and a quarter of the listener's
// threads in all, so that waiting partners never starve those who submit.
// Uses: std. Used by: handlers (changes), server.
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>

namespace yht::http {

inline constexpr std::size_t kLongPollShare = 4;  // one in so many connections may wait

/// Thread-safety: any thread.
class LongPolls {
public:
    explicit LongPolls(std::size_t connections_max)
        : waits_max_(connections_max < kLongPollShare ? 1 : connections_max / kLongPollShare) {}

    enum class Verdict { Granted, PartnerWaits, AllTaken };

    /// A place to wait in; given back when it goes.
    class Place {
    public:
        Place(LongPolls& polls, const std::string& partner)
            : polls_(polls), partner_(partner), verdict_(polls.enter(partner)) {}
        ~Place() {
            if (verdict_ == Verdict::Granted) polls_.leave(partner_);
        }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        Verdict verdict() const { return verdict_; }

    private:
        LongPolls& polls_;
        const std::string partner_;
        const Verdict verdict_;
    };

    std::size_t count() const;

private:
    Verdict enter(const std::string& partner);
    void leave(const std::string& partner);

    const std::size_t waits_max_;
    mutable std::mutex mutex_;
    std::set<std::string> waiting_;  // protected by mutex_
};

}  // namespace yht::http
