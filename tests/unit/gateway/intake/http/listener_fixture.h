// A listener on a free port whose handlers do what their path says, and what its tests wait for.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "gateway/intake/http/listener.h"
#include "gateway/trust/tls.h"
#include "tests/support/pki.h"
#include "tests/unit/gateway/intake/http/http_client.h"

namespace yht::http {

using test::HttpClient;

inline constexpr std::int64_t kNever = 3'600'000;
inline constexpr std::size_t kBodyMax = 1000;
inline constexpr std::uint64_t kStreamMax = 100'000'000;

/// A door that can be closed and opened: handlers wait at it, tests wait for those who wait.
class Gate {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
        --waiting_;
    }
    void waitForSomebody() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return waiting_ > 0; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool open_ = false;
};

/// Causes in the order they came; a test waits until one has.
class Causes {
public:
    void add(Cause cause) {
        const std::lock_guard lock(mutex_);
        causes_.push_back(cause);
        changed_.notify_all();
    }
    bool waitFor(Cause cause) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] {
            return std::find(causes_.begin(), causes_.end(), cause) != causes_.end();
        });
    }
    bool empty() {
        const std::lock_guard lock(mutex_);
        return causes_.empty();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Cause> causes_;
};

inline ConnectionLimits unlimited() {
    ConnectionLimits limits;
    limits.head_deadline_ms = limits.body_deadline_ms = limits.write_deadline_ms = kNever;
    limits.request_deadline_ms = limits.idle_ms = limits.linger_ms = kNever;
    return limits;
}

class ListenerTest : public ::testing::Test {
protected:
    base::SystemClock system_clock;
    base::ManualClock manual_clock{0};
    const base::Clock* clock = &system_clock;
    Causes causes;
    Gate gate;
    ConnectionLimits limits = unlimited();
    std::unique_ptr<Listener> listener;

    ~ListenerTest() override {
        gate.open();
        listener.reset();
    }

    void listen() {
        Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0), 256);
        start(socket);
    }
    void start(const Poco::Net::ServerSocket& socket) {
        Answerer answerer{
            .answer = [this](
                          const RequestHead& head, Exchange& exchange
                      ) { return answer(head, exchange); },
            .problem =
                [](const base::Error& error) {
                    return Answer{.status = error.row().http_status, .body = error.row().wire};
                },
        };
        listener = std::make_unique<Listener>(socket, limits, *clock, answerer, [this](Cause c) {
            causes.add(c);
        });
        listener->start();
    }
    HttpClient connect() { return HttpClient(listener->port()); }

    std::atomic<std::size_t> streamed{0};  // octets of bodies that came to "/stream"

    Answer takeStream(Exchange& exchange) {
        const auto read = exchange.streamBody(kStreamMax, [this](std::string_view piece) -> base::Status {
            streamed += piece.size();
            return {};
        });
        if (!read) return {.status = read.error().row().http_status, .body = read.error().row().wire};
        return {.body = "streamed"};
    }
    /// 64 MiB, and an error in the place of the last piece.
    Answer giveStream() {
        constexpr std::uint64_t kSize = 64 << 20;
        const auto given = std::make_shared<std::uint64_t>(0);
        const auto next = [given]() -> base::Result<std::string> {
            std::string piece(64 << 10, 'a');
            *given += piece.size();
            if (*given == kSize) return base::makeError(base::ErrorCode::IoFailed);
            return piece;
        };
        return {.stream = std::make_shared<const AnswerStream>(AnswerStream{kSize, next})};
    }

    Answer answer(const RequestHead& head, Exchange& exchange) {
        if (head.path == "/throw") throw std::runtime_error("from a handler");
        if (head.path == "/gate") gate.pass();
        if (head.path == "/large") return {.body = std::string(64 << 20, 'a')};
        if (head.path == "/early") return {.status = 403, .body = "early"};
        if (head.path == "/stream") return takeStream(exchange);
        if (head.path == "/endless") return giveStream();
        if (head.path == "/claim" && !exchange.claim(1)) return {.status = 429, .close = true};
        auto body = exchange.readBody(kBodyMax);
        if (!body)
            return {.status = body.error().row().http_status, .body = body.error().row().wire};
        return {.body = head.path + " " + *body};
    }
};

inline std::string post(
    const std::string& path, const std::string& fields, const std::string& body
) {
    return "POST " + path + " HTTP/1.1\r\nhost: h\r\n" + fields + "\r\n" + body;
}

class TlsListenerTest : public ListenerTest {
protected:
    static trust::TlsFiles files(const test::CertificateFiles& files) {
        return {
            .certificate_chain_pem = files.certificate,
            .private_key_pem = files.private_key,
            .peer_ca_pem = files.ca};
    }
    trust::TlsContextHolder contexts{*trust::serverContext(files(test::sharedPki().gateway()))};
    Poco::Net::Context::Ptr client_context =
        *trust::clientContext(files(test::sharedPki().partner("p1")));

    ~TlsListenerTest() override {
        gate.open();
        listener.reset();
    }
    void listenTls() {
        start(trust::listenTls(Poco::Net::SocketAddress("127.0.0.1", 0), contexts, 64));
    }
    HttpClient connectTls() { return HttpClient(listener->port(), client_context); }
};

}  // namespace yht::http
