// A far side on 127.0.0.1:0 over real mutual TLS, that behaves as a test tells it.
//   FakePeer peer([](FakePeer::Talk& talk) { talk.request(); talk.close(); });
#pragma once

#include <Poco/Net/ServerSocket.h>

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "gateway/trust/tls.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {

class FakePeer {
public:
    /// One connection.
    class Talk {
    public:
        Talk(Poco::Net::StreamSocket socket, int number)
            : number(number), socket_(std::move(socket)) {}
        /// Head and body of the next request; "" when the client has closed.
        std::string request();
        void send(const std::string& bytes);
        /// This body, kept alive.
        void answer(const std::string& body, const std::string& more_fields = "", int status = 200);
        void close();
        /// Until the client closes.
        void waitForClose();
        const int number;  // 1 for the first connection

    private:
        friend class FakePeer;
        Poco::Net::StreamSocket socket_;
        std::string rest_;
    };
    using Script = std::function<void(Talk&)>;

    /// `port` 0: one that is free.
    explicit FakePeer(
        Script script, test::CertificateFiles files = test::sharedPki().province(), std::uint16_t port = 0
    );
    ~FakePeer();

    std::string url() const {
        return "https://127.0.0.1:" + std::to_string(socket_.address().port());
    }
    /// Waits until that many scripts have run to their end.
    void waitForEnded(int count);
    int connections();
    /// From now on nobody can connect; the connections there are live on.
    void stopListening();

private:
    void accept();

    Script script_;
    trust::TlsContextHolder contexts_;
    Poco::Net::ServerSocket socket_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int connections_ = 0, ended_ = 0;
    bool stopping_ = false;
    std::list<Talk> talks_;
    std::list<std::jthread> serving_;
    std::jthread accepting_;
};

/// TLS client contexts as the gateway.
trust::TlsContextHolder& gatewayContexts();

/// The body of a request that Talk::request() returned.
std::string bodyOfRequest(const std::string& request);

}  // namespace yht::kit
