// The outward mapping engine, row by row. Each test writes a small profile and looks at what one
// record becomes.
#include "gateway/ticket/ticket_number.h"
#include "adapters/kit/mapping.h"

#include <gtest/gtest.h>

#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {
namespace {

using ticket::Field;

class MappingTest : public ::testing::Test {
protected:
    TemporaryDirectory directory;
    OutboundRecord record = appeal();
    MappingContext context{.sender_id = "XZ1", .reporting_unit = "", .accepting_region = ""};
    MappedRecord mapped;

    void vocabulary(const std::string& name, const std::string& rows) {
        directory.write(name + ".csv", "our_code,their_code\n" + rows);
    }
    /// One row "{…}", or several separated by line ends.
    void map(const std::string& rows, const std::string& more = "") {
        std::string list;
        std::istringstream lines(rows);
        for (std::string line; std::getline(lines, line);) list += "      - " + line + "\n";
        directory.write("profile.yaml", smallProfile(list, more));
        const auto profile = Profile::load(directory.path());
        ASSERT_TRUE(profile) << profile.error().detail;
        mapped = (*profile)->findKind(ticket::Kind::Appeal)->mapping->map(record, context);
    }
    std::string at(const std::string& name) { return member(mapped.text, name); }
    std::string onlyError() {
        if (mapped.errors.size() != 1) return std::to_string(mapped.errors.size()) + " errors";
        return mapped.errors.front().pointer + " " + mapped.errors.front().code;
    }
};

TEST_F(MappingTest, TextGoesUnderTheirName) {
    map("{ to: SQBT, from: title, max: 100 }");
    EXPECT_EQ(mapped.text, R"({"SQBT":"小区下水道异味"})");
}

TEST_F(MappingTest, P18_LengthCountsBytesOfTheirCharset) {
    record.record.set(Field::title, "小区A");  // 5 bytes in GBK, 7 in UTF-8
    map("{ to: SQBT, from: title, max: 5 }");
    EXPECT_EQ(at("SQBT"), "小区A");
}

TEST_F(MappingTest, TooLongIsRefusedWithOurPointer) {
    map("{ to: SQBT, from: title, max: 5 }");
    EXPECT_EQ(onlyError(), "/title too_long");
    EXPECT_EQ(mapped.errors.front().limit, "5 bytes GBK");
}

TEST_F(MappingTest, CutFallsOnACharacterBorderAndCarriesTheMark) {
    map("{ to: SQBT, from: title, max: 9, overflow: cut }");
    EXPECT_EQ(at("SQBT"), "小区……");  // 4 + 4: a third character would make 10
    EXPECT_EQ(mapped.cuts, 1U);
}

TEST_F(MappingTest, OmitLeavesOutWhatIsNotRequired) {
    record.record.set(Field::contact_phone, "199000000020000");
    map("{ to: LXDH, from: contact_phone, max: 11, overflow: omit }");
    EXPECT_EQ(mapped.text, "{}");
    EXPECT_EQ(mapped.cuts, 1U);
    map("{ to: LXDH, from: contact_phone, max: 11, overflow: omit, required: true }");
    EXPECT_EQ(onlyError(), "/contact_phone too_long");
}

TEST_F(MappingTest, SplitPutsTheRestIntoTheSecondField) {
    map("{ to: A, from: title, max: 6, overflow: split, into: B, into_max: 100 }");
    EXPECT_EQ(at("A"), "小区下");
    EXPECT_EQ(at("B"), "水道异味");
}

TEST_F(MappingTest, ASecondFieldThatIsTooShortIsCutWithTheMark) {
    map("{ to: A, from: title, max: 6, overflow: split, into: B }");
    EXPECT_EQ(at("B"), "水……");
    EXPECT_EQ(mapped.cuts, 1U);
}

TEST_F(MappingTest, CharactersOutsideTheirCharsetAreSubstitutedAndCounted) {
    record.record.set(Field::caller_name, "𠮷😀先生");
    map("{ to: XM, from: caller_name, max: 40 }");
    EXPECT_EQ(at("XM"), "〓〓先生");
    EXPECT_EQ(mapped.substitutions, 2U);
}

TEST_F(MappingTest, SubstitutionsOfACutTextAreCountedOnce) {
    record.record.set(Field::caller_name, "𠮷先生先生先生");
    map("{ to: XM, from: caller_name, max: 10, overflow: cut }");
    EXPECT_EQ(at("XM"), "〓先生……");
    EXPECT_EQ(mapped.substitutions, 1U);
}

TEST_F(MappingTest, EighteenDigitsStayExact) {
    record.record.set(Field::id_number, "430200199001010018");
    record.seq = 18'446'744'073'709'551'615U;
    map("{ to: ZJHM, from: id_number, max: 18 }\n{ to: XH, from: \"@seq\" }");
    EXPECT_EQ(at("ZJHM"), "430200199001010018");
    EXPECT_EQ(at("XH"), "18446744073709551615");
}

TEST_F(MappingTest, TimesAreLocalWithoutAZone) {
    map("{ to: SQSJ, from: appeal_time }\n{ to: RKSJ, from: \"@committed_time\", format: "
        "\"%Y%m%d%H%M%S\" }");
    EXPECT_EQ(at("SQSJ"), "2019-04-18 09:30:01");
    EXPECT_EQ(at("RKSJ"), "20190418093015");
}

TEST_F(MappingTest, FlagsAndNumbersAreWrittenTheirWay) {
    record.record.set(Field::group_count, "128");
    map("{ to: SFNM, from: is_anonymous }\n{ to: SJRS, from: group_count }");
    EXPECT_EQ(mapped.text, R"({"SFNM":"0","SJRS":"128"})");
    map("{ to: SJRS, from: group_count }", "numbers: number\n");
    EXPECT_EQ(mapped.text, R"({"SJRS":128})");
}

TEST_F(MappingTest, CodesAreTranslated) {
    vocabulary("channel", "01,10\n*,90\n");
    map("{ to: SQLY, from: channel, codes: channel }");
    EXPECT_EQ(at("SQLY"), "10");
    EXPECT_EQ(mapped.fallbacks, 0U);
}

TEST_F(MappingTest, ACodeWithoutARowTakesTheFallbackAndIsCounted) {
    vocabulary("channel", "02,13\n*,90\n");
    map("{ to: SQLY, from: channel, codes: channel }");
    EXPECT_EQ(at("SQLY"), "90");
    EXPECT_EQ(mapped.fallbacks, 1U);
}

TEST_F(MappingTest, ACodeWithoutARowOrFallbackIsAnError) {
    vocabulary("channel", "02,13\n");
    map("{ to: SQLY, from: channel, codes: channel }");
    EXPECT_EQ(onlyError(), "/channel no_code");
}

TEST_F(MappingTest, AMissingRequiredFieldIsAnErrorWithOurPointer) {
    map("{ to: SLDW, from: accept_org_name, max: 100, required: true }");
    EXPECT_EQ(onlyError(), "/accept_org_name missing");
}

TEST_F(MappingTest, RequiredMayDependOnTheRecord) {
    const std::string row =
        "{ to: BY, from: direct_reply, max: 100, required: { handling_way: \"1\" } }";
    map(row);
    EXPECT_TRUE(mapped.errors.empty());
    record.record.set(Field::handling_way, "1");
    map(row);
    EXPECT_EQ(onlyError(), "/direct_reply missing");
}

TEST_F(MappingTest, AllErrorsOfARecordComeAtOnce) {
    map("{ to: A, from: title, max: 5 }\n{ to: B, from: tags, join: \",\", max: 9, required: true }"
    );
    EXPECT_EQ(mapped.errors.size(), 2U);
}

TEST_F(MappingTest, TheFirstSourceWithAValueIsTaken) {
    record.record.erase(Field::appeal_time);
    map("{ to: SQSJ, from: [appeal_time, event_time] }");
    EXPECT_EQ(at("SQSJ"), "2019-04-18 09:30:01");
}

TEST_F(MappingTest, ADefaultStandsWhereNoSourceHasAValue) {
    map("{ to: BQ, from: tags, join: \",\", max: 20, default: 无 }\n{ to: K, const: 湘 }");
    EXPECT_EQ(mapped.text, R"({"BQ":"无","K":"湘"})");
}

TEST_F(MappingTest, OfSeveralRowsForOneTargetTheFirstThatYieldsWins) {
    const std::string rows =
        "{ to: XM, const: 保密, when: { is_secret: \"true\" } }\n"
        "{ to: XM, from: caller_name, max: 40, when_not: { is_secret: \"true\" } }";
    map(rows);
    EXPECT_EQ(mapped.text, R"({"XM":"张先生"})");
    record.record.set(Field::is_secret, "true");
    map(rows);
    EXPECT_EQ(mapped.text, R"({"XM":"保密"})");
}

TEST_F(MappingTest, ListsAreJoinedOrStayLists) {
    map("{ to: FL, from: category_path, join: /, max: 100 }\n{ to: LB, from: category_path, max: "
        "100 }");
    EXPECT_EQ(mapped.text, R"({"FL":"环境保护/异味","LB":["环境保护","异味"]})");
}

TEST_F(MappingTest, MapsBecomeObjectsWithEveryTextBounded) {
    record.record.set(
        Field::ext, std::map<std::string, std::string>{{"jjdbh", "J1"}, {"说明", "长文本"}}
    );
    map("{ to: KZXX, from: ext, max: 6 }");
    EXPECT_EQ(mapped.text, R"({"KZXX":{"jjdbh":"J1","说明":"长文本"}})");
    map("{ to: KZXX, from: ext, max: 5 }");
    EXPECT_EQ(onlyError(), "/ext too_long");
    record.record.set(Field::ext, std::map<std::string, std::string>{{"说明", "很长的文本"}});
    map("{ to: KZXX, from: ext, max: 8, overflow: cut }");
    EXPECT_EQ(mapped.text, R"({"KZXX":{"说明":"很长……"}})");
}

TEST_F(MappingTest, RegionsAreFilledUpOrTranslated) {
    vocabulary("region", "430271,430299000000\n");
    const std::string row = "{ to: SFQH, from: area_code, codes: region }";
    map(row, "region_characters: 12\n");
    EXPECT_EQ(at("SFQH"), "430211000000");
    record.record.set(Field::area_code, "430271");
    map(row, "region_characters: 12\n");
    EXPECT_EQ(at("SFQH"), "430299000000");
}

TEST_F(MappingTest, TheReportingUnitFollowsTheAcceptingRegionNotTheIncident) {
    vocabulary("unit", "430200,HX430201\n430300,HX430301\n");
    const std::string row = "{ to: SBDW, from: \"@reporting_unit\", max: 8, required: true }";
    record.record.set(Field::area_code, "430302");
    map(row, "reporting_units: unit\n");
    EXPECT_EQ(at("SBDW"), "HX430201");  // by the ticket number's region
    record.record.set(Field::accepting_region, "430321");
    map(row, "reporting_units: unit\n");
    EXPECT_EQ(at("SBDW"), "HX430301");  // a county's city
    context.reporting_unit = "HX430001";
    map(row, "reporting_units: unit\n");
    EXPECT_EQ(at("SBDW"), "HX430001");
}

TEST_F(MappingTest, AStandAloneRecordTakesTheDestinationsRegion) {
    vocabulary("unit", "430200,HX430201\n");
    record.ticket_no = "";
    const std::string row = "{ to: SBDW, from: \"@reporting_unit\", max: 8, required: true }";
    map(row, "reporting_units: unit\n");
    EXPECT_EQ(onlyError(), "/@reporting_unit missing");
    record.ticket_no = ticket::formatTicketNumber({"371102", 18022, 7});
    map(row, "reporting_units: unit\n");
    EXPECT_EQ(onlyError(), "/@reporting_unit missing");
    EXPECT_NE(mapped.errors.front().en.find("reporting_units has no row for region 371102"), std::string::npos) << mapped.errors.front().en;
    record.ticket_no = "";
    context.accepting_region = "430200";
    map(row, "reporting_units: unit\n");
    EXPECT_EQ(at("SBDW"), "HX430201");
}

TEST_F(MappingTest, ARecordThatWaitedTooLongSaysSo) {
    vocabulary("origin", "live,1\nlate,2\nhistory,3\n");
    const std::string row = "{ to: BSFS, from: \"@origin\", codes: origin }";
    map(row);
    EXPECT_EQ(at("BSFS"), "1");
    record.late = true;
    map(row);
    EXPECT_EQ(at("BSFS"), "2");
    record.record.set(Field::origin, "history");
    map(row);
    EXPECT_EQ(at("BSFS"), "3");
}

TEST_F(MappingTest, OthersNumbersAndTheVersionAreThere) {
    record.numbers["province"] = "XS2019041800000042";
    map("{ to: SJBH, from: \"@numbers.province\", max: 40 }\n{ to: BBH, from: \"@version\" }\n"
        "{ to: X, from: \"@numbers.nobody\", max: 40 }");
    EXPECT_EQ(mapped.text, R"({"SJBH":"XS2019041800000042","BBH":"3"})");
}

TEST_F(MappingTest, AVoidRecordGoesThroughTheCommonRowsOnly) {
    record = recordOf(ticket::Kind::Appeal);
    record.record.set(Field::op, "void");
    vocabulary("op", "put,1\nvoid,2\n");
    map("{ to: SQBT, from: title, max: 100, required: true }",
        "common:\n  - { to: JLBH, from: record_ref, max: 64 }\n  - { to: CZBS, from: \"@op\", "
        "codes: op }\n");
    EXPECT_EQ(mapped.text, R"({"JLBH":"R-18","CZBS":"2"})");
    EXPECT_TRUE(mapped.errors.empty());
}

TEST_F(MappingTest, QuotesAndControlCharactersAreEscaped) {
    record.record.set(Field::title, "他说\"没\\有\"\r\n\t完");
    map("{ to: SQBT, from: title, max: 100 }");
    EXPECT_EQ(mapped.text, "{\"SQBT\":\"他说\\\"没\\\\有\\\"\\n\\t完\"}");
}

}  // namespace
}  // namespace yht::kit
