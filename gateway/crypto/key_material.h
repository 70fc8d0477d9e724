// Private keys of every kind that certificates are made for, as files have them: made, read, written as PKCS#8, encrypted
// where a passphrase is given. What signs messages is a PrivateKey (key.h); this signs certificates, requests and CRLs.
// Uses: base. Used by: crypto, certs, app.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::crypto {

enum class KeyKind : std::uint8_t { EcP256, EcP384, Rsa2048, Rsa3072, Rsa4096, Ed25519, Sm2 };

/// "p256", "p384", "rsa2048", "rsa3072", "rsa4096", "ed25519", "sm2".
const char* keyKindName(KeyKind kind);
std::optional<KeyKind> findKeyKind(std::string_view name);

inline constexpr std::size_t kKeyFileBytesMax = 64 * 1024;
inline constexpr std::size_t kPassphraseBytesMax = 1024;
/// Rounds of PBKDF2 that a stranger's file may ask for: what it takes to open one is bounded.
inline constexpr std::int64_t kKeyDerivationRoundsMax = 5'000'000;

/// Immutable; copies share the key; never in logs or errors. Thread-safety: any thread.
class KeyMaterial {
public:
    static base::Result<KeyMaterial> generate(KeyKind kind);
    /// PKCS#8, plain or encrypted, or traditional PEM; PEM must begin with its label. A passphrase that is not needed is
    /// not used. Errors: CryptoFailed with Unreadable, TooLarge, PassphraseNeeded, PassphraseWrong, CipherOutdated or KeyWeak.
    static base::Result<KeyMaterial> fromPem(std::string_view pem, const std::optional<std::string>& passphrase = {});

    /// Of RSA keys between the named sizes the one below it.
    KeyKind kind() const { return kind_; }
    /// SubjectPublicKeyInfo, DER.
    base::Bytes publicDer() const;
    /// PKCS#8 PEM, unencrypted.
    std::string toPem() const;
    /// PKCS#8 PEM under PBES2: PBKDF2-HMAC-SHA-256, 600 000 rounds, AES-256-CBC. Requires: a passphrase that is not empty.
    std::string toEncryptedPem(std::string_view passphrase) const;

private:
    friend struct KeyMaterialAccess;  // this room's own files
    KeyMaterial(std::shared_ptr<void> key, KeyKind kind) : key_(std::move(key)), kind_(kind) {}
    std::shared_ptr<void> key_;  // EVP_PKEY
    KeyKind kind_;
};

/// Whether a PEM text is an encrypted private key.
bool isEncryptedKey(std::string_view pem);

}  // namespace yht::crypto
