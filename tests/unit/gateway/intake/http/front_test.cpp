// What a front says of its clients, without a front: how often their chains are looked into.
// Fronts that lie, and nginx as one: scenarios, FrontedByNginx.
#include "gateway/intake/http/front.h"

#include <gtest/gtest.h>

#include "tests/support/pki.h"

namespace yht::http {
namespace {

constexpr const char* kFront = "fingerprint of the front";

class FrontGateTest : public testing::Test {
protected:
    static crypto::CertificateChain read(const std::string& file) { return *crypto::certificatesOfPem(test::readFile(file)); }
    /// How many chains have been looked into when it has said that it speaks for that client.
    int looksAfter(FrontGate& gate, const std::string& client) {
        trust::HttpHead head;
        head.set("client-cert", ":" + base::toBase64(read(test::sharedPki().partner(client).certificate).front()) + ":");
        const auto found = gate.clientOf(head, kFront);
        EXPECT_TRUE(found.ok()) << client;
        return looks;
    }

    int looks = 0;
    base::ManualClock clock{base::SystemClock().nowMillis()};
    trust::Held<FrontRules> rules{FrontRules{
        .fronts = {kFront}, .authorities = read(test::sharedPki().rootFile()), .seen = [this](const auto&) { ++looks; }}};
};

TEST_F(FrontGateTest, AClientIsLookedIntoOnceAMinute) {
    FrontGate gate(rules, clock);
    EXPECT_EQ(1, looksAfter(gate, "police"));
    EXPECT_EQ(1, looksAfter(gate, "police"));
    clock.advance(60'000);
    EXPECT_EQ(2, looksAfter(gate, "police"));
}

TEST_F(FrontGateTest, SoManyClientsAreRememberedAndOneMoreBeginsAnew) {
    FrontGate gate(rules, clock, 2);
    EXPECT_EQ(1, looksAfter(gate, "police"));
    EXPECT_EQ(2, looksAfter(gate, "media"));
    EXPECT_EQ(2, looksAfter(gate, "police"));
    EXPECT_EQ(3, looksAfter(gate, "water"));
    EXPECT_EQ(3, looksAfter(gate, "water"));
    EXPECT_EQ(4, looksAfter(gate, "police")) << "it was forgotten";
}

}  // namespace
}  // namespace yht::http
