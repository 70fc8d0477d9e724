// Records as XML elements, and their envelope: what a SOAP province is sent.
#include <gmock/gmock.h>

#include "adapters/kit/envelope.h"
#include "adapters/kit/record_writer.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {
namespace {

using testing::HasSubstr;
using ticket::Field;

/// A small profile of an XML message of its own; `rows` are those of kind appeal.
std::string xmlProfile(const std::string& rows, const std::string& envelope = "format: xml, root: Report") {
    std::string text = smallProfile(rows);
    const std::string members = "envelope: { members: [ { name: LIST, value: records } ] }";
    text.replace(
        text.find(members), members.size(),
        "envelope: { " + envelope + ", members: [ { name: Sender, value: sender_id }, { name: List, value: records, item: Record } ] }"
    );
    return text;
}

class XmlMappingTest : public ::testing::Test {
protected:
    TemporaryDirectory directory;
    OutboundRecord record = appeal();
    const MappingContext context{.sender_id = "S1", .reporting_unit = "", .accepting_region = ""};

    base::Result<std::shared_ptr<const Profile>> load(const std::string& text) {
        directory.write("profile.yaml", text);
        return Profile::load(directory.path());
    }
    MappedRecord map(const std::vector<std::string>& rows) {
        std::string list;
        for (const auto& row : rows) list += "      - " + row + "\n";
        const auto profile = load(xmlProfile(list));
        EXPECT_TRUE(profile) << (profile ? "" : profile.error().detail);
        return (*profile)->findKind(ticket::Kind::Appeal)->mapping->map(record, context);
    }
    std::string problemsOf(const std::vector<std::string>& rows) {
        std::string list;
        for (const auto& row : rows) list += "      - " + row + "\n";
        const auto profile = load(xmlProfile(list));
        return profile ? "" : profile.error().detail;
    }
};

TEST_F(XmlMappingTest, EachTargetIsAnElement) {
    EXPECT_EQ(map({"{ to: Title, from: title, max: 100 }", "{ to: No, from: \"@seq\" }"}).text, "<Title>小区下水道异味</Title><No>17</No>");
}

TEST_F(XmlMappingTest, TargetsOfOneWayStandInOneElement) {
    const auto mapped = map(
        {"{ to: No, from: \"@seq\" }", "{ to: Appeal/Title, from: title, max: 100 }", "{ to: Appeal/Who/Name, from: caller_name, max: 40 }",
         "{ to: Appeal/Who/Phone, from: caller_phone, max: 20 }", "{ to: Appeal/Secret, from: is_secret }", "{ to: End, const: x }"}
    );
    EXPECT_EQ(
        mapped.text,
        "<No>17</No><Appeal><Title>小区下水道异味</Title><Who><Name>张先生</Name><Phone>19900000001</Phone></Who><Secret>0</Secret>"
        "</Appeal><End>x</End>"
    );
}

TEST_F(XmlMappingTest, AWayWithoutValuesIsNotThere) {
    EXPECT_EQ(map({"{ to: No, from: \"@seq\" }", "{ to: Visit/By, from: operator_name, max: 20 }"}).text, "<No>17</No>");
    EXPECT_EQ(map({"{ to: A/B, from: operator_name, max: 20 }"}).text, "");
}

TEST_F(XmlMappingTest, MarkupInATextIsText) {
    record.record.set(Field::title, "a<b>&\"c]]>\r\nd");
    EXPECT_EQ(map({"{ to: T, from: title, max: 100 }"}).text, "<T>a&lt;b&gt;&amp;\"c]]&gt;\nd</T>");
}

TEST_F(XmlMappingTest, AListIsTheElementAgainAndAMapHasNames) {
    record.record.set(Field::attachment_digests, std::vector<std::string>{std::string(64, 'a'), std::string(64, 'b')});
    record.record.set(Field::ext, std::map<std::string, std::string>{{"a\"<", "长文本"}, {"jjdbh", "J1"}});
    EXPECT_EQ(
        map({"{ to: D, from: attachment_digests, max: 64 }", "{ to: E, from: ext, max: 100 }"}).text,
        "<D>" + std::string(64, 'a') + "</D><D>" + std::string(64, 'b') +
            "</D><E name=\"a&quot;&lt;\">长文本</E><E name=\"jjdbh\">J1</E>"
    );
}

TEST_F(XmlMappingTest, TheRestOfASplitTextFollowsInItsWay) {
    EXPECT_EQ(
        map({"{ to: A/T, from: title, max: 6, overflow: split, into: A/More, into_max: 100 }"}).text,
        "<A><T>小区下</T><More>水道异味</More></A>"
    );
}

TEST_F(XmlMappingTest, AFieldIsKnownByItsWayAndByItsName) {
    const auto loaded = load(xmlProfile("      - { to: Appeal/Title, from: title, max: 100 }\n"));
    ASSERT_TRUE(loaded) << loaded.error().detail;
    const auto& mapping = *(*loaded)->findKind(ticket::Kind::Appeal)->mapping;
    EXPECT_EQ(mapping.pointerOf("Appeal/Title"), "/title");
    EXPECT_EQ(mapping.pointerOf("Title"), "/title");
    EXPECT_FALSE(mapping.knows("itle"));
    EXPECT_FALSE(mapping.knows(""));
}

TEST_F(XmlMappingTest, RowsOfOneWayMustStandTogether) {
    EXPECT_THAT(
        problemsOf({"{ to: A/B/X, const: x }", "{ to: C, const: x }", "{ to: A/Y, const: x }"}), HasSubstr("rows of A stand apart")
    );
    EXPECT_EQ("", problemsOf({"{ to: A/B/X, const: x }", "{ to: A/Y, const: x }", "{ to: C, const: x }"}));
}

TEST_F(XmlMappingTest, ATargetMustBeANameThatAnElementCanHave) {
    for (const char* bad : {"\"1a\"", "\"a b\"", "\"a:b\"", "\"/a\"", "\"a/\"", "\"a<\""}) {
        EXPECT_THAT(problemsOf({"{ to: " + std::string(bad) + ", const: x }"}), HasSubstr("is no name of an element")) << bad;
    }
    EXPECT_EQ("", problemsOf({"{ to: 诉求/标题, const: x }"}));
    EXPECT_TRUE(isElementName("诉求标题_1"));
    EXPECT_FALSE(isElementName("\xE4\xB7\xBF"));  // U+4DFF: no Chinese character
    EXPECT_FALSE(isElementName("\xEF\xBC\x8C"));  // a full-width comma
}

TEST_F(XmlMappingTest, TheEnvelopeIsTheRootWithItsMembers) {
    const auto profile = load(xmlProfile("      - { to: T, from: title, max: 100 }\n"));
    ASSERT_TRUE(profile) << profile.error().detail;
    const std::vector<std::string> records{"<T>1</T>", "<T>2</T>"};
    const auto key = signingKeyOf(test::sharedPki().gateway());
    const auto sealed = sealEnvelope(
        (*profile)->envelope(),
        {.sender_id = "a<b", .batch_id = "b1", .type = "", .nonce = "n", .now_ms = kApril, .records = &records, .key = &key}
    );
    ASSERT_TRUE(sealed);
    EXPECT_EQ(
        sealed->body,
        "<Report><Sender>a&lt;b</Sender><List><Record><T>1</T></Record><Record><T>2</T></Record></List></Report>"
    );
}

TEST_F(XmlMappingTest, WhatXmlAsksOfAnEnvelopeIsToldAtLoad) {
    const std::string rows = "      - { to: T, from: title, max: 100 }\n";
    const auto problem = [&](std::string text, const std::string& from, const std::string& to) {
        const auto at = text.find(from);
        EXPECT_NE(at, text.npos) << from;
        text.replace(at, from.size(), to);
        const auto loaded = load(text);
        return loaded ? std::string() : loaded.error().detail;
    };
    EXPECT_THAT(problem(xmlProfile(rows), ", root: Report", ""), HasSubstr("envelope.root: the element around"));
    EXPECT_THAT(problem(xmlProfile(rows), "item: Record", "item: \"a b\""), HasSubstr("names the element of each"));
    EXPECT_THAT(problem(xmlProfile(rows), ", item: Record", ""), HasSubstr("names the element of each"));
    EXPECT_THAT(problem(xmlProfile(rows), "name: Sender", "name: \"9\""), HasSubstr("9 is no name of an element"));
    EXPECT_THAT(problem(xmlProfile(rows), "format: xml", "format: yaml"), HasSubstr("write json or xml"));
    EXPECT_THAT(problem(smallProfile(rows), "envelope: {", "envelope: { root: X,"), HasSubstr("envelope.root is XML's"));
}

}  // namespace
}  // namespace yht::kit
