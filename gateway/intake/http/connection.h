// One connection: requests read, answered and written, one after the other, until one side has had
// enough.
// Uses: wire, connections. Used by: listener.
#pragma once

#include <Poco/Net/TCPServerConnection.h>

#include <functional>
#include <string>

#include "gateway/base/bytes.h"
#include "gateway/intake/http/connections.h"
#include "gateway/intake/http/wire.h"

namespace yht::http {

/// What the answering side may ask of the connection it answers on.
class Exchange {
public:
    virtual ~Exchange() = default;
    /// SHA-256 of the client certificate, "" on a listener without TLS.
    virtual const std::string& certificate() const = 0;
    /// DER of that certificate; "" where there is none.
    virtual base::Bytes certificateDer() const { return {}; }
    /// What a TLS front says of its client may be believed here (RFC 9440).
    virtual bool behindFront() const { return false; }
    /// Of the peer, without port; "" where it has gone.
    virtual std::string peerAddress() const = 0;
    /// As Connections::claim().
    virtual bool claim(std::size_t connections_max) = 0;
    /// Reads the body, sending "100 Continue" first where the client waits for it.
    /// Errors: BodyTooLarge, RequestMalformed.
    virtual base::Result<std::string> readBody(std::size_t bytes_max) = 0;
    /// The same for a body of any length, a piece at a time, under the rule of kStreamStepBytes.
    /// Errors: those of readBody and of `sink`.
    virtual base::Status streamBody(std::uint64_t bytes_max, const BodySink& sink) = 0;
    virtual bool bodyRead() const = 0;
    /// The listener is stopping, or the connection was cut: long answers should end now.
    virtual bool stopping() const = 0;
};

struct Answerer {
    std::function<Answer(const RequestHead&, Exchange&)> answer;
    /// For what could not be read (400, 431) and for what escaped from answer().
    std::function<Answer(const base::Error&)> problem;
    /// Told why a handshake was refused, and whose address it was; or empty.
    std::function<void(const base::Error&, const std::string& address)> handshake_refused = {};
};

class Connection final : public Poco::Net::TCPServerConnection {
public:
    Connection(
        const Poco::Net::StreamSocket& socket, Connections& connections, const Answerer& answerer,
        const base::Clock& clock, std::int64_t send_timeout_ms
    );
    ~Connection() override;
    void run() override;

private:
    class Stream;
    bool serveOne(MessageReader& reader, Stream& stream);
    void tellRefusal();
    Answer answerSafely(const RequestHead& head, Exchange& exchange);
    bool send(const Answer& answer, bool keep_alive, bool without_body);
    bool sendStream(const AnswerStream& body, Stream& stream);
    /// Sends an answer whose request was not read to its end, and closes without losing it.
    void refuse(const Answer& answer, MessageReader& reader, bool without_body);

    Connections& connections_;
    const Answerer& answerer_;
    const base::Clock& clock_;
    const std::int64_t send_timeout_ms_;
    bool taken_ = false;
};

}  // namespace yht::http
