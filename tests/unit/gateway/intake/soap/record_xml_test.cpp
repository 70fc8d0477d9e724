// The same record by JSON and by XML: the same canonical bytes, or the same errors at the same places.
#include "gateway/intake/soap/record_xml.h"

#include <gtest/gtest.h>

#include "gateway/intake/soap/operations.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/field_values.h"
#include "gateway/ticket/record_json.h"
#include "tests/support/pki.h"
#include "tests/unit/gateway/intake/soap/generated_records.h"

namespace yht::soap {
namespace {

using ticket::FieldRow;
using ticket::FieldType;

/// A value that the row takes, as JSON text.
std::string sampleOf(const FieldRow& row) {
    const std::string code = row.code_list[0] == '\0' ? "" : ticket::codeList(row.code_list).begin()->code;
    switch (row.type) {
        case FieldType::Code:
            return '"' + code + '"';
        case FieldType::Codes:
            return "[\"" + code + "\"]";
        case FieldType::Time:
            return R"("2026-11-28T20:59:00.123+08:00")";
        case FieldType::Integer:
            return "7";
        case FieldType::Decimal:
            return "\"-12.50\"";
        case FieldType::Flag:
            return "true";
        case FieldType::Region:
            return "\"430200\"";
        case FieldType::Phone:
            return "\"+86 (0731) 12345\"";
        case FieldType::Digest:
            return '"' + std::string(64, 'a') + '"';
        case FieldType::Digests:
            return "[\"" + std::string(64, 'a') + "\",\"" + std::string(64, 'b') + "\"]";
        case FieldType::Texts:
            return "[\" 一 \",\"a<b&c\"]";
        case FieldType::References:
            return R"(["zz110/A 1","zz12345/2"])";
        case FieldType::Map:
            return R"({"名称":"值 <&>\r\n","b":" "})";
        case FieldType::Text:
        case FieldType::Reference:
            return "\"x<&>\\\"'\"";
    }
    return "null";
}

struct Judged {
    std::string canonical;
    std::vector<base::FieldError> errors;
    bool operator==(const Judged&) const = default;
};

Judged judge(const rapidjson::Value& value) {
    const auto record = ticket::readRecord(value);
    if (record) return {ticket::canonicalText(*record), {}};
    return {"", record.error().fields};
}

std::string wrapped(const std::string& inner) {
    return std::string("<record xmlns=\"") + kNamespace + "\">" + inner + "</record>";
}

base::Result<Judged> judgeXml(const std::string& text) {
    const auto document = xml::Document::parse(text);
    if (!document) return document.error();
    rapidjson::Document holder;
    auto value = recordFromXml(document->root(), holder.GetAllocator());
    if (!value) return std::move(value).error();
    return judge(*value);
}

/// The JSON as parse() reads it, written as XML and read back.
Judged overXml(const std::string& text) {
    const auto document = json::parse(text);
    EXPECT_TRUE(document.ok()) << text;
    std::string out;
    appendRecordXml(out, *ticket::findKind(json::textMember(*document, "kind")), *document);
    const auto judged = judgeXml(wrapped(out));
    EXPECT_TRUE(judged.ok()) << out;
    return judged ? *judged : Judged{};
}

/// A flag as JSON has it, as text: XML knows no other.
Judged direct(const std::string& text) { return judge(*json::parse(text)); }

TEST(RecordXml, EveryFieldOfEveryKindIsTheSameAsInJson) {
    std::size_t fields = 0;
    for (const auto& kind : ticket::kindTable()) {
        std::string all = std::string(R"({"kind":")") + kind.name + '"';
        for (const FieldRow* row : ticket::fieldsOf(kind.kind)) {
            std::string sample = sampleOf(*row);
            if (sample == "true") sample = "\"true\"";
            all += std::string(",\"") + row->name + "\":" + sample;
            ++fields;
        }
        all += '}';
        EXPECT_EQ(direct(all), overXml(all)) << kind.name;
    }
    EXPECT_LE(200U, fields);
}

TEST(RecordXml, EachFieldAloneIsTheSameAsInJson) {
    for (const auto& kind : ticket::kindTable()) {
        for (const FieldRow* row : ticket::fieldsOf(kind.kind)) {
            std::string sample = sampleOf(*row);
            if (sample == "true") sample = "\"true\"";
            const auto text = std::string(R"({"kind":")") + kind.name + "\",\"" + row->name + "\":" + sample + '}';
            EXPECT_EQ(direct(text), overXml(text)) << text;
        }
    }
}

TEST(RecordXml, TheExamplesOfTheSchemaAreTheSameAsInJson) {
    const std::filesystem::path examples = std::filesystem::path(YHT_SOURCE_DIR) / "schemas/examples";
    for (const auto& kind : ticket::kindTable()) {
        auto document = *json::parse(test::readFile(examples / (std::string(kind.name) + ".json")));
        flagsAsText(document);
        const auto text = json::write(document);
        const auto judged = direct(text);
        EXPECT_NE("", judged.canonical) << kind.name;
        EXPECT_EQ(judged, overXml(text)) << kind.name;
    }
}

TEST(RecordXml, GeneratedRecordsAreTheSameAsInJson) {
    GeneratedRecords records(12345);
    std::set<std::string> seen, refused;
    for (int round = 0; round < 200; ++round) {
        for (const auto& kind : ticket::kindTable()) {
            const auto record = records.next(kind.kind, "zz110", "R-" + std::to_string(round));
            const auto text = json::write(record);
            const auto judged = direct(text);
            ASSERT_EQ(judged, overXml(text)) << text;
            for (const auto& member : record.GetObject()) seen.emplace(std::string(kind.name) + '/' + member.name.GetString());
            (judged.canonical.empty() ? refused : seen).emplace(kind.name);
        }
    }
    // Every field of every kind has been there, every kind taken and refused.
    for (const auto& kind : ticket::kindTable()) {
        EXPECT_TRUE(seen.contains(kind.name)) << kind.name << " never taken";
        EXPECT_TRUE(refused.contains(kind.name)) << kind.name << " never refused";
        for (const FieldRow* row : ticket::fieldsOf(kind.kind)) {
            const std::string name = row->name;
            if (name == "ticket_no" || name == "kind") continue;
            EXPECT_TRUE(seen.contains(std::string(kind.name) + '/' + name)) << kind.name << '/' << name;
        }
    }
}

const std::string kHead = "<source>zz110</source><record_ref>1</record_ref><event_time>2026-11-28T20:59:00+08:00</event_time>";

TEST(RecordXml, AnUnknownElementIsRefusedWithTheNearestName) {
    const auto judged = judgeXml(wrapped("<call>" + kHead + "<recordref>1</recordref></call>"));
    ASSERT_TRUE(judged.ok());
    const bool told = std::any_of(judged->errors.begin(), judged->errors.end(), [](const auto& error) {
        return error.pointer == "/recordref" && error.limit == "record_ref";
    });
    EXPECT_TRUE(told);
}

TEST(RecordXml, ARepeatedScalarIsRefusedAtItsPlace) {
    const auto judged = judgeXml(wrapped("<call>" + kHead + "<source>zz110</source></call>"));
    ASSERT_TRUE(judged.ok());
    ASSERT_FALSE(judged->errors.empty());
    EXPECT_EQ("/source", judged->errors.front().pointer);
}

TEST(RecordXml, SpaceAroundValuesThatAreNoTextAndXmlsBooleansAreTaken) {
    const auto spaced = judgeXml(wrapped("<appeal>" + kHead + "<is_secret> 1 </is_secret><round>\n2 </round></appeal>"));
    const auto plain = judgeXml(wrapped("<appeal>" + kHead + "<is_secret>true</is_secret><round>2</round></appeal>"));
    ASSERT_TRUE(spaced.ok() && plain.ok());
    EXPECT_EQ(*plain, *spaced);
}

TEST(RecordXml, NilIsNotThere) {
    const std::string nil = "<version xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/>";
    EXPECT_EQ(*judgeXml(wrapped("<call>" + kHead + "</call>")), *judgeXml(wrapped("<call>" + kHead + nil + "</call>")));
}

TEST(RecordXml, WhatIsNoRecordIsRefused) {
    const auto code = [](const std::string& text) {
        const auto judged = judgeXml(text);
        return judged ? "" : std::string(judged.error().row().wire);
    };
    EXPECT_EQ("soap.argument_invalid", code(wrapped("")));
    EXPECT_EQ("soap.argument_invalid", code(wrapped("<appeal/><call/>")));
    EXPECT_EQ("soap.argument_invalid", code(wrapped("<dog/>")));
    EXPECT_EQ("soap.argument_invalid", code("<record><call/></record>"));
    EXPECT_EQ("soap.argument_invalid", code(wrapped("<call><source><b/></source></call>")));
    EXPECT_EQ("soap.argument_invalid", code(wrapped("<call><ext><entry>x</entry></ext></call>")));
    EXPECT_EQ("soap.argument_invalid", code(wrapped("<call><ext><entry name=\"a\">x</entry><entry name=\"a\">y</entry></ext></call>")));
    EXPECT_EQ("soap.argument_invalid", code(wrapped("<call><ext/><ext/></call>")));
}

}  // namespace
}  // namespace yht::soap
