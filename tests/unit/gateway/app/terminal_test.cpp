#include "gateway/app/terminal.h"

#include <gtest/gtest.h>

#include <sstream>

namespace yht::app {
namespace {

TEST(Terminal, ChineseCharactersAreTwoCells) {
    EXPECT_EQ(4u, displayWidth("株洲"));
    EXPECT_EQ(3u, displayWidth("a株"));
    EXPECT_EQ(2u, displayWidth("𠮷"));
    EXPECT_EQ(1u, displayWidth("e\u0301"));
}

TEST(Terminal, ColumnsLineUpWhateverTheScript) {
    std::ostringstream out;
    print(out, {{"name", "n"}, {{"株洲", "1"}, {"ab", "2"}}});
    EXPECT_EQ("name  n\n株洲  1\nab    2\n", out.str());
}

TEST(Terminal, ClippingNeverExceedsItsCells) {
    EXPECT_EQ("株洲市", clipped("株洲市", 6));
    EXPECT_EQ("株洲…", clipped("株洲市民", 6));
    EXPECT_EQ("株…", clipped("株洲市民", 4));
}

TEST(Terminal, NoTextMovesIt) {
    EXPECT_EQ("a?[31m?b?", printable("a\x1b[31m\nb\u202e"));
    EXPECT_EQ("株洲?", printable("株洲\u009b"));
    std::ostringstream out;
    print(out, {{"n"}, {{"x\x1b[2J"}}});
    EXPECT_EQ("n\nx?[2J\n", out.str());
}

TEST(Terminal, DurationsAreReadable) {
    EXPECT_EQ("999 ms", humanDuration(999));
    EXPECT_EQ("59 s", humanDuration(59'999));
    EXPECT_EQ("2 h 10 min", humanDuration(7'800'000));
    EXPECT_EQ("3 d 1 h", humanDuration(3 * 86'400'000LL + 3'600'000));
}

}  // namespace
}  // namespace yht::app
