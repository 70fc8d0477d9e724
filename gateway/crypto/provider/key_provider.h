// Opens a private key from its reference, wherever it is kept. A reference stands in the configuration in place of a
// file name:
//   gateway.key                                    PEM, unencrypted; a file that others can read is refused
//   gateway.key?pin-source=credential:gateway-key  PKCS#8 encrypted under a passphrase
//   pkcs11:token=gateway;object=sign?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/yihaotong/pin
//                                                  RFC 7512; without module-path: every module that p11-kit knows
//   sdf:index=1?module-path=/opt/vendor/libsdf.so&pin-source=env:SDF_PIN
//                                                  a device behind GM/T 0018, SM2 only
// pin-source names where the passphrase or PIN is, never what it is:
//   env:NAME   file:/PATH (others can't read it)   credential:NAME (systemd's LoadCredential, $CREDENTIALS_DIRECTORY)
// Why a key can't be used has a code of its own: KeyDeviceAbsent, KeyPinRefused, KeyMissing, KeyDeviceSlow.
// Uses: key, p11-kit (inside). Used by: app, tools.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/crypto/key.h"

namespace yht::crypto {

/// A device that takes longer for one answer is given up for that call.
inline constexpr std::int64_t kKeyDeviceDeadlineMs = 3000;

/// Whether `reference` names a device, not a file.
bool isDeviceReference(std::string_view reference);
/// The file of a reference without what follows "?". Requires: !isDeviceReference(reference).
std::string fileOfReference(std::string_view reference);

/// Errors: IoFailed, ConfigInvalid (the reference or the file's mode), CryptoFailed, the "key.*" rows; each detail names
/// the reference without its pin-source, never a secret.
base::Result<PrivateKey> openPrivateKey(
    const std::string& reference, std::int64_t device_deadline_ms = kKeyDeviceDeadlineMs
);

/// The passphrase or PIN that a pin-source names, its last line end removed. Errors: KeyPinRefused where it is not there
/// or can't be read by us alone; ConfigInvalid where the reference is none of the three.
base::Result<std::string> readPinSource(std::string_view source);
/// The whole of a file of at most 64 KiB that others can't read. Errors: IoFailed, ConfigInvalid with the command that
/// mends it.
base::Result<std::string> readPrivateFile(const std::string& path);

}  // namespace yht::crypto
