// Whether a certificate may be used: chain to a trusted root, dates, path lengths, usages, names, strength, revocation.
// Everything that is wrong is said, not the first only. Uses: base. Used by: certs, app.
#pragma once

#include <string>
#include <vector>

#include "gateway/crypto/certificate_facts.h"
#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/revocation_list.h"

namespace yht::crypto {

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
    std::vector<base::Bytes> others;   // DER: intermediates that came with it
    std::vector<base::Bytes> anchors;  // DER: roots, and intermediates, that are trusted
    std::vector<base::Bytes> crls;     // DER
    base::UnixMillis at_ms = 0;
    CertificatePurpose purpose = CertificatePurpose::Any;
    std::string host;  // DNS name or address that it must name; "" any
    RevocationCheck revocation = RevocationCheck::None;
};

struct ChainAnswer {
    std::vector<Finding> findings;          // empty: it may be used
    std::vector<CertificateFacts> members;  // leaf first, as far as it could be built
    bool ok() const { return findings.empty(); }
};

/// An intermediate among the anchors does not end a chain: TLS asks for the root as well.
ChainAnswer checkChain(base::BytesView certificate_der, const ChainQuestion& question);

/// What is wrong with it by itself: key, signature algorithm, dates.
std::vector<Finding> checkAlone(const CertificateFacts& certificate, base::UnixMillis at_ms);

}  // namespace yht::crypto
