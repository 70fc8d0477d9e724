// Certificate revocation lists (CRL, RFC 5280 section 5) as far as the gateway reads them: whole lists of one CA. Delta lists,
// indirect lists and lists for a part of a CA's certificates only are refused: what they leave out would be taken for good.
// Uses: base. Used by: trust (revocation), app.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace yht::crypto {

inline constexpr std::size_t kRevocationListBytesMax = 32U << 20;

/// Why and when a certificate was revoked.
struct Revocation {
    base::UnixMillis at_ms = 0;
    std::string reason;  // RFC 5280 name: "keyCompromise"; "unspecified" where none is given
};

/// Immutable; parsed once. Thread-safety: any thread.
class RevocationList {
public:
    /// PEM or DER. Errors: CertCrlUntrusted with what is wrong.
    static base::Result<RevocationList> read(base::BytesView bytes);

    /// Whether the CA of `issuer_der` carries the list's issuer name; says nothing of the signature.
    bool namesIssuer(base::BytesView issuer_der) const;
    /// The signature verifies with that CA's key, by an algorithm that is not weak, and the CA may sign lists.
    /// Errors: CertCrlUntrusted.
    base::Status checkSignature(base::BytesView issuer_der) const;
    /// nullopt where the list does not name the certificate. Requires: its issuer is the list's.
    std::optional<Revocation> find(base::BytesView certificate_der) const;

    const std::string& issuer() const { return issuer_; }
    base::UnixMillis thisUpdateMillis() const { return this_update_ms_; }
    /// Of a list without one: an hour after thisUpdate.
    base::UnixMillis nextUpdateMillis() const { return next_update_ms_; }
    std::size_t entryCount() const { return entry_count_; }
    /// Whether this one was made after `other` of the same CA: by number, else by thisUpdate.
    bool isNewerThan(const RevocationList& other) const;
    base::Bytes toDer() const;

private:
    RevocationList() = default;
    std::shared_ptr<void> handle_;  // X509_CRL
    std::string issuer_;
    base::Bytes number_;  // crlNumber, big-endian without leading zeros
    base::UnixMillis this_update_ms_ = 0, next_update_ms_ = 0;
    std::size_t entry_count_ = 0;
};

}  // namespace yht::crypto
