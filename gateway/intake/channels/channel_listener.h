// The channels listener: a port of its own, with threads and caps of its own, so that a flood here is no flood at the
// partners' door. TLS, with client certificates asked for where a CA is named; plain HTTP only where the operator's consent
// stands in the configuration.
// Uses: channel_desk, http (listener). Used by: app.
#pragma once

#include <Poco/Net/SocketAddress.h>

#include <memory>

#include "gateway/intake/channels/channel_desk.h"
#include "gateway/intake/http/handshake_log.h"
#include "gateway/intake/http/listener.h"
#include "gateway/trust/tls.h"

namespace yht::channels {

struct ListenerOptions {
    Poco::Net::SocketAddress listen;
    http::ConnectionLimits limits;
    const trust::TlsContextHolder* contexts = nullptr;  // nullptr: plain HTTP
    std::int64_t drain_ms = 10'000;
};

/// Thread-safety: start() and stop() from one thread.
class ChannelListener {
public:
    /// Binds the port (0: a free one). Errors: ConfigInvalid naming the address that can't be had.
    static base::Result<std::unique_ptr<ChannelListener>> open(const ListenerOptions& options, DeskParts parts);
    ~ChannelListener();
    ChannelListener(const ChannelListener&) = delete;
    ChannelListener& operator=(const ChannelListener&) = delete;

    void start() { listener_.start(); }
    void stop() { listener_.stop(drain_ms_); }
    std::uint16_t port() const { return listener_.port(); }
    /// Ends the connections of certificates that are nobody's any more.
    void cutWhere(const std::function<bool(const std::string& certificate)>& gone) { listener_.cutWhere(gone); }

private:
    ChannelListener(const Poco::Net::ServerSocket& socket, const ListenerOptions& options, DeskParts parts);

    const std::int64_t drain_ms_;
    prometheus::Family<prometheus::Counter>& cut_;
    http::HandshakeLog handshake_log_;
    ChannelDesk desk_;
    http::Listener listener_;
};

}  // namespace yht::channels
