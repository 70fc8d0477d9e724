#include "adapters/kit/http_connection.h"

#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/String.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <sstream>

#include "gateway/crypto/openssl_error.h"

namespace yht::kit {
namespace {

using Poco::Net::SecureStreamSocket;

// One TLS record: a write that fails at once has then sent nothing at all.
constexpr std::size_t kWriteBytesMax = 16U * 1024;
constexpr std::size_t kReadBytes = 16U * 1024;
constexpr std::size_t kLineBytesMax = 1024;  // of a chunk's head or a trailer

HttpConnection::Read unreadable(const char* why) {
    return {.complete = false, .began = true, .unreadable = true, .detail = why};
}
HttpConnection::Read complete() {
    return {.complete = true, .began = true, .unreadable = false, .detail = ""};
}

std::optional<std::size_t> sizeOf(std::string_view text, int base) {
    std::size_t size = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), size, base);
    if (code != std::errc{} || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return size;
}

/// OpenSSL asks for an empty error queue before each operation, and Poco judges a failed one by
/// errno as well: what an earlier connection of this thread left behind would be taken for this
/// one's.
void forgetLeftovers() {
    crypto::drainOpensslErrors();
    errno = 0;
}

base::Error unreachable(const std::string& detail) {
    return base::makeError(base::ErrorCode::PeerUnreachable, detail);
}

/// Status line and fields of a complete head. Throws Poco::Exception.
void parseHead(const std::string& head, HttpAnswer& answer) {
    std::istringstream stream(head);
    Poco::Net::HTTPResponse response;
    response.setFieldLimit(kAnswerFieldsMax);
    response.read(stream);
    answer.status = response.getStatus();
    answer.fields.clear();
    for (const auto& [name, value] : response)
        answer.fields.emplace_back(Poco::toLower(name), value);
}

}  // namespace

std::string HttpAnswer::field(const std::string& lower_name) const {
    for (const auto& [name, value] : fields) {
        if (name == lower_name) return value;
    }
    return "";
}

base::Result<std::unique_ptr<HttpConnection>> HttpConnection::open(
    const Place& place, const Poco::Net::Context::Ptr& context, std::int64_t connect_timeout_ms,
    std::int64_t deadline_ms, const base::Clock& clock
) {
    try {
        const Poco::Net::SocketAddress address(place.host, place.port);
        const std::int64_t left_ms =
            std::min(connect_timeout_ms, deadline_ms - clock.steadyMillis());
        if (left_ms <= 0) return unreachable("no time left to connect");
        Poco::Net::StreamSocket plain;
        plain.connect(address, Poco::Timespan(left_ms * 1000));
        plain.setNoDelay(true);
        // Set before TLS is put on top: Poco's TLS asks this socket whether it may block.
        plain.setBlocking(false);
        std::unique_ptr<HttpConnection> connection(
            new HttpConnection(SecureStreamSocket::attach(plain, place.host, context), context, clock)
        );
        if (auto status = connection->handshake(place.host, deadline_ms); !status) return status.error();
        return connection;
    } catch (const Poco::Exception& error) {
        return unreachable(error.displayText());
    }
}

HttpConnection::~HttpConnection() {
    try {
        socket_.close();
    } catch (const Poco::Exception&) {
        // The far side went first; there is nobody left to say goodbye to.
        return;
    }
}

std::optional<std::string> HttpConnection::shakeHands(std::int64_t deadline_ms) {
    const trust::HandshakeWatch watch(note_);
    for (;;) {
        forgetLeftovers();
        const int code = socket_.completeHandshake();
        if (code == 1) return std::nullopt;
        if (code != SecureStreamSocket::ERR_SSL_WANT_READ &&
            code != SecureStreamSocket::ERR_SSL_WANT_WRITE) {
            return "the handshake was cut off";
        }
        if (!wait(code, deadline_ms)) return "it took too long to shake hands";
    }
}

base::Status HttpConnection::handshake(const std::string& host, std::int64_t deadline_ms) {
    std::optional<std::string> failure;
    try {
        failure = shakeHands(deadline_ms);
    } catch (const Poco::Exception& error) {
        failure = error.displayText();
    }
    if (failure) return trust::handshakeError(note_, *failure);
    if (note_.chain.empty()) return unreachable("the far side showed no certificate");
    return crypto::checkNames(note_.chain.front(), {host});
}

bool HttpConnection::isCurrent(const Poco::Net::Context::Ptr& context) const {
    return context_.get() == context.get() && trust::judgeAgain(context_, note_.chain).ok();
}

bool HttpConnection::wait(int poco_code, std::int64_t deadline_ms) {
    constexpr std::int64_t kPollMillisMax = 60'000;
    pollfd item{};
    item.fd = socket_.impl()->sockfd();
    item.events = poco_code == SecureStreamSocket::ERR_SSL_WANT_WRITE ? POLLOUT : POLLIN;
    for (;;) {
        const std::int64_t left_ms = deadline_ms - clock_.steadyMillis();
        if (left_ms <= 0) return false;
        const int ready = ::poll(&item, 1, static_cast<int>(std::min(left_ms, kPollMillisMax)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

bool HttpConnection::quiet() {
    if (!buffer_.empty()) return false;
    pollfd item{};
    item.fd = socket_.impl()->sockfd();
    item.events = POLLIN;
    if (::poll(&item, 1, 0) == 0) return true;
    // Readable need not mean closed: TLS 1.3 servers send session tickets when they please.
    return fill(clock_.steadyMillis()) == Io::TimedOut && buffer_.empty();
}

HttpConnection::Written HttpConnection::write(std::string_view bytes, std::int64_t deadline_ms) {
    Written written;
    try {
        while (!bytes.empty()) {
            const auto size = static_cast<int>(std::min(bytes.size(), kWriteBytesMax));
            forgetLeftovers();
            const int code = socket_.sendBytes(bytes.data(), size);
            if (code > 0) {
                written.nothing = false;
                bytes.remove_prefix(static_cast<std::size_t>(code));
                continue;
            }
            // Part of a record may have gone out with a write that is to be repeated.
            written.nothing = false;
            if (code == 0) {
                written.detail = "closed while the request was being written";
                return written;
            }
            if (!wait(code, deadline_ms)) {
                written.detail = "the request could not be written in time";
                return written;
            }
        }
        written.all = true;
    } catch (const Poco::Exception& error) {
        written.detail = error.displayText();
        written.refused = trust::isCertificateAlert(written.detail);
    }
    return written;
}

HttpConnection::Io HttpConnection::fill(std::int64_t deadline_ms) {
    std::array<char, kReadBytes> chunk{};
    try {
        for (;;) {
            forgetLeftovers();
            const int code = socket_.receiveBytes(chunk.data(), static_cast<int>(chunk.size()));
            if (code > 0) {
                buffer_.append(chunk.data(), static_cast<std::size_t>(code));
                return Io::Done;
            }
            if (code == 0) return Io::Closed;
            if (!wait(code, deadline_ms)) return Io::TimedOut;
        }
    } catch (const Poco::Exception& error) {
        failure_ = error.displayText();
        return Io::Failed;
    }
}

HttpConnection::Read HttpConnection::lost(Io io) const {
    Read read;
    switch (io) {
        case Io::Closed:
            read.detail = "closed before the answer was complete";
            break;
        case Io::TimedOut:
            read.detail = "no complete answer in time";
            break;
        case Io::Failed:
            read.detail = failure_;
            read.refused = trust::isCertificateAlert(failure_);
            break;
        case Io::Done:
            YHT_ASSERT(false);
    }
    return read;
}

HttpConnection::Read HttpConnection::read(
    HttpAnswer& answer, std::size_t body_bytes_max, std::int64_t deadline_ms
) {
    reusable_ = false;
    bool began = false;
    for (int interim = 0; interim <= kInterimAnswersMax; ++interim) {
        Read head = readHead(answer, deadline_ms);
        head.began = head.began || began;
        if (!head.complete) return head;
        began = true;
        if (answer.status >= 200) {
            Read body = readBody(answer, body_bytes_max, deadline_ms);
            body.began = true;
            return body;
        }
    }
    return unreadable("too many interim answers");
}

HttpConnection::Read HttpConnection::readHead(HttpAnswer& answer, std::int64_t deadline_ms) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    std::size_t end = 0;
    while ((end = buffer_.find(kEnd)) == std::string::npos) {
        if (buffer_.size() > kAnswerHeaderBytesMax)
            return unreadable("the answer's header is too long");
        const Io io = fill(deadline_ms);
        if (io == Io::Done) continue;
        Read read = lost(io);
        read.began = !buffer_.empty();
        return read;
    }
    if (end > kAnswerHeaderBytesMax) return unreadable("the answer's header is too long");
    const std::string head = buffer_.substr(0, end + kEnd.size());
    buffer_.erase(0, end + kEnd.size());
    try {
        parseHead(head, answer);
    } catch (const Poco::Exception& error) {
        return {.complete = false, .began = true, .unreadable = true, .detail = "the answer is no HTTP: " + error.displayText()};
    }
    return complete();
}

HttpConnection::Read HttpConnection::readBody(
    HttpAnswer& answer, std::size_t body_bytes_max, std::int64_t deadline_ms
) {
    constexpr int kNoContent = 204, kNotModified = 304;
    const auto count = [&](const char* name) {
        return std::count_if(answer.fields.begin(), answer.fields.end(), [&](const auto& field) {
            return field.first == name;
        });
    };
    const bool keeps = Poco::icompare(answer.field("connection"), "close") != 0;
    const auto lengths = count("content-length");
    const auto encodings = count("transfer-encoding");
    if (lengths + encodings > 1) return unreadable("the answer's length is ambiguous");
    Read read = complete();
    if (answer.status == kNoContent || answer.status == kNotModified) {
        reusable_ = keeps && buffer_.empty();
        return read;
    }
    if (encodings == 1) {
        if (Poco::icompare(answer.field("transfer-encoding"), "chunked") != 0) {
            return unreadable("unknown transfer encoding");
        }
        read = readChunked(answer.body, body_bytes_max, deadline_ms);
    } else if (lengths == 1) {
        const auto size = sizeOf(answer.field("content-length"), 10);
        if (!size) return unreadable("the answer's length is no number");
        if (*size > body_bytes_max) return unreadable("the answer is too large");
        read = readSized(answer.body, *size, deadline_ms);
    } else {
        return readToClose(answer.body, body_bytes_max, deadline_ms);
    }
    reusable_ = read.complete && keeps && buffer_.empty();
    return read;
}

HttpConnection::Read HttpConnection::readSized(
    std::string& body, std::size_t bytes, std::int64_t deadline_ms
) {
    const std::size_t target = body.size() + bytes;
    for (;;) {
        const std::size_t take = std::min(buffer_.size(), target - body.size());
        body.append(buffer_, 0, take);
        buffer_.erase(0, take);
        if (body.size() == target) return complete();
        if (const Io io = fill(deadline_ms); io != Io::Done) return lost(io);
    }
}

HttpConnection::Read HttpConnection::readLine(std::string& line, std::int64_t deadline_ms) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
        if (buffer_.size() > kLineBytesMax)
            return unreadable("a line of the chunked answer is too long");
        if (const Io io = fill(deadline_ms); io != Io::Done) return lost(io);
    }
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return complete();
}

HttpConnection::Read HttpConnection::readChunked(
    std::string& body, std::size_t bytes_max, std::int64_t deadline_ms
) {
    std::string line;
    for (;;) {
        if (Read read = readLine(line, deadline_ms); !read.complete) return read;
        const auto size = sizeOf(std::string_view(line).substr(0, line.find(';')), 16);
        if (!size) return unreadable("a chunk's size is no number");
        if (*size > bytes_max - body.size()) return unreadable("the answer is too large");
        if (*size == 0) break;
        if (Read read = readSized(body, *size, deadline_ms); !read.complete) return read;
        if (Read read = readLine(line, deadline_ms); !read.complete) return read;
        if (!line.empty()) return unreadable("a chunk is longer than it says");
    }
    for (int trailers = 0; trailers <= kAnswerFieldsMax; ++trailers) {
        Read read = readLine(line, deadline_ms);
        if (!read.complete || line.empty()) return read;
    }
    return unreadable("too many trailers");
}

HttpConnection::Read HttpConnection::readToClose(
    std::string& body, std::size_t bytes_max, std::int64_t deadline_ms
) {
    for (;;) {
        body += buffer_;
        buffer_.clear();
        if (body.size() > bytes_max) return unreadable("the answer is too large");
        const Io io = fill(deadline_ms);
        if (io == Io::Closed) return complete();
        if (io != Io::Done) return lost(io);
    }
}

}  // namespace yht::kit
