#include "gateway/intake/http/handshake_log.h"

namespace yht::http {

void HandshakeLog::refused(const char* listener, const base::Error& error, const std::string& address) {
    if (!logger_) return;
    const std::string key = std::string(error.row().wire) + " " + address + " " + error.detail;
    std::string line;
    {
        const std::lock_guard lock(mutex_);
        if (seen_.size() >= kHandshakeLinesMax && !seen_.contains(key)) seen_.clear();
        const auto now_ms = clock_.steadyMillis();
        auto [at, first] = seen_.try_emplace(key, Seen{now_ms, 0});
        ++at->second.count;
        if (!first && now_ms - at->second.told_steady_ms < kHandshakeLineMillis) return;
        if (const auto minute = now_ms / kHandshakeLineMillis; minute != minute_) {
            minute_ = minute;
            lines_ = 0;
        }
        if (++lines_ > kHandshakeLinesPerMinuteMax) return;
        line = std::string(listener) + ": TLS handshake refused 握手被拒绝, " + address + ": " + base::describe(error);
        if (!first) line += ", " + std::to_string(at->second.count) + " times since the last line 次";
        at->second = {now_ms, 0};
    }
    logger_(line);
}

bool isGone(base::ErrorCode code) {
    switch (code) {
        case base::ErrorCode::CertificateUnknown:
        case base::ErrorCode::CertificateRevoked:
        case base::ErrorCode::PartnerStopped:
        case base::ErrorCode::CertRevokedCrl:
        case base::ErrorCode::CertRevokedOcsp:
            return true;
        default:
            return false;
    }
}

}  // namespace yht::http
