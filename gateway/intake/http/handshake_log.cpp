#include "gateway/intake/http/handshake_log.h"

namespace yht::http {

void HandshakeLog::refused(const char* listener, const base::Error& error, const std::string& address) {
    troubles_.happened(
        std::string(error.row().wire) + " " + address + " " + error.detail,
        std::string(listener) + ": TLS handshake refused 握手被拒绝, " + address + ": " + base::describe(error)
    );
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
