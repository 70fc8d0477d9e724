#include "gateway/intake/http/problem.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace yht::http {
namespace {

using base::ErrorCode;

std::string fieldOf(const Answer& answer, const std::string& name) {
    for (const auto& [key, value] : answer.fields) {
        if (key == name) return value;
    }
    return "";
}

TEST(ProblemTest, EveryRowOfTheErrorTableBecomesItsProblem) {
    for (const auto& row : base::errorTable()) {
        const auto answer = problemAnswer(base::makeError(row.code));
        const auto document = json::parse(answer.body);
        ASSERT_TRUE(document.ok()) << row.name;
        EXPECT_EQ(answer.status, row.http_status);
        EXPECT_EQ(answer.content_type, "application/problem+json");
        EXPECT_EQ(json::textMember(*document, "type"), std::string("urn:yht:error:") + row.wire);
        EXPECT_EQ(json::textMember(*document, "code"), row.wire);
        EXPECT_EQ(json::textMember(*document, "detail"), row.en);
        EXPECT_EQ(json::textMember(*document, "detail_zh"), row.zh);
        EXPECT_EQ(json::textMember(*document, "status"), std::to_string(row.http_status));
    }
}

TEST(ProblemTest, TheDetailForTheLogNeverGoesOut) {
    const auto answer = problemAnswer(base::makeError(ErrorCode::Internal, "/var/lib/secret.db"));
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
}

TEST(ProblemTest, AllErrorsOfARecordAreListedWithTheirPointers) {
    auto error = base::makeError(ErrorCode::RecordInvalid);
    error.fields.push_back(
        {.pointer = "/3/title", .code = "too_long", .limit = "200", .en = "e", .zh = "z"}
    );
    error.fields.push_back(
        {.pointer = "/3/op", .code = "code_unknown", .limit = "op", .en = "e", .zh = "z"}
    );
    const auto document = json::parse(problemAnswer(error).body);
    const auto* errors = json::findMember(*document, "errors");
    ASSERT_NE(errors, nullptr);
    ASSERT_EQ(errors->Size(), 2U);
    EXPECT_EQ(json::textMember((*errors)[0], "pointer"), "/3/title");
    EXPECT_EQ(json::textMember((*errors)[0], "limit"), "200");
    EXPECT_EQ(json::textMember((*errors)[1], "code"), "code_unknown");
}

TEST(ProblemTest, WhatMayBeSentAgainLaterSaysWhen) {
    EXPECT_EQ(fieldOf(problemAnswer(base::makeError(ErrorCode::QueueFull)), "retry-after"), "5");
    auto error = base::makeError(ErrorCode::DiskFull);
    error.retry_after_s = 60;
    EXPECT_EQ(fieldOf(problemAnswer(error), "retry-after"), "60");
    EXPECT_EQ(fieldOf(problemAnswer(base::makeError(ErrorCode::RecordInvalid)), "retry-after"), "");
}

TEST(ProblemTest, ARefusedSignatureShowsItsBaseAndWhatIsWanted) {
    auto error = base::makeError(ErrorCode::SignatureInvalid);
    error.signature_base = "\"@method\": POST";
    const auto answer = problemAnswer(error);
    EXPECT_EQ(json::textMember(*json::parse(answer.body), "signature_base"), "\"@method\": POST");
    EXPECT_NE(fieldOf(answer, "accept-signature").find("\"content-digest\""), std::string::npos);
}

}  // namespace
}  // namespace yht::http
