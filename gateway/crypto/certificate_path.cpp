#include "gateway/crypto/certificate_path.h"

#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/x509_owners.h"

namespace yht::crypto {

using namespace x509;

namespace {

using base::ErrorCode;

constexpr std::size_t kPemBytesMax = 1024 * 1024;
constexpr int kUrlsMax = 4;
constexpr std::size_t kUrlBytesMax = 1024;

struct FaultRow {
    int verdict;  // X509_V_ERR_…
    ErrorCode code;
};
constexpr FaultRow kFaults[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, ErrorCode::CertExpired},
    {X509_V_ERR_CERT_NOT_YET_VALID, ErrorCode::CertNotYetValid},
    {X509_V_ERR_INVALID_PURPOSE, ErrorCode::CertUsage},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, ErrorCode::CertIssuerNotCa},
    {X509_V_ERR_INVALID_CA, ErrorCode::CertIssuerNotCa},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, ErrorCode::CertSelfSigned},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, ErrorCode::CertIssuerUnknown},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, ErrorCode::CertIssuerUnknown},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, ErrorCode::CertChainIncomplete},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, ErrorCode::CertChainIncomplete},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, ErrorCode::CertChainIncomplete},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, ErrorCode::CertPathLength},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, ErrorCode::CertPathLength},
    {X509_V_ERR_HOSTNAME_MISMATCH, ErrorCode::CertNameMismatch},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, ErrorCode::CertNameMismatch},
    {X509_V_ERR_EE_KEY_TOO_SMALL, ErrorCode::CertKeyWeak},
    {X509_V_ERR_CA_KEY_TOO_SMALL, ErrorCode::CertKeyWeak},
    {X509_V_ERR_CA_MD_TOO_WEAK, ErrorCode::CertDigestWeak},
};

X509Store newStore() { return X509Store(mustNotFail(X509_STORE_new())); }

X509StoreContext newStoreContext() { return X509StoreContext(mustNotFail(X509_STORE_CTX_new())); }

bool hasAnchorOfName(X509_STORE_CTX* context, const X509_NAME* name) {
    X509_OBJECT* found = X509_STORE_CTX_get_obj_by_subject(context, X509_LU_X509, name);
    const bool has = found != nullptr;
    X509_OBJECT_free(found);
    drainOpensslErrors();
    return has;
}

ErrorCode codeOf(X509_STORE_CTX* context, int verdict, X509* at) {
    ErrorCode code = ErrorCode::CertInvalid;
    for (const auto& row : kFaults) {
        if (row.verdict == verdict) code = row.code;
    }
    // A CA of the very name is here, and did not sign this.
    if (code == ErrorCode::CertChainIncomplete && at != nullptr && hasAnchorOfName(context, X509_get_issuer_name(at))) {
        code = ErrorCode::CertIssuerUnknown;
    }
    // Who sends an issuer along that nobody here knows misses no intermediate.
    if (code == ErrorCode::CertChainIncomplete && X509_STORE_CTX_get_error_depth(context) > 0) code = ErrorCode::CertIssuerUnknown;
    return code;
}

CertificateChain chainOf(const STACK_OF(X509)* certificates) {
    CertificateChain chain;
    for (int i = 0; i < sk_X509_num(certificates) && i < kChainCertificatesMax; ++i) {
        chain.push_back(derOf(sk_X509_value(certificates, i)));
    }
    return chain;
}

int purposeOf(CertificateUse use) {
    switch (use) {
        case CertificateUse::Server: return X509_PURPOSE_SSL_SERVER;
        case CertificateUse::Client: return X509_PURPOSE_SSL_CLIENT;
        case CertificateUse::Signer: return X509_PURPOSE_ANY;
    }
    YHT_ASSERT(false);
}

/// A signer's certificate must be allowed to sign, where it says what it is for.
base::Status checkSigner(X509* leaf) {
    const bool signs = (X509_get_key_usage(leaf) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
    if (signs && X509_check_ca(leaf) == 0) return {};
    return base::makeError(ErrorCode::CertUsage, "not for signing messages: " + certificateText(derOf(leaf)));
}

/// OpenSSL does not look at how an anchor is signed; one that only stands last is none.
base::Status checkDigest(base::BytesView der) {
    const X509Handle certificate = readCertificate(der);
    constexpr int kBitsMin = 112;
    int bits = 0;
    const bool self_issued = certificate && X509_NAME_cmp(X509_get_subject_name(certificate.get()), X509_get_issuer_name(certificate.get())) == 0;
    const bool known = certificate && X509_get_signature_info(certificate.get(), nullptr, nullptr, &bits, nullptr) == 1;
    drainOpensslErrors();
    if (self_issued || (known && bits >= kBitsMin)) return {};
    return base::makeError(ErrorCode::CertDigestWeak, certificateText(der));
}

bool isWebUrl(std::string_view url) {
    return url.size() <= kUrlBytesMax && (url.starts_with("http://") || url.starts_with("https://"));
}

void addUrl(const GENERAL_NAME* name, std::vector<std::string>& urls) {
    if (name->type != GEN_URI || urls.size() >= kUrlsMax) return;
    const std::string url(
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.ia5)),
        static_cast<std::size_t>(ASN1_STRING_length(name->d.ia5))
    );
    if (isWebUrl(url)) urls.push_back(url);
}

std::vector<std::string> crlUrlsOf(const X509* certificate) {
    std::vector<std::string> urls;
    auto* points = static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr));
    for (int i = 0; i < sk_DIST_POINT_num(points); ++i) {
        const DIST_POINT* point = sk_DIST_POINT_value(points, i);
        if (point->distpoint == nullptr || point->distpoint->type != 0) continue;
        const GENERAL_NAMES* names = point->distpoint->name.fullname;
        for (int j = 0; j < sk_GENERAL_NAME_num(names); ++j) addUrl(sk_GENERAL_NAME_value(names, j), urls);
    }
    CRL_DIST_POINTS_free(points);
    return urls;
}

std::vector<std::string> ocspUrlsOf(const X509* certificate) {
    std::vector<std::string> urls;
    auto* accesses = static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr));
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(accesses); ++i) {
        const ACCESS_DESCRIPTION* access = sk_ACCESS_DESCRIPTION_value(accesses, i);
        if (OBJ_obj2nid(access->method) == NID_ad_OCSP) addUrl(access->location, urls);
    }
    AUTHORITY_INFO_ACCESS_free(accesses);
    return urls;
}

}  // namespace

base::Result<CertificateChain> certificatesOfPem(std::string_view pem) {
    const auto refused = [](const std::string& why) { return base::makeError(ErrorCode::CryptoFailed, why); };
    if (pem.size() > kPemBytesMax) return refused("the file is too long");
    const Memory input = readFrom(pem);
    CertificateChain chain;
    while (X509* read = PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr)) {
        const X509Handle certificate(read);
        if (chain.size() >= kCertificatesPerFileMax) return refused("more certificates than one file may hold");
        chain.push_back(derOf(certificate.get()));
    }
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    drainOpensslErrors();
    if (!at_end) return refused("a certificate in it can't be read");
    if (chain.empty()) return refused("no certificate in it (-----BEGIN CERTIFICATE-----)");
    return chain;
}

ChainVerdict judgeChain(x509_store_ctx_st* context) {
    const bool valid = X509_verify_cert(context) == 1;
    const int verdict = X509_STORE_CTX_get_error(context);
    ChainVerdict judged;
    judged.chain = chainOf(X509_STORE_CTX_get0_chain(context));
    if (valid && verdict == X509_V_OK) return judged;
    X509* at = X509_STORE_CTX_get_current_cert(context);
    if (at == nullptr) at = X509_STORE_CTX_get0_cert(context);
    std::string detail = X509_verify_cert_error_string(verdict);
    if (at != nullptr) {
        const auto facts = certificateSummary(derOf(at));
        detail += ", certificate " + std::to_string(X509_STORE_CTX_get_error_depth(context)) + " of the chain: " +
                  certificateText(derOf(at)) + ", issuer " + (facts ? facts->issuer : std::string("?"));
    }
    judged.status = base::makeError(codeOf(context, verdict, at), std::move(detail));
    drainOpensslErrors();
    // libssl answers the far side by this.
    X509_STORE_CTX_set_error(context, verdict == X509_V_OK ? X509_V_ERR_UNSPECIFIED : verdict);
    return judged;
}

ChainVerdict checkPath(const PathQuestion& question) {
    YHT_ASSERT(!question.chain.empty());
    const auto unreadable = [] { return ChainVerdict{base::makeError(ErrorCode::CertInvalid, "a certificate can't be read"), {}}; };
    const X509Store store = newStore();
    const bool last_is_anchor = question.anchors.empty();
    const CertificateChain own_anchor{question.chain.back()};
    for (const auto& der : last_is_anchor ? own_anchor : question.anchors) {
        const X509Handle anchor = readCertificate(der);
        if (!anchor) return unreadable();
        mustNotFail(X509_STORE_add_cert(store.get(), anchor.get()) == 1);
    }
    const X509Handle leaf = readCertificate(question.chain.front());
    X509Stack others(mustNotFail(sk_X509_new_null()));
    for (std::size_t i = 1; i < question.chain.size(); ++i) {
        X509Handle other = readCertificate(question.chain[i]);
        if (!other) return unreadable();
        mustNotFail(sk_X509_push(others.get(), other.release()) > 0);
    }
    if (!leaf) return unreadable();
    const X509StoreContext context = newStoreContext();
    mustNotFail(X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), others.get()) == 1);
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(question.at_ms / 1000));
    X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
    X509_VERIFY_PARAM_set_purpose(parameters, purposeOf(question.use));
    if (last_is_anchor) X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    ChainVerdict judged = judgeChain(context.get());
    if (judged.status.ok() && last_is_anchor) judged.status = checkDigest(question.chain.back());
    if (judged.status.ok() && question.use == CertificateUse::Signer) judged.status = checkSigner(leaf.get());
    if (judged.status.ok()) judged.status = checkNames(question.chain.front(), question.names);
    return judged;
}

base::Status checkNames(base::BytesView leaf_der, const std::vector<std::string>& names) {
    const X509Handle leaf = readCertificate(leaf_der);
    if (!leaf) return base::makeError(ErrorCode::CertInvalid, "a certificate can't be read");
    for (const auto& name : names) {
        const bool carried = X509_check_ip_asc(leaf.get(), name.c_str(), 0) == 1 ||
                             X509_check_host(leaf.get(), name.c_str(), name.size(), 0, nullptr) == 1;
        drainOpensslErrors();
        if (!carried) return base::makeError(ErrorCode::CertNameMismatch, name + " is no name of " + certificateText(leaf_der));
    }
    return {};
}

std::string certificateText(base::BytesView der) {
    const auto facts = certificateSummary(der);
    if (!facts) return "a certificate that can't be read";
    return facts->subject + " (sha256 " + facts->fingerprint.substr(0, 16) + "…, until " + base::formatRfc3339(facts->not_after_ms) + ")";
}

std::optional<CertificateSummary> certificateSummary(base::BytesView der) {
    const X509Handle certificate = readCertificate(der);
    if (!certificate) return std::nullopt;
    CertificateSummary facts;
    facts.fingerprint = base::toHex(sha256(der));
    facts.subject = nameText(X509_get_subject_name(certificate.get()));
    facts.issuer = nameText(X509_get_issuer_name(certificate.get()));
    unsigned char* key = nullptr;
    const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &key);
    if (length > 0) facts.public_key.assign(reinterpret_cast<const char*>(key), static_cast<std::size_t>(length));
    OPENSSL_free(key);
    facts.not_before_ms = millisOf(X509_get0_notBefore(certificate.get())).value_or(0);
    facts.not_after_ms = millisOf(X509_get0_notAfter(certificate.get())).value_or(0);
    facts.crl_urls = crlUrlsOf(certificate.get());
    facts.ocsp_urls = ocspUrlsOf(certificate.get());
    facts.self_issued = X509_NAME_cmp(X509_get_subject_name(certificate.get()), X509_get_issuer_name(certificate.get())) == 0;
    drainOpensslErrors();
    return facts;
}

}  // namespace yht::crypto
