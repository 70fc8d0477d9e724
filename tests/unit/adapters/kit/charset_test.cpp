#include "adapters/kit/charset.h"

#include <gtest/gtest.h>

namespace yht::kit {
namespace {

using base::ErrorCode;

class CharsetTest : public ::testing::Test {
protected:
    static std::shared_ptr<const Charset> load(const std::string& name) {
        return *Charset::load(name);
    }
    std::shared_ptr<const Charset> gbk = load("GBK");
    std::string owned;

    FittedText fit(std::string_view text, std::size_t bytes_max) {
        return fitText(text, {gbk.get(), bytes_max, "〓"}, owned);
    }
};

TEST_F(CharsetTest, GbkTakesTwoBytesForHanAndOneForAscii) {
    EXPECT_EQ(gbk->bytesOfText("A中文b"), 6U);
}

TEST_F(CharsetTest, GbkHasNoCharactersBeyondTheBmp) {
    EXPECT_EQ(gbk->bytesOf(U'𠮷'), 0);
}

TEST_F(CharsetTest, Gb18030HasThemAtFourBytes) {
    EXPECT_EQ(load("GB18030")->bytesOf(U'𠮷'), 4);
}

TEST_F(CharsetTest, AnUnknownCharsetIsRefused) {
    EXPECT_EQ(Charset::load("KLINGON").error().code, ErrorCode::ProfileInvalid);
}

TEST_F(CharsetTest, CharsetsWithShiftStatesAreRefused) {
    EXPECT_EQ(Charset::load("ISO-2022-CN").error().code, ErrorCode::ProfileInvalid);
    EXPECT_EQ(Charset::load("UTF-16LE").error().code, ErrorCode::ProfileInvalid);
}

TEST_F(CharsetTest, TextThatFitsIsNotCopied) {
    const std::string text = "株洲";
    EXPECT_EQ(fit(text, 4).text.data(), text.data());
}

TEST_F(CharsetTest, TextIsCutAtACharacterBorder) {
    EXPECT_EQ(fit("株洲市", 5).text, "株洲");
    EXPECT_EQ(fit("株洲市", 5).rest, "市");
}

TEST_F(CharsetTest, ACharacterOutsideTheCharsetIsSubstitutedAndCounted) {
    const auto fitted = fit("𠮷先生😀", 0);
    EXPECT_EQ(fitted.text, "〓先生〓");
    EXPECT_EQ(fitted.substituted, 2U);
}

TEST_F(CharsetTest, ASubstituteThatDoesNotFitIsLeftForTheRest) {
    const auto fitted = fit("A𠮷", 2);
    EXPECT_EQ(fitted.text, "A");
    EXPECT_EQ(fitted.rest, "𠮷");
    EXPECT_EQ(fitted.substituted, 0U);
}

TEST_F(CharsetTest, LineEndsBecomeLineFeeds) {
    EXPECT_EQ(fit("a\r\nb\rc\n", 0).text, "a\nb\nc\n");
}

}  // namespace
}  // namespace yht::kit
