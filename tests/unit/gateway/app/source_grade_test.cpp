// The grade of a source by what its files do when they are run, and of the sources that are shipped.
#include "gateway/app/source_grade.h"

#include <gmock/gmock.h>

#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

constexpr const char* kProcess =
    "records:\n  step:\n    kind: process\n    rows:\n      record_ref: NO\n      ticket_ref: NO\n      event_time: TIME\n"
    "      process_type: { const: \"30\" }\n      opinion: TEXT\n";

class SourceGradeTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        std::filesystem::create_directories(directory + "/sources/desk/tests/one");
        std::filesystem::create_directories(directory + "/products/desk");
        write("products/desk/product.yaml", "product: desk\ndecode: { format: json, items: rows }\n");
        write("products/desk/mapping.yaml", kProcess);
        write("sources/desk/source.yaml", "id: desk\ntitle: 热线\nproduct: desk\n");
        write("sources/desk/tests/one/expected.json", "{}");
        sample(R"({"NO":"1","TIME":"2019-10-15T08:30:00+08:00","TEXT":"已派单"},{"NO":"2","TIME":"2019-10-15T08:31:00+08:00","TEXT":"已办结"})");
    }
    void sample(const std::string& rows) { write("sources/desk/tests/one/input.json", "{\"rows\":[" + rows + "]}"); }
    std::string state(const std::string& id) {
        const auto graded = gradeOfSource(directory, "desk", {clock.nowMillis(), random});
        EXPECT_TRUE(graded.ok()) << base::describe(graded.error());
        for (const auto& each : graded->facts) {
            if (id == each.row->id) return kit::factStateName(each.state);
        }
        return {};
    }
    void mapped(const std::string& instead, const std::string& of) {
        std::string text = kProcess;
        text.replace(text.find(of), of.size(), instead);
        write("products/desk/mapping.yaml", text);
    }
};

TEST_F(SourceGradeTest, ADryRunIsAdmissionsOwnPreparation) {
    EXPECT_EQ("met", state("dry_run"));
    // The catalogue takes it, and admission does not: operators alone correct.
    mapped("event_time: TIME\n      correction: { const: \"1\" }", "event_time: TIME");
    EXPECT_EQ("unmet", state("dry_run"));
}

TEST_F(SourceGradeTest, WhatComesAgainAfterABreakIsTheSame) {
    EXPECT_EQ("met", state("resent_after_kill"));
    mapped("event_time: { from: [TIME, $received_time] }", "event_time: TIME");
    EXPECT_EQ("met", state("resent_after_kill")) << "the items say their time";
    sample(R"({"NO":"1","TEXT":"已派单"})");
    EXPECT_EQ("unmet", state("resent_after_kill")) << "an hour later it is another record";
}

TEST_F(SourceGradeTest, AByteThatCantBeDecodedAndTheTimeOfAnItemAreTriedOnItsSamples) {
    EXPECT_EQ("met", state("strict_charset"));
    EXPECT_EQ("met", state("mapping_fast"));
    sample(R"({"NO":"1","TIME":"2019-10-15T08:30:00+08:00","TEXT":"done"})");
    EXPECT_EQ("unknown", state("strict_charset")) << "there is no character that could be broken";
    std::filesystem::remove_all(directory + "/sources/desk/tests/one");
    EXPECT_EQ("unknown", state("mapping_fast"));
}

TEST_F(SourceGradeTest, AskingNobodyLeavesTheLedgersFactsUnknown) {
    for (const auto& row : kit::factTable()) {
        EXPECT_EQ(row.of_ledger, row.of_ledger && state(row.id) == "unknown") << row.id;
    }
    EXPECT_FALSE(gradeOfSource(directory, "nobody", {clock.nowMillis(), random}).ok());
}

/// What keeps a shipped source from B is what a deployment alone can show.
TEST_F(SourceGradeTest, EveryShippedSourceMayRunOnTrialAndItsFilesKeepItFromNothingMore) {
    const std::string adapters = std::string(YHT_SOURCE_DIR) + "/adapters";
    for (const auto& folder : std::filesystem::directory_iterator(adapters + "/sources")) {
        const auto id = folder.path().filename().string();
        const auto graded = gradeOfSource(adapters, id, {clock.nowMillis(), random});
        ASSERT_TRUE(graded.ok()) << base::describe(graded.error());
        std::string missing;
        for (const auto* each : graded->missing()) {
            if (!each->row->of_ledger) missing += std::string(each->row->id) + " (" + each->detail + ") ";
        }
        EXPECT_EQ(kit::Grade::C, graded->grade) << id;
        EXPECT_EQ("", missing) << id;
    }
}

}  // namespace
}  // namespace yht::app
