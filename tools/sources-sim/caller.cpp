#include "tools/sources-sim/caller.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/URI.h>

#include <chrono>
#include <thread>

namespace yht::sources_sim {
namespace {

namespace net = Poco::Net;
constexpr std::size_t kReplyBytesMax = 64 * 1024;

std::string readReply(std::istream& in) {
    std::string text(kReplyBytesMax, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

}  // namespace

Caller::Caller(CallerOptions options) : options_(std::move(options)) {
    const Poco::URI url(options_.base_url);
    host_ = url.getHost();
    port_ = url.getPort();
    tls_ = url.getScheme() == "https";
    if (host_.empty() || (!tls_ && url.getScheme() != "http")) {
        throw Poco::InvalidArgumentException("no URL of a server: " + options_.base_url);
    }
    if (!tls_) return;
    context_ = new net::Context(
        net::Context::TLS_CLIENT_USE, options_.key_pem, options_.certificate_pem, options_.ca_pem,
        net::Context::VERIFY_RELAXED, 9, false
    );
    context_->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
}

Heard Caller::call(const std::string& path, const std::string& body) {
    Heard heard;
    for (int i = 1; i <= options_.tries_max; ++i) {
        heard = once(path, body);
        heard.tries = i;
        if (heard.done || i == options_.tries_max) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(options_.between_tries_ms));
    }
    return heard;
}

Heard Caller::once(const std::string& path, const std::string& body) {
    Heard heard;
    try {
        std::unique_ptr<net::HTTPClientSession> session;
        if (tls_) session = std::make_unique<net::HTTPSClientSession>(host_, port_, context_);
        else session = std::make_unique<net::HTTPClientSession>(host_, port_);
        session->setTimeout(Poco::Timespan(options_.timeout_ms * 1000));
        net::HTTPRequest request(net::HTTPRequest::HTTP_POST, path, net::HTTPMessage::HTTP_1_1);
        request.setContentType(options_.content_type);
        request.setContentLength64(static_cast<Poco::Int64>(body.size()));
        for (const auto& [name, value] : options_.headers) request.set(name, value);
        session->sendRequest(request) << body << std::flush;
        net::HTTPResponse response;
        std::istream& in = session->receiveResponse(response);
        heard.reply = readReply(in);
        heard.status = response.getStatus();
        auto [done, number] = understood(options_.shape, heard.status, heard.reply);
        heard.done = done;
        heard.number = std::move(number);
    } catch (const Poco::Exception& fault) {
        heard.detail = fault.displayText();
    }
    return heard;
}

}  // namespace yht::sources_sim
