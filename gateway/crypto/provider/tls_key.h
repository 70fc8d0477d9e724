// A private key for OpenSSL's TLS. One in memory is taken as it is; for an EC key in a device OpenSSL is given a key whose
// signatures the device makes. RSA and Ed25519 keys in devices stay with message signatures: TLS 1.3 pads RSA in ways
// that OpenSSL 3.0 does before it asks for a raw operation, and has no such hook for Ed25519.
// Uses: key_provider. Used by: trust/tls.
#pragma once

#include <memory>

#include "gateway/crypto/key.h"

namespace yht::crypto {

/// EVP_PKEY, for SSL_CTX_use_PrivateKey. Errors: SignatureAlgorithm where a device keeps a key of another type.
base::Result<std::shared_ptr<void>> tlsHandle(const PrivateKey& key);

}  // namespace yht::crypto
