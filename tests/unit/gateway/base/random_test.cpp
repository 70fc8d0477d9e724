#include "gateway/base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace yht::base {
namespace {

TEST(Random, SystemBytesDoNotRepeat) {
    SystemRandom random;
    std::set<Bytes> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(random.bytes(16));
    EXPECT_EQ(1000u, seen.size());
}

TEST(Random, OneSeedGivesOneSequence) {
    SeededRandom a(7), b(7), c(8);
    const auto first = a.bytes(33);
    EXPECT_EQ(33u, first.size());
    EXPECT_EQ(first, b.bytes(33));
    EXPECT_NE(first, c.bytes(33));
}

TEST(Random, BelowStaysBelowAndReachesEveryValue) {
    SeededRandom random(1);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto value = random.below(7);
        ASSERT_LT(value, 7u);
        seen.insert(value);
    }
    EXPECT_EQ(7u, seen.size());
}

}  // namespace
}  // namespace yht::base
