#include "adapters/kit/profile.h"

#include <gmock/gmock.h>

#include "gateway/base/time_text.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ProfileTest : public ::testing::Test {
protected:
    TemporaryDirectory directory;

    base::Result<std::shared_ptr<const Profile>> load(const std::string& yaml) {
        directory.write("profile.yaml", yaml);
        return Profile::load(directory.path());
    }
    /// The mistakes of a small profile with this row.
    std::string problems(const std::string& row, const std::string& more = "") {
        const auto profile = load(smallProfile("      - " + row + "\n", more));
        if (profile) return "";
        EXPECT_EQ(profile.error().code, base::ErrorCode::ProfileInvalid);
        return profile.error().detail;
    }
    static std::string replaced(std::string text, const std::string& from, const std::string& to) {
        const auto at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    }
    const std::string fine = "{ to: A, from: title, max: 100 }";
};

TEST_F(ProfileTest, ASmallProfileLoads) {
    EXPECT_EQ(problems(fine), "");
}

TEST_F(ProfileTest, AnUnknownKeyIsToldWithFileLineAndNearestName) {
    EXPECT_THAT(
        problems("{ to: A, from: title, max: 100, overflo: cut }"),
        AllOf(HasSubstr("profile.yaml:"), HasSubstr("unknown key overflo, did you mean overflow?"))
    );
    EXPECT_THAT(
        problems(fine, "chraset: GBK\n"), HasSubstr("unknown key chraset, did you mean charset?")
    );
}

TEST_F(ProfileTest, AnUnknownFieldIsToldWithTheNearestName) {
    EXPECT_THAT(
        problems("{ to: A, from: titel, max: 9 }"),
        HasSubstr("appeal has no field titel, did you mean title?")
    );
    EXPECT_THAT(
        problems("{ to: A, from: \"@sequ\" }"), HasSubstr("unknown value @sequ, did you mean @seq?")
    );
    EXPECT_THAT(
        problems("{ to: A, from: title, max: 9, when: { chanel: \"01\" } }"), HasSubstr("channel?")
    );
}

TEST_F(ProfileTest, AllMistakesComeAtOnce) {
    EXPECT_THAT(
        problems("{ to: A, from: titel, max: 9, codez: x }", "fooo: 1\n"),
        AllOf(HasSubstr("titel"), HasSubstr("codez"), HasSubstr("fooo"))
    );
}

TEST_F(ProfileTest, TextNeedsALengthAndCodesNeedAList) {
    EXPECT_THAT(problems("{ to: A, from: title }"), HasSubstr("A needs max"));
    EXPECT_THAT(problems("{ to: A, from: channel }"), HasSubstr("name its codes"));
    EXPECT_THAT(
        problems("{ to: A, from: channel, codes: nothere }"), HasSubstr("nothere.csv can't be read")
    );
}

TEST_F(ProfileTest, SplitNeedsASecondField) {
    EXPECT_THAT(
        problems("{ to: A, from: title, max: 9, overflow: split }"), HasSubstr("split and into")
    );
}

TEST_F(ProfileTest, AConstantOutsideTheCharsetIsRefused) {
    EXPECT_THAT(problems("{ to: A, const: 😀 }"), HasSubstr("does not fit"));
}

TEST_F(ProfileTest, ASingleRecordEnvelopeTakesNoBatches) {
    const std::string yaml = smallProfile("      - " + fine + "\n");
    const std::string single = replaced(yaml, "value: records", "value: record");
    EXPECT_TRUE(load(single));
    const std::string batched = replaced(single, "resend:", "batch_max: 2, resend:");
    EXPECT_THAT(load(batched).error().detail, HasSubstr("needs batch_max 1"));
}

TEST_F(ProfileTest, WhatIsSignedMustBeInTheEnvelope) {
    const std::string yaml = replaced(
        smallProfile("      - " + fine + "\n"), "signature: {}", "signature: { over: [LIST, NONE] }"
    );
    EXPECT_THAT(load(yaml).error().detail, AllOf(HasSubstr("no NONE"), Not(HasSubstr("no LIST"))));
}

TEST_F(ProfileTest, BrokenYamlAndAMissingFileAreProfileErrors) {
    EXPECT_EQ(load("a: [").error().code, base::ErrorCode::ProfileInvalid);
    EXPECT_EQ(load("- a\n").error().code, base::ErrorCode::ProfileInvalid);
    EXPECT_EQ(Profile::load("/nonexistent").error().code, base::ErrorCode::ProfileInvalid);
}

TEST(CodeSetTest, HoldsCodesAndRangesOfNumbers) {
    CodeSet codes;
    codes.add("0");
    codes.add("5000-5999");
    codes.add("E-1");
    EXPECT_TRUE(codes.has("0"));
    EXPECT_TRUE(codes.has("5999"));
    EXPECT_TRUE(codes.has("E-1"));
    EXPECT_FALSE(codes.has("6000"));
    EXPECT_FALSE(codes.has(""));
    EXPECT_FALSE(codes.has("5000x"));
}

TEST(MaintenanceTest, TheWindowIsLocalTimeOfItsSunday) {
    const auto left = [](const char* time) {
        return xiang()->maintenanceLeftMillis(*base::parseRfc3339(time));
    };
    EXPECT_EQ(left("2019-05-05T02:59:00+08:00"), 60'000);    // first Sunday of May
    EXPECT_EQ(left("2019-05-04T17:00:00Z"), 2 * 3'600'000);  // the same Sunday, 01:00 in Beijing
    EXPECT_EQ(left("2019-05-05T03:00:00+08:00"), 0);
    EXPECT_EQ(left("2019-05-12T02:00:00+08:00"), 0);  // second Sunday
    EXPECT_EQ(left("2019-05-06T02:00:00+08:00"), 0);  // Monday
}

}  // namespace
}  // namespace yht::kit
