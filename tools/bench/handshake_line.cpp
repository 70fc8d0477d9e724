#include "tools/bench/handshake_line.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "tools/bench/figures.h"
#include "tools/bench/tls_line.h"

namespace yht::bench {

namespace {

constexpr std::string_view kRequest = "GET /v1/checkpoint HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr std::string_view kServed = "HTTP/1.1 200";

}  // namespace

void FreeSession::operator()(SSL_SESSION* session) const {
    SSL_SESSION_free(session);
}

HandshakeLine::HandshakeLine(SSL_CTX* context, std::uint16_t port, SSL_SESSION* session)
    : socket_(connectTo(port)), ssl_(SSL_new(context)) {
    SSL_set_fd(ssl_, socket_);
    SSL_set_tlsext_host_name(ssl_, "localhost");
    if (session != nullptr) SSL_set_session(ssl_, session);
    const bool shaken = SSL_connect(ssl_) == 1;
    const bool as_wanted = shaken && (SSL_session_reused(ssl_) == 1) == (session != nullptr);
    ERR_clear_error();
    if (as_wanted) return;
    SSL_free(ssl_);
    ::close(socket_);
    throw Invalid(shaken ? "the handshake was not of the kind that is measured" : "a handshake failed");
}

HandshakeLine::~HandshakeLine() {
    SSL_shutdown(ssl_);
    SSL_free(ssl_);
    ::close(socket_);
    ERR_clear_error();
}

void HandshakeLine::ask() {
    SSL_write(ssl_, kRequest.data(), static_cast<int>(kRequest.size()));
    std::array<char, 4096> answer{};
    const int count = SSL_read(ssl_, answer.data(), static_cast<int>(answer.size()));
    if (count <= 0 || !std::string_view(answer.data(), static_cast<std::size_t>(count)).starts_with(kServed)) {
        throw Invalid("a connection was not served");
    }
}

std::unique_ptr<SSL_SESSION, FreeSession> HandshakeLine::takeSession() {
    ask();  // the tickets come before the answer
    return std::unique_ptr<SSL_SESSION, FreeSession>(SSL_get1_session(ssl_));
}

}  // namespace yht::bench
