#include "adapters/kit/inbound/sample_mask.h"

#include <gmock/gmock.h>

#include <set>

#include "adapters/kit/inbound/invented.h"
#include "gateway/base/text.h"
#include "gateway/ticket/validate.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRows = R"(times: {formats: ["%Y-%m-%d %H:%M:%S"]}
vocabularies: {kinds: {unmapped: quarantine}}
records:
  appeal:
    kind: appeal
    when_not: {WHO: "匿名"}
    rows:
      record_ref: NO
      event_time: TIME
      appeal_time: TIME
      channel: {const: "10"}
      appeal_type: {from: TYPE, vocabulary: kinds}
      category_path: {from: CLASS}
      title: TITLE
      content: TEXT
      caller_name: WHO
      caller_phone: TEL
      id_type: {const: "111"}
      id_number: ID
      handling_way: {const: "0"}
      is_anonymous: {const: "false"}
      is_secret: {const: "false"}
      area_code: {const: "430200"}
      urgency: {const: "3"}
)";
constexpr const char* kPrivate[] = {"张三丰", "13876543210", "430200199001011230", "李四光", "楼下"};

std::string product(const std::string& decode) {
    return "product: p\nproduct_title: p\nproduct_version: \"1\"\ndecode: {" + decode + "}\n";
}

class SampleMaskTest : public ::testing::Test {
protected:
    SampleMaskTest() {
        folder_.product("product.yaml", product("format: json, charset: UTF-8"));
        folder_.product("mapping.yaml", kRows);
        folder_.product("kinds.csv", "native,canonical\n投诉,3\n");
        folder_.source("source.yaml", "id: s\ntitle: s\nproduct: p\n");
    }
    base::Result<MaskedSample> mask(const std::string& message) {
        const auto adapter = folder_.load();
        EXPECT_TRUE(adapter.ok()) << (adapter.ok() ? "" : adapter.error().detail);
        const auto tree = readManifestTree(folder_.sources(), folder_.products(), "s");
        const auto manifest = readManifest(*tree, "s");
        return maskSample(**adapter, *manifest, message, {.received_ms = kApril});
    }
    static std::string item(const std::string& text = "张三丰(13876543210)反映楼下漏水") {
        return R"({"NO":"A-1","TIME":"2019-10-15 08:30:00","TYPE":"投诉","CLASS":"供水","TITLE":"漏水","TEXT":")" + text +
               R"(","WHO":"张三丰","TEL":"138 7654 3210","ID":"430200199001011230","OTHER":{"agent":"李四光"}})";
    }
    SourceFolder folder_;
};

TEST_F(SampleMaskTest, NobodyIsLeftAndTheMappingStillWorks) {
    const auto sample = mask(item());
    ASSERT_TRUE(sample.ok()) << base::describe(sample.error()) << sample.error().public_en;
    for (const auto* text : kPrivate) EXPECT_THAT(sample->message, Not(HasSubstr(text)));
    EXPECT_THAT(sample->message, HasSubstr("\"NO\":\"A-1\",\"TIME\":\"2019-10-15 08:30:00\",\"TYPE\":\"投诉\",\"CLASS\":\"供水\""));
    EXPECT_THAT(sample->message, HasSubstr("\"TEL\":\"199 0000 0001\""));
    EXPECT_THAT(sample->message, HasSubstr("99999919000101001"));
    EXPECT_EQ(item().size(), sample->message.size()) << "bytes stay where they are";
    EXPECT_THAT(sample->masked, Contains("/OTHER/agent"));
    const auto records = adapt(**folder_.load(), sample->message);
    ASSERT_EQ(1u, records.size());
    ASSERT_EQ(ItemFate::Records, records[0].fate);
    EXPECT_EQ("19900000001", records[0].records[0].record.text(ticket::Field::caller_phone));
    EXPECT_TRUE(ticket::isResidentId(records[0].records[0].record.text(ticket::Field::id_number)));
}

TEST_F(SampleMaskTest, TheSameOneEverywhereAndTheSameEachTime) {
    const auto two = "[" + item() + "," + item("再次来电") + "]";
    const auto first = mask(two), second = mask(two);
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(first->message, second->message);
    const auto at = first->message.find("\"WHO\":"), again = first->message.rfind("\"WHO\":");
    EXPECT_NE(at, again);
    EXPECT_EQ(first->message.substr(at, 20), first->message.substr(again, 20));
}

TEST_F(SampleMaskTest, EscapesAndCharsetsAreFollowed) {
    std::string escaped = item();
    const std::string name = "张三丰";
    for (auto at = escaped.find(name); at != std::string::npos; at = escaped.find(name)) escaped.replace(at, name.size(), "\\u5f20\\u4E09\\u4e30");
    const auto mixed = mask(escaped);  // capitals and small letters in one name: no writer does that
    EXPECT_FALSE(mixed.ok());
    for (auto at = escaped.find("\\u4E09"); at != std::string::npos; at = escaped.find("\\u4E09")) escaped.replace(at, 6, "\\u4e09");
    const auto sample = mask(escaped);
    ASSERT_TRUE(sample.ok()) << sample.error().public_en;
    EXPECT_THAT(sample->message, Not(HasSubstr("\\u5f20\\u4e09\\u4e30")));

    folder_.product("product.yaml", product("format: csv, charset: GBK"));
    // "NO,TIME,TYPE,CLASS,TITLE,TEXT,WHO,TEL,ID" and one row: 投诉, 供水, 漏水, 张三丰来电, 张三丰 in GBK
    const std::string gbk = "NO,TIME,TYPE,CLASS,TITLE,TEXT,WHO,TEL,ID\r\nA-1,2019-10-15 08:30:00,\xCD\xB6\xCB\xDF,\xB9\xA9\xCB\xAE,"
                            "\xC2\xA9\xCB\xAE,\xD5\xC5\xC8\xFD\xB7\xE1\xC0\xB4\xB5\xE7,\xD5\xC5\xC8\xFD\xB7\xE1,13876543210,430200199001011230\r\n";
    const auto table = mask(gbk);
    ASSERT_TRUE(table.ok()) << table.error().public_en;
    EXPECT_THAT(table->message, Not(HasSubstr("\xD5\xC5\xC8\xFD\xB7\xE1")));
    EXPECT_THAT(table->message, HasSubstr("\xCD\xB6\xCB\xDF"));
    EXPECT_EQ(gbk.size(), table->message.size());
}

TEST_F(SampleMaskTest, LineBreaksThatStandInATextAsEscapesStayOnes) {
    const auto json = mask(item(R"(楼下漏水\\n请处理\\r\\n谢谢\\u5f20\\u4e09\\tC:\\Users)"));
    ASSERT_TRUE(json.ok()) << json.error().public_en;
    EXPECT_THAT(json->message, HasSubstr(R"(某某某某\\n某某某\\r\\n某某\\u67d0\\u67d0\\tC:\\xxxxx)"));
    folder_.product("product.yaml", product("format: csv, charset: UTF-8"));
    const auto csv = mask("NO,TIME,TYPE,CLASS,TITLE,TEXT,WHO,TEL,ID\r\nA-1,2019-10-15 08:30:00,投诉,供水,漏水\\n13712345678,楼下漏水\\n13876543210,"
                          "张三丰,13876543210,430200199001011230\r\n");
    ASSERT_TRUE(csv.ok()) << csv.error().public_en;
    EXPECT_THAT(csv->message, HasSubstr(R"(某某\n11111111111,某某某某\n19900000001,)"));
}

/// The last letter of an escape and the number behind it are no longer number.
TEST_F(SampleMaskTest, ANumberBehindAnEscapeIsMasked) {
    for (const char* before : {R"(楼下\n)", R"(\u697c\u4e0b)", R"(\r\n\t)", R"(某\\n)"}) {
        const auto sample = mask(item(std::string(before) + "13876543210 李四光"));
        ASSERT_TRUE(sample.ok()) << before << sample.error().public_en;
        for (const auto* text : kPrivate) EXPECT_THAT(sample->message, Not(HasSubstr(text))) << before;
    }
    EXPECT_FALSE(mask(item(R"(\u697c\u4e0b13876543210李四光)")).ok()) << "half of the characters escaped: no writer does that, and it is seen";
    folder_.product("product.yaml", product("format: form"));
    const auto form = mask("NO=A-1&TIME=2019-10-15+08:30:00&TYPE=%E6%8A%95%E8%AF%89&CLASS=%E4%BE%9B%E6%B0%B4&TITLE=x&TEXT=%E7%94%B5%E8%AF%9D13876543210"
                           "&WHO=%E5%BC%A0%E4%B8%89&TEL=13876543210&ID=430200199001011230");
    ASSERT_TRUE(form.ok()) << form.error().public_en;
    EXPECT_THAT(form->message, Not(HasSubstr("13876543210")));
}

TEST_F(SampleMaskTest, WhatTheMappingNeedsStaysAlsoWhereAnotherMemberSaysIt) {
    folder_.product("kinds.csv", "native,canonical\n12345热线,3\n投诉件,3\n");
    const auto with = [](const std::string& type, const std::string& other) {
        return R"({"NO":"A-1","TIME":"2019-10-15 08:30:00","TYPE":")" + type + R"(","CLASS":"供水","TITLE":"漏水","TEXT":"张三丰来电","WHO":"张三丰",)"
               R"("TEL":"13876543210","ID":"430200199001011230","OTHER":")" + other + "\"}";
    };
    const auto run = mask(with("12345热线", "12345"));
    ASSERT_TRUE(run.ok()) << run.error().public_en;
    EXPECT_THAT(run->message, HasSubstr("\"TYPE\":\"12345热线\""));
    EXPECT_THAT(run->kept, Contains("/OTHER"));
    const auto beside = mask(with("12345热线", "王女士 12345"));
    ASSERT_TRUE(beside.ok()) << beside.error().public_en;
    EXPECT_THAT(beside->message, HasSubstr("\"OTHER\":\"某某某 11111\"")) << "a longer text is one of its own";
    EXPECT_THAT(beside->message, HasSubstr("\"TYPE\":\"12345热线\""));
    const auto whole = mask(with("投诉件", "投诉件"));
    ASSERT_TRUE(whole.ok()) << whole.error().public_en;
    EXPECT_THAT(whole->message, HasSubstr("\"TYPE\":\"投诉件\""));
    EXPECT_THAT(whole->kept, Contains("/OTHER"));
    for (const auto* text : kPrivate) EXPECT_THAT(whole->message, Not(HasSubstr(text)));
    // A text that stays in part, beside other runs that are masked, is told.
    folder_.product("kinds.csv", "native,canonical\n王芳调解工作室,3\n投诉件,3\n");
    const auto part = mask(with("王芳调解工作室", "王芳/已联系市民"));
    ASSERT_TRUE(part.ok()) << part.error().public_en;
    EXPECT_THAT(part->kept, Contains("/OTHER"));
    // A telephone number is one, whatever says it.
    EXPECT_THAT(mask(with("投诉件", "13876543210"))->message, Not(HasSubstr("13876543210")));
}

TEST_F(SampleMaskTest, WhatItCannotLookThroughIsRefused) {
    EXPECT_FALSE(mask(item().substr(0, 100)).ok()) << "torn";
    EXPECT_FALSE(mask(std::string(kRecordedBytesMax + 1, ' ')).ok());
    folder_.product("product.yaml", product("format: xlsx"));
    EXPECT_FALSE(mask("PK").ok());
}

TEST_F(SampleMaskTest, TheEnvelopeIsMaskedToo) {
    folder_.product("product.yaml", product("format: json, charset: UTF-8, items: rows"));
    const auto sample = mask(R"({"operator":"李四光","tel":"13876543210","rows":[)" + item() + "]}");
    ASSERT_TRUE(sample.ok()) << sample.error().public_en;
    for (const auto* text : kPrivate) EXPECT_THAT(sample->message, Not(HasSubstr(text)));
}

TEST(InventionsTest, NamesDifferAndKeepTheirLength) {
    Inventions inventions;
    std::set<std::string> names;
    for (const char* name : {"王一", "王二", "王三", "李一", "李二"}) names.insert(inventions.name(name));
    EXPECT_EQ(5u, names.size());
    EXPECT_EQ(3u, base::countCodePoints(inventions.name("欧阳锋")).value_or(0));
    EXPECT_EQ(inventions.name("欧阳锋"), inventions.name("欧阳锋"));
    EXPECT_EQ("110", inventions.phone("110"));
    EXPECT_THAT(inventions.phone("0731-88881234"), ::testing::StartsWith("0731-"));
    EXPECT_TRUE(isNumberOfPerson("13876543210"));
    EXPECT_TRUE(Inventions::isInvented(inventions.phone("13876543210")));
}

TEST_F(SampleMaskTest, NamesOfRareCharactersAreMaskedAndStayRare) {
    for (const char* name : {"陈𠅤", "𠮷田", "李𠮷明", "孙晓䶮"}) {
        std::string message = item();
        for (auto at = message.find("张三丰"); at != std::string::npos; at = message.find("张三丰")) message.replace(at, 9, name);
        const auto sample = mask(message);
        ASSERT_TRUE(sample.ok()) << name << base::describe(sample.error());
        EXPECT_THAT(sample->message, Not(HasSubstr(name)));
        EXPECT_THAT(sample->masked, Contains("/WHO"));
    }
    EXPECT_EQ("测𠀀", Inventions().name("陈𠅤"));
}

TEST_F(SampleMaskTest, TwoTicketsStayTwoWhereAPicturesAddressNamesThem) {
    const auto numbered = [](const std::string& number) {
        std::string text = item();
        text.replace(text.find("A-1"), 3, number);
        return text.insert(text.size() - 1, R"(,"PIC":"http://10.0.0.1/)" + number + R"(/1.jpg")");
    };
    const auto sample = mask("[" + numbered("RZWG202611240001") + "," + numbered("RZWG202611240003") + "]");
    ASSERT_TRUE(sample.ok()) << base::describe(sample.error()) << sample.error().public_en;
    std::set<std::string> numbers;
    for (const auto& one : adapt(**folder_.load(), sample->message)) numbers.insert(one.records.at(0).record.text(ticket::Field::record_ref));
    EXPECT_EQ((std::set<std::string>{"RZWG202611240001", "RZWG202611240003"}), numbers);
}

}  // namespace
}  // namespace yht::kit
