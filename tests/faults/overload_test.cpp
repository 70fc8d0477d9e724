// Hostile connections beside a partner that works: it is served throughout, and memory stays bounded.
#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"
#include "tools/speaker/soap_message.h"

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

/// Requests of a partner that go out piece by piece, each on a connection of its own.
class SoapOverload : public Overload {
protected:
    Poco::Net::SecureStreamSocket begin(const std::string& content_type, std::size_t announced_bytes, const std::string& begun) {
        auto wild = federation.partner("police-110");
        Poco::Net::SecureStreamSocket socket(address(), "localhost", wild.context());
        socket.setSendTimeout(Poco::Timespan(1, 0));
        socket.setReceiveTimeout(Poco::Timespan(60, 0));
        const std::string text = "POST /soap/v1 HTTP/1.1\r\nhost: localhost:" + std::to_string(federation.gatewayPort()) +
                                 "\r\ncontent-type: " + content_type + "\r\ncontent-length: " + std::to_string(announced_bytes) +
                                 "\r\n\r\n" + begun;
        socket.sendBytes(text.data(), static_cast<int>(text.size()));
        return socket;
    }
    /// A signed UploadAttachment without its last bytes; it claims to be as long as `announced_bytes`.
    Poco::Net::SecureStreamSocket beginUpload(std::size_t announced_bytes) {
        const std::string content = "\x89PNG\r\n\x1A\n" + std::string(200, 'p');
        const auto message = *speaker::uploadMessage(content, "image/png", federation.partner("police-110").key(), clock.nowMillis());
        return begin(message.content_type, announced_bytes, message.body.substr(0, message.body.size() - 100));
    }
    void mustTakeSoap(PartnerClient& client, const std::string& ref) {
        const auto reply = client.postSoap(appeal("zz-12315", ref));
        EXPECT_EQ(201, reply.status) << ref << " " << reply.body;
    }

    const base::SystemClock clock;
};

TEST_F(SoapOverload, APartnerThatWorksIsServedBesideSlowEnvelopesAndUploadsThatNeverEnd) {
    auto working = federation.partner("hotline-12315");
    mustTakeSoap(working, "before");
    for (int i = 0; i < kDribblingInTls; ++i) dribbling.push_back(begin("text/xml", 1'000'000, "<s:Envelope xmlns:s=\""));
    for (int i = 0; i < 8; ++i) dribbling.push_back(beginUpload(100'000'000));
    for (int i = 0; i < kPosts; ++i) {
        mustTakeSoap(working, "during-" + std::to_string(i));
        for (auto& socket : dribbling) sendByte(socket);
    }
    mustBeSmall();
    // Its own uploads find room: no partner takes all of it.
    const auto photo = std::string("\x89PNG\r\n\x1A\n") + "a photograph";
    EXPECT_EQ(201, working.post("/v1/attachments", photo, "image/png").status);
}

TEST_F(SoapOverload, ContentBeyondItsSignedLengthIsRefusedBeforeItsEnd) {
    auto upload = beginUpload(2'000'000'000);
    const std::string more(1 << 20, 'x');
    try {
        for (int i = 0; i < 100; ++i) upload.sendBytes(more.data(), static_cast<int>(more.size()));
        ADD_FAILURE() << "a hundred times what was signed went in";
    } catch (const Poco::Exception&) {
        // cut, as it should be
    }
}

TEST_F(SoapOverload, ForgedDeepAndHugeEnvelopesAreRefusedOneByOne) {
    auto working = federation.partner("hotline-12315");
    auto wild = federation.partner("police-110");
    const auto code = [&](const std::string& text) {
        const auto reply = wild.send("/soap/v1", text, "text/xml");
        const auto begin = reply.body.find("<code>");
        if (begin == std::string::npos) return std::to_string(reply.status);
        return reply.body.substr(begin + 6, reply.body.find("</code>") - begin - 6);
    };
    std::string forged = *speaker::submitRecordEnvelope({appeal("zz-110", "F-1")}, wild.key(), clock.nowMillis());
    forged.replace(forged.find("F-1"), 3, "F-2");
    std::string deep, many = "<e>";
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    for (int i = 0; i < 400'000; ++i) many += "<a/>";
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 20; ++i) EXPECT_EQ("signature.digest_mismatch", code(forged));
        EXPECT_EQ("soap.too_deep", code(deep));
        EXPECT_EQ("request.body_too_large", code(many));
        EXPECT_EQ("soap.dtd_refused", code("<!DOCTYPE e [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><e>&b;</e>"));
        EXPECT_THAT(code(std::string(30'000'000, ' ')), testing::AnyOf("request.body_too_large", "0"));
        mustTakeSoap(working, "round-" + std::to_string(round));
    }
    mustBeSmall();
}

}  // namespace
}  // namespace yht::scenarios
