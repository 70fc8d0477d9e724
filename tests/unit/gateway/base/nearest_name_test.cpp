#include "gateway/base/nearest_name.h"

#include <gtest/gtest.h>

namespace yht::base {
namespace {

const std::vector<std::string> kNames = {"party", "mask_secret", "late_after_s", "lanes"};

TEST(NearestName, TheFewestEditsWin) {
    EXPECT_EQ("lanes", nearestName("lane_", kNames).name);
    EXPECT_TRUE(nearestName("lane_", kNames).is_near);
}

TEST(NearestName, ABeginningIsNearerThanFewEdits) {
    // "party" is four edits away, "mask_secret" seven.
    EXPECT_EQ("mask_secret", nearestName("mask", kNames).name);
    EXPECT_EQ("late_after_s", nearestName("late_after_s_max", kNames).name);
}

TEST(NearestName, TwoBytesAreNoBeginning) {
    const std::vector<std::string> names = {"party", "late_after_s"};
    EXPECT_EQ("party", nearestName("la", names).name);
}

TEST(NearestName, WhatIsFarIsNamedButNotNear) {
    EXPECT_FALSE(nearestName("endpoint_url", kNames).name.empty());
    EXPECT_FALSE(nearestName("endpoint_url", kNames).is_near);
}

TEST(NearestName, AmongNoneThereIsNone) {
    EXPECT_EQ("", nearestName("lanes", {}).name);
    EXPECT_FALSE(nearestName("lanes", {}).is_near);
}

}  // namespace
}  // namespace yht::base
