#include "gateway/crypto/certificate_facts.h"

#include <openssl/pem.h>

#include <algorithm>

#include "gateway/crypto/certificate_extensions.h"
#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

constexpr std::size_t kListedMax = 64;  // purposes, URLs: of each so many are read

std::string octetsOf(const ASN1_OCTET_STRING* string) {
    if (string == nullptr) return {};
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

template <class T, class Free, class Use>
void withExtension(const X509* certificate, int nid, Free free_extension, Use use) {
    auto* extension = static_cast<T*>(X509_get_ext_d2i(certificate, nid, nullptr, nullptr));
    if (extension == nullptr) return;
    use(*extension);
    free_extension(extension);
}

void readUsage(X509* certificate, CertificateFacts& facts) {
    if (X509_get_ext_by_NID(certificate, NID_key_usage, -1) >= 0) {
        facts.key_usage = keyUsageOf(X509_get_key_usage(certificate));
    }
    withExtension<EXTENDED_KEY_USAGE>(
        certificate, NID_ext_key_usage, [](auto* usage) { sk_ASN1_OBJECT_pop_free(usage, ASN1_OBJECT_free); },
        [&](const EXTENDED_KEY_USAGE& usage) { facts.extended_key_usage = purposeNames(&usage); }
    );
    withExtension<BASIC_CONSTRAINTS>(certificate, NID_basic_constraints, BASIC_CONSTRAINTS_free, [&](const BASIC_CONSTRAINTS& constraints) {
        facts.is_ca = constraints.ca != 0;
        const long length = constraints.pathlen == nullptr ? -1 : ASN1_INTEGER_get(constraints.pathlen);
        if (length >= 0) facts.path_length = static_cast<std::uint32_t>(length);
    });
}

void addUris(const GENERAL_NAMES* names, std::vector<std::string>& out) {
    for (const AlternativeName& name : alternativeNamesOf(names)) {
        if (name.type == NameType::Uri && out.size() < kListedMax) out.push_back(name.text);
    }
}

void readPlaces(const X509* certificate, CertificateFacts& facts) {
    withExtension<CRL_DIST_POINTS>(certificate, NID_crl_distribution_points, CRL_DIST_POINTS_free, [&](const CRL_DIST_POINTS& points) {
        for (int index = 0; index < std::min(sk_DIST_POINT_num(&points), static_cast<int>(kListedMax)); ++index) {
            const DIST_POINT* point = sk_DIST_POINT_value(&points, index);
            if (point->distpoint != nullptr && point->distpoint->type == 0) addUris(point->distpoint->name.fullname, facts.crl_urls);
        }
    });
    withExtension<AUTHORITY_INFO_ACCESS>(
        certificate, NID_info_access, AUTHORITY_INFO_ACCESS_free,
        [&](const AUTHORITY_INFO_ACCESS& access) {
            for (int index = 0; index < std::min(sk_ACCESS_DESCRIPTION_num(&access), static_cast<int>(kListedMax)); ++index) {
                const ACCESS_DESCRIPTION* one = sk_ACCESS_DESCRIPTION_value(&access, index);
                if (one->location->type != GEN_URI) continue;
                const std::string url = octetsOf(one->location->d.uniformResourceIdentifier);
                const int method = OBJ_obj2nid(one->method);
                if (method == NID_ad_OCSP) facts.ocsp_urls.push_back(url);
                if (method == NID_ad_ca_issuers) facts.issuer_urls.push_back(url);
            }
        }
    );
    withExtension<GENERAL_NAMES>(certificate, NID_subject_alt_name, GENERAL_NAMES_free, [&](const GENERAL_NAMES& names) {
        facts.names = alternativeNamesOf(&names);
    });
}

bool isSpecial(char c) { return std::string_view(",+\"\\<>;=").find(c) != std::string_view::npos; }

}  // namespace

const char* nameTypeName(NameType type) {
    switch (type) {
        case NameType::Dns:
            return "dns";
        case NameType::Ip:
            return "ip";
        case NameType::Uri:
            return "uri";
        case NameType::Email:
            return "email";
        case NameType::Other:
            return "other";
    }
    return "";
}

std::optional<DistinguishedName> DistinguishedName::parse(std::string_view text) {
    DistinguishedName name;
    std::string part;
    std::optional<std::string> type;
    const auto finish = [&] {
        if (!type || type->empty() || part.empty()) return false;
        name.parts.emplace_back(*std::move(type), std::move(part));
        type.reset();
        part.clear();
        return true;
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\\' && at + 1 < text.size())
            part += text[++at];
        else if (c == '=' && !type)
            type = std::exchange(part, {});
        else if (c == ',') {
            if (!finish()) return std::nullopt;
            while (at + 1 < text.size() && text[at + 1] == ' ') ++at;
        } else
            part += c;
    }
    if (!finish() || name.parts.size() > kListedMax) return std::nullopt;
    return name;
}

std::string DistinguishedName::text() const {
    std::string out;
    for (const auto& [type, value] : parts) {
        out += (out.empty() ? "" : ",") + type + "=";
        for (const char c : value) out += isSpecial(c) ? std::string("\\") + c : std::string(1, c);
    }
    return out;
}

std::string DistinguishedName::find(std::string_view type) const {
    for (const auto& [name, value] : parts) {
        if (name == type) return value;
    }
    return {};
}

base::Result<CertificateFacts> readCertificateFacts(base::BytesView der) {
    if (der.size() > kCertificateBytesMax) return refusal(FindingCode::TooLarge);
    bool exact = false;
    const CertificateHandle handle = decodeCertificate(der, exact);
    drainOpensslErrors();
    if (!handle) return refusal(FindingCode::Unreadable);
    if (!exact) return refusal(FindingCode::TrailingOctets);
    X509* const certificate = handle.get();
    CertificateFacts facts;
    facts.der = der;
    facts.fingerprint = base::toHex(sha256(der));
    facts.subject = nameLine(X509_get_subject_name(certificate));
    facts.issuer = nameLine(X509_get_issuer_name(certificate));
    facts.subject_parts = namePartsOf(X509_get_subject_name(certificate));
    facts.common_name = facts.subject_parts.find("CN");
    facts.serial_hex = serialHexOf(X509_get0_serialNumber(certificate));
    facts.self_issued = X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
    const auto not_before = millisOf(X509_get0_notBefore(certificate));
    const auto not_after = millisOf(X509_get0_notAfter(certificate));
    if (!not_before || !not_after) return refusal(FindingCode::Unreadable, facts.subject, "its dates can't be read");
    facts.not_before_ms = *not_before;
    facts.not_after_ms = *not_after;
    const int signature = X509_get_signature_nid(certificate);
    facts.signature_algorithm = signatureName(signature);
    int digest = NID_undef;
    X509_get_signature_info(certificate, &digest, nullptr, nullptr, nullptr);
    facts.signature_weak = isWeakSignature(signature, digest);
    if (EVP_PKEY* key = X509_get0_pubkey(certificate))
        facts.key = keyFactsOf(key);
    else
        facts.key.text = "?";
    facts.subject_key_id = octetsOf(X509_get0_subject_key_id(certificate));
    facts.authority_key_id = octetsOf(X509_get0_authority_key_id(certificate));
    readUsage(certificate, facts);
    readPlaces(certificate, facts);
    drainOpensslErrors();
    return facts;
}

base::Result<KeyFacts> readPublicKeyFacts(base::BytesView public_der) {
    const KeyHandle key = public_der.size() > kCertificateBytesMax ? nullptr : decodePublicKey(public_der);
    drainOpensslErrors();
    if (!key) return refusal(FindingCode::Unreadable);
    return keyFactsOf(key.get());
}

std::string toPemText(std::string_view label, base::BytesView der) {
    constexpr std::size_t kLineCharacters = 64;
    const std::string base64 = base::toBase64(der);
    std::string text = "-----BEGIN " + std::string(label) + "-----\n";
    for (std::size_t at = 0; at < base64.size(); at += kLineCharacters) text += base64.substr(at, kLineCharacters) + "\n";
    return text + "-----END " + std::string(label) + "-----\n";
}

std::string CertificateFacts::pem() const { return toPemText("CERTIFICATE", der); }

}  // namespace yht::crypto
