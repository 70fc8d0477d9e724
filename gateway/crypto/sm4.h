// SM4 (GB/T 32907) in counter mode. Without a MAC it protects nothing: cipher_suite.h has it with one.
// Uses: base, OpenSSL (inside). Used by: cipher_suite.cpp.
#pragma once

#include "gateway/base/bytes.h"

namespace yht::crypto {

inline constexpr std::size_t kSm4KeyBytes = 16;
inline constexpr std::size_t kSm4BlockBytes = 16;

/// Encrypts and decrypts alike. Requires: key and first counter block of 16 octets; the pair is used for one text only.
base::Bytes sm4Ctr(base::BytesView key, base::BytesView counter, base::BytesView text);

}  // namespace yht::crypto
