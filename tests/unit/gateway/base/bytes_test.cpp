#include "gateway/base/bytes.h"

#include <gtest/gtest.h>

namespace yht::base {
namespace {

TEST(Bytes, HexIsLowerCaseAndReadsBothCases) {
    EXPECT_EQ("00ff10", toHex(Bytes("\x00\xff\x10", 3)));
    EXPECT_EQ(Bytes("\xab", 1), fromHex("Ab"));
}

TEST(Bytes, HexOfOddLengthOrOtherCharactersIsRefused) {
    EXPECT_FALSE(fromHex("abc"));
    EXPECT_FALSE(fromHex("0g"));
}

// RFC 4648 section 10.
TEST(Bytes, Base64PublishedVectors) {
    const std::pair<const char*, const char*> vectors[] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, text] : vectors) {
        EXPECT_EQ(text, toBase64(plain));
        EXPECT_EQ(plain, fromBase64(text));
    }
}

TEST(Bytes, Base64HasOneTextPerValue) {
    EXPECT_FALSE(fromBase64("Zh=="));   // left-over bits set
    EXPECT_FALSE(fromBase64("Zm9=="));  // wrong length
    EXPECT_FALSE(fromBase64("Zm9"));    // padding missing
    EXPECT_FALSE(fromBase64("Zm 9v"));  // white space
    EXPECT_FALSE(fromBase64("===="));
}

TEST(Bytes, ReaderFailsForGoodOnceItRanOut) {
    Bytes bytes;
    appendU16(bytes, 0x0102);
    appendU64(bytes, 0xFFFFFFFFFFFFFFFFULL);
    ByteReader reader(bytes);
    EXPECT_EQ(0x0102, reader.u16());
    EXPECT_EQ(0xFFFFFFFFFFFFFFFFULL, reader.u64());
    EXPECT_TRUE(reader.finished());
    EXPECT_EQ(0, reader.u8());
    EXPECT_FALSE(reader.ok());
    EXPECT_FALSE(reader.finished());
}

TEST(Bytes, ConstantTimeComparisonTellsContentAndLength) {
    EXPECT_TRUE(equalConstantTime("abc", "abc"));
    EXPECT_FALSE(equalConstantTime("abc", "abd"));
    EXPECT_FALSE(equalConstantTime("abc", "ab"));
}

}  // namespace
}  // namespace yht::base
