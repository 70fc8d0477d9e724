// OCSP (RFC 6960): asking a CA's responder about one certificate, and reading what it says. An answer counts only where it is about
// that certificate, signed by the CA itself or by a responder that the CA issued for it (id-kp-OCSPSigning), and within its dates.
// Uses: base. Used by: trust (revocation, tls).
#pragma once

#include <optional>

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/crypto/revocation_list.h"

namespace yht::crypto {

inline constexpr std::size_t kOcspAnswerBytesMax = 64 * 1024;
inline constexpr std::int64_t kOcspClockSkewMillis = 300'000;

/// DER of an OCSPRequest without nonce: answers are kept, and their dates are what makes them fresh. nullopt where a certificate
/// can't be read. The certificate is named by SHA-1 digests, as every responder wants it (RFC 5019): a name, not a proof.
std::optional<base::Bytes> ocspRequest(base::BytesView certificate_der, base::BytesView issuer_der);

struct OcspAnswer {
    std::optional<Revocation> revoked;  // nullopt: good
    base::UnixMillis this_update_ms = 0;
    base::UnixMillis next_update_ms = 0;  // an hour after thisUpdate where the answer names none
};

/// Errors: CertOcspUnavailable (an error status; the responder does not know the certificate; not made yet),
/// CertOcspUntrusted (unreadable, another certificate's, signed by somebody else).
base::Result<OcspAnswer> readOcspAnswer(
    base::BytesView answer_der, base::BytesView certificate_der, base::BytesView issuer_der, base::UnixMillis now_ms
);

}  // namespace yht::crypto
