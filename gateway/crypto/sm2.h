// SM2 (GB/T 32918) beyond what key.h has of it: the digest that is signed, and encryption to a certificate of a pair
// (签名证书/加密证书). Uses: base, OpenSSL (inside). Used by: key.cpp, sdf_key.cpp, app (a KEK that is sealed to a key).
#pragma once

#include "gateway/crypto/key.h"

namespace yht::crypto {

/// The user id that GM/T 0009 section 10 gives where nobody has agreed upon another.
inline constexpr base::BytesView kSm2UserId = "1234567812345678";

/// SM3(Z ‖ text), Z = SM3(bits of the id ‖ id ‖ a ‖ b ‖ xG ‖ yG ‖ x ‖ y) (GB/T 32918.2 section 5.5). 32 octets.
/// Requires: an SM2 key.
base::Bytes sm2Digest(const PublicKey& key, base::BytesView text, base::BytesView user_id = kSm2UserId);

}  // namespace yht::crypto
