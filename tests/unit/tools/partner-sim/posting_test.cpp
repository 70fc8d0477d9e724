#include "tools/partner-sim/posting.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/tools/speaker/fake_gateway.h"
#include "tools/partner-sim/flood.h"

namespace yht {
namespace {

class PostingTest : public ::testing::Test {
protected:
    partner_sim::PostingTotals flood(std::uint64_t count) {
        const auto speaker = speaker::Speaker::make(gateway_.speakerOptions("hotline"), clock_);
        std::uint64_t index = 0;
        return partner_sim::postAll(
            *speaker,
            [&]() -> std::optional<std::string> {
                if (index == count) return std::nullopt;
                return partner_sim::floodRecord({.seed = 1, .source = "zz-12315"}, index++);
            },
            [this](const auto& ack) { seqs_.insert(ack.seq); }, options_, clock_, stop_
        );
    }

    const base::SystemClock clock_;
    test::FakeGateway gateway_;
    speaker::LogKey key_{*speaker::readLogKey(gateway_.verifierKey())};
    partner_sim::PostingOptions options_{
        .parallel = 4,
        .batch = 3,
        .submission = {.log_key = &key_, .ack_log = nullptr, .on_retry = {}}};
    speaker::StopToken stop_;
    std::set<std::string> seqs_;
};

TEST_F(PostingTest, SeveralConnectionsTakeEachRecordOnce) {
    const auto totals = flood(50);
    EXPECT_EQ(50u, totals.created);
    EXPECT_EQ(0u, totals.unverified);
    EXPECT_EQ(50u, seqs_.size());
    EXPECT_EQ(50u, gateway_.taken().size());
}

TEST_F(PostingTest, LostAnswersDoubleNothing) {
    gateway_.loseAnswers(5);
    const auto totals = flood(50);
    EXPECT_EQ(50u, totals.created + totals.duplicate);
    EXPECT_GT(totals.duplicate, 0u);
    EXPECT_EQ(50u, gateway_.taken().size());
}

TEST_F(PostingTest, ASecondFloodOfTheSameSeedIsAllDuplicates) {
    flood(20);
    EXPECT_EQ(20u, flood(20).duplicate);
    EXPECT_EQ(20u, seqs_.size());
}

TEST_F(PostingTest, SaysHowManyReceiptsDoNotHold) {
    gateway_.cheat();
    EXPECT_EQ(10u, flood(10).unverified);
}

}  // namespace
}  // namespace yht
