#include "adapters/kit/inbound/manifest.h"

#include <gmock/gmock.h>

#include "adapters/kit/inbound/coverage.h"
#include "adapters/kit/inbound/manifest_tree.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ManifestTest : public ::testing::Test {
protected:
    ManifestTest() { writeProcessSource(folder_, ""); }
    SourceFolder folder_;
};

TEST_F(ManifestTest, ASourceIsAPatchOverItsProduct) {
    folder_.product(
        "product.yaml",
        "product: p\nproduct_version: \"3\"\nassurance_min: token\ndecode: { format: json, items: "
        "data, array_paths: [a, b] }\n"
    );
    folder_.source(
        "source.yaml",
        "id: s\ntitle: t\nproduct: p\nassurance_min: null\ndecode: { array_paths: [c], charset: "
        "UTF-8 }\n"
    );
    const auto adapter = folder_.load();
    ASSERT_TRUE(adapter) << adapter.error().detail;
    const auto& manifest = (*adapter)->manifest();
    EXPECT_EQ(manifest.product_version, "3");
    EXPECT_EQ(manifest.assurance_min, 1);
    EXPECT_EQ(manifest.decode.items, "data");
    EXPECT_THAT(manifest.decode.array_paths, ::testing::ElementsAre("c"));
    EXPECT_EQ(manifest.source, "s");
    EXPECT_EQ(manifest.party, "s");
}

TEST_F(ManifestTest, AllMistakesComeAtOnceWithFileAndLineAndTheNearestName) {
    folder_.source(
        "source.yaml", "id: s\ntitel: t\nproduct: p\nlifecycle: alive\ndecode:\n  chrset: GBK\n"
    );
    folder_.source(
        "mapping.yaml",
        "records:\n  step:\n    rows:\n      titel: a\n      opinon: b\n      process_type: { "
        "from: c }\n"
    );
    const auto problems = folder_.problems();
    EXPECT_THAT(
        problems, HasSubstr("s/source.yaml:2: manifest: unknown key titel, did you mean title?")
    );
    EXPECT_THAT(problems, HasSubstr("the key title is required"));
    EXPECT_THAT(problems, HasSubstr("lifecycle: write one of draft, shadow, live, retired"));
    EXPECT_THAT(
        problems, HasSubstr("s/source.yaml:6: decode: unknown key chrset, did you mean charset?")
    );
    EXPECT_THAT(
        problems,
        HasSubstr(
            "s/mapping.yaml:5: records.step: process has no field opinon, did you mean opinion?"
        )
    );
    EXPECT_THAT(problems, HasSubstr("a code needs vocabulary: NAME"));
}

TEST_F(ManifestTest, AKeyThatStandsTwiceIsAMistake) {
    folder_.source("source.yaml", "id: s\ntitle: a\ntitle: b\nproduct: p\n");
    EXPECT_THAT(folder_.problems(), HasSubstr("s/source.yaml:3: the key title stands here twice"));
}

TEST_F(ManifestTest, AKeyOfAnotherFormatIsAMistake) {
    folder_.source("source.yaml", "id: s\ntitle: t\nproduct: p\ndecode: { header_row: 2 }\n");
    EXPECT_THAT(folder_.problems(), HasSubstr("decode: unknown key header_row"));
}

TEST_F(ManifestTest, ATotalLineHasItsWord) {
    const auto with = [&](const std::string& total_row) {
        folder_.product("product.yaml", "product: p\nproduct_title: p\nproduct_version: \"1\"\ndecode: {format: csv, total_row: " + total_row + "}\n");
        const auto tree = readManifestTree(folder_.sources(), folder_.products(), "s");
        const auto manifest = readManifest(*tree, "s");
        return manifest ? "begins " + manifest->manifest.decode.table.total_row.begins : manifest.error().detail;
    };
    EXPECT_EQ("begins 合计", with("{begins: ' 合计 ', count_column: 2}"));
    EXPECT_EQ("begins ", with("null"));
    EXPECT_THAT(with("{begins: ' '}"), HasSubstr("decode.total_row: begins: write how the line's first cell begins"));
    EXPECT_THAT(with("{count_column: 2}"), HasSubstr("the key begins is required"));
    EXPECT_THAT(with("{begins: 合计, count_colum: 2}"), HasSubstr("did you mean count_column?"));
    EXPECT_THAT(with("[合计]"), HasSubstr("decode.total_row: write a map"));
}

TEST_F(ManifestTest, LimitsAreLoweredNeverRaised) {
    folder_.source(
        "source.yaml", "id: s\ntitle: t\nproduct: p\ndecode: { limits: { items_max: 2000001 } }\n"
    );
    EXPECT_THAT(folder_.problems(), HasSubstr("items_max: write a whole number from 1 to 2000000"));
}

TEST_F(ManifestTest, ATablesCodesMustExist) {
    folder_.product("t.csv", "native,canonical\nA,39\nB,400\n");
    writeProcessSource(
        folder_, "      return_reason: { from: r, vocabulary: t }\n", "vocabularies: { t: {} }\n"
    );
    EXPECT_THAT(
        folder_.problems(), HasSubstr("p/t.csv:3: 400 is no code of the list return_reason")
    );
}

TEST_F(ManifestTest, AConstantMustFitItsField) {
    writeProcessSource(folder_, "      return_reason: { const: \"77\" }\n");
    EXPECT_THAT(folder_.problems(), HasSubstr("\"77\": "));
}

TEST_F(ManifestTest, SecretsAreReferencesAndNeverShown) {
    folder_.source(
        "source.yaml", "id: s\ntitle: t\nproduct: p\nsecrets: { api: hunter2hunter2 }\n"
    );
    const auto problems = folder_.problems();
    EXPECT_THAT(problems, HasSubstr("write file:NAME"));
    EXPECT_THAT(problems, Not(HasSubstr("hunter2")));
    folder_.source(
        "source.yaml", "id: s\ntitle: t\nproduct: p\nsecrets: { api: \"file:s.token\" }\n"
    );
    const auto tree = readManifestTree(folder_.sources(), folder_.products(), "s");
    ASSERT_TRUE(tree);
    EXPECT_THAT(effectiveText(*tree), HasSubstr("***"));
    EXPECT_THAT(effectiveText(*tree), Not(HasSubstr("s.token")));
    EXPECT_THAT(effectiveJson(*tree), Not(HasSubstr("s.token")));
    EXPECT_THAT(effectiveText(*tree), HasSubstr("null_tokens: [无]"));
}

TEST_F(ManifestTest, WhatIsNoDraftHasAnOwner) {
    folder_.source("source.yaml", "id: s\ntitle: t\nproduct: p\nlifecycle: live\n");
    EXPECT_THAT(folder_.problems(), HasSubstr("owner: unit and person"));
}

TEST_F(ManifestTest, AnUnknownSourceIsSaidToBeUnknown) {
    for (const char* id : {"t", "../s", ""}) {
        const auto adapter = Adapter::load(folder_.sources(), folder_.products(), id);
        ASSERT_FALSE(adapter);
        EXPECT_EQ(adapter.error().code, base::ErrorCode::SourceUnknown) << id;
    }
}

TEST_F(ManifestTest, TheVersionChangesWithAnythingThatDecidesTheRecords) {
    const auto version = [&] { return (*folder_.load())->version(); };
    const auto first = version();
    EXPECT_EQ(first.size(), 16U);
    EXPECT_EQ(version(), first);
    folder_.product("functions.lua", "function f() end\n");
    const auto second = version();
    EXPECT_NE(second, first);
    writeProcessSource(folder_, "      opinion: a\n");
    EXPECT_NE(version(), second);
}

TEST_F(ManifestTest, ARowOfTheMappingIsNoSecret) {
    writeProcessSource(folder_, "      ext/token_no: { from: t, required: true }\n");
    const auto tree = readManifestTree(folder_.sources(), folder_.products(), "s");
    ASSERT_TRUE(tree);
    for (const auto& text : {effectiveText(*tree), effectiveJson(*tree)}) EXPECT_THAT(text, Not(HasSubstr("***")));
}

TEST_F(ManifestTest, WhatIsUnchangedIsAVersionUnlessTheManifestSaysDuplicate) {
    EXPECT_FALSE((*folder_.load())->manifest().unchanged_is_duplicate);
    folder_.source("source.yaml", "id: s\ntitle: t\nproduct: p\nunchanged: duplicate\n");
    EXPECT_TRUE((*folder_.load())->manifest().unchanged_is_duplicate);
    folder_.source("source.yaml", "id: s\ntitle: t\nproduct: p\nunchanged: ignored\n");
    EXPECT_THAT(folder_.problems(), HasSubstr("unchanged: write one of version, duplicate"));
}

TEST_F(ManifestTest, AnUnknownNameIsAnsweredWithThoseThatBeginLikeIt) {
    writeProcessSource(folder_, "      operator_tel: t\n");
    EXPECT_THAT(folder_.problems(), HasSubstr("process has no field operator_tel, did you mean operator_"));
    EXPECT_THAT(Adapter::load(folder_.sources(), folder_.products(), "s-1").error().detail, HasSubstr(", did you mean s?"));
}

std::vector<std::string> findings(const SourceFolder& folder) {
    const auto tree = readManifestTree(folder.sources(), folder.products(), "s");
    const auto manifest = readManifest(*tree, "s");
    EXPECT_TRUE(manifest) << (manifest ? "" : manifest.error().detail);
    return manifest ? lint(*manifest) : std::vector<std::string>{};
}

TEST_F(ManifestTest, SilenceThatIsNeverReachedIsFound) {
    const auto healthOf = [&](const std::string& health) {
        folder_.source("source.yaml", "id: s\ntitle: t\nproduct: p\nhealth: {" + health + "}\n");
        std::string all;
        for (const auto& one : findings(folder_)) all += one.starts_with("health.") ? one + "\n" : "";
        return all;
    };
    EXPECT_THAT(healthOf("workday_hour_min: 1"), HasSubstr("health.silent_after_s: nobody notices"));
    EXPECT_THAT(healthOf("silent_after_s: 3600"), HasSubstr("health.workday_hour_min"));
    EXPECT_EQ(healthOf("workday_hour_min: 1, silent_after_s: 14400, lag_s_max: 600"), "");
    EXPECT_THAT(healthOf("workday_hour_min: 1, silent_after_s: 93600"), HasSubstr("never reached"));
    EXPECT_EQ(healthOf("workday_hour_min: 1, weekend_hour_min: 1, night_hour_min: 1, silent_after_s: 93600, lag_s_max: 93600"), "");
    EXPECT_THAT(healthOf("workday_hour_min: 1, silent_after_s: 14400"), HasSubstr("health.lag_s_max: nobody notices"));
    EXPECT_EQ(healthOf("handed_over_once: true"), "") << "nothing more is expected";
}

TEST_F(ManifestTest, WhatIsHandedOverOnceExpectsNothingMore) {
    for (const char* more : {"workday_hour_min: 1", "silent_after_s: 60", "lag_s_max: 60"}) {
        folder_.source("source.yaml", std::string("id: s\ntitle: t\nproduct: p\nhealth: {handed_over_once: true, ") + more + "}\n");
        EXPECT_THAT(folder_.problems(), HasSubstr("handed_over_once")) << more;
    }
}

TEST_F(ManifestTest, ACommonPathThatCantBeRightInsideEachIsFound) {
    const auto common = [&](const std::string& path) {
        folder_.product("mapping.yaml", "common: { ticket_ref: " + path + R"( }
records:
  a: { kind: process, rows: { record_ref: NO, event_time: AT, process_type: { const: "39" } } }
  b: { kind: process, each: LC, rows: { record_ref: XH, event_time: AT, process_type: { const: "39" } } }
)");
        std::string all;
        for (const auto& one : findings(folder_)) all += one + "\n";
        return all;
    };
    EXPECT_THAT(common("NO"), HasSubstr("records.b: ticket_ref of common reads NO inside each; a path of the item begins with / there: /NO"));
    EXPECT_THAT(common("/NO"), Not(HasSubstr("inside each")));
}

}  // namespace
}  // namespace yht::kit
