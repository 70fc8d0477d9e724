#include "tests/unit/adapters/kit/transport/file_server.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/StreamCopier.h>

#include <chrono>
#include <thread>

namespace yht::test {
namespace {

namespace net = Poco::Net;

class Handler final : public net::HTTPRequestHandler {
public:
    explicit Handler(FileServer& server) : server_(server) {}
    void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& response) override {
        server_.answer(request, response);
    }

private:
    FileServer& server_;
};

class Factory final : public net::HTTPRequestHandlerFactory {
public:
    explicit Factory(FileServer& server) : server_(server) {}
    net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override { return new Handler(server_); }

private:
    FileServer& server_;
};

net::ServerSocket listening(bool tls, const CertificateFiles& files) {
    const net::SocketAddress address("127.0.0.1", 0);
    if (!tls) return net::ServerSocket(address);
    const net::Context::Ptr context =
        new net::Context(net::Context::TLS_SERVER_USE, files.private_key, files.certificate, files.ca, net::Context::VERIFY_NONE);
    return net::SecureServerSocket(address, 64, context);
}

}  // namespace

FileServer::FileServer(bool tls, const CertificateFiles& files) : tls_(tls) {
    auto* parameters = new net::HTTPServerParams;
    parameters->setKeepAlive(false);
    server_ = std::make_unique<net::HTTPServer>(new Factory(*this), listening(tls, files), parameters);
    server_->start();
}

FileServer::~FileServer() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    server_->stopAll(true);
}

std::uint16_t FileServer::port() const {
    return server_->port();
}

void FileServer::set(const std::string& path, Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_[path] = std::move(answer);
}

std::vector<FileServer::Asked> FileServer::asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
}

void FileServer::answer(net::HTTPServerRequest& request, net::HTTPServerResponse& response) {
    Asked asked{request.getMethod(), request.getURI(), {}, {}};
    for (const auto& [name, value] : request) asked.fields[name] = value;
    Poco::StreamCopier::copyToString(request.stream(), asked.body);
    Answer answer{.status = 404, .body = "unknown", .location = {}};
    {
        const std::lock_guard lock(mutex_);
        asked_.push_back(asked);
        const auto found = answers_.find(asked.target);
        if (found != answers_.end()) answer = found->second;
    }
    response.setStatus(static_cast<net::HTTPResponse::HTTPStatus>(answer.status));
    if (!answer.location.empty()) response.set("Location", answer.location);
    if (answer.endless) response.setChunkedTransferEncoding(true);
    else response.setContentLength64(static_cast<Poco::Int64>(answer.body.size() + (answer.cut || answer.stalled ? 10 : 0)));
    auto& out = response.send();
    const auto ends = [&] {
        const std::lock_guard lock(mutex_);
        return ending_ || !out.good();
    };
    do {
        out << answer.body;
        out.flush();
    } while (answer.endless && !ends());
    while (answer.stalled && !ends()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

}  // namespace yht::test
