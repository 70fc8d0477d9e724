#include "adapters/kit/inbound/inbound_mapping.h"

#include <gmock/gmock.h>

#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ticket::Field;

class InboundMappingTest : public ::testing::Test {
protected:
    /// The one item of a message under a mapping with these rows.
    AdaptedItem item(
        const std::string& rows, const std::string& message, const std::string& more = "",
        const MessageContext& context = {.received_ms = kApril}
    ) {
        writeProcessSource(folder_, rows, more);
        const auto adapter = folder_.load();
        if (!adapter) {
            ADD_FAILURE() << adapter.error().detail;
            return {};
        }
        adapter_ = *adapter;  // origins point into it
        auto items = adapt(*adapter_, message, context);
        EXPECT_EQ(items.size(), 1U);
        return std::move(items.front());
    }
    /// The text of a field of the one record; the errors where there is none.
    std::string field(
        Field field, const std::string& rows, const std::string& message,
        const std::string& more = ""
    ) {
        const auto made = item(rows, message, more);
        return made.records.empty() ? "<" + errorsOf(made) + ">"
                                    : made.records.front().record.text(field);
    }

    SourceFolder folder_;
    std::shared_ptr<const Adapter> adapter_;
};

TEST_F(InboundMappingTest, TheFirstPathThatHasAValueGivesIt) {
    EXPECT_EQ(
        field(
            Field::opinion, "      opinion: { from: [a, b], default: none }\n",
            R"({"id":"1","a":" 无 ","b":" x "})"
        ),
        "x"
    );
    EXPECT_EQ(
        field(
            Field::opinion, "      opinion: { from: [a, b], default: none }\n",
            R"({"id":"1","a":null})"
        ),
        "none"
    );
    EXPECT_EQ(field(Field::opinion, "      opinion: a\n", R"({"id":"1","a":{}})"), "");
}

TEST_F(InboundMappingTest, OfSeveralRowsTheFirstThatYieldsWins) {
    const std::string rows =
        "      opinion:\n        - { const: anonymous, when: { name: \"\" } }\n        - { from: "
        "name }\n";
    EXPECT_EQ(field(Field::opinion, rows, R"({"id":"1","name":"无"})"), "anonymous");
    EXPECT_EQ(field(Field::opinion, rows, R"({"id":"1","name":"n"})"), "n");
}

TEST_F(InboundMappingTest, SeveralValuesWhereOneIsWantedAreAnErrorUnlessTheRowSaysWhich) {
    const char* message = R"({"id":"1","a":[{"b":"x"},{"b":"y"}]})";
    EXPECT_EQ(field(Field::opinion, "      opinion: a/b\n", message), "<many_values /a/b>");
    EXPECT_EQ(field(Field::opinion, "      opinion: { from: a/*/b, take: last }\n", message), "y");
    EXPECT_EQ(
        field(Field::opinion, "      opinion: { from: a/*/b, join: \"+\" }\n", message), "x+y"
    );
    EXPECT_EQ(field(Field::opinion, "      opinion: a/b\n", R"({"id":"1","a":{"b":"x"}})"), "x");
    EXPECT_EQ(field(Field::opinion, "      opinion: a/b\n", R"({"id":"1","a":[{"b":"x"}]})"), "x");
}

TEST_F(InboundMappingTest, ANumberJoinedFromPartsNeedsThemAll) {
    const std::string rows =
        "      operator_org_code: { from: [a, b], join: \"-\" }\n      opinion: { from: [a, b], "
        "join: \"-\" }\n";
    EXPECT_EQ(field(Field::operator_org_code, rows, R"({"id":"1","a":"x","b":"y"})"), "x-y");
    EXPECT_EQ(field(Field::operator_org_code, rows, R"({"id":"1","b":"y"})"), "");
    EXPECT_EQ(field(Field::opinion, rows, R"({"id":"1","b":"y"})"), "y");
}

TEST_F(InboundMappingTest, AListTakesAllPathsAndASeparator) {
    const auto made = item(
        "      to_org_codes: { from: [a, b], separator: \",\" }\n",
        R"({"id":"1","a":"x, y,,x","b":["z"]})"
    );
    ASSERT_EQ(made.fate, ItemFate::Records);
    EXPECT_THAT(made.records.front().record.list(Field::to_org_codes), ElementsAre("x", "y", "z"));
}

TEST_F(InboundMappingTest, SeveralSeparatorsCutOneText) {
    const auto made = item(
        "      to_org_codes: { from: a, separator: [、, \"，\", \"--\"] }\n", R"({"id":"1","a":"x、y， z--u-v、"})"
    );
    ASSERT_EQ(made.fate, ItemFate::Records);
    EXPECT_THAT(made.records.front().record.list(Field::to_org_codes), ElementsAre("x", "y", "z", "u-v"));
    const std::string second = "      opinion: { from: a, separator: [、, \";\"], part: 2 }\n";
    EXPECT_EQ(field(Field::opinion, second, R"({"id":"1","a":"x;y、z"})"), "y");
    EXPECT_EQ(field(Field::opinion, second, R"({"id":"1","a":"x、;z"})"), "") << "an empty part counts";
    writeProcessSource(folder_, "      opinion: { from: a, separator: [、, \"\"] }\n");
    EXPECT_THAT(folder_.problems(), ::testing::HasSubstr("separator: write what stands between the parts"));
}

TEST_F(InboundMappingTest, APartOfASeparatedTextThatIsNotThereIsAnError) {
    const std::string rows = "      opinion: { from: point, separator: \",\", part: 2 }\n";
    EXPECT_EQ(field(Field::opinion, rows, R"({"id":"1","point":"113.1, 27.8"})"), "27.8");
    EXPECT_EQ(
        field(Field::opinion, rows, R"({"id":"1","point":"113.1"})"), "<part_missing /point>"
    );
}

TEST_F(InboundMappingTest, EveryErrorOfAnItemComesAtOnceAndNamesTheSourcePath) {
    const auto made = item(
        "      source_seq: n\n      opinion: { from: missing, required: true }\n",
        R"({"id":"1","n":"x","at":"yesterday"})"
    );
    EXPECT_EQ(made.fate, ItemFate::Failed);
    EXPECT_EQ(made.failure->code, base::ErrorCode::ItemUnmapped);
    EXPECT_EQ(errorsOf(made), "time_unreadable /at, integer_invalid /n, required /missing");
}

TEST_F(InboundMappingTest, ACodeIsJudgedByTheDayOfTheEvent) {
    folder_.product(
        "t.csv", "native,canonical,valid_from,valid_to\nA,31,,2019-12-31\nA,39,2020-01-01,\n"
    );
    const std::string rows = "      process_type: { from: type, vocabulary: t }\n";
    const std::string more = "vocabularies: { t: {} }\n";
    writeProcessSource(folder_, "", more);
    // The fixture's own process_type row stands in the product; the source replaces it.
    folder_.source(
        "mapping.yaml",
        "records: { step: { rows: { process_type: { const: null, from: type, vocabulary: t } } } "
        "}\n"
    );
    const auto adapter = folder_.load();
    ASSERT_TRUE(adapter) << adapter.error().detail;
    const auto type = [&](const char* at) {
        const auto items =
            adapt(**adapter, std::string(R"({"id":"1","type":"A","at":")") + at + "\"}");
        return items.front().records.front().record.text(Field::process_type);
    };
    EXPECT_EQ(type("2019-12-31 23:59:59"), "31");
    EXPECT_EQ(type("2020-01-01 00:00:00"), "39");
    EXPECT_EQ(
        errorsOf(adapt(**adapter, R"({"id":"1","type":"B"})").front()), "code_unmapped /type"
    );
}

TEST_F(InboundMappingTest, AnUnmappedCodeIsCountedAndItsTextKept) {
    folder_.product("t.csv", "native,canonical\nA,x\n");
    const auto made = item(
        "      operator_org_code: { from: org, vocabulary: t }\n", R"({"id":"1","org":"某科"})",
        "vocabularies: { t: { unmapped: accept_as, accept_as: other, keep_in: node_name } }\n",
        {.received_ms = kApril, .trace = true}
    );
    ASSERT_EQ(made.fate, ItemFate::Records);
    EXPECT_EQ(made.records.front().record.text(Field::operator_org_code), "other");
    EXPECT_EQ(made.records.front().record.text(Field::node_name), "某科");
    EXPECT_EQ(made.counts.unmapped_codes, 1U);
    ASSERT_EQ(made.observations.size(), 1U);
    EXPECT_EQ(made.observations.front().text, "某科");
}

TEST_F(InboundMappingTest, AnUnmappedCodeMayIgnoreTheItemByANamedRule) {
    folder_.product("t.csv", "native,canonical\nA,x\n");
    const auto made = item(
        "      operator_org_code: { from: org, vocabulary: t }\n", R"({"id":"1","org":"B"})",
        "vocabularies: { t: { unmapped: ignore, ignore_rule: foreign_org } }\n"
    );
    EXPECT_EQ(made.fate, ItemFate::Ignored);
    EXPECT_EQ(made.ignored_by, "foreign_org");
    EXPECT_TRUE(made.records.empty());
}

TEST_F(InboundMappingTest, TheSourcesOwnTableComesBeforeItsProducts) {
    folder_.product("t.csv", "native,canonical\nA,x\nB,y\n");
    folder_.source("t.csv", "native,canonical\nA,z\n");
    const std::string rows = "      operator_org_code: { from: org, vocabulary: t }\n";
    EXPECT_EQ(
        field(
            Field::operator_org_code, rows, R"({"id":"1","org":"A"})", "vocabularies: { t: {} }\n"
        ),
        "z"
    );
    EXPECT_EQ(
        field(
            Field::operator_org_code, rows, R"({"id":"1","org":"B"})", "vocabularies: { t: {} }\n"
        ),
        "y"
    );
}

TEST_F(InboundMappingTest, AnIgnoreRuleHasAName) {
    const auto made = item(
        "", R"({"id":"1","title":"测试单"})",
        "ignore: { test_ticket: { when: { title: [测试单, test] } } }\n"
    );
    EXPECT_EQ(made.fate, ItemFate::Ignored);
    EXPECT_EQ(made.ignored_by, "test_ticket");
}

TEST_F(InboundMappingTest, AnItemThatNoSectionTakesFailsAndIsNeverDropped) {
    folder_.product(
        "mapping.yaml",
        "records: { a: { kind: process, when: { step: x }, rows: { record_ref: id } } }\n"
    );
    const auto adapter = folder_.load();
    ASSERT_TRUE(adapter) << adapter.error().detail;
    EXPECT_EQ(errorsOf(adapt(**adapter, R"({"id":"1","step":"y"})").front()), "no_record ");
}

TEST_F(InboundMappingTest, OneItemYieldsARecordForEachEntry) {
    folder_.product("mapping.yaml", R"(
records:
  steps:
    kind: process
    each: steps
    when: { type: [A, B] }
    rows:
      record_ref: { from: [/id, $number], join: "-" }
      ticket_ref: /id
      event_time: { from: at, default: "2019-04-18T09:00:00+08:00" }
      process_type: { const: "39" }
      opinion: text
)");
    const auto adapter = folder_.load();
    ASSERT_TRUE(adapter) << adapter.error().detail;
    const auto many = adapt(
        **adapter,
        R"({"id":"7","steps":[{"type":"A","text":"x"},{"type":"C"},{"type":"B","text":"y"}]})"
    );
    ASSERT_EQ(many.front().records.size(), 2U);
    EXPECT_EQ(many.front().records[1].record.text(Field::record_ref), "7-3");
    EXPECT_EQ(many.front().records[1].record.text(Field::ticket_ref), "7");
    const auto one = adapt(**adapter, R"({"id":"7","steps":{"type":"A","text":"x"}})");
    ASSERT_EQ(one.front().records.size(), 1U);
    EXPECT_EQ(one.front().records[0].record, many.front().records[0].record);
}

TEST_F(InboundMappingTest, MembersThatNoRuleKnowsAreCountedWhereverTheyStand) {
    const auto made = item(
        "      opinion: a/b\n", R"({"id":"1","a":{"b":"x","c":1},"new":{"deep":1},"unused":1})",
        "known_unused: [unused]\n", {.received_ms = kApril, .trace = true}
    );
    EXPECT_EQ(made.counts.unknown_members, 2U);
    ASSERT_EQ(made.observations.size(), 2U);
    EXPECT_EQ(made.observations[0].place, "/a/c");
    EXPECT_EQ(made.observations[1].place, "/new");
}

TEST_F(InboundMappingTest, ExtensionsGatherInOneField) {
    const auto made = item(
        "      ext/amount: { from: money, type: money }\n      ext/kind: kind\n",
        R"({"id":"1","money":"1,000元","kind":"k"})"
    );
    ASSERT_EQ(made.fate, ItemFate::Records);
    EXPECT_THAT(
        made.records.front().record.map(Field::ext),
        ElementsAre(Pair("amount", "1000"), Pair("kind", "k"))
    );
}

TEST_F(InboundMappingTest, ATextOverItsLengthIsRefusedOrCutWithAMark) {
    const std::string message = R"({"id":"1","a":"一二三四五"})";
    EXPECT_EQ(
        field(Field::opinion, "      opinion: { from: a, max: 4 }\n", message), "<too_long /a>"
    );
    EXPECT_EQ(
        field(Field::opinion, "      opinion: { from: a, max: 4, overflow: cut }\n", message),
        "一二三…"
    );
}

TEST_F(InboundMappingTest, ARowMayWantAnotherField) {
    const std::string rows =
        "      opinion: a\n      node_name: { const: 有意见, with: opinion }\n";
    EXPECT_EQ(field(Field::node_name, rows, R"({"id":"1","a":"x"})"), "有意见");
    EXPECT_EQ(field(Field::node_name, rows, R"({"id":"1"})"), "");
}

TEST_F(InboundMappingTest, AFunctionSaysWhatATableCant) {
    folder_.product(
        "functions.lua",
        "function deadline(s) return s and s:match('【(.-)】') end\nfunction bad() error('x') end\n"
    );
    EXPECT_EQ(
        field(
            Field::extended_deadline,
            "      extended_deadline: { from: remark, lua: deadline, formats: [\"%Y-%m-%d %H:%M\"] "
            "}\n",
            R"({"id":"1","remark":"办理截止时间:【2019-04-25 17:00】"})"
        ),
        "2019-04-25T17:00:00.000+08:00"
    );
    const auto made =
        item("      opinion: { from: remark, lua: bad }\n", R"({"id":"1","remark":"x"})");
    EXPECT_EQ(made.failure->code, base::ErrorCode::ItemFunctionFailed);
}

TEST_F(InboundMappingTest, OneItemsValueNeverReachesAnothersRecord) {
    folder_.product(
        "functions.lua",
        "local last = '' function said(s) local was = last last = s return was .. s end\n"
    );
    writeProcessSource(folder_, "      opinion: { from: a, lua: said }\n");
    const auto adapter = *folder_.load();
    const auto opinion = [](const AdaptedItem& item) {
        return item.records.at(0).record.text(Field::opinion);
    };
    // Two items of one message, then another message, in the state that the first gave back.
    const std::string two = R"([{"id":"1","a":"张三"},{"id":"2","a":"李四"}])";
    for (const auto& message : {two, two}) {
        const auto items = adapt(*adapter, message);
        ASSERT_EQ(items.size(), 2U);
        EXPECT_EQ(opinion(items[0]), "张三");
        EXPECT_EQ(opinion(items[1]), "李四");
    }
}

TEST_F(InboundMappingTest, AValuesOriginIsToldWhereAskedFor) {
    folder_.product("t.csv", "native,canonical\nA,x\n");
    const auto made = item(
        "      operator_org_code: { from: org, vocabulary: t }\n", R"({"id":"1","org":"A"})",
        "vocabularies: { t: {} }\n", {.received_ms = kApril, .trace = true}
    );
    const auto& origins = made.records.front().origins;
    const auto found = std::find_if(origins.begin(), origins.end(), [](const auto& o) {
        return o.field == Field::operator_org_code;
    });
    ASSERT_NE(found, origins.end());
    EXPECT_EQ(found->path, "org");
    EXPECT_EQ(found->vocabularyRow(), "p/t.csv:2");
    EXPECT_EQ(found->rule, "p/mapping.yaml:12");
}

TEST_F(InboundMappingTest, APatchMendsOneItem) {
    writeProcessSource(folder_, "");
    const auto adapter = folder_.load();
    ASSERT_TRUE(adapter);
    const auto items = adapt(
        **adapter, R"([{"id":"1","at":"bad"},{"id":"2","at":"bad"}])", {.received_ms = kApril},
        {{1, "at", "2019-04-18 10:00:00"}}
    );
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(errorsOf(items[0]), "time_unreadable /at");
    EXPECT_EQ(items[1].fate, ItemFate::Records);
}

TEST_F(InboundMappingTest, HistoryStandsInEveryRecord) {
    const auto made = item("", R"({"id":"1"})", "", {.received_ms = kApril, .origin = "history"});
    EXPECT_EQ(made.records.front().record.text(Field::origin), "history");
}

TEST_F(InboundMappingTest, AttachmentsAreNamedNotFetched) {
    folder_.product("mapping.yaml", R"(
records:
  step:
    kind: process
    rows: { record_ref: id, event_time: at, process_type: { const: "39" } }
    attachments:
      - { each: files, url: path, file_name: name, type: "2", base_url: "https://f.example" }
      - { url: images, separator: [",", "；"] }
)");
    const auto adapter = folder_.load();
    ASSERT_TRUE(adapter) << adapter.error().detail;
    const auto items = adapt(
        **adapter,
        R"({"id":"1","at":"2019-04-18 10:00:00","files":{"path":"/1","name":"a.pdf"},"images":"x,,；y"})"
    );
    ASSERT_EQ(items.front().attachments.size(), 3U);
    EXPECT_EQ(items.front().attachments[0].content, "https://f.example/1");
    EXPECT_EQ(items.front().attachments[0].file_name, "a.pdf");
    EXPECT_EQ(items.front().attachments[2].content, "y");
    EXPECT_EQ(items.front().counts.unknown_members, 0U);
}

TEST_F(InboundMappingTest, ABaseStandsBeforePathsAndNotBeforeUrls) {
    folder_.product("mapping.yaml", R"(
records:
  step:
    kind: process
    rows: { record_ref: id, event_time: at, process_type: { const: "39" } }
    attachments: [{ each: files, url: "", base_url: "https://f.example" }]
)");
    const auto adapter = folder_.load();
    ASSERT_TRUE(adapter) << adapter.error().detail;
    const auto items = adapt(
        **adapter, R"({"id":"1","at":"2019-04-18 10:00:00","files":["/1.pdf","https://g.example/2.pdf","http://g.example/3.pdf"]})"
    );
    ASSERT_EQ(items.front().attachments.size(), 3U);
    EXPECT_EQ(items.front().attachments[0].content, "https://f.example/1.pdf");
    EXPECT_EQ(items.front().attachments[1].content, "https://g.example/2.pdf");
    EXPECT_EQ(items.front().attachments[2].content, "http://g.example/3.pdf");
}

TEST_F(InboundMappingTest, ATextOverItsLengthMayGoOnInASecondField) {
    const std::string rows =
        "      node_name: { from: a, max: 4, overflow: split, into: ext/rest }\n";
    const auto made = item(rows, R"({"id":"1","a":"一二三 四五"})");
    ASSERT_EQ(made.records.size(), 1U) << errorsOf(made);
    const auto& record = made.records.front().record;
    EXPECT_EQ(record.text(Field::node_name), "一二三");
    EXPECT_THAT(record.map(Field::ext), ElementsAre(Pair("rest", "四五")));
    EXPECT_EQ(made.counts.cut_texts, 0U);
    std::string longer = R"({"id":"1","a":")";
    for (int i = 0; i < 4'005; ++i) longer += "长";
    EXPECT_EQ(errorsOf(item(rows, longer + "\"}")), "too_long /a");
}

TEST_F(InboundMappingTest, WhereATextGoesOnIsCheckedWhenTheMappingIsRead) {
    writeProcessSource(folder_, "      node_name: { from: a, overflow: split, into: event_time }\n");
    EXPECT_THAT(folder_.problems(), ::testing::HasSubstr("into: event_time is no text of process"));
    writeProcessSource(folder_, "      node_name: { from: a, overflow: split }\n");
    EXPECT_THAT(folder_.problems(), ::testing::HasSubstr("split goes with into"));
}

TEST_F(InboundMappingTest, OneTextOfATableMayBeSeveralEntries) {
    folder_.product("units.csv", "native,canonical\na,X/Y\n");
    const std::string more = "vocabularies: { units: {} }\n";
    const auto made = item(
        "      to_org_codes: { from: a, vocabulary: units, split: \"/\" }\n", R"({"id":"1","a":"a"})",
        more
    );
    ASSERT_EQ(made.records.size(), 1U) << errorsOf(made);
    EXPECT_THAT(made.records.front().record.list(Field::to_org_codes), ElementsAre("X", "Y"));
}

TEST_F(InboundMappingTest, AListMayHaveADefault) {
    const auto made = item(
        "      to_org_codes: { from: a, default: \"U-1,U-2\", split: \",\" }\n", R"({"id":"1"})"
    );
    ASSERT_EQ(made.records.size(), 1U) << errorsOf(made);
    EXPECT_THAT(made.records.front().record.list(Field::to_org_codes), ElementsAre("U-1", "U-2"));
    writeProcessSource(folder_, "      other_refs: { const: \" x\", party: p }\n");
    EXPECT_NE(folder_.problems(), "");
}

TEST_F(InboundMappingTest, SeveralNamesInOneCellAreSeveralRecords) {
    folder_.product("mapping.yaml", R"(
null_tokens: ["无"]
records:
  unit:
    kind: process
    each: units
    each_separator: ["、", ","]
    rows:
      record_ref: { from: [/id, ""], join: "-" }
      ticket_ref: /id
      event_time: { const: "2019-04-18T09:00:00+08:00" }
      process_type: { const: "39" }
      opinion: ""
      node_name:
        - { const: lead, when: { $number: "1" } }
        - { const: assisting }
)");
    const auto adapter = folder_.load();
    ASSERT_TRUE(adapter) << adapter.error().detail;
    const auto items = adapt(**adapter, R"({"id":"1","units":"甲局、 乙局,无,,丙局"})");
    ASSERT_EQ(items.size(), 1U);
    std::vector<std::string> refs, texts, roles;
    for (const auto& made : items[0].records) {
        roles.push_back(made.record.text(Field::node_name));
        refs.push_back(made.record.text(Field::record_ref));
        texts.push_back(made.record.text(Field::opinion));
    }
    EXPECT_THAT(refs, ElementsAre("1-甲局", "1-乙局", "1-丙局"));
    EXPECT_THAT(texts, ElementsAre("甲局", "乙局", "丙局"));
    EXPECT_THAT(roles, ElementsAre("lead", "assisting", "assisting"));
    EXPECT_EQ(items[0].counts.unknown_members, 0U);
    std::string long_name;
    for (int i = 0; i < 4'001; ++i) long_name += "长";
    EXPECT_THAT(
        errorsOf(adapt(**adapter, R"({"id":"1","units":"甲,)" + long_name + "\"}")[0]),
        ::testing::HasSubstr("too_long /units")
    );
    std::string many = R"({"id":"1","units":")";
    for (int i = 0; i < 300'000; ++i) many += "甲,";
    EXPECT_EQ(errorsOf(adapt(**adapter, many + "\"}")[0]), "too_many /units");
    // No unit: no record, and the item says so.
    EXPECT_EQ(errorsOf(adapt(**adapter, R"({"id":"1","units":"无"})")[0]), "no_record ");
}

TEST_F(InboundMappingTest, PartsThatNothingSeparatesAreAMistake) {
    folder_.product("mapping.yaml", "records:\n  unit:\n    kind: process\n    each: units\n"
                                    "    each_separator: [\"\"]\n    rows: { record_ref: \"\" }\n");
    EXPECT_THAT(folder_.problems(), ::testing::HasSubstr("each_separator: write what stands between"));
}

TEST_F(InboundMappingTest, ANameIsFoundWithoutItsSuffix) {
    folder_.product("units.csv", "native,canonical\n栗雨,LS\n建宁街道,JN\n");
    const std::string more =
        "vocabularies: { units: { ignore_suffixes: [街道办事处, 办事处, 街道] } }\n";
    const std::string rows = "      operator_org_code: { from: a, vocabulary: units }\n";
    const auto code = [&](const std::string& name) {
        return field(Field::operator_org_code, rows, R"({"id":"1","a":")" + name + "\"}", more);
    };
    EXPECT_EQ(code("栗雨街道办事处"), "LS");
    EXPECT_EQ(code("栗雨"), "LS");
    EXPECT_EQ(code("建宁街道办事处"), "JN");
    EXPECT_EQ(code("街道办事处"), "<code_unmapped /a>");
    EXPECT_EQ(code("泰山路街道"), "<code_unmapped /a>");
}

TEST_F(InboundMappingTest, TheLongestWordThatOccursDecidesAndNoWordIsNoCode) {
    folder_.product("words.csv", "native,canonical\n路灯,A\n路灯不亮,B\n投诉,C\n");
    const std::string more = "vocabularies: { words: { match: contained, unmapped: next } }\n";
    const std::string rows =
        "      operator_org_code:\n        - { from: a, vocabulary: words, prefix: W- }\n        - { "
        "const: none }\n";
    const auto code = [&](const std::string& name) {
        return field(Field::operator_org_code, rows, R"({"id":"1","a":")" + name + "\"}", more);
    };
    EXPECT_EQ(code("投诉一条街路灯不亮"), "W-B");
    EXPECT_EQ(code("路灯"), "W-A");
    EXPECT_EQ(code("下水道"), "none");
    const auto made = item(rows, R"({"id":"1","a":"下水道"})", more);
    EXPECT_EQ(made.counts.unmapped_codes, 0U);
    writeProcessSource(folder_, rows, "vocabularies: { words: { unmapped: next } }\n");
    EXPECT_THAT(folder_.problems(), ::testing::HasSubstr("next goes with match: contained"));
}

TEST_F(InboundMappingTest, AFunctionIsGivenWhatIsNoPartOfTheItem) {
    writeProcessSource(folder_, "      opinion: { from: [$file_name, $received_time], lua: both }\n");
    folder_.product("functions.lua", "function both(name, time) return name:sub(1, 4) .. ' ' .. time end\n");
    const auto made = adapt(**folder_.load(), R"({"id":"1"})", {.file_name = "wangge_20261124.xml", .received_ms = kApril});
    ASSERT_EQ(made.front().fate, ItemFate::Records) << errorsOf(made.front());
    EXPECT_EQ(made.front().records.front().record.text(Field::opinion), "wang 2019-04-18T09:30:15.120+08:00");
}

TEST_F(InboundMappingTest, AFailedFunctionNamesItsFieldAndWhatLuaSaid) {
    writeProcessSource(folder_, "      opinion: { from: a, lua: f }\n");
    folder_.product("functions.lua", "function f(s) return s.x.y end\n");
    const auto made = adapt(**folder_.load(), R"({"id":"1","a":"13876543210"})");
    EXPECT_EQ(errorsOf(made.front()), "function_failed /a");
    const auto& field = made.front().failure->fields.front();
    EXPECT_THAT(field.en, ::testing::StartsWith("opinion: f: functions.lua:1: the function failed: attempt to index a nil value"));
    EXPECT_THAT(field.en, ::testing::Not(::testing::HasSubstr("138")));
}

TEST_F(InboundMappingTest, ARecordOfNoTicketIsToldWithItsSectionAndRow) {
    folder_.product("mapping.yaml", R"(common: { ticket_ref: NO }
records:
  step:
    kind: process
    each: LC
    rows:
      record_ref: XH
      event_time: { const: "2019-04-18T09:00:00+08:00" }
      process_type: { const: "39" }
)");
    folder_.product("product.yaml", "product: p\nproduct_title: p\nproduct_version: \"1\"\ndecode: {format: json}\n");
    folder_.source("source.yaml", "id: s\ntitle: s\nproduct: p\n");
    const auto made = adapt(**folder_.load(), R"({"NO":"T-1","LC":[{"XH":"1"},{"XH":"2"}]})");
    EXPECT_EQ(errorsOf(made.front()), "ticket_missing /NO");
    EXPECT_THAT(made.front().failure->fields.front().en, ::testing::StartsWith("records.step.ticket_ref: "));
}

}  // namespace
}  // namespace yht::kit
