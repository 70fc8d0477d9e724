// Requests, bodies, TLS and stopping, over real sockets.
#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/gateway/intake/http/listener_fixture.h"

namespace yht::http {
namespace {

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
    EXPECT_EQ(
        endless.ask("GET / HTTP/1.1\r\nx: " + std::string(kHeadBytesMax, 'a')).body,
        "request.header_too_large"
    );
}

// ---- bodies

TEST_F(ListenerTest, SendsContinueOnlyToWhoWaitsForItAndMaySend) {
    listen();
    auto client = connect();
    EXPECT_EQ(
        client.ask(post("/a", "content-length: 2\r\nexpect: 100-continue\r\n", "")).status, 100
    );
    EXPECT_EQ(client.ask("xy").body, "/a xy");
    EXPECT_EQ(
        client.ask(post("/a", "content-length: 1001\r\nexpect: 100-continue\r\n", "")).status, 413
    );
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
    EXPECT_EQ(
        client.ask(post("/a", "transfer-encoding: chunked\r\n", chunk + chunk + chunk + chunk))
            .status,
        413
    );
}

TEST_F(ListenerTest, AStreamThatFailsCutsTheConnectionBeforeItsEnd) {
    listen();
    auto client = connect();
    const auto answer = client.get("/endless");
    EXPECT_EQ(answer.fields.at("content-length"), std::to_string(64 << 20));
    EXPECT_EQ(answer.body, "");  // it never came whole
    EXPECT_TRUE(client.closedByPeer());
}

TEST_F(ListenerTest, HeadOfAStreamHasItsLengthAndNoBody) {
    listen();
    auto client = connect();
    client.send("HEAD /endless HTTP/1.1\r\nhost: h\r\n\r\n");
    EXPECT_EQ(client.receive(true).fields.at("content-length"), std::to_string(64 << 20));
    EXPECT_EQ(client.get("/a").body, "/a ");
}

TEST_F(TlsListenerTest, ServesOverTls) {
    listenTls();
    auto client = connectTls();
    EXPECT_EQ(client.get("/a").body, "/a ");
    EXPECT_EQ(
        client.ask(post("/b", "content-length: 1000\r\n", std::string(1000, 'x'))).body.size(),
        1003U
    );
}

TEST_F(TlsListenerTest, AStalledHandshakeIsCutAtTheHeadDeadlineAndHoldsUpNobody) {
    limits.head_deadline_ms = 1000;
    clock = &manual_clock;
    listenTls();
    auto stalled = connect();
    stalled.send("\x16\x03\x01");
    EXPECT_EQ(connectTls().get("/a").status, 200);
    EXPECT_TRUE(causes.empty());
    manual_clock.advance(1001);
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
    HttpClient other(
        listener->port(), *trust::clientContext(files(test::sharedPki().partner("p2")))
    );
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
