#include "gateway/intake/http/connection.h"

#include <Poco/Exception.h>
#include <Poco/Net/StreamSocket.h>

#include <exception>

#include "gateway/trust/tls.h"

namespace yht::http {

namespace {

constexpr int kNotModified = 304;  // never has a body

// A client that was refused early may still be sending; closing on it would reset the connection,
// and with it the answer. What it sends is read and dropped up to here, and no longer than the
// lingering deadline.
constexpr std::size_t kLingerBytesMax = 16 * 1024 * 1024;

/// Of the peer, without port; "" where it has gone.
std::string addressOf(const Poco::Net::StreamSocket& socket) {
    try {
        return socket.peerAddress().host().toString();
    } catch (const Poco::Exception&) {
        return {};
    }
}

}  // namespace

/// The socket as a source of bytes. Poco's exceptions end here: whatever fails, the peer is gone.
class Connection::Stream final : public ByteSource {
public:
    explicit Stream(Poco::Net::StreamSocket& socket) : socket_(socket) {}

    std::size_t read(char* buffer, std::size_t size_max) override {
        try {
            const int count = socket_.receiveBytes(buffer, static_cast<int>(size_max));
            return count > 0 ? static_cast<std::size_t>(count) : 0;
        } catch (const Poco::Exception&) {
            return 0;
        }
    }

    bool write(const std::string& bytes) {
        try {
            std::size_t sent = 0;
            while (sent < bytes.size()) {
                const int count =
                    socket_.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent));
                if (count <= 0) return false;
                sent += static_cast<std::size_t>(count);
            }
            return true;
        } catch (const Poco::Exception&) {
            return false;
        }
    }

private:
    Poco::Net::StreamSocket& socket_;
};

namespace {

class RequestExchange final : public Exchange {
public:
    RequestExchange(
        const RequestHead& head, MessageReader& reader, Connections& connections,
        Poco::Net::StreamSocket& socket, std::function<bool()> send_continue
    )
        : head_(head),
          reader_(reader),
          connections_(connections),
          socket_(socket),
          send_continue_(std::move(send_continue)),
          certificate_(trust::peerFingerprint(socket)),
          body_read_(!head.announcesBody()) {}

    const std::string& certificate() const override { return certificate_; }
    base::Bytes certificateDer() const override { return trust::peerCertificateDer(socket_); }
    std::string peerAddress() const override { return addressOf(socket_); }
    bool claim(std::size_t connections_max) override {
        return connections_.claim(socket_, certificate_, connections_max);
    }

    base::Result<std::string> readBody(std::size_t bytes_max) override {
        if (auto begun = beginBody(bytes_max); !begun) return begun.error();
        auto body = reader_.readBody(head_, bytes_max);
        body_read_ = body.ok();
        connections_.enter(socket_, Phase::Handling);
        return body;
    }

    base::Status streamBody(std::uint64_t bytes_max, const BodySink& sink) override {
        if (auto begun = beginBody(bytes_max); !begun) return begun;
        std::size_t since_step = 0;
        const auto read = reader_.streamBody(head_, bytes_max, [&](std::string_view piece) {
            since_step += piece.size();
            if (since_step >= kStreamStepBytes) {
                since_step = 0;
                connections_.progress(socket_);
            }
            return sink(piece);
        });
        body_read_ = read.ok();
        connections_.progress(socket_);  // what the handler does now has the request's whole time
        connections_.enter(socket_, Phase::Handling);
        return read;
    }

    bool bodyRead() const override { return body_read_; }
    bool stopping() const override { return connections_.stopping() || connections_.isCut(socket_); }

private:
    base::Status beginBody(std::uint64_t bytes_max) {
        connections_.enter(socket_, Phase::Body);
        const bool hopeless = head_.content_length.value_or(0) > bytes_max;
        if (head_.expects_continue && !hopeless && !send_continue_()) {
            return base::makeError(base::ErrorCode::RequestMalformed, "connection ended");
        }
        return {};
    }

    const RequestHead& head_;
    MessageReader& reader_;
    Connections& connections_;
    Poco::Net::StreamSocket& socket_;
    const std::function<bool()> send_continue_;
    const std::string certificate_;
    bool body_read_;
};

}  // namespace

Connection::Connection(
    const Poco::Net::StreamSocket& socket, Connections& connections, const Answerer& answerer,
    const base::Clock& clock, std::int64_t send_timeout_ms
)
    : TCPServerConnection(socket),
      connections_(connections),
      answerer_(answerer),
      clock_(clock),
      send_timeout_ms_(send_timeout_ms) {}

Connection::~Connection() {
    if (taken_) connections_.remove(socket());
}

void Connection::run() {
    taken_ = connections_.take(socket());
    if (!taken_) return;
    try {
        // For TLS's farewell, which is written after the watchdog has let go of the connection.
        socket().setSendTimeout(Poco::Timespan(send_timeout_ms_ * 1000));
    } catch (const Poco::Exception&) {
        return;
    }
    Stream stream(socket());
    MessageReader reader(stream);
    // The first wait stands in phase Head: it includes the TLS handshake, and has its deadline.
    bool spoken = false;
    while (reader.waitForRequest()) {
        if (!spoken) connections_.notePeer(socket(), trust::peerFingerprint(socket()));
        spoken = true;
        connections_.enter(socket(), Phase::Head);
        if (!serveOne(reader, stream)) break;
        connections_.enter(socket(), Phase::Idle);
    }
    if (!spoken) tellRefusal();
}

void Connection::tellRefusal() {
    if (!answerer_.handshake_refused) return;
    if (const auto refusal = trust::handshakeRefusal(socket())) answerer_.handshake_refused(*refusal, addressOf(socket()));
}

bool Connection::serveOne(MessageReader& reader, Stream& stream) {
    auto head = reader.readHead();
    if (!head) {
        if (!reader.ended()) refuse(answerer_.problem(head.error()), reader, false);
        return false;
    }
    connections_.enter(socket(), Phase::Handling);
    RequestExchange exchange(*head, reader, connections_, socket(), [&stream] {
        return stream.write("HTTP/1.1 100 Continue\r\n\r\n");
    });
    const Answer answer = answerSafely(*head, exchange);
    if (reader.ended()) return false;
    const bool without_body = head->http.method == "HEAD";
    if (!exchange.bodyRead()) {
        refuse(answer, reader, without_body);
        return false;
    }
    const bool keep_alive = head->keep_alive && !answer.close && !connections_.stopping();
    return send(answer, keep_alive, without_body) && keep_alive;
}

Answer Connection::answerSafely(const RequestHead& head, Exchange& exchange) {
    // The outermost catch of a request: whatever a library throws past its own room is answered,
    // not dropped.
    std::string what;
    try {
        return answerer_.answer(head, exchange);
    } catch (const Poco::Exception& error) {
        what = error.displayText();
    } catch (const std::exception& error) {
        what = error.what();
    } catch (...) {
        what = "not a std::exception";
    }
    Answer answer =
        answerer_.problem(base::makeError(base::ErrorCode::Internal, "exception: " + what));
    answer.close = true;
    return answer;
}

bool Connection::send(const Answer& answer, bool keep_alive, bool without_body) {
    connections_.enter(socket(), Phase::Writing);
    Stream stream(socket());
    const bool sent = stream.write(
        serializeAnswer(answer, httpDate(clock_.nowMillis()), keep_alive, without_body)
    );
    if (!sent || !answer.stream || without_body || answer.status == kNotModified) return sent;
    return sendStream(*answer.stream, stream);
}

bool Connection::sendStream(const AnswerStream& body, Stream& stream) {
    std::size_t since_step = 0;
    for (std::uint64_t sent = 0; sent < body.size_bytes;) {
        const auto piece = body.next();
        if (!piece || piece->empty() || piece->size() > body.size_bytes - sent) return false;
        if (!stream.write(*piece)) return false;
        sent += piece->size();
        since_step += piece->size();
        if (since_step < kStreamStepBytes) continue;
        since_step = 0;
        connections_.progress(socket());
    }
    return true;
}

void Connection::refuse(const Answer& answer, MessageReader& reader, bool without_body) {
    if (!send(answer, false, without_body)) return;
    connections_.enter(socket(), Phase::Lingering);
    reader.discard(kLingerBytesMax);
}

}  // namespace yht::http
