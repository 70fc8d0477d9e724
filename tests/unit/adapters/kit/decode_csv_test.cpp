#include "adapters/kit/decode_csv.h"

#include "tests/unit/adapters/kit/decode_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

DecodeRules csv() {
    DecodeRules rules;
    rules.format = Format::Csv;
    return rules;
}

Decoded decoded(const DecodeRules& rules, std::string_view message) {
    return decodeBy(makeCsvDecoder, rules, message);
}

TEST(DecodeCsvTest, RowsBecomeItemsNamedByTheHeader) {
    const auto out = decoded(csv(), "编号,内容\r\n007,水管\r\n430200201904180001,\r\n");
    EXPECT_THAT(
        out.items,
        ElementsAre("{编号:\"007\",内容:\"水管\"}", "{编号:\"430200201904180001\",内容:null}")
    );
    EXPECT_EQ(out.raw[1].place, "line 3");
    EXPECT_EQ(out.error, "");
}

TEST(DecodeCsvTest, ARowsSliceIsItsOwnBytes) {
    const std::string message = "a,b\n1,2\n3,4";
    const auto out = decoded(csv(), message);
    EXPECT_EQ(message.substr(out.raw[0].raw_offset, out.raw[0].raw_bytes), "1,2");
    EXPECT_EQ(message.substr(out.raw[1].raw_offset, out.raw[1].raw_bytes), "3,4");
}

TEST(DecodeCsvTest, QuotesHoldDelimitersLineEndsAndQuotes) {
    const auto out = decoded(csv(), "a,b\n\"x,\"\"y\"\"\nz\",2\n3,4\n");
    EXPECT_THAT(out.items, ElementsAre("{a:\"x,\"y\"\nz\",b:\"2\"}", "{a:\"3\",b:\"4\"}"));
    EXPECT_EQ(out.raw[1].place, "line 4");
}

TEST(DecodeCsvTest, AQuoteInsideACellIsAPlainCharacter) {
    EXPECT_THAT(decoded(csv(), "a\n5\"水管\n").items, ElementsAre("{a:\"5\"水管\"}"));
}

TEST(DecodeCsvTest, TextBehindAClosingQuoteFailsItsRowAlone) {
    const auto out = decoded(csv(), "a,b\n\"x\"y,2\n3,4\n");
    EXPECT_THAT(out.items, ElementsAre(std::string("!") + kUndecodable, "{a:\"3\",b:\"4\"}"));
}

TEST(DecodeCsvTest, AQuoteThatIsNeverClosedEndsTheMessageAfterTheRowsBeforeIt) {
    const auto out = decoded(csv(), "a,b\n1,2\n\"3,4\n5,6\n");
    EXPECT_THAT(out.items, ElementsAre("{a:\"1\",b:\"2\"}"));
    EXPECT_EQ(out.error, kUndecodable);
    EXPECT_THAT(out.error_text, HasSubstr("line 3"));
}

TEST(DecodeCsvTest, RaggedRowsFailAlone) {
    const auto out = decoded(csv(), "a,b\n1\n1,2,3\n1,2,,\n3,4\n");
    EXPECT_THAT(
        out.items, ElementsAre(
                       std::string("!") + kUndecodable, std::string("!") + kUndecodable,
                       "{a:\"1\",b:\"2\"}", "{a:\"3\",b:\"4\"}"
                   )
    );
}

TEST(DecodeCsvTest, ShortRowsAreAllowedWhereTheManifestSaysSo) {
    DecodeRules rules = csv();
    rules.table.short_rows = true;
    EXPECT_THAT(decoded(rules, "a,b\n1\n").items, ElementsAre("{a:\"1\",b:null}"));
}

TEST(DecodeCsvTest, AnUndecodableByteFailsItsRowWithTheOffset) {
    DecodeRules rules = csv();
    rules.charset = "GBK";
    const auto out = decoded(rules, "a,b\n1,\xCB\xAE\n2,\xFF\n3,\xB9\xDC\n4,\x81\n5,6\n");
    EXPECT_THAT(
        out.items, ElementsAre(
                       "{a:\"1\",b:\"水\"}", std::string("!") + kUndecodable, "{a:\"3\",b:\"管\"}",
                       std::string("!") + kUndecodable, "{a:\"5\",b:\"6\"}"
                   )
    );
    EXPECT_THAT(out.raw[1].failure->public_en, HasSubstr("Byte 11 "));
}

TEST(DecodeCsvTest, ACharacterWhoseSecondByteIsTheDelimiterIsNotCut) {
    DecodeRules rules = csv();
    rules.charset = "GBK";
    rules.table.delimiter = '|';
    EXPECT_THAT(decoded(rules, "a|b\n\x8E\x7C|2\n").items, ElementsAre("{a:\"巪\",b:\"2\"}"));
}

TEST(DecodeCsvTest, TsvHasTabsAndMayHaveNoQuotes) {
    DecodeRules rules = csv();
    rules.format = Format::Tsv;
    rules.table.quote = '\0';
    EXPECT_THAT(decoded(rules, "a\tb\n\"1\t2,3\n").items, ElementsAre("{a:\"\"1\",b:\"2,3\"}"));
}

TEST(DecodeCsvTest, AliasesNameRenamedColumns) {
    DecodeRules rules = csv();
    rules.table.aliases = {{"工单编号", {"12345工单编号", "编号"}}};
    rules.table.required = {"工单编号"};
    EXPECT_THAT(
        decoded(rules, "\xEF\xBB\xBF 12345工单编号 ,b\n1,2\n").items,
        ElementsAre("{工单编号:\"1\",b:\"2\"}")
    );
}

TEST(DecodeCsvTest, AMissingRequiredColumnIsNamed) {
    DecodeRules rules = csv();
    rules.table.required = {"工单编号", "b"};
    const auto out = decoded(rules, "a,b\n1,2\n");
    EXPECT_TRUE(out.items.empty());
    EXPECT_EQ(out.error, kUndecodable);
    EXPECT_THAT(out.error_text, HasSubstr("工单编号"));
}

TEST(DecodeCsvTest, WithoutHeaderTheManifestNamesTheColumns) {
    DecodeRules rules = csv();
    rules.table.header_row = 0;
    rules.table.names = {"a", "b"};
    EXPECT_THAT(decoded(rules, "1,2\n").items, ElementsAre("{a:\"1\",b:\"2\"}"));
    rules.table.names = {};
    EXPECT_EQ(makeCsvDecoder(rules).error().code, base::ErrorCode::ManifestInvalid);
}

TEST(DecodeCsvTest, TitleRowsAndUnitRowsAroundTheHeaderAreLeftOut) {
    DecodeRules rules = csv();
    rules.table.header_row = 2;
    rules.table.first_row = 4;
    EXPECT_THAT(
        decoded(rules, "热线工单导出,\na,b\n(文本),(数字)\n1,2\n").items,
        ElementsAre("{a:\"1\",b:\"2\"}")
    );
}

TEST(DecodeCsvTest, AMessageThatEndsBeforeItsHeaderIsAnError) {
    EXPECT_EQ(decoded(csv(), "").error, kUndecodable);
}

TEST(DecodeCsvTest, TotalLinesAndEmptyRowsAreNoItems) {
    DecodeRules rules = csv();
    rules.table.skip_rows_where_empty = "a";
    const auto out = decoded(rules, "a,b\n\n,\n1,2\n,合计 1\n");
    EXPECT_THAT(out.items, ElementsAre("{a:\"1\",b:\"2\"}"));
}

DecodeRules withTotal(std::uint32_t count_column) {
    DecodeRules rules = csv();
    rules.table.total_row = {"合计", count_column};
    return rules;
}

TEST(DecodeCsvTest, ATotalLineIsNoItemAndItsNumberIsHeldToTheRows) {
    const auto out = decoded(withTotal(2), "a,b,c\n1,2,3\n4,5,6\n 合计:,2\n\n");
    EXPECT_THAT(out.items, ElementsAre("{a:\"1\",b:\"2\",c:\"3\"}", "{a:\"4\",b:\"5\",c:\"6\"}"));
    EXPECT_EQ(out.error, "");
    const auto differs = decoded(withTotal(2), "a,b,c\n1,2,3\n合计,2\n");
    EXPECT_EQ(1u, differs.items.size());
    EXPECT_EQ(differs.error, kUndecodable);
    EXPECT_THAT(differs.error_text, HasSubstr("says \"2\", and the message holds 1 items"));
    EXPECT_EQ(decoded(withTotal(0), "a,b,c\n1,2,3\n合计,7\n").error, "") << "nobody counts";
    EXPECT_EQ(decoded(withTotal(3), "a,b,c\n1,2,3\n合计,1\n").error, kUndecodable) << "it says no number";
}

TEST(DecodeCsvTest, AFileWithoutItsTotalLineWasCutOff) {
    const auto out = decoded(withTotal(2), "a,b,c\n1,2,3\n4,5,6\n");
    EXPECT_EQ(2u, out.items.size());
    EXPECT_EQ(out.error, kUndecodable);
    EXPECT_THAT(out.error_text, HasSubstr("without its total line"));
    const auto behind = decoded(withTotal(2), "a,b,c\n1,2,3\n合计,1\n4,5,6\n");
    EXPECT_EQ(1u, behind.items.size());
    EXPECT_THAT(behind.error_text, HasSubstr("rows behind the total line"));
    const std::string whole = "a,b,c\n1,2,3\n4,5,6\n合计,2\n";
    for (std::size_t length = 0; length + 2 < whole.size(); ++length) {
        EXPECT_EQ(decoded(withTotal(2), whole.substr(0, length)).error, kUndecodable) << length;
    }
}

TEST(DecodeCsvTest, HeadingsThatRepeatOrAreEmptyGetNamesOfTheirOwn) {
    const auto out = decoded(csv(), "a,,a,a,\n1,2,3,4,\n1,,3,4\n");
    EXPECT_THAT(
        out.items,
        ElementsAre("{a:\"1\",#2:\"2\",a#2:\"3\",a#3:\"4\"}", "{a:\"1\",a#2:\"3\",a#3:\"4\"}")
    );
}

TEST(DecodeCsvTest, Utf16IsReadWithoutSlices) {
    const auto out = decoded(
        csv(), std::string_view(
                   "\xFF\xFE"
                   "a\0\n\0\x34\x6C\n\0",
                   10
               )
    );
    EXPECT_THAT(out.items, ElementsAre("{a:\"水\"}"));
    EXPECT_EQ(out.raw[0].raw_bytes, 0u);
}

TEST(DecodeCsvTest, OldMacLineEndsAreLineEnds) {
    EXPECT_THAT(decoded(csv(), "a\r1\r2").items, ElementsAre("{a:\"1\"}", "{a:\"2\"}"));
}

TEST(DecodeCsvTest, TrimTouchesOnlyCellsWithoutQuotes) {
    DecodeRules rules = csv();
    rules.table.trim = true;
    EXPECT_THAT(
        decoded(rules, "a,b,c\n x　,\" y \",  \n").items, ElementsAre("{a:\"x\",b:\" y \",c:null}")
    );
}

TEST(DecodeCsvTest, BytesOfAMessageAreBounded) {
    DecodeRules rules = csv();
    rules.limits.message_bytes_max = 4;
    EXPECT_EQ(decoded(rules, "a\n1\n2").error, kTooLarge);
}

TEST(DecodeCsvTest, BytesOfARowAreBounded) {
    DecodeRules rules = csv();
    rules.limits.item_bytes_max = 8;
    const auto out = decoded(rules, "a\n" + std::string(9, 'x') + "\ny\n");
    EXPECT_THAT(out.items, ElementsAre(std::string("!") + kTooLarge, "{a:\"y\"}"));
}

TEST(DecodeCsvTest, ColumnsAreBounded) {
    DecodeRules rules = csv();
    rules.limits.members_max = 2;
    EXPECT_EQ(decoded(rules, "a,b,c\n1,2,3\n").error, kTooLarge);
}

TEST(DecodeCsvTest, ItemsAreBoundedAfterThoseBefore) {
    DecodeRules rules = csv();
    rules.limits.items_max = 1;
    const auto out = decoded(rules, "a\n1\n2\n");
    EXPECT_EQ(out.items.size(), 1u);
    EXPECT_EQ(out.error, kTooLarge);
}

TEST(DecodeCsvTest, TheSinkMayStop) {
    const auto decoder = makeCsvDecoder(csv());
    int seen = 0;
    EXPECT_TRUE((*decoder)->decode("a\n1\n2\n", [&](DecodedItem&&) { return ++seen < 1; }));
    EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace yht::kit
