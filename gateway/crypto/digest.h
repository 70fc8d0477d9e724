// Message digests. The only folder that includes <openssl/…> is this one.
// Uses: base. Used by: ledger, trust, ticket's callers, tools.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "gateway/base/bytes.h"

namespace yht::crypto {

/// SHA-256 (FIPS 180-4). 32 octets.
base::Bytes sha256(base::BytesView data);
base::Bytes sha512(base::BytesView data);

/// Several pieces hashed as one string, without joining them in memory.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    Sha256& update(base::BytesView data);
    /// Once only.
    base::Bytes finish();

private:
    void* context_;  // EVP_MD_CTX, owned
};

/// HMAC-SHA-256 (RFC 2104).
base::Bytes hmacSha256(base::BytesView key, base::BytesView data);

/// HKDF-SHA-256 (RFC 5869): the first 32 octets of its output, which are all that our keys need.
base::Bytes hkdfSha256(base::BytesView key, base::BytesView salt, base::BytesView info);

}  // namespace yht::crypto
