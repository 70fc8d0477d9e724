#include "gateway/crypto/cipher_suite.h"

#include <openssl/crypto.h>

#include "gateway/base/assert.h"
#include "gateway/crypto/sm3.h"
#include "gateway/crypto/sm4.h"

namespace yht::crypto {
namespace {

constexpr std::size_t kMacKeyBytes = 32;

struct SuiteRow {
    CipherSuite suite;
    const char* name;
};
constexpr SuiteRow kSuites[] = {
    {CipherSuite::Aes256Gcm, "aes-256-gcm"}, {CipherSuite::Sm4CtrHmacSm3, "sm4-ctr-hmac-sm3"}};

/// The keys of one text.
struct TextKeys {
    TextKeys(base::BytesView key, base::BytesView nonce)
        : both_(hkdfSm3(key, nonce, "yht sm4-ctr-hmac-sm3 v1", kSm4KeyBytes + kMacKeyBytes)) {}
    ~TextKeys() { OPENSSL_cleanse(both_.data(), both_.size()); }
    TextKeys(const TextKeys&) = delete;
    TextKeys& operator=(const TextKeys&) = delete;

    base::Bytes crypt(base::BytesView text) const {
        const base::Bytes counter(kSm4BlockBytes, '\0');
        return sm4Ctr(base::BytesView(both_).substr(0, kSm4KeyBytes), counter, text);
    }
    base::Bytes tag(base::BytesView aad, base::BytesView nonce_and_text) const {
        base::Bytes head;
        base::appendU64(head, aad.size());
        auto mac = hmacSm3(base::BytesView(both_).substr(kSm4KeyBytes), head, aad, nonce_and_text);
        mac.resize(kAeadTagBytes);
        return mac;
    }

private:
    base::Bytes both_;
};

base::Bytes sealSm4(base::BytesView key, base::BytesView aad, base::BytesView plaintext, base::Random& random) {
    base::Bytes sealed = random.bytes(kAeadNonceBytes);
    const TextKeys keys(key, sealed);
    sealed.reserve(sealed.size() + plaintext.size() + kAeadTagBytes);
    sealed += keys.crypt(plaintext);
    sealed += keys.tag(aad, sealed);
    return sealed;
}

base::Result<base::Bytes> openSm4(base::BytesView key, base::BytesView aad, base::BytesView sealed) {
    const auto refused = [] {
        return base::makeError(
            base::ErrorCode::CryptoFailed, "SM4-CTR with HMAC-SM3: text, key or aad is not the one that was sealed"
        );
    };
    if (sealed.size() < kAeadNonceBytes + kAeadTagBytes) return refused();
    const TextKeys keys(key, sealed.substr(0, kAeadNonceBytes));
    const auto nonce_and_text = sealed.substr(0, sealed.size() - kAeadTagBytes);
    const auto tag = keys.tag(aad, nonce_and_text);
    // In a time that does not tell how many octets fit; and before anything is decrypted.
    if (CRYPTO_memcmp(tag.data(), sealed.data() + nonce_and_text.size(), kAeadTagBytes) != 0) return refused();
    return keys.crypt(nonce_and_text.substr(kAeadNonceBytes));
}

}  // namespace

const char* cipherSuiteName(CipherSuite suite) {
    for (const auto& row : kSuites) {
        if (row.suite == suite) return row.name;
    }
    return "";
}

std::optional<CipherSuite> findCipherSuite(std::string_view name) {
    for (const auto& row : kSuites) {
        if (name == row.name) return row.suite;
    }
    return std::nullopt;
}

base::Bytes sealWith(
    CipherSuite suite, base::BytesView key, base::BytesView aad, base::BytesView plaintext, base::Random& random
) {
    YHT_ASSERT(key.size() == kAeadKeyBytes);
    return suite == CipherSuite::Aes256Gcm ? seal(key, aad, plaintext, random) : sealSm4(key, aad, plaintext, random);
}

base::Result<base::Bytes> openWith(
    CipherSuite suite, base::BytesView key, base::BytesView aad, base::BytesView sealed
) {
    YHT_ASSERT(key.size() == kAeadKeyBytes);
    return suite == CipherSuite::Aes256Gcm ? open(key, aad, sealed) : openSm4(key, aad, sealed);
}

}  // namespace yht::crypto
