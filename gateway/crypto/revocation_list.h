// Certificate revocation lists (CRL, RFC 5280 section 5): made by our authorities, read from everybody's. What is read is a whole list of
// one CA: delta lists, indirect lists and lists for a part of a CA's certificates are refused, for what they leave out would be taken
// for good.
// Uses: base. Used by: certs, trust (revocation), app.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/crypto/certificate_facts.h"
#include "gateway/crypto/key_material.h"

namespace yht::crypto {

inline constexpr std::size_t kRevocationListBytesMax = 32 * 1024 * 1024;
/// How long a list that names no next update holds: RFC 5280 section 5.1.2.5 wants one.
inline constexpr std::int64_t kWithoutNextUpdateMillis = 3'600'000;

/// RFC 5280 section 5.3.1. remove_from_crl is of delta CRLs, which are not made here.
enum class RevocationReason : std::uint8_t {
    Unspecified = 0,
    KeyCompromise = 1,
    CaCompromise = 2,
    AffiliationChanged = 3,
    Superseded = 4,
    CessationOfOperation = 5,
    CertificateHold = 6,
    PrivilegeWithdrawn = 9,
    AaCompromise = 10,
};
/// "unspecified", "key_compromise", …, and what people call it in Chinese.
const char* reasonName(RevocationReason reason);
const char* reasonChinese(RevocationReason reason);
std::optional<RevocationReason> findReason(std::string_view name);
/// Unspecified of a number that is none of them.
RevocationReason reasonOfNumber(long number);
/// Every name, for help texts.
std::vector<std::string> reasonNames();

/// Why and when a certificate was revoked.
struct Revocation {
    base::UnixMillis at_ms = 0;
    RevocationReason reason = RevocationReason::Unspecified;
    bool operator==(const Revocation&) const = default;
};
/// "revoked 2026-01-31T08:00:00Z (key_compromise)".
std::string revocationText(const Revocation& revocation);

struct RevokedCertificate {
    std::string serial_hex;
    base::UnixMillis revoked_ms = 0;
    RevocationReason reason = RevocationReason::Unspecified;
};

struct CrlContent {
    std::uint64_t number = 0;
    base::UnixMillis this_update_ms = 0, next_update_ms = 0;
    std::vector<RevokedCertificate> revoked;
};

/// DER, version 2, with CRL number and AKI. Errors: CryptoFailed with KeyMismatch or Unreadable.
base::Result<base::Bytes> issueCrl(const CrlContent& content, const KeyMaterial& issuer_key, base::BytesView issuer_der);

/// Immutable; parsed once, copies share it. Thread-safety: any thread.
class RevocationList {
public:
    /// PEM (one block, its label X509 CRL) or DER. Errors: CertCrlUntrusted with Unreadable, TooLarge, TrailingOctets or CrlPartial.
    static base::Result<RevocationList> read(base::BytesView file);

    /// Whether the CA of `issuer_der` carries the list's issuer name; says nothing of the signature.
    bool namesIssuer(base::BytesView issuer_der) const;
    /// The signature verifies with that CA's key, by an algorithm that is not weak, and the CA may sign lists. SM2 with its user id.
    /// Errors: CertCrlUntrusted with CrlUntrusted.
    base::Status checkSignature(base::BytesView issuer_der) const;
    /// nullopt where the list does not name the certificate. Requires: its issuer is the list's.
    std::optional<Revocation> find(base::BytesView certificate_der) const;
    /// All of them, read anew: for people, not for looking one up.
    std::vector<RevokedCertificate> entries() const;
    std::size_t entryCount() const { return entry_count_; }
    /// Whether this one was made after `other` of the same CA: by number, else by thisUpdate.
    bool isNewerThan(const RevocationList& other) const;

    const std::string& issuer() const { return issuer_; }
    const std::string& numberHex() const { return number_hex_; }  // "" without one
    base::UnixMillis thisUpdateMillis() const { return this_update_ms_; }
    /// Of a list without one: kWithoutNextUpdateMillis after thisUpdate.
    base::UnixMillis nextUpdateMillis() const { return next_update_ms_; }
    const std::string& signatureAlgorithm() const { return signature_algorithm_; }
    bool isSignatureWeak() const { return signature_weak_; }
    base::Bytes toDer() const;
    std::string toPem() const;

private:
    RevocationList() = default;
    std::shared_ptr<void> handle_;  // X509_CRL
    std::string issuer_, number_hex_, signature_algorithm_;
    base::UnixMillis this_update_ms_ = 0, next_update_ms_ = 0;
    std::size_t entry_count_ = 0;
    bool signature_weak_ = false;
};

}  // namespace yht::crypto
