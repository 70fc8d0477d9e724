// Deadlines and caps, over real sockets. Every bound is short here; what is waited for is the
// effect, never a time.
#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/gateway/intake/http/listener_fixture.h"

namespace yht::http {
namespace {

// ---- deadlines

TEST_F(ListenerTest, AHeadThatTricklesIsCutAtItsDeadline) {
    limits.head_deadline_ms = 50;
    clock = &manual_clock;
    listen();
    auto client = connect();
    while (listener->connectionCount() == 0)
        std::this_thread::yield();  // until then its clock stands
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
    clock = &manual_clock;
    listen();
    auto client = connect();
    EXPECT_EQ(client.get("/a").status, 200);
    client.send("GET /b HT");
    // Its thread may come to the second head only after time has passed: more passes until it is cut.
    for (int round = 0; round < 200; ++round) {
        manual_clock.advance(51);
        if (client.socket().poll(Poco::Timespan(0, 100'000), Poco::Net::Socket::SELECT_READ)) break;
    }
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

TEST_F(ListenerTest, AStreamedBodyMayTakeAnyTimeWhileItMovesOn) {
    limits.body_deadline_ms = 50;
    limits.request_deadline_ms = 60;
    clock = &manual_clock;
    listen();
    auto client = connect();
    constexpr std::size_t kSteps = 10;
    client.send(post("/stream", "content-length: " + std::to_string(kSteps * kStreamStepBytes) + "\r\n", ""));
    for (std::size_t step = 1; step <= kSteps; ++step) {
        client.send(std::string(kStreamStepBytes, 'x'));
        while (streamed < step * kStreamStepBytes) std::this_thread::yield();
        manual_clock.advance(step < kSteps ? 45 : 0);
    }
    EXPECT_EQ(client.receive().body, "streamed");
    EXPECT_TRUE(causes.empty());
}

TEST_F(ListenerTest, AStreamedBodyThatComesTooSlowlyIsCut) {
    limits.body_deadline_ms = 50;
    clock = &manual_clock;
    listen();
    auto client = connect();
    client.send(post("/stream", "content-length: 10000000\r\n", ""));
    // One octet short of a step: what came at first is no credit for later.
    client.send(std::string(2 * kStreamStepBytes - 1, 'x'));
    while (streamed < 2 * kStreamStepBytes - 1) std::this_thread::yield();
    manual_clock.advance(51);
    EXPECT_TRUE(client.closedByPeer());
    EXPECT_TRUE(causes.waitFor(Cause::BodySlow));
}

TEST_F(ListenerTest, AClientThatDoesNotReadAStreamIsCut) {
    limits.write_deadline_ms = 50;
    listen();
    auto client = connect();
    client.send("GET /endless HTTP/1.1\r\nhost: h\r\n\r\n");
    EXPECT_TRUE(causes.waitFor(Cause::WriteSlow));
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

}  // namespace
}  // namespace yht::http
