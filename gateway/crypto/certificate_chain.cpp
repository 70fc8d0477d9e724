#include "gateway/crypto/certificate_chain.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

constexpr int kDepthMax = 8;

using StoreHandle = std::unique_ptr<X509_STORE, OpensslFree<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>>;

struct FaultRow {
    int fault;
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
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, FindingCode::ExtensionUnknown},
    {X509_V_ERR_CA_MD_TOO_WEAK, FindingCode::SignatureWeak},
    {X509_V_ERR_EE_KEY_TOO_SMALL, FindingCode::KeyWeak},
    {X509_V_ERR_CA_KEY_TOO_SMALL, FindingCode::KeyWeak},
};

FindingCode codeOf(int fault) {
    for (const FaultRow& row : kFaults) {
        if (row.fault == fault) return row.code;
    }
    return FindingCode::ChainInvalid;
}

std::string dayOf(base::UnixMillis at_ms) { return base::formatRfc3339(at_ms).substr(0, 10); }

/// One finding a fact: OpenSSL may say the same of one certificate several times.
void add(std::vector<Finding>& findings, Finding finding) {
    const auto same = [&](const Finding& one) { return one.code == finding.code && one.at == finding.at; };
    if (std::none_of(findings.begin(), findings.end(), same)) findings.push_back(std::move(finding));
}

Finding findingOf(int fault, X509* at) {
    const FindingCode code = codeOf(fault);
    Finding finding{code, at == nullptr ? "" : nameLine(X509_get_subject_name(at)), ""};
    if (at == nullptr) return finding;
    if (code == FindingCode::Expired)
        finding.detail = dayOf(millisOf(X509_get0_notAfter(at)).value_or(0));
    else if (code == FindingCode::NotYetValid)
        finding.detail = dayOf(millisOf(X509_get0_notBefore(at)).value_or(0));
    else if (code == FindingCode::ChainMissing)
        finding.detail = nameLine(X509_get_issuer_name(at));
    else if (code == FindingCode::ChainInvalid)
        finding.detail = X509_verify_cert_error_string(fault);
    return finding;
}

/// Collects every fault and goes on: an operator mends a file once.
int collect(int ok, X509_STORE_CTX* context) {
    if (ok == 1) return 1;
    auto& findings = *static_cast<std::vector<Finding>*>(X509_STORE_CTX_get_app_data(context));
    add(findings, findingOf(X509_STORE_CTX_get_error(context), X509_STORE_CTX_get_current_cert(context)));
    return 1;
}

CertificateStack stackOf(const std::vector<base::Bytes>& ders) {
    CertificateStack stack(mustNotFail(sk_X509_new_null()));
    for (const base::Bytes& der : ders) {
        bool exact = false;
        CertificateHandle certificate = decodeCertificate(der, exact);
        if (certificate) mustNotFail(sk_X509_push(stack.get(), certificate.release()) > 0);
    }
    return stack;
}

void readMembers(X509_STORE_CTX* context, ChainAnswer& answer) {
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
    for (int index = 0; index < sk_X509_num(chain); ++index) {
        auto facts = readCertificateFacts(encodeDer(sk_X509_value(chain, index), i2d_X509));
        if (facts.ok()) answer.members.push_back(*std::move(facts));
    }
}

void buildChain(X509* certificate, const ChainQuestion& question, ChainAnswer& answer) {
    const StoreHandle store(mustNotFail(X509_STORE_new()));
    const CertificateStack anchors = stackOf(question.anchors);
    for (int index = 0; index < sk_X509_num(anchors.get()); ++index) X509_STORE_add_cert(store.get(), sk_X509_value(anchors.get(), index));
    const CertificateStack others = stackOf(question.others);
    const StoreContext context(mustNotFail(X509_STORE_CTX_new()));
    mustNotFail(X509_STORE_CTX_init(context.get(), store.get(), certificate, others.get()) == 1);
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(question.at_ms / 1000));
    X509_VERIFY_PARAM_set_depth(parameters, kDepthMax);
    X509_STORE_CTX_set_verify_cb(context.get(), collect);
    X509_STORE_CTX_set_app_data(context.get(), &answer.findings);
    X509_verify_cert(context.get());
    readMembers(context.get(), answer);
    drainOpensslErrors();
}

bool contains(const std::vector<std::string>& list, const char* name) { return std::find(list.begin(), list.end(), name) != list.end(); }

bool allows(const std::vector<std::string>& usages, const char* name) { return usages.empty() || contains(usages, name); }

void checkPurpose(const CertificateFacts& leaf, CertificatePurpose purpose, std::vector<Finding>& findings) {
    const auto wants = [&](const char* extended) {
        const bool any = contains(leaf.extended_key_usage, "anyExtendedKeyUsage");
        if (!any && !allows(leaf.extended_key_usage, extended)) add(findings, {FindingCode::UsageWrong, leaf.subject, extended});
    };
    switch (purpose) {
        case CertificatePurpose::Any:
            return;
        case CertificatePurpose::TlsServer:
            wants("serverAuth");
            break;
        case CertificatePurpose::TlsClient:
            wants("clientAuth");
            break;
        case CertificatePurpose::Signing:
            break;
        case CertificatePurpose::Ca:
            if (!leaf.is_ca) add(findings, {FindingCode::NotACa, leaf.subject, ""});
            if (!allows(leaf.key_usage, "keyCertSign")) add(findings, {FindingCode::KeyUsageWrong, leaf.subject, "keyCertSign"});
            return;
    }
    if (!allows(leaf.key_usage, "digitalSignature")) add(findings, {FindingCode::KeyUsageWrong, leaf.subject, "digitalSignature"});
}

void checkHost(X509* certificate, const std::string& host, std::vector<Finding>& findings) {
    if (host.empty()) return;
    unsigned char address[16];
    const bool is_address = inet_pton(AF_INET, host.c_str(), address) == 1 || inet_pton(AF_INET6, host.c_str(), address) == 1;
    const int named = is_address ? X509_check_ip_asc(certificate, host.c_str(), 0)
                                 : X509_check_host(certificate, host.c_str(), host.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr);
    if (named != 1) add(findings, {FindingCode::NameMismatch, nameLine(X509_get_subject_name(certificate)), host});
}

/// The CRL of that issuer with the latest update.
const CrlFacts* latestCrl(const std::vector<CrlFacts>& crls, const CertificateFacts& issuer) {
    const CrlFacts* latest = nullptr;
    for (const CrlFacts& one : crls) {
        if (one.issuer != issuer.subject || !isCrlSignedBy(one.der, issuer.der)) continue;
        if (latest == nullptr || one.this_update_ms > latest->this_update_ms) latest = &one;
    }
    return latest;
}

void checkRevocation(const ChainQuestion& question, ChainAnswer& answer) {
    std::vector<CrlFacts> crls;
    for (const base::Bytes& der : question.crls) {
        auto facts = readCrl(der);
        if (facts.ok() && !facts->signature_weak) crls.push_back(*std::move(facts));
    }
    const bool required = question.revocation == RevocationCheck::Required;
    for (std::size_t index = 0; index + 1 < answer.members.size(); ++index) {
        const CertificateFacts& member = answer.members[index];
        const CertificateFacts& issuer = answer.members[index + 1];
        const CrlFacts* crl = latestCrl(crls, issuer);
        if (crl == nullptr) {
            if (required) add(answer.findings, {FindingCode::CrlMissing, member.subject, issuer.subject});
            continue;
        }
        if (crl->this_update_ms > question.at_ms)
            add(answer.findings, {FindingCode::CrlNotYetValid, issuer.subject, dayOf(crl->this_update_ms)});
        if (crl->next_update_ms != 0 && crl->next_update_ms < question.at_ms) {
            add(answer.findings, {FindingCode::CrlExpired, issuer.subject, dayOf(crl->next_update_ms)});
        }
        for (const RevokedCertificate& one : crl->revoked) {
            if (one.serial_hex != member.serial_hex) continue;
            add(answer.findings,
                {FindingCode::Revoked, member.subject, std::string(reasonName(one.reason)) + ", " + dayOf(one.revoked_ms)});
        }
    }
}

}  // namespace

const char* purposeName(CertificatePurpose purpose) {
    switch (purpose) {
        case CertificatePurpose::Any:
            return "any";
        case CertificatePurpose::TlsServer:
            return "tls_server";
        case CertificatePurpose::TlsClient:
            return "tls_client";
        case CertificatePurpose::Signing:
            return "signing";
        case CertificatePurpose::Ca:
            return "ca";
    }
    return "";
}

ChainAnswer checkChain(base::BytesView certificate_der, const ChainQuestion& question) {
    ChainAnswer answer;
    bool exact = false;
    const CertificateHandle certificate = decodeCertificate(certificate_der, exact);
    const auto leaf = readCertificateFacts(certificate_der);
    if (!certificate || !exact || !leaf.ok()) {
        drainOpensslErrors();
        return {.findings = {{FindingCode::Unreadable, "", ""}}};
    }
    buildChain(certificate.get(), question, answer);
    for (const CertificateFacts& member : answer.members) {
        if (member.key.weak()) add(answer.findings, {FindingCode::KeyWeak, member.subject, member.key.text});
        // How a root signs itself proves nothing, so it spoils nothing.
        if (member.signature_weak && !member.self_issued)
            add(answer.findings, {FindingCode::SignatureWeak, member.subject, member.signature_algorithm});
    }
    checkPurpose(*leaf, question.purpose, answer.findings);
    checkHost(certificate.get(), question.host, answer.findings);
    if (question.revocation != RevocationCheck::None) checkRevocation(question, answer);
    drainOpensslErrors();
    return answer;
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

}  // namespace yht::crypto
