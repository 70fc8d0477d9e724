#include "gateway/ticket/schema.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/ticket/calendar.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/record_json.h"

using namespace yht;
using namespace yht::ticket;

namespace {

const std::filesystem::path kSchemas = std::filesystem::path(YHT_SOURCE_DIR) / "schemas";

std::string textOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_TRUE(file.good()) << path;
    return text.str();
}

void expectCommitted(
    const std::string& name, const std::string& generated, const std::string& command
) {
    // Not EXPECT_EQ: a diff of two hundred kilobytes helps nobody.
    EXPECT_TRUE(textOf(kSchemas / name) == generated)
        << "schemas/" << name << " is not what the catalogue says; run: yht schema " << command
        << " > schemas/" << name;
}

std::int32_t day(std::string_view date) {
    return base::shanghaiDay(*base::parseRfc3339(std::string(date) + "T12:00:00+08:00"));
}

}  // namespace

TEST(Schema, CommittedCopiesAreTheCatalogue) {
    expectCommitted("records.schema.json", jsonSchema(), "json");
    expectCommitted("fields.md", referencePage(), "docs");
    expectCommitted("codes.json", codesJson(""), "codes");
}

TEST(Schema, TheReferenceAsRowsHasEveryFieldOfEveryKind) {
    const auto reference = json::parse(referenceJson(), {.values_max = 1'000'000});
    ASSERT_TRUE(reference);
    const auto& kinds = (*reference)["kinds"];
    ASSERT_EQ(kindTable().size(), kinds.Size());
    for (rapidjson::SizeType i = 0; i < kinds.Size(); ++i) {
        const auto& kind = kindTable()[i];
        EXPECT_EQ(kind.name, json::textMember(kinds[i], "kind"));
        std::set<std::string> named;
        for (const auto& row : kinds[i]["fields"].GetArray()) {
            const std::string name = json::textMember(row, "name");
            named.insert(name);
            const auto* field = findField(kind.kind, name);
            ASSERT_NE(nullptr, field) << name;
            EXPECT_EQ(std::to_string(static_cast<unsigned>(field->field)), json::textMember(row, "number")) << name;
            EXPECT_EQ(field->code_list, json::textMember(row, "code_list")) << name;
            EXPECT_EQ(field->required == Required::Always, json::textMember(row, "required") == "always") << name;
            EXPECT_EQ(json::textMember(row, "required") == "sometimes", row.HasMember("required_if_en")) << name;
        }
        EXPECT_EQ(fieldsOf(kind.kind).size(), named.size()) << kind.name;
    }
    EXPECT_EQ(codeLists().size(), (*reference)["code_lists"].Size());
    for (const char* rows : {"validation_errors", "states", "findings"}) EXPECT_LT(5U, (*reference)[rows].Size()) << rows;
}

TEST(Schema, DefinesEveryKindFieldAndCode) {
    const auto schema = json::parse(jsonSchema());
    ASSERT_TRUE(schema);
    const auto& definitions = (*schema)["$defs"];
    for (const auto& kind : kindTable()) {
        const auto& properties = definitions[kind.name]["properties"];
        EXPECT_EQ(fieldsOf(kind.kind).size() + 1, properties.MemberCount()) << kind.name;
        for (const auto* row : fieldsOf(kind.kind)) {
            ASSERT_TRUE(properties.HasMember(row->name)) << row->name;
            EXPECT_EQ(
                std::to_string(static_cast<unsigned>(row->field)),
                json::textMember(properties[row->name], "x-number")
            );
        }
    }
    for (const auto& list : codeLists()) {
        EXPECT_EQ(
            codeList(list.list).size(),
            definitions[("code_" + std::string(list.list)).c_str()]["oneOf"].Size()
        );
    }
}

// The metaschema's rule that a generator breaks most easily.
TEST(Schema, HasNoEmptyCombination) {
    for (const char* empty : {"\"allOf\": []", "\"anyOf\": []", "\"oneOf\": []", "\"enum\": []"}) {
        EXPECT_EQ(std::string::npos, jsonSchema().find(empty)) << empty;
    }
}

TEST(Schema, EveryReferenceHasItsDefinition) {
    const std::string text = jsonSchema();
    const auto schema = json::parse(text);
    static constexpr std::string_view kMark = "#/$defs/";
    std::size_t count = 0;
    for (auto at = text.find(kMark); at != std::string::npos;
         at = text.find(kMark, at + 1), ++count) {
        const auto name = text.substr(at + kMark.size(), text.find('"', at) - at - kMark.size());
        EXPECT_TRUE((*schema)["$defs"].HasMember(name)) << name;
    }
    EXPECT_GT(count, 100u);
}

TEST(ReferencePage, ShowsEveryFieldNumberAndCode) {
    const std::string page = referencePage();
    for (const auto& row : fieldTable()) {
        const auto line =
            "| " + std::to_string(static_cast<unsigned>(row.field)) + " | `" + row.name + "` |";
        EXPECT_NE(std::string::npos, page.find(line)) << line;
    }
    for (const auto& list : codeLists()) {
        for (const auto& code : codeList(list.list)) {
            EXPECT_NE(
                std::string::npos, page.find("| `" + std::string(code.code) + "` | " + code.zh)
            ) << code.zh;
        }
    }
}

TEST(CodesJson, GivesOneListOrAll) {
    const auto one = json::parse(codesJson("urgency"));
    ASSERT_TRUE(one);
    EXPECT_EQ("urgency", json::textMember(*one, "list"));
    EXPECT_EQ(3u, (*one)["codes"].Size());
    const auto all = json::parse(codesJson(""));
    ASSERT_TRUE(all);
    EXPECT_EQ(codeLists().size(), all->Size());
    EXPECT_EQ("{}\n", codesJson("no_such_list"));
}

TEST(Examples, OneOfEachKindIsARecord) {
    std::set<std::string> kinds;
    for (const auto& file : std::filesystem::directory_iterator(kSchemas / "examples")) {
        if (file.path().extension() != ".json") continue;  // programs and a worked signature stand beside them
        const auto document = json::parse(textOf(file.path()));
        ASSERT_TRUE(document) << file.path();
        const auto record = readRecord(*document);
        ASSERT_TRUE(record) << file.path() << "\n" << base::describe(record.error());
        kinds.insert(kindRow(record->kind()).name);
        EXPECT_EQ(kindRow(record->kind()).name + std::string(".json"), file.path().filename());
    }
    EXPECT_EQ(kKindCount, kinds.size());
}

// The State Council's arrangement for 2025, counted rather than copied: 28 days off, 5 days of work
// in exchange.
TEST(Calendars, Of2025HoldsTheArrangement) {
    const auto calendar = Calendar::fromCsv(textOf(kSchemas / "calendars" / "cn-2025.csv"));
    ASSERT_TRUE(calendar);
    for (const char* off :
         {"2025-01-01", "2025-01-28", "2025-02-04", "2025-04-04", "2025-05-05", "2025-06-02",
          "2025-10-08"}) {
        EXPECT_FALSE(calendar->isWorkingDay(day(off))) << off;
    }
    for (const char* work :
         {"2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11", "2025-01-27",
          "2025-10-09"}) {
        EXPECT_TRUE(calendar->isWorkingDay(day(work))) << work;
    }
    int working = 0;
    for (std::int32_t each = day("2025-01-01"); each <= day("2025-12-31"); ++each)
        working += calendar->isWorkingDay(each) ? 1 : 0;
    EXPECT_EQ(248, working);
}
