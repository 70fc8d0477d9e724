#include "adapters/kit/charset_decode.h"

#include <gmock/gmock.h>

#include <random>

namespace yht::kit {
namespace {

using base::ErrorCode;

CharsetDecoder decoder(std::string_view name) {
    auto opened = CharsetDecoder::open(name);
    EXPECT_TRUE(opened) << name;
    return std::move(*opened);
}

/// The text, or "!17" for an undecodable byte at 17.
std::string decoded(std::string_view charset, std::string_view bytes) {
    std::string out;
    const auto bad = decoder(charset).appendWhole(bytes, out);
    return bad ? "!" + std::to_string(*bad) : out;
}

TEST(CharsetDecodeTest, GbkBecomesUtf8) {
    EXPECT_EQ(decoded("GBK", "\xCB\xAE\xB9\xDC 5\xBA\xC5"), "水管 5号");
}

TEST(CharsetDecodeTest, AnUndecodableByteIsToldByItsOffset) {
    EXPECT_EQ(
        decoded(
            "GBK",
            "\xCB\xAE"
            "ab\xFF"
            "c"
        ),
        "!4"
    );
    EXPECT_EQ(decoded("GB18030", "abcdefghijk\xCB\xAE\x81\x20"), "!13");
    EXPECT_EQ(decoded("UTF-8", "水\xC0\x80"), "!3");
    EXPECT_EQ(
        decoded(
            "UTF-16LE", std::string_view(
                            "A\0\0\xDC"
                            "B\0",
                            6
                        )
        ),
        "!2"
    );
}

TEST(CharsetDecodeTest, Utf8IsNotReadAsChineseOfAnotherCharset) {
    // 占道经营 in UTF-8 is 鍗犻亾缁忚惀 in GBK and GB 18030: every byte is right.
    for (const char* charset : {"GBK", "GB18030"}) EXPECT_EQ(decoded(charset, "a:占道经营"), "!2") << charset;
    // Too few to tell; and text that is Chinese though some of it could be UTF-8: 联通, and 联通 beside others.
    EXPECT_EQ(decoded("GBK", "\xC1\xAA\xCD\xA8"), "联通");
    EXPECT_EQ(decoded("GBK", "\xC1\xAA\xCD\xA8\xB9\xAB\xCB\xBE"), "联通公司");
    EXPECT_EQ(decoded("UTF-8", "占道经营"), "占道经营");
}

TEST(CharsetDecodeTest, ACharacterCutInHalfIsUndecodableWhereItBegins) {
    EXPECT_EQ(decoded("GBK", "\xCB\xAE\xB9"), "!2");
    EXPECT_EQ(decoded("UTF-8", "ab\xE6\xB0"), "!2");
    EXPECT_EQ(decoded("GB18030", "a\x81\x30\x81"), "!1");
}

TEST(CharsetDecodeTest, ACutCharacterIsIncompleteWhereMoreMayCome) {
    std::string out;
    const auto progress = decoder("GBK").append("\xCB\xAE\xB9", out);
    EXPECT_EQ(progress.outcome, CharsetDecoder::Outcome::Incomplete);
    EXPECT_EQ(progress.consumed, 2u);
    EXPECT_EQ(out, "水");
}

TEST(CharsetDecodeTest, Gb2312IsReadAsGbk) {
    EXPECT_EQ(decoded("GB2312", "\xE9\x46"), "镕");
    EXPECT_EQ(decoded("GB2312", "\xC2\xF2\xA1\xA4\xCC\xE1"), "买·提");
    EXPECT_EQ(decoded("gbk", "\xA1\xA4"), "·");
    EXPECT_EQ(decoded("GB18030", "\xA1\xA4"), "·");
}

TEST(CharsetDecodeTest, Byte80IsTheEuroSignInGbkAndNothingElsewhere) {
    EXPECT_EQ(decoded("GBK", "\x80"), "€");
    EXPECT_EQ(decoded("GB18030", "\x80"), "!0");
    EXPECT_EQ(decoded("GB18030", "\xA2\xE3"), "€");
    EXPECT_EQ(decoded("BIG5", "\x80"), "!0");
}

TEST(CharsetDecodeTest, BackslashAndTildeStayWhatTheyAre) {
    for (const char* charset : {"GBK", "GB18030", "BIG5", "UTF-8"}) {
        EXPECT_EQ(decoded(charset, "\\~"), "\\~") << charset;
    }
    EXPECT_EQ(decoded("GBK", "\xA3\xA4"), "￥");  // full width: a character of its own
}

TEST(CharsetDecodeTest, CharactersOfOnesOwnAreKeptInGb18030AndRefusedInGbk) {
    EXPECT_EQ(decoded("GB18030", "\xAA\xA1"), "\xEE\x80\x80");
    EXPECT_EQ(decoded("GBK", "\xAA\xA1"), "!0");
}

TEST(CharsetDecodeTest, Gb18030HasFourByteCharacters) {
    EXPECT_EQ(decoded("GB18030", "\x95\x32\x82\x36"), "𠀀");
    EXPECT_EQ(decoded("GB18030", "\x82\x35\x8F\x33"), "龦");
}

TEST(CharsetDecodeTest, Big5PrivateUseIsRefused) {
    EXPECT_EQ(decoded("BIG5", "\xA4\xF4\xBA\xDE"), "水管");
    EXPECT_EQ(decoded("BIG5", "\xA4\xF4\xC7\xF2"), "!2");
}

TEST(CharsetDecodeTest, NulAndNoncharactersAreData) {
    EXPECT_EQ(decoded("GBK", std::string_view("a\0b", 3)), std::string("a\0b", 3));
    EXPECT_EQ(decoded("UTF-8", "\xEF\xBF\xBF"), "\xEF\xBF\xBF");
    EXPECT_EQ(decoded("UTF-8", "\xEF\xBF\xBD"), "\xEF\xBF\xBD");
}

TEST(CharsetDecodeTest, NoInputBecomesMoreThanThreeBytesAByteOrFffd) {
    std::mt19937 random(20190418);
    for (const char* charset :
         {"GBK", "GB18030", "BIG5", "BIG5-HKSCS", "UTF-16LE", "UTF-16BE", "WINDOWS-1252"}) {
        for (int round = 0; round < 400; ++round) {
            std::string bytes(1 + random() % 64, '\0');
            for (char& c : bytes) c = static_cast<char>(random());
            std::string out;
            const auto progress = decoder(charset).append(bytes, out);
            EXPECT_LE(progress.consumed, bytes.size());
            EXPECT_LE(out.size(), bytes.size() * CharsetDecoder::kUtf8BytesPerByteMax);
            std::string again;
            EXPECT_FALSE(decoder("UTF-8").appendWhole(out, again)) << charset;
            if (std::string_view(charset).substr(0, 3) != "UTF") {
                EXPECT_EQ(out.find("\xEF\xBF\xBD"), std::string::npos) << charset;
            }
        }
    }
}

TEST(CharsetDecodeTest, APipeInsideACharacterIsNoDelimiter) {
    const std::string_view bytes = "\x8E\x7C|";
    const auto gbk = decoder("GBK");
    EXPECT_EQ(gbk.characterBytes(bytes, 0), 2u);
    EXPECT_EQ(gbk.characterBytes(bytes, 2), 1u);
    EXPECT_EQ(gbk.characterBytes("\x8E\n", 0), 1u);
}

TEST(CharsetDecodeTest, AByteOrderMarkWinsOverTheDeclaredCharset) {
    const auto text = openMessageText("\xEF\xBB\xBF水", "GBK");
    ASSERT_TRUE(text);
    EXPECT_EQ(text->charset.name(), "UTF-8");
    EXPECT_EQ(text->begin, 3u);
    const auto wide = openMessageText(std::string_view("\xFF\xFE\x34\x6C", 4), "UTF-16");
    ASSERT_TRUE(wide);
    EXPECT_EQ(wide->charset.name(), "UTF-16LE");
}

TEST(CharsetDecodeTest, Utf16WithoutAMarkIsRefused) {
    EXPECT_EQ(openMessageText("ab", "utf-16").error().code, ErrorCode::ItemUndecodable);
}

TEST(CharsetDecodeTest, AnUnknownCharsetIsAMistakeOfTheManifest) {
    EXPECT_EQ(CharsetDecoder::open("GBX").error().code, ErrorCode::ManifestInvalid);
}

}  // namespace
}  // namespace yht::kit
