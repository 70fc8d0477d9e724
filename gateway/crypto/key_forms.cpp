#include "gateway/crypto/key_forms.h"

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstring>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/sm2.h"

namespace yht::crypto {
namespace {

constexpr int kRsaBitsMax = 8192;
constexpr int kPssSaltBytes = 64;

bool hasCurve(EVP_PKEY* key, const char* name) {
    char curve[64] = {};
    std::size_t length = 0;
    return EVP_PKEY_get_group_name(key, curve, sizeof curve, &length) == 1 && std::strcmp(curve, name) == 0;
}

/// An SM2 key has EC as its base type, or none where a decoder of a provider made it.
int typeOf(EVP_PKEY* key) {
    return EVP_PKEY_is_a(key, "SM2") == 1 ? EVP_PKEY_SM2 : EVP_PKEY_get_base_id(key);
}

bool startsWithAnyOf(std::string_view text, std::initializer_list<std::string_view> prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
        return text.starts_with(prefix);
    });
}

base::Bytes sha384(base::BytesView text) {
    static const EVP_MD* const algorithm = mustNotFail(EVP_MD_fetch(nullptr, "SHA384", nullptr));
    base::Bytes digest(static_cast<std::size_t>(EVP_MD_get_size(algorithm)), '\0');
    mustNotFail(EVP_Digest(text.data(), text.size(), octets(digest), nullptr, algorithm, nullptr) == 1);
    return digest;
}

/// Notes that the text asked for a passphrase: a wrong one shows only as a failed decoding.
struct Passphrase {
    std::string_view text;
    bool was_asked = false;

    static int give(char* out, std::size_t size, std::size_t* length, const OSSL_PARAM*, void* self) {
        auto& passphrase = *static_cast<Passphrase*>(self);
        passphrase.was_asked = true;
        if (passphrase.text.empty() || passphrase.text.size() > size) return 0;
        std::memcpy(out, passphrase.text.data(), passphrase.text.size());
        *length = passphrase.text.size();
        return 1;
    }
};

}  // namespace

std::shared_ptr<void> shared(KeyHandle handle) {
    return std::shared_ptr<void>(handle.release(), [](void* key) {
        EVP_PKEY_free(static_cast<EVP_PKEY*>(key));
    });
}

base::Error refusedKey(const char* why) {
    drainOpensslErrors();
    return base::makeError(base::ErrorCode::CryptoFailed, why);
}

base::Error algorithmRefused(SignatureAlgorithm algorithm) {
    return base::makeError(
        base::ErrorCode::SignatureAlgorithm,
        std::string("the key's type can't carry ") + algorithmName(algorithm)
    );
}

base::Status checkStrength(EVP_PKEY* key) {
    switch (typeOf(key)) {
        case EVP_PKEY_ED25519:
        case EVP_PKEY_SM2:
            return {};
        case EVP_PKEY_EC:
            if (hasCurve(key, SN_X9_62_prime256v1) || hasCurve(key, SN_secp384r1)) return {};
            return refusedKey("key refused: the curves for EC keys are P-256, P-384 and SM2");
        case EVP_PKEY_RSA:
        case EVP_PKEY_RSA_PSS: {
            const int bits = EVP_PKEY_get_bits(key);
            if (bits >= kRsaBitsMin && bits <= kRsaBitsMax) return {};
            return refusedKey("key refused: RSA keys have 2048 to 8192 bits");
        }
        default:
            return refusedKey("key refused: its type is not EC, SM2, Ed25519 or RSA");
    }
}

bool keySupports(EVP_PKEY* key, SignatureAlgorithm algorithm) {
    switch (typeOf(key)) {
        case EVP_PKEY_EC:
            return algorithm == (hasCurve(key, SN_secp384r1) ? SignatureAlgorithm::EcdsaP384Sha384
                                                             : SignatureAlgorithm::EcdsaP256Sha256);
        case EVP_PKEY_SM2:
            return algorithm == SignatureAlgorithm::Sm2Sm3;
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

// The label is checked first: OpenSSL skips whatever precedes a PEM block, and would read a private
// key where a public one is asked for.
base::Result<KeyHandle> decodePem(
    std::string_view pem, int selection, std::initializer_list<std::string_view> labels,
    std::string_view passphrase
) {
    pem.remove_prefix(std::min(pem.find_first_not_of(" \t\r\n"), pem.size()));
    if (pem.size() > kKeyTextBytesMax) return refusedKey("key refused: the PEM text is too long");
    if (!startsWithAnyOf(pem, labels)) return refusedKey("the text is not the PEM of such a key");
    EVP_PKEY* decoded = nullptr;
    OSSL_DECODER_CTX* context = OSSL_DECODER_CTX_new_for_pkey(
        &decoded, "PEM", nullptr, nullptr, selection, nullptr, nullptr
    );
    const Memory input = readFrom(pem);
    // An encrypted key must not make OpenSSL ask a terminal: the passphrase is the caller's, or there is none.
    Passphrase given{passphrase};
    const bool done = context && OSSL_DECODER_CTX_set_passphrase_cb(context, Passphrase::give, &given) == 1 &&
                      OSSL_DECODER_from_bio(context, input.get()) == 1;
    OSSL_DECODER_CTX_free(context);
    KeyHandle handle(decoded);
    if (!done || !handle) {
        if (!given.was_asked) return opensslError("the key can't be read");
        drainOpensslErrors();
        return base::makeError(
            base::ErrorCode::KeyPinRefused,
            passphrase.empty() ? "the key is encrypted and no passphrase is given" : "the passphrase does not open the key"
        );
    }
    if (auto strong = checkStrength(handle.get()); !strong) return std::move(strong).error();
    return handle;
}

base::Bytes derFromRaw(base::BytesView raw) {
    const std::size_t half = raw.size() / 2;
    ECDSA_SIG* pair = mustNotFail(ECDSA_SIG_new());
    BIGNUM* r = mustNotFail(BN_bin2bn(octets(raw), static_cast<int>(half), nullptr));
    BIGNUM* s = mustNotFail(BN_bin2bn(octets(raw) + half, static_cast<int>(half), nullptr));
    mustNotFail(ECDSA_SIG_set0(pair, r, s) == 1);
    base::Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair, nullptr)), '\0');
    unsigned char* out = octets(der);
    i2d_ECDSA_SIG(pair, &out);
    ECDSA_SIG_free(pair);
    return der;
}

base::Bytes rawFromDer(base::BytesView der, std::size_t half) {
    const unsigned char* in = octets(der);
    ECDSA_SIG* pair = mustNotFail(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
    base::Bytes raw(2 * half, '\0');
    const int width = static_cast<int>(half);
    mustNotFail(BN_bn2binpad(ECDSA_SIG_get0_r(pair), octets(raw), width) == width);
    mustNotFail(BN_bn2binpad(ECDSA_SIG_get0_s(pair), octets(raw) + half, width) == width);
    ECDSA_SIG_free(pair);
    return raw;
}

base::Bytes digestToSign(SignatureAlgorithm algorithm, const PublicKey& key, base::BytesView text) {
    switch (algorithm) {
        case SignatureAlgorithm::EcdsaP256Sha256:
        case SignatureAlgorithm::RsaV15Sha256:
            return sha256(text);
        case SignatureAlgorithm::RsaPssSha512:
            return sha512(text);
        case SignatureAlgorithm::EcdsaP384Sha384:
            return sha384(text);
        case SignatureAlgorithm::Sm2Sm3:
            return sm2Digest(key, text);
        case SignatureAlgorithm::Ed25519:
            break;
    }
    YHT_ASSERT(false && "Ed25519 hashes by itself");
    return {};
}

KeyParameters paddingOf(SignatureAlgorithm algorithm) {
    static char pss[] = OSSL_PKEY_RSA_PAD_MODE_PSS;
    static char pkcs1[] = OSSL_PKEY_RSA_PAD_MODE_PKCSV15;
    static char sha256_name[] = "SHA256", sha512_name[] = "SHA512";
    static int salt_bytes = kPssSaltBytes;
    KeyParameters parameters;
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

}  // namespace yht::crypto
