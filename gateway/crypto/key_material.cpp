#include "gateway/crypto/key_material.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <algorithm>

#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/derivation_rounds.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

struct KindRow {
    KeyKind kind;
    const char* name;
};
constexpr KindRow kKinds[] = {
    {KeyKind::EcP256, "p256"},     {KeyKind::EcP384, "p384"},     {KeyKind::Rsa2048, "rsa2048"}, {KeyKind::Rsa3072, "rsa3072"},
    {KeyKind::Rsa4096, "rsa4096"}, {KeyKind::Ed25519, "ed25519"}, {KeyKind::Sm2, "sm2"},
};

constexpr const char* kLabels[] = {
    "-----BEGIN PRIVATE KEY-----",     "-----BEGIN ENCRYPTED PRIVATE KEY-----", "-----BEGIN EC PRIVATE KEY-----",
    "-----BEGIN SM2 PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----",
};
constexpr int kDerivationRounds = 600'000;
constexpr int kSaltBytes = 16;

std::string_view trimmedLeft(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    return text;
}

std::shared_ptr<void> shared(KeyHandle handle) {
    return {handle.release(), [](void* key) { EVP_PKEY_free(static_cast<EVP_PKEY*>(key)); }};
}

EVP_PKEY* newKey(KeyKind kind) {
    switch (kind) {
        case KeyKind::EcP256:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
        case KeyKind::EcP384:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384");
        case KeyKind::Rsa2048:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
        case KeyKind::Rsa3072:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{3072});
        case KeyKind::Rsa4096:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{4096});
        case KeyKind::Ed25519:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
        case KeyKind::Sm2:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2");
    }
    return nullptr;
}

/// Whether the rounds of an encrypted PKCS#8 are more than anybody needs; true for what can't be read either.
bool asksForTooMuch(std::string_view pem) {
    const Memory input = readFrom(pem);
    X509_SIG* encrypted = PEM_read_bio_PKCS8(input.get(), nullptr, nullptr, nullptr);
    if (encrypted == nullptr) return true;
    const X509_ALGOR* algorithm = nullptr;
    X509_SIG_get0(encrypted, &algorithm, nullptr);
    const bool too_much = derivationRounds(algorithm) > kKeyDerivationRoundsMax;
    X509_SIG_free(encrypted);
    return too_much;
}

KeyHandle decode(std::string_view pem, const std::optional<std::string>& passphrase) {
    EVP_PKEY* decoded = nullptr;
    OSSL_DECODER_CTX* context = OSSL_DECODER_CTX_new_for_pkey(&decoded, "PEM", nullptr, nullptr, EVP_PKEY_KEYPAIR, nullptr, nullptr);
    const Memory input = readFrom(pem);
    // Without one nothing must ask a terminal: an empty passphrase is what OpenSSL is given then.
    const std::string secret = passphrase.value_or("");
    const bool done = context != nullptr && OSSL_DECODER_CTX_set_passphrase(context, octets(secret), secret.size()) == 1 &&
                      OSSL_DECODER_from_bio(context, input.get()) == 1;
    OSSL_DECODER_CTX_free(context);
    KeyHandle handle(decoded);
    return done ? std::move(handle) : nullptr;
}

std::string toPemBy(const std::function<int(BIO*)>& write) {
    const Memory memory = writeToMemory();
    mustNotFail(write(memory.get()) == 1);
    return contentOf(memory);
}

}  // namespace

const char* keyKindName(KeyKind kind) {
    for (const KindRow& row : kKinds) {
        if (row.kind == kind) return row.name;
    }
    return "";
}

std::optional<KeyKind> findKeyKind(std::string_view name) {
    for (const KindRow& row : kKinds) {
        if (name == row.name) return row.kind;
    }
    return std::nullopt;
}

base::Result<KeyMaterial> KeyMaterialAccess::make(KeyHandle handle) {
    const KeyFacts facts = keyFactsOf(handle.get());
    const auto kind = findKeyKind(facts.kind);
    if (!kind) return refusal(FindingCode::KeyWeak, "", facts.text);
    return KeyMaterial(shared(std::move(handle)), *kind);
}

base::Result<KeyMaterial> KeyMaterial::generate(KeyKind kind) {
    KeyHandle handle(newKey(kind));
    if (!handle) return opensslError("no key could be generated");
    return KeyMaterialAccess::make(std::move(handle));
}

bool isEncryptedKey(std::string_view pem) {
    pem = trimmedLeft(pem);
    return pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----") ||
           pem.substr(0, 200).find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
}

base::Result<KeyMaterial> KeyMaterial::fromPem(std::string_view pem, const std::optional<std::string>& passphrase) {
    pem = trimmedLeft(pem);
    if (pem.size() > kKeyFileBytesMax) return refusal(FindingCode::TooLarge);
    // `openssl ecparam -genkey` puts the curve's name before the key, which says it again.
    if (pem.starts_with("-----BEGIN EC PARAMETERS-----")) pem.remove_prefix(std::min(pem.find("-----BEGIN ", 1), pem.size()));
    // The label is checked first: OpenSSL skips whatever precedes a PEM block.
    if (std::none_of(std::begin(kLabels), std::end(kLabels), [&](const char* label) { return pem.starts_with(label); })) {
        return refusal(FindingCode::KeyMissing);
    }
    const bool encrypted = isEncryptedKey(pem);
    if (encrypted && !passphrase) return refusal(FindingCode::PassphraseNeeded);
    if (passphrase && passphrase->size() > kPassphraseBytesMax) return refusal(FindingCode::TooLarge);
    if (pem.starts_with(kLabels[1]) && asksForTooMuch(pem)) return refusal(FindingCode::TooLarge, "", "rounds of key derivation");
    KeyHandle handle = decode(pem, passphrase);
    drainOpensslErrors();
    if (!handle) return refusal(encrypted ? FindingCode::PassphraseWrong : FindingCode::Unreadable);
    return KeyMaterialAccess::make(std::move(handle));
}

base::Bytes KeyMaterial::publicDer() const { return encodeDer(KeyMaterialAccess::handle(*this), i2d_PUBKEY); }

std::string KeyMaterial::toPem() const {
    return toPemBy([&](BIO* out) {
        return PEM_write_bio_PKCS8PrivateKey(out, KeyMaterialAccess::handle(*this), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

std::string KeyMaterial::toEncryptedPem(std::string_view passphrase) const {
    YHT_ASSERT(!passphrase.empty());
    unsigned char salt[kSaltBytes];
    mustNotFail(RAND_bytes(salt, sizeof salt) == 1);
    X509_ALGOR* algorithm =
        mustNotFail(PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), kDerivationRounds, salt, sizeof salt, nullptr, NID_hmacWithSHA256));
    PKCS8_PRIV_KEY_INFO* plain = mustNotFail(EVP_PKEY2PKCS8(KeyMaterialAccess::handle(*this)));
    // The algorithm becomes the sealed object's own.
    X509_SIG* sealed = mustNotFail(PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()), plain, algorithm));
    auto pem = toPemBy([&](BIO* out) { return PEM_write_bio_PKCS8(out, sealed); });
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(plain);
    return pem;
}

}  // namespace yht::crypto
