#include "tools/speaker/submission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/unit/tools/speaker/fake_gateway.h"
#include "tools/partner-sim/flood.h"

namespace yht {
namespace {

class SubmissionTest : public ::testing::Test {
protected:
    SubmissionTest() : key_(*speaker::readLogKey(gateway_.verifierKey() + "\n")) {}

    speaker::SubmissionResult submit(const std::vector<std::string>& records) {
        const auto speaker = speaker::Speaker::make(gateway_.speakerOptions("hotline"), clock_);
        EXPECT_TRUE(speaker.ok());
        speaker::GatewayClient client(*speaker);
        return speaker::submit(client, records, options_, clock_, stop_);
    }
    static std::string record(std::uint64_t index) {
        return partner_sim::floodRecord({.seed = 1, .source = "zz-12315"}, index);
    }

    const base::SystemClock clock_;
    test::FakeGateway gateway_;
    speaker::LogKey key_;
    speaker::SubmissionOptions options_{.log_key = &key_, .ack_log = nullptr, .on_retry = {}};
    speaker::StopToken stop_;
};

TEST_F(SubmissionTest, ATakenRecordHasANumberAndAReceiptThatHolds) {
    const auto result = submit({record(0)});
    ASSERT_TRUE(result.answered);
    const auto& ack = result.acknowledgements.at(0);
    EXPECT_EQ(201, ack.status);
    EXPECT_EQ("FL-1-0", ack.record_ref);
    EXPECT_EQ("430200-20190414-0000001-", ack.ticket_no.substr(0, 24));
    EXPECT_TRUE(ack.verified) << ack.problem;
}

TEST_F(SubmissionTest, AnArrayIsAnsweredRecordByRecord) {
    ASSERT_TRUE(submit({record(0)}).answered);
    const auto result = submit({record(1), record(0), record(2)});
    ASSERT_EQ(3u, result.acknowledgements.size());
    EXPECT_EQ(201, result.acknowledgements[0].status);
    EXPECT_EQ(200, result.acknowledgements[1].status);
    EXPECT_EQ(201, result.acknowledgements[2].status);
    for (const auto& ack : result.acknowledgements) EXPECT_TRUE(ack.verified) << ack.problem;
}

TEST_F(SubmissionTest, ALostAnswerIsAskedForAgainWithTheSameContent) {
    gateway_.loseAnswers(2);
    const auto result = submit({record(0)});
    ASSERT_TRUE(result.answered);
    EXPECT_EQ(200, result.acknowledgements[0].status);
    EXPECT_EQ(3, gateway_.requests());
    EXPECT_EQ(1u, gateway_.taken().size());
}

TEST_F(SubmissionTest, ABusyGatewayIsAskedAgain) {
    gateway_.beBusy(1);
    EXPECT_EQ(201, submit({record(0)}).acknowledgements.at(0).status);
    EXPECT_EQ(2, gateway_.requests());
}

TEST_F(SubmissionTest, ARefusedRecordIsFinalAndNamesItsFields) {
    gateway_.refuseRecords(1);
    const auto result = submit({record(0)});
    ASSERT_TRUE(result.answered);
    EXPECT_EQ(422, result.acknowledgements[0].status);
    EXPECT_EQ("record.invalid", result.acknowledgements[0].problem);
    EXPECT_THAT(
        result.acknowledgements[0].problem_fields, ::testing::ElementsAre("/title too_long")
    );
}

TEST_F(SubmissionTest, ARefusalOfTheWholeIsFinalUnlessPatient) {
    gateway_.refuseSignatures(1);
    EXPECT_EQ("signature.expired", submit({record(0), record(1)}).acknowledgements.at(1).problem);
    gateway_.refuseSignatures(1);
    options_.patient = true;
    EXPECT_EQ(201, submit({record(0), record(1)}).acknowledgements.at(1).status);
}

TEST_F(SubmissionTest, AReceiptForOtherContentDoesNotHold) {
    gateway_.cheat();
    const auto result = submit({record(0)});
    ASSERT_TRUE(result.answered);
    EXPECT_EQ(201, result.acknowledgements[0].status);
    EXPECT_FALSE(result.acknowledgements[0].verified);
    EXPECT_THAT(result.acknowledgements[0].problem, ::testing::HasSubstr("ledger.corrupt"));
}

TEST_F(SubmissionTest, GivesUpWhenToldTo) {
    gateway_.beBusy(1'000'000);
    options_.give_up_after_ms = 1;
    const auto result = submit({record(0)});
    EXPECT_FALSE(result.answered);
    EXPECT_EQ("HTTP 503", result.detail);
}

TEST_F(SubmissionTest, TheLogHasTheLineBeforeTheCallerHasTheAnswer) {
    const std::string path = (test::sharedPki().directory() / "acks").string();
    speaker::AckLog log(path);
    options_.ack_log = &log;
    const auto result = submit({record(0), record(1)});
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    EXPECT_EQ(
        speaker::toLine(result.acknowledgements[0]) + "\n" +
            speaker::toLine(result.acknowledgements[1]) + "\n",
        text.str()
    );
}

}  // namespace
}  // namespace yht
