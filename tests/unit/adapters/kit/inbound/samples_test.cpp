#include "adapters/kit/inbound/samples.h"

#include <gmock/gmock.h>

#include "adapters/kit/inbound/generated_cases.h"
#include "gateway/intake/admission/sample_ledger.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SamplesTest : public ::testing::Test {
protected:
    SamplesTest() { writeProcessSource(folder_, "      opinion: a\n"); }

    SampleCase only() {
        auto samples = findSamples(folder_.sources(), "s");
        EXPECT_TRUE(samples);
        EXPECT_EQ(samples->size(), 1U);
        return samples->front();
    }
    std::shared_ptr<const Adapter> adapter() { return *folder_.load(); }
    SourceFolder folder_;
};

/// An adapter that drops an item of every message after the first: no manifest can make one.
class ForgetfulAdapter final : public Adapter {
public:
    explicit ForgetfulAdapter(std::shared_ptr<const Adapter> real) : real_(std::move(real)) {}
    const Manifest& manifest() const override { return real_->manifest(); }
    const std::string& version() const override { return real_->version(); }
    base::Status adapt(
        std::string_view message, const MessageContext& context,
        const std::vector<ItemPatch>& patches, const AdaptedSink& sink
    ) const override {
        const bool first = messages_++ == 0;
        return real_->adapt(message, context, patches, [&](AdaptedItem&& item) {
            return first || item.index > 0 ? sink(std::move(item)) : true;
        });
    }

private:
    const std::shared_ptr<const Adapter> real_;
    mutable int messages_ = 0;
};

TEST_F(SamplesTest, AnAcceptedExpectationHoldsAndWaitsForReview) {
    folder_.source("tests/one/input.json", R"({"id":"1","a":"x"})");
    EXPECT_FALSE(runSample(*adapter(), only()).passed);
    ASSERT_TRUE(acceptSample(*adapter(), only()));
    auto result = runSample(*adapter(), only());
    EXPECT_TRUE(result.passed);
    EXPECT_FALSE(result.reviewed);
    ASSERT_TRUE(reviewSample(only(), "reviewer", "2019-04-18"));
    EXPECT_TRUE(runSample(*adapter(), only()).reviewed);
    ASSERT_TRUE(acceptSample(*adapter(), only()));
    EXPECT_TRUE(runSample(*adapter(), only()).reviewed);
    folder_.source("tests/one/input.json", R"({"id":"1","a":"y"})");
    ASSERT_TRUE(acceptSample(*adapter(), only()));
    EXPECT_FALSE(runSample(*adapter(), only()).reviewed);
}

TEST_F(SamplesTest, ADifferenceIsToldByItsPath) {
    folder_.source("tests/one/input.json", R"({"id":"1","a":"x"})");
    ASSERT_TRUE(acceptSample(*adapter(), only()));
    folder_.source("tests/one/input.json", R"({"id":"1","a":"y"})");
    EXPECT_THAT(
        runSample(*adapter(), only()).differences,
        ElementsAre("/items/0/records/0/opinion: expected \"x\", is \"y\"")
    );
}

TEST_F(SamplesTest, ABadMessageIsExpectedByItsCodes) {
    folder_.source("tests/bad/input.json", R"({"id":"1","at":"bad"})");
    ASSERT_TRUE(acceptSample(*adapter(), only()));
    EXPECT_EQ(only().expected_err, "0 adapter.item_unmapped\n0 time_unreadable event_time /at\n");
    EXPECT_TRUE(runSample(*adapter(), only()).passed);
    folder_.source("tests/bad/expected.err", "0 adapter.item_unmapped\n0 other event_time /at\n");
    EXPECT_THAT(
        runSample(*adapter(), only()).differences,
        ElementsAre("expected.err: expected 0 adapter.item_unmapped; 0 other event_time /at",
                    "expected.err: is 0 adapter.item_unmapped; 0 time_unreadable event_time /at")
    );
}

TEST_F(SamplesTest, ARecordThatTheCatalogueRefusesFailsItsItem) {
    folder_.source("tests/bad/input.json", R"({"a":"x"})");
    ASSERT_TRUE(acceptSample(*adapter(), only()));
    EXPECT_THAT(only().expected_err, HasSubstr("0 required"));
}

TEST_F(SamplesTest, TheClockStandsWhereTheCaseSays) {
    writeProcessSource(folder_, "      opinion: { from: $received_time }\n");
    folder_.source("tests/one/input.json", R"({"id":"1"})");
    folder_.source(
        "tests/one/case.json",
        R"({"now":"2020-02-29T12:00:00+08:00","patches":[{"index":0,"path":"id","text":"2"}]})"
    );
    ASSERT_TRUE(acceptSample(*adapter(), only()));
    EXPECT_THAT(only().expected_json, HasSubstr("2020-02-29T12:00:00.000+08:00"));
    EXPECT_THAT(only().expected_json, HasSubstr("\"record_ref\": \"2\""));
}

TEST_F(SamplesTest, AStrayFileIsNoCase) {
    folder_.source("tests/one/input.json", "{}");
    folder_.source("tests/one/expected.jsn", "{}");
    EXPECT_FALSE(findSamples(folder_.sources(), "s"));
}

TEST_F(SamplesTest, GeneratedCasesFindWhatIsWrong) {
    const auto run = [&](const Adapter& tested) {
        const auto tree = readManifestTree(folder_.sources(), folder_.products(), "s");
        const auto manifest = readManifest(*tree, "s");
        std::vector<std::string> problems;
        for (const auto& one : runGeneratedCases(
                 tested, *manifest, R"({"id":"1","a":"好"})", {.received_ms = kApril}, intake::comesTwice
             )) {
            if (!one.problem.empty()) problems.push_back(one.name + ": " + one.problem);
        }
        return problems;
    };
    EXPECT_THAT(run(*adapter()), IsEmpty());
    // Records that are the same by themselves and new to the ledger: only the ledger finds that.
    writeProcessSource(folder_, "      opinion: a\n      modified_time: $received_time\n");
    EXPECT_THAT(run(*adapter()), ElementsAre("same_batch_twice: the second time 1 of 1 items are new, and 2 entries"));
    writeProcessSource(folder_, "      opinion: a\n");
    EXPECT_THAT(run(ForgetfulAdapter(adapter())), ::testing::Contains(HasSubstr("same_batch_twice: a ledger sees 0 of 1 items")));
    // A function that counts its calls begins anew with each item.
    folder_.product("functions.lua", "local n = 0 function f(s) n = n + 1 return s .. n end\n");
    writeProcessSource(folder_, "      opinion: { from: a, lua: f }\n");
    EXPECT_THAT(run(*adapter()), IsEmpty());
}

TEST_F(SamplesTest, AReviewIsOfTheInputThatWasLookedAt) {
    folder_.source("tests/one/input.json", R"({"id":"1","a":"x"})");
    ASSERT_TRUE(acceptSample(*adapter(), only()));
    ASSERT_TRUE(reviewSample(only(), "reviewer", "2019-04-18"));
    EXPECT_EQ("reviewer", only().reviewed_by);
    folder_.source("tests/one/input.json", R"({"id":"1","a":"x" })");  // gives the same
    EXPECT_TRUE(runSample(*adapter(), only()).passed);
    EXPECT_EQ("", only().reviewed_by);
    folder_.source("tests/one/case.json", R"({"reviewed":{"by":"somebody","on":"2019-04-18"}})");  // of old: names no input
    EXPECT_EQ("somebody", only().reviewed_by);
    std::filesystem::remove(only().directory + "/expected.json");
    EXPECT_EQ("", only().reviewed_by) << "there is nothing that could have been looked at";
}

TEST_F(SamplesTest, RecordsThatBecomeErrorsAreTold) {
    folder_.source("tests/one/input.json", R"({"id":"1","a":"x"})");
    EXPECT_FALSE(losesItsRecords(*adapter(), only())) << "nothing was expected yet";
    ASSERT_TRUE(acceptSample(*adapter(), only()));
    EXPECT_FALSE(losesItsRecords(*adapter(), only()));
    folder_.source("tests/one/input.json", R"({"id":"1","a":"x","at":"bad"})");
    EXPECT_TRUE(losesItsRecords(*adapter(), only()));
}

}  // namespace
}  // namespace yht::kit
