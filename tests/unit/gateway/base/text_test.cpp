#include "gateway/base/text.h"

#include <gtest/gtest.h>

namespace yht::base {
namespace {

TEST(Text, CountsCodePointsNotBytes) {
    EXPECT_EQ(0u, countCodePoints(""));
    EXPECT_EQ(3u, countCodePoints("株洲a"));
    EXPECT_EQ(2u, countCodePoints("𠮷𰻝"));  // U+20BB7 and U+30EDD, in GB 18030-2022 outside the BMP
}

TEST(Text, RefusesWhatIsNotWellFormed) {
    for (const char* bad : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE6\xA0", "\x80", "\xF8\x88\x80\x80\x80", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF"}) {
        EXPECT_FALSE(countCodePoints(bad)) << static_cast<int>(static_cast<unsigned char>(bad[0]));
    }
}

TEST(Text, PrefixNeverCutsACharacter) {
    EXPECT_EQ("株", prefixByCodePoints("株洲", 1));
    EXPECT_EQ("株洲", prefixByCodePoints("株洲", 9));
    EXPECT_EQ("", prefixByCodePoints("株洲", 0));
}

TEST(Text, FindsControlCharactersOfBothSets) {
    EXPECT_FALSE(hasControlCharacters("一行\n二行\t\r"));
    EXPECT_TRUE(hasControlCharacters(std::string_view("a\0b", 3)));
    EXPECT_TRUE(hasControlCharacters("\x7F"));
    EXPECT_TRUE(hasControlCharacters("\xC2\x85"));
    EXPECT_FALSE(hasControlCharacters("\xC2\xA0"));
    // Wherever it stands: eight bytes are looked at at once.
    for (std::size_t at = 0; at < 40; ++at) {
        std::string text = "abcdefghijklmnopqrstuvwxyz 0123456789 ~\n供热";
        EXPECT_FALSE(hasControlCharacters(text));
        for (const char* control : {"\x01", "\x1F", "\x7F", "\xC2\x9F"}) EXPECT_TRUE(hasControlCharacters(std::string(text).insert(at, control))) << at;
        EXPECT_FALSE(hasControlCharacters(std::string(text).insert(at, "\xC2\xA0\t\x80"))) << at;
    }
}

TEST(Text, EditDistanceFindsTheNearestName) {
    EXPECT_EQ(0u, editDistance("title", "title"));
    EXPECT_EQ(1u, editDistance("titel_", "titel"));
    EXPECT_EQ(2u, editDistance("titel", "title"));
    EXPECT_EQ(5u, editDistance("", "title"));
}

}  // namespace
}  // namespace yht::base
