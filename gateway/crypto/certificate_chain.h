// Whether a certificate may be used (RFC 5280 section 6): chain to a trusted root, dates, path lengths, usages, names, strength,
// revocation. OpenSSL builds and checks the chain; what its verdicts mean to an operator is one table here, and the same judgement stands
// in a TLS handshake (judgeChain) and over files (checkChain), so that both say the same of the same certificate.
//   always  signatures, dates, basic constraints and path length, key usage and extended key usage for the purpose, keys of at least
//           112 bits of strength (RSA 2048, EC 224), no SHA-1 and no MD5 below the root
// Uses: base. Used by: certs, trust (tls, credential, revocation), intake/http, app.
#pragma once

#include <string>
#include <vector>

#include "gateway/crypto/certificate_bundle.h"
#include "gateway/crypto/certificate_facts.h"
#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/revocation_list.h"

struct x509_store_ctx_st;  // OpenSSL's X509_STORE_CTX

namespace yht::crypto {

inline constexpr int kChainCertificatesMax = 10;
/// OpenSSL's security level that is asked of every chain: 112 bits.
inline constexpr int kSecurityLevel = 2;

enum class CertificatePurpose : std::uint8_t { Any, TlsServer, TlsClient, Signing, Ca };
/// "any", "tls_server", "tls_client", "signing", "ca".
const char* purposeName(CertificatePurpose purpose);

/// Whether a chain's members must be shown not to be revoked.
enum class RevocationCheck : std::uint8_t {
    None,        // not looked at
    WhereThere,  // by the CRLs that are given; an issuer without one is passed over
    Required,    // every issuer below the root has one that is current
};

struct ChainQuestion {
    std::vector<base::Bytes> others;   // DER: what came with it
    std::vector<base::Bytes> anchors;  // DER: roots, and intermediates, that are trusted
    bool last_is_anchor = false;       // held against itself: the last of `others`, else it itself, is taken for the anchor
    std::vector<RevocationList> crls;
    base::UnixMillis at_ms = 0;
    CertificatePurpose purpose = CertificatePurpose::Any;
    std::vector<std::string> hosts;  // DNS names or addresses that it must carry, every one
    RevocationCheck revocation = RevocationCheck::None;
    bool own_kinds = false;  // keys and digests of every member are of those that we issue with: KeyFacts, signature_weak
};

struct ChainAnswer {
    std::vector<Finding> findings;          // empty: it may be used
    std::vector<CertificateFacts> members;  // leaf first, as far as it could be built
    /// The first finding as a code of the error table, with the certificate, its place in the chain and what to compare as detail.
    base::Status status;
    bool ok() const { return findings.empty(); }
};

/// Everything that is wrong is said, not the first only. An intermediate among the anchors does not end a chain: TLS asks for the root as
/// well. ChainAnswer::status: "certificate.*".
ChainAnswer checkChain(base::BytesView certificate_der, const ChainQuestion& question);

/// What is wrong with it by itself: key, signature algorithm, dates.
std::vector<Finding> checkAlone(const CertificateFacts& certificate, base::UnixMillis at_ms);

struct ChainVerdict {
    base::Status status;
    /// From the leaf to the trust anchor, where one was found; else as far as it could be built.
    CertificateChain chain;
};
/// Runs OpenSSL's verification of a handshake, whose use, names and level are set in `context`. Errors: "certificate.*".
ChainVerdict judgeChain(x509_store_ctx_st* context);

/// The leaf carries every one of the names, DNS names or addresses, as subject alternative names (RFC 9525: the subject is none).
/// Errors: CertNameMismatch, CertInvalid.
base::Status checkNames(base::BytesView leaf_der, const std::vector<std::string>& names);

/// Subject in one line, SHA-256 of the DER, and when it ends: "CN=gateway,O=… (sha256 12ab…, until 2027-01-01T00:00:00Z)".
std::string certificateText(base::BytesView der);
std::string certificateText(const CertificateFacts& facts);

}  // namespace yht::crypto
