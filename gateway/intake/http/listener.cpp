#include "gateway/intake/http/listener.h"

#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/TCPServerParams.h>

#include <sys/socket.h>

#include <algorithm>

namespace yht::http {

namespace {

// Poco drops what does not fit into its queue without a word, and 0 means "drop everything". Ours
// holds whatever admit() let in, so nothing that was admitted is ever dropped.
constexpr int kQueueMin = 64;
constexpr int kSpareThreads = 4;
constexpr int kThreadIdleSeconds = 30;  // until an unused thread ends
constexpr int kDispatchIdleMs = 50;     // until it goes back to the pool; stop() waits as long

class ConnectionFactory final : public Poco::Net::TCPServerConnectionFactory {
public:
    ConnectionFactory(
        Connections& connections, const Answerer& answerer, const base::Clock& clock,
        std::int64_t send_timeout_ms
    )
        : connections_(connections),
          answerer_(answerer),
          clock_(clock),
          send_timeout_ms_(send_timeout_ms) {}
    Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket
    ) override {
        return new Connection(socket, connections_, answerer_, clock_, send_timeout_ms_);
    }

private:
    Connections& connections_;
    const Answerer& answerer_;
    const base::Clock& clock_;
    const std::int64_t send_timeout_ms_;
};

int threadCount(const ConnectionLimits& limits) {
    return static_cast<int>(limits.connections_max) + kSpareThreads;
}

}  // namespace

Poco::Net::ServerSocket listenPlain(const Poco::Net::SocketAddress& address, int backlog) {
    Poco::Net::ServerSocket socket;
    socket.bind(address, true, false);
    socket.listen(backlog);
    return socket;
}

Listener::Listener(
    const Poco::Net::ServerSocket& socket, const ConnectionLimits& limits, const base::Clock& clock,
    Answerer answerer, std::function<void(Cause)> ended
)
    : clock_(clock),
      answerer_(std::move(answerer)),
      port_(socket.address().port()),
      connections_(limits, clock, std::move(ended)),
      socket_(socket),
      pool_("door", 1, threadCount(limits), kThreadIdleSeconds) {
    Poco::Net::TCPServerParams::Ptr parameters = new Poco::Net::TCPServerParams;
    // A thread is one connection's for the connection's life: fewer threads than connections would
    // starve the rest without telling anybody.
    parameters->setMaxThreads(threadCount(limits));
    parameters->setMaxQueued(std::max(kQueueMin, static_cast<int>(limits.connections_max)));
    parameters->setThreadIdleTime(Poco::Timespan(kDispatchIdleMs * 1000));
    server_ = std::make_unique<Poco::Net::TCPServer>(
        // Twice: the watchdog comes first, and tells why.
        new ConnectionFactory(connections_, answerer_, clock_, 2 * limits.write_deadline_ms), pool_,
        socket, parameters
    );
    server_->setConnectionFilter(new ConnectionFilter(connections_));
}

Listener::~Listener() {
    stop(0);
}

void Listener::start() {
    server_->start();
    running_ = true;
}

void Listener::stop(std::int64_t drain_ms) {
    if (!running_) return;
    running_ = false;
    // Wakes the accept thread, which otherwise looks up four times a second.
    ::shutdown(socket_.impl()->sockfd(), SHUT_RDWR);
    server_->stop();
    connections_.stopIdle();
    connections_.waitUntilServed(drain_ms);
    connections_.cutAll();
    pool_.joinAll();
    connections_.clear();
}

}  // namespace yht::http
