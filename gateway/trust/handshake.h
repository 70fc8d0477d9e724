// What a TLS handshake made of the far side's certificate: OpenSSL's verdict in our words, the chain as it was verified, and what is
// known of its revocation. libssl tells only "handshake failure"; this is where the reason is kept.
// Uses: crypto. Used by: tls, kit/http_connection, transport/curl_exchange, intake/http.
#pragma once

#include <Poco/Net/Context.h>

#include <memory>
#include <string>

#include "gateway/base/result.h"
#include "gateway/crypto/certificate_chain.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace yht::trust {

/// Asked about a chain that verifies, at the end of a handshake. Thread-safety: any thread.
class PeerJudge {
public:
    virtual ~PeerJudge() = default;
    /// `stapled`: DER of the OCSP answer that the far side sent along, "" none. An error ends the handshake.
    virtual base::Status judge(const crypto::CertificateChain& verified, base::BytesView stapled) const = 0;
};

struct HandshakeNote {
    base::Status verdict;            // "certificate.*", or the judge's
    crypto::CertificateChain chain;  // verified, leaf to anchor; empty on a resumed session
};

/// Notes what handshakes of this thread come to, for as long as it lives: OpenSSL calls back on the thread that reads or writes.
class HandshakeWatch {
public:
    explicit HandshakeWatch(HandshakeNote& note);
    ~HandshakeWatch();
    HandshakeWatch(const HandshakeWatch&) = delete;
    HandshakeWatch& operator=(const HandshakeWatch&) = delete;

private:
    HandshakeNote* const outer_;
};

/// Makes every handshake of the context verify as crypto::judgeChain does, at its security level, and ask the judge. A client asks
/// for a stapled OCSP answer. `judge` may be nullptr. Once a context.
void judgeHandshakes(const Poco::Net::Context::Ptr& context, bool server, std::shared_ptr<const PeerJudge> judge);
/// The same of a context that another library made (libcurl).
void judgeHandshakes(ssl_ctx_st* context, bool server, std::shared_ptr<const PeerJudge> judge);

/// The judge's word on a connection that stands, as of now.
base::Status judgeAgain(const Poco::Net::Context::Ptr& context, const crypto::CertificateChain& chain);

/// Why a handshake failed, or an exchange just after it (TLS 1.3 tells a client late): the note's verdict; TlsRefusedByPeer where
/// the far side's alert is about our certificate; TlsFailed where OpenSSL says anything else; PeerUnreachable. `text`: what the
/// library said.
base::Error handshakeError(const HandshakeNote& note, const std::string& text);
/// Whether this is the far side's alert about our certificate: nothing of a request was then looked at.
bool isCertificateAlert(const std::string& text);

}  // namespace yht::trust
