// What an operator decides about a dead letter.
#include "tests/unit/gateway/delivery/courier_fixture.h"

namespace yht::delivery {
namespace {

using testing::ElementsAre;

TEST_F(CourierTest, ADeadLetterIsSentAgainOnDecision) {
    const auto seq = put("A", Kind::Appeal, "A1");
    far.will("refuse A1");
    run();
    ASSERT_TRUE(decide(seq, RowDecision::SendAgain).ok());
    run();
    EXPECT_THAT(told(), ElementsAre("A1 refused", "A1 accepted"));
}

TEST_F(CourierTest, ADiscardedDeadLetterIsGoneAndWhatDependsOnItStaysHeld) {
    needAppeal();
    const auto seq = put("A", Kind::Appeal, "A1");
    put("A", Kind::Result, "A2");
    far.will("refuse A1");
    run();
    ASSERT_TRUE(decide(seq, RowDecision::Discard).ok());
    run();
    EXPECT_THAT(rows(), ElementsAre("A2 held waits_for:appeal"));
}

TEST_F(CourierTest, NobodyDecidesOnARowThatIsOnItsWay) {
    const auto seq = put("A", Kind::Appeal, "A1");
    far.will("lost");
    run();
    const auto status = decide(seq, RowDecision::Discard);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(base::ErrorCode::ParameterInvalid, status.error().code);
    EXPECT_EQ(base::ErrorCode::NotFound, decide(seq + 100, RowDecision::Discard).error().code);
}

}  // namespace
}  // namespace yht::delivery
