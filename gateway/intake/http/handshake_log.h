// TLS handshakes that were refused, as log lines: why, and whose certificate. Who keeps trying has one line a minute, with how often
// it was refused meanwhile.
// Uses: base. Used by: server, intake/channels.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/base/error.h"

namespace yht::http {

inline constexpr std::int64_t kHandshakeLineMillis = 60'000;
inline constexpr std::size_t kHandshakeLinesMax = 1'000;  // told apart; beyond it all are forgotten
inline constexpr std::uint32_t kHandshakeLinesPerMinuteMax = 120;  // whoever makes up certificates fills no disk

/// Thread-safety: any thread.
class HandshakeLog {
public:
    /// `logger` may be empty.
    HandshakeLog(const base::Clock& clock, std::function<void(const std::string&)> logger)
        : clock_(clock), logger_(std::move(logger)) {}
    void refused(const char* listener, const base::Error& error, const std::string& address);

private:
    struct Seen {
        std::int64_t told_steady_ms = 0;
        std::uint64_t count = 0;  // since then
    };
    const base::Clock& clock_;
    const std::function<void(const std::string&)> logger_;
    std::mutex mutex_;
    // Protected by mutex_.
    std::map<std::string, Seen> seen_;
    std::int64_t minute_ = 0;
    std::uint32_t lines_ = 0;  // in that minute
};

/// Whether a speaker that is refused with this code is nobody's any more: its open connections end.
bool isGone(base::ErrorCode code);

}  // namespace yht::http
