#include "tools/speaker/gateway_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/URI.h>

#include <charconv>

#include "tools/stage/process.h"

namespace yht::speaker {

namespace net = Poco::Net;

namespace {

base::Error invalid(std::string detail) {
    return base::makeError(base::ErrorCode::ConfigInvalid, std::move(detail));
}

base::Result<trust::SigningKey> loadSigningKey(const SpeakerOptions& options) {
    const bool own = !options.signing_certificate_pem.empty();
    const std::string& certificate =
        own ? options.signing_certificate_pem : options.tls.certificate_chain_pem;
    const std::string& key = own ? options.signing_key_pem : options.tls.private_key_pem;
    const auto certificate_text = stage::readFile(certificate);
    if (!certificate_text.ok) return invalid("can't read " + certificate);
    const auto key_text = stage::readFile(key);
    if (!key_text.ok) return invalid("can't read " + key);
    return trust::signingKey(certificate_text.text, key_text.text);
}

/// False where the body is larger than kReplyBytesMax.
bool readBody(std::istream& in, std::string& body) {
    char buffer[16 * 1024];
    while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
        body.append(buffer, static_cast<std::size_t>(in.gcount()));
        if (body.size() > kReplyBytesMax) return false;
    }
    return true;
}

bool complete(const net::HTTPResponse& response, const std::string& body) {
    return !response.hasContentLength() ||
           response.getContentLength64() == static_cast<Poco::Int64>(body.size());
}

}  // namespace

Speaker::Speaker(
    SpeakerOptions options, net::Context::Ptr context, trust::SigningKey key,
    const base::Clock& clock
)
    : options_(std::move(options)),
      context_(std::move(context)),
      key_(std::move(key)),
      clock_(clock) {
    const Poco::URI uri(options_.base_url);
    host_ = uri.getHost();
    port_ = uri.getPort();
}

base::Result<std::shared_ptr<const Speaker>> Speaker::make(
    const SpeakerOptions& options, const base::Clock& clock
) {
    net::initializeSSL();
    try {
        const Poco::URI uri(options.base_url);
        if (uri.getScheme() != "https" || uri.getHost().empty() || !uri.getPath().empty())
            return invalid("the base URL is https://host:port, without a path");
    } catch (const Poco::Exception& error) {
        return invalid("the base URL can't be read: " + error.displayText());
    }
    auto context = trust::clientContext(options.tls);
    if (!context) return std::move(context).error();
    auto key = loadSigningKey(options);
    if (!key) return std::move(key).error();
    return std::shared_ptr<const Speaker>(
        new Speaker(options, std::move(*context), std::move(*key), clock)
    );
}

Reply GatewayClient::post(const std::string& target, const std::string& body) {
    trust::HttpHead head;
    head.method = "POST";
    head.target_uri = speaker_->baseUrl() + target;
    head.set("content-type", "application/json");
    const auto signed_head =
        trust::signMessage(head, body, speaker_->key_, speaker_->clock_.nowMillis());
    if (!signed_head) return Reply{.body = {}, .detail = base::describe(signed_head.error())};
    net::HTTPRequest request("POST", target, "HTTP/1.1");
    for (const auto& [name, value] : head.fields) request.set(name, value);
    request.setContentLength64(static_cast<Poco::Int64>(body.size()));
    return exchange(request, body);
}

Reply GatewayClient::get(const std::string& target) {
    net::HTTPRequest request("GET", target, "HTTP/1.1");
    return exchange(request, {});
}

Reply GatewayClient::exchange(net::HTTPRequest& request, const std::string& body) {
    Reply reply;
    try {
        if (!session_) {
            session_ = std::make_unique<net::HTTPSClientSession>(
                speaker_->host_, speaker_->port_, speaker_->context_
            );
            session_->setTimeout(Poco::Timespan(speaker_->options_.timeout_ms * 1000));
            session_->setKeepAlive(true);
        }
        session_->sendRequest(request) << body << std::flush;
        net::HTTPResponse response;
        std::istream& in = session_->receiveResponse(response);
        const bool fits = readBody(in, reply.body);
        reply.lost = !fits || !complete(response, reply.body);
        reply.status = response.getStatus();
        const std::string wait = response.get("Retry-After", "");
        std::from_chars(wait.data(), wait.data() + wait.size(), reply.retry_after_s);
        if (reply.lost) reply.detail = "the answer was cut off";
    } catch (const Poco::Exception& error) {
        reply.detail = error.displayText();
    } catch (const std::exception& error) {
        reply.detail = error.what();
    }
    if (reply.lost) session_.reset();
    return reply;
}

}  // namespace yht::speaker
