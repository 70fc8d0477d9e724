// Bounds of connections, over real sockets. Every bound is short here; what is waited for is the effect, never a time.
#include "gateway/intake/http/listener.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <thread>

#include "gateway/trust/tls.h"
#include "tests/support/pki.h"
#include "tests/unit/gateway/intake/http/http_client.h"

namespace yht::http {
namespace {

using test::HttpClient;

constexpr std::int64_t kNever = 3'600'000;
constexpr std::size_t kBodyMax = 1000;

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

ConnectionLimits unlimited() {
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
            .answer = [this](const RequestHead& head, Exchange& exchange) { return answer(head, exchange); },
            .problem = [](const base::Error& error) {
                return Answer{.status = error.row().http_status, .body = error.row().wire};
            },
        };
        listener = std::make_unique<Listener>(socket, limits, *clock, answerer, [this](Cause c) { causes.add(c); });
        listener->start();
    }
    HttpClient connect() { return HttpClient(listener->port()); }

    Answer answer(const RequestHead& head, Exchange& exchange) {
        if (head.path == "/throw") throw std::runtime_error("from a handler");
        if (head.path == "/gate") gate.pass();
        if (head.path == "/large") return {.body = std::string(64 << 20, 'a')};
        if (head.path == "/early") return {.status = 403, .body = "early"};
        if (head.path == "/claim" && !exchange.claim(1)) return {.status = 429, .close = true};
        auto body = exchange.readBody(kBodyMax);
        if (!body) return {.status = body.error().row().http_status, .body = body.error().row().wire};
        return {.body = head.path + " " + *body};
    }
};

std::string post(const std::string& path, const std::string& fields, const std::string& body) {
    return "POST " + path + " HTTP/1.1\r\nhost: h\r\n" + fields + "\r\n" + body;
}

// ---- one connection, many requests

TEST_F(ListenerTest, KeepsAConnectionForManyRequests) {
    listen();
    auto client = connect();
    EXPECT_EQ(client.get("/a").body, "/a ");
    EXPECT_EQ(client.ask(post("/b", "content-length: 2\r\n", "xy")).body, "/b xy");
    EXPECT_EQ(client.get("/c").fields["connection"], "keep-alive");
}

TEST_F(ListenerTest, AnswersPipelinedRequestsInTheirOrder) {
    listen();
    auto client = connect();
    client.send("GET /a HTTP/1.1\r\nhost: h\r\n\r\nGET /b HTTP/1.1\r\nhost: h\r\n\r\n");
    EXPECT_EQ(client.receive().body, "/a ");
    EXPECT_EQ(client.receive().body, "/b ");
}

TEST_F(ListenerTest, ClosesWhereTheClientAsksForIt) {
    listen();
    auto client = connect();
    EXPECT_EQ(client.get("/a", "connection: close\r\n").fields["connection"], "close");
    EXPECT_TRUE(client.closedByPeer());
}

TEST_F(ListenerTest, AnswersHeadWithoutABody) {
    listen();
    auto client = connect();
    client.send("HEAD /a HTTP/1.1\r\nhost: h\r\n\r\n");
    EXPECT_EQ(client.receive(true).fields["content-length"], "3");
    EXPECT_EQ(client.get("/b").body, "/b ");
}

TEST_F(ListenerTest, AnExceptionOfAHandlerIsAnswered500) {
    listen();
    auto client = connect();
    const auto answer = client.get("/throw");
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body, "server.internal");
    EXPECT_TRUE(client.closedByPeer());
    EXPECT_EQ(connect().get("/a").status, 200);
}

TEST_F(ListenerTest, WhatCantBeReadIsAnswered400AndWhatIsTooLong431) {
    listen();
    auto malformed = connect();
    EXPECT_EQ(malformed.ask("nonsense\r\n\r\n").body, "request.malformed");
    auto endless = connect();
    EXPECT_EQ(endless.ask("GET / HTTP/1.1\r\nx: " + std::string(kHeadBytesMax, 'a')).body, "request.header_too_large");
}

// ---- bodies

TEST_F(ListenerTest, SendsContinueOnlyToWhoWaitsForItAndMaySend) {
    listen();
    auto client = connect();
    EXPECT_EQ(client.ask(post("/a", "content-length: 2\r\nexpect: 100-continue\r\n", "")).status, 100);
    EXPECT_EQ(client.ask("xy").body, "/a xy");
    EXPECT_EQ(client.ask(post("/a", "content-length: 1001\r\nexpect: 100-continue\r\n", "")).status, 413);
}

TEST_F(ListenerTest, AnEarlyRefusalArrivesAlthoughTheClientIsStillSending) {
    listen();
    auto client = connect();
    client.send(post("/early", "content-length: 8000000\r\n", std::string(8'000'000, 'x')));
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.fields.at("connection"), "close");
}

TEST_F(ListenerTest, TheRestOfARefusedBodyIsNeverReadAsARequest) {
    listen();
    auto client = connect();
    client.send(post("/early", "content-length: 100\r\n", "GET /a HTTP/1.1\r\nhost: h\r\n\r\n"));
    EXPECT_EQ(client.receive().status, 403);
    client.socket().shutdownSend();
    EXPECT_EQ(client.receive().status, 0);
}

TEST_F(ListenerTest, AChunkedBodyIsCutOffWhereItPassesTheLimit) {
    listen();
    auto client = connect();
    const std::string chunk = "100\r\n" + std::string(0x100, 'x') + "\r\n";
    EXPECT_EQ(client.ask(post("/a", "transfer-encoding: chunked\r\n", chunk + chunk + chunk + chunk)).status, 413);
}

// ---- deadlines

TEST_F(ListenerTest, AHeadThatTricklesIsCutAtItsDeadline) {
    limits.head_deadline_ms = 50;
    clock = &manual_clock;
    listen();
    auto client = connect();
    while (listener->connectionCount() == 0) std::this_thread::yield();  // until then its clock stands
    // A byte each millisecond: a timeout per receive would start anew with every one of them.
    for (int i = 0; i < 60; ++i) {
        client.send("x");
        manual_clock.advance(1);
    }
    EXPECT_TRUE(client.closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::HeadSlow));
}

TEST_F(ListenerTest, AConnectionThatSaysNothingIsCutAtTheHeadDeadline) {
    limits.head_deadline_ms = 50;
    listen();
    EXPECT_TRUE(connect().closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::HeadSlow));
}

TEST_F(ListenerTest, ALaterHeadHasTheSameDeadline) {
    limits.head_deadline_ms = 50;
    listen();
    auto client = connect();
    EXPECT_EQ(client.get("/a").status, 200);
    client.send("GET /b HT");
    EXPECT_TRUE(client.closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::HeadSlow));
}

TEST_F(ListenerTest, ABodyThatTricklesIsCutAtItsDeadline) {
    limits.body_deadline_ms = 50;
    listen();
    auto client = connect();
    client.send(post("/a", "content-length: 1000\r\n", "x"));
    EXPECT_TRUE(client.closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::BodySlow));
}

TEST_F(ListenerTest, AnIdleConnectionIsClosed) {
    limits.idle_ms = 50;
    listen();
    auto client = connect();
    EXPECT_EQ(client.get("/a").status, 200);
    EXPECT_TRUE(client.closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::Idle));
}

TEST_F(ListenerTest, AClientThatDoesNotReadItsAnswerIsCut) {
    limits.write_deadline_ms = 50;
    listen();
    auto client = connect();
    client.send("GET /large HTTP/1.1\r\nhost: h\r\n\r\n");
    EXPECT_TRUE(causes.waitFor(Cause::WriteSlow));
}

TEST_F(ListenerTest, AWholeRequestHasADeadlineToo) {
    limits.request_deadline_ms = 50;
    listen();
    auto client = connect();
    client.send("GET /gate HTTP/1.1\r\nhost: h\r\n\r\n");
    EXPECT_TRUE(causes.waitFor(Cause::RequestSlow));
    EXPECT_TRUE(client.closedByPeer());
}

TEST_F(ListenerTest, LingeringAfterARefusalEnds) {
    limits.linger_ms = 50;
    listen();
    auto client = connect();
    EXPECT_EQ(client.ask(post("/early", "content-length: 1000\r\n", "x")).status, 403);
    EXPECT_TRUE(client.closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::LingerOver));
}

TEST_F(ListenerTest, WithinItsDeadlinesNothingIsCut) {
    listen();
    auto client = connect();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(client.get("/a").status, 200);
    EXPECT_TRUE(causes.empty());
}

// ---- caps

TEST_F(ListenerTest, OneConnectionMoreThanTheCapIsClosedAndTheOthersServed) {
    limits.connections_max = 2;
    listen();
    auto first = connect();
    auto second = connect();
    EXPECT_EQ(first.get("/a").status, 200);
    EXPECT_EQ(second.get("/a").status, 200);
    EXPECT_TRUE(connect().closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::TooMany));
    EXPECT_EQ(first.get("/b").status, 200);
}

TEST_F(ListenerTest, APlaceIsFreeAgainWhenAConnectionHasGone) {
    limits.connections_max = 1;
    listen();
    for (int i = 0; i < 20; ++i) {
        auto client = connect();
        EXPECT_EQ(client.get("/a", "connection: close\r\n").status, 200);
        EXPECT_TRUE(client.closedByPeer());
    }
}

TEST_F(ListenerTest, OneAddressHasACapOfItsOwnLoopbackOnlyWhereASettingSaysSo) {
    limits.connections_per_address_max = 1;
    listen();
    auto one = connect();
    auto two = connect();
    EXPECT_EQ(one.get("/a").status, 200);
    EXPECT_EQ(two.get("/a").status, 200);

    limits.loopback_capped = true;
    listen();
    auto three = connect();
    EXPECT_EQ(three.get("/a").status, 200);
    EXPECT_TRUE(connect().closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::TooManyFromAddress));
}

TEST_F(ListenerTest, MoreConnectionsThanPocosQueueAreServedAtOnce) {
    limits.connections_max = 200;
    listen();
    std::vector<HttpClient> clients;
    for (int i = 0; i < 200; ++i) clients.push_back(connect());
    for (auto& client : clients) client.send("GET /a HTTP/1.1\r\nhost: h\r\n\r\n");
    for (auto& client : clients) EXPECT_EQ(client.receive().status, 200);
}

TEST_F(ListenerTest, SlowClientsUpToTheCapKeepAnHonestOneWaitingNoLongerThanTheirDeadline) {
    limits.connections_max = 4;
    limits.head_deadline_ms = 100;
    listen();
    std::vector<HttpClient> slow;
    for (int i = 0; i < 4; ++i) slow.push_back(connect());
    int status = 0;
    while (status != 200) status = connect().get("/a").status;  // refused until a slow one is cut
    EXPECT_TRUE(causes.waitFor(Cause::HeadSlow));
}

// ---- TLS

class TlsListenerTest : public ListenerTest {
protected:
    static trust::TlsFiles files(const test::CertificateFiles& files) {
        return {.certificate_chain_pem = files.certificate, .private_key_pem = files.private_key,
                .peer_ca_pem = files.ca};
    }
    trust::TlsContextHolder contexts{*trust::serverContext(files(test::sharedPki().gateway()))};
    Poco::Net::Context::Ptr client_context = *trust::clientContext(files(test::sharedPki().partner("p1")));

    ~TlsListenerTest() override {
        gate.open();
        listener.reset();
    }
    void listenTls() { start(trust::listenTls(Poco::Net::SocketAddress("127.0.0.1", 0), contexts, 64)); }
    HttpClient connectTls() { return HttpClient(listener->port(), client_context); }
};

TEST_F(TlsListenerTest, ServesOverTls) {
    listenTls();
    auto client = connectTls();
    EXPECT_EQ(client.get("/a").body, "/a ");
    EXPECT_EQ(client.ask(post("/b", "content-length: 1000\r\n", std::string(1000, 'x'))).body.size(), 1003U);
}

TEST_F(TlsListenerTest, AStalledHandshakeIsCutAtTheHeadDeadlineAndHoldsUpNobody) {
    limits.head_deadline_ms = 1000;
    listenTls();
    auto stalled = connect();
    stalled.send("\x16\x03\x01");
    EXPECT_EQ(connectTls().get("/a").status, 200);
    EXPECT_TRUE(stalled.closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::HeadSlow));
}

TEST_F(TlsListenerTest, ACertificateHasACapOfItsOwn) {
    listenTls();
    auto first = connectTls();
    EXPECT_EQ(first.get("/claim").status, 200);
    EXPECT_EQ(first.get("/claim").status, 200);  // the same connection counts once
    EXPECT_EQ(connectTls().get("/claim").status, 429);
    EXPECT_TRUE(causes.waitFor(Cause::TooManyOfPartner));
    HttpClient other(listener->port(), *trust::clientContext(files(test::sharedPki().partner("p2"))));
    EXPECT_EQ(other.get("/claim").status, 200);
}

TEST_F(TlsListenerTest, ATrickledBodyOverTlsIsCut) {
    limits.body_deadline_ms = 50;
    listenTls();
    auto client = connectTls();
    client.send(post("/a", "content-length: 1000\r\n", "x"));
    EXPECT_TRUE(client.closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::BodySlow));
}

// ---- stopping

TEST_F(ListenerTest, StoppingLetsTheRequestUnderWayFinishAndClosesIdleOnes) {
    listen();
    auto idle = connect();
    EXPECT_EQ(idle.get("/a").status, 200);
    auto fresh = connect();
    auto busy = connect();
    busy.send("GET /gate HTTP/1.1\r\nhost: h\r\n\r\n");
    gate.waitForSomebody();
    std::thread stopping([this] { listener->stop(kNever); });
    EXPECT_TRUE(idle.closedByPeer());
    EXPECT_TRUE(fresh.closedByPeer());
    gate.open();
    const auto answer = busy.receive();
    stopping.join();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.fields.at("connection"), "close");
    EXPECT_EQ(listener->connectionCount(), 0U);
}

TEST_F(ListenerTest, StoppingCutsWhatDoesNotFinishInTime) {
    listen();
    auto slow = connect();
    EXPECT_EQ(slow.get("/a").status, 200);
    slow.send(post("/a", "content-length: 10\r\n", "x"));
    listener->stop(50);
    EXPECT_TRUE(slow.closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::Stopping));
}

}  // namespace
}  // namespace yht::http
