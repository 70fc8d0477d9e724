// The ways in which texts at rest are sealed, by one interface: AES-256-GCM (aead.h), and SM4-CTR with HMAC-SM3 for
// deployments that must use national algorithms (GB/T 32907, GB/T 32905, mode GB/T 17964). OpenSSL 3.0 has no SM4-GCM.
//
//   aes-256-gcm       nonce(12) ‖ ciphertext ‖ tag(16)
//   sm4-ctr-hmac-sm3  nonce(12) ‖ ciphertext ‖ tag(16), encrypt-then-MAC:
//     keys       = HKDF-SM3(key, salt nonce, info "yht sm4-ctr-hmac-sm3 v1"): 16 octets for SM4, 32 for HMAC-SM3,
//                  new ones for each text, so that the counter block may begin at 0
//     ciphertext = SM4-CTR(first key, counter block 0)
//     tag        = first 16 octets of HMAC-SM3(second key, octets of aad as u64 ‖ aad ‖ nonce ‖ ciphertext)
// Both have the same lengths: what one sealed, the other can replace in place.
// Uses: base, OpenSSL (inside). Used by: ledger/store, tools/bench.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/crypto/aead.h"

namespace yht::crypto {

/// Permanent values.
enum class CipherSuite : std::uint8_t { Aes256Gcm = 1, Sm4CtrHmacSm3 = 2 };

/// "aes-256-gcm", "sm4-ctr-hmac-sm3".
const char* cipherSuiteName(CipherSuite suite);
std::optional<CipherSuite> findCipherSuite(std::string_view name);

/// Requires: key.size() == kAeadKeyBytes. `aad` is bound to the text and must be given again to open it.
base::Bytes sealWith(
    CipherSuite suite, base::BytesView key, base::BytesView aad, base::BytesView plaintext, base::Random& random
);
/// Errors: CryptoFailed where the text, the key, the aad or the suite is not the one that was sealed.
base::Result<base::Bytes> openWith(
    CipherSuite suite, base::BytesView key, base::BytesView aad, base::BytesView sealed
);

}  // namespace yht::crypto
