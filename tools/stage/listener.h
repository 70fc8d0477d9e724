// An HTTP listener for simulators: mutual TLS, or plain on loopback for control; answers can be cut
// on purpose. Uses: base, Poco, OpenSSL (the peer's certificate as DER; Poco has no call for it).
// Used by: the simulators.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/bytes.h"

namespace yht::stage {

inline constexpr std::size_t kRequestBytesMax = 8 * 1024 * 1024;
inline constexpr int kConnectionsMax = 64;

struct HttpRequest {
    std::string method;
    std::string target;  // path and query as received
    std::string path;
    std::vector<std::pair<std::string, std::string>> query;   // decoded
    std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
    std::string body;
    base::Bytes peer_certificate_der;  // "" on a plain listener

    std::string field(const std::string& lower_name) const;
    std::string parameter(const std::string& name) const;
};

enum class Ending : std::uint8_t {
    Complete,
    CutMidAnswer,  // head and half of the body, then the connection is shut
    CloseUnanswered
};

struct HttpAnswer {
    int status = 200;
    std::string content_type = "application/json; charset=utf-8";
    std::vector<std::pair<std::string, std::string>> fields{};
    std::string body{};
    Ending ending = Ending::Complete;
};

/// Called on the connection's thread. What it throws is answered with 500 and written to standard
/// error.
using HttpHandler = std::function<HttpAnswer(const HttpRequest&)>;

struct TlsPaths {
    std::string certificate_pem, key_pem;  // own chain and key
    std::string ca_pem;  // what client certificates must chain to: one is required; "": none is asked for
};

struct ListenerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::optional<TlsPaths> tls;
};

/// Holds its port from construction to destruction, serves from start() on; who connects before
/// waits. Throws std::exception where it can't listen.
class Listener {
public:
    explicit Listener(const ListenerOptions& options);
    /// Listens and serves at once.
    Listener(const ListenerOptions& options, HttpHandler handler) : Listener(options) {
        start(std::move(handler));
    }
    /// Once only.
    void start(HttpHandler handler);
    /// Stops accepting, shuts every connection and joins their threads.
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::uint16_t port() const;
    /// While `down`, connections are closed as they come; the ones there are shut.
    void setDown(bool down);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace yht::stage
