// Wrong proofs slow down who shows them, at the endpoint where they are shown, and turn nobody else away.
#include "gateway/intake/channels/channel_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yht::channels {
namespace {

using testing::Optional;

class ChannelGuardTest : public ::testing::Test {
protected:
    void wrong(const std::string& address, const std::string& endpoint, std::size_t times = kWrongPerMinuteMax) {
        for (std::size_t i = 0; i < times; ++i) guard.countWrong(address, endpoint);
    }
    base::ManualClock clock{1'555'551'000'000};
    ChannelGuard guard{clock, 2};
};

TEST_F(ChannelGuardTest, WrongProofsSlowTheirEndpointFromTheirAddressAndNoOther) {
    wrong("10.0.0.1", "a/push", kWrongPerMinuteMax - 1);
    EXPECT_THAT(guard.turnMs("10.0.0.1", "a/push"), Optional(0));
    EXPECT_TRUE(guard.countWrong("10.0.0.1", "a/push").slows);
    EXPECT_THAT(guard.turnMs("10.0.0.1", "a/push"), Optional(0));  // its turn is now
    EXPECT_THAT(guard.turnMs("10.0.0.1", "a/push"), Optional(kTurnMs));
    EXPECT_THAT(guard.turnMs("10.0.0.1", "a/push"), Optional(2 * kTurnMs));
    wrong("10.0.0.1", "a/push", 10'000);
    for (int i = 0; i < 3; ++i) {
        EXPECT_THAT(guard.turnMs("10.0.0.1", "b/push"), Optional(0));
        EXPECT_THAT(guard.turnMs("10.0.0.2", "a/push"), Optional(0));
    }
}

TEST_F(ChannelGuardTest, TurnsComeAtOneRateHoweverManyEndpointsAreGuessedAt) {
    for (const char* endpoint : {"a/push", "b/push"}) wrong("10.0.0.1", endpoint);
    guard.turnMs("10.0.0.1", "a/push");
    EXPECT_THAT(guard.turnMs("10.0.0.1", "b/push"), Optional(kTurnMs));
    EXPECT_THAT(guard.turnMs("10.0.0.1", "c/push"), Optional(0));
    wrong("10.0.0.1", "c/push");
    wrong("10.0.0.1", "d/push", kWrongPerMinuteMax - 1);
    EXPECT_TRUE(guard.countWrong("10.0.0.1", "d/push").slows);
    EXPECT_THAT(guard.turnMs("10.0.0.1", "never-guessed/push"), Optional(2 * kTurnMs));
}

TEST_F(ChannelGuardTest, NobodyWaitsForEverAndAMinuteEnds) {
    wrong("10.0.0.1", "a/push");
    std::int64_t longest_ms = 0;
    std::size_t waiting = 0;
    while (const auto turn_ms = guard.turnMs("10.0.0.1", "a/push")) {
        longest_ms = *turn_ms;
        ASSERT_LT(++waiting, 1000u);
    }
    EXPECT_EQ(kTurnWaitMsMax, longest_ms);
    clock.advance(kTurnMs);
    EXPECT_THAT(guard.turnMs("10.0.0.1", "a/push"), Optional(kTurnWaitMsMax));
    clock.advance(base::kCountedMinuteMs);
    EXPECT_THAT(guard.turnMs("10.0.0.1", "a/push"), Optional(0));
    EXPECT_THAT(guard.turnMs("10.0.0.1", "a/push"), Optional(0));
    EXPECT_EQ(1u, guard.countWrong("10.0.0.1", "a/push").count);
}

TEST_F(ChannelGuardTest, ItRemembersSoManyAndForgetsTheOlder) {
    wrong("10.0.0.1", "a/push");
    for (std::size_t i = 0; i < kWrongRememberedMax; ++i) {
        clock.advance(1);
        guard.countWrong("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250), "a/push");
        ASSERT_LE(guard.wrongRemembered(), kWrongRememberedMax);
    }
    EXPECT_EQ(1u, guard.countWrong("10.0.0.1", "a/push").count);
    // Not all at once: who came last is still known.
    EXPECT_EQ(2u, guard.countWrong("10.1.39.249", "a/push").count);
}

TEST_F(ChannelGuardTest, SeatsAndRatesAreOfASourceAndAnEndpoint) {
    EXPECT_TRUE(guard.enter("a") && guard.enter("a"));
    EXPECT_FALSE(guard.enter("a"));
    EXPECT_TRUE(guard.enter("b"));
    guard.leave("a");
    EXPECT_TRUE(guard.enter("a"));
    EXPECT_TRUE(guard.mayCall("a/push", 1));
    EXPECT_FALSE(guard.mayCall("a/push", 1));
    EXPECT_TRUE(guard.mayCall("b/push", 1));
    clock.advance(base::kCountedMinuteMs);
    EXPECT_TRUE(guard.mayCall("a/push", 1));
}

}  // namespace
}  // namespace yht::channels
