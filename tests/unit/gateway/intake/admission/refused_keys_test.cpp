#include "gateway/intake/admission/refused_keys.h"

#include <gtest/gtest.h>

#include <string>

namespace yht::intake {
namespace {

TEST(RefusedKeys, AKeyIsKnownForAsLongAsItsSignatureMayBeFresh) {
    RefusedKeys keys;
    keys.add("a", 1000);
    EXPECT_TRUE(keys.contains("a", 1000 + kRefusedKeyAgeMillisMax));
    EXPECT_FALSE(keys.contains("a", 1001 + kRefusedKeyAgeMillisMax));
    EXPECT_FALSE(keys.contains("b", 1000));
}

TEST(RefusedKeys, MemoryIsBoundedAndTheOldestGoFirst) {
    RefusedKeys keys;
    for (std::size_t i = 0; i <= kRefusedKeysMax; ++i) keys.add(std::to_string(i), 0);
    EXPECT_FALSE(keys.contains("0", 0));
    EXPECT_TRUE(keys.contains("1", 0));
    EXPECT_TRUE(keys.contains(std::to_string(kRefusedKeysMax), 0));
}

TEST(RefusedKeys, AKeyAddedTwiceCountsOnce) {
    RefusedKeys keys;
    keys.add("a", 0);
    keys.add("a", 5);
    EXPECT_FALSE(keys.contains("a", kRefusedKeyAgeMillisMax + 1));
}

}  // namespace
}  // namespace yht::intake
