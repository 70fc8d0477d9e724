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
    EXPECT_NO_THROW(checkAnswer({201, item(7)}, 1));
}

TEST(AnswerCheck, TakesNoAnswerThatLacksAnything) {
    for (const std::string part :
         {R"("ticket_no":"430200-20260302-0000001-4",)", R"("verdict":"created",)",
          R"("receipt":)"})
        EXPECT_THROW(checkAnswer({201, without(item(7), part)}, 1), Invalid) << part;
}

TEST(AnswerCheck, TakesNoDuplicateForANewRecord) {
    std::string duplicate = item(7);
    duplicate.replace(duplicate.find("created"), 7, "duplicate");
    EXPECT_THROW(checkAnswer({200, duplicate}, 1), Invalid);
    EXPECT_THROW(checkAnswer({503, ""}, 1), Invalid);
}

TEST(AnswerCheck, CountsEveryRecordOfAnArray) {
    const std::string two = R"({"items":[)" + item(7) + "," + item(8) + "]}";
    EXPECT_NO_THROW(checkAnswer({200, two}, 2));
    EXPECT_THROW(checkAnswer({200, two}, 3), Invalid);
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
