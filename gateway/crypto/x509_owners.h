// Owners for OpenSSL's X.509 objects, and what is read from them everywhere. Uses: openssl_handles. Used by: the .cpp files of
// this room only; never by another header.
#pragma once

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <ctime>
#include <optional>

#include "gateway/base/bytes.h"
#include "gateway/base/time_text.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/openssl_handles.h"

namespace yht::crypto::x509 {

struct FreeX509Stack {
    void operator()(STACK_OF(X509)* certificates) const { sk_X509_pop_free(certificates, X509_free); }
};
using X509Handle = std::unique_ptr<X509, OpensslFree<X509_free>>;
using X509Stack = std::unique_ptr<STACK_OF(X509), FreeX509Stack>;
using X509Store = std::unique_ptr<X509_STORE, OpensslFree<X509_STORE_free>>;
using X509StoreContext = std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>>;

/// Null where it can't be read, or something follows it.
inline X509Handle readCertificate(base::BytesView der) {
    const unsigned char* in = octets(der);
    X509Handle certificate(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
    drainOpensslErrors();
    if (in != octets(der) + der.size()) certificate.reset();
    return certificate;
}

inline base::Bytes derOf(X509* certificate) {
    base::Bytes der(static_cast<std::size_t>(std::max(0, i2d_X509(certificate, nullptr))), '\0');
    unsigned char* out = octets(der);
    i2d_X509(certificate, &out);
    return der;
}

/// UTF-8 stays readable; control characters and RFC 2253 specials are escaped, so it is one line.
inline std::string nameText(const X509_NAME* name) {
    const Memory memory = writeToMemory();
    X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    return contentOf(memory);
}

inline std::optional<base::UnixMillis> millisOf(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    return base::fromCivil(
        {.year = parts.tm_year + 1900,
         .month = parts.tm_mon + 1,
         .day = parts.tm_mday,
         .hour = parts.tm_hour,
         .minute = parts.tm_min,
         .second = parts.tm_sec},
        0
    );
}

}  // namespace yht::crypto::x509
