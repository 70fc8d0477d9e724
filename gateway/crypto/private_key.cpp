// Keys in this process' memory; keys in devices have files of their own.
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "gateway/crypto/key.h"
#include "gateway/crypto/key_forms.h"
#include "gateway/crypto/openssl_error.h"

namespace yht::crypto {

class MemoryKey final : public KeyOperations {
public:
    explicit MemoryKey(KeyHandle handle) : key_(shared(std::move(handle))), public_key_(publicHalf(key_)) {}

    PublicKey publicKey() const override { return public_key_; }
    base::Result<base::Bytes> sign(SignatureAlgorithm algorithm, base::BytesView prepared) const override;
    base::Result<base::Bytes> decrypt(base::BytesView sealed) const override;
    std::shared_ptr<void> inMemory() const override { return key_; }

private:
    static PublicKey publicHalf(const std::shared_ptr<void>& key);
    base::Result<base::Bytes> signText(base::BytesView text) const;
    base::Result<base::Bytes> signDigest(SignatureAlgorithm algorithm, base::BytesView digest) const;

    const std::shared_ptr<void> key_;
    const PublicKey public_key_;
};

namespace {

base::Result<PrivateKey> inMemory(KeyHandle handle) {
    return PrivateKey(std::make_shared<const MemoryKey>(std::move(handle)));
}

}  // namespace

PublicKey MemoryKey::publicHalf(const std::shared_ptr<void>& key) {
    // By way of its DER, so that a PublicKey never holds the private half.
    auto half = PublicKey::fromDer(PublicKey(key).toDer());
    YHT_ASSERT(half.ok());
    return std::move(*half);
}

base::Result<base::Bytes> MemoryKey::sign(SignatureAlgorithm algorithm, base::BytesView prepared) const {
    if (algorithm == SignatureAlgorithm::Ed25519) return signText(prepared);
    auto signature = signDigest(algorithm, prepared);
    const auto length = signatureBytes(algorithm);
    if (!signature.ok() || length == 0) return signature;
    return rawFromDer(*signature, length / 2);
}

base::Result<base::Bytes> MemoryKey::signText(base::BytesView text) const {
    const DigestContext context(mustNotFail(EVP_MD_CTX_new()));
    base::Bytes signature(signatureBytes(SignatureAlgorithm::Ed25519), '\0');
    std::size_t length = signature.size();
    if (EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, keyOf(key_), nullptr) != 1 ||
        EVP_DigestSign(context.get(), octets(signature), &length, octets(text), text.size()) != 1) {
        return opensslError("signing failed");
    }
    return signature;
}

base::Result<base::Bytes> MemoryKey::signDigest(SignatureAlgorithm algorithm, base::BytesView digest) const {
    const KeyContext context(mustNotFail(EVP_PKEY_CTX_new_from_pkey(nullptr, keyOf(key_), nullptr)));
    const auto parameters = paddingOf(algorithm);
    std::size_t length = 0;
    if (EVP_PKEY_sign_init_ex(context.get(), parameters.data()) != 1 ||
        EVP_PKEY_sign(context.get(), nullptr, &length, octets(digest), digest.size()) != 1) {
        return opensslError("signing can't be set up");
    }
    base::Bytes signature(length, '\0');
    if (EVP_PKEY_sign(context.get(), octets(signature), &length, octets(digest), digest.size()) != 1) {
        return opensslError("signing failed");
    }
    signature.resize(length);
    return signature;
}

base::Result<base::Bytes> MemoryKey::decrypt(base::BytesView sealed) const {
    if (!public_key_.supports(SignatureAlgorithm::Sm2Sm3)) return algorithmRefused(SignatureAlgorithm::Sm2Sm3);
    const KeyContext context(mustNotFail(EVP_PKEY_CTX_new_from_pkey(nullptr, keyOf(key_), nullptr)));
    std::size_t length = 0;
    if (EVP_PKEY_decrypt_init(context.get()) != 1 ||
        EVP_PKEY_decrypt(context.get(), nullptr, &length, octets(sealed), sealed.size()) != 1) {
        return opensslError("the text is no SM2Cipher");
    }
    base::Bytes text(length, '\0');
    if (EVP_PKEY_decrypt(context.get(), octets(text), &length, octets(sealed), sealed.size()) != 1) {
        return opensslError("the text was not encrypted to this key");
    }
    text.resize(length);
    return text;
}

base::Result<PrivateKey> PrivateKey::fromPem(std::string_view pem, std::string_view passphrase) {
    auto handle = decodePem(
        pem, EVP_PKEY_KEYPAIR,
        {"-----BEGIN PRIVATE KEY-----", "-----BEGIN ENCRYPTED PRIVATE KEY-----", "-----BEGIN EC PRIVATE KEY-----",
         "-----BEGIN EC PARAMETERS-----", "-----BEGIN SM2 PARAMETERS-----", "-----BEGIN SM2 PRIVATE KEY-----",
         "-----BEGIN RSA PRIVATE KEY-----"},
        passphrase
    );
    if (!handle) return std::move(handle).error();
    return inMemory(std::move(*handle));
}

base::Result<PrivateKey> PrivateKey::fromEd25519Seed(base::BytesView seed) {
    if (seed.size() != kEd25519KeyBytes) return refusedKey("an Ed25519 seed has 32 octets");
    KeyHandle handle(
        EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, octets(seed), seed.size())
    );
    if (!handle) return opensslError("the Ed25519 seed can't be read");
    return inMemory(std::move(handle));
}

base::Result<PrivateKey> PrivateKey::generate(SignatureAlgorithm algorithm) {
    EVP_PKEY* key = nullptr;
    switch (algorithm) {
        case SignatureAlgorithm::EcdsaP256Sha256:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
            break;
        case SignatureAlgorithm::EcdsaP384Sha384:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384");
            break;
        case SignatureAlgorithm::Sm2Sm3:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2");
            break;
        case SignatureAlgorithm::Ed25519:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
            break;
        case SignatureAlgorithm::RsaPssSha512:
        case SignatureAlgorithm::RsaV15Sha256:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(kRsaBitsMin));
            break;
    }
    if (!key) return opensslError("no key could be generated");
    return inMemory(KeyHandle(key));
}

base::Result<base::Bytes> PrivateKey::sign(SignatureAlgorithm algorithm, base::BytesView data) const {
    const auto key = publicKey();
    if (!key.supports(algorithm)) return algorithmRefused(algorithm);
    if (algorithm == SignatureAlgorithm::Ed25519) return operations_->sign(algorithm, data);
    return operations_->sign(algorithm, digestToSign(algorithm, key, data));
}

std::string PrivateKey::toPem() const {
    const auto key = operations_->inMemory();
    YHT_ASSERT(key != nullptr);
    const Memory memory = writeToMemory();
    mustNotFail(
        PEM_write_bio_PKCS8PrivateKey(memory.get(), keyOf(key), nullptr, nullptr, 0, nullptr, nullptr) == 1
    );
    return contentOf(memory);
}

}  // namespace yht::crypto
