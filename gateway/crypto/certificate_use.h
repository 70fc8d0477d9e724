// What a certificate's keyUsage (RFC 5280 section 4.2.1.3) lets its key do, as the pairs of GM/T 0015 use it: one
// certificate signs (签名证书), the other is encrypted to (加密证书). Uses: certificate. Used by: trust, app.
#pragma once

#include "gateway/crypto/certificate.h"

namespace yht::crypto {

/// keyUsage has digitalSignature or nonRepudiation, or there is no keyUsage.
bool maySign(const Certificate& certificate);
/// keyUsage has keyEncipherment, dataEncipherment or keyAgreement, or there is no keyUsage.
bool mayEncrypt(const Certificate& certificate);
/// The encryption half of a pair: encrypts and does not sign.
bool isEncryptionOnly(const Certificate& certificate);

}  // namespace yht::crypto
