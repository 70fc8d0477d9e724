// Signing a message whose body is sent piece by piece: its SHA-256 is known, its bytes are not
// held. Uses: message_signature. Used by: adapters/kit.
#pragma once

#include "gateway/trust/message_signature.h"

namespace yht::trust {

/// As signMessage() of a request. Requires: `body_sha256` of 32 octets.
/// Errors: CryptoFailed, SignatureAlgorithm, SignatureMalformed (a covered value holds a line
/// break).
base::Status signStreamed(
    HttpHead& head, base::BytesView body_sha256, const SigningKey& key, base::UnixMillis now_ms
);

}  // namespace yht::trust
