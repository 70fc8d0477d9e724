#include "gateway/crypto/certificate_chain.h"

#include <arpa/inet.h>

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;

constexpr int kDepthMax = 8;
constexpr int kStrengthBitsMin = 112;

struct FaultRow {
    int verdict;  // X509_V_ERR_…
    FindingCode code;
};
constexpr FaultRow kFaults[] = {
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, FindingCode::ChainMissing},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, FindingCode::ChainMissing},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, FindingCode::ChainMissing},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, FindingCode::IssuerUntrusted},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, FindingCode::SelfSigned},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, FindingCode::SignatureInvalid},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, FindingCode::SignatureInvalid},
    {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, FindingCode::KeyWeak},
    {X509_V_ERR_CERT_HAS_EXPIRED, FindingCode::Expired},
    {X509_V_ERR_CERT_NOT_YET_VALID, FindingCode::NotYetValid},
    {X509_V_ERR_INVALID_CA, FindingCode::IssuerNotCa},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, FindingCode::IssuerMayNotSign},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, FindingCode::PathLength},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, FindingCode::PathLength},
    {X509_V_ERR_INVALID_PURPOSE, FindingCode::UsageWrong},
    {X509_V_ERR_HOSTNAME_MISMATCH, FindingCode::NameMismatch},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, FindingCode::NameMismatch},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, FindingCode::ExtensionUnknown},
    {X509_V_ERR_CA_MD_TOO_WEAK, FindingCode::SignatureWeak},
    {X509_V_ERR_EE_KEY_TOO_SMALL, FindingCode::KeyWeak},
    {X509_V_ERR_CA_KEY_TOO_SMALL, FindingCode::KeyWeak},
};

struct ErrorOfFinding {
    FindingCode finding;
    ErrorCode error;
};
/// What is answered to partners and kept in logs; every other finding of a chain is CertInvalid.
constexpr ErrorOfFinding kErrors[] = {
    {FindingCode::Expired, ErrorCode::CertExpired},
    {FindingCode::NotYetValid, ErrorCode::CertNotYetValid},
    {FindingCode::UsageWrong, ErrorCode::CertUsage},
    {FindingCode::KeyUsageWrong, ErrorCode::CertUsage},
    {FindingCode::NotACa, ErrorCode::CertUsage},
    {FindingCode::IssuerNotCa, ErrorCode::CertIssuerNotCa},
    {FindingCode::IssuerMayNotSign, ErrorCode::CertIssuerNotCa},
    {FindingCode::SelfSigned, ErrorCode::CertSelfSigned},
    {FindingCode::IssuerUntrusted, ErrorCode::CertIssuerUnknown},
    {FindingCode::SignatureInvalid, ErrorCode::CertIssuerUnknown},
    {FindingCode::ChainMissing, ErrorCode::CertChainIncomplete},
    {FindingCode::PathLength, ErrorCode::CertPathLength},
    {FindingCode::NameMismatch, ErrorCode::CertNameMismatch},
    {FindingCode::KeyWeak, ErrorCode::CertKeyWeak},
    {FindingCode::SignatureWeak, ErrorCode::CertDigestWeak},
    {FindingCode::Revoked, ErrorCode::CertRevokedCrl},
    {FindingCode::CrlMissing, ErrorCode::CertCrlMissing},
    {FindingCode::CrlExpired, ErrorCode::CertCrlStale},
    {FindingCode::CrlNotYetValid, ErrorCode::CertCrlStale},
};

ErrorCode errorOf(FindingCode code) {
    for (const ErrorOfFinding& row : kErrors) {
        if (row.finding == code) return row.error;
    }
    return ErrorCode::CertInvalid;
}

bool hasAnchorOfName(X509_STORE_CTX* context, const X509_NAME* name) {
    X509_OBJECT* found = X509_STORE_CTX_get_obj_by_subject(context, X509_LU_X509, name);
    const bool has = found != nullptr;
    X509_OBJECT_free(found);
    drainOpensslErrors();
    return has;
}

FindingCode codeOf(X509_STORE_CTX* context, int verdict, X509* at) {
    FindingCode code = FindingCode::ChainInvalid;
    for (const FaultRow& row : kFaults) {
        if (row.verdict == verdict) code = row.code;
    }
    if (code != FindingCode::ChainMissing || at == nullptr) return code;
    // A CA of the very name is here, and did not sign this. Who sends an issuer along that nobody here knows misses no intermediate.
    const bool known = hasAnchorOfName(context, X509_get_issuer_name(at));
    return known || X509_STORE_CTX_get_error_depth(context) > 0 ? FindingCode::IssuerUntrusted : code;
}

std::string dayOf(base::UnixMillis at_ms) { return base::formatRfc3339(at_ms).substr(0, 10); }

X509* certificateAt(X509_STORE_CTX* context) {
    X509* at = X509_STORE_CTX_get_current_cert(context);
    return at != nullptr ? at : X509_STORE_CTX_get0_cert(context);
}

Finding findingOf(X509_STORE_CTX* context) {
    const int verdict = X509_STORE_CTX_get_error(context);
    X509* const at = certificateAt(context);
    const FindingCode code = codeOf(context, verdict, at);
    Finding finding{code, at == nullptr ? "" : nameLine(X509_get_subject_name(at)), ""};
    if (at == nullptr) return finding;
    if (code == FindingCode::Expired)
        finding.detail = dayOf(millisOf(X509_get0_notAfter(at)).value_or(0));
    else if (code == FindingCode::NotYetValid)
        finding.detail = dayOf(millisOf(X509_get0_notBefore(at)).value_or(0));
    else if (code == FindingCode::ChainMissing || code == FindingCode::IssuerUntrusted)
        finding.detail = nameLine(X509_get_issuer_name(at));
    else if (code == FindingCode::ChainInvalid)
        finding.detail = X509_verify_cert_error_string(verdict);
    return finding;
}

/// OpenSSL's present fault as an error, for who refuses with one.
base::Error errorOfFault(X509_STORE_CTX* context) {
    const int verdict = X509_STORE_CTX_get_error(context);
    X509* const at = certificateAt(context);
    std::string detail = X509_verify_cert_error_string(verdict);
    if (at != nullptr) {
        detail += ", certificate " + std::to_string(X509_STORE_CTX_get_error_depth(context)) + " of the chain: " +
                  certificateText(encodeDer(at, i2d_X509)) + ", issuer " + nameLine(X509_get_issuer_name(at));
    }
    return base::makeError(errorOf(codeOf(context, verdict, at)), std::move(detail));
}

/// One check under way.
struct Checking {
    ChainAnswer answer;
    bool purpose_refused = false;  // by OpenSSL, of the leaf

    /// One finding a fact: OpenSSL may say the same of one certificate several times.
    bool add(Finding finding) {
        auto& all = answer.findings;
        const auto same = [&](const Finding& one) { return one.code == finding.code && one.at == finding.at; };
        if (std::any_of(all.begin(), all.end(), same)) return false;
        all.push_back(std::move(finding));
        return true;
    }
    void addOwn(Finding finding, base::BytesView der) {
        base::Error error = base::makeError(errorOf(finding.code), textOf(finding) + ": " + certificateText(der));
        if (add(std::move(finding)) && answer.status.ok()) answer.status = std::move(error);
    }
};

/// Collects every fault and goes on: an operator mends a file once.
int collect(int ok, X509_STORE_CTX* context) {
    if (ok == 1) return 1;
    auto& checking = *static_cast<Checking*>(X509_STORE_CTX_get_app_data(context));
    // Of the leaf's usage checkPurpose tells which one is missing.
    if (X509_STORE_CTX_get_error(context) == X509_V_ERR_INVALID_PURPOSE && X509_STORE_CTX_get_error_depth(context) == 0) {
        checking.purpose_refused = true;
        return 1;
    }
    base::Error error = errorOfFault(context);
    if (checking.add(findingOf(context)) && checking.answer.status.ok()) checking.answer.status = std::move(error);
    return 1;
}

CertificateStack stackOf(const std::vector<base::Bytes>& ders) {
    CertificateStack stack(mustNotFail(sk_X509_new_null()));
    for (const base::Bytes& der : ders) {
        CertificateHandle certificate = readCertificate(der);
        if (certificate) mustNotFail(sk_X509_push(stack.get(), certificate.release()) > 0);
    }
    return stack;
}

CertificateChain chainOf(const STACK_OF(X509)* certificates) {
    CertificateChain chain;
    for (int index = 0; index < sk_X509_num(certificates) && index < kChainCertificatesMax; ++index) {
        chain.push_back(encodeDer(sk_X509_value(certificates, index), i2d_X509));
    }
    return chain;
}

StoreHandle storeOf(base::BytesView certificate_der, const ChainQuestion& question) {
    StoreHandle store(mustNotFail(X509_STORE_new()));
    auto ders = question.anchors;
    if (question.last_is_anchor) ders.push_back(question.others.empty() ? base::Bytes(certificate_der) : question.others.back());
    const CertificateStack anchors = stackOf(ders);
    for (int index = 0; index < sk_X509_num(anchors.get()); ++index) X509_STORE_add_cert(store.get(), sk_X509_value(anchors.get(), index));
    return store;
}

void setParameters(X509_VERIFY_PARAM* parameters, const ChainQuestion& question) {
    X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(question.at_ms / 1000));
    X509_VERIFY_PARAM_set_depth(parameters, kDepthMax);
    X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
    if (question.purpose == CertificatePurpose::TlsServer) X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
    if (question.purpose == CertificatePurpose::TlsClient) X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT);
    if (question.last_is_anchor) X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
}

void buildChain(X509* certificate, base::BytesView der, const ChainQuestion& question, Checking& checking) {
    const StoreHandle store = storeOf(der, question);
    const CertificateStack others = stackOf(question.others);
    const StoreContext context(mustNotFail(X509_STORE_CTX_new()));
    mustNotFail(X509_STORE_CTX_init(context.get(), store.get(), certificate, others.get()) == 1);
    setParameters(X509_STORE_CTX_get0_param(context.get()), question);
    X509_STORE_CTX_set_verify_cb(context.get(), collect);
    X509_STORE_CTX_set_app_data(context.get(), &checking);
    X509_verify_cert(context.get());
    for (const auto& member : chainOf(X509_STORE_CTX_get0_chain(context.get()))) {
        auto facts = readCertificateFacts(member);
        if (facts.ok()) checking.answer.members.push_back(*std::move(facts));
    }
    drainOpensslErrors();
}

bool contains(const std::vector<std::string>& list, const char* name) { return std::find(list.begin(), list.end(), name) != list.end(); }

bool allows(const std::vector<std::string>& usages, const char* name) { return usages.empty() || contains(usages, name); }

const char* wantedPurpose(CertificatePurpose purpose) {
    if (purpose == CertificatePurpose::TlsServer) return "serverAuth";
    return purpose == CertificatePurpose::TlsClient ? "clientAuth" : nullptr;
}

void checkPurpose(X509* certificate, const CertificateFacts& leaf, CertificatePurpose purpose, Checking& checking) {
    const auto add = [&](FindingCode code, const char* detail) { checking.addOwn({code, leaf.subject, detail}, leaf.der); };
    if (purpose == CertificatePurpose::Any) return;
    if (purpose == CertificatePurpose::Ca) {
        if (!leaf.is_ca) add(FindingCode::NotACa, "");
        if (!allows(leaf.key_usage, "keyCertSign")) add(FindingCode::KeyUsageWrong, "keyCertSign");
        return;
    }
    const auto before = checking.answer.findings.size();
    const char* const wanted = wantedPurpose(purpose);
    if (wanted != nullptr && !contains(leaf.extended_key_usage, "anyExtendedKeyUsage") && !allows(leaf.extended_key_usage, wanted)) {
        add(FindingCode::UsageWrong, wanted);
    }
    // Who signs messages may do so for proof alone; TLS asks for the other.
    const bool signs = allows(leaf.key_usage, "digitalSignature") ||
                       (purpose == CertificatePurpose::Signing && contains(leaf.key_usage, "nonRepudiation"));
    if (!signs) add(FindingCode::KeyUsageWrong, "digitalSignature");
    if (purpose == CertificatePurpose::Signing && X509_check_ca(certificate) != 0) add(FindingCode::UsageWrong, "a CA");
    if (checking.purpose_refused && before == checking.answer.findings.size()) add(FindingCode::UsageWrong, wanted == nullptr ? "" : wanted);
}

bool carries(X509* certificate, const std::string& host) {
    unsigned char address[16];
    const bool is_address = inet_pton(AF_INET, host.c_str(), address) == 1 || inet_pton(AF_INET6, host.c_str(), address) == 1;
    const int named = is_address ? X509_check_ip_asc(certificate, host.c_str(), 0)
                                 : X509_check_host(certificate, host.c_str(), host.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr);
    drainOpensslErrors();
    return named == 1;
}

/// How a root signs itself proves nothing, so it spoils nothing.
void checkStrength(const CertificateFacts& member, bool own_kinds, Checking& checking) {
    if (own_kinds && member.key.weak()) checking.addOwn({FindingCode::KeyWeak, member.subject, member.key.text}, member.der);
    if (member.self_issued) return;
    const CertificateHandle certificate = readCertificate(member.der);
    int bits = 0;
    const bool known = certificate && X509_get_signature_info(certificate.get(), nullptr, nullptr, &bits, nullptr) == 1;
    drainOpensslErrors();
    if (known && bits >= kStrengthBitsMin && !(own_kinds && member.signature_weak)) return;
    checking.addOwn({FindingCode::SignatureWeak, member.subject, member.signature_algorithm}, member.der);
}

/// The newest CRL that this issuer signed.
const RevocationList* newestCrl(const std::vector<RevocationList>& crls, const CertificateFacts& issuer) {
    const RevocationList* newest = nullptr;
    for (const RevocationList& one : crls) {
        if (!one.namesIssuer(issuer.der) || !one.checkSignature(issuer.der).ok()) continue;
        if (newest == nullptr || one.isNewerThan(*newest)) newest = &one;
    }
    return newest;
}

void checkRevocation(const ChainQuestion& question, Checking& checking) {
    const auto& members = checking.answer.members;
    for (std::size_t index = 0; index + 1 < members.size(); ++index) {
        const CertificateFacts& member = members[index];
        const CertificateFacts& issuer = members[index + 1];
        const auto add = [&](FindingCode code, const std::string& at, const std::string& detail) {
            checking.addOwn({code, at, detail}, member.der);
        };
        const RevocationList* const crl = newestCrl(question.crls, issuer);
        if (crl == nullptr) {
            if (question.revocation == RevocationCheck::Required) add(FindingCode::CrlMissing, member.subject, issuer.subject);
            continue;
        }
        if (crl->thisUpdateMillis() > question.at_ms) add(FindingCode::CrlNotYetValid, issuer.subject, dayOf(crl->thisUpdateMillis()));
        if (crl->nextUpdateMillis() < question.at_ms) add(FindingCode::CrlExpired, issuer.subject, dayOf(crl->nextUpdateMillis()));
        if (const auto revoked = crl->find(member.der)) {
            add(FindingCode::Revoked, member.subject, std::string(reasonName(revoked->reason)) + ", " + dayOf(revoked->at_ms));
        }
    }
}

}  // namespace

const char* purposeName(CertificatePurpose purpose) {
    constexpr const char* kNames[] = {"any", "tls_server", "tls_client", "signing", "ca"};
    return kNames[static_cast<std::size_t>(purpose)];
}

ChainAnswer checkChain(base::BytesView certificate_der, const ChainQuestion& question) {
    const CertificateHandle certificate = readCertificate(certificate_der);
    const auto leaf = readCertificateFacts(certificate_der);
    if (!certificate || !leaf.ok()) {
        return {.findings = {{FindingCode::Unreadable, "", ""}},
                .members = {},
                .status = base::makeError(ErrorCode::CertInvalid, "a certificate can't be read")};
    }
    Checking checking;
    buildChain(certificate.get(), certificate_der, question, checking);
    const auto members = checking.answer.members;
    for (const CertificateFacts& member : members) checkStrength(member, question.own_kinds, checking);
    checkPurpose(certificate.get(), *leaf, question.purpose, checking);
    for (const auto& host : question.hosts) {
        if (!carries(certificate.get(), host)) checking.addOwn({FindingCode::NameMismatch, leaf->subject, host}, leaf->der);
    }
    if (question.revocation != RevocationCheck::None) checkRevocation(question, checking);
    drainOpensslErrors();
    return std::move(checking.answer);
}

std::vector<Finding> checkAlone(const CertificateFacts& certificate, base::UnixMillis at_ms) {
    std::vector<Finding> findings;
    if (certificate.key.weak()) findings.push_back({FindingCode::KeyWeak, certificate.subject, certificate.key.text});
    if (certificate.signature_weak && !certificate.self_issued) {
        findings.push_back({FindingCode::SignatureWeak, certificate.subject, certificate.signature_algorithm});
    }
    if (certificate.not_after_ms < at_ms) findings.push_back({FindingCode::Expired, certificate.subject, dayOf(certificate.not_after_ms)});
    if (certificate.not_before_ms > at_ms)
        findings.push_back({FindingCode::NotYetValid, certificate.subject, dayOf(certificate.not_before_ms)});
    return findings;
}

ChainVerdict judgeChain(x509_store_ctx_st* context) {
    const bool valid = X509_verify_cert(context) == 1;
    const int verdict = X509_STORE_CTX_get_error(context);
    ChainVerdict judged;
    judged.chain = chainOf(X509_STORE_CTX_get0_chain(context));
    if (valid && verdict == X509_V_OK) return judged;
    judged.status = errorOfFault(context);
    drainOpensslErrors();
    // libssl answers the far side by this.
    X509_STORE_CTX_set_error(context, verdict == X509_V_OK ? X509_V_ERR_UNSPECIFIED : verdict);
    return judged;
}

base::Status checkNames(base::BytesView leaf_der, const std::vector<std::string>& names) {
    const CertificateHandle leaf = readCertificate(leaf_der);
    if (!leaf) return base::makeError(ErrorCode::CertInvalid, "a certificate can't be read");
    for (const auto& name : names) {
        if (!carries(leaf.get(), name)) return base::makeError(ErrorCode::CertNameMismatch, name + " is no name of " + certificateText(leaf_der));
    }
    return {};
}

std::string certificateText(const CertificateFacts& facts) {
    return facts.subject + " (sha256 " + facts.fingerprint.substr(0, 16) + "…, until " + base::formatRfc3339(facts.not_after_ms) + ")";
}

std::string certificateText(base::BytesView der) {
    const auto facts = readCertificateFacts(der);
    return facts.ok() ? certificateText(*facts) : "a certificate that can't be read";
}

}  // namespace yht::crypto
