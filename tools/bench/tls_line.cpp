#include "tools/bench/tls_line.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "tools/bench/figures.h"

namespace yht::bench {

namespace {

constexpr std::size_t kReadBytes = 16 * 1024;  // a TLS record

std::string lastTlsError() {
    char text[256] = "connection closed";
    if (const unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    return text;
}

/// The value of Content-Length, which the gateway always sends. Throws Invalid where it is missing.
std::size_t contentLength(std::string_view head) {
    constexpr std::string_view kName = "content-length:";
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
         at = head.find("\r\n", at + 2)) {
        std::string_view line = head.substr(at + 2);
        if (line.size() < kName.size() ||
            ::strncasecmp(line.data(), kName.data(), kName.size()) != 0)
            continue;
        line.remove_prefix(kName.size());
        while (line.starts_with(' ')) line.remove_prefix(1);
        std::size_t length = 0;
        const auto read = std::from_chars(line.data(), line.data() + line.size(), length);
        if (read.ec == std::errc{} && length <= kAnswerBytesMax) return length;
    }
    throw Invalid("an answer has no usable Content-Length");
}

}  // namespace

int connectTo(std::uint16_t port) {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (made < 0 || ::connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw Invalid(
            "can't connect to port " + std::to_string(port) + ": " + std::strerror(errno)
        );
    const int on = 1;
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

TlsLine::TlsLine(SSL_CTX* context, std::uint16_t port) : socket_(connectTo(port)) {
    ssl_ = ::SSL_new(context);
    ::SSL_set_fd(ssl_, socket_);
    ::SSL_set_mode(ssl_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ::SSL_set_read_ahead(ssl_, 1);  // a record's header and body with one read
    ::SSL_set1_host(ssl_, "localhost");
    if (::SSL_connect(ssl_) != 1) {
        const auto why = lastTlsError();
        ::SSL_free(ssl_);
        ::close(socket_);
        throw Invalid("TLS handshake failed: " + why);
    }
    ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
}

TlsLine::~TlsLine() {
    ::SSL_shutdown(ssl_);
    ::SSL_free(ssl_);
    ::close(socket_);
}

void TlsLine::send(std::string_view bytes) {
    unsent_ = bytes;
    received_.clear();
    status_ = 0;
    body_at_ = answer_bytes_ = 0;
    ERR_clear_error();
    flush();
}

void TlsLine::waitFor(int result, const char* what) {
    const int error = ::SSL_get_error(ssl_, result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
    throw Invalid(std::string(what) + ": " + lastTlsError());
}

void TlsLine::flush() {
    while (!unsent_.empty()) {
        const int written = ::SSL_write(ssl_, unsent_.data(), static_cast<int>(unsent_.size()));
        if (written <= 0) return waitFor(written, "sending");
        unsent_.remove_prefix(static_cast<std::size_t>(written));
    }
}

void TlsLine::receive() {
    char buffer[kReadBytes];
    for (;;) {
        const int got = ::SSL_read(ssl_, buffer, sizeof buffer);
        if (got <= 0) return waitFor(got, "receiving");
        received_.append(buffer, static_cast<std::size_t>(got));
        if (complete()) return;
    }
}

bool TlsLine::complete() {
    if (answer_bytes_ == 0) {
        const auto end = received_.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        const std::string_view head = std::string_view(received_).substr(0, end + 2);
        if (!head.starts_with("HTTP/1.1 ")) throw Invalid("an answer is no HTTP/1.1");
        std::from_chars(head.data() + 9, head.data() + 12, status_);
        body_at_ = end + 4;
        answer_bytes_ = body_at_ + contentLength(head);
    }
    return received_.size() >= answer_bytes_;
}

Answer TlsLine::exchange(std::string_view bytes) {
    send(bytes);
    pollfd ready{socket_, POLLIN, 0};
    while (!advance())
        if (::poll(&ready, 1, kExchangeMillisMax) <= 0) throw Invalid("a request is not answered");
    return answer();
}

bool TlsLine::advance() {
    ERR_clear_error();
    flush();
    if (answer_bytes_ == 0 || received_.size() < answer_bytes_) receive();
    return answer_bytes_ > 0 && received_.size() >= answer_bytes_;
}

}  // namespace yht::bench
