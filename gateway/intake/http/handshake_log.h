// TLS handshakes that were refused, as log lines: why, and whose certificate. Who keeps trying has one line a minute, with how often
// it was refused meanwhile, and one when it has stopped.
// Uses: base. Used by: server, intake/channels.
#pragma once

#include <functional>
#include <string>

#include "gateway/base/error.h"
#include "gateway/base/trouble_log.h"

namespace yht::http {

/// Thread-safety: any thread.
class HandshakeLog {
public:
    /// `logger` may be empty.
    HandshakeLog(const base::Clock& clock, std::function<void(const std::string&)> logger)
        : troubles_(base::TroubleKind::Event, clock, std::move(logger)) {}
    void refused(const char* listener, const base::Error& error, const std::string& address);
    /// Called with every request that is answered: who has stopped trying has its last line.
    void endQuiet() { troubles_.endQuiet(); }

private:
    base::TroubleLog troubles_;
};

/// Whether a speaker that is refused with this code is nobody's any more: its open connections end.
bool isGone(base::ErrorCode code);

}  // namespace yht::http
