// Each fact of the scale that files tell, in each state that it can have.
#include "adapters/kit/inbound/grade_facts.h"

#include <gmock/gmock.h>

#include <functional>

#include "adapters/kit/inbound/coverage.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kMapping =
    "records:\n  step:\n    kind: process\n    rows:\n      record_ref: NO\n      ticket_ref: NO\n      event_time: TIME\n"
    "      process_type: { const: \"30\" }\n";

class GradeFactsTest : public ::testing::Test {
protected:
    GradeFactsTest() {
        product("decode: { format: json }\n");
        mapping(kMapping);
    }
    void product(const std::string& more) { folder_.product("product.yaml", "product: p\n" + more); }
    void mapping(const std::string& text) { folder_.product("mapping.yaml", text); }
    void source(const std::string& more) {
        folder_.source("source.yaml", "id: s\ntitle: t\nproduct: p\nowner: {unit: u, person: w, phone: \"1\"}\n" + more);
    }
    ReadManifest manifest() const {
        auto read = readManifest(*readManifestTree(folder_.sources(), folder_.products(), "s"), "s");
        if (!read) ADD_FAILURE() << read.error().detail;
        return std::move(*read);
    }
    using Change = std::function<void(CheckedFiles&)>;
    Fact fact(const char* id, const Change& change = [](CheckedFiles&) {}) const {
        const ReadManifest read = manifest();
        CheckedFiles files{read, samples_, results_, lint(read)};
        change(files);
        for (auto& each : factsOfFiles(files)) {
            if (std::string(id) == each.row->id) return each;
        }
        ADD_FAILURE() << "no fact " << id;
        return {};
    }
    std::string state(const char* id, const Change& change = [](CheckedFiles&) {}) const { return factStateName(fact(id, change).state); }

    SourceFolder folder_;
    std::vector<SampleCase> samples_;
    std::vector<SampleResult> results_;
};

TEST_F(GradeFactsTest, EveryFactOfFilesIsFoundOnceAndNoneOfTheLedgers) {
    source("");
    const ReadManifest read = manifest();
    std::map<std::string, int> found;
    for (const auto& each : factsOfFiles({read, samples_, results_})) ++found[each.row->id];
    for (const auto& row : factTable()) EXPECT_EQ(row.of_ledger ? 0 : 1, found[row.id]) << row.id;
}

TEST_F(GradeFactsTest, AManifestThatLintAsksAboutIsNotValid) {
    source("");
    EXPECT_EQ("unmet", state("manifest_valid"));
    EXPECT_THAT(fact("manifest_valid").detail, HasSubstr("health.silent_after_s"));
    source("health: { workday_hour_min: 1, silent_after_s: 3600, lag_s_max: 600 }\n");
    EXPECT_EQ("met", state("manifest_valid"));
    EXPECT_EQ(FactState::Unmet, unreadableManifest("s/source.yaml:1").state);
}

TEST_F(GradeFactsTest, NumberAndTimeAreTheSourcesOwn) {
    source("");
    EXPECT_EQ("met", state("number_and_time"));
    for (const char* time : {"$received_time", "{ const: \"2019-04-18T00:00:00+08:00\" }"}) {
        std::string text = kMapping;
        text.replace(text.find("event_time: TIME"), 16, std::string("event_time: ") + time);
        mapping(text);
        EXPECT_EQ("unmet", state("number_and_time")) << time;
    }
    std::string fallback = kMapping;
    fallback.replace(fallback.find("event_time: TIME"), 16, "event_time: { from: [TIME, $received_time] }");
    mapping(fallback);
    EXPECT_EQ("met", state("number_and_time"));
}

TEST_F(GradeFactsTest, WhatWasTriedHoldsFailsOrIsUnknown) {
    source("");
    const std::pair<const char*, Tries CheckedFiles::*> kTried[] = {{"strict_charset", &CheckedFiles::undecodable}, {"dry_run", &CheckedFiles::taken},
                                                                    {"duplicates", &CheckedFiles::twice}, {"trouble_cases", &CheckedFiles::generated},
                                                                    {"resent_after_kill", &CheckedFiles::resent}};
    for (const auto& [id, tries] : kTried) {
        EXPECT_EQ("unknown", state(id)) << id;
        EXPECT_STRNE("", fact(id).row->shown_by) << id;
        EXPECT_EQ("met", state(id, [tries = tries](CheckedFiles& files) { files.*tries = {3, 0}; })) << id;
        EXPECT_EQ("unmet", state(id, [tries = tries](CheckedFiles& files) { files.*tries = {3, 1}; })) << id;
    }
    product("decode: { format: xlsx }\n");
    EXPECT_EQ("not_applicable", state("strict_charset"));
}

TEST_F(GradeFactsTest, MappingTakesLessThanFiveMillisecondsWhereItWasMeasured) {
    source("");
    EXPECT_EQ("unknown", state("mapping_fast"));
    EXPECT_EQ("met", state("mapping_fast", [](CheckedFiles& files) { files.mapping_micros_p95 = 4'999; }));
    EXPECT_EQ("unmet", state("mapping_fast", [](CheckedFiles& files) { files.mapping_micros_p95 = 5'000; }));
}

TEST_F(GradeFactsTest, MembersAreReadToNinetyFivePercent) {
    EXPECT_EQ(FactState::Unknown, membersRead(0, 0).state);
    EXPECT_EQ(FactState::Met, membersRead(100, 5).state);
    EXPECT_EQ(FactState::Unmet, membersRead(100, 6).state);
}

TEST_F(GradeFactsTest, SamplesAreCountedByWhoReviewedThem) {
    source("");
    const auto sample = [](const std::string& by, const std::string& err) {
        SampleCase one;
        one.reviewed_by = by;
        one.expected_err = err;
        return one;
    };
    samples_ = {sample("w", "x"), sample("w", "x"), sample("", "x")};
    results_ = {{"a", true, true, {}}, {"b", false, true, {"differs"}}};
    for (const char* id : {"reviewed_samples", "all_reviewed", "samples_pass", "second_reviewer"}) EXPECT_EQ("unmet", state(id)) << id;
    EXPECT_EQ("met", state("error_cases"));
    samples_[2] = sample("z", "");
    results_[1].passed = true;
    for (const char* id : {"reviewed_samples", "all_reviewed", "samples_pass", "second_reviewer"}) EXPECT_EQ("met", state(id)) << id;
    EXPECT_EQ("unmet", state("error_cases"));
    EXPECT_EQ("unmet", state("codes_mapped", [](CheckedFiles& files) { files.unmapped_codes = 1; }));
}

TEST_F(GradeFactsTest, CredentialsAreReferencesWhereverARequestCarriesOne) {
    const std::string pull = "assurance_min: allow_list\npull: { http: { url: \"https://h.example/x\", ";
    source("");
    EXPECT_EQ("not_applicable", state("secrets_by_reference"));
    source("secrets: { k: file:k }\n" + pull + "headers: { X-App-Key: \"{secret:k}\" } } }\n");
    EXPECT_EQ("met", state("secrets_by_reference"));
    source(pull + "headers: { X-App-Key: 0123456789 }, query: { page: \"1\", appSecret: abc } } }\n");
    EXPECT_EQ("unmet", state("secrets_by_reference"));
    EXPECT_THAT(literalCredentials(manifest().manifest), ElementsAre("pull.http.headers.X-App-Key", "pull.http.query.appSecret"));
    source("secrets: { k: file:k }\n" + pull + "method: POST, body: '{\"user\": \"yht\", \"password\": \"{secret:k}\"}' } }\n");
    EXPECT_THAT(literalCredentials(manifest().manifest), IsEmpty());
    source(pull + "method: POST, body: '{\"user\": \"yht\", \"password\": \"abc\"}' } }\n");
    EXPECT_THAT(literalCredentials(manifest().manifest), ElementsAre("pull.http.body.password"));
    source(pull + "method: POST, body: 'user=yht&pwd=abc' } }\n");
    EXPECT_THAT(literalCredentials(manifest().manifest), ElementsAre("pull.http.body.pwd"));
    source("attachments: { hosts: [h.example], headers: { Authorization: Bearer x } }\n");
    EXPECT_THAT(literalCredentials(manifest().manifest), ElementsAre("attachments.headers.Authorization"));
}

TEST_F(GradeFactsTest, ACodeThatDecidesIsTabledOrMakesNoRecordAtAll) {
    source("");
    folder_.product("state.csv", "native,canonical\n1,30\n");
    const std::string first = "records:\n  a:\n    kind: process\n    when: { STATE: \"1\" }\n    rows: { record_ref: NO, ticket_ref: NO, event_time: TIME, process_type: ";
    mapping(first + "{ const: \"30\" } }\n");
    EXPECT_EQ("met", state("codes_decided")) << "another state makes no record: an error";
    const std::string second = "  b:\n    kind: process\n    rows: { record_ref: OTHER, ticket_ref: NO, event_time: TIME, process_type: { const: \"30\" } }\n";
    mapping(first + "{ const: \"30\" } }\n" + second);
    EXPECT_EQ("unmet", state("codes_decided")) << "another state loses the record of a, and nobody hears of it";
    EXPECT_EQ("STATE", fact("codes_decided").detail);
    mapping("vocabularies: { state: {} }\n" + first + "{ from: STATE, vocabulary: state } }\n" + second);
    EXPECT_EQ("met", state("codes_decided")) << "another state is quarantined";
    mapping(first + "{ const: \"30\" } }\n  b:\n    kind: process\n    when: { STATE: \"\" }\n    rows: { record_ref: OTHER, ticket_ref: NO, event_time: TIME, process_type: { const: \"30\" } }\n");
    EXPECT_EQ("unmet", state("codes_decided")) << "no value is no code";
}

TEST_F(GradeFactsTest, ACursorLooksBack) {
    source("");
    EXPECT_EQ("not_applicable", state("cursor_overlap"));
    const std::string cursor =
        "assurance_min: allow_list\npull: { http: { url: \"https://h.example/x\", cursor: { kind: time, path: T, format: rfc3339, start: \"2019-01-01T00:00:00Z\"";
    source(cursor + " } } }\n");
    EXPECT_EQ("unmet", state("cursor_overlap"));
    source(cursor + ", overlap_s: 60 } } }\n");
    EXPECT_EQ("met", state("cursor_overlap"));
}

TEST_F(GradeFactsTest, AnAnswersMeaningStandsInItsBody) {
    source("");
    EXPECT_EQ("not_applicable", state("answers_classified"));
    const std::string pull = "assurance_min: allow_list\npull: { http: { url: \"https://h.example/x\"";
    source(pull + " } }\n");
    EXPECT_EQ("unmet", state("answers_classified"));
    source(pull + ", success: { path: code, values: [\"200\"] } } }\n");
    EXPECT_EQ("met", state("answers_classified"));
    const std::string endpoint =
        "assurance_min: token\nsecrets: { t: file:t }\nendpoints:\n  e:\n    path: /e\n    caller: { token: { in: header X, secret: t } }\n    reply:\n"
        "      accepted: { body: '{\"code\":\"200\"}' }\n";
    source(endpoint + "      refused: { status: 200, body: '{\"code\":\"400\"}' }\n");
    EXPECT_EQ("met", state("answers_classified"));
    source(endpoint + "      refused: { status: 200, body: '{\"code\":\"200\"}' }\n");
    EXPECT_EQ("unmet", state("answers_classified"));
    EXPECT_EQ("endpoints.e.reply.refused", fact("answers_classified").detail) << "busy and unauthorized differ by their status";
}

TEST_F(GradeFactsTest, AttachmentsCanBeHadAndASampleNamesOne) {
    source("");
    const Change one = [](CheckedFiles& files) { files.attachments_seen = 1; };
    EXPECT_EQ("not_applicable", state("attachments_after", one));
    mapping(std::string(kMapping) + "    attachments: [{ each: FILES, url: U, type: \"1\" }, { each: MORE, number: N, type: \"1\" }]\n");
    EXPECT_EQ("step: attachments.hosts, step: attachments.two_step", fact("attachments_after", one).detail);
    source("attachments: { hosts: [h.example], two_step: { url: \"https://h.example/{number}\" } }\n");
    EXPECT_EQ("met", state("attachments_after", one));
    EXPECT_EQ("unmet", state("attachments_after"));
}

TEST_F(GradeFactsTest, WhatIsUsualIsSaidOrNothingMoreIsExpected) {
    source("health: { workday_hour_min: 1, silent_after_s: 3600 }\n");
    EXPECT_EQ("unmet", state("volume_expected"));
    source("health: { workday_hour_min: 1, silent_after_s: 3600, lag_s_max: 600 }\n");
    EXPECT_EQ("met", state("volume_expected"));
    source("health: { handed_over_once: true }\n");
    EXPECT_EQ("not_applicable", state("volume_expected"));
    EXPECT_EQ("not_applicable", state("reconciled"));
    EXPECT_EQ("met", state("manifest_valid"));
}

TEST_F(GradeFactsTest, ASourceThatGetsNothingBackIsNotReliable) {
    source("");
    EXPECT_EQ("unmet", state("both_ways"));
    EXPECT_EQ("not_applicable", state("resend_safe"));
    source("integration_mode: excluded\n");
    EXPECT_EQ("not_applicable", state("both_ways"));
}

TEST_F(GradeFactsTest, WhatCameIsHeldAgainstTotalsOrAWholeList) {
    source("");
    EXPECT_EQ("unmet", state("reconciled"));
    source("unchanged: duplicate\n");
    EXPECT_EQ("met", state("reconciled"));
    product("decode: { format: xml, items: row, items_expected: \"@rows\" }\n");
    source("");
    EXPECT_EQ("met", state("reconciled"));
    EXPECT_TRUE(saysItsTotals(manifest().manifest.decode));
}

TEST_F(GradeFactsTest, WhatGoesHomeIsWholeAndCanBeSentAgain) {
    const std::string sources = YHT_SOURCE_DIR "/adapters/sources", products = YHT_SOURCE_DIR "/adapters/products";
    const auto read = readManifest(*readManifestTree(sources, products, "zz-shifeng"), "zz-shifeng");
    ASSERT_TRUE(read);
    ReadManifest changed = *read;
    const auto told = [&](const char* id) {
        for (const auto& each : factsOfFiles({changed, samples_, results_})) {
            if (std::string(id) == each.row->id) return std::string(factStateName(each.state));
        }
        return std::string();
    };
    ASSERT_TRUE(changed.manifest.results);
    EXPECT_EQ("met", told("resend_safe")) << "files have names of their own";
    changed.manifest.results->kinds = static_cast<ticket::KindSet>(ticket::only(ticket::Kind::Result) | ticket::only(ticket::Kind::Process));
    EXPECT_EQ("unmet", told("both_ways"));
    changed.manifest.results->kinds = static_cast<ticket::KindSet>(changed.manifest.results->kinds | ticket::only(ticket::Kind::Extension));
    EXPECT_EQ("met", told("both_ways"));
    changed.manifest.results->profile = "/nonexistent";
    EXPECT_EQ("unknown", told("resend_safe"));
}

}  // namespace
}  // namespace yht::kit
