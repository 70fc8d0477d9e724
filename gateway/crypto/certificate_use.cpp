#include "gateway/crypto/certificate_use.h"

#include <openssl/x509v3.h>

#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/openssl_handles.h"

namespace yht::crypto {
namespace {

/// All bits where the certificate has no keyUsage: it is not restricted.
std::uint32_t usageOf(const Certificate& certificate) {
    const auto der = certificate.toDer();
    const unsigned char* in = octets(base::BytesView(der));
    X509* const x509 = mustNotFail(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
    const std::uint32_t usage = X509_get_key_usage(x509);
    X509_free(x509);
    drainOpensslErrors();
    return usage;
}

}  // namespace

bool maySign(const Certificate& certificate) {
    return (usageOf(certificate) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

bool mayEncrypt(const Certificate& certificate) {
    return (usageOf(certificate) & (KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT | KU_KEY_AGREEMENT)) != 0;
}

bool isEncryptionOnly(const Certificate& certificate) {
    return mayEncrypt(certificate) && !maySign(certificate);
}

}  // namespace yht::crypto
