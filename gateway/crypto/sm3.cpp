#include "gateway/crypto/sm3.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "gateway/crypto/openssl_handles.h"

namespace yht::crypto {
namespace {

constexpr std::size_t kSm3Bytes = 32;

const EVP_MD* sm3Algorithm() {
    static const EVP_MD* const algorithm = mustNotFail(EVP_MD_fetch(nullptr, "SM3", nullptr));
    return algorithm;
}

EVP_MAC* hmacAlgorithm() {
    static EVP_MAC* const algorithm = mustNotFail(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    return algorithm;
}

}  // namespace

base::Bytes sm3(base::BytesView first, base::BytesView second) {
    const DigestContext context(mustNotFail(EVP_MD_CTX_new()));
    mustNotFail(EVP_DigestInit_ex2(context.get(), sm3Algorithm(), nullptr) == 1);
    mustNotFail(EVP_DigestUpdate(context.get(), octets(first), first.size()) == 1);
    mustNotFail(EVP_DigestUpdate(context.get(), octets(second), second.size()) == 1);
    base::Bytes digest(kSm3Bytes, '\0');
    mustNotFail(EVP_DigestFinal_ex(context.get(), octets(digest), nullptr) == 1);
    return digest;
}

base::Bytes hmacSm3(base::BytesView key, base::BytesView first, base::BytesView second, base::BytesView third) {
    static char name[] = "SM3";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end()};
    const MacContext context(mustNotFail(EVP_MAC_CTX_new(hmacAlgorithm())));
    mustNotFail(EVP_MAC_init(context.get(), octets(key), key.size(), parameters) == 1);
    for (const auto part : {first, second, third}) {
        mustNotFail(EVP_MAC_update(context.get(), octets(part), part.size()) == 1);
    }
    base::Bytes mac(kSm3Bytes, '\0');
    std::size_t length = mac.size();
    mustNotFail(EVP_MAC_final(context.get(), octets(mac), &length, mac.size()) == 1);
    YHT_ASSERT(length == kSm3Bytes);
    return mac;
}

base::Bytes hkdfSm3(base::BytesView key, base::BytesView salt, base::BytesView info, std::size_t length) {
    YHT_ASSERT(length <= 255 * kSm3Bytes);
    const base::Bytes no_salt(kSm3Bytes, '\0');
    const auto extracted = hmacSm3(salt.empty() ? base::BytesView(no_salt) : salt, key);
    base::Bytes out, block;
    for (unsigned char counter = 1; out.size() < length; ++counter) {
        block = hmacSm3(extracted, block, info, base::BytesView(reinterpret_cast<const char*>(&counter), 1));
        out += block;
    }
    out.resize(length);
    return out;
}

}  // namespace yht::crypto
