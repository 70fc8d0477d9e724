// Old systems call their own endpoints on the channels listener: a flat JSON with a token, a JSON text in a SOAP call, a
// callback under a vendor's signature. The real program, real sockets; what was committed survives a kill before the answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/crypto/vendor_digest.h"
#include "tests/scenarios/federation.h"

namespace yht::scenarios {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr const char* kToken = "push-token-1";
constexpr const char* kAppSecret = "app-secret-1";
// As gateway/app/README.md tells operators.
constexpr std::size_t kTurnMs = 50, kWrongPerMinuteMax = 60, kMinuteMs = 60'000;
using Headers = std::map<std::string, std::string>;

constexpr const char* kMapping = R"(times: {formats: ["%Y-%m-%d %H:%M:%S"]}
vocabularies: {kinds: {unmapped: quarantine}}
records:
  appeal:
    kind: appeal
    rows:
      record_ref: NO
      ticket_ref: NO
      event_time: TIME
      appeal_time: TIME
      channel: {const: "10"}
      appeal_type: {from: TYPE, vocabulary: kinds}
      category_path: {from: CLASS}
      title: TITLE
      content: TITLE
      handling_way: {const: "0"}
      is_anonymous: {const: "true"}
      is_secret: {const: "false"}
      area_code: {const: "430200"}
      urgency: {const: "3"}
)";

std::string appeal(const std::string& number, const std::string& type = "咨询") {
    return R"({"NO":")" + number + R"(","TIME":"2019-10-15 08:30:00","TYPE":")" + type + R"(","CLASS":"供热","TITLE":"室温不达标"})";
}

std::string soapCall(const std::string& session, const std::string& json, const std::string& operation = "SubmitThird") {
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
           "<" + operation + " xmlns=\"http://tempuri.org/\"><SessionID>" + session + "</SessionID><strThird><![CDATA[" + json +
           "]]></strThird></" + operation + "></s:Body></s:Envelope>";
}

class ChannelScenario : public ::testing::Test {
protected:
    ChannelScenario() {
        write("yht.yaml", read("yht.yaml") + "channels:\n  listen: 127.0.0.1:" + std::to_string(port) +
                              "\n  consent: 张三 2019-04-18 场景测试\n  plain_http_consent: 张三 2019-04-18 场景测试\n" +
                              Federation::patientDeadlines());
        write("push.token", std::string(kToken) + "\n");
        write("app.secret", kAppSecret);
        product("flat", "decode: {format: json}\n", R"(
endpoints:
  push:
    path: [/deal12345/pushJjd, /deal12345/pushFkd]
    body_bytes_max: 4096
    caller: {token: {in: header X-Access-Token, secret: push}}
    reply:
      accepted: {body: '{"code":"200","data":"{ticket_no}","message":"ok"}'}
      duplicate: {body: '{"code":"200","data":"{ticket_no}","message":"again"}'}
      refused: {status: 200, body: '{"code":"400","data":"{request query NOTE}","message":"{error_zh}"}'}
      unauthorized: {status: 200, body: '{"code":"401","data":"","message":"{error_zh}"}'}
)");
        product("third", "decode: {format: soap_string, element: strThird, inner: {format: json}}\n", R"(
endpoints:
  third:
    path: /ThirdService2.asmx
    soap: {operations: [SubmitThird, SubmitThirdToSub], namespace: "http://tempuri.org/", wsdl: ThirdService2.wsdl}
    caller: {token: {in: body SessionID, secret: push}, addresses: ["127.0.0.0/8"]}
    reply:
      accepted: {body: '{"Success":true,"Number":"{ticket_no}"}'}
      quarantined: {body: '{"Success":true,"Number":"","Waits":"{quarantine_no}"}'}
      refused: {status: 200, body: '{"Success":false,"Message":"{error_zh}"}'}
)");
        product("vendor", "decode: {format: json}\nassurance_min: channel_signature\n", R"(
endpoints:
  callback:
    path: /callback
    caller:
      signature:
        algorithm: hmac_sha256
        secret: app
        parts: ["{header X-Timestamp}", "{header X-Nonce}", "{body}"]
        in: header X-Signature
        time: {in: header X-Timestamp, format: epoch_s}
        nonce: header X-Nonce
    reply:
      charset: GB18030
      accepted: {body: '{"code":0,"msg":"已收"}'}
      duplicate: {body: '{"code":0,"msg":"已有"}'}
      refused: {body: '{"code":1,"msg":"未收"}'}
)");
        std::ofstream(federation.deployment() + "/products/third/ThirdService2.wsdl") << "<definitions/>";
    }

    void product(const std::string& name, const std::string& decode, const std::string& endpoints) {
        std::filesystem::create_directories(federation.deployment() + "/sources/zz-" + name);
        std::filesystem::create_directories(federation.deployment() + "/products/" + name);
        const bool strong = decode.find("assurance_min") != std::string::npos;
        write("products/" + name + "/product.yaml", "product: " + name + "\nproduct_title: " + name + "\nproduct_version: \"1\"\n" +
                                                        decode + (strong ? "" : "assurance_min: token\n") +
                                                        "secrets: {push: file:push.token, app: file:app.secret}\n" + endpoints);
        write("products/" + name + "/mapping.yaml", kMapping);
        write("products/" + name + "/kinds.csv", "native,canonical\n咨询,1\n投诉,3\n");
        write("sources/zz-" + name + "/source.yaml", "id: zz-" + name + "\ntitle: t\nproduct: " + name +
                                                         "\nsource: zz-12315\nlifecycle: live\nowner: {unit: 局, person: 班长}\n");
    }
    static std::string fileText(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string read(const std::string& name) const { return fileText(federation.deployment() + "/" + name); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(federation.deployment() + "/" + name, std::ios::binary) << text;
        // Secrets that others may read are refused.
        std::filesystem::permissions(
            federation.deployment() + "/" + name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write
        );
    }

    Reply call(const std::string& path, const std::string& body, const Headers& headers = {}, const char* method = "POST") const {
        Poco::Net::HTTPClientSession session("127.0.0.1", port);
        session.setTimeout(Poco::Timespan(30, 0));
        Poco::Net::HTTPRequest request(method, path, "HTTP/1.1");
        for (const auto& [name, value] : headers) request.set(name, value);
        if (!body.empty()) request.setContentLength(static_cast<int>(body.size()));
        try {
            session.sendRequest(request) << body << std::flush;
            Poco::Net::HTTPResponse response;
            std::string text;
            Poco::StreamCopier::copyToString(session.receiveResponse(response), text);
            return {response.getStatus(), text, response.getContentType()};
        } catch (const Poco::Exception&) {
            return {};
        }
    }
    Reply push(const std::string& body) const { return call("/deal12345/pushJjd", body, {{"X-Access-Token", kToken}}); }

    static Headers signedWith(const std::string& secret, const std::string& nonce, const std::string& body, std::int64_t shift_s = 0) {
        const std::string at = std::to_string(base::SystemClock().nowMillis() / 1000 + shift_s);
        const auto mac = crypto::vendorHmac(crypto::VendorDigest::Sha256, secret, at + nonce + body);
        return {{"X-Timestamp", at}, {"X-Nonce", nonce}, {"X-Signature", base::toHex(mac)}};
    }
    std::string metric(const std::string& source, const std::string& outcome) {
        return std::to_string(federation.metric("yht_channel_calls{outcome=\"" + outcome + "\",source=\"" + source + "\"}").value_or(0));
    }

    PortLease port;
    Federation federation;
};

TEST_F(ChannelScenario, AFlatJsonWithATokenIsAnsweredInItsOwnForm) {
    federation.startGateway();
    const auto first = push(appeal("J-1"));
    EXPECT_EQ(200, first.status);
    EXPECT_THAT(first.body, MatchesRegex("\\{\"code\":\"200\",\"data\":\"430200-[0-9-]+\",\"message\":\"ok\"\\}"));
    EXPECT_EQ("application/json; charset=UTF-8", first.content_type);
    const auto again = call("/channels/zz-flat/deal12345/pushFkd", appeal("J-1"), {{"X-Access-Token", kToken}});
    EXPECT_THAT(again.body, HasSubstr("\"message\":\"again\""));
    EXPECT_EQ(first.body.substr(0, first.body.find("message")), again.body.substr(0, again.body.find("message")));
    EXPECT_EQ(1u, federation.tickets().Size());
    // What can't be mapped is ours now: the old system is told that it was taken.
    EXPECT_THAT(push(appeal("J-2", "疑难")).body, HasSubstr("\"code\":\"200\",\"data\":\"\""));
    EXPECT_THAT(federation.yht({"quarantine", "list", "--json"}).output, HasSubstr("adapter.item_unmapped"));
}

TEST_F(ChannelScenario, AWrongTokenIsRefusedCountedAndNothingIsKept) {
    federation.startGateway();
    for (const Headers& headers : {Headers{}, Headers{{"X-Access-Token", "push-token-2"}}, Headers{{"X-Access-Token", ""}}}) {
        const auto refused = call("/deal12345/pushJjd", appeal("J-1"), headers);
        EXPECT_EQ(200, refused.status);
        EXPECT_THAT(refused.body, HasSubstr("\"code\":\"401\""));
    }
    EXPECT_EQ(401, call("/callback", appeal("C-1"), signedWith("another-secret", "n-1", appeal("C-1"))).status);
    EXPECT_THAT(call("/ThirdService2.asmx", soapCall("wrong-session", appeal("S-1"))).body, HasSubstr("Success&quot;:false"));
    EXPECT_EQ("3", metric("zz-flat", "unauthorized"));
    EXPECT_EQ(0u, federation.tickets().Size());
    EXPECT_THAT(federation.yht({"quarantine", "list", "--json"}).output, Not(HasSubstr("adapter.")));
}

TEST_F(ChannelScenario, AJsonTextInASoapCall) {
    federation.startGateway();
    const auto first = call("/ThirdService2.asmx", soapCall(kToken, appeal("S-1")), {{"Content-Type", "text/xml; charset=utf-8"}});
    EXPECT_EQ(200, first.status);
    EXPECT_EQ("text/xml; charset=UTF-8", first.content_type);
    EXPECT_THAT(first.body, HasSubstr("<SubmitThirdResponse xmlns=\"http://tempuri.org/\"><SubmitThirdResult>"
                                      "{&quot;Success&quot;:true,&quot;Number&quot;:&quot;430200-"));
    EXPECT_THAT(call("/ThirdService2.asmx", soapCall(kToken, appeal("S-2", "疑难")), {{"Content-Type", "text/xml"}}).body,
                HasSubstr("&quot;Waits&quot;:&quot;1&quot;"));
    EXPECT_THAT(call("/ThirdService2.asmx", soapCall(kToken, appeal("S-3"), "DropAll"), {{"Content-Type", "text/xml"}}).body,
                Not(HasSubstr("DropAll")));
    EXPECT_THAT(call("/ThirdService2.asmx", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>").body,
                HasSubstr("Success&quot;:false"));
    EXPECT_EQ("<definitions/>", call("/ThirdService2.asmx?WSDL", "", {}, "GET").body);
    EXPECT_EQ(1u, federation.tickets().Size());
}

TEST_F(ChannelScenario, ASignedCallbackMayComeAgainButNotAsAnother) {
    federation.startGateway();
    const std::string body = appeal("C-1");
    const Headers headers = signedWith(kAppSecret, "n-1", body);
    const auto first = call("/callback", body, headers);
    EXPECT_EQ(200, first.status);
    EXPECT_EQ("application/json; charset=GB18030", first.content_type);
    EXPECT_EQ("{\"code\":0,\"msg\":\"\xD2\xD1\xCA\xD5\"}", first.body);  // 已收
    EXPECT_EQ("{\"code\":0,\"msg\":\"\xD2\xD1\xD3\xD0\"}", call("/callback", body, headers).body);  // 已有
    EXPECT_EQ(401, call("/callback", appeal("C-2"), headers).status);
    EXPECT_EQ(401, call("/callback", appeal("C-2"), signedWith(kAppSecret, "n-1", appeal("C-2"))).status);
    EXPECT_EQ(401, call("/callback", appeal("C-3"), signedWith(kAppSecret, "n-3", appeal("C-3"), -301)).status);
    EXPECT_EQ(401, call("/callback", appeal("C-3"), signedWith(kAppSecret, "n-3", appeal("C-3"), 310)).status);
    EXPECT_EQ(1u, federation.tickets().Size());
    // The ledger remembers the nonce where the process does not.
    federation.killGateway();
    federation.startGateway();
    EXPECT_NE(200, call("/callback", appeal("C-2"), signedWith(kAppSecret, "n-1", appeal("C-2"))).status);
    EXPECT_EQ(1u, federation.tickets().Size());
}

TEST_F(ChannelScenario, WhatWasCommittedBeforeAKillIsOneTicketWhenTheOldSystemRepeats) {
    federation.startGateway();
    const std::string body = appeal("K-1");
    Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", port));
    const std::string request = "POST /deal12345/pushJjd HTTP/1.1\r\nHost: x\r\nX-Access-Token: " + std::string(kToken) +
                                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    socket.sendBytes(request.data(), static_cast<int>(request.size()));
    Federation::waitUntil("the commit", [&] { return federation.tickets().Size() == 1; });
    federation.killGateway();
    federation.startGateway();
    EXPECT_THAT(push(body).body, HasSubstr("\"message\":\"again\""));
    EXPECT_EQ(1u, federation.tickets().Size());
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

/// Some don't say their header in time, others their body.
class SlowCallers : public ChannelScenario {
protected:
    // Of 64 places; one source has no more than are free.
    static constexpr std::size_t kHeads = 48, kBodies = 8;
    SlowCallers() {
        const auto yaml = read("yht.yaml");
        const auto at = yaml.rfind(Federation::patientDeadlines());
        EXPECT_LT(yaml.find("channels:"), at);
        write("yht.yaml", yaml.substr(0, at) + "  header_deadline_ms: 1000\n  body_deadline_ms: 1000\n");
    }
    std::vector<Poco::Net::StreamSocket> saying(const std::string& begun, std::size_t times) const {
        std::vector<Poco::Net::StreamSocket> sockets(times);
        for (auto& socket : sockets) {
            socket.connect(Poco::Net::SocketAddress("127.0.0.1", port));
            socket.setReceiveTimeout(Poco::Timespan(120 * Federation::slower(), 0));
            socket.sendBytes(begun.data(), static_cast<int>(begun.size()));
        }
        return sockets;
    }
    /// Whatever the gateway says before.
    static bool isCut(Poco::Net::StreamSocket& socket) {
        try {
            for (char said[1024]; socket.receiveBytes(said, sizeof said) > 0;) {
            }
        } catch (const Poco::TimeoutException&) {
            return false;
        } catch (const Poco::Exception&) {
            // reset
        }
        return true;
    }
    std::uint64_t cutBecause(const std::string& cause) { return federation.metric("yht_channel_connections_cut{cause=\"" + cause + "\"}").value_or(0); }
};

TEST_F(SlowCallers, AFloodASlowCallerAndALargeBodyDontReachThePartnersDoor) {
    federation.startGateway();
    EXPECT_THAT(push(std::string(5000, ' ')).body, HasSubstr("\"code\":\"400\""));
    EXPECT_EQ(404, call("/etc/passwd", "x").status);
    EXPECT_EQ(405, call("/deal12345/pushJjd", "", {}, "GET").status);
    // Connections that never say a whole request are cut, and don't hold the listener.
    auto slow = saying(std::string("POST /deal12345/pushJjd HTTP/1.1\r\nHost: x\r\nX-Access-Token: ") + kToken + "\r\nContent-Length: 100\r\n\r\n{", kBodies);
    for (auto& socket : saying("POST /deal", kHeads)) slow.push_back(socket);
    const auto taken = federation.partner("hotline-12315").post("/v1/sources/zz-flat/messages", appeal("P-1"));
    EXPECT_EQ(200, taken.status) << taken.body;
    for (std::size_t i = 0; i < slow.size(); ++i) EXPECT_TRUE(isCut(slow[i])) << i;
    // It cuts first and counts then.
    Federation::waitUntil("each was cut for its slowness", [&] {
        return cutBecause("body_slow") == kBodies && cutBecause("head_slow") == kHeads;
    });
    EXPECT_EQ(200, push(appeal("J-1")).status);
}

TEST_F(ChannelScenario, WhoGuessesIsSlowedAndTurnsNobodyElseOfItsAddressAway) {
    federation.startGateway();
    std::atomic<std::size_t> guesses{0};
    std::atomic<bool> over{false};
    std::vector<std::thread> guessers;
    for (int thread = 0; thread < 8; ++thread) {
        guessers.emplace_back([&] {
            while (!over) {
                const auto number = std::to_string(++guesses);
                EXPECT_THAT(call("/deal12345/pushJjd", "{}", {{"X-Access-Token", "guess-" + number}}).body, HasSubstr("\"code\":\"401\""));
            }
        });
    }
    Federation::waitUntil("the guesses are noticed", [&] { return fileText(federation.log("gateway")).find("take turns") != std::string::npos; });
    const base::SystemClock clock;
    const std::int64_t before_ms = clock.steadyMillis();
    const std::size_t guesses_before = guesses;
    for (int i = 1; i <= 10; ++i) {
        const std::string number = std::to_string(i), body = appeal("C-" + number);
        EXPECT_EQ(200, call("/callback", body, signedWith(kAppSecret, "n-" + number, body)).status);
        EXPECT_THAT(call("/ThirdService2.asmx", soapCall(kToken, appeal("S-" + number))).body, HasSubstr("Success&quot;:true"));
        // The source itself that is guessed at: from the very address, in its turn.
        EXPECT_THAT(push(appeal("J-" + number)).body, HasSubstr("\"code\":\"200\""));
    }
    over = true;
    for (auto& guesser : guessers) guesser.join();
    // No more guesses were heard than there were turns, and a minute's first ones.
    const auto passed_ms = static_cast<std::size_t>(clock.steadyMillis() - before_ms);
    const std::size_t minutes = passed_ms / kMinuteMs + 1;
    EXPECT_LE(guesses - guesses_before, passed_ms / kTurnMs + 2 * guessers.size() + minutes * kWrongPerMinuteMax);
    EXPECT_EQ(30u, federation.tickets().Size());
}

TEST_F(ChannelScenario, AReloadPutsAnEndpointInPlaceAndAMistakeKeepsTheOldOne) {
    federation.startGateway();
    write("push.token", "push-token-9\n");
    EXPECT_THAT(push(appeal("J-1")).body, HasSubstr("\"code\":\"200\""));
    ASSERT_EQ(0, federation.yht({"reload"}).exit_code);
    EXPECT_THAT(push(appeal("J-2")).body, HasSubstr("\"code\":\"401\""));
    write("push.token", "short");
    EXPECT_NE(0, federation.yht({"reload"}).exit_code);
    EXPECT_THAT(call("/deal12345/pushJjd", appeal("J-2"), {{"X-Access-Token", "push-token-9"}}).body, HasSubstr("\"code\":\"200\""));
    // Two sources at one bare path.
    write("push.token", "push-token-9\n");
    write("sources/zz-vendor/source.yaml",
          read("sources/zz-vendor/source.yaml") + "endpoints: {callback: {path: /deal12345/pushJjd}}\n");
    EXPECT_NE(0, federation.yht({"reload"}).exit_code);
}

TEST_F(ChannelScenario, WithoutConsentNobodyListens) {
    const auto yaml = read("yht.yaml");
    write("yht.yaml", yaml.substr(0, yaml.find("  consent:")) + yaml.substr(yaml.find("  plain_http")));
    federation.launchGateway({});
    EXPECT_FALSE(federation.gatewayCameUp());
}

}  // namespace
}  // namespace yht::scenarios
