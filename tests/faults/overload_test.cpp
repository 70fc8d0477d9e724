// Hostile connections beside a partner that works: it is served throughout, and memory stays bounded.
#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;

// More than the listener takes (256), so that some are turned away and some are held until their deadline.
constexpr int kIdle = 500;
constexpr int kDribbling = 100;
constexpr int kDribblingInTls = 30;
constexpr int kPosts = 60;
constexpr std::size_t kGatewayRssBytesMax = 512ULL << 20;

std::size_t residentBytes(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) * 1024;
    }
    return 0;
}

class Overload : public testing::Test {
protected:
    Overload() { federation.startGateway(); }

    Poco::Net::SocketAddress address() const { return {"127.0.0.1", federation.gatewayPort()}; }
    void connectIdle(int count) {
        for (int i = 0; i < count; ++i) {
            Poco::Net::StreamSocket socket;
            socket.connect(address());
            idle.push_back(socket);
        }
    }
    void connectInTls(int count) {
        auto wild = federation.partner("police-110");
        for (int i = 0; i < count; ++i) {
            Poco::Net::SecureStreamSocket socket(address(), "localhost", wild.context());
            socket.setSendTimeout(Poco::Timespan(1, 0));
            const std::string begun = "POST /v1/records HTTP/1.1\r\nhost: localhost\r\nx-slow: ";
            socket.sendBytes(begun.data(), static_cast<int>(begun.size()));
            dribbling.push_back(socket);
        }
    }
    /// One byte from everybody who is still connected.
    void dribble() {
        for (auto& socket : dribbling) sendByte(socket);
        for (int i = 0; i < kDribbling; ++i) sendByte(idle[static_cast<std::size_t>(i)]);
    }
    static void sendByte(Poco::Net::StreamSocket& socket) {
        try {
            socket.sendBytes("a", 1);
        } catch (const Poco::Exception&) {
            // cut, as it should be
        }
    }
    void mustTake(PartnerClient& client, const std::string& ref) {
        const auto reply = client.post("/v1/records", appeal("zz-12315", ref));
        EXPECT_EQ(201, reply.status) << ref << " " << reply.body;
    }
    void mustBeSmall() {
        // A sanitizer's shadow is no memory of the gateway's.
        if (Federation::slower() > 1) return;
        EXPECT_LT(residentBytes(federation.gatewayPid()), kGatewayRssBytesMax);
    }
    std::string codeOf(const Reply& reply) {
        const auto document = reply.json();
        return document.IsObject() ? textMember(document, "code") : std::to_string(reply.status);
    }

    Federation federation;
    std::vector<Poco::Net::StreamSocket> idle;
    std::vector<Poco::Net::SecureStreamSocket> dribbling;
};

TEST_F(Overload, APartnerThatWorksIsServedBesideIdleAndDribblingConnections) {
    auto working = federation.partner("hotline-12315");
    mustTake(working, "before");
    connectInTls(kDribblingInTls);
    connectIdle(kIdle + kDribbling);
    for (int i = 0; i < kPosts; ++i) {
        mustTake(working, "during-" + std::to_string(i));
        dribble();
    }
    mustBeSmall();
    // Whoever says nothing loses his place: somebody new gets in without any of them leaving.
    Federation::waitUntil("a new partner gets in", [&] {
        auto late = federation.partner("media-platform");
        return late.get("/v1/checkpoint").status == 200;
    });
}

TEST_F(Overload, OversizedDeepAndForgedRequestsAreRefusedOneByOne) {
    auto working = federation.partner("hotline-12315");
    auto wild = federation.partner("police-110");
    for (int round = 0; round < 10; ++round) {
        const auto big_head = wild.postSpoiled("/v1/records", "{}", [](trust::HttpHead& head, std::string&) {
            head.set("x-big", std::string(10'000'000, 'a'));
        });
        // Refused while it was still being sent: the answer may not have been read.
        EXPECT_THAT(codeOf(big_head), testing::AnyOf("request.header_too_large", "0"));
        const std::string deep(1'000'000, '[');
        EXPECT_EQ("request.json_malformed", codeOf(wild.post("/v1/records", deep)));
        const auto forged = wild.postSpoiled("/v1/records", "{}", [](trust::HttpHead&, std::string& body) { body = "[]"; });
        EXPECT_EQ("signature.digest_mismatch", codeOf(forged));
        const auto too_long = wild.post("/v1/records", std::string(5'000'000, ' '));
        EXPECT_THAT(codeOf(too_long), testing::AnyOf("request.body_too_large", "0"));
        mustTake(working, "round-" + std::to_string(round));
    }
    mustBeSmall();
}

}  // namespace
}  // namespace yht::scenarios
