// SM3 (GB/T 32905), HMAC and HKDF over it. 32 octets each.
// Uses: base, OpenSSL (inside). Used by: sm2, sm4, ledger/format.
#pragma once

#include "gateway/base/bytes.h"

namespace yht::crypto {

/// `first ‖ second`, without joining them in memory.
base::Bytes sm3(base::BytesView first, base::BytesView second = {});
/// HMAC (RFC 2104) over SM3 of `first ‖ second ‖ third`.
base::Bytes hmacSm3(base::BytesView key, base::BytesView first, base::BytesView second = {}, base::BytesView third = {});
/// HKDF (RFC 5869) over SM3: the first `length` octets of its output.
base::Bytes hkdfSm3(base::BytesView key, base::BytesView salt, base::BytesView info, std::size_t length);

}  // namespace yht::crypto
