// Why <openssl/…> here: Poco 1.11 gives no way to check that key and certificate belong together,
// to name the client CAs in the handshake, to keep other code from loosening the verification (its
// verify callback asks process-wide events), or to digest a certificate without copying it.
#include "gateway/trust/tls.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocketImpl.h>
#include <Poco/Net/ServerSocketImpl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "gateway/base/bytes.h"
#include "gateway/crypto/provider/key_provider.h"
#include "gateway/crypto/provider/tls_key.h"

namespace yht::trust {

namespace {

using Poco::Net::Context;
using Poco::Net::SocketAddress;

// TLS 1.2, where a setting allows it: forward secrecy and AEAD only. TLS 1.3 has no others.
constexpr const char* kTls12Ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr int kChainDepthMax = 4;
constexpr std::size_t kSessionsMax = 4096;
constexpr const char* kSessionIdContext = "yht-partner";

base::Error invalid(std::string detail) {
    return base::makeError(base::ErrorCode::ConfigInvalid, std::move(detail));
}

/// Everything OpenSSL has queued, as one line; empties the queue.
std::string queuedErrors() {
    std::string text;
    while (const unsigned long code = ERR_get_error()) {
        std::array<char, 256> line{};
        ERR_error_string_n(code, line.data(), line.size());
        text += (text.empty() ? "" : "; ") + std::string(line.data());
    }
    return text;
}

base::Status checkReadable(const std::string& path, const char* what) {
    if (path.empty()) return invalid(std::string("TLS: no file is named for the ") + what);
    if (::access(path.c_str(), R_OK) != 0) {
        return invalid(std::string("TLS: the ") + what + " " + path + " can't be read");
    }
    return {};
}

/// Errors: ConfigInvalid; the "key.*" rows of a device. Each names the reference.
base::Result<std::shared_ptr<void>> tlsKey(const std::string& reference) {
    if (reference.empty()) return invalid("TLS: no file is named for the private key");
    auto key = crypto::openPrivateKey(reference);
    auto handle = key ? crypto::tlsHandle(*key) : base::Result<std::shared_ptr<void>>(key.error());
    if (handle) return handle;
    auto error = std::move(handle).error();
    error.detail = "TLS: the private key can't be used: " + error.detail;
    const bool is_file = error.code == base::ErrorCode::IoFailed || error.code == base::ErrorCode::CryptoFailed;
    return is_file ? invalid(std::move(error.detail)) : error;
}

/// What both sides share. Throws Poco::Exception where OpenSSL refuses a file.
Context::Ptr makeContext(Context::Usage usage, const TlsFiles& files, EVP_PKEY* key) {
    Context::Params params;
    params.certificateFile = files.certificate_chain_pem;
    params.caLocation = files.peer_ca_pem;
    // On a server only VERIFY_STRICT makes the client certificate required.
    params.verificationMode = Context::VERIFY_STRICT;
    params.verificationDepth = kChainDepthMax;
    params.loadDefaultCAs = false;
    params.cipherList = kTls12Ciphers;
    Context::Ptr context = new Context(usage, params);
    context->requireMinimumProtocol(
        files.allow_tls12 ? Context::PROTO_TLSV1_2 : Context::PROTO_TLSV1_3
    );
    SSL_CTX* ssl = context->sslContext();
    // A key that does not fit is not taken, and SSL_CTX_check_private_key says so.
    static_cast<void>(SSL_CTX_use_PrivateKey(ssl, key));
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    judgeHandshakes(context, usage == Context::TLS_SERVER_USE, files.judge);
    return context;
}

base::Result<Context::Ptr> checkedContext(Context::Usage usage, const TlsFiles& files) {
    if (auto status = checkReadable(files.certificate_chain_pem, "certificate"); !status) {
        return status.error();
    }
    const auto key = tlsKey(files.private_key_pem);
    if (!key) return key.error();
    if (auto status = checkReadable(files.peer_ca_pem, "CA file"); !status) return status.error();
    try {
        ERR_clear_error();
        Context::Ptr context = makeContext(usage, files, static_cast<EVP_PKEY*>(key->get()));
        // Loading a certificate that does not fit drops the key without a word; this is where it
        // shows.
        if (SSL_CTX_check_private_key(context->sslContext()) != 1) {
            return invalid(
                "TLS: the private key " + files.private_key_pem +
                " does not belong to the certificate " + files.certificate_chain_pem + ": " +
                queuedErrors()
            );
        }
        return context;
    } catch (const Poco::Exception& error) {
        return invalid("TLS: " + error.displayText());
    }
}

/// One accepted connection. Used by the thread of its connection only; the handshake is done by its
/// first receive or send.
class AcceptedTlsSocket final : public Poco::Net::SecureStreamSocketImpl {
public:
    AcceptedTlsSocket(Poco::Net::StreamSocketImpl* plain, const Context::Ptr& context)
        : SecureStreamSocketImpl(plain, context) {
        setLazyHandshake(true);
        acceptSSL();
    }

    using SecureStreamSocketImpl::receiveBytes;
    using SecureStreamSocketImpl::sendBytes;

    // OpenSSL asks for an empty error queue before each operation, and Poco judges a failed one by
    // errno as well: what an earlier connection of this thread left behind would be taken for this
    // one's.
    int receiveBytes(void* buffer, int length, int flags) override {
        if (spoken_) {
            clearLeftovers();
            return SecureStreamSocketImpl::receiveBytes(buffer, length, flags);
        }
        return receiveFirst(buffer, length, flags);
    }
    int sendBytes(const void* buffer, int length, int flags) override {
        clearLeftovers();
        return SecureStreamSocketImpl::sendBytes(buffer, length, flags);
    }

    const std::string& fingerprint() {
        if (fingerprint_.empty() && havePeerCertificate()) {
            std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
            unsigned int length = 0;
            const auto certificate = peerCertificate();
            if (X509_digest(certificate.certificate(), EVP_sha256(), digest.data(), &length) == 1) {
                fingerprint_ = base::toHex({reinterpret_cast<const char*>(digest.data()), length});
            }
        }
        return fingerprint_;
    }

    base::Bytes certificateDer() {
        if (!havePeerCertificate()) return {};
        const auto certificate = peerCertificate();
        const X509* x509 = certificate.certificate();
        base::Bytes der(static_cast<std::size_t>(std::max(0, i2d_X509(x509, nullptr))), '\0');
        auto* out = reinterpret_cast<unsigned char*>(der.data());
        i2d_X509(x509, &out);
        return der;
    }

    std::optional<base::Error> refusal() const {
        if (failure_.empty() && note_.verdict.ok()) return std::nullopt;
        auto error = handshakeError(note_, failure_);
        if (error.code == base::ErrorCode::PeerUnreachable) return std::nullopt;
        return error;
    }

private:
    /// The handshake happens in here.
    int receiveFirst(void* buffer, int length, int flags) {
        const HandshakeWatch watch(note_);
        clearLeftovers();
        try {
            const int count = SecureStreamSocketImpl::receiveBytes(buffer, length, flags);
            spoken_ = count > 0;
            return count;
        } catch (const Poco::Exception& error) {
            failure_ = error.displayText();
            throw;
        }
    }
    static void clearLeftovers() {
        ERR_clear_error();
        errno = 0;
    }
    std::string fingerprint_;
    bool spoken_ = false;  // the handshake is done, and something came
    HandshakeNote note_;
    std::string failure_;
};

class TlsServerSocket final : public Poco::Net::ServerSocketImpl {
public:
    explicit TlsServerSocket(const TlsContextHolder& contexts) : contexts_(contexts) {}

    Poco::Net::SocketImpl* acceptConnection(SocketAddress& client) override {
        Poco::AutoPtr<Poco::Net::SocketImpl> plain(ServerSocketImpl::acceptConnection(client));
        return new AcceptedTlsSocket(
            static_cast<Poco::Net::StreamSocketImpl*>(plain.get()), contexts_.current()
        );
    }

private:
    const TlsContextHolder& contexts_;
};

/// ServerSocket takes a foreign implementation only from a subclass.
class TlsListener final : public Poco::Net::ServerSocket {
public:
    explicit TlsListener(TlsServerSocket* implementation) : ServerSocket(implementation, true) {}
};

}  // namespace

base::Result<Context::Ptr> serverContext(const TlsFiles& files) {
    auto context = checkedContext(Context::TLS_SERVER_USE, files);
    if (!context) return context;
    SSL_CTX* ssl = (*context)->sslContext();
    // Names the CAs in the handshake, so that clients with several certificates send the right one.
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(files.peer_ca_pem.c_str());
    if (names == nullptr)
        return invalid("TLS: no CA in " + files.peer_ca_pem + ": " + queuedErrors());
    SSL_CTX_set_client_CA_list(ssl, names);
    // The certificate is looked up per request; the address a partner comes from says nothing.
    (*context)->enableExtendedCertificateVerification(false);
    // Tickets: a resumed session carries its client certificate along, so it is judged like any
    // other.
    (*context)->enableSessionCache(true, kSessionIdContext);
    (*context)->setSessionCacheSize(kSessionsMax);
    (*context)->preferServerCiphers();
    SSL_CTX_set_read_ahead(ssl, 1);  // a record's head and content by one call of the kernel; nobody polls these sockets
    return context;
}

base::Result<Context::Ptr> openServerContext(const TlsFiles& files) {
    if (files.peer_ca_pem.empty()) {
        // OpenSSL wants some CA file to read; the own chain is one, and nobody is verified against it.
        TlsFiles own = files;
        own.peer_ca_pem = files.certificate_chain_pem;
        auto context = checkedContext(Context::TLS_SERVER_USE, own);
        if (!context) return context;
        SSL_CTX_set_verify((*context)->sslContext(), SSL_VERIFY_NONE, nullptr);
        (*context)->enableExtendedCertificateVerification(false);
        (*context)->preferServerCiphers();
        return context;
    }
    auto context = serverContext(files);
    if (context) SSL_CTX_set_verify((*context)->sslContext(), SSL_VERIFY_PEER, nullptr);
    return context;
}

base::Result<Context::Ptr> clientContext(const TlsFiles& files) {
    auto context = checkedContext(Context::TLS_CLIENT_USE, files);
    if (!context) return context;
    (*context)->enableExtendedCertificateVerification(true);
    (*context)->enableSessionCache(true);
    return context;
}

Context::Ptr TlsContextHolder::current() const {
    const std::lock_guard lock(mutex_);
    return context_;
}

void TlsContextHolder::replace(Context::Ptr context) {
    const std::lock_guard lock(mutex_);
    context_ = std::move(context);
}

Poco::Net::ServerSocket listenTls(
    const SocketAddress& address, const TlsContextHolder& contexts, int backlog
) {
    TlsListener listener(new TlsServerSocket(contexts));
    // Not bind(address, true): that sets SO_REUSEPORT too, and a second gateway would share the
    // port unseen.
    listener.bind(address, true, false);
    listener.listen(backlog);
    return listener;
}

std::string peerFingerprint(const Poco::Net::StreamSocket& socket) {
    auto* accepted = dynamic_cast<AcceptedTlsSocket*>(socket.impl());
    return accepted == nullptr ? std::string() : accepted->fingerprint();
}

base::Bytes peerCertificateDer(const Poco::Net::StreamSocket& socket) {
    auto* accepted = dynamic_cast<AcceptedTlsSocket*>(socket.impl());
    return accepted == nullptr ? base::Bytes() : accepted->certificateDer();
}

std::optional<base::Error> handshakeRefusal(const Poco::Net::StreamSocket& socket) {
    auto* accepted = dynamic_cast<AcceptedTlsSocket*>(socket.impl());
    return accepted == nullptr ? std::nullopt : accepted->refusal();
}

}  // namespace yht::trust
