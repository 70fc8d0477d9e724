// A signing key in a cryptographic device behind GM/T 0018 (SDF): SM2, by the index of its key pair. The vendor's
// library is loaded by its path; nothing of it is linked. Decryption is not asked of it: vendors' SDF_InternalDecrypt_ECC
// differ in their arguments.
// Uses: key, device_worker. Used by: key_provider.
#pragma once

#include "gateway/crypto/key.h"
#include "gateway/crypto/provider/key_reference.h"

namespace yht::crypto {

/// `reference.path`: "index=N". Errors: KeyDeviceAbsent (no library, no device), KeyPinRefused, KeyMissing, KeyDeviceSlow,
/// CryptoFailed, ConfigInvalid.
base::Result<std::shared_ptr<const KeyOperations>> openSdfKey(
    const KeyReference& reference, std::string pin, std::int64_t deadline_ms
);

}  // namespace yht::crypto
