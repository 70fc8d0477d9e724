#include "adapters/kit/decode_fixed_width.h"

#include "tests/unit/adapters/kit/decode_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

DecodeRules fixed() {
    DecodeRules rules;
    rules.format = Format::FixedWidth;
    rules.charset = "GBK";
    rules.table.columns = {{"编号", 0, 4}, {"内容", 4, 6}};
    return rules;
}

Decoded decoded(const DecodeRules& rules, std::string_view message) {
    return decodeBy(makeFixedWidthDecoder, rules, message);
}

TEST(DecodeFixedWidthTest, ColumnsAreCutByBytesOfTheSourcesCharset) {
    const auto out = decoded(fixed(), "0007\xCB\xAE\xB9\xDC  \r\n  12\xCB\xAE  ab\n");
    EXPECT_THAT(
        out.items, ElementsAre("{编号:\"0007\",内容:\"水管\"}", "{编号:\"12\",内容:\"水  ab\"}")
    );
    EXPECT_EQ(out.raw[1].place, "line 2");
}

TEST(DecodeFixedWidthTest, ACharacterCutByItsColumnFailsItsLine) {
    const auto out = decoded(
        fixed(),
        "000\xCB\xAE"
        "abcde\n0001abcdef\n"
    );
    EXPECT_THAT(
        out.items, ElementsAre(std::string("!") + kUndecodable, "{编号:\"0001\",内容:\"abcdef\"}")
    );
    EXPECT_THAT(out.raw[0].failure->public_en, HasSubstr("Byte 3 "));
}

TEST(DecodeFixedWidthTest, AShortLineFailsUnlessTheManifestAllowsIt) {
    DecodeRules rules = fixed();
    EXPECT_THAT(decoded(rules, "0001ab\n").items, ElementsAre(std::string("!") + kUndecodable));
    rules.table.short_rows = true;
    EXPECT_THAT(
        decoded(rules, "0001ab\n01\n").items,
        ElementsAre("{编号:\"0001\",内容:\"ab\"}", "{编号:\"01\",内容:null}")
    );
}

TEST(DecodeFixedWidthTest, RecordsWithoutLineEndsAreCutByLength) {
    DecodeRules rules = fixed();
    rules.table.line_bytes = 10;
    const auto out = decoded(rules, "0001abcdef0002ghijklmn");
    EXPECT_THAT(
        out.items, ElementsAre("{编号:\"0001\",内容:\"abcdef\"}", "{编号:\"0002\",内容:\"ghijkl\"}")
    );
    EXPECT_EQ(out.error, kUndecodable);
    EXPECT_THAT(out.error_text, HasSubstr("torn"));
}

TEST(DecodeFixedWidthTest, EmptyLinesAndLinesBeforeTheFirstAreNoItems) {
    DecodeRules rules = fixed();
    rules.table.first_row = 2;
    EXPECT_EQ(decoded(rules, "0000 title\n\n          \n0001abcdef\n").items.size(), 1u);
}

TEST(DecodeFixedWidthTest, BytesOfALineAreBounded) {
    DecodeRules rules = fixed();
    rules.limits.item_bytes_max = 10;
    EXPECT_THAT(decoded(rules, "0001abcdefg\n").items, ElementsAre(std::string("!") + kTooLarge));
}

TEST(DecodeFixedWidthTest, ColumnsThatCannotBeAreAMistakeOfTheManifest) {
    DecodeRules rules = fixed();
    rules.table.columns.push_back({"编号", 1, 2});
    EXPECT_FALSE(makeFixedWidthDecoder(rules));
    rules.table.columns = {{"a", 8, 4}};
    rules.table.line_bytes = 10;
    EXPECT_FALSE(makeFixedWidthDecoder(rules));
    rules.table.columns = {{"a", static_cast<std::size_t>(-1), 4}};
    EXPECT_FALSE(makeFixedWidthDecoder(rules));
    rules.table.columns = {};
    EXPECT_FALSE(makeFixedWidthDecoder(rules));
}

}  // namespace
}  // namespace yht::kit
