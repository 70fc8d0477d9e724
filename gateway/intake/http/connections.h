// Which connections a listener has, how many it takes, and how long each may stay in each phase.
// Poco binds a thread to a connection for the connection's life and restarts its timeout with every
// byte, so a few slow clients would hold every thread for ever; here the caps and deadlines are
// ours.
// Uses: base. Used by: listener, connection.
#pragma once

#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServer.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "gateway/base/clock.h"

namespace yht::http {

inline constexpr std::size_t kConnectionsMax = 256;
inline constexpr std::size_t kConnectionsPerAddressMax = 64;
inline constexpr std::int64_t kHeadDeadlineMs =
    5'000;  // TLS handshake and head; the head alone later on
inline constexpr std::int64_t kBodyDeadlineMs = 15'000;
inline constexpr std::int64_t kWriteDeadlineMs = 15'000;
inline constexpr std::int64_t kRequestDeadlineMs =
    60'000;                                       // first byte of the head to last of the answer
inline constexpr std::int64_t kIdleMs = 60'000;   // kept alive without a request
inline constexpr std::int64_t kLingerMs = 2'000;  // reading on after an early refusal

struct ConnectionLimits {
    std::size_t connections_max = kConnectionsMax;
    std::size_t connections_per_address_max = kConnectionsPerAddressMax;
    bool loopback_capped = false;  // whether loopback addresses count against the cap per address
    std::int64_t head_deadline_ms = kHeadDeadlineMs;
    std::int64_t body_deadline_ms = kBodyDeadlineMs;
    std::int64_t write_deadline_ms = kWriteDeadlineMs;
    std::int64_t request_deadline_ms = kRequestDeadlineMs;
    std::int64_t idle_ms = kIdleMs;
    std::int64_t linger_ms = kLingerMs;
};

/// A body that is streamed, in or out, has no deadline as a whole: so many octets must come or go within
/// each body or write deadline. With the defaults that is 17 KiB a second at least.
inline constexpr std::size_t kStreamStepBytes = 256 * 1024;

/// Where a connection stands. Each phase has its own deadline; the whole request has one more.
/// Opening (TLS handshake, up to the first byte) and the first Head share one deadline.
enum class Phase : std::uint8_t { Opening, Head, Body, Handling, Writing, Idle, Lingering };

/// Why a connection was refused or cut; a metric label.
enum class Cause : std::uint8_t {
    TooMany,
    TooManyFromAddress,
    TooManyOfPartner,
    HeadSlow,
    BodySlow,
    WriteSlow,
    RequestSlow,
    Idle,
    LingerOver,
    Stopping,
    SpeakerGone,  // its certificate was revoked, or removed, or its partner stopped
};
const char* causeName(Cause cause);

/// Thread-safety: any thread.
class Connections {
public:
    /// `ended` is told of every refusal and cut; it must be short and must not call back.
    Connections(
        const ConnectionLimits& limits, const base::Clock& clock, std::function<void(Cause)> ended
    );
    ~Connections();
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;

    /// Takes a fresh connection in, or refuses it. The accept thread asks, before anything is read.
    bool admit(const Poco::Net::StreamSocket& socket);
    /// The connection has its thread now; false where it was cut while it waited for one.
    bool take(const Poco::Net::StreamSocket& socket);
    /// The connection has entered `phase`. Entering Head starts the whole request's clock.
    void enter(const Poco::Net::StreamSocket& socket, Phase phase);
    /// A streamed body has moved on by kStreamStepBytes: its phase and its request begin anew.
    void progress(const Poco::Net::StreamSocket& socket);
    /// Counts the connection under a client certificate; false where `connections_max` have it already, or more than
    /// are free: so one who holds all that he may leaves half for others, two leave a quarter, and slow ones hold
    /// up nobody who comes anew.
    bool claim(
        const Poco::Net::StreamSocket& socket, const std::string& certificate,
        std::size_t connections_max
    );
    /// Whose connection it is: the client certificate of its handshake.
    void notePeer(const Poco::Net::StreamSocket& socket, const std::string& certificate);
    /// Cuts every connection whose certificate is gone, whatever it is doing. Asks once for each certificate.
    void cutWhere(const std::function<bool(const std::string& certificate)>& gone);
    bool isCut(const Poco::Net::StreamSocket& socket) const;
    void remove(const Poco::Net::StreamSocket& socket);

    /// From now on connections without a request are cut, and no other is admitted.
    void stopIdle();
    void cutAll();
    /// True when no connection has a thread any more before `timeout_ms` is over.
    bool waitUntilServed(std::int64_t timeout_ms);
    /// Forgets what never got a thread. Requires: no connection thread runs any more.
    void clear();
    std::size_t count() const;
    bool stopping() const;

private:
    struct Entry {
        Poco::Net::StreamSocket socket;  // keeps the descriptor ours for as long as it may be cut
        std::string address;             // "" where not counted
        std::string certificate;         // "" before claim()
        std::string peer;                // "" before notePeer()
        Phase phase = Phase::Opening;
        std::int64_t phase_since_ms = 0;
        std::int64_t request_since_ms = 0;
        bool taken = false;  // has a thread
        bool cut = false;
    };
    using Key = const Poco::Net::SocketImpl*;

    void watch(const std::stop_token& stop);
    /// Requires: mutex_ held. Cut entries that no thread has are moved to `removed`.
    void cutOverdue(std::vector<Entry>& removed);
    void forget(Key key, std::vector<Entry>& removed);
    void cut(Entry& entry, Cause cause);
    bool overdue(const Entry& entry, std::int64_t now_ms, Cause& cause) const;

    // Constant after construction.
    const ConnectionLimits limits_;
    const base::Clock& clock_;
    const std::function<void(Cause)> ended_;

    // Protected by mutex_.
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::unordered_map<Key, Entry> entries_;
    std::map<std::string, std::size_t> by_address_;
    std::map<std::string, std::size_t> by_certificate_;
    bool stopping_ = false;

    std::jthread watchdog_;  // last: starts after, and is joined before, everything above
};

/// Asks Connections before a connection costs a thread.
class ConnectionFilter final : public Poco::Net::TCPServerConnectionFilter {
public:
    explicit ConnectionFilter(Connections& connections) : connections_(connections) {}
    bool accept(const Poco::Net::StreamSocket& socket) override {
        return connections_.admit(socket);
    }

private:
    Connections& connections_;
};

}  // namespace yht::http
