#include "gateway/crypto/ocsp.h"

#include <openssl/ocsp.h>

#include "gateway/crypto/certificate_chain.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {

namespace {

using base::ErrorCode;

using OcspRequestHandle = std::unique_ptr<OCSP_REQUEST, OpensslFree<OCSP_REQUEST_free>>;
using ResponseHandle = std::unique_ptr<OCSP_RESPONSE, OpensslFree<OCSP_RESPONSE_free>>;
using BasicHandle = std::unique_ptr<OCSP_BASICRESP, OpensslFree<OCSP_BASICRESP_free>>;
using IdHandle = std::unique_ptr<OCSP_CERTID, OpensslFree<OCSP_CERTID_free>>;

base::Error untrusted(const std::string& why) {
    const std::string queued = drainOpensslErrors();
    return base::makeError(ErrorCode::CertOcspUntrusted, why + (queued.empty() ? "" : ": " + queued));
}
base::Error unavailable(const std::string& why) {
    drainOpensslErrors();
    return base::makeError(ErrorCode::CertOcspUnavailable, why);
}

/// The CA is the one anchor: whoever signed is the CA, or was issued by it for OCSP.
bool isSignedFor(OCSP_BASICRESP* basic, X509* issuer, base::UnixMillis now_ms) {
    const StoreHandle store(mustNotFail(X509_STORE_new()));
    mustNotFail(X509_STORE_add_cert(store.get(), issuer) == 1);
    X509_VERIFY_PARAM* parameters = X509_STORE_get0_param(store.get());
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(now_ms / 1000));
    X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
    CertificateStack known(mustNotFail(sk_X509_new_null()));
    mustNotFail(X509_up_ref(issuer) == 1);
    mustNotFail(sk_X509_push(known.get(), issuer) > 0);
    return OCSP_basic_verify(basic, known.get(), store.get(), OCSP_NOEXPLICIT) == 1;
}

std::optional<OcspAnswer> answerOf(OCSP_BASICRESP* basic, OCSP_CERTID* id, int& status) {
    int reason = 0;
    ASN1_GENERALIZEDTIME *revoked_at = nullptr, *this_update = nullptr, *next_update = nullptr;
    if (OCSP_resp_find_status(basic, id, &status, &reason, &revoked_at, &this_update, &next_update) != 1) return std::nullopt;
    const auto made = millisOf(this_update);
    if (!made) return std::nullopt;
    OcspAnswer answer;
    answer.this_update_ms = *made;
    answer.next_update_ms = millisOf(next_update).value_or(*made + kWithoutNextUpdateMillis);
    if (status == V_OCSP_CERTSTATUS_REVOKED) {
        answer.revoked = Revocation{millisOf(revoked_at).value_or(0), reasonOfNumber(reason)};
    }
    return answer;
}

}  // namespace

std::optional<base::Bytes> ocspRequest(base::BytesView certificate_der, base::BytesView issuer_der) {
    const CertificateHandle certificate = readCertificate(certificate_der), issuer = readCertificate(issuer_der);
    if (!certificate || !issuer) return std::nullopt;
    const OcspRequestHandle request(mustNotFail(OCSP_REQUEST_new()));
    OCSP_CERTID* id = OCSP_cert_to_id(nullptr, certificate.get(), issuer.get());
    if (id == nullptr || OCSP_request_add0_id(request.get(), id) == nullptr) {
        OCSP_CERTID_free(id);
        drainOpensslErrors();
        return std::nullopt;
    }
    return encodeDer(request.get(), i2d_OCSP_REQUEST);
}

base::Result<OcspAnswer> readOcspAnswer(
    base::BytesView answer_der, base::BytesView certificate_der, base::BytesView issuer_der, base::UnixMillis now_ms
) {
    if (answer_der.size() > kOcspAnswerBytesMax) return untrusted("the answer is too long");
    const unsigned char* in = octets(answer_der);
    const ResponseHandle response(d2i_OCSP_RESPONSE(nullptr, &in, static_cast<long>(answer_der.size())));
    if (!response) return untrusted("no OCSP answer that can be read");
    if (const int status = OCSP_response_status(response.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        return unavailable(std::string("the responder says ") + OCSP_response_status_str(status));
    }
    const BasicHandle basic(OCSP_response_get1_basic(response.get()));
    const CertificateHandle certificate = readCertificate(certificate_der), issuer = readCertificate(issuer_der);
    if (!basic || !certificate || !issuer) return untrusted("the answer holds no basic response");
    if (!isSignedFor(basic.get(), issuer.get(), now_ms)) return untrusted("not signed by " + certificateText(issuer_der) + " or its delegate");
    const IdHandle id(OCSP_cert_to_id(nullptr, certificate.get(), issuer.get()));
    int status = V_OCSP_CERTSTATUS_UNKNOWN;
    auto answer = answerOf(basic.get(), id.get(), status);
    if (!answer) return untrusted("not about this certificate");
    drainOpensslErrors();
    if (status == V_OCSP_CERTSTATUS_UNKNOWN) return unavailable("the responder does not know the certificate");
    if (answer->this_update_ms > now_ms + kOcspClockSkewMillis) return unavailable("the answer was made in the future; check the clock");
    return *std::move(answer);
}

}  // namespace yht::crypto
