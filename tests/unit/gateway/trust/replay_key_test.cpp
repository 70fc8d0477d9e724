#include "gateway/trust/replay_key.h"

#include <gtest/gtest.h>

#include "gateway/crypto/digest.h"

namespace yht::trust {
namespace {

const std::string kBase = "\"@method\": POST\n\"content-digest\": sha-256=:x=:\n\"@signature-params\": (\"@method\" \"content-digest\")";

TEST(ReplayKey, BeginsWithTheTimeThatWasSigned) {
    const auto base = kBase + ";created=1555555555;keyid=\"k\";tag=\"yht\"";
    EXPECT_EQ(base::Bytes("\0\0\0\0\x5c\xb7\xe4\xe3", 8) + crypto::sha256(base + "signature"), replayKey(base, "signature"));
}

TEST(ReplayKey, IsTheDigestAloneWhereNoTimeIsSaid) {
    for (const std::string& base : {kBase + ";keyid=\"k\"", std::string("<SignedInfo/>"), std::string(),
                                    "\"x\": ;created=1555555555\n" + kBase, kBase + ";created=soon",
                                    kBase + ";created=99999999999999999999"}) {
        EXPECT_EQ(crypto::sha256(base + "signature"), replayKey(base, "signature")) << base;
    }
}

TEST(ReplayKey, IsAnotherForAnotherBaseOrSignature) {
    const auto base = kBase + ";created=1555555555";
    EXPECT_NE(replayKey(base, "signature"), replayKey(base, "signaturf"));
    EXPECT_NE(replayKey(base, "signature"), replayKey(base + ";nonce=\"1\"", "signature"));
}

}  // namespace
}  // namespace yht::trust
