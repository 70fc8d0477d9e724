// One kept-alive mutual-TLS connection that never blocks: a request goes out, an answer comes in.
// Why OpenSSL and not Poco's secure sockets: Poco polls and asks for two socket options at each
// read, as much CPU as the rest of a request; the generator must not be what is measured.
// Uses: OpenSSL. Used by: load.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace yht::bench {

inline constexpr std::size_t kAnswerBytesMax = 16 * 1024 * 1024;

inline constexpr int kExchangeMillisMax = 30'000;

struct Answer {
    int status = 0;
    std::string_view body;  // until the next send()
};

/// A connected socket of loopback. Throws Invalid.
int connectTo(std::uint16_t port);

/// Thread-safety: none.
class TlsLine {
public:
    /// Connects and shakes hands, blocking. Throws Invalid.
    TlsLine(SSL_CTX* context, std::uint16_t port);
    ~TlsLine();
    TlsLine(const TlsLine&) = delete;
    TlsLine& operator=(const TlsLine&) = delete;

    int descriptor() const { return socket_; }
    /// Begins a request; `bytes` live until it is answered. Throws Invalid as advance() does.
    void send(std::string_view bytes);
    /// Goes on as far as it can without blocking; true when the whole answer is there. Throws
    /// Invalid where the connection broke.
    bool advance();
    /// send() and wait for the answer. Throws Invalid, also where none comes in kExchangeMillisMax.
    Answer exchange(std::string_view bytes);
    /// Requires: advance() was true.
    Answer answer() const { return {status_, std::string_view(received_).substr(body_at_)}; }

private:
    void flush();
    void receive();
    bool complete();
    /// Throws Invalid where OpenSSL wants more than to be asked again later.
    void waitFor(int result, const char* what);

    int socket_ = -1;
    SSL* ssl_ = nullptr;
    std::string_view unsent_;
    std::string received_;
    int status_ = 0;
    std::size_t body_at_ = 0, answer_bytes_ = 0;  // 0: the head is not whole yet
};

}  // namespace yht::bench
