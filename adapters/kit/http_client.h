// POST over mutual TLS with keep-alive, strict about one question: can the request have reached the
// far side?
//
//   NotSent   connecting, the handshake or the very first write failed: nothing of the request left;
//             or the far side's TLS refused our certificate: nobody has looked at the request
//   Unknown   something of it left, and no complete answer came: closed, cut, stalled, too large,
//   unreadable Answered  a complete HTTP answer, whatever its status
//
// An idle connection that the far side has closed is noticed before it is used, and so is one whose
// credential has been replaced since, or whose far side has been revoked. One that breaks in
// use before any byte of an answer is tried once more on a fresh connection: always where nothing
// was written, otherwise only where the request may be repeated. The whole exchange has one
// deadline, not one a read. Uses: base, tls, Poco. Used by: profile_destination,
// native_destination, native_attachments.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/kit/http_connection.h"
#include "gateway/trust/tls.h"

namespace yht::kit {

struct HttpClientSettings {
    std::string base_url;                     // "https://host:port", no path
    std::int64_t timeout_ms = 30'000;         // whole exchange, connecting included
    std::int64_t connect_timeout_ms = 5'000;  // TCP connection
    std::size_t answer_bytes_max = 4U * 1024 * 1024;
    std::int64_t idle_ms_max = 20'000;  // below what servers usually allow
    std::size_t idle_connections_max = 8;
};

/// A body that is read as it is sent: `next` gives the next piece, "" never before the end.
struct HttpContent {
    std::uint64_t size_bytes = 0;
    std::function<base::Result<std::string>()> next;
};

struct HttpRequest {
    std::string path;
    HttpFields fields;  // Host, Content-Length and Connection are the client's own
    std::string body;
    /// In the place of body. Goes once, over a fresh connection; each piece has timeout_ms, and so has the answer.
    std::optional<HttpContent> content;
    bool may_repeat = false;  // sending it twice does no harm
};

/// Thread-safety: any thread; each request has a connection to itself.
class HttpClient {
public:
    /// Errors: ConfigInvalid where base_url is not https://host[:port].
    static base::Result<std::unique_ptr<HttpClient>> make(
        HttpClientSettings settings, const trust::TlsContextHolder& contexts,
        const base::Clock& clock
    );
    ~HttpClient();

    /// Never throws; blocks for at most timeout_ms and the look-up of the host's name.
    HttpAnswer post(const HttpRequest& request);
    const std::string& baseUrl() const { return settings_.base_url; }

private:
    HttpClient(
        HttpClientSettings settings, std::string host, std::uint16_t port,
        const trust::TlsContextHolder& contexts, const base::Clock& clock
    );
    std::unique_ptr<HttpConnection> takeIdle();
    void keep(std::unique_ptr<HttpConnection> connection);
    std::string wireOf(const HttpRequest& request) const;
    /// nullopt: the content could not be read.
    std::optional<HttpConnection::Written> writeContent(
        HttpConnection& connection, const HttpContent& content
    );
    /// One attempt on one connection. `again`: nothing came back, and trying once more does no
    /// harm.
    HttpAnswer attempt(
        std::unique_ptr<HttpConnection> connection, const HttpRequest& request,
        const std::string& wire, std::int64_t deadline_ms, bool& again
    );

    const HttpClientSettings settings_;
    const std::string host_;
    const std::uint16_t port_;
    const trust::TlsContextHolder& contexts_;
    const base::Clock& clock_;
    std::mutex mutex_;
    std::deque<std::unique_ptr<HttpConnection>> idle_;  // protected by mutex_
};

}  // namespace yht::kit
