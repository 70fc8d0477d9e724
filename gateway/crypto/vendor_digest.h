// Digests as vendors' old interfaces sign with them: MD5 and SHA-1 among them. For checking what somebody else has
// made, never for anything of ours; how much such a signature is worth is judged in trust/caller_rules.h.
// Uses: base, OpenSSL (inside). Used by: trust.
#pragma once

#include <cstdint>

#include "gateway/base/bytes.h"

namespace yht::crypto {

enum class VendorDigest : std::uint8_t { Md5, Sha1, Sha256 };

base::Bytes vendorDigest(VendorDigest algorithm, base::BytesView data);
/// HMAC (RFC 2104) over it. Requires: a key that is not empty.
base::Bytes vendorHmac(VendorDigest algorithm, base::BytesView key, base::BytesView data);

}  // namespace yht::crypto
