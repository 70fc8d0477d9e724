// Signing keys and the algorithms of RFC 9421 that partners may use, with `sm2-sm3` beside them, which RFC 9421 does not name.
// A private key may be in memory or in a device: key_provider.h opens either from its reference.
// Uses: base. Used by: ledger/format (checkpoint notes), trust, tools.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::crypto {

/// RFC 9421 section 3.3 names. An algorithm is bound to a key by the key's type; for RSA both are
/// possible and the partner registry says which one the key uses.
enum class SignatureAlgorithm : std::uint8_t {
    EcdsaP256Sha256,  // "ecdsa-p256-sha256": r ‖ s, 64 octets (not DER)
    Ed25519,          // "ed25519": 64 octets
    RsaPssSha512,     // "rsa-pss-sha512": salt 64 octets, MGF1 with SHA-512
    RsaV15Sha256,     // "rsa-v1_5-sha256"
    EcdsaP384Sha384,  // "ecdsa-p384-sha384": r ‖ s, 96 octets
    Sm2Sm3,           // "sm2-sm3": GB/T 32918.2 over SM3(Z ‖ text), r ‖ s, 64 octets; user id as GM/T 0009 (sm2.h)
};

const char* algorithmName(SignatureAlgorithm algorithm);
std::optional<SignatureAlgorithm> findAlgorithm(std::string_view name);
/// Every one of them.
std::span<const SignatureAlgorithm> signatureAlgorithms();
/// Octets of a signature; 0 where the key's size decides (RSA).
std::size_t signatureBytes(SignatureAlgorithm algorithm);

/// What a check came to. "Could not check" is an Error, never Invalid.
enum class SignatureVerdict : std::uint8_t { Valid, Invalid };

/// Immutable; copies share the key. Thread-safety: any thread.
class PublicKey {
public:
    /// SubjectPublicKeyInfo (PEM also RSAPublicKey of PKCS#1). RSA below 2048 bits or above 8192
    /// and curves other than P-256, P-384 and SM2 are refused. PEM must begin with its label: no text before it.
    /// Errors: CryptoFailed with what is wrong.
    static base::Result<PublicKey> fromPem(std::string_view pem);
    static base::Result<PublicKey> fromDer(base::BytesView der);
    /// 32 raw octets (RFC 8032).
    static base::Result<PublicKey> fromEd25519(base::BytesView raw);

    /// Whether this key's type can carry `algorithm` at all.
    bool supports(SignatureAlgorithm algorithm) const;
    /// The one algorithm for EC, SM2 and Ed25519 keys; RsaPssSha512 for RSA.
    SignatureAlgorithm defaultAlgorithm() const;
    /// Errors: CryptoFailed where the check itself could not run; SignatureAlgorithm where
    /// !supports().
    base::Result<SignatureVerdict> verify(
        SignatureAlgorithm algorithm, base::BytesView data, base::BytesView signature
    ) const;
    base::Bytes toDer() const;
    /// Requires: an Ed25519 key.
    base::Bytes rawEd25519() const;
    /// 0x04 ‖ x ‖ y (SEC 1 section 2.3.3). Requires: an EC or SM2 key.
    base::Bytes point() const;

private:
    friend class PrivateKey;
    friend class MemoryKey;
    friend class Certificate;
    /// Errors: CryptoFailed where the key is of a type or strength that is refused.
    static base::Result<PublicKey> fromHandle(std::shared_ptr<void> handle);
    explicit PublicKey(std::shared_ptr<void> key) : key_(std::move(key)) {}
    std::shared_ptr<void> key_;  // EVP_PKEY
};

/// What can be asked of a private key wherever it is kept: the one interface that every use of a private key passes
/// through. Thread-safety: any thread.
class KeyOperations {
public:
    virtual ~KeyOperations() = default;
    virtual PublicKey publicKey() const = 0;
    /// `prepared`: the digest that the algorithm signs, SM3(Z ‖ text) for SM2; for Ed25519, which hashes by itself, the text.
    /// Requires: publicKey().supports(algorithm). Errors: CryptoFailed, the "key.*" rows.
    virtual base::Result<base::Bytes> sign(SignatureAlgorithm algorithm, base::BytesView prepared) const = 0;
    /// What was encrypted to the key of a pair: SM2Cipher of GM/T 0009 section 7.2, in DER.
    /// Errors: as sign(); SignatureAlgorithm where the key is no SM2 key, or in a device.
    virtual base::Result<base::Bytes> decrypt(base::BytesView sealed) const = 0;
    /// EVP_PKEY of a key in memory; null where the key can't leave its device.
    virtual std::shared_ptr<void> inMemory() const { return nullptr; }
};

/// Immutable; never copied into logs or errors. Thread-safety: any thread.
class PrivateKey {
public:
    /// PKCS#8 or traditional PEM; `passphrase` opens an encrypted PKCS#8.
    /// Errors: CryptoFailed; KeyPinRefused where it is encrypted and the passphrase is missing or wrong; never with any
    /// of the text.
    static base::Result<PrivateKey> fromPem(std::string_view pem, std::string_view passphrase = {});
    static base::Result<PrivateKey> fromEd25519Seed(base::BytesView seed);
    /// RSA keys get 2048 bits.
    static base::Result<PrivateKey> generate(SignatureAlgorithm algorithm);
    /// A key in a device.
    explicit PrivateKey(std::shared_ptr<const KeyOperations> operations) : operations_(std::move(operations)) {}

    PublicKey publicKey() const { return operations_->publicKey(); }
    /// Errors: CryptoFailed, SignatureAlgorithm, the "key.*" rows where a device keeps the key.
    base::Result<base::Bytes> sign(SignatureAlgorithm algorithm, base::BytesView data) const;
    /// As KeyOperations::decrypt().
    base::Result<base::Bytes> decrypt(base::BytesView sealed) const { return operations_->decrypt(sealed); }
    const std::shared_ptr<const KeyOperations>& operations() const { return operations_; }
    /// Unencrypted PKCS#8. Requires: a key in memory.
    std::string toPem() const;

private:
    std::shared_ptr<const KeyOperations> operations_;
};

}  // namespace yht::crypto
