// What went wrong in other integrations of civic tickets, each as a test that would have caught it. Numbers are those of the list of
// thirty in tests/README.md, which says where the others are; pitfalls_table_test.cpp holds that table true.
#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/kit/inbound/coverage.h"
#include "adapters/kit/inbound/samples.h"
#include "gateway/json/json.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ticket::Field;

const std::string kSources = YHT_SOURCE_DIR "/adapters/sources";
const std::string kProducts = YHT_SOURCE_DIR "/adapters/products";

std::shared_ptr<const Adapter> shipped(const std::string& source) {
    auto loaded = Adapter::load(kSources, kProducts, source);
    if (loaded) return *loaded;
    ADD_FAILURE() << loaded.error().detail;
    return nullptr;
}

/// The message of a shipped sample.
std::string messageOf(const std::string& source, const std::string& sample) {
    for (const auto& entry :
         std::filesystem::directory_iterator(kSources + "/" + source + "/tests/" + sample)) {
        if (!entry.path().filename().string().starts_with("input.")) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    ADD_FAILURE() << source << " has no sample " << sample;
    return "";
}

std::vector<AdaptedItem> adaptShipped(
    const std::string& source, const std::string& message,
    const MessageContext& context = {.received_ms = kApril}
) {
    const auto adapter = shipped(source);
    return adapter ? adapt(*adapter, message, context) : std::vector<AdaptedItem>();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// Of the records of that kind, in order.
std::vector<std::string> textsOf(
    const std::vector<AdaptedItem>& items, ticket::Kind kind, Field field
) {
    std::vector<std::string> texts;
    for (const auto& item : items) {
        for (const auto& made : item.records) {
            if (made.record.kind() == kind) texts.push_back(made.record.text(field));
        }
    }
    return texts;
}

class PitfallTest : public ::testing::Test {
protected:
    std::vector<AdaptedItem> adaptWritten(const std::string& message) {
        const auto adapter = folder_.load();
        if (!adapter) {
            ADD_FAILURE() << adapter.error().detail;
            return {};
        }
        return adapt(**adapter, message);
    }
    SourceFolder folder_;
};

TEST_F(PitfallTest, P03_TheSameRowInTwoOverlappingFilesIsTheSameRecord) {
    const auto first = adaptShipped("zz-hetang", messageOf("zz-hetang", "quoted_newlines_and_open"));
    const MessageContext later{.file_name = "next.csv", .received_ms = kApril + 3'600'000};
    const auto second = adaptShipped(
        "zz-hetang", messageOf("zz-hetang", "overlapping_window_repeats_a_row"), later
    );
    ASSERT_EQ(first.size(), 1U);
    ASSERT_EQ(second.size(), 2U);
    ASSERT_EQ(first[0].records.size(), second[0].records.size());
    for (std::size_t i = 0; i < first[0].records.size(); ++i)
        EXPECT_EQ(first[0].records[i].record, second[0].records[i].record);
}

TEST_F(PitfallTest, P05_ARowThatFailsStopsNoneAfterIt) {
    const auto items = adaptShipped("zz-hetang", messageOf("zz-hetang", "bad_byte_in_one_row"));
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].fate, ItemFate::Failed);
    EXPECT_EQ(items[1].fate, ItemFate::Records);
}

TEST_F(PitfallTest, P06_AnAnswerThatSaysItFailedIsNoEmptyPage) {
    const auto failed =
        adaptShipped("zz-zhizhuxia", messageOf("zz-zhizhuxia", "bad_answer_without_a_list"));
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0].fate, ItemFate::Failed);
    EXPECT_TRUE(adaptShipped("zz-zhizhuxia", messageOf("zz-zhizhuxia", "empty_page")).empty());
}

TEST_F(PitfallTest, P08_NothingOfOneItemIsLeftForTheNext) {
    const auto items =
        adaptShipped("zz-12348", messageOf("zz-12348", "serial_and_text_dates"));
    ASSERT_EQ(items.size(), 3U);
    // The second caller gave no name, no identity number and got no result.
    const auto& second = items[1].records;
    ASSERT_EQ(second.size(), 1U);
    EXPECT_FALSE(second[0].record.has(Field::caller_name));
    EXPECT_FALSE(second[0].record.has(Field::id_number));
    EXPECT_FALSE(second[0].record.has(Field::id_type));
}

TEST_F(PitfallTest, P09_OneChildIsReadLikeSeveral) {
    const auto one =
        adaptShipped("zz-zhizhuxia", messageOf("zz-zhizhuxia", "one_reply_as_an_object"));
    EXPECT_THAT(
        textsOf(one, ticket::Kind::Result, Field::record_ref), ElementsAre("250912101108115410-R-95")
    );
    const auto file =
        adaptShipped("zz-street", messageOf("zz-street", "one_file_as_object_no_deadline"));
    ASSERT_EQ(file.size(), 1U);
    EXPECT_EQ(file[0].attachments.size(), 1U);
}

TEST_F(PitfallTest, P10_AnEmptyXmlElementIsNoNumber) {
    folder_.product("product.yaml", "product: p\nproduct_title: p\nproduct_version: \"1\"\n"
                                    "decode: { format: xml, items: row }\n");
    writeProcessSource(folder_, "");
    const auto items = adaptWritten("<t><row><id/></row><row><id a='1'></id></row></t>");
    ASSERT_EQ(items.size(), 2U);
    for (const auto& item : items) {
        for (const auto& made : item.records) EXPECT_FALSE(made.record.has(Field::record_ref));
    }
}

TEST_F(PitfallTest, P11_LongNumbersLeadingZerosAndPrefixesStayWhatTheyAre) {
    EXPECT_THAT(
        textsOf(
            adaptShipped("zz-12348", messageOf("zz-12348", "serial_and_text_dates")),
            ticket::Kind::Appeal, Field::record_ref
        ),
        ElementsAre("202401230930000017", "202401231015000018", "202401231100000019")
    );
    writeProcessSource(folder_, "");
    const auto items = adaptWritten(R"({"id":25091210110811540912})");
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].records.at(0).record.text(Field::record_ref), "25091210110811540912");
    EXPECT_EQ(
        adaptWritten(R"({"id":"000123"})")[0].records.at(0).record.text(Field::record_ref), "000123"
    );
    const auto damaged =
        adaptShipped("zz-12348", messageOf("zz-12348", "bad_number_damaged_by_excel"));
    EXPECT_THAT(errorsOf(damaged.at(0)), HasSubstr("number_damaged"));
}

TEST_F(PitfallTest, P12_OneColumnHoldsCellDatesTextsAndSerialsAllInLocalTime) {
    EXPECT_THAT(
        textsOf(
            adaptShipped("zz-12348", messageOf("zz-12348", "serial_and_text_dates")),
            ticket::Kind::Appeal, Field::event_time
        ),
        ElementsAre(
            "2024-01-23T09:30:00.000+08:00", "2024-01-23T10:15:00.000+08:00",
            "2024-01-23T11:00:00.000+08:00"
        )
    );
    EXPECT_THAT(
        textsOf(
            adaptShipped("zz-12348", messageOf("zz-12348", "workbook_of_a_mac_1904")),
            ticket::Kind::Appeal, Field::event_time
        ),
        ElementsAre("2024-01-23T09:30:00.000+08:00")
    );
    EXPECT_THAT(
        textsOf(
            adaptShipped("zz-12348", messageOf("zz-12348", "headings_renamed_in_2025")),
            ticket::Kind::Result, Field::finish_time
        ),
        ElementsAre("2025-01-24T00:00:00.000+08:00")
    );
}

TEST_F(PitfallTest, P13_AByteThatIsNotOfTheCharsetIsToldWithItsPlaceAndNeverReplaced) {
    const auto items = adaptShipped("zz-hetang", messageOf("zz-hetang", "bad_byte_in_one_row"));
    ASSERT_FALSE(items.empty());
    ASSERT_TRUE(items[0].failure);
    EXPECT_EQ(items[0].failure->code, base::ErrorCode::ItemUndecodable);
    for (const auto& item : items) {
        for (const auto& made : item.records)
            EXPECT_THAT(made.record.text(Field::content), Not(HasSubstr("\xEF\xBF\xBD")));
    }
    // A file of the wrong charset is not half taken.
    const auto utf8 = adaptShipped("zz-hetang", "办件编号,诉求内容,办件状态\n1,水管,办理中\n");
    for (const auto& item : utf8) EXPECT_EQ(item.fate, ItemFate::Failed);

    // In the middle of a file: the line and the byte are told, what stands before and behind is taken.
    folder_.product("product.yaml", "product: p\nproduct_title: p\nproduct_version: \"1\"\ndecode: { format: csv, charset: GBK }\n");
    writeProcessSource(folder_, "      opinion: a\n");
    const std::string file = "id,a\n1,\xCB\xAE\xB9\xDC\n2,\xCB\xAE\xFF\xDC\n3,\xCB\xAE\xB9\xDC\n";  // 水管
    const auto rows = adaptWritten(file);
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].records.at(0).record.text(Field::opinion), "水管");
    EXPECT_EQ(rows[2].records.at(0).record.text(Field::opinion), "水管");
    ASSERT_TRUE(rows[1].failure);
    EXPECT_THAT(rows[1].place, HasSubstr("3"));
    EXPECT_THAT(base::describe(*rows[1].failure), HasSubstr("Byte " + std::to_string(file.find('\xFF')) + " of the message is not GBK"));
    // The same release, gone over to UTF-8: Chinese characters again if they were decoded, but others.
    const auto gone_over = adaptWritten("id,a\n1,小区停水三天\n");
    ASSERT_EQ(gone_over.size(), 1U);
    EXPECT_EQ(gone_over[0].fate, ItemFate::Failed);
    // Unless it says so.
    EXPECT_EQ(adaptWritten("\xEF\xBB\xBFid,a\n1,小区停水三天\n").at(0).records.at(0).record.text(Field::opinion), "小区停水三天");
}

TEST_F(PitfallTest, P14_HeadingsMayMoveAndBeRenamedButNotGoAway) {
    EXPECT_THAT(
        textsOf(
            adaptShipped("zz-hetang", messageOf("zz-hetang", "renamed_headings")),
            ticket::Kind::Appeal, Field::record_ref
        ),
        ElementsAre("HT2024012300002")
    );
    for (const auto& [source, sample] :
         {std::pair{"zz-hetang", "bad_column_missing"}, {"zz-12348", "bad_no_number_column"}}) {
        const auto items = adaptShipped(source, messageOf(source, sample));
        ASSERT_EQ(items.size(), 1U) << source;
        EXPECT_TRUE(items[0].failure) << source;
    }
}

TEST_F(PitfallTest, P15_AnUnknownStatusWaitsForARowAndIsToldByName) {
    const auto read = readManifestTree(kSources, kProducts, "zz-12319");
    ASSERT_TRUE(read);
    const auto manifest = readManifest(*read, "zz-12319");
    ASSERT_TRUE(manifest);
    Coverage coverage(*manifest);
    const auto adapter = shipped("zz-12319");
    MessageContext context{.received_ms = kApril};
    context.trace = true;
    const auto items =
        adapt(*adapter, messageOf("zz-12319", "bad_unknown_status_and_unit"), context);
    ASSERT_EQ(items.size(), 2U);
    for (const auto& item : items) {
        EXPECT_THAT(errorsOf(item), HasSubstr("code_unmapped"));
        coverage.add(item);
    }
    EXPECT_THAT(coverage.unmappedCodes(), Contains(::testing::Key("status_way 19")));
    EXPECT_THAT(coverage.unmappedCodes(), Contains(::testing::Key("org 不存在的单位")));
}

TEST_F(PitfallTest, P16_UnitsAreFoundUnderTheirVariantsAndSeveralStandInOneCell) {
    EXPECT_THAT(
        textsOf(
            adaptShipped("zz-12319", messageOf("zz-12319", "ticket_with_three_assisting_units")),
            ticket::Kind::Assignment, Field::org_code
        ),
        ElementsAre("430200-CGJ", "430200-ZJJ", "430202", "430200-GDGS")
    );
    EXPECT_THAT(
        textsOf(
            adaptShipped("zz-street", messageOf("zz-street", "to_sub_unit_by_name_with_suffix")),
            ticket::Kind::Assignment, Field::org_code
        ),
        ElementsAre("430211-TT")
    );
}

TEST_F(PitfallTest, P17_ADeadlineHiddenInFreeTextIsFoundOrTold) {
    EXPECT_THAT(
        textsOf(
            adaptShipped("zz-street", messageOf("zz-street", "case_with_two_files")),
            ticket::Kind::Appeal, Field::stated_deadline
        ),
        ElementsAre("2024-01-26T17:30:00.000+08:00")
    );
    const auto words = adaptShipped("zz-street", messageOf("zz-street", "bad_deadline_in_words"));
    ASSERT_EQ(words.size(), 1U);
    EXPECT_THAT(errorsOf(words[0]), HasSubstr("time_unreadable"));
}

TEST_F(PitfallTest, P18_LengthsCountCharactersNotBytes) {
    writeProcessSource(folder_, "      node_name: a\n");
    std::string text;
    for (int i = 0; i < 64; ++i) text += i % 2 == 0 ? "🙂" : "长";
    EXPECT_EQ(
        adaptWritten(R"({"id":"1","a":")" + text + "\"}")[0].records.at(0).record.text(Field::node_name),
        text
    );
    EXPECT_EQ(errorsOf(adaptWritten(R"({"id":"1","a":")" + text + "a\"}")[0]), "too_long /a");
    // A table whose fields count bytes cut a character in half: that row says so.
    const auto cut =
        adaptShipped("bj-12355", messageOf("bj-12355", "bad_character_cut_by_the_field"));
    ASSERT_EQ(cut.size(), 2U);
    EXPECT_EQ(cut[0].fate, ItemFate::Failed);
    EXPECT_EQ(cut[1].fate, ItemFate::Records);
}

TEST_F(PitfallTest, P20_ASecondReturnOfOneTicketIsARecordOfItsOwn) {
    const std::string first = messageOf("zz-110", "returned");
    const auto once = adaptShipped("zz-110", first);
    const auto again = adaptShipped("zz-110", replaced(first, "2019/4/18", "2019/4/20"));
    ASSERT_EQ(once.size(), 1U);
    ASSERT_EQ(again.size(), 1U);
    const auto &a = once[0].records.at(0).record, &b = again[0].records.at(0).record;
    EXPECT_EQ(a.text(Field::ticket_ref), b.text(Field::ticket_ref));
    EXPECT_NE(a.text(Field::record_ref), b.text(Field::record_ref));
}

TEST_F(PitfallTest, P22_AnEmptyTableOfASourceTakesNothingFromItsProduct) {
    folder_.product("codes.csv", "native,canonical\n1,30\n");
    folder_.source("codes.csv", "native,canonical\n");
    writeProcessSource(
        folder_, "      operator_org_code: { from: c, vocabulary: codes }\n",
        "vocabularies: { codes: {} }\n"
    );
    const auto items = adaptWritten(R"({"id":"1","c":"1"})");
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].records.at(0).record.text(Field::operator_org_code), "30") << errorsOf(items[0]);
    // A table that can't be read is no empty table.
    folder_.source("codes.csv", "");
    EXPECT_THAT(folder_.problems(), HasSubstr("s/codes.csv:1"));
}

TEST_F(PitfallTest, P25_WhatComesOutDependsOnNoClockAndNoZoneOfTheMachine) {
    const auto adapter = shipped("zz-12348");
    const std::string message = messageOf("zz-12348", "serial_and_text_dates");
    const auto before = adaptSample(*adapter, message, {.received_ms = kApril});
    const char* zone = std::getenv("TZ");
    const std::string kept = zone != nullptr ? zone : "";
    ::setenv("TZ", "America/New_York", 1);
    ::tzset();
    const auto after = adaptSample(*adapter, message, {.received_ms = kApril + 400LL * 86'400'000});
    zone != nullptr ? ::setenv("TZ", kept.c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
    EXPECT_EQ(before.json, after.json);
    EXPECT_GT(before.records, 0U);
}

TEST_F(PitfallTest, P26_ErrorsNameFieldsAndNeverWhatStoodInThem) {
    const std::vector<std::pair<const char*, const char*>> bad = {
        {"zz-110", "bad_time_and_region"}, {"zz-12319", "bad_unknown_status_and_unit"},
        {"zz-street", "bad_deadline_in_words"}, {"zz-12348", "bad_date_and_result"}};
    const std::vector<std::string> values = {"赵女士", "13900000003", "昨天晚上", "曾女士",   "19900000003",
                                             "张先生", "三日内",      "魏先生",   "挂起中", "上周二"};
    for (const auto& [source, sample] : bad) {
        for (const auto& item : adaptShipped(source, messageOf(source, sample))) {
            if (!item.failure) continue;
            std::string told = base::describe(*item.failure) + item.failure->detail;
            for (const auto& field : item.failure->fields) told += field.pointer + field.en + field.zh;
            for (const auto& value : values) EXPECT_THAT(told, Not(HasSubstr(value))) << sample;
        }
    }
    // Nor does a function that fails.
    folder_.product("functions.lua", "function f(a) error(a) end\n");
    writeProcessSource(folder_, "      opinion: { from: a, lua: f }\n");
    const auto items = adaptWritten(R"({"id":"1","a":"13900000003"})");
    ASSERT_TRUE(items.at(0).failure);
    EXPECT_THAT(
        base::describe(*items[0].failure) + items[0].failure->detail, Not(HasSubstr("13900000003"))
    );
}

TEST_F(PitfallTest, P27_AnEntityInAnEnvelopeReadsNoFile) {
    const std::string hostile = replaced(
        replaced(
            messageOf("zz-street", "case_with_two_files"), "?>",
            "?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
        ),
        "<SessionID>", "<SessionID>&e;"
    );
    const auto items = adaptShipped("zz-street", hostile);
    ASSERT_EQ(items.size(), 1U);
    EXPECT_TRUE(items[0].failure);
}

TEST_F(PitfallTest, P28_CodesWithSignsInThemAreLookedUpAsTheyAre) {
    folder_.product("codes.csv", "native,canonical\nC205-1.a&b:c,30\n\"x,y\",31\n../z,32\n");
    writeProcessSource(
        folder_, "      operator_org_code: { from: \"a~1b/c.d\", vocabulary: codes }\n",
        "vocabularies: { codes: {} }\n"
    );
    for (const auto& [native, canonical] :
         {std::pair{"C205-1.a&b:c", "30"}, {"x,y", "31"}, {"../z", "32"}}) {
        const auto items = adaptWritten(
            std::string(R"({"id":"../1?x=%2f","a/b":{"c.d":")") + native + "\"}}"
        );
        ASSERT_EQ(items.size(), 1U);
        ASSERT_EQ(items[0].records.size(), 1U) << errorsOf(items[0]);
        EXPECT_EQ(items[0].records[0].record.text(Field::operator_org_code), canonical);
        EXPECT_EQ(items[0].records[0].record.text(Field::record_ref), "../1?x=%2f");
    }
}

TEST_F(PitfallTest, P29_TestTrafficInALiveFeedIsIgnoredByARuleWithAName) {
    const auto items =
        adaptShipped("zz-12319", messageOf("zz-12319", "test_ticket_is_ignored_by_name"));
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].fate, ItemFate::Ignored);
    EXPECT_EQ(items[0].ignored_by, "joint_test");
}

TEST_F(PitfallTest, P29_ASenderWhoIsBarredIsIgnoredByARuleWithANameAndNobodyElseIs) {
    writeProcessSource(folder_, "      opinion: a\n", "ignore:\n  barred_sender: { when: { user: [u-666, \"19900000009\"] }, why: 反复辱骂 }\n");
    const auto items = adaptWritten(
        R"([{"id":"1","a":"同样的话","user":"u-666"},{"id":"2","a":"同样的话","user":"u-667"},)"
        R"({"id":"3","a":"同样的话","user":19900000009},{"id":"4","a":"19900000009"}])"
    );
    ASSERT_EQ(items.size(), 4U);
    for (const std::size_t barred : {0U, 2U}) {
        EXPECT_EQ(items[barred].fate, ItemFate::Ignored);
        EXPECT_EQ(items[barred].ignored_by, "barred_sender");
    }
    for (const std::size_t other : {1U, 3U}) EXPECT_EQ(items[other].fate, ItemFate::Records) << errorsOf(items[other]);
}

}  // namespace
}  // namespace yht::kit
