#include "adapters/kit/http_client.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

namespace yht::kit {
namespace {

// A far side that stops taking a content may have said why; it is not waited for any longer than this.
constexpr std::int64_t kEarlyAnswerMillis = 2'000;

std::string hostField(const std::string& base_url) {
    constexpr std::string_view kScheme = "https://";
    return base_url.substr(kScheme.size());
}

}  // namespace

base::Result<std::unique_ptr<HttpClient>> HttpClient::make(
    HttpClientSettings settings, const trust::TlsContextHolder& contexts, const base::Clock& clock
) {
    try {
        const Poco::URI uri(settings.base_url);
        if (settings.base_url.starts_with("https://") && !uri.getHost().empty() &&
            uri.getPathEtc().empty() && uri.getUserInfo().empty()) {
            return std::unique_ptr<HttpClient>(
                new HttpClient(std::move(settings), uri.getHost(), uri.getPort(), contexts, clock)
            );
        }
    } catch (const Poco::Exception& error) {
        return base::makeError(
            base::ErrorCode::ConfigInvalid, settings.base_url + ": " + error.displayText()
        );
    }
    return base::makeError(
        base::ErrorCode::ConfigInvalid,
        settings.base_url + ": write https://host:port, without a path"
    );
}

HttpClient::HttpClient(
    HttpClientSettings settings, std::string host, std::uint16_t port,
    const trust::TlsContextHolder& contexts, const base::Clock& clock
)
    : settings_(std::move(settings)),
      host_(std::move(host)),
      port_(port),
      contexts_(contexts),
      clock_(clock) {}

HttpClient::~HttpClient() = default;

std::unique_ptr<HttpConnection> HttpClient::takeIdle() {
    const std::lock_guard lock(mutex_);
    while (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        const bool fresh = clock_.steadyMillis() - connection->idleSince() <= settings_.idle_ms_max;
        if (fresh && connection->isCurrent(contexts_.current()) && connection->quiet()) return connection;
    }
    return nullptr;
}

void HttpClient::keep(std::unique_ptr<HttpConnection> connection) {
    connection->idleSince(clock_.steadyMillis());
    const std::lock_guard lock(mutex_);
    if (idle_.size() >= settings_.idle_connections_max) idle_.pop_front();
    idle_.push_back(std::move(connection));
}

std::string HttpClient::wireOf(const HttpRequest& request) const {
    std::string wire =
        "POST " + request.path + " HTTP/1.1\r\nHost: " + hostField(settings_.base_url) + "\r\n";
    for (const auto& [name, value] : request.fields) wire += name + ": " + value + "\r\n";
    const std::uint64_t size_bytes =
        request.content ? request.content->size_bytes : request.body.size();
    wire += "Content-Length: " + std::to_string(size_bytes) + "\r\n\r\n";
    return request.content ? wire : wire + request.body;
}

std::optional<HttpConnection::Written> HttpClient::writeContent(
    HttpConnection& connection, const HttpContent& content
) {
    HttpConnection::Written written{.all = true, .nothing = false, .detail = {}};
    for (std::uint64_t sent = 0; sent < content.size_bytes;) {
        const auto piece = content.next();
        if (!piece || piece->empty() || piece->size() > content.size_bytes - sent) {
            return std::nullopt;
        }
        written = connection.write(*piece, clock_.steadyMillis() + settings_.timeout_ms);
        written.nothing = false;  // its head has left
        if (!written.all) return written;
        sent += piece->size();
    }
    return written;
}

HttpAnswer HttpClient::attempt(
    std::unique_ptr<HttpConnection> connection, const HttpRequest& request, const std::string& wire,
    std::int64_t deadline_ms, bool& again
) {
    HttpAnswer answer;
    auto written = connection->write(wire, deadline_ms);
    if (written.nothing) {
        again = true;
        answer.detail = written.detail;
        return answer;
    }
    answer.outcome = HttpOutcome::Unknown;
    if (request.content && written.all) {
        auto content = writeContent(*connection, *request.content);
        if (!content) {
            // The far side got a part, which it can't take for the whole: nothing to wait for.
            answer.detail = "the content could not be read";
            return answer;
        }
        written = *std::move(content);
        deadline_ms = clock_.steadyMillis() + (written.all ? settings_.timeout_ms : kEarlyAnswerMillis);
    }
    // A server may answer and close without having read everything: 413, 503. Look before giving
    // up.
    const auto read = connection->read(answer, settings_.answer_bytes_max, deadline_ms);
    again = request.may_repeat && !read.began;
    answer.unreadable = read.unreadable;
    answer.detail = read.detail.empty() ? written.detail : read.detail;
    if (!read.complete) {
        if (written.refused || read.refused) {
            answer.outcome = HttpOutcome::NotSent;
            answer.error = base::ErrorCode::TlsRefusedByPeer;
        }
        return answer;
    }
    answer.outcome = HttpOutcome::Answered;
    if (written.all && connection->reusable()) keep(std::move(connection));
    return answer;
}

HttpAnswer HttpClient::post(const HttpRequest& request) {
    const std::int64_t deadline_ms = clock_.steadyMillis() + settings_.timeout_ms;
    const std::string wire = wireOf(request);
    HttpOutcome before = HttpOutcome::NotSent;
    if (auto idle = request.content ? nullptr : takeIdle()) {
        bool again = false;
        HttpAnswer answer = attempt(std::move(idle), request, wire, deadline_ms, again);
        if (!again || clock_.steadyMillis() >= deadline_ms) return answer;
        before = answer.outcome;
    }
    HttpAnswer answer;
    auto fresh = HttpConnection::open(
        {host_, port_}, contexts_.current(), settings_.connect_timeout_ms, deadline_ms, clock_
    );
    if (fresh) {
        bool again = false;
        answer = attempt(*std::move(fresh), request, wire, deadline_ms, again);
    } else {
        answer.error = fresh.error().code;
        answer.detail = fresh.error().detail;
    }
    // The first attempt may have arrived, whatever became of the second.
    if (answer.outcome == HttpOutcome::NotSent) answer.outcome = before;
    return answer;
}

}  // namespace yht::kit
