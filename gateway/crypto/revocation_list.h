// Certificate revocation lists (RFC 5280 section 5): made by our authorities, read from everybody's.
// Uses: base. Used by: certs, app.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/crypto/certificate_facts.h"
#include "gateway/crypto/key_material.h"

namespace yht::crypto {

inline constexpr std::size_t kCrlBytesMax = 32 * 1024 * 1024;

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
/// Every name, for help texts.
std::vector<std::string> reasonNames();

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

struct CrlFacts {
    base::Bytes der;
    std::string issuer, number_hex;                           // "" without a number
    base::UnixMillis this_update_ms = 0, next_update_ms = 0;  // 0: it names none
    std::vector<RevokedCertificate> revoked;
    std::string signature_algorithm;
    bool signature_weak = false;
    std::string pem() const;
};

/// PEM (which must begin with its label) or DER. Its signature is checked where the issuer is known: isCrlSignedBy().
/// Errors: CryptoFailed with Unreadable, TooLarge or TrailingOctets.
base::Result<CrlFacts> readCrl(std::string_view file);
/// Name and signature.
bool isCrlSignedBy(base::BytesView crl_der, base::BytesView issuer_der);

}  // namespace yht::crypto
