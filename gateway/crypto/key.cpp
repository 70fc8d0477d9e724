#include "gateway/crypto/key.h"

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/openssl_handles.h"

namespace yht::crypto {
namespace {

constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;
constexpr std::size_t kKeyTextBytesMax = 64 * 1024;
constexpr std::size_t kEcdsaHalfBytes = 32;
constexpr std::size_t kEd25519KeyBytes = 32;
constexpr int kPssSaltBytes = 64;

struct AlgorithmRow {
    SignatureAlgorithm algorithm;
    const char* name;
};
constexpr AlgorithmRow kAlgorithms[] = {
    {SignatureAlgorithm::EcdsaP256Sha256, "ecdsa-p256-sha256"},
    {SignatureAlgorithm::Ed25519, "ed25519"},
    {SignatureAlgorithm::RsaPssSha512, "rsa-pss-sha512"},
    {SignatureAlgorithm::RsaV15Sha256, "rsa-v1_5-sha256"},
};

EVP_PKEY* keyOf(const std::shared_ptr<void>& handle) {
    return static_cast<EVP_PKEY*>(handle.get());
}

std::shared_ptr<void> shared(KeyHandle handle) {
    return std::shared_ptr<void>(handle.release(), [](void* key) {
        EVP_PKEY_free(static_cast<EVP_PKEY*>(key));
    });
}

base::Error refusedKey(const char* why) {
    drainOpensslErrors();
    return base::makeError(base::ErrorCode::CryptoFailed, why);
}

// The one gate for keys of every origin: nothing weaker than this gets into a PublicKey.
base::Status checkStrength(EVP_PKEY* key) {
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_ED25519:
            return {};
        case EVP_PKEY_EC: {
            char curve[64] = {};
            std::size_t length = 0;
            if (EVP_PKEY_get_group_name(key, curve, sizeof curve, &length) == 1 &&
                std::strcmp(curve, SN_X9_62_prime256v1) == 0) {
                return {};
            }
            return refusedKey("key refused: the only curve for EC keys is P-256");
        }
        case EVP_PKEY_RSA:
        case EVP_PKEY_RSA_PSS: {
            const int bits = EVP_PKEY_get_bits(key);
            if (bits >= kRsaBitsMin && bits <= kRsaBitsMax) return {};
            return refusedKey("key refused: RSA keys have 2048 to 8192 bits");
        }
        default:
            return refusedKey("key refused: its type is not EC, Ed25519 or RSA");
    }
}

bool startsWithAnyOf(std::string_view text, std::initializer_list<std::string_view> prefixes) {
    for (const auto prefix : prefixes) {
        if (text.starts_with(prefix)) return true;
    }
    return false;
}

// The label is checked first: OpenSSL skips whatever precedes a PEM block, and would read a private
// key where a public one is asked for.
base::Result<KeyHandle> decodePem(
    std::string_view pem, int selection, std::initializer_list<std::string_view> labels
) {
    pem.remove_prefix(std::min(pem.find_first_not_of(" \t\r\n"), pem.size()));
    if (pem.size() > kKeyTextBytesMax) return refusedKey("key refused: the PEM text is too long");
    if (!startsWithAnyOf(pem, labels)) return refusedKey("the text is not the PEM of such a key");
    EVP_PKEY* decoded = nullptr;
    OSSL_DECODER_CTX* context = OSSL_DECODER_CTX_new_for_pkey(
        &decoded, "PEM", nullptr, nullptr, selection, nullptr, nullptr
    );
    const Memory input = readFrom(pem);
    // An encrypted key must not make OpenSSL ask a terminal: no passphrase is ever given.
    const bool done = context && OSSL_DECODER_from_bio(context, input.get()) == 1;
    OSSL_DECODER_CTX_free(context);
    KeyHandle handle(decoded);
    if (!done || !handle) return opensslError("the key can't be read");
    if (auto strong = checkStrength(handle.get()); !strong) return std::move(strong).error();
    return handle;
}

// RFC 9421 section 3.3.4 has r ‖ s; OpenSSL wants an ECDSA-Sig-Value in DER.
base::Bytes derFromRaw(base::BytesView raw) {
    ECDSA_SIG* pair = mustNotFail(ECDSA_SIG_new());
    BIGNUM* r = mustNotFail(BN_bin2bn(octets(raw), kEcdsaHalfBytes, nullptr));
    BIGNUM* s = mustNotFail(BN_bin2bn(octets(raw) + kEcdsaHalfBytes, kEcdsaHalfBytes, nullptr));
    mustNotFail(ECDSA_SIG_set0(pair, r, s) == 1);
    base::Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair, nullptr)), '\0');
    unsigned char* out = octets(der);
    i2d_ECDSA_SIG(pair, &out);
    ECDSA_SIG_free(pair);
    return der;
}

base::Bytes rawFromDer(base::BytesView der) {
    const unsigned char* in = octets(der);
    ECDSA_SIG* pair = mustNotFail(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
    base::Bytes raw(2 * kEcdsaHalfBytes, '\0');
    const int half = static_cast<int>(kEcdsaHalfBytes);
    mustNotFail(BN_bn2binpad(ECDSA_SIG_get0_r(pair), octets(raw), half) == half);
    mustNotFail(BN_bn2binpad(ECDSA_SIG_get0_s(pair), octets(raw) + half, half) == half);
    ECDSA_SIG_free(pair);
    return raw;
}

const char* digestName(SignatureAlgorithm algorithm) {
    switch (algorithm) {
        case SignatureAlgorithm::EcdsaP256Sha256:
        case SignatureAlgorithm::RsaV15Sha256:
            return "SHA256";
        case SignatureAlgorithm::RsaPssSha512:
            return "SHA512";
        case SignatureAlgorithm::Ed25519:
            return nullptr;  // hashes by itself
    }
    return nullptr;
}

// Padding, salt and digest go in with the initialisation; the MGF1 digest follows the message
// digest by default, which is what rsa-pss-sha512 asks for.
std::array<OSSL_PARAM, 4> paddingOf(SignatureAlgorithm algorithm) {
    static char pss[] = OSSL_PKEY_RSA_PAD_MODE_PSS;
    static char pkcs1[] = OSSL_PKEY_RSA_PAD_MODE_PKCSV15;
    static char sha256_name[] = "SHA256", sha512_name[] = "SHA512";
    static int salt_bytes = kPssSaltBytes;
    std::array<OSSL_PARAM, 4> parameters;
    parameters.fill(OSSL_PARAM_construct_end());
    if (algorithm == SignatureAlgorithm::RsaPssSha512) {
        parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, pss, 0);
        parameters[1] = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt_bytes);
        parameters[2] =
            OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, sha512_name, 0);
    } else if (algorithm == SignatureAlgorithm::RsaV15Sha256) {
        parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, pkcs1, 0);
        parameters[1] =
            OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, sha256_name, 0);
    }
    return parameters;
}

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

/// 1 valid, 0 invalid, below 0 could not be checked.
int verifyWith(
    EVP_PKEY* key, SignatureAlgorithm algorithm, base::BytesView data, base::BytesView signature
) {
    switch (algorithm) {
        case SignatureAlgorithm::EcdsaP256Sha256:
            if (signature.size() != 2 * kEcdsaHalfBytes) return 0;
            return verifyDigest(key, algorithm, sha256(data), derFromRaw(signature));
        case SignatureAlgorithm::RsaV15Sha256:
            return verifyDigest(key, algorithm, sha256(data), signature);
        case SignatureAlgorithm::RsaPssSha512:
            return verifyDigest(key, algorithm, sha512(data), signature);
        case SignatureAlgorithm::Ed25519:
            return verifyText(key, data, signature);
    }
    return -1;
}

bool keySupports(EVP_PKEY* key, SignatureAlgorithm algorithm) {
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_EC:
            return algorithm == SignatureAlgorithm::EcdsaP256Sha256;
        case EVP_PKEY_ED25519:
            return algorithm == SignatureAlgorithm::Ed25519;
        case EVP_PKEY_RSA:
            return algorithm == SignatureAlgorithm::RsaPssSha512 ||
                   algorithm == SignatureAlgorithm::RsaV15Sha256;
        case EVP_PKEY_RSA_PSS:
            return algorithm == SignatureAlgorithm::RsaPssSha512;
        default:
            return false;
    }
}

base::Error algorithmRefused(SignatureAlgorithm algorithm) {
    return base::makeError(
        base::ErrorCode::SignatureAlgorithm,
        std::string("the key's type can't carry ") + algorithmName(algorithm)
    );
}

}  // namespace

const char* algorithmName(SignatureAlgorithm algorithm) {
    for (const auto& row : kAlgorithms) {
        if (row.algorithm == algorithm) return row.name;
    }
    return "";
}

std::optional<SignatureAlgorithm> findAlgorithm(std::string_view name) {
    for (const auto& row : kAlgorithms) {
        if (name == row.name) return row.algorithm;
    }
    return std::nullopt;
}

base::Result<PublicKey> PublicKey::fromHandle(std::shared_ptr<void> handle) {
    if (auto strong = checkStrength(keyOf(handle)); !strong) return std::move(strong).error();
    return PublicKey(std::move(handle));
}

base::Result<PublicKey> PublicKey::fromPem(std::string_view pem) {
    auto handle = decodePem(
        pem, EVP_PKEY_PUBLIC_KEY, {"-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----"}
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
    for (const auto& row : kAlgorithms) {
        if (supports(row.algorithm)) return row.algorithm;
    }
    YHT_ASSERT(false && "checkStrength let a key of unknown type in");
    return SignatureAlgorithm::EcdsaP256Sha256;
}

base::Result<SignatureVerdict> PublicKey::verify(
    SignatureAlgorithm algorithm, base::BytesView data, base::BytesView signature
) const {
    if (!supports(algorithm)) return algorithmRefused(algorithm);
    const int verdict = verifyWith(keyOf(key_), algorithm, data, signature);
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

base::Result<PrivateKey> PrivateKey::fromPem(std::string_view pem) {
    auto handle = decodePem(
        pem, EVP_PKEY_KEYPAIR,
        {"-----BEGIN PRIVATE KEY-----", "-----BEGIN EC PRIVATE KEY-----",
         "-----BEGIN EC PARAMETERS-----", "-----BEGIN RSA PRIVATE KEY-----"}
    );
    if (!handle) return std::move(handle).error();
    return PrivateKey(shared(std::move(*handle)));
}

base::Result<PrivateKey> PrivateKey::fromEd25519Seed(base::BytesView seed) {
    if (seed.size() != kEd25519KeyBytes) return refusedKey("an Ed25519 seed has 32 octets");
    KeyHandle handle(
        EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, octets(seed), seed.size())
    );
    if (!handle) return opensslError("the Ed25519 seed can't be read");
    return PrivateKey(shared(std::move(handle)));
}

base::Result<PrivateKey> PrivateKey::generate(SignatureAlgorithm algorithm) {
    EVP_PKEY* key = nullptr;
    switch (algorithm) {
        case SignatureAlgorithm::EcdsaP256Sha256:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
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
    return PrivateKey(shared(KeyHandle(key)));
}

PublicKey PrivateKey::publicKey() const {
    // By way of its DER, so that a PublicKey never holds the private half.
    auto key = PublicKey::fromDer(PublicKey(key_).toDer());
    YHT_ASSERT(key.ok());
    return std::move(*key);
}

base::Result<base::Bytes> PrivateKey::sign(SignatureAlgorithm algorithm, base::BytesView data)
    const {
    if (!keySupports(keyOf(key_), algorithm)) return algorithmRefused(algorithm);
    const DigestContext context(mustNotFail(EVP_MD_CTX_new()));
    const auto parameters = paddingOf(algorithm);
    std::size_t length = 0;
    if (EVP_DigestSignInit_ex(
            context.get(), nullptr, digestName(algorithm), nullptr, nullptr, keyOf(key_),
            parameters.data()
        ) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &length, octets(data), data.size()) != 1) {
        return opensslError("signing can't be set up");
    }
    base::Bytes signature(length, '\0');
    if (EVP_DigestSign(context.get(), octets(signature), &length, octets(data), data.size()) != 1) {
        return opensslError("signing failed");
    }
    signature.resize(length);
    if (algorithm == SignatureAlgorithm::EcdsaP256Sha256) return rawFromDer(signature);
    return signature;
}

std::string PrivateKey::toPem() const {
    const Memory memory = writeToMemory();
    mustNotFail(
        PEM_write_bio_PKCS8PrivateKey(
            memory.get(), keyOf(key_), nullptr, nullptr, 0, nullptr, nullptr
        ) == 1
    );
    return contentOf(memory);
}

}  // namespace yht::crypto
