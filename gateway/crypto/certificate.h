// X.509 certificates (RFC 5280) as far as the gateway looks into them. Chains are verified by the
// TLS layer and by issue-time tools; here a certificate is who it says it is, until when, and its
// key. Uses: base. Used by: trust, tools.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/crypto/key.h"

namespace yht::crypto {

/// Immutable; parsed once (a parse costs 125-180 us in OpenSSL 3.0) and shared.
class Certificate {
public:
    /// The first certificate of a PEM text, or DER. Errors: CryptoFailed with what is wrong.
    static base::Result<Certificate> fromPem(std::string_view pem);
    static base::Result<Certificate> fromDer(base::BytesView der);

    /// Lower-case hex of SHA-256 over the DER: the name of a certificate everywhere in this
    /// product.
    const std::string& fingerprint() const { return fingerprint_; }
    /// One line, RFC 2253 order.
    const std::string& subject() const { return subject_; }
    const std::string& issuer() const { return issuer_; }
    const std::string& serialHex() const { return serial_hex_; }
    base::UnixMillis notBeforeMillis() const { return not_before_ms_; }
    base::UnixMillis notAfterMillis() const { return not_after_ms_; }
    /// dNSName and iPAddress entries of subjectAltName, as text.
    const std::vector<std::string>& alternativeNames() const { return alternative_names_; }
    const PublicKey& publicKey() const { return *public_key_; }
    /// subjectKeyIdentifier (RFC 5280 section 4.2.1.2); "" where it has none.
    base::Bytes subjectKeyIdentifier() const;
    /// SHA-1 over the DER: how WS-Security 1.1 may name a certificate. A name, never a proof.
    base::Bytes sha1Thumbprint() const;
    std::string toPem() const;
    base::Bytes toDer() const;
    /// Whether `issuer`'s key signed this one (no chain building, no dates).
    bool isSignedBy(const Certificate& issuer) const;

private:
    Certificate() = default;
    static base::Result<Certificate> fromHandle(std::shared_ptr<void> handle);
    std::shared_ptr<void> handle_;  // X509
    std::string fingerprint_, subject_, issuer_, serial_hex_;
    base::UnixMillis not_before_ms_ = 0, not_after_ms_ = 0;
    std::vector<std::string> alternative_names_;
    std::shared_ptr<const PublicKey> public_key_;
};

}  // namespace yht::crypto
