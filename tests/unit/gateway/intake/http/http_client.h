// A client of few words for tests of the door: sends the bytes it is given, over TLS or plain, and
// reads one answer.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/StreamSocket.h>

#include <map>
#include <string>

namespace yht::test {

struct ReceivedAnswer {
    int status = 0;                             // 0: the connection ended before an answer
    std::map<std::string, std::string> fields;  // lower-case names
    std::string body;
};

class HttpClient {
public:
    /// Plain HTTP to 127.0.0.1.
    explicit HttpClient(std::uint16_t port);
    /// TLS to 127.0.0.1; the handshake is done when the constructor returns.
    HttpClient(std::uint16_t port, const Poco::Net::Context::Ptr& context);
    explicit HttpClient(Poco::Net::StreamSocket socket);

    /// False where the peer has gone.
    bool send(const std::string& bytes);
    ReceivedAnswer receive(bool without_body = false);
    ReceivedAnswer ask(const std::string& bytes) {
        send(bytes);
        return receive();
    }
    ReceivedAnswer get(const std::string& target, const std::string& more_fields = "");
    /// Reads on until the peer closes; true when it did so before the hang guard of 20 s.
    bool closedByPeer();
    Poco::Net::StreamSocket& socket() { return socket_; }

private:
    int readSome();
    Poco::Net::StreamSocket socket_;
    std::string received_;
    bool hung_ = false;
};

}  // namespace yht::test
