#include "gateway/crypto/certificate.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/openssl_handles.h"
#include "gateway/crypto/sm2.h"

namespace yht::crypto {
namespace {

constexpr std::size_t kCertificateBytesMax = 64 * 1024;
constexpr int kAlternativeNamesMax = 256;
constexpr std::string_view kPemLabel = "-----BEGIN CERTIFICATE-----";

X509* certificateOf(const std::shared_ptr<void>& handle) {
    return static_cast<X509*>(handle.get());
}

std::shared_ptr<void> shared(X509* certificate) {
    return std::shared_ptr<void>(certificate, [](void* held) {
        X509_free(static_cast<X509*>(held));
    });
}

base::Error refused(const char* why) {
    drainOpensslErrors();
    return base::makeError(base::ErrorCode::CryptoFailed, why);
}

// UTF-8 stays readable; control characters and RFC 2253 specials are escaped, so it is one line.
std::string nameText(const X509_NAME* name) {
    const Memory memory = writeToMemory();
    X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    return contentOf(memory);
}

std::optional<base::UnixMillis> millisOf(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
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

std::string serialText(const X509* certificate) {
    const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate);
    return base::toHex(
        {reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)),
         static_cast<std::size_t>(ASN1_STRING_length(serial))}
    );
}

std::string addressText(const ASN1_OCTET_STRING* address) {
    char text[INET6_ADDRSTRLEN] = {};
    const int length = ASN1_STRING_length(address);
    const int family = length == 4 ? AF_INET : length == 16 ? AF_INET6 : AF_UNSPEC;
    if (family == AF_UNSPEC) return {};
    return inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof text) ? text : "";
}

/// Who checks its signature needs the user id, which stands nowhere in a certificate: GM/T 0009 gives one.
void nameSm2User(X509* certificate) {
    if (X509_get_signature_nid(certificate) != NID_SM2_with_SM3) return;
    ASN1_OCTET_STRING* id = mustNotFail(ASN1_OCTET_STRING_new());
    mustNotFail(ASN1_OCTET_STRING_set(id, octets(kSm2UserId), static_cast<int>(kSm2UserId.size())) == 1);
    X509_set0_distinguishing_id(certificate, id);
}

std::vector<std::string> alternativeNamesOf(const X509* certificate) {
    std::vector<std::string> texts;
    auto* names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)
    );
    const int count = std::min(sk_GENERAL_NAME_num(names), kAlternativeNamesMax);
    for (int index = 0; index < count; ++index) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, index);
        if (name->type == GEN_DNS) {
            texts.emplace_back(
                reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))
            );
        } else if (name->type == GEN_IPADD) {
            texts.push_back(addressText(name->d.iPAddress));
        }
    }
    GENERAL_NAMES_free(names);
    return texts;
}

}  // namespace

base::Result<Certificate> Certificate::fromPem(std::string_view pem) {
    pem.remove_prefix(std::min(pem.find_first_not_of(" \t\r\n"), pem.size()));
    // OpenSSL would skip to the first block anywhere: a DER file with a PEM text inside must not be
    // read as it.
    if (!pem.starts_with(kPemLabel)) {
        return refused("the text does not begin with -----BEGIN CERTIFICATE-----");
    }
    const auto end = pem.find("-----END CERTIFICATE-----");
    if (std::min(end, pem.size()) > kCertificateBytesMax)
        return refused("the certificate is too long");
    const Memory input = readFrom(pem);
    X509* certificate = PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr);
    if (!certificate) return opensslError("the certificate can't be read");
    return fromHandle(shared(certificate));
}

base::Result<Certificate> Certificate::fromDer(base::BytesView der) {
    if (der.size() > kCertificateBytesMax) return refused("the certificate is too long");
    const unsigned char* in = octets(der);
    X509* certificate = d2i_X509(nullptr, &in, static_cast<long>(der.size()));
    if (!certificate) return opensslError("the certificate can't be read");
    auto handle = shared(certificate);
    if (in != octets(der) + der.size()) return refused("octets follow the certificate");
    return fromHandle(std::move(handle));
}

base::Result<Certificate> Certificate::fromHandle(std::shared_ptr<void> handle) {
    X509* const x509 = certificateOf(handle);
    Certificate certificate;
    certificate.handle_ = std::move(handle);
    certificate.fingerprint_ = base::toHex(sha256(certificate.toDer()));
    certificate.subject_ = nameText(X509_get_subject_name(x509));
    certificate.issuer_ = nameText(X509_get_issuer_name(x509));
    certificate.serial_hex_ = serialText(x509);
    const auto not_before = millisOf(X509_get0_notBefore(x509));
    const auto not_after = millisOf(X509_get0_notAfter(x509));
    if (!not_before || !not_after) return refused("the certificate's dates can't be read");
    certificate.not_before_ms_ = *not_before;
    certificate.not_after_ms_ = *not_after;
    certificate.alternative_names_ = alternativeNamesOf(x509);
    nameSm2User(x509);

    EVP_PKEY* const key = X509_get_pubkey(x509);
    if (!key) return opensslError("the certificate's key can't be read");
    auto public_key = PublicKey::fromHandle(std::shared_ptr<void>(key, [](void* held) {
        EVP_PKEY_free(static_cast<EVP_PKEY*>(held));
    }));
    if (!public_key) return std::move(public_key).error();
    certificate.public_key_ = std::make_shared<const PublicKey>(std::move(*public_key));
    drainOpensslErrors();
    return certificate;
}

base::Bytes Certificate::subjectKeyIdentifier() const {
    const ASN1_OCTET_STRING* identifier = X509_get0_subject_key_id(certificateOf(handle_));
    if (identifier == nullptr) return {};
    return {
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(identifier)),
        static_cast<std::size_t>(ASN1_STRING_length(identifier))};
}

base::Bytes Certificate::sha1Thumbprint() const {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    mustNotFail(X509_digest(certificateOf(handle_), EVP_sha1(), digest, &length) == 1);
    return {reinterpret_cast<const char*>(digest), length};
}

std::string Certificate::toPem() const {
    const Memory memory = writeToMemory();
    mustNotFail(PEM_write_bio_X509(memory.get(), certificateOf(handle_)) == 1);
    return contentOf(memory);
}

base::Bytes Certificate::toDer() const {
    base::Bytes der(static_cast<std::size_t>(i2d_X509(certificateOf(handle_), nullptr)), '\0');
    unsigned char* out = octets(der);
    i2d_X509(certificateOf(handle_), &out);
    return der;
}

bool Certificate::isSignedBy(const Certificate& issuer) const {
    X509* const mine = certificateOf(handle_);
    EVP_PKEY* const key = X509_get0_pubkey(certificateOf(issuer.handle_));
    const bool signed_by = key && X509_verify(mine, key) == 1;
    drainOpensslErrors();
    return signed_by;
}

}  // namespace yht::crypto
