// One mutual-TLS connection that is made, asked once and closed; blocking. Uses: OpenSSL. Used by: handshake_scenario.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>

namespace yht::bench {

struct FreeSession {
    void operator()(SSL_SESSION* session) const;
};

/// Thread-safety: none.
class HandshakeLine {
public:
    /// Connects and shakes hands; with `session` resuming it. Throws Invalid, also where it was not resumed.
    HandshakeLine(SSL_CTX* context, std::uint16_t port, SSL_SESSION* session);
    ~HandshakeLine();
    HandshakeLine(const HandshakeLine&) = delete;
    HandshakeLine& operator=(const HandshakeLine&) = delete;

    /// One request and the head of its answer. Throws Invalid where that is no 200.
    void ask();
    /// ask(), and what resumes this connection.
    std::unique_ptr<SSL_SESSION, FreeSession> takeSession();

private:
    int socket_ = -1;
    SSL* ssl_ = nullptr;
};

}  // namespace yht::bench
