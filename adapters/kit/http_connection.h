// One TLS connection to a far side, non-blocking underneath, so that a whole exchange has one
// deadline: a peer that sends a byte now and then can't hold a courier. HTTP/1.1 answers are read
// here, every part bounded. Uses: http_answer, base, trust (handshake), Poco. Used by: http_client.
#pragma once

#include <Poco/Net/SecureStreamSocket.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/kit/http_answer.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/trust/handshake.h"

namespace yht::kit {

inline constexpr std::size_t kAnswerHeaderBytesMax = 32U * 1024;
inline constexpr int kAnswerFieldsMax = 100;
inline constexpr int kInterimAnswersMax = 4;  // 1xx before the real one

/// Used by one thread at a time. Nothing throws.
class HttpConnection {
public:
    struct Place {
        std::string host;
        std::uint16_t port = 443;
    };
    /// Connects and completes the handshake, the far side's certificate and name verified.
    /// Errors: PeerUnreachable; "certificate.*" where its chain, its name or its revocation is not in order; TlsRefusedByPeer;
    /// TlsFailed.
    static base::Result<std::unique_ptr<HttpConnection>> open(
        const Place& place, const Poco::Net::Context::Ptr& context, std::int64_t connect_timeout_ms,
        std::int64_t deadline_ms, const base::Clock& clock
    );
    ~HttpConnection();
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    struct Written {
        bool all = false;
        bool nothing = true;  // not a byte of it can have left
        std::string detail;
        bool refused = false;  // by the far side's TLS, because of our certificate: nobody looked at the request
    };
    Written write(std::string_view bytes, std::int64_t deadline_ms);

    struct Read {
        bool complete = false;
        bool began = false;       // at least a byte of an answer came
        bool unreadable = false;  // too large, or no HTTP
        std::string detail;
        bool refused = false;  // as of Written
    };
    /// Reads one answer into status, fields and body.
    Read read(HttpAnswer& answer, std::size_t body_bytes_max, std::int64_t deadline_ms);

    /// After a complete read: whether another request may follow.
    bool reusable() const { return reusable_; }
    /// Nothing has come and nobody has closed while it was idle.
    bool quiet();
    /// The context that it was made with is still the one in force, and its far side still stands well.
    bool isCurrent(const Poco::Net::Context::Ptr& context) const;
    void idleSince(std::int64_t steady_ms) { idle_since_ms_ = steady_ms; }
    std::int64_t idleSince() const { return idle_since_ms_; }

private:
    enum class Io : std::uint8_t { Done, Closed, TimedOut, Failed };

    HttpConnection(Poco::Net::SecureStreamSocket socket, Poco::Net::Context::Ptr context, const base::Clock& clock)
        : socket_(std::move(socket)), context_(std::move(context)), clock_(clock) {}
    base::Status handshake(const std::string& host, std::int64_t deadline_ms);
    /// Throws Poco::Exception. nullopt: done.
    std::optional<std::string> shakeHands(std::int64_t deadline_ms);
    bool wait(int poco_code, std::int64_t deadline_ms);
    /// More bytes into buffer_.
    Io fill(std::int64_t deadline_ms);
    Read readHead(HttpAnswer& answer, std::int64_t deadline_ms);
    Read readBody(HttpAnswer& answer, std::size_t body_bytes_max, std::int64_t deadline_ms);
    Read readSized(std::string& body, std::size_t bytes, std::int64_t deadline_ms);
    Read readChunked(std::string& body, std::size_t bytes_max, std::int64_t deadline_ms);
    Read readLine(std::string& line, std::int64_t deadline_ms);
    Read readToClose(std::string& body, std::size_t bytes_max, std::int64_t deadline_ms);
    Read lost(Io io) const;

    Poco::Net::SecureStreamSocket socket_;
    Poco::Net::Context::Ptr context_;
    trust::HandshakeNote note_;
    const base::Clock& clock_;
    std::string buffer_;  // read and not yet used
    std::string failure_;
    bool reusable_ = false;
    std::int64_t idle_since_ms_ = 0;
};

}  // namespace yht::kit
