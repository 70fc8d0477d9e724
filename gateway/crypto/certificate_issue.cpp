#include "gateway/crypto/certificate_issue.h"

#include <openssl/err.h>

#include "gateway/crypto/certificate_extensions.h"
#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

void add(X509* certificate, X509_EXTENSION* extension) {
    mustNotFail(X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

void addConstraints(X509* certificate, const CertificateContent& content) {
    BASIC_CONSTRAINTS* constraints = mustNotFail(BASIC_CONSTRAINTS_new());
    constraints->ca = content.is_ca ? 0xFF : 0;
    if (content.is_ca && content.path_length) {
        constraints->pathlen = mustNotFail(ASN1_INTEGER_new());
        mustNotFail(ASN1_INTEGER_set(constraints->pathlen, static_cast<long>(*content.path_length)) == 1);
    }
    add(certificate, newExtension(NID_basic_constraints, true, constraints));
    BASIC_CONSTRAINTS_free(constraints);
}

ASN1_OCTET_STRING* newOctets(base::BytesView bytes) {
    ASN1_OCTET_STRING* string = mustNotFail(ASN1_OCTET_STRING_new());
    mustNotFail(ASN1_OCTET_STRING_set(string, octets(bytes), static_cast<int>(bytes.size())) == 1);
    return string;
}

/// SHA-1 of the key's bits: RFC 5280 section 4.2.1.2 (1). A name, not a proof.
base::Bytes keyIdentifierOf(X509* certificate) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    mustNotFail(X509_pubkey_digest(certificate, EVP_sha1(), digest, &length) == 1);
    return {reinterpret_cast<const char*>(digest), length};
}

void addIdentifiers(X509* certificate, X509* issuer) {
    ASN1_OCTET_STRING* own = newOctets(keyIdentifierOf(certificate));
    add(certificate, newExtension(NID_subject_key_identifier, false, own));
    ASN1_OCTET_STRING_free(own);
    AUTHORITY_KEYID* authority = mustNotFail(AUTHORITY_KEYID_new());
    const ASN1_OCTET_STRING* of_issuer = issuer == nullptr ? nullptr : X509_get0_subject_key_id(issuer);
    authority->keyid = of_issuer != nullptr ? mustNotFail(ASN1_OCTET_STRING_dup(of_issuer))
                                            : newOctets(keyIdentifierOf(issuer == nullptr ? certificate : issuer));
    add(certificate, newExtension(NID_authority_key_identifier, false, authority));
    AUTHORITY_KEYID_free(authority);
}

GENERAL_NAME* newUri(const std::string& url) {
    GENERAL_NAME* name = mustNotFail(GENERAL_NAME_new());
    ASN1_IA5STRING* text = mustNotFail(ASN1_IA5STRING_new());
    mustNotFail(ASN1_STRING_set(text, url.data(), static_cast<int>(url.size())) == 1);
    GENERAL_NAME_set0_value(name, GEN_URI, text);
    return name;
}

void addCrlPlaces(X509* certificate, const std::vector<std::string>& urls) {
    if (urls.empty()) return;
    CRL_DIST_POINTS* points = mustNotFail(CRL_DIST_POINTS_new());
    for (const std::string& url : urls) {
        DIST_POINT* point = mustNotFail(DIST_POINT_new());
        point->distpoint = mustNotFail(DIST_POINT_NAME_new());
        point->distpoint->type = 0;
        point->distpoint->name.fullname = mustNotFail(GENERAL_NAMES_new());
        mustNotFail(sk_GENERAL_NAME_push(point->distpoint->name.fullname, newUri(url)) > 0);
        mustNotFail(sk_DIST_POINT_push(points, point) > 0);
    }
    add(certificate, newExtension(NID_crl_distribution_points, false, points));
    CRL_DIST_POINTS_free(points);
}

void addAccess(X509* certificate, const CertificateContent& content) {
    if (content.ocsp_urls.empty() && content.issuer_urls.empty()) return;
    AUTHORITY_INFO_ACCESS* access = mustNotFail(AUTHORITY_INFO_ACCESS_new());
    const auto addAll = [&](int method, const std::vector<std::string>& urls) {
        for (const std::string& url : urls) {
            ACCESS_DESCRIPTION* one = mustNotFail(ACCESS_DESCRIPTION_new());
            ASN1_OBJECT_free(one->method);
            one->method = OBJ_nid2obj(method);
            GENERAL_NAME_free(one->location);
            one->location = newUri(url);
            mustNotFail(sk_ACCESS_DESCRIPTION_push(access, one) > 0);
        }
    };
    addAll(NID_ad_OCSP, content.ocsp_urls);
    addAll(NID_ad_ca_issuers, content.issuer_urls);
    add(certificate, newExtension(NID_info_access, false, access));
    AUTHORITY_INFO_ACCESS_free(access);
}

base::Status addNames(X509* certificate, const CertificateContent& content) {
    if (!content.names.empty()) {
        const NamesHandle names = generalNamesOf(content.names);
        if (!names) return refusal(FindingCode::NameNotAllowed, "", "a DNS name is ASCII, an address is IPv4 or IPv6");
        // RFC 5280 section 4.2.1.6: critical where there is no subject; there always is one.
        add(certificate, newExtension(NID_subject_alt_name, false, names.get()));
    }
    if (!content.extended_key_usage.empty()) {
        EXTENDED_KEY_USAGE* usage = newExtendedKeyUsage(content.extended_key_usage);
        if (usage == nullptr) return refusal(FindingCode::UsageWrong, "", "unknown purpose");
        add(certificate, newExtension(NID_ext_key_usage, false, usage));
        sk_ASN1_OBJECT_pop_free(usage, ASN1_OBJECT_free);
    }
    return {};
}

/// Everything but issuer and signature. Errors: as issueCertificate().
base::Result<CertificateHandle> drafted(const CertificateContent& content, X509* issuer) {
    CertificateHandle certificate(mustNotFail(X509_new()));
    const NameHandle subject = nameOf(content.subject);
    if (!subject || content.subject.parts.empty()) return refusal(FindingCode::SubjectMissing, content.subject.text(), "as C=CN,O=…,CN=…");
    const IntegerHandle serial = serialOf(content.serial_hex);
    const KeyHandle key = decodePublicKey(content.public_key_der);
    drainOpensslErrors();
    if (!serial || !key) return refusal(FindingCode::Unreadable, content.subject.text());
    X509* const made = certificate.get();
    mustNotFail(X509_set_version(made, X509_VERSION_3) == 1);
    mustNotFail(X509_set_serialNumber(made, serial.get()) == 1);
    mustNotFail(X509_set_subject_name(made, subject.get()) == 1);
    mustNotFail(X509_set_issuer_name(made, issuer == nullptr ? subject.get() : X509_get_subject_name(issuer)) == 1);
    mustNotFail(X509_set1_notBefore(made, timeOf(content.not_before_ms).get()) == 1);
    mustNotFail(X509_set1_notAfter(made, timeOf(content.not_after_ms).get()) == 1);
    mustNotFail(X509_set_pubkey(made, key.get()) == 1);
    addConstraints(made, content);
    if (!content.key_usage.empty()) add(made, newKeyUsage(content.key_usage));
    if (auto status = addNames(made, content); !status) return std::move(status).error();
    addIdentifiers(made, issuer);
    addCrlPlaces(made, content.crl_urls);
    addAccess(made, content);
    return certificate;
}

}  // namespace

std::string newSerialHex(base::Random& random) {
    base::Bytes serial = random.bytes(kSerialBytes);
    serial[0] = static_cast<char>((static_cast<unsigned char>(serial[0]) & 0x7FU) | 0x40U);  // positive, and always as long
    return base::toHex(serial);
}

base::Result<base::Bytes> issueCertificate(
    const CertificateContent& content, const KeyMaterial& issuer_key, const std::optional<base::Bytes>& issuer_der
) {
    CertificateHandle issuer;
    if (issuer_der) {
        bool exact = false;
        issuer = decodeCertificate(*issuer_der, exact);
        if (!issuer || !exact) return refusal(FindingCode::Unreadable, "issuer");
    }
    EVP_PKEY* const key = KeyMaterialAccess::handle(issuer_key);
    auto certificate = drafted(content, issuer.get());
    if (!certificate) return std::move(certificate).error();
    if (X509_check_private_key(issuer ? issuer.get() : certificate->get(), key) != 1) {
        drainOpensslErrors();
        return refusal(FindingCode::KeyMismatch, issuer ? nameLine(X509_get_subject_name(issuer.get())) : content.subject.text());
    }
    const DigestContext context(mustNotFail(EVP_MD_CTX_new()));
    if (!prepareSigning(context.get(), key) || X509_sign_ctx(certificate->get(), context.get()) <= 0) {
        return opensslError("the certificate can't be signed");
    }
    return encodeDer(certificate->get(), i2d_X509);
}

}  // namespace yht::crypto
