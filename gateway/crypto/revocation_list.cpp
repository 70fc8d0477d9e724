#include "gateway/crypto/revocation_list.h"

#include "gateway/crypto/certificate_extensions.h"
#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/pem_blocks.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

struct ReasonRow {
    RevocationReason reason;
    const char* name;
    const char* zh;
};
constexpr ReasonRow kReasons[] = {
    {RevocationReason::Unspecified, "unspecified", "未说明"},
    {RevocationReason::KeyCompromise, "key_compromise", "私钥泄露"},
    {RevocationReason::CaCompromise, "ca_compromise", "CA 私钥泄露"},
    {RevocationReason::AffiliationChanged, "affiliation_changed", "隶属变更"},
    {RevocationReason::Superseded, "superseded", "已被新证书取代"},
    {RevocationReason::CessationOfOperation, "cessation_of_operation", "停止使用"},
    {RevocationReason::CertificateHold, "certificate_hold", "暂停使用"},
    {RevocationReason::PrivilegeWithdrawn, "privilege_withdrawn", "权限收回"},
    {RevocationReason::AaCompromise, "aa_compromise", "属性机构泄露"},
};

X509_REVOKED* newRevoked(const RevokedCertificate& one) {
    const IntegerHandle serial = serialOf(one.serial_hex);
    if (!serial) return nullptr;
    X509_REVOKED* revoked = mustNotFail(X509_REVOKED_new());
    mustNotFail(X509_REVOKED_set_serialNumber(revoked, serial.get()) == 1);
    mustNotFail(X509_REVOKED_set_revocationDate(revoked, timeOf(one.revoked_ms).get()) == 1);
    // RFC 5280 section 5.3.1: unspecified is said by leaving the extension out.
    if (one.reason != RevocationReason::Unspecified) {
        ASN1_ENUMERATED* reason = mustNotFail(ASN1_ENUMERATED_new());
        mustNotFail(ASN1_ENUMERATED_set(reason, static_cast<long>(one.reason)) == 1);
        mustNotFail(X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, reason, 0, 0) == 1);
        ASN1_ENUMERATED_free(reason);
    }
    return revoked;
}

void addExtension(X509_CRL* crl, X509_EXTENSION* extension) {
    mustNotFail(X509_CRL_add_ext(crl, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

void addNumberAndIssuer(X509_CRL* crl, std::uint64_t number, const X509* issuer) {
    ASN1_INTEGER* integer = mustNotFail(ASN1_INTEGER_new());
    mustNotFail(ASN1_INTEGER_set_uint64(integer, number) == 1);
    addExtension(crl, newExtension(NID_crl_number, false, integer));
    ASN1_INTEGER_free(integer);
    const ASN1_OCTET_STRING* identifier = X509_get0_subject_key_id(const_cast<X509*>(issuer));
    if (identifier == nullptr) return;
    AUTHORITY_KEYID* authority = mustNotFail(AUTHORITY_KEYID_new());
    authority->keyid = mustNotFail(ASN1_OCTET_STRING_dup(identifier));
    addExtension(crl, newExtension(NID_authority_key_identifier, false, authority));
    AUTHORITY_KEYID_free(authority);
}

RevocationReason reasonOf(const X509_REVOKED* revoked) {
    auto* reason = static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, nullptr, nullptr));
    if (reason == nullptr) return RevocationReason::Unspecified;
    const long value = ASN1_ENUMERATED_get(reason);
    ASN1_ENUMERATED_free(reason);
    for (const ReasonRow& row : kReasons) {
        if (static_cast<long>(row.reason) == value) return row.reason;
    }
    return RevocationReason::Unspecified;
}

/// OpenSSL 3.0 has no place for SM2's user id in a CRL: there its parts are taken out and checked here.
bool isSignedWithSm2(X509_CRL* crl, EVP_PKEY* key) {
    const ASN1_BIT_STRING* signature = nullptr;
    X509_CRL_get0_signature(crl, &signature, nullptr);
    const base::Bytes signed_part = encodeDer(crl, i2d_re_X509_CRL_tbs);
    const DigestContext context(mustNotFail(EVP_MD_CTX_new()));
    EVP_PKEY_CTX* parameters = nullptr;  // the context's own
    return EVP_DigestVerifyInit_ex(context.get(), &parameters, "SM3", nullptr, nullptr, key, nullptr) == 1 &&
           EVP_PKEY_CTX_set1_id(parameters, octets(kSm2UserId), kSm2UserId.size()) > 0 &&
           EVP_DigestVerify(
               context.get(), ASN1_STRING_get0_data(signature), static_cast<std::size_t>(ASN1_STRING_length(signature)),
               octets(signed_part), signed_part.size()
           ) == 1;
}

bool isSignedWith(X509_CRL* crl, EVP_PKEY* key) {
    if (key == nullptr) return false;
    if (X509_CRL_get_signature_nid(crl) == NID_SM2_with_SM3) return keyFactsOf(key).kind == "sm2" && isSignedWithSm2(crl, key);
    return X509_CRL_verify(crl, key) == 1;
}

void readRevoked(X509_CRL* crl, CrlFacts& facts) {
    const STACK_OF(X509_REVOKED)* all = X509_CRL_get_REVOKED(crl);
    for (int index = 0; index < sk_X509_REVOKED_num(all); ++index) {
        const X509_REVOKED* one = sk_X509_REVOKED_value(all, index);
        facts.revoked.push_back(
            {.serial_hex = serialHexOf(X509_REVOKED_get0_serialNumber(one)),
             .revoked_ms = millisOf(X509_REVOKED_get0_revocationDate(one)).value_or(0),
             .reason = reasonOf(one)}
        );
    }
}

}  // namespace

const char* reasonName(RevocationReason reason) {
    for (const ReasonRow& row : kReasons) {
        if (row.reason == reason) return row.name;
    }
    return "";
}

const char* reasonChinese(RevocationReason reason) {
    for (const ReasonRow& row : kReasons) {
        if (row.reason == reason) return row.zh;
    }
    return "";
}

std::optional<RevocationReason> findReason(std::string_view name) {
    for (const ReasonRow& row : kReasons) {
        if (name == row.name) return row.reason;
    }
    return std::nullopt;
}

std::vector<std::string> reasonNames() {
    std::vector<std::string> names;
    for (const ReasonRow& row : kReasons) names.emplace_back(row.name);
    return names;
}

base::Result<base::Bytes> issueCrl(const CrlContent& content, const KeyMaterial& issuer_key, base::BytesView issuer_der) {
    bool exact = false;
    const CertificateHandle issuer = decodeCertificate(issuer_der, exact);
    if (!issuer || !exact) return refusal(FindingCode::Unreadable, "issuer");
    EVP_PKEY* const key = KeyMaterialAccess::handle(issuer_key);
    if (X509_check_private_key(issuer.get(), key) != 1) {
        drainOpensslErrors();
        return refusal(FindingCode::KeyMismatch, nameLine(X509_get_subject_name(issuer.get())));
    }
    const CrlHandle crl(mustNotFail(X509_CRL_new()));
    mustNotFail(X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2) == 1);
    mustNotFail(X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.get())) == 1);
    mustNotFail(X509_CRL_set1_lastUpdate(crl.get(), timeOf(content.this_update_ms).get()) == 1);
    mustNotFail(X509_CRL_set1_nextUpdate(crl.get(), timeOf(content.next_update_ms).get()) == 1);
    for (const RevokedCertificate& one : content.revoked) {
        X509_REVOKED* revoked = newRevoked(one);
        if (revoked == nullptr) return refusal(FindingCode::Unreadable, one.serial_hex, "serial");
        mustNotFail(X509_CRL_add0_revoked(crl.get(), revoked) == 1);
    }
    mustNotFail(X509_CRL_sort(crl.get()) == 1);
    addNumberAndIssuer(crl.get(), content.number, issuer.get());
    const DigestContext context(mustNotFail(EVP_MD_CTX_new()));
    if (!prepareSigning(context.get(), key) || X509_CRL_sign_ctx(crl.get(), context.get()) <= 0) {
        return opensslError("the CRL can't be signed");
    }
    return encodeDer(crl.get(), i2d_X509_CRL);
}

std::string CrlFacts::pem() const { return toPemText("X509 CRL", der); }

base::Result<CrlFacts> readCrl(std::string_view file) {
    if (file.size() > kCrlBytesMax) return refusal(FindingCode::TooLarge);
    auto der = derOfPem(file, {"X509 CRL"});
    if (!der) return std::move(der).error();
    bool exact = false;
    const CrlHandle crl(decodeDer(*der, d2i_X509_CRL, exact));
    drainOpensslErrors();
    if (!crl) return refusal(FindingCode::Unreadable);
    if (!exact) return refusal(FindingCode::TrailingOctets);
    CrlFacts facts;
    facts.der = *std::move(der);
    facts.issuer = nameLine(X509_CRL_get_issuer(crl.get()));
    if (auto* number = static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl.get(), NID_crl_number, nullptr, nullptr))) {
        facts.number_hex = serialHexOf(number);
        ASN1_INTEGER_free(number);
    }
    const auto this_update = millisOf(X509_CRL_get0_lastUpdate(crl.get()));
    if (!this_update) return refusal(FindingCode::Unreadable, facts.issuer, "its dates can't be read");
    facts.this_update_ms = *this_update;
    facts.next_update_ms = millisOf(X509_CRL_get0_nextUpdate(crl.get())).value_or(0);
    const int signature = X509_CRL_get_signature_nid(crl.get());
    facts.signature_algorithm = signatureName(signature);
    facts.signature_weak = isWeakSignature(signature, NID_undef);
    readRevoked(crl.get(), facts);
    drainOpensslErrors();
    return facts;
}

bool isCrlSignedBy(base::BytesView crl_der, base::BytesView issuer_der) {
    bool exact = false;
    const CrlHandle crl(decodeDer(crl_der, d2i_X509_CRL, exact));
    const CertificateHandle issuer = decodeCertificate(issuer_der, exact);
    const bool signed_by = crl && issuer && X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), X509_get_subject_name(issuer.get())) == 0 &&
                           isSignedWith(crl.get(), X509_get0_pubkey(issuer.get()));
    drainOpensslErrors();
    return signed_by;
}

}  // namespace yht::crypto
