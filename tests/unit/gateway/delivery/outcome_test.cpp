#include "gateway/delivery/outcome.h"

#include <gtest/gtest.h>

#include "gateway/crypto/digest.h"
#include "gateway/delivery/parcel.h"
#include "gateway/json/json.h"

namespace yht::delivery {
namespace {

Outcome sample() {
    Outcome outcome;
    outcome.verdict = Verdict::Refused;
    outcome.destination = "province";
    outcome.batch_id = "b1";
    outcome.record_seq = 987654321012345678;
    outcome.kind = ticket::Kind::Result;
    outcome.late = true;
    outcome.code = "E102";
    outcome.peer_number = "SZ-7";
    outcome.peer_receipt = std::string("\xD6\xD0\x00\xFF", 4);  // GBK and worse: kept as it came
    outcome.fields = {
        {.pointer = "/sqnr", .code = "E1", .limit = "10", .en = "long", .zh = "过长"}};
    outcome.supersedes = {3, 4};
    outcome.times = {
        .event_ms = 1, .received_ms = 2, .committed_ms = 3, .sent_ms = 4, .acknowledged_ms = 5};
    outcome.exchange = makeExchange("request", "response");
    return outcome;
}

TEST(OutcomeTest, WhatIsWrittenIsReadBack) {
    const auto read = decodeOutcome(encodeOutcome(sample()));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(encodeOutcome(sample()), encodeOutcome(*read));
    EXPECT_EQ(sample().peer_receipt, read->peer_receipt);
    EXPECT_EQ(987654321012345678U, read->record_seq);
    EXPECT_EQ(sample().fields, read->fields);
    EXPECT_EQ("response", read->exchange->response);
    EXPECT_EQ(crypto::sha256("request"), read->exchange->request_sha256);
    EXPECT_EQ(5, read->times.acknowledged_ms);
    EXPECT_EQ((std::vector<ledger::Seq>{3, 4}), read->supersedes);
}

TEST(OutcomeTest, ThePayloadIsCanonicalJson) {
    const auto text = encodeOutcome(sample());
    const auto document = json::parse(text);
    ASSERT_TRUE(document.ok());
    EXPECT_EQ(json::canonical(*document), text);
}

TEST(OutcomeTest, AnotherFormatIsRefused) {
    const auto shared = encodeSharedExchange(
        {.destination = "d", .batch_id = "b", .exchange = makeExchange("q", "r")}
    );
    const auto read = decodeOutcome(shared);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(base::ErrorCode::LedgerCorrupt, read.error().code);
    EXPECT_EQ("r", decodeSharedExchange(shared)->exchange.response);
}

TEST(OutcomeTest, AResponseBeyondItsBoundIsKeptByItsDigest) {
    const std::string response(kResponseBytesMax + 1, 'x');
    const auto exchange = makeExchange("", response);
    EXPECT_EQ("", exchange.response);
    EXPECT_EQ(crypto::sha256(response), exchange.response_sha256);
}

TEST(OutcomeTest, AFarSidesFieldErrorsAreBounded) {
    auto outcome = sample();
    outcome.fields.assign(
        kFieldErrorsMax + 1,
        {.pointer = "/a", .code = "c", .limit = "", .en = std::string(999, 'x'), .zh = "长"}
    );
    const auto read = decodeOutcome(encodeOutcome(outcome));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(kFieldErrorsMax, read->fields.size());
    EXPECT_EQ(kFieldTextCodePointsMax, read->fields[0].en.size());
}

TEST(OutcomeTest, ADeadReasonKeepsTheFarSidesFieldErrors) {
    const auto reason = decodeDeadReason(encodeDeadReason(
        {.code = "delivery.refused", .peer_code = "E102", .fields = sample().fields}
    ));
    EXPECT_EQ("delivery.refused", reason.code);
    EXPECT_EQ("E102", reason.peer_code);
    EXPECT_EQ(sample().fields, reason.fields);
    EXPECT_EQ("plain", decodeDeadReason("plain").code);
}

TEST(PlanTest, WhatIsWrittenIsReadBack) {
    const AttemptPlan plan{
        .count = 200,
        .error = "delivery.answer_lost",
        .late = true,
        .masked = true,
        .numbers = {{"centre", "GD\"1"}, {"p110", "JJ-2"}}};
    const auto read = decodePlan(encodePlan(plan));
    ASSERT_TRUE(read);
    EXPECT_EQ(encodePlan(plan), encodePlan(*read));
    EXPECT_EQ(plan.numbers, read->numbers);
    EXPECT_FALSE(decodePlan("delivery.peer_busy"));
}

}  // namespace
}  // namespace yht::delivery
