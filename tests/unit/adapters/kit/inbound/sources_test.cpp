// Every source that is shipped: its samples hold, and so do the cases made from them. A new source
// is files only.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "adapters/kit/inbound/generated_cases.h"
#include "adapters/kit/inbound/samples.h"
#include "gateway/intake/admission/sample_ledger.h"

namespace yht::kit {
namespace {

const std::string kSources = YHT_SOURCE_DIR "/adapters/sources";
const std::string kProducts = YHT_SOURCE_DIR "/adapters/products";

std::vector<std::string> sourceNames() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kSources)) {
        if (entry.is_directory()) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string contentOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What makes no sense for a shape; every other case must have been made from some sample of the source.
bool cannotHave(const std::string& source, const std::string& name) {
    static const std::map<std::string, std::set<std::string>> table = {
        // tables and lines have no form for one item alone; only XML has entities, only archives expand
        {"bj-12355", {"one_or_many", "external_entity"}},
        {"zz-12319", {"one_or_many", "external_entity", "zip_bomb"}},
        {"zz-hetang", {"one_or_many", "external_entity", "zip_bomb"}},
        // a workbook's rows are no slices of it, nor its texts; the petitions' tables are of words, which may be missing
        {"cs-wenzheng", {"one_or_many", "reordered", "wrong_charset", "unknown_code", "external_entity"}},
        {"zz-12348", {"one_or_many", "reordered", "wrong_charset", "external_entity"}},
        // one item a message
        {"zz-110", {"reordered", "external_entity", "zip_bomb"}},
        {"zz-12315", {"reordered", "external_entity", "zip_bomb"}},
        {"zz-street", {"reordered", "zip_bomb"}},
        // elements of XML are no slices
        {"zz-shifeng", {"reordered", "zip_bomb"}},
        {"zz-zhizhuxia", {"external_entity", "zip_bomb"}},
    };
    const auto found = table.find(source);
    return found != table.end() && found->second.contains(name);
}

class SourcesTest : public ::testing::TestWithParam<std::string> {
protected:
    SourcesTest() {
        auto loaded = Adapter::load(kSources, kProducts, GetParam());
        if (loaded)
            adapter_ = *loaded;
        else
            ADD_FAILURE() << loaded.error().detail;
        auto samples = findSamples(kSources, GetParam());
        if (samples)
            samples_ = *samples;
        else
            ADD_FAILURE() << samples.error().detail;
    }
    std::shared_ptr<const Adapter> adapter_;
    std::vector<SampleCase> samples_;
};

TEST_P(SourcesTest, ItsSamplesHold) {
    ASSERT_TRUE(adapter_);
    for (const auto& sample : samples_) {
        const auto result = runSample(*adapter_, sample);
        EXPECT_THAT(result.differences, ::testing::IsEmpty()) << sample.name;
    }
}

TEST_P(SourcesTest, ItHasFiveCasesAndTwoAreBad) {
    std::size_t bad = 0;
    for (const auto& sample : samples_)
        bad += sample.expected_err.empty() &&
                       sample.expected_json.find("\"errors\"") == std::string::npos
                   ? 0
                   : 1;
    EXPECT_GE(samples_.size(), 5U);
    EXPECT_GE(bad, 2U);
}

TEST_P(SourcesTest, ItsHistorySaysSoInEveryRecordAndKeepsItsOwnTimes) {
    ASSERT_TRUE(adapter_);
    std::size_t records = 0;
    for (const auto& sample : samples_) {
        if (sample.context.origin != "history") continue;
        (void)adapter_
            ->adapt(
                contentOf(sample.input_path), sample.context, sample.patches,
                [&](AdaptedItem&& item) {
                    records += item.records.size();
                    for (const auto& made : item.records) {
                        EXPECT_EQ(made.record.text(ticket::Field::origin), "history")
                            << sample.name;
                        EXPECT_NE(
                            made.record.timeMillis(ticket::Field::event_time),
                            sample.context.received_ms
                        ) << sample.name;
                    }
                    return true;
                }
            )
            .ok();
    }
    EXPECT_GT(records, 0U) << "no sample of history makes a record";
}

TEST(ShippedSources, EveryIntegrationModeHasOne) {
    std::set<IntegrationMode> modes;
    for (const auto& name : sourceNames()) {
        const auto adapter = Adapter::load(kSources, kProducts, name);
        ASSERT_TRUE(adapter) << adapter.error().detail;
        modes.insert((*adapter)->manifest().mode);
    }
    EXPECT_THAT(
        modes, ::testing::UnorderedElementsAre(
                   IntegrationMode::Merged, IntegrationMode::DualNumber, IntegrationMode::Branch,
                   IntegrationMode::Excluded
               )
    );
}

TEST_P(SourcesTest, TheCasesMadeFromItsSamplesHold) {
    ASSERT_TRUE(adapter_);
    const auto tree = readManifestTree(kSources, kProducts, GetParam());
    ASSERT_TRUE(tree);
    const auto manifest = readManifest(*tree, GetParam());
    ASSERT_TRUE(manifest);
    std::set<std::string> run;
    for (const auto& sample : samples_) {
        const std::string message = contentOf(sample.input_path);
        const auto outcome = adaptSample(*adapter_, message, sample.context);
        if (outcome.records == 0 || outcome.failed > 0 || outcome.ignored > 0) continue;
        for (const auto& one : runGeneratedCases(*adapter_, *manifest, message, sample.context, intake::comesTwice)) {
            EXPECT_EQ(one.problem, "") << sample.name << " " << one.name;
            if (!one.skipped) run.insert(one.name);
        }
    }
    for (const auto& name : generatedCaseNames()) {
        if (cannotHave(GetParam(), name)) EXPECT_FALSE(run.contains(name)) << name << ": has it after all";
        else EXPECT_TRUE(run.contains(name)) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(
    EverySource, SourcesTest, ::testing::ValuesIn(sourceNames()),
    [](const auto& source) {
        std::string name = source.param;
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    }
);

}  // namespace
}  // namespace yht::kit
