// Certification paths (RFC 5280 section 6), as OpenSSL builds and checks them, and what its verdicts mean to an operator: a code
// of the error table each, with the certificate, its place in the chain and what to compare as detail. The same judgement stands
// in a TLS handshake (judgeChain) and over files (checkPath), so that both say the same of the same certificate.
//   always  signatures, dates, basic constraints and path length, key usage and extended key usage for the use, keys of at least
//           112 bits of strength (RSA 2048, EC 224), no SHA-1 and no MD5 below the trust anchor
// Uses: base. Used by: trust (tls, credential, revocation).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

struct x509_store_ctx_st;  // OpenSSL's X509_STORE_CTX

namespace yht::crypto {

inline constexpr int kCertificatesPerFileMax = 200;
inline constexpr int kChainCertificatesMax = 10;
/// OpenSSL's security level that is asked of every chain: 112 bits.
inline constexpr int kSecurityLevel = 2;

enum class CertificateUse : std::uint8_t { Server, Client, Signer };

/// DER of certificates, the one in question first.
using CertificateChain = std::vector<base::Bytes>;

/// Every certificate of a PEM text, in order. Errors: CryptoFailed where there is none, more than kCertificatesPerFileMax, or one
/// that can't be read.
base::Result<CertificateChain> certificatesOfPem(std::string_view pem);

struct ChainVerdict {
    base::Status status;
    /// From the leaf to the trust anchor, where one was found; else as far as it could be built.
    CertificateChain chain;
};

/// Runs OpenSSL's verification of a handshake, whose use, names and level are set in `context`. Errors: "certificate.*".
ChainVerdict judgeChain(x509_store_ctx_st* context);

struct PathQuestion {
    CertificateChain chain;    // leaf first, then what was sent or stands with it
    CertificateChain anchors;  // CAs that it must lead to; empty: the last of `chain` is taken for one
    CertificateUse use = CertificateUse::Server;
    base::UnixMillis at_ms = 0;
    std::vector<std::string> names = {};  // DNS names or addresses that the leaf must carry, every one
};
/// Requires: chain not empty. Errors: "certificate.*".
ChainVerdict checkPath(const PathQuestion& question);

/// The leaf carries every one of the names, DNS names or addresses. Errors: CertNameMismatch, CertInvalid.
base::Status checkNames(base::BytesView leaf_der, const std::vector<std::string>& names);

/// Subject in one line, SHA-256 of the DER, and when it ends: "CN=gateway,O=… (sha256 12ab…, until 2027-01-01T00:00:00Z)".
std::string certificateText(base::BytesView der);

/// What of a certificate can be read without trusting it.
struct CertificateSummary {
    std::string fingerprint;  // lower-case hex SHA-256
    std::string subject, issuer;
    base::Bytes public_key;   // SubjectPublicKeyInfo
    base::UnixMillis not_before_ms = 0, not_after_ms = 0;
    std::vector<std::string> crl_urls, ocsp_urls;  // http and https of its extensions
    bool self_issued = false;
};
/// nullopt where it can't be read.
std::optional<CertificateSummary> certificateSummary(base::BytesView der);

}  // namespace yht::crypto
