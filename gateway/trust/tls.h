// TLS for the partner listener: our own Poco socket implementation, whose accept takes the current context, so
// that certificates are swapped without a restart; and client sockets that present ours.
// TLS 1.3 (1.2 by setting); a client certificate is required, its chain verified against the client CAs.
// Uses: key_provider, handshake. Used by: intake/http, kit (client contexts), tools.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "gateway/base/result.h"
#include "gateway/trust/handshake.h"

namespace yht::trust {

struct TlsFiles {
    std::string certificate_chain_pem;  // path: leaf first, then intermediates
    std::string private_key_pem;        // path, or another reference of crypto/provider/key_provider.h
    std::string peer_ca_pem;            // path: CAs that the far side's certificate must chain to
    bool allow_tls12 = false;
    std::shared_ptr<const PeerJudge> judge = {};  // of chains that verify; or none
};

/// Errors: ConfigInvalid naming the file; the pair is checked to belong together before anything uses it.
base::Result<Poco::Net::Context::Ptr> serverContext(const TlsFiles& files);
/// For callers that may have no certificate: one is asked for, and verified where it is shown, if peer_ca_pem is named;
/// not asked for where it is "".
base::Result<Poco::Net::Context::Ptr> openServerContext(const TlsFiles& files);
base::Result<Poco::Net::Context::Ptr> clientContext(const TlsFiles& files);

/// Thread-safety: any thread.
class TlsContextHolder {
public:
    explicit TlsContextHolder(Poco::Net::Context::Ptr context) : context_(std::move(context)) {}
    Poco::Net::Context::Ptr current() const;
    void replace(Poco::Net::Context::Ptr context);

private:
    mutable std::mutex mutex_;
    Poco::Net::Context::Ptr context_;
};

/// A listening socket for Poco::Net::HTTPServer; the handshake happens on the connection's own thread at its
/// first read, never in accept, so a client that stalls in it holds up nobody else.
/// Port 0 binds a free one: address() tells which.
Poco::Net::ServerSocket listenTls(const Poco::Net::SocketAddress& address, const TlsContextHolder& contexts,
                                  int backlog);

/// SHA-256 fingerprint (lower-case hex) of the verified client certificate of an accepted connection;
/// "" before the handshake or where the socket is not one of ours.
std::string peerFingerprint(const Poco::Net::StreamSocket& socket);
/// DER of that certificate; "" where there is none.
base::Bytes peerCertificateDer(const Poco::Net::StreamSocket& socket);
/// Why the handshake of an accepted connection failed: the certificate that was shown, or none, no version in common; nullopt where
/// it did not fail, or the far side just went away.
std::optional<base::Error> handshakeRefusal(const Poco::Net::StreamSocket& socket);

}  // namespace yht::trust
