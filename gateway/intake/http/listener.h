// A listening socket, its threads, its connections: the frame that both listeners of the door stand
// in, and that of channels.
// Uses: connection. Used by: server, intake/channels.
#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/ThreadPool.h>

#include <memory>

#include "gateway/intake/http/connection.h"

namespace yht::http {

/// Binds without SO_REUSEPORT, which Poco's short form sets: a second gateway must not share the port unseen.
/// Throws Poco::Exception.
Poco::Net::ServerSocket listenPlain(const Poco::Net::SocketAddress& address, int backlog);

/// Listens from construction to stop(); serves from start().
class Listener {
public:
    /// `ended`: see Connections. Throws Poco::Exception where no thread can be had.
    Listener(
        const Poco::Net::ServerSocket& socket, const ConnectionLimits& limits,
        const base::Clock& clock, Answerer answerer, std::function<void(Cause)> ended
    );
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void start();
    /// Stops accepting, lets requests under way finish for `drain_ms`, cuts the rest, and returns
    /// when the last thread has left. Calling it again does nothing.
    void stop(std::int64_t drain_ms);
    std::uint16_t port() const { return port_; }
    std::size_t connectionCount() const { return connections_.count(); }
    /// See Connections.
    void cutWhere(const std::function<bool(const std::string& certificate)>& gone) { connections_.cutWhere(gone); }

private:
    const base::Clock& clock_;
    const Answerer answerer_;
    const std::uint16_t port_;
    Connections connections_;
    Poco::Net::ServerSocket socket_;
    Poco::ThreadPool pool_;
    std::unique_ptr<Poco::Net::TCPServer> server_;
    bool running_ = false;
};

}  // namespace yht::http
