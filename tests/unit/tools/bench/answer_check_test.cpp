#include "tools/bench/answer_check.h"

#include <gtest/gtest.h>

#include "tools/bench/figures.h"

namespace yht::bench {
namespace {

std::string item(int seq) {
    return R"({"status":201,"ticket_no":"430200-20260302-0000001-4","seq":")" +
           std::to_string(seq) +
           R"(","verdict":"created","duplicate":false,"receipt":{"seq":"99","ticket_no":"430200-20260302-0000001-4"}})";
}

std::string without(std::string text, const std::string& part) {
    return text.erase(text.find(part), part.size());
}

TEST(AnswerCheck, TakesACreatedRecordWithItsReceipt) {
    EXPECT_NO_THROW(checkAnswer({201, item(7)}, {.records = 1}));
}

TEST(AnswerCheck, TakesNoAnswerThatLacksAnything) {
    for (const std::string part :
         {R"("ticket_no":"430200-20260302-0000001-4",)", R"("verdict":"created",)",
          R"("receipt":)"})
        EXPECT_THROW(checkAnswer({201, without(item(7), part)}, {.records = 1}), Invalid) << part;
}

TEST(AnswerCheck, TakesNoDuplicateForANewRecord) {
    std::string duplicate = item(7);
    duplicate.replace(duplicate.find("created"), 7, "duplicate");
    EXPECT_THROW(checkAnswer({200, duplicate}, {.records = 1}), Invalid);
    EXPECT_THROW(checkAnswer({503, ""}, {.records = 1}), Invalid);
}

TEST(AnswerCheck, CountsEveryRecordOfAnArray) {
    const std::string two = R"({"items":[)" + item(7) + "," + item(8) + "]}";
    EXPECT_NO_THROW(checkAnswer({200, two}, {.records = 2}));
    EXPECT_THROW(checkAnswer({200, two}, {.records = 3}), Invalid);
}

std::string soapItem() {
    return "<items><status>201</status><ticket_no>430200-20260302-0000001-4</ticket_no><seq>7</seq><verdict>created</verdict>"
           "<receipt>{\"seq\":\"7\",\"ticket_no\":\"430200-20260302-0000001-4\"}</receipt></items>";
}

TEST(AnswerCheck, TakesASignedEnvelopeWithEachRecordsReceipt) {
    const std::string two = "<ds:SignatureValue>AA==</ds:SignatureValue>" + soapItem() + soapItem();
    EXPECT_NO_THROW(checkAnswer({200, two}, {.records = 2, .speech = Speech::Soap}));
    EXPECT_THROW(checkAnswer({200, two}, {.records = 3, .speech = Speech::Soap}), Invalid);
    EXPECT_THROW(checkAnswer({500, two}, {.records = 2, .speech = Speech::Soap}), Invalid);
    for (const std::string part : {"<ds:SignatureValue>", "<receipt>{", "<ticket_no>43", "created"})
        EXPECT_THROW(checkAnswer({200, without(two, part)}, {.records = 2, .speech = Speech::Soap}), Invalid) << part;
}

TEST(AnswerCheck, ReadsTheItemsOwnNumbersNotTheReceipts) {
    const std::string two = R"({"items":[)" + item(7) + "," + item(8) + "]}";
    std::uint64_t seqs[2] = {};
    readSeqs({200, two}, seqs, 2);
    EXPECT_EQ(7U, seqs[0]);
    EXPECT_EQ(8U, seqs[1]);
}

}  // namespace
}  // namespace yht::bench
