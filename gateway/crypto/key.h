// Signing keys and the four algorithms of RFC 9421 that partners may use.
// Uses: base. Used by: ledger/format (checkpoint notes), trust, tools.
#pragma once

#include <memory>
#include <optional>
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
};

const char* algorithmName(SignatureAlgorithm algorithm);
std::optional<SignatureAlgorithm> findAlgorithm(std::string_view name);

/// What a check came to. "Could not check" is an Error, never Invalid.
enum class SignatureVerdict : std::uint8_t { Valid, Invalid };

/// Immutable; copies share the key. Thread-safety: any thread.
class PublicKey {
public:
    /// SubjectPublicKeyInfo (PEM also RSAPublicKey of PKCS#1). RSA below 2048 bits or above 8192
    /// and curves other than P-256 are refused. PEM must begin with its label: no text before it.
    /// Errors: CryptoFailed with what is wrong.
    static base::Result<PublicKey> fromPem(std::string_view pem);
    static base::Result<PublicKey> fromDer(base::BytesView der);
    /// 32 raw octets (RFC 8032).
    static base::Result<PublicKey> fromEd25519(base::BytesView raw);

    /// Whether this key's type can carry `algorithm` at all.
    bool supports(SignatureAlgorithm algorithm) const;
    /// The one algorithm for EC and Ed25519 keys; RsaPssSha512 for RSA.
    SignatureAlgorithm defaultAlgorithm() const;
    /// Errors: CryptoFailed where the check itself could not run; SignatureAlgorithm where
    /// !supports().
    base::Result<SignatureVerdict> verify(
        SignatureAlgorithm algorithm, base::BytesView data, base::BytesView signature
    ) const;
    base::Bytes toDer() const;
    /// Requires: an Ed25519 key.
    base::Bytes rawEd25519() const;

private:
    friend class PrivateKey;
    friend class Certificate;
    /// Errors: CryptoFailed where the key is of a type or strength that is refused.
    static base::Result<PublicKey> fromHandle(std::shared_ptr<void> handle);
    explicit PublicKey(std::shared_ptr<void> key) : key_(std::move(key)) {}
    std::shared_ptr<void> key_;  // EVP_PKEY
};

/// Immutable; never leaves the process; not copied into logs or errors. Thread-safety: any thread.
class PrivateKey {
public:
    /// PKCS#8 or traditional PEM, unencrypted. Errors: CryptoFailed; never with any of the text.
    static base::Result<PrivateKey> fromPem(std::string_view pem);
    static base::Result<PrivateKey> fromEd25519Seed(base::BytesView seed);
    /// RSA keys get 2048 bits.
    static base::Result<PrivateKey> generate(SignatureAlgorithm algorithm);

    PublicKey publicKey() const;
    /// Errors: CryptoFailed, SignatureAlgorithm.
    base::Result<base::Bytes> sign(SignatureAlgorithm algorithm, base::BytesView data) const;
    std::string toPem() const;

private:
    explicit PrivateKey(std::shared_ptr<void> key) : key_(std::move(key)) {}
    std::shared_ptr<void> key_;
};

}  // namespace yht::crypto
