// Hostile connections beside a partner that works: each of its posts is answered, and memory stays bounded. How much of its rate
// is left is measured by `bench overload`; nothing here depends on speed.
#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "gateway/base/random.h"
#include "tests/faults/own_network.h"
#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"
#include "tests/scenarios/shipped_source.h"
#include "tools/partner-sim/siege.h"
#include "tools/speaker/soap_message.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using partner_sim::Siege;
using partner_sim::SiegeCounts;
using partner_sim::SiegeOptions;

constexpr int kPosts = 60;
constexpr std::uint64_t kForgeries = 200;
constexpr std::uint64_t kOversized = 6;  // two of each kind
constexpr std::size_t kSlowUploads = 8;
// What the gateway is allowed under any load. A siege like these for 40 seconds brought a release build from 34 to 71 MB.
constexpr std::size_t kGatewayRssPeakMax = 200'000'000;

/// The most that it ever had in memory.
std::size_t peakBytes(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
    }
    return 0;
}

class Overload : public testing::Test {
protected:
    void SetUp() override {
        federation.emplace();
        cutInTime();
        federation->useTwoCores();
        federation->startGateway();
    }
    /// Those who say nothing are cut as a deployment cuts them.
    void cutInTime() const {
        const auto ms = [](int usual) { return std::to_string(usual * Federation::slower()); };
        replaceInDeployment(*federation, "yht.yaml", Federation::patientDeadlines(), "  header_deadline_ms: " + ms(5'000) + "\n  body_deadline_ms: " + ms(15'000) + "\n");
    }

    /// More idle ones than the listener takes (256), so that some are turned away and some are held until their deadline.
    SiegeOptions siegeOptions() const {
        const auto port = std::to_string(federation->gatewayPort());
        const auto credential = federation->pki() + "/police-110";
        return {.base_url = "https://localhost:" + port,
                .address = "127.0.0.1:" + port,
                .tls = {.certificate_chain_pem = credential + ".pem",
                        .private_key_pem = credential + ".key",
                        .peer_ca_pem = federation->pki() + "/root.pem"},
                .source = "zz-110",
                .idle = 500,
                .dribbling = 100,
                .forging = 4,
                .oversized = 1};
    }
    std::unique_ptr<Siege> besiege(const SiegeOptions& options) {
        auto siege = Siege::begin(options, clock);
        EXPECT_TRUE(siege.ok());
        return *std::move(siege);
    }
    /// Whether everything in it has happened: nobody may pass because nothing attacked. Each dribbler was cut and came again.
    static bool raged(const SiegeCounts& counts, const SiegeOptions& options) {
        return counts.idle_opened >= options.idle && counts.dribblers_opened >= 2 * options.dribbling &&
               counts.forged_refused >= (options.forging > 0 ? kForgeries : 0) &&
               counts.oversized_refused >= (options.oversized > 0 ? kOversized : 0);
    }
    /// Posts for as long as it takes, and kPosts times at least.
    template <class Post>
    void postWhile(const Siege& siege, const SiegeOptions& options, const Post& post) {
        int posted = 0;
        Federation::waitUntil("the siege has done all of it", [&] {
            post("during-" + std::to_string(posted++));
            return HasFailure() || (posted >= kPosts && raged(siege.counts(), options));
        });
        expectRefused(siege.counts());
    }
    static std::string told(const SiegeCounts& counts) {
        return "idle " + std::to_string(counts.idle_opened) + ", dribblers " + std::to_string(counts.dribblers_opened) + ", forged " +
               std::to_string(counts.forged_refused) + " (otherwise " + std::to_string(counts.forged_otherwise) + " " + counts.otherwise +
               "), oversized " + std::to_string(counts.oversized_refused);
    }
    static void expectRefused(const SiegeCounts& counts) {
        EXPECT_FALSE(HasFailure()) << told(counts);
        EXPECT_EQ(0U, counts.oversized_taken) << told(counts);
        EXPECT_EQ(0U, counts.forged_otherwise) << counts.otherwise;
    }
    void mustTake(PartnerClient& client, const std::string& ref, const std::string& source = "zz-12315") {
        const auto reply = client.post("/v1/records", appeal(source, ref));
        ASSERT_EQ(201, reply.status) << ref << " " << reply.body;
    }
    void mustBeSmall() {
        // A sanitizer's shadow is no memory of the gateway's.
        if (Federation::slower() > 1) return;
        RecordProperty("peak_rss_bytes", std::to_string(peakBytes(federation->gatewayPid())));
        EXPECT_LT(peakBytes(federation->gatewayPid()), kGatewayRssPeakMax);
    }
    std::string codeOf(const Reply& reply) {
        const auto document = reply.json();
        return document.IsObject() ? textMember(document, "code") : std::to_string(reply.status);
    }

    std::optional<Federation> federation;
    const base::SystemClock clock;
};

TEST_F(Overload, EveryPostIsAnsweredBesideIdleDribblingForgingAndOversizedConnections) {
    auto working = federation->partner("hotline-12315");
    mustTake(working, "before");
    const auto options = siegeOptions();
    const auto siege = besiege(options);
    postWhile(*siege, options, [&](const std::string& ref) { mustTake(working, ref); });
    mustBeSmall();
}

TEST_F(Overload, WhoeverSaysNothingLosesHisPlaceToSomebodyNew) {
    auto options = siegeOptions();
    options.forging = options.oversized = 0;
    options.idle_again = false;
    for (int round = 0; round < 2; ++round) {
        const auto siege = besiege(options);
        Federation::waitUntil("all places are taken", [&] { return siege->counts().idle_opened >= options.idle; });
        // None of them leaves by itself; from the loopback nobody is capped by address, so somebody new may have to ask again.
        const auto ref = "new-" + std::to_string(round);
        Federation::waitUntil("somebody new is served", [&] {
            auto fresh = federation->partner("media-platform");
            return fresh.post("/v1/records", appeal("zz-media", ref)).status == 201;
        });
    }
    mustBeSmall();
}

/// The same from addresses that are not the loopback's, where the cap for one address holds.
class OverloadFromAfar : public Overload {
protected:
    void SetUp() override {
        if (!ownNetwork() || !addForeignAddresses()) GTEST_SKIP() << "no network namespace may be made here";
        federation.emplace();
        cutInTime();
        listenEverywhere();
        federation->useTwoCores();
        federation->startGateway();
    }
    void listenEverywhere() {
        const std::string port = std::to_string(federation->gatewayPort());
        replaceInDeployment(*federation, "yht.yaml", "listen: 127.0.0.1:" + port, "listen: 0.0.0.0:" + port);
    }
    SiegeOptions from(const std::string& address) const {
        auto options = siegeOptions();
        options.from = address;
        options.address = "10.0.0.1:" + std::to_string(federation->gatewayPort());
        return options;
    }
};

TEST_F(OverloadFromAfar, EveryNewConnectionOfAWorkingPartnerIsTakenAtOnce) {
    auto holding = from("10.0.0.2"), speaking = from("10.0.0.3");
    holding.forging = holding.oversized = 0;
    holding.dribbling = 60;  // one address has 64 places
    speaking.idle = speaking.dribbling = 0;
    const auto held = besiege(holding), spoken = besiege(speaking);
    int posted = 0;
    Federation::waitUntil("the siege has done all of it", [&] {
        auto fresh = federation->partner("hotline-12315");
        mustTake(fresh, "fresh-" + std::to_string(posted++));
        return HasFailure() ||
               (posted >= kPosts && raged(held->counts(), holding) && raged(spoken->counts(), speaking));
    });
    expectRefused(spoken->counts());
    mustBeSmall();
}

TEST_F(Overload, OversizedDeepAndForgedRequestsAreRefusedOneByOne) {
    auto working = federation->partner("hotline-12315");
    auto wild = federation->partner("police-110");
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
        auto wild = federation->partner("police-110");
        Poco::Net::SecureStreamSocket socket(address(), "localhost", wild.context());
        socket.setSendTimeout(Poco::Timespan(1, 0));
        socket.setReceiveTimeout(Poco::Timespan(60, 0));
        const std::string text = "POST /soap/v1 HTTP/1.1\r\nhost: localhost:" + std::to_string(federation->gatewayPort()) +
                                 "\r\ncontent-type: " + content_type + "\r\ncontent-length: " + std::to_string(announced_bytes) +
                                 "\r\n\r\n" + begun;
        socket.sendBytes(text.data(), static_cast<int>(text.size()));
        return socket;
    }
    Poco::Net::SocketAddress address() const { return {"127.0.0.1", federation->gatewayPort()}; }
    /// One byte from everybody who is still connected.
    static void dribble(std::vector<Poco::Net::SecureStreamSocket>& sockets) {
        for (auto& socket : sockets) {
            try {
                socket.sendBytes("a", 1);
            } catch (const Poco::Exception&) {
                // cut, as it should be
            }
        }
    }
    /// Envelopes whose digests fit and whose signature is 64 octets that nobody signed with: each is verified.
    SiegeOptions forgedEnvelopes() {
        auto options = siegeOptions();
        options.idle = options.dribbling = options.oversized = 0;
        options.forge = [this, key = std::make_shared<PartnerClient>(federation->partner("police-110"))](std::uint64_t number) {
            auto text = *speaker::submitRecordEnvelope({appeal("zz-110", "F-" + std::to_string(number))}, key->key(), clock.nowMillis());
            const auto begin = text.find('>', text.find("SignatureValue")) + 1;
            text.replace(begin, text.find('<', begin) - begin, base::toBase64(base::SeededRandom(number).bytes(64)));
            return partner_sim::ForgedRequest{speaker::kSoapPath, {{"content-type", speaker::kSoapContentType}}, text};
        };
        return options;
    }
    /// A signed UploadAttachment without its last bytes; it claims to be as long as `announced_bytes`.
    Poco::Net::SecureStreamSocket beginUpload(std::size_t announced_bytes) {
        const std::string content = "\x89PNG\r\n\x1A\n" + std::string(200, 'p');
        const auto message = *speaker::uploadMessage(content, "image/png", federation->partner("police-110").key(), clock.nowMillis());
        return begin(message.content_type, announced_bytes, message.body.substr(0, message.body.size() - 100));
    }
    void mustTakeSoap(PartnerClient& client, const std::string& ref) {
        const auto reply = client.postSoap(appeal("zz-12315", ref));
        ASSERT_EQ(201, reply.status) << ref << " " << reply.body;
    }
};

TEST_F(SoapOverload, EveryRecordIsAnsweredBesideSlowEnvelopesUploadsThatNeverEndAndForgedSignatures) {
    auto working = federation->partner("hotline-12315");
    mustTakeSoap(working, "before");
    std::vector<Poco::Net::SecureStreamSocket> dribbling;
    for (int i = 0; i < 30; ++i) dribbling.push_back(begin("text/xml", 1'000'000, "<s:Envelope xmlns:s=\""));
    for (std::size_t i = 0; i < kSlowUploads; ++i) dribbling.push_back(beginUpload(100'000'000));
    const auto options = forgedEnvelopes();
    const auto siege = besiege(options);
    postWhile(*siege, options, [&](const std::string& ref) {
        mustTakeSoap(working, ref);
        dribble(dribbling);
    });
    mustBeSmall();
    // Its own uploads find room: no partner takes all of it.
    const auto photo = std::string("\x89PNG\r\n\x1A\n") + "a photograph";
    EXPECT_EQ(201, working.post("/v1/attachments", photo, "image/png").status);
}

TEST_F(SoapOverload, ContentBeyondItsSignedLengthIsRefusedBeforeItsEnd) {
    auto upload = beginUpload(150'000'000);  // no more than an attachment may have
    upload.setSendTimeout(Poco::Timespan(60 * Federation::slower(), 0));
    const std::string more(1 << 20, 'x');
    try {
        for (int i = 0; i < 100; ++i) upload.sendBytes(more.data(), static_cast<int>(more.size()));
        ADD_FAILURE() << "a hundred times what was signed went in";
    } catch (const Poco::TimeoutException&) {
        ADD_FAILURE() << "it was neither read nor refused";
    } catch (const Poco::Exception&) {
        // The connection has ended: the answer says why, and here that is counted.
    }
    const auto counted = federation->askAdmin("/metrics").body;
    EXPECT_THAT(counted, testing::HasSubstr("yht_door_requests_total{method=\"POST\",route=\"/soap/v1\",status=\"500\"} 1\n"));  // a Fault
    EXPECT_THAT(counted, testing::Not(testing::HasSubstr("cause=\"body_slow\"")));
}

TEST_F(SoapOverload, ForgedDeepAndHugeEnvelopesAreRefusedOneByOne) {
    auto working = federation->partner("hotline-12315");
    auto wild = federation->partner("police-110");
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
