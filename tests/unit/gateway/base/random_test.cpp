#include "gateway/base/random.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace yht::base {
namespace {

TEST(Random, SystemBytesDoNotRepeat) {
    SystemRandom random;
    std::set<Bytes> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(random.bytes(16));
    EXPECT_EQ(1000u, seen.size());
}

TEST(Random, SystemBytesOfAnySizeDoNotRepeat) {
    // Every eight bytes of what was given, across the thread's stock and past it, and of two threads.
    const auto take = [](std::set<Bytes>& seen) {
        SystemRandom random;
        std::size_t given = 0;
        for (const std::size_t count : {1, 12, 32, 255, 256, 257, 1023, 1024, 4096}) {
            const Bytes bytes = random.bytes(count);
            ASSERT_EQ(bytes.size(), count);
            for (std::size_t i = 0; i + 8 <= count; i += 8, ++given) seen.insert(bytes.substr(i, 8));
        }
        ASSERT_EQ(seen.size(), given);
    };
    std::set<Bytes> here, there;
    take(here);
    std::thread([&] { take(there); }).join();
    const std::size_t each = here.size();
    here.merge(there);
    EXPECT_EQ(here.size(), 2 * each);
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
