// How many rounds of key derivation an encrypted file asks for: a stranger's file must not cost minutes.
// Uses: OpenSSL. Used by: the .cpp files of this room only.
#pragma once

#include <openssl/x509.h>

#include <cstdint>

namespace yht::crypto {

/// Of PBES2 with PBKDF2, and of the older PBE with its own count; INT64_MAX where the count can't be read, 0 where there is none.
std::int64_t derivationRounds(const X509_ALGOR* algorithm);

}  // namespace yht::crypto
