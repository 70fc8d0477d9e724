#include "adapters/kit/inbound/grade.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "gateway/base/time_text.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::HasSubstr;

constexpr std::int32_t kToday = 18'000;

std::vector<Fact> all(FactState state) {
    std::vector<Fact> facts;
    for (const auto& row : factTable()) facts.push_back({&row, state, ""});
    return facts;
}

Fact& named(std::vector<Fact>& facts, const std::string& id) {
    return *std::find_if(facts.begin(), facts.end(), [&](const Fact& fact) { return id == fact.row->id; });
}

TEST(GradeTest, EveryFactOfAGradeAndOfThoseBelowMustBeMet) {
    EXPECT_EQ(Grade::S, gradeOf(all(FactState::Met), {}, kToday).grade);
    EXPECT_EQ(Grade::None, gradeOf({}, {}, kToday).grade);
    for (const auto& row : factTable()) {
        auto facts = all(FactState::Met);
        named(facts, row.id).state = FactState::Unknown;
        const auto graded = gradeOf(facts, {}, kToday);
        EXPECT_EQ(static_cast<int>(row.grade) - 1, static_cast<int>(graded.grade)) << row.id;
        ASSERT_EQ(1u, graded.missing().size()) << row.id;
        EXPECT_EQ(&row, graded.missing().front()->row);
    }
}

TEST(GradeTest, WhatASourceDoesNotHaveIsNoObstacle) {
    for (const auto& row : factTable()) {
        auto facts = all(FactState::Met);
        named(facts, row.id).state = FactState::NotApplicable;
        const auto graded = gradeOf(facts, {}, kToday);
        EXPECT_EQ(Grade::S, graded.grade) << row.id;
        EXPECT_TRUE(graded.missing().empty()) << row.id;
    }
}

TEST(GradeTest, NoFactStandsTwiceAndEachSaysWhatWouldShowItWhereOnlyTheLedgerCan) {
    for (const auto& row : factTable()) {
        EXPECT_EQ(&row, findFact(row.id)) << row.id;
        EXPECT_TRUE(!row.of_ledger || row.shown_by[0] != '\0') << row.id;
    }
    EXPECT_EQ(nullptr, findFact("charming"));
}

TEST(GradeTest, AnExemptionCountsUntilItsDay) {
    auto facts = all(FactState::Met);
    named(facts, "owner").state = FactState::Unmet;
    const std::vector<Exemption> exempt = {{"owner", "being appointed", "王工", "2019-04-18"}};
    const auto day = base::shanghaiDay(kApril);
    EXPECT_EQ(Grade::S, gradeOf(facts, exempt, day).grade);
    const auto after = gradeOf(facts, exempt, day + 1);
    EXPECT_EQ(Grade::None, after.grade);
    EXPECT_THAT(after.missing().front()->detail, HasSubstr("2019-04-18"));
}

TEST(GradeTest, ExemptionsAreReadStrictly) {
    const SourceFolder folder;
    const std::string directory = folder.sources() + "/s";
    EXPECT_TRUE(readExemptions(directory)->empty());
    folder.source("quality.json", R"({"exempt":[{"fact":"silent","reason":"winter","by":"w","until":"2019-11-15"}]})");
    EXPECT_EQ(1u, readExemptions(directory)->size());
    for (const char* wrong : {"[]", "{}", R"({"exempt":[{"fact":"slient","reason":"r","by":"w","until":"2019-11-15"}]})",
                              R"({"exempt":[{"fact":"silent","reason":"","by":"w","until":"2019-11-15"}]})",
                              R"({"exempt":[{"fact":"silent","reason":"r","by":"w","until":"soon"}]})",
                              R"({"exempt":[],"grade":"S"})"}) {
        folder.source("quality.json", wrong);
        EXPECT_FALSE(readExemptions(directory).ok()) << wrong;
    }
}

}  // namespace
}  // namespace yht::kit
