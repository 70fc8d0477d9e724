#include "adapters/kit/http_client.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

namespace yht::kit {
namespace {

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
        if (fresh && connection->quiet()) return connection;
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
    wire += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n";
    return wire + request.body;
}

HttpAnswer HttpClient::attempt(
    std::unique_ptr<HttpConnection> connection, const HttpRequest& request, const std::string& wire,
    std::int64_t deadline_ms, bool& again
) {
    HttpAnswer answer;
    const auto written = connection->write(wire, deadline_ms);
    if (written.nothing) {
        again = true;
        answer.detail = written.detail;
        return answer;
    }
    answer.outcome = HttpOutcome::Unknown;
    // A server may answer and close without having read everything: 413, 503. Look before giving
    // up.
    const auto read = connection->read(answer, settings_.answer_bytes_max, deadline_ms);
    again = request.may_repeat && !read.began;
    answer.unreadable = read.unreadable;
    answer.detail = read.detail.empty() ? written.detail : read.detail;
    if (!read.complete) return answer;
    answer.outcome = HttpOutcome::Answered;
    if (written.all && connection->reusable()) keep(std::move(connection));
    return answer;
}

HttpAnswer HttpClient::post(const HttpRequest& request) {
    const std::int64_t deadline_ms = clock_.steadyMillis() + settings_.timeout_ms;
    const std::string wire = wireOf(request);
    HttpOutcome before = HttpOutcome::NotSent;
    if (auto idle = takeIdle()) {
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
        answer.detail = fresh.error().detail;
    }
    // The first attempt may have arrived, whatever became of the second.
    if (answer.outcome == HttpOutcome::NotSent) answer.outcome = before;
    return answer;
}

}  // namespace yht::kit
