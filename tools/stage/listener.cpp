#include "tools/stage/listener.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerConnection.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/X509Certificate.h>
#include <Poco/String.h>
#include <Poco/ThreadPool.h>
#include <Poco/URI.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <iostream>
#include <mutex>
#include <set>

namespace yht::stage {

namespace net = Poco::Net;

namespace {

/// Live descriptors. Shutting them by descriptor is safe beside a thread that works in OpenSSL;
/// asking the TLS socket to shut down from another thread is not.
class Connections {
public:
    void add(int descriptor) {
        const std::scoped_lock lock(mutex_);
        live_.insert(descriptor);
    }
    void remove(int descriptor) {
        const std::scoped_lock lock(mutex_);
        live_.erase(descriptor);
    }
    void shutAll() {
        const std::scoped_lock lock(mutex_);
        for (const int descriptor : live_) ::shutdown(descriptor, SHUT_RDWR);
    }

private:
    std::mutex mutex_;
    std::set<int> live_;
};

class Connection : public net::HTTPServerConnection {
public:
    Connection(
        const net::StreamSocket& socket, net::HTTPServerParams::Ptr params,
        net::HTTPRequestHandlerFactory::Ptr factory, Connections& connections
    )
        : HTTPServerConnection(socket, params, factory),
          connections_(connections),
          descriptor_(socket.impl()->sockfd()) {
        connections_.add(descriptor_);
    }
    ~Connection() override { connections_.remove(descriptor_); }

private:
    Connections& connections_;
    const int descriptor_;
};

class ConnectionFactory : public net::TCPServerConnectionFactory {
public:
    ConnectionFactory(
        net::HTTPServerParams::Ptr params, net::HTTPRequestHandlerFactory::Ptr handlers,
        Connections& connections
    )
        : params_(params), handlers_(handlers), connections_(connections) {}
    net::TCPServerConnection* createConnection(const net::StreamSocket& socket) override {
        return new Connection(socket, params_, handlers_, connections_);
    }

private:
    net::HTTPServerParams::Ptr params_;
    net::HTTPRequestHandlerFactory::Ptr handlers_;
    Connections& connections_;
};

class DownFilter : public net::TCPServerConnectionFilter {
public:
    explicit DownFilter(const std::atomic<bool>& down) : down_(down) {}
    bool accept(const net::StreamSocket&) override { return !down_.load(); }

private:
    const std::atomic<bool>& down_;
};

base::Bytes peerCertificate(net::StreamSocket& socket) {
    if (!socket.secure()) return {};
    net::SecureStreamSocket secure(socket);
    if (!secure.havePeerCertificate()) return {};
    const net::X509Certificate certificate = secure.peerCertificate();
    unsigned char* der = nullptr;
    const int size = i2d_X509(const_cast<X509*>(certificate.certificate()), &der);
    if (size <= 0) return {};
    base::Bytes bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return bytes;
}

/// False where the body is larger than kRequestBytesMax.
bool readBody(std::istream& in, std::string& body) {
    char buffer[16 * 1024];
    while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
        body.append(buffer, static_cast<std::size_t>(in.gcount()));
        if (body.size() > kRequestBytesMax) return false;
    }
    return true;
}

HttpRequest readHead(net::HTTPServerRequestImpl& from) {
    HttpRequest request;
    request.method = from.getMethod();
    request.target = from.getURI();
    Poco::URI uri(request.target);
    request.path = uri.getPath();
    for (auto& [name, value] : uri.getQueryParameters()) request.query.emplace_back(name, value);
    for (const auto& [name, value] : from) request.fields.emplace_back(Poco::toLower(name), value);
    request.peer_certificate_der = peerCertificate(from.socket());
    return request;
}

void writeAnswer(
    const HttpAnswer& answer, net::HTTPServerRequestImpl& request, net::HTTPServerResponse& response
) {
    const int descriptor = request.socket().impl()->sockfd();
    if (answer.ending == Ending::CloseUnanswered) {
        response.setKeepAlive(false);
        ::shutdown(descriptor, SHUT_RDWR);
        return;
    }
    response.setStatus(static_cast<net::HTTPResponse::HTTPStatus>(answer.status));
    response.setReason(net::HTTPResponse::getReasonForStatus(response.getStatus()));
    response.setContentType(answer.content_type);
    for (const auto& [name, value] : answer.fields) response.set(name, value);
    const std::size_t size = answer.body.size();
    response.setContentLength64(static_cast<Poco::Int64>(size));
    const bool cut = answer.ending == Ending::CutMidAnswer;
    if (cut) response.setKeepAlive(false);
    std::ostream& out = response.send();
    out.write(answer.body.data(), static_cast<std::streamsize>(cut ? size / 2 : size));
    out.flush();
    if (cut) ::shutdown(descriptor, SHUT_RDWR);
}

class RequestHandler : public net::HTTPRequestHandler {
public:
    explicit RequestHandler(const HttpHandler& handler) : handler_(handler) {}

    void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& response)
        override {
        auto& from = dynamic_cast<net::HTTPServerRequestImpl&>(request);
        try {
            const HttpAnswer answer = answerTo(from, response);
            // What a failed check left in OpenSSL's queue would be taken for an error of the
            // connection.
            ERR_clear_error();
            writeAnswer(answer, from, response);
        } catch (const std::exception& fault) {
            // The peer went away while we answered: nothing is left to tell it.
            response.setKeepAlive(false);
            std::cerr << "answer not sent: " << fault.what() << std::endl;
        }
    }

private:
    HttpAnswer answerTo(net::HTTPServerRequestImpl& from, net::HTTPServerResponse& response) {
        try {
            HttpRequest read = readHead(from);
            if (!readBody(from.stream(), read.body)) {
                response.setKeepAlive(false);  // the rest of the body is still on its way
                return HttpAnswer{.status = 413, .body = "{}"};
            }
            return handler_(read);
        } catch (const std::exception& fault) {
            std::cerr << "request failed: " << fault.what() << std::endl;
            return HttpAnswer{.status = 500, .body = "{}"};
        }
    }

    const HttpHandler& handler_;
};

class HandlerFactory : public net::HTTPRequestHandlerFactory {
public:
    explicit HandlerFactory(HttpHandler handler) : handler_(std::move(handler)) {}
    net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
        return new RequestHandler(handler_);
    }

private:
    const HttpHandler handler_;
};

net::ServerSocket openSocket(const ListenerOptions& options) {
    const net::SocketAddress address(options.host, options.port);
    constexpr int kBacklog = 64;
    if (!options.tls) return net::ServerSocket(address, kBacklog);
    net::initializeSSL();
    net::Context::Params params;
    params.privateKeyFile = options.tls->key_pem;
    params.certificateFile = options.tls->certificate_pem;
    params.caLocation = options.tls->ca_pem;
    // Only STRICT requires a client certificate; Poco's RELAXED takes a client without one.
    params.verificationMode = options.tls->ca_pem.empty() ? net::Context::VERIFY_NONE : net::Context::VERIFY_STRICT;
    params.loadDefaultCAs = false;
    net::Context::Ptr context = new net::Context(net::Context::TLS_SERVER_USE, params);
    context->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
    context->enableSessionCache(true, "yht-simulator");
    return net::SecureServerSocket(address, kBacklog, context);
}

net::HTTPServerParams::Ptr serverParams() {
    net::HTTPServerParams::Ptr params = new net::HTTPServerParams;
    params->setKeepAlive(true);
    params->setKeepAliveTimeout(Poco::Timespan(60, 0));
    params->setTimeout(Poco::Timespan(30, 0));
    params->setMaxThreads(kConnectionsMax);
    params->setMaxQueued(kConnectionsMax);
    params->setSoftwareVersion("");
    return params;
}

}  // namespace

std::string HttpRequest::field(const std::string& lower_name) const {
    for (const auto& [name, value] : fields)
        if (name == lower_name) return value;
    return {};
}

std::string HttpRequest::parameter(const std::string& name) const {
    for (const auto& [key, value] : query)
        if (key == name) return value;
    return {};
}

struct Listener::Parts {
    explicit Parts(const ListenerOptions& options)
        : pool(2, kConnectionsMax), params(serverParams()), socket(openSocket(options)) {}

    Connections connections;
    std::atomic<bool> down{false};
    Poco::ThreadPool pool;
    net::HTTPServerParams::Ptr params;
    net::ServerSocket socket;
    std::unique_ptr<net::TCPServer> server;  // from start() on
};

Listener::Listener(const ListenerOptions& options) : parts_(std::make_unique<Parts>(options)) {}

void Listener::start(HttpHandler handler) {
    net::HTTPRequestHandlerFactory::Ptr handlers = new HandlerFactory(std::move(handler));
    parts_->server = std::make_unique<net::TCPServer>(
        new ConnectionFactory(parts_->params, handlers, parts_->connections), parts_->pool,
        parts_->socket, parts_->params
    );
    parts_->server->setConnectionFilter(new DownFilter(parts_->down));
    parts_->server->start();
}

Listener::~Listener() {
    if (!parts_->server) return;
    parts_->down = true;
    // Wakes the accepting thread, which otherwise looks for the stop four times a second.
    ::shutdown(parts_->socket.impl()->sockfd(), SHUT_RDWR);
    parts_->server->stop();
    // A connection taken just before the stop may register late: shut again until the pool is idle.
    do {
        parts_->connections.shutAll();
        Poco::Thread::sleep(1);
    } while (parts_->server->currentConnections() > 0);
    parts_->pool.joinAll();
}

std::uint16_t Listener::port() const {
    return parts_->socket.address().port();
}

void Listener::setDown(bool down) {
    parts_->down = down;
    if (down) parts_->connections.shutAll();
}

}  // namespace yht::stage
