// Envelopes that we send: Body and Timestamp signed (WS-Security 1.1, X.509 token profile), written as their own
// canonical form, so that what is digested is what goes out.
// Uses: soap_security, xml. Used by: intake/soap (answers), kit (deliveries over SOAP).
#pragma once

#include <string>
#include <string_view>

#include "gateway/trust/message_signature.h"
#include "gateway/trust/soap_security.h"

namespace yht::trust {

inline constexpr std::int64_t kSoapExpiresMs = kCreatedToleranceMs;

struct OutgoingEnvelope {
    SoapVersion version = SoapVersion::V11;
    /// What stands inside the Body, in exclusive canonical form where the prefix "s" is the envelope's namespace.
    std::string_view body;
    /// WS-Addressing headers, signed along; "" none.
    std::string_view relates_to{};  // of an answer: wsa:MessageID of its request
    std::string_view message_id{}, action{}, to{};
};

/// The key with the algorithm that it signs SOAP with: an RSA key registered for PSS signs rsa-v1_5 here, the one form
/// that toolkits verify. Errors: ConfigInvalid where there is none (Ed25519).
base::Result<SigningKey> soapSigningKey(const SigningKey& key);

/// Requires: `key` is of soapSigningKey() and has its certificate. Errors: CryptoFailed.
base::Result<std::string> signedEnvelope(
    const OutgoingEnvelope& envelope, const SigningKey& key, base::UnixMillis now_ms
);

/// Without any header: where no key is at hand, the refusal is that we can't sign, or the far side wants none.
std::string plainEnvelope(const OutgoingEnvelope& envelope);

}  // namespace yht::trust
