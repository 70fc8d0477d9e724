// A certificate made (RFC 5280): what it says comes in whole, from a profile; here it is written down and signed.
// Uses: base. Used by: certs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/random.h"
#include "gateway/crypto/certificate_facts.h"
#include "gateway/crypto/key_material.h"

namespace yht::crypto {

/// Random octets of a serial, its first bit clear and its number above zero (RFC 5280 section 4.1.2.2 allows 20).
inline constexpr std::size_t kSerialBytes = 16;
std::string newSerialHex(base::Random& random);

struct CertificateContent {
    std::string serial_hex;
    DistinguishedName subject;
    base::Bytes public_key_der;                            // SubjectPublicKeyInfo
    base::UnixMillis not_before_ms = 0, not_after_ms = 0;  // whole seconds
    std::vector<AlternativeName> names;
    bool is_ca = false;
    std::optional<std::uint32_t> path_length;
    std::vector<std::string> key_usage;           // short names, critical
    std::vector<std::string> extended_key_usage;  // empty: no such extension
    std::vector<std::string> crl_urls, ocsp_urls, issuer_urls;
};

/// DER. `issuer_der` is the CA's certificate; nullopt: the certificate is signed by itself. SKI is the SHA-1 of the key
/// (RFC 5280 section 4.2.1.2), AKI the issuer's SKI. Errors: CryptoFailed with NameNotAllowed, SubjectMissing, KeyMismatch
/// (the key is not the issuer's) or Unreadable.
base::Result<base::Bytes> issueCertificate(
    const CertificateContent& content, const KeyMaterial& issuer_key, const std::optional<base::Bytes>& issuer_der
);

}  // namespace yht::crypto
