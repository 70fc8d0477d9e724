// kill -9 of gateway and province at random moments while partners post.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cstdlib>

#include "gateway/base/random.h"
#include "tests/scenarios/oracle.h"

namespace yht::scenarios {
namespace {

std::uint64_t setting(const char* name, std::uint64_t fallback) {
    const char* text = std::getenv(name);
    return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

void killAndRestart(Federation& federation, base::Random& random) {
    // A moment between nothing and what a commit, an upload or a restart takes.
    ::poll(nullptr, 0, static_cast<int>(random.below(400)));
    if (random.below(3) == 0) {
        federation.killProvince();
        federation.startProvince();
    } else {
        federation.killGateway();
        federation.startGateway();
    }
}

/// YHT_KILLS raises the number of kills for a long run, YHT_SEED makes another run of it.
void killWhilePartnersPost(Speech speech, std::uint64_t kills) {
    const auto seed = setting("YHT_SEED", 20190418);
    SCOPED_TRACE("YHT_SEED=" + std::to_string(seed));
    base::SeededRandom random(seed);
    Federation federation;
    federation.startProvince();
    federation.startGateway();
    AcknowledgementLog log;
    CarefulPartners partners(federation, log, speech);
    for (std::uint64_t i = 0; i < setting("YHT_KILLS", kills); ++i) killAndRestart(federation, random);
    partners.stop();
    EXPECT_THAT(brokenPromises(federation, log), testing::IsEmpty());
}

TEST(Kill, NothingAcknowledgedIsLostDoubledOrCrossed) { killWhilePartnersPost(Speech::Rest, 8); }

TEST(Kill, NothingAcknowledgedOverSoapIsLostDoubledOrCrossed) { killWhilePartnersPost(Speech::Soap, 5); }

}  // namespace
}  // namespace yht::scenarios
