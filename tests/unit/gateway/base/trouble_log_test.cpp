// How many lines a trouble has, and when.
#include "gateway/base/trouble_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yht::base {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TroubleLogTest : public testing::Test {
protected:
    TroubleLog made(TroubleKind kind) {
        return TroubleLog(kind, clock, [this](const std::string& line) { lines.push_back(line); });
    }
    std::vector<std::string> taken() { return std::exchange(lines, {}); }

    ManualClock clock{1'555'000'000'000};
    std::vector<std::string> lines;
};

TEST_F(TroubleLogTest, TheFirstIsToldAtOnceThenACountAMinuteAndTheEndOnce) {
    auto log = made(TroubleKind::Event);
    for (int i = 0; i < 1000; ++i) log.happened("k", "refused");
    EXPECT_THAT(taken(), ElementsAre("refused"));
    clock.advance(kTroubleLineMillis - 1);
    log.happened("k", "refused");
    EXPECT_THAT(taken(), IsEmpty());
    clock.advance(1);
    log.happened("k", "refused again");
    EXPECT_THAT(taken(), ElementsAre("refused again, 1001 times since the last line 次"));
    clock.advance(kTroubleLineMillis - 1);
    log.endQuiet();
    EXPECT_THAT(taken(), IsEmpty()) << "it may come back within its minute";
    clock.advance(1);
    log.endQuiet();
    log.endQuiet();
    EXPECT_THAT(taken(), ElementsAre("refused again: over 已结束, 次数 count 1002 in 60 s"));
    log.happened("k", "refused");
    EXPECT_THAT(taken(), ElementsAre("refused")) << "what comes after its end is a trouble of its own";
}

TEST_F(TroubleLogTest, ASingleEventHasOneLineAndAStateItsEnd) {
    auto events = made(TroubleKind::Event), states = made(TroubleKind::State);
    events.happened("k", "event");
    states.happened("k", "state");
    EXPECT_THAT(taken(), ElementsAre("event", "state"));
    clock.advance(kTroubleLineMillis);
    events.endQuiet();
    states.endQuiet();
    EXPECT_THAT(taken(), ElementsAre("state: over 已结束, 次数 count 1 in 0 s"));
}

TEST_F(TroubleLogTest, TroublesAreToldApartAndEndByThemselves) {
    auto log = made(TroubleKind::State);
    log.happened("a", "a");
    clock.advance(kTroubleLineMillis / 2);
    log.happened("b", "b");
    EXPECT_THAT(taken(), ElementsAre("a", "b"));
    clock.advance(kTroubleLineMillis / 2);
    log.endQuiet();
    EXPECT_THAT(taken(), ElementsAre("a: over 已结束, 次数 count 1 in 0 s"));
    clock.advance(kTroubleLineMillis / 2);
    log.endQuiet();
    EXPECT_THAT(taken(), ElementsAre("b: over 已结束, 次数 count 1 in 0 s"));
}

TEST_F(TroubleLogTest, WhoeverMakesUpTroublesHasSoManyLinesAMinuteAndNoMore) {
    auto log = made(TroubleKind::Event);
    for (std::size_t i = 0; i < 3 * kTroublesMax; ++i) log.happened(std::to_string(i), "made up");
    EXPECT_EQ(kTroubleLinesPerMinuteMax, taken().size());
    for (int minute = 0; minute < 3; ++minute) {
        clock.advance(kTroubleLineMillis);
        log.endQuiet();
        for (std::size_t i = 0; i < kTroublesMax; ++i) log.happened(std::to_string(i), "made up");
        EXPECT_GE(kTroubleLinesPerMinuteMax, taken().size());
    }
}

TEST_F(TroubleLogTest, WhatWasNotToldInAFullMinuteIsToldAtItsEnd) {
    auto log = made(TroubleKind::Event);
    for (std::uint32_t i = 0; i < kTroubleLinesPerMinuteMax; ++i) log.happened(std::to_string(i), "noise");
    log.happened("late", "late");
    taken();
    clock.advance(kTroubleLineMillis);
    log.endQuiet();
    EXPECT_THAT(taken(), ElementsAre("late: over 已结束, 次数 count 1 in 0 s"));
}

}  // namespace
}  // namespace yht::base
