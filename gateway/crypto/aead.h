// AES-256-GCM (NIST SP 800-38D) for payloads at rest and for wrapping keys.
// Uses: base. Used by: ledger/store.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/random.h"
#include "gateway/base/result.h"

namespace yht::crypto {

inline constexpr std::size_t kAeadKeyBytes = 32;
inline constexpr std::size_t kAeadNonceBytes = 12;
inline constexpr std::size_t kAeadTagBytes = 16;

/// nonce(12) ‖ ciphertext ‖ tag(16), a fresh random nonce each time.
/// Requires: key.size() == kAeadKeyBytes. `aad` is bound to the text and must be given again to
/// open it.
base::Bytes seal(
    base::BytesView key, base::BytesView aad, base::BytesView plaintext, base::Random& random
);

/// Errors: CryptoFailed where the text, the key or the aad is not the one that was sealed.
base::Result<base::Bytes> open(base::BytesView key, base::BytesView aad, base::BytesView sealed);

}  // namespace yht::crypto
