// What a channel's verifier remembers of signatures that it has taken: bounded, and never the last word.
#include "gateway/trust/channel_verifier.h"

#include <gtest/gtest.h>

namespace yht::trust {
namespace {

constexpr std::int64_t kWindowMs = 300'000;
const std::string kSecret = "a secret that both sides have";

class ChannelVerifierTest : public ::testing::Test {
protected:
    ChannelVerifierTest() {
        rules_.source = "zz-110";
        rules_.endpoint = "zz-110/push";
        rules_.partner = "police";
        rules_.secrets = {{"shared", kSecret}};
        SignatureRule rule;
        rule.hmac = true;
        rule.secrets = {"shared"};
        rule.parts = {*parseSignedPieces("{header t}\n{header nonce}\n{body}")};
        rule.place = *parsePlace("header signature");
        rule.time = SignedTime{*parsePlace("header t"), "epoch_ms", 0, kWindowMs};
        rule.nonce = parsePlace("header nonce");
        rules_.caller.signature = std::move(rule);
    }
    static std::shared_ptr<const TrustSnapshot> police() {
        Partner partner;
        partner.id = "police";
        partner.stage = Stage::Live;
        partner.sources = {"zz-110"};
        return std::make_shared<TrustSnapshot>(std::vector<Partner>{partner}, std::vector<Source>{});
    }

    /// A genuine call.
    base::Result<VerifiedMessage> call(const std::string& nonce, const std::string& body) {
        const std::string time = std::to_string(clock_.nowMillis());
        HttpHead head;
        head.fields = {{"t", time}, {"nonce", nonce},
                       {"signature", base::toHex(crypto::vendorHmac(crypto::VendorDigest::Sha256, kSecret, time + "\n" + nonce + "\n" + body))}};
        const ChannelCall as_it_came{.head = head, .path = "/push", .body = body, .address = "10.0.0.1", .certificate = "", .query = {},
                                     .members = {}, .member = {}};
        return verifier_.verify(rules_, as_it_came, body);
    }
    /// "ok" or the wire code.
    std::string outcome(const std::string& nonce, const std::string& body) {
        const auto verified = call(nonce, body);
        return verified ? "ok" : verified.error().row().wire;
    }
    void callMany(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ("ok", outcome("many-" + std::to_string(i), "x"));
    }

    base::ManualClock clock_{1'600'000'000'000};
    TrustHolder trust_{police()};
    const RequestVerifier requests_{trust_, clock_, {.public_base_urls = {"https://gateway.example"}}};
    ChannelVerifier verifier_{trust_, requests_, clock_};
    ChannelRules rules_;
};

TEST_F(ChannelVerifierTest, ANonceIsOneMessagesAloneHoweverOftenThatComes) {
    EXPECT_EQ("ok", outcome("n", "first"));
    EXPECT_EQ("ok", outcome("n", "first"));
    EXPECT_EQ("signature.replay_refused", outcome("n", "another"));
}

TEST_F(ChannelVerifierTest, BeyondSoManyInTimeItBeginsAnewAndTheLedgersMemoryStandsBehindIt) {
    const auto first = call("n", "first");
    ASSERT_TRUE(first.ok());
    callMany(kReplayKeysMax - 1);
    EXPECT_EQ("signature.replay_refused", outcome("n", "another"));
    EXPECT_EQ("ok", outcome("one more", "x"));
    const auto later = call("n", "another");
    ASSERT_TRUE(later.ok());
    EXPECT_EQ(first->proof().replay_key, later->proof().replay_key);
}

TEST_F(ChannelVerifierTest, WhatIsOutOfTimeMakesRoomBeforeAnythingElseIsForgotten) {
    callMany(kReplayKeysMax - 1);
    clock_.advance(2 * kWindowMs + 1);
    EXPECT_EQ("ok", outcome("n", "first"));
    EXPECT_EQ("ok", outcome("one more", "x"));
    EXPECT_EQ("signature.replay_refused", outcome("n", "another"));
}

}  // namespace
}  // namespace yht::trust
