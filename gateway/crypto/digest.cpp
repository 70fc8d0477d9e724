#include "gateway/crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "gateway/crypto/openssl_handles.h"

namespace yht::crypto {
namespace {

// One context a thread, kept: re-initialising it for the same algorithm allocates nothing.
base::Bytes digestOnce(const EVP_MD* algorithm, DigestContext& context, base::BytesView data) {
    if (!context) context.reset(mustNotFail(EVP_MD_CTX_new()));
    base::Bytes digest(static_cast<std::size_t>(EVP_MD_get_size(algorithm)), '\0');
    mustNotFail(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
    mustNotFail(EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1);
    mustNotFail(EVP_DigestFinal_ex(context.get(), octets(digest), nullptr) == 1);
    return digest;
}

EVP_MD_CTX* contextOf(void* context) {
    return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

const EVP_MD* sha256Algorithm() {
    static const EVP_MD* const algorithm = mustNotFail(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    return algorithm;
}

const EVP_MD* sha512Algorithm() {
    static const EVP_MD* const algorithm = mustNotFail(EVP_MD_fetch(nullptr, "SHA512", nullptr));
    return algorithm;
}

base::Bytes sha256(base::BytesView data) {
    thread_local DigestContext context;
    return digestOnce(sha256Algorithm(), context, data);
}

base::Bytes sha512(base::BytesView data) {
    thread_local DigestContext context;
    return digestOnce(sha512Algorithm(), context, data);
}

Sha256::Sha256() : context_(mustNotFail(EVP_MD_CTX_new())) {
    mustNotFail(EVP_DigestInit_ex2(contextOf(context_), sha256Algorithm(), nullptr) == 1);
}

Sha256::~Sha256() {
    EVP_MD_CTX_free(contextOf(context_));
}

Sha256& Sha256::update(base::BytesView data) {
    mustNotFail(EVP_DigestUpdate(contextOf(context_), data.data(), data.size()) == 1);
    return *this;
}

base::Bytes Sha256::finish() {
    YHT_ASSERT(context_);  // OpenSSL 3.0 would answer a second finish with the digest of something else
    base::Bytes digest(32, '\0');
    mustNotFail(EVP_DigestFinal_ex(contextOf(context_), octets(digest), nullptr) == 1);
    EVP_MD_CTX_free(contextOf(context_));
    context_ = nullptr;
    return digest;
}

base::Bytes hmacSha256(base::BytesView key, base::BytesView data) {
    static EVP_MAC* const algorithm = mustNotFail(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    thread_local MacContext context;
    if (!context) context.reset(mustNotFail(EVP_MAC_CTX_new(algorithm)));
    char digest_name[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
        OSSL_PARAM_construct_end()};
    mustNotFail(EVP_MAC_init(context.get(), octets(key), key.size(), parameters) == 1);
    mustNotFail(EVP_MAC_update(context.get(), octets(data), data.size()) == 1);
    base::Bytes mac(32, '\0');
    std::size_t length = 0;
    mustNotFail(EVP_MAC_final(context.get(), octets(mac), &length, mac.size()) == 1);
    YHT_ASSERT(length == mac.size());
    return mac;
}

base::Bytes hkdfSha256(base::BytesView key, base::BytesView salt, base::BytesView info) {
    // RFC 5869 section 2.2: no salt is a salt of zeros, which HMAC pads an empty key to.
    const auto extracted = hmacSha256(salt, key);
    return hmacSha256(extracted, base::Bytes(info) + '\x01');
}

}  // namespace yht::crypto
