// Who speaks, and is it really they: TLS certificate → partner, Content-Digest → body, signature → head.
// Uses: crypto. Used by: intake/http.
#pragma once

#include "gateway/trust/message_signature.h"
#include "gateway/trust/verified_message.h"

namespace yht::trust {

struct VerifierOptions {
    std::vector<std::string> public_base_urls;  // "https://gateway.example:8443", no slash at the end
    std::int64_t created_tolerance_ms = 300'000;
};

/// Thread-safety: any thread; holds no state but what the constructor was given.
class RequestVerifier {
public:
    RequestVerifier(const TrustHolder& trust, const base::Clock& clock, VerifierOptions options);

    /// The partner behind a client certificate. Errors: CertificateUnknown, -Expired, -Revoked, PartnerStopped.
    /// Bodiless reads need no more than this.
    struct Speaker { std::shared_ptr<const TrustSnapshot> snapshot; const Partner* partner; };
    base::Result<Speaker> speakerOf(const std::string& certificate_fingerprint) const;

    /// Checks a request with a body. `head.target_uri` holds path and query only ("/v1/records"): which public
    /// base URL the sender signed is found by trying each; none fitting is SignatureTarget or SignatureInvalid.
    /// Errors: those of speakerOf and every "signature.*" row. SignatureInvalid and SignatureTarget carry the base as we
    /// built it; where another base of ours or a common slip (http for https, missing port, other
    /// content-type) makes the signature fit, the public text names the component that differs.
    base::Result<VerifiedMessage> verify(const HttpHead& head, std::string body,
                                         const std::string& certificate_fingerprint) const;

private:
    const TrustHolder& trust_;
    const base::Clock& clock_;
    const VerifierOptions options_;
};

}  // namespace yht::trust
