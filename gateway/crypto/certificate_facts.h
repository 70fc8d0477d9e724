// Everything that a certificate says (RFC 5280), weak and strange ones too: for inventories, checks and people. What the
// gateway trusts with is a Certificate (certificate.h), which takes strong ones only.
// Uses: base. Used by: crypto, certs, app.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace yht::crypto {

inline constexpr std::size_t kCertificateBytesMax = 64 * 1024;
inline constexpr std::size_t kAlternativeNamesMax = 256;

enum class NameType : std::uint8_t { Dns, Ip, Uri, Email, Other };
/// "dns", "ip", "uri", "email", "other".
const char* nameTypeName(NameType type);

struct AlternativeName {
    NameType type = NameType::Dns;
    std::string text;  // an address as people write it
    bool operator==(const AlternativeName&) const = default;
};

/// Parts of a subject in the order of the certificate, their types by short name (C, O, OU, CN, …).
struct DistinguishedName {
    std::vector<std::pair<std::string, std::string>> parts;
    /// "C=CN,O=株洲市12345,CN=gateway", commas in values as "\,". nullopt where it can't be read.
    static std::optional<DistinguishedName> parse(std::string_view text);
    std::string text() const;
    /// "" where it has none.
    std::string find(std::string_view type) const;
};

struct KeyFacts {
    std::string kind;  // "p256", "rsa2048" and so on; "" for one that is not taken
    std::string text;  // "EC P-256", "RSA 1024": for people
    base::Bytes public_der;
    bool weak() const { return kind.empty(); }
};

struct CertificateFacts {
    base::Bytes der;
    std::string fingerprint;  // SHA-256 over the DER, lower-case hex
    std::string subject, issuer, common_name, serial_hex;
    DistinguishedName subject_parts;
    base::UnixMillis not_before_ms = 0, not_after_ms = 0;
    std::vector<AlternativeName> names;
    KeyFacts key;
    std::string signature_algorithm;  // "ecdsa-with-SHA256"
    bool signature_weak = false;
    bool is_ca = false;
    std::optional<std::uint32_t> path_length;
    std::vector<std::string> key_usage;           // "digitalSignature", "keyCertSign", …; empty: unrestricted
    std::vector<std::string> extended_key_usage;  // "serverAuth", …, OIDs where unknown; empty: unrestricted
    base::Bytes subject_key_id, authority_key_id;
    std::vector<std::string> crl_urls, ocsp_urls, issuer_urls;
    bool self_issued = false;  // subject and issuer are the same

    std::string pem() const;
};

/// Errors: CryptoFailed with Unreadable, TooLarge or TrailingOctets.
base::Result<CertificateFacts> readCertificateFacts(base::BytesView der);

/// Of a SubjectPublicKeyInfo alone. Errors: CryptoFailed with Unreadable.
base::Result<KeyFacts> readPublicKeyFacts(base::BytesView public_der);

/// DER under a PEM label, "CERTIFICATE" for one.
std::string toPemText(std::string_view label, base::BytesView der);

}  // namespace yht::crypto
