#include "gateway/crypto/revocation_list.h"

#include <algorithm>

#include "gateway/base/time_text.h"
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
    return reasonOfNumber(value);
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

struct FreeCrl {
    void operator()(void* crl) const { X509_CRL_free(static_cast<X509_CRL*>(crl)); }
};
X509_CRL* listOf(const std::shared_ptr<void>& handle) { return static_cast<X509_CRL*>(handle.get()); }

base::Error untrusted(FindingCode code, const std::string& at, const std::string& why = {}) {
    const std::string queued = drainOpensslErrors();
    base::Error error = refusal(code, at, why);
    error.code = base::ErrorCode::CertCrlUntrusted;
    error.detail = textOf({code, at, why}) + (queued.empty() ? "" : ": " + queued);
    return error;
}

/// The same finding where a part of the list can't be read.
base::Error asUntrusted(const base::Error& error) {
    for (const auto code : {FindingCode::TrailingOctets, FindingCode::TooLarge}) {
        if (has(error, code)) return untrusted(code, "");
    }
    return untrusted(FindingCode::Unreadable, "", "PEM X509 CRL or DER");
}

/// Every extension that limits what the list is about is critical (RFC 5280 sections 5.2.4 and 5.2.5).
bool isWhole(const X509_CRL* crl) { return X509_CRL_get_ext_by_critical(crl, 1, -1) < 0; }

std::string numberOf(const X509_CRL* crl) {
    const IntegerHandle number(static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl, NID_crl_number, nullptr, nullptr)));
    return number ? serialHexOf(number.get()) : std::string();
}

int signatureOf(const X509_CRL* crl, bool& weak) {
    const X509_ALGOR* algorithm = nullptr;
    X509_CRL_get0_signature(crl, nullptr, &algorithm);
    const int nid = X509_CRL_get_signature_nid(crl);
    weak = isWeakSignature(nid, pssDigestOf(algorithm));
    return nid;
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

RevocationReason reasonOfNumber(long number) {
    for (const ReasonRow& row : kReasons) {
        if (static_cast<long>(row.reason) == number) return row.reason;
    }
    return RevocationReason::Unspecified;
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

std::string revocationText(const Revocation& revocation) {
    return "revoked " + base::formatRfc3339(revocation.at_ms) + " (" + reasonName(revocation.reason) + ")";
}

base::Result<RevocationList> RevocationList::read(base::BytesView file) {
    if (file.size() > kRevocationListBytesMax) return untrusted(FindingCode::TooLarge, "");
    const auto der = derOfPem(file, {"X509 CRL"});
    if (!der) return asUntrusted(der.error());
    bool exact = false;
    X509_CRL* const crl = decodeDer(*der, d2i_X509_CRL, exact);
    if (crl == nullptr) return untrusted(FindingCode::Unreadable, "", "PEM X509 CRL or DER");
    RevocationList list;
    list.handle_ = std::shared_ptr<void>(crl, FreeCrl());
    if (!exact) return untrusted(FindingCode::TrailingOctets, "");
    list.issuer_ = nameLine(X509_CRL_get_issuer(crl));
    if (!isWhole(crl)) return untrusted(FindingCode::CrlPartial, list.issuer_);
    const auto this_update = millisOf(X509_CRL_get0_lastUpdate(crl));
    if (!this_update) return untrusted(FindingCode::Unreadable, list.issuer_, "its dates can't be read");
    list.this_update_ms_ = *this_update;
    list.next_update_ms_ = millisOf(X509_CRL_get0_nextUpdate(crl)).value_or(*this_update + kWithoutNextUpdateMillis);
    list.number_hex_ = numberOf(crl);
    list.signature_algorithm_ = signatureName(signatureOf(crl, list.signature_weak_));
    list.entry_count_ = static_cast<std::size_t>(std::max(0, sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl))));
    drainOpensslErrors();
    return list;
}

bool RevocationList::namesIssuer(base::BytesView issuer_der) const {
    const CertificateHandle issuer = readCertificate(issuer_der);
    return issuer && X509_NAME_cmp(X509_get_subject_name(issuer.get()), X509_CRL_get_issuer(listOf(handle_))) == 0;
}

base::Status RevocationList::checkSignature(base::BytesView issuer_der) const {
    const CertificateHandle issuer = readCertificate(issuer_der);
    if (!issuer) return untrusted(FindingCode::CrlUntrusted, issuer_, "the CA's certificate can't be read");
    if ((X509_get_key_usage(issuer.get()) & KU_CRL_SIGN) == 0) {
        return untrusted(FindingCode::CrlUntrusted, issuer_, "the CA may not sign lists");
    }
    if (signature_weak_) return untrusted(FindingCode::CrlUntrusted, issuer_, "the list is signed with " + signature_algorithm_);
    if (!isSignedWith(listOf(handle_), X509_get0_pubkey(issuer.get()))) {
        return untrusted(FindingCode::CrlUntrusted, issuer_, "not signed by its key");
    }
    return {};
}

std::optional<Revocation> RevocationList::find(base::BytesView certificate_der) const {
    const CertificateHandle certificate = readCertificate(certificate_der);
    X509_REVOKED* entry = nullptr;
    if (!certificate || X509_CRL_get0_by_cert(listOf(handle_), &entry, certificate.get()) != 1 || entry == nullptr) return std::nullopt;
    return Revocation{millisOf(X509_REVOKED_get0_revocationDate(entry)).value_or(0), reasonOf(entry)};
}

std::vector<RevokedCertificate> RevocationList::entries() const {
    std::vector<RevokedCertificate> entries;
    const STACK_OF(X509_REVOKED)* all = X509_CRL_get_REVOKED(listOf(handle_));
    for (int index = 0; index < sk_X509_REVOKED_num(all); ++index) {
        const X509_REVOKED* one = sk_X509_REVOKED_value(all, index);
        entries.push_back(
            {.serial_hex = serialHexOf(X509_REVOKED_get0_serialNumber(one)),
             .revoked_ms = millisOf(X509_REVOKED_get0_revocationDate(one)).value_or(0),
             .reason = reasonOf(one)}
        );
    }
    return entries;
}

bool RevocationList::isNewerThan(const RevocationList& other) const {
    const auto &mine = number_hex_, &theirs = other.number_hex_;
    if (mine.empty() || theirs.empty() || mine == theirs) return this_update_ms_ > other.this_update_ms_;
    return mine.size() != theirs.size() ? mine.size() > theirs.size() : mine > theirs;
}

base::Bytes RevocationList::toDer() const { return encodeDer(listOf(handle_), i2d_X509_CRL); }

std::string RevocationList::toPem() const { return toPemText("X509 CRL", toDer()); }

}  // namespace yht::crypto
