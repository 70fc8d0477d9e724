// Handshakes alone, with mutual authentication: full ones, and resumed ones that the gateway judges anew. Each is followed by the smallest
// request there is, since a TLS 1.3 client knows only by its answer that it was let in.
#include <openssl/ssl.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tools/bench/handshake_line.h"
#include "tools/bench/measuring.h"

namespace yht::bench {

namespace {

constexpr std::size_t kThreads = 4;  // more than cores: somebody always waits to be let in

struct Turn {
    double seconds = 0;
    double gateway_cpu_us = 0;  // a handshake
};

using Session = std::unique_ptr<SSL_SESSION, FreeSession>;

/// A session for each thread.
std::vector<Session> takeSessions(const Bed& bed) {
    std::vector<Session> sessions;
    for (std::size_t i = 0; i < kThreads; ++i) sessions.push_back(HandshakeLine(bed.tls(), bed.port(), nullptr).takeSession());
    return sessions;
}

void shakeOnce(const Bed& bed, Session& session) {
    HandshakeLine line(bed.tls(), bed.port(), session.get());
    if (session == nullptr) return line.ask();
    session = line.takeSession();  // each is good for one connection, which brings the next: RFC 8446, C.4
}

/// `count` handshakes, from several threads, each resuming its session where it has one. Throws Invalid where one is not of the kind
/// that is measured.
Turn shakeHands(const Bed& bed, std::size_t count, std::vector<Session> sessions) {
    const double cpu_before_s = bed.gatewayUse().cpu_s;
    const auto began = std::chrono::steady_clock::now();
    std::mutex mutex;
    std::string failure;
    {
        std::vector<std::jthread> threads;
        for (Session& session : sessions) {
            threads.emplace_back([&, share = count / kThreads] {
                try {
                    for (std::size_t n = 0; n < share; ++n) shakeOnce(bed, session);
                } catch (const Invalid& error) {
                    const std::lock_guard lock(mutex);
                    failure = error.what();
                }
            });
        }
    }
    if (!failure.empty()) throw Invalid(failure);
    const double made = static_cast<double>(count / kThreads * kThreads);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return {took.count(), (bed.gatewayUse().cpu_s - cpu_before_s) / made * 1e6};
}

void addTurn(Report& report, const std::string& kind, std::size_t count, const Turn& turn) {
    const double made = static_cast<double>(count / kThreads * kThreads);
    report.add(kind + " handshakes, mutual TLS 1.3", "/s", made / turn.seconds);
    report.add(kind + ": gateway CPU", "us each", turn.gateway_cpu_us);
}

}  // namespace

Report measureHandshakes(const Options& options) {
    Report report("Handshakes with mutual authentication, P-256, TLS 1.3");
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        Bed bed({.work = options.work, .connections_max = options.connections, .under = options.under});
        bed.startGateway();
        addTurn(report, "full", options.requests, shakeHands(bed, options.requests, std::vector<Session>(kThreads)));
        addTurn(report, "resumed", options.requests, shakeHands(bed, options.requests, takeSessions(bed)));
        addMemory(bed, report);
        bed.stopGateway();
    }
    report.note(std::to_string(kThreads) + " clients on the same machine; each handshake with one GET /v1/checkpoint, and closed");
    return report;
}

}  // namespace yht::bench
