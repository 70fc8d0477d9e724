#include "gateway/crypto/key.h"

#include <openssl/core_names.h>

#include "gateway/crypto/key_forms.h"
#include "gateway/crypto/openssl_error.h"

namespace yht::crypto {
namespace {

constexpr SignatureAlgorithm kAlgorithms[] = {
    SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::Ed25519,         SignatureAlgorithm::RsaPssSha512,
    SignatureAlgorithm::RsaV15Sha256,    SignatureAlgorithm::EcdsaP384Sha384, SignatureAlgorithm::Sm2Sm3};

// Hashing apart and checking the digest costs 8 % less than EVP_DigestVerify, which fetches by
// name.
int verifyDigest(
    EVP_PKEY* key, SignatureAlgorithm algorithm, base::BytesView digest, base::BytesView signature
) {
    const KeyContext context(mustNotFail(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)));
    const auto parameters = paddingOf(algorithm);
    if (EVP_PKEY_verify_init_ex(context.get(), parameters.data()) != 1) return -1;
    return EVP_PKEY_verify(
        context.get(), octets(signature), signature.size(), octets(digest), digest.size()
    );
}

// Ed25519 hashes twice by itself: it wants the text.
int verifyText(EVP_PKEY* key, base::BytesView text, base::BytesView signature) {
    const DigestContext context(mustNotFail(EVP_MD_CTX_new()));
    if (EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key, nullptr) !=
        1)
        return -1;
    return EVP_DigestVerify(
        context.get(), octets(signature), signature.size(), octets(text), text.size()
    );
}

}  // namespace

const char* algorithmName(SignatureAlgorithm algorithm) {
    switch (algorithm) {
        case SignatureAlgorithm::EcdsaP256Sha256: return "ecdsa-p256-sha256";
        case SignatureAlgorithm::Ed25519: return "ed25519";
        case SignatureAlgorithm::RsaPssSha512: return "rsa-pss-sha512";
        case SignatureAlgorithm::RsaV15Sha256: return "rsa-v1_5-sha256";
        case SignatureAlgorithm::EcdsaP384Sha384: return "ecdsa-p384-sha384";
        case SignatureAlgorithm::Sm2Sm3: return "sm2-sm3";
    }
    return "";
}

std::span<const SignatureAlgorithm> signatureAlgorithms() {
    return kAlgorithms;
}

std::optional<SignatureAlgorithm> findAlgorithm(std::string_view name) {
    for (const auto algorithm : kAlgorithms) {
        if (name == algorithmName(algorithm)) return algorithm;
    }
    return std::nullopt;
}

std::size_t signatureBytes(SignatureAlgorithm algorithm) {
    switch (algorithm) {
        case SignatureAlgorithm::EcdsaP256Sha256:
        case SignatureAlgorithm::Ed25519:
        case SignatureAlgorithm::Sm2Sm3: return 64;
        case SignatureAlgorithm::EcdsaP384Sha384: return 96;
        case SignatureAlgorithm::RsaPssSha512:
        case SignatureAlgorithm::RsaV15Sha256: return 0;
    }
    return 0;
}

base::Result<PublicKey> PublicKey::fromHandle(std::shared_ptr<void> handle) {
    if (auto strong = checkStrength(keyOf(handle)); !strong) return std::move(strong).error();
    return PublicKey(std::move(handle));
}

base::Result<PublicKey> PublicKey::fromPem(std::string_view pem) {
    auto handle = decodePem(
        pem, EVP_PKEY_PUBLIC_KEY, {"-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----"}, {}
    );
    if (!handle) return std::move(handle).error();
    return PublicKey(shared(std::move(*handle)));
}

base::Result<PublicKey> PublicKey::fromDer(base::BytesView der) {
    if (der.size() > kKeyTextBytesMax) return refusedKey("key refused: the DER is too long");
    const unsigned char* in = octets(der);
    KeyHandle handle(d2i_PUBKEY(nullptr, &in, static_cast<long>(der.size())));
    if (!handle) return opensslError("the public key can't be read");
    if (in != octets(der) + der.size()) return refusedKey("octets follow the public key");
    return fromHandle(shared(std::move(handle)));
}

base::Result<PublicKey> PublicKey::fromEd25519(base::BytesView raw) {
    if (raw.size() != kEd25519KeyBytes) return refusedKey("an Ed25519 public key has 32 octets");
    KeyHandle handle(
        EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, octets(raw), raw.size())
    );
    if (!handle) return opensslError("the Ed25519 key can't be read");
    return PublicKey(shared(std::move(handle)));
}

bool PublicKey::supports(SignatureAlgorithm algorithm) const {
    return keySupports(keyOf(key_), algorithm);
}

SignatureAlgorithm PublicKey::defaultAlgorithm() const {
    for (const auto algorithm : kAlgorithms) {
        if (supports(algorithm)) return algorithm;
    }
    YHT_ASSERT(false && "checkStrength let a key of unknown type in");
    return SignatureAlgorithm::EcdsaP256Sha256;
}

base::Result<SignatureVerdict> PublicKey::verify(
    SignatureAlgorithm algorithm, base::BytesView data, base::BytesView signature
) const {
    if (!supports(algorithm)) return algorithmRefused(algorithm);
    const auto length = signatureBytes(algorithm);
    if (length != 0 && signature.size() != length) return SignatureVerdict::Invalid;
    int verdict = 0;
    if (algorithm == SignatureAlgorithm::Ed25519) {
        verdict = verifyText(keyOf(key_), data, signature);
    } else {
        const auto digest = digestToSign(algorithm, *this, data);
        const auto text = length == 0 ? base::Bytes(signature) : derFromRaw(signature);
        verdict = verifyDigest(keyOf(key_), algorithm, digest, text);
    }
    if (verdict < 0) return opensslError("the signature check could not run");
    // 0 leaves its reason in the queue; the verdict is all a caller needs, and the next call wants
    // a clean one.
    drainOpensslErrors();
    return verdict == 1 ? SignatureVerdict::Valid : SignatureVerdict::Invalid;
}

base::Bytes PublicKey::toDer() const {
    const int length = i2d_PUBKEY(keyOf(key_), nullptr);
    YHT_ASSERT(length > 0);
    base::Bytes der(static_cast<std::size_t>(length), '\0');
    unsigned char* out = octets(der);
    i2d_PUBKEY(keyOf(key_), &out);
    return der;
}

base::Bytes PublicKey::rawEd25519() const {
    base::Bytes raw(kEd25519KeyBytes, '\0');
    std::size_t length = raw.size();
    mustNotFail(EVP_PKEY_get_raw_public_key(keyOf(key_), octets(raw), &length) == 1);
    YHT_ASSERT(length == kEd25519KeyBytes);
    return raw;
}

base::Bytes PublicKey::point() const {
    // From the coordinates: the key itself may hold its point compressed.
    base::Bytes point(1, '\x04');
    for (const char* name : {OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y}) {
        BIGNUM* coordinate = nullptr;
        mustNotFail(EVP_PKEY_get_bn_param(keyOf(key_), name, &coordinate) == 1);
        base::Bytes text((static_cast<std::size_t>(EVP_PKEY_get_bits(keyOf(key_))) + 7) / 8, '\0');
        mustNotFail(BN_bn2binpad(coordinate, octets(text), static_cast<int>(text.size())) >= 0);
        BN_free(coordinate);
        point += text;
    }
    return point;
}

}  // namespace yht::crypto
