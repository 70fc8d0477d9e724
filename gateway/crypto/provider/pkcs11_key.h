// A private key in a PKCS#11 token, found by an RFC 7512 URI. EC P-256 and P-384, RSA, Ed25519.
// A token that goes away and comes back is taken up again by the next call.
// Uses: key, device_worker, p11-kit (inside). Used by: key_provider.
#pragma once

#include "gateway/crypto/key.h"
#include "gateway/crypto/provider/key_reference.h"

namespace yht::crypto {

/// Errors: KeyDeviceAbsent (no module, no such token), KeyPinRefused, KeyMissing (no or several private keys by that name,
/// or no public key object beside it), KeyDeviceSlow, CryptoFailed, ConfigInvalid.
base::Result<std::shared_ptr<const KeyOperations>> openPkcs11Key(
    const KeyReference& reference, std::string pin, std::int64_t deadline_ms
);

}  // namespace yht::crypto
