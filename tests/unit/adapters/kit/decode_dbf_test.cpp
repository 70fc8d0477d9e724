#include "adapters/kit/decode_dbf.h"

#include <bit>

#include "tests/unit/adapters/kit/decode_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string little(std::uint64_t number, int width) {
    std::string out;
    for (int i = 0; i < width; ++i) out.push_back(static_cast<char>(number >> (8 * i)));
    return out;
}

/// A table as FoxPro writes it, byte by byte from the layout in decode_dbf.h.
class TableFile {
public:
    explicit TableFile(int version = 0x30, int language = 0x7A)
        : version_(version), language_(language) {}
    TableFile& field(std::string name, char type, int width, int decimals = 0) {
        name.resize(11, '\0');
        fields_ += name + type + std::string(4, '\0') + little(static_cast<unsigned>(width), 1) +
                   little(static_cast<unsigned>(decimals), 1) + std::string(14, '\0');
        record_bytes_ += static_cast<std::size_t>(width) +
                         (type == 'C' ? 256U * static_cast<unsigned>(decimals) : 0U);
        return *this;
    }
    TableFile& record(const std::string& bytes, char mark = ' ') {
        records_ += mark + bytes;
        ++count_;
        return *this;
    }
    std::string bytes() const {
        std::string header = little(static_cast<unsigned>(version_), 1) + "\x1A\x01\x1F";
        header += little(count_, 4) + little(32 + fields_.size() + 1, 2) + little(record_bytes_, 2);
        header.resize(29, '\0');
        header += little(static_cast<unsigned>(language_), 1) + std::string(2, '\0');
        return header + fields_ + '\r' + records_ + '\x1A';
    }

private:
    int version_, language_;
    std::string fields_, records_;
    std::size_t record_bytes_ = 1;
    std::uint64_t count_ = 0;
};

DecodeRules dbf(const char* charset = "") {
    DecodeRules rules;
    rules.format = Format::Dbf;
    rules.charset = charset;
    return rules;
}

Decoded decoded(const DecodeRules& rules, const std::string& message) {
    return decodeBy(makeDbfDecoder, rules, message);
}

TEST(DecodeDbfTest, FieldsBecomeMembersInTheCharsetOfTheLanguageByte) {
    const auto file = TableFile()
                          .field("\xB1\xE0\xBA\xC5", 'C', 6)
                          .field("NUM", 'N', 8, 2)
                          .record(
                              "0007  "
                              "    1.50"
                          )
                          .record(
                              "\xCB\xAE\xB9\xDC  "
                              "        "
                          );
    EXPECT_THAT(
        decoded(dbf(), file.bytes()).items,
        ElementsAre("{编号:\"0007\",NUM:N'1.50'}", "{编号:\"水管\",NUM:null}")
    );
}

TEST(DecodeDbfTest, ARecordsSliceIsItsOwnBytes) {
    const auto file = TableFile().field("A", 'C', 2).record("ab").record("cd").bytes();
    const auto out = decoded(dbf(), file);
    EXPECT_EQ(file.substr(out.raw[1].raw_offset, out.raw[1].raw_bytes), " cd");
    EXPECT_EQ(out.raw[1].place, "record 2");
}

TEST(DecodeDbfTest, ADeletedRowIsIgnoredByItsRuleAndStillCounted) {
    const auto file = TableFile().field("A", 'C', 1).record("1").record("2", '*').record("3");
    const auto out = decoded(dbf(), file.bytes());
    EXPECT_THAT(out.items, ElementsAre("{A:\"1\"}", "~dbf.deleted_row", "{A:\"3\"}"));
    EXPECT_EQ(out.raw[1].value.type(), ItemType::Null);
}

TEST(DecodeDbfTest, BinaryTypesBecomeExactText) {
    const auto file =
        TableFile()
            .field("I", 'I', 4)
            .field("B", 'B', 8)
            .field("Y", 'Y', 8)
            .field("T", 'T', 8)
            .record(
                little(0xFFFFFFFEU, 4) + little(std::bit_cast<std::uint64_t>(0.1), 8) +
                little(static_cast<std::uint64_t>(-123'456LL), 8) + little(2'461'072, 4) +
                little(30'600'000, 4)
            )
            .record(little(7, 4) + little(0, 8) + little(10'001, 8) + little(0, 8));
    EXPECT_THAT(
        decoded(dbf(), file.bytes()).items,
        ElementsAre(
            "{I:N'-2',B:N'0.1',Y:N'-12.3456',T:\"2026-01-31 08:30:00\"}",
            "{I:N'7',B:N'0',Y:N'1.0001',T:null}"
        )
    );
}

TEST(DecodeDbfTest, DatesAndFlagsMayBeBlank) {
    const auto file = TableFile()
                          .field("D", 'D', 8)
                          .field("L", 'L', 1)
                          .record("20260131T")
                          .record("        ?")
                          .record("20260131n")
                          .record("20260131x");
    EXPECT_THAT(
        decoded(dbf(), file.bytes()).items,
        ElementsAre(
            "{D:\"20260131\",L:F'true'}", "{D:null,L:null}", "{D:\"20260131\",L:F'false'}",
            std::string("!") + kUndecodable
        )
    );
}

TEST(DecodeDbfTest, AnErrorNamesAFieldByItsNumber) {
    const auto file = TableFile().field("A", 'C', 1).field("13800138", 'L', 1).record("ax").bytes();
    const auto out = decoded(dbf(), file);
    ASSERT_TRUE(out.raw.at(0).failure);
    EXPECT_EQ(out.raw[0].failure->public_en, "Field 2 is neither yes nor no.");
    EXPECT_THAT(base::describe(*out.raw[0].failure), ::testing::Not(HasSubstr("138")));
}

TEST(DecodeDbfTest, ANumberThatDidNotFitIsTheTextThatIsThere) {
    const auto file = TableFile().field("N", 'N', 4).record("****");
    EXPECT_THAT(decoded(dbf(), file.bytes()).items, ElementsAre("{N:\"****\"}"));
}

TEST(DecodeDbfTest, TheManifestsCharsetWinsOverTheLanguageByte) {
    const auto file = TableFile(0x03, 0x03).field("A", 'C', 2).record("\xCB\xAE").bytes();
    EXPECT_THAT(decoded(dbf("GBK"), file).items, ElementsAre("{A:\"水\"}"));
    EXPECT_THAT(decoded(dbf(), file).items, ElementsAre("{A:\"Ë®\"}"));
}

TEST(DecodeDbfTest, ATableThatSaysNoCharsetCannotBeRead) {
    const auto file = TableFile(0x03, 0).field("A", 'C', 1).record("a").bytes();
    EXPECT_EQ(decoded(dbf(), file).error, kUndecodable);
    EXPECT_EQ(decoded(dbf("GBK"), file).items.size(), 1u);
}

TEST(DecodeDbfTest, ACharacterCutByItsFieldFailsItsRecordWithTheOffset) {
    const auto file = TableFile().field("A", 'C', 3).record("\xCB\xAE\xB9").record("abc").bytes();
    const auto out = decoded(dbf(), file);
    EXPECT_THAT(out.items, ElementsAre(std::string("!") + kUndecodable, "{A:\"abc\"}"));
    const std::string at = std::to_string(out.raw[0].raw_offset + 3);
    EXPECT_THAT(out.raw[0].failure->public_en, HasSubstr("Byte " + at + " "));
}

TEST(DecodeDbfTest, AMemoThatDidNotComeFailsOnlyRecordsThatHaveOne) {
    const auto wide = TableFile(0xF5).field("M", 'M', 10).record("          ").record("        12");
    const auto out = decoded(dbf(), wide.bytes());
    EXPECT_THAT(out.items, ElementsAre("{M:null}", std::string("!") + kUndecodable));
    EXPECT_THAT(out.raw[1].failure->public_en, HasSubstr(".fpt"));
    const auto narrow = TableFile().field("M", 'M', 4).record(little(0, 4)).record(little(9, 4));
    EXPECT_THAT(
        decoded(dbf(), narrow.bytes()).items,
        ElementsAre("{M:null}", std::string("!") + kUndecodable)
    );
}

TEST(DecodeDbfTest, ATornTableEndsWithAnErrorAfterItsRecords) {
    auto file = TableFile().field("A", 'C', 2).record("ab").record("cd").bytes();
    file.resize(file.size() - 3);
    const auto out = decoded(dbf(), file);
    EXPECT_THAT(out.items, ElementsAre("{A:\"ab\"}"));
    EXPECT_EQ(out.error, kUndecodable);
}

TEST(DecodeDbfTest, ATextMayBeWiderThan255AsClipperWritesIt) {
    const auto file = TableFile(0x03).field("A", 'C', 4, 1).record(std::string(260, 'x')).bytes();
    EXPECT_THAT(decoded(dbf(), file).items, ElementsAre("{A:\"" + std::string(260, 'x') + "\"}"));
}

TEST(DecodeDbfTest, NullFlagsOfFoxProAreNoMember) {
    const auto file =
        TableFile(0x32).field("A", 'C', 1).field("_NullFlags", '0', 1).record("a\x01");
    EXPECT_THAT(decoded(dbf(), file.bytes()).items, ElementsAre("{A:\"a\"}"));
}

TEST(DecodeDbfTest, NamesThatRepeatAreToldApart) {
    const auto file = TableFile().field("A", 'C', 1).field("A", 'C', 1).record("12");
    EXPECT_THAT(decoded(dbf(), file.bytes()).items, ElementsAre("{A:\"1\",A#2:\"2\"}"));
}

TEST(DecodeDbfTest, WhatIsNoTableIsRefused) {
    const auto whole = TableFile().field("A", 'C', 1).record("a").bytes();
    std::string wrong_sum = whole, wrong_type = whole;
    wrong_sum[10] = 9;
    wrong_type[32 + 11] = 'Z';
    for (const std::string& file :
         {std::string(), std::string("PK\3\4"), whole.substr(0, 40), wrong_sum, wrong_type,
          TableFile().bytes()}) {
        EXPECT_EQ(decoded(dbf(), file).error, kUndecodable);
    }
}

TEST(DecodeDbfTest, FieldsRecordsAndBytesAreBounded) {
    const auto file =
        TableFile().field("A", 'C', 1).field("B", 'C', 9).record("a123456789").bytes();
    DecodeRules rules = dbf();
    rules.limits.members_max = 1;
    EXPECT_EQ(decoded(rules, file).error, kTooLarge);
    rules = dbf();
    rules.limits.item_bytes_max = 10;
    EXPECT_EQ(decoded(rules, file).error, kTooLarge);
    rules = dbf();
    rules.limits.message_bytes_max = 10;
    EXPECT_EQ(decoded(rules, file).error, kTooLarge);
    rules = dbf();
    rules.limits.items_max = 0;
    EXPECT_EQ(decoded(rules, file).error, kTooLarge);
}

}  // namespace
}  // namespace yht::kit
