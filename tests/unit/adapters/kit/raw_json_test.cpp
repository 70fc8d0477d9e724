#include "adapters/kit/raw_json.h"

#include <gtest/gtest.h>

namespace yht::kit {
namespace {

constexpr const char* kAnswer =
    R"( { "code" : "200", "data":[ {"XH":"1","n":12,"t":"a\"]}"} ,{} ] , "receipt" : {"SIGN":"x","n": -1.5 } } )";

TEST(RawJsonTest, GivesTheBytesAsTheyWereSent) {
    EXPECT_EQ(rawAt(kAnswer, "/data"), R"([ {"XH":"1","n":12,"t":"a\"]}"} ,{} ])");
    EXPECT_EQ(rawAt(kAnswer, "/receipt"), R"({"SIGN":"x","n": -1.5 })");
}

TEST(RawJsonTest, GivesNestedMembersAndScalars) {
    EXPECT_EQ(rawAt(kAnswer, "/receipt/SIGN"), "\"x\"");
    EXPECT_EQ(rawAt(kAnswer, "/receipt/n"), "-1.5");
    EXPECT_EQ(rawAt(kAnswer, "code"), "\"200\"");
}

TEST(RawJsonTest, AnAbsentMemberIsAbsent) {
    EXPECT_EQ(rawAt(kAnswer, "/nothing"), std::nullopt);
    EXPECT_EQ(rawAt(kAnswer, "/code/deeper"), std::nullopt);
    EXPECT_EQ(rawAt("[]", "/data"), std::nullopt);
}

// The parser would find this member and the signer's bytes would not be ours: fail closed.
TEST(RawJsonTest, ANameWrittenWithEscapesIsNotFound) {
    EXPECT_EQ(rawAt(R"({"d\u0061ta":[]})", "/data"), std::nullopt);
}

TEST(RawJsonTest, TextAtReadsNumbersAsWritten) {
    const auto parsed = json::parse(kAnswer);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(textAt(*parsed, "/receipt/n"), "-1.5");
    EXPECT_EQ(textAt(*parsed, "/receipt"), "");
    EXPECT_EQ(findPath(*parsed, "/data/0"), nullptr);
}

}  // namespace
}  // namespace yht::kit
