#include "tools/province-sim/seal.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <stdexcept>

#include "tools/stage/process.h"

namespace yht::province_sim {

namespace {

constexpr int kScalarBytes = 32;  // of P-256

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using EcSignature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

Bio openPem(const std::string& path, std::string& text) {
    auto file = stage::readFile(path);
    if (!file.ok) throw std::runtime_error("can't read " + path);
    text = std::move(file.text);
    return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

std::shared_ptr<X509> loadCertificate(const std::string& path) {
    std::string text;
    const Bio bio = openPem(path, text);
    std::shared_ptr<X509> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free
    );
    if (!certificate) throw std::runtime_error("no certificate in " + path);
    return certificate;
}

std::string fingerprintOf(X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    if (size <= 0) throw std::runtime_error("certificate can't be encoded");
    const std::string hex =
        sha256Hex({reinterpret_cast<char*>(der), static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    return hex;
}

bool isRsa(void* key) {
    return EVP_PKEY_get_base_id(static_cast<EVP_PKEY*>(key)) == EVP_PKEY_RSA;
}
bool isP256(void* key) {
    const auto* pkey = static_cast<EVP_PKEY*>(key);
    return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC && EVP_PKEY_get_bits(pkey) == 256;
}

/// r ‖ s → DER, as OpenSSL wants it; "" where the length is not 64.
std::string derFromRaw(const std::string& raw) {
    if (raw.size() != 2 * kScalarBytes) return {};
    const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
    const EcSignature signature(ECDSA_SIG_new(), ECDSA_SIG_free);
    ECDSA_SIG_set0(
        signature.get(), BN_bin2bn(bytes, kScalarBytes, nullptr),
        BN_bin2bn(bytes + kScalarBytes, kScalarBytes, nullptr)
    );
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &der);
    if (size <= 0) return {};
    std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return text;
}

std::string rawFromDer(const std::string& der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    const EcSignature signature(
        d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())), ECDSA_SIG_free
    );
    if (!signature) throw std::runtime_error("signature can't be read back");
    std::string raw(2 * kScalarBytes, '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kScalarBytes);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kScalarBytes, kScalarBytes);
    return raw;
}

}  // namespace

std::string sha256Hex(std::string_view bytes) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
    return base::toHex({reinterpret_cast<char*>(digest), sizeof digest});
}

SealChecker::SealChecker(const std::string& certificate_pem_path) {
    const auto certificate = loadCertificate(certificate_pem_path);
    fingerprint_ = fingerprintOf(certificate.get());
    key_ = std::shared_ptr<void>(X509_get_pubkey(certificate.get()), [](void* key) {
        EVP_PKEY_free(static_cast<EVP_PKEY*>(key));
    });
    if (!key_ || (!isRsa(key_.get()) && !isP256(key_.get())))
        throw std::runtime_error("neither RSA nor P-256: " + certificate_pem_path);
}

bool SealChecker::verify(std::string_view algorithm, std::string_view text, std::string_view base64)
    const {
    auto signature = base::fromBase64(base64);
    if (!signature) return false;
    const bool rsa = isRsa(key_.get());
    if (algorithm != (rsa ? "RSA-SHA256" : "ECDSA-P256-SHA256")) return false;
    const std::string bytes = rsa ? *signature : derFromRaw(*signature);
    const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    return EVP_DigestVerifyInit(
               context.get(), nullptr, EVP_sha256(), nullptr, static_cast<EVP_PKEY*>(key_.get())
           ) == 1 &&
           EVP_DigestVerify(
               context.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
               reinterpret_cast<const unsigned char*>(text.data()), text.size()
           ) == 1;
}

Sealer::Sealer(const std::string& certificate_pem_path, const std::string& key_pem_path) {
    const auto certificate = loadCertificate(certificate_pem_path);
    fingerprint_ = fingerprintOf(certificate.get());
    std::string text;
    const Bio bio = openPem(key_pem_path, text);
    key_ = std::shared_ptr<void>(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr),
        [](void* key) { EVP_PKEY_free(static_cast<EVP_PKEY*>(key)); }
    );
    if (!key_ || (!isRsa(key_.get()) && !isP256(key_.get())))
        throw std::runtime_error("neither RSA nor P-256: " + key_pem_path);
    if (X509_check_private_key(certificate.get(), static_cast<EVP_PKEY*>(key_.get())) != 1)
        throw std::runtime_error(certificate_pem_path + " and " + key_pem_path + " are no pair");
    is_rsa_ = isRsa(key_.get());
}

std::string Sealer::seal(std::string_view text) const {
    const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    if (EVP_DigestSignInit(
            context.get(), nullptr, EVP_sha256(), nullptr, static_cast<EVP_PKEY*>(key_.get())
        ) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) != 1)
        throw std::runtime_error("signing failed");
    std::string signature(size, '\0');
    if (EVP_DigestSign(
            context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data,
            text.size()
        ) != 1)
        throw std::runtime_error("signing failed");
    signature.resize(size);
    return base::toBase64(is_rsa_ ? signature : rawFromDer(signature));
}

}  // namespace yht::province_sim
