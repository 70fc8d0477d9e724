#include "gateway/crypto/aead.h"

#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/openssl_handles.h"

namespace yht::crypto {
namespace {

const EVP_CIPHER* aes256Gcm() {
    static const EVP_CIPHER* const algorithm =
        mustNotFail(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
    return algorithm;
}

// A context of its own each time: freeing it wipes the key schedule, which a context kept by the
// thread would leave lying about.
CipherContext newContext() {
    return CipherContext(mustNotFail(EVP_CIPHER_CTX_new()));
}

int size(base::BytesView bytes) {
    YHT_ASSERT(bytes.size() <= 0x7fffffff);
    return static_cast<int>(bytes.size());
}

base::Error notWhatWasSealed() {
    drainOpensslErrors();
    return base::makeError(
        base::ErrorCode::CryptoFailed,
        "AES-256-GCM: text, key or aad is not the one that was sealed"
    );
}

}  // namespace

base::Bytes seal(
    base::BytesView key, base::BytesView aad, base::BytesView plaintext, base::Random& random
) {
    YHT_ASSERT(key.size() == kAeadKeyBytes);
    const base::Bytes nonce = random.bytes(kAeadNonceBytes);
    const CipherContext context = newContext();
    mustNotFail(
        EVP_EncryptInit_ex2(
            context.get(), aes256Gcm(), octets(key), octets(base::BytesView(nonce)), nullptr
        ) == 1
    );
    int written = 0;
    mustNotFail(EVP_EncryptUpdate(context.get(), nullptr, &written, octets(aad), size(aad)) == 1);

    base::Bytes sealed(kAeadNonceBytes + plaintext.size() + kAeadTagBytes, '\0');
    sealed.replace(0, kAeadNonceBytes, nonce);
    unsigned char* text = octets(sealed) + kAeadNonceBytes;
    mustNotFail(
        EVP_EncryptUpdate(context.get(), text, &written, octets(plaintext), size(plaintext)) == 1
    );
    int rest = 0;
    mustNotFail(EVP_EncryptFinal_ex(context.get(), text + written, &rest) == 1);
    mustNotFail(
        EVP_CIPHER_CTX_ctrl(
            context.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagBytes, text + plaintext.size()
        ) == 1
    );
    return sealed;
}

base::Result<base::Bytes> open(base::BytesView key, base::BytesView aad, base::BytesView sealed) {
    YHT_ASSERT(key.size() == kAeadKeyBytes);
    if (sealed.size() < kAeadNonceBytes + kAeadTagBytes) return notWhatWasSealed();
    const base::BytesView nonce = sealed.substr(0, kAeadNonceBytes);
    const base::BytesView text =
        sealed.substr(kAeadNonceBytes, sealed.size() - kAeadNonceBytes - kAeadTagBytes);
    base::Bytes tag(sealed.substr(sealed.size() - kAeadTagBytes));

    const CipherContext context = newContext();
    int written = 0;
    base::Bytes plaintext(text.size(), '\0');
    mustNotFail(
        EVP_DecryptInit_ex2(context.get(), aes256Gcm(), octets(key), octets(nonce), nullptr) == 1
    );
    mustNotFail(EVP_DecryptUpdate(context.get(), nullptr, &written, octets(aad), size(aad)) == 1);
    mustNotFail(
        EVP_DecryptUpdate(context.get(), octets(plaintext), &written, octets(text), size(text)) == 1
    );
    mustNotFail(
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagBytes, tag.data()) == 1
    );
    int rest = 0;
    if (EVP_DecryptFinal_ex(context.get(), octets(plaintext) + written, &rest) != 1) {
        return notWhatWasSealed();
    }
    return plaintext;
}

}  // namespace yht::crypto
