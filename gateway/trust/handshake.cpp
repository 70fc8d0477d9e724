// Why <openssl/…> here: Poco has no word for a callback of a context, nor for OCSP.
#include "gateway/trust/handshake.h"

#include <openssl/ssl.h>

#include <algorithm>

#include "gateway/base/assert.h"

namespace yht::trust {
namespace {

using base::ErrorCode;

thread_local HandshakeNote* t_note = nullptr;

/// What a context carries along; freed with it.
struct Judging {
    bool server = false;
    std::shared_ptr<const PeerJudge> judge;
};

void freeJudging(void*, void* held, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Judging*>(held); }

int judgingIndex() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, freeJudging);
    YHT_ASSERT(index >= 0);
    return index;
}

const Judging* judgingOf(SSL_CTX* context) { return static_cast<const Judging*>(SSL_CTX_get_ex_data(context, judgingIndex())); }

void note(base::Status verdict, crypto::CertificateChain chain) {
    if (t_note == nullptr) return;
    t_note->verdict = std::move(verdict);
    t_note->chain = std::move(chain);
}

/// libssl's call for a chain that was sent; 1: it may go on.
int verifyChain(X509_STORE_CTX* store_context, void* held) {
    const auto* judging = static_cast<const Judging*>(held);
    auto judged = crypto::judgeChain(store_context);
    if (judged.status.ok() && judging->server && judging->judge) judged.status = judging->judge->judge(judged.chain, {});
    const bool well = judged.status.ok();
    if (!well && X509_STORE_CTX_get_error(store_context) == X509_V_OK) {
        X509_STORE_CTX_set_error(store_context, X509_V_ERR_APPLICATION_VERIFICATION);
    }
    note(std::move(judged.status), std::move(judged.chain));
    return well ? 1 : 0;
}

/// A client's call once the server's flight is complete: the chain is verified, and a stapled answer would be here.
int judgeServer(SSL* ssl, void* held) {
    const auto* judging = static_cast<const Judging*>(held);
    if (!judging->judge) return 1;
    crypto::CertificateChain chain;
    const STACK_OF(X509)* verified = SSL_get0_verified_chain(ssl);
    for (int i = 0; i < sk_X509_num(verified); ++i) {
        X509* certificate = sk_X509_value(verified, i);
        base::Bytes der(static_cast<std::size_t>(std::max(0, i2d_X509(certificate, nullptr))), '\0');
        auto* out = reinterpret_cast<unsigned char*>(der.data());
        i2d_X509(certificate, &out);
        chain.push_back(std::move(der));
    }
    const unsigned char* answer = nullptr;
    const long length = SSL_get_tlsext_status_ocsp_resp(ssl, &answer);
    const base::BytesView stapled =
        answer == nullptr || length <= 0 ? base::BytesView() : base::BytesView(reinterpret_cast<const char*>(answer), static_cast<std::size_t>(length));
    base::Status verdict = judging->judge->judge(chain, stapled);
    const bool well = verdict.ok();
    note(std::move(verdict), std::move(chain));
    return well ? 1 : 0;
}

bool contains(const std::string& text, std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(), [&](const char* word) { return text.find(word) != std::string::npos; });
}

}  // namespace

HandshakeWatch::HandshakeWatch(HandshakeNote& note) : outer_(t_note) { t_note = &note; }
HandshakeWatch::~HandshakeWatch() { t_note = outer_; }

void judgeHandshakes(const Poco::Net::Context::Ptr& context, bool server, std::shared_ptr<const PeerJudge> judge) {
    judgeHandshakes(context->sslContext(), server, std::move(judge));
}

void judgeHandshakes(ssl_ctx_st* ssl, bool server, std::shared_ptr<const PeerJudge> judge) {
    YHT_ASSERT(judgingOf(ssl) == nullptr);
    auto* judging = new Judging{server, std::move(judge)};
    YHT_ASSERT(SSL_CTX_set_ex_data(ssl, judgingIndex(), judging) == 1);
    SSL_CTX_set_security_level(ssl, crypto::kSecurityLevel);
    SSL_CTX_set_cert_verify_callback(ssl, verifyChain, judging);
    if (server) return;
    SSL_CTX_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_tlsext_status_cb(ssl, judgeServer);
    SSL_CTX_set_tlsext_status_arg(ssl, judging);
}

base::Status judgeAgain(const Poco::Net::Context::Ptr& context, const crypto::CertificateChain& chain) {
    const auto* judging = judgingOf(context->sslContext());
    if (judging == nullptr || !judging->judge || chain.empty()) return {};
    return judging->judge->judge(chain, {});
}

bool isCertificateAlert(const std::string& text) {
    return contains(text, {"alert bad certificate", "alert certificate expired", "alert certificate revoked", "alert certificate unknown",
                           "alert unsupported certificate", "alert unknown ca", "alert access denied", "alert certificate required"});
}

base::Error handshakeError(const HandshakeNote& note, const std::string& text) {
    if (!note.verdict.ok()) return note.verdict.error();
    if (isCertificateAlert(text)) return base::makeError(ErrorCode::TlsRefusedByPeer, text);
    if (contains(text, {"peer did not return a certificate"})) return base::makeError(ErrorCode::CertificateMissing);
    if (contains(text, {"SSL routines", "SSL Exception", "handshake was cut"})) return base::makeError(ErrorCode::TlsFailed, text);
    return base::makeError(ErrorCode::PeerUnreachable, text);
}

}  // namespace yht::trust
