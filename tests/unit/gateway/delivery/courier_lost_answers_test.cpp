// Lost answers: nobody knows whether the far side has the batch.
#include "tests/unit/gateway/delivery/courier_fixture.h"

namespace yht::delivery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(CourierTest, P02_ALostAnswerIsSentAgainWithTheSameBatchId) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    far.will("lost-after");
    run();
    EXPECT_THAT(rows(), ElementsAre("A1 unknown", "B1 unknown"));
    later(1);
    run();
    ASSERT_EQ(2U, far.calls.size());
    EXPECT_EQ(far.calls[0].batch_id, far.calls[1].batch_id);
    EXPECT_THAT(far.heard(), ElementsAre("A1,B1", "A1,B1"));
    EXPECT_THAT(told(), ElementsAre("A1 duplicate", "B1 duplicate"));
}

TEST_F(CourierTest, ARepeatCarriesTheSameContent) {
    put("A", Kind::Appeal, "A1");
    name("A", "p110", "JJ-1");
    far.will("lost-after");
    run();
    name("A", "centre", "GD-1");  // known only now
    later(3600);                  // and late only now
    run();
    ASSERT_EQ(2U, far.calls.size());
    EXPECT_EQ(far.calls[0].records[0].numbers, far.calls[1].records[0].numbers);
    EXPECT_FALSE(far.calls[1].records[0].late);
    EXPECT_EQ(far.calls[0].records[0].record, far.calls[1].records[0].record);
}

TEST_F(CourierTest, NothingOfATicketOvertakesItsUnknownRecord) {
    put("A", Kind::Appeal, "A1");
    far.will("lost");
    run();
    put("A", Kind::Process, "A2");
    put("B", Kind::Appeal, "B1");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "B1"));
    later(1);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "B1", "A1", "A2"));
}

TEST_F(CourierTest, P02_QueryFirstDoesNotResendWhatIsThere) {
    far.resend_rule = kit::Resend::QueryFirst;
    put("A", Kind::Appeal, "A1");
    far.will("lost-after");
    run();
    later(1);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "?A1"));
    EXPECT_THAT(told(), ElementsAre("A1 duplicate"));
}

TEST_F(CourierTest, QueryFirstSendsWhatIsNotThere) {
    far.resend_rule = kit::Resend::QueryFirst;
    put("A", Kind::Appeal, "A1");
    far.will("lost");
    run();
    later(1);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "?A1", "A1"));
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
}

TEST_F(CourierTest, OperatorModeWaitsForTheOperator) {
    far.resend_rule = kit::Resend::Operator;
    const auto seq = put("A", Kind::Appeal, "A1");
    put("A", Kind::Process, "A2");
    far.will("lost-after");
    run();
    later(86'400);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
    ASSERT_TRUE(decide(seq, RowDecision::Taken).ok());
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1", "A2"));
    EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(CourierTest, AnswersForOtherRecordsAreNoAnswer) {
    put("A", Kind::Appeal, "A1");
    far.will("garbled");
    run();
    EXPECT_THAT(rows(), ElementsAre("A1 unknown"));
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ("delivery.answer_invalid", courier().counters().last_error);
}

TEST_F(CourierTest, ABatchThatStaysUnknownGoesRecordByRecord) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    for (std::uint32_t i = 0; i < kTogetherAttemptsMax; ++i) far.will("lost");
    for (std::uint32_t i = 0; i < kTogetherAttemptsMax; ++i) {
        run();
        later(600);
    }
    for (const char* word : {"lost", "ok", "lost"}) far.will(word);  // A1 is the poison
    run();
    later(600);
    run();
    EXPECT_THAT(told(), ElementsAre("B1 accepted"));
    EXPECT_THAT(rows(), ElementsAre("A1 unknown"));
}

TEST_F(CourierTest, ARecordThatHasEveryBatchRefusedEndsAloneAndDead) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    far.will("poison B1");
    for (std::uint32_t i = 0; i < 40 && rows() != std::vector<std::string>{"B1 dead"}; ++i) {
        put("C" + std::to_string(i), Kind::Appeal,
            "C" + std::to_string(i));  // others get through once it stands alone
        run();
        later(300);
    }
    EXPECT_THAT(rows(), ElementsAre("B1 dead"));
    EXPECT_EQ("delivery.refused", decodeDeadReason(deliveries().at(0).reason).code);
    EXPECT_THAT(far.heard(), testing::Contains("B1"));
}

TEST_F(CourierTest, AFarSideThatRefusesEverybodyMakesNobodyDead) {
    put("A", Kind::Appeal, "A1");
    far.will("poison A1");
    for (int i = 0; i < 200; ++i) {
        run();
        later(300);
    }
    EXPECT_THAT(rows(), ElementsAre("A1 ready"));
    far.will("cure");
    run();
    EXPECT_THAT(told(), ElementsAre("A1 accepted"));
}

TEST_F(CourierTest, KilledBetweenSendAndOutcomeSendsAgainAndNeverLoses) {
    put("A", Kind::Appeal, "A1");
    put("B", Kind::Appeal, "B1");
    route();
    // The far side takes the batch; at that moment the ledger takes no more tasks, as if the
    // process had died.
    {
        RefusingStore dying(*store_, 2);  // recover and mark
        options.far_side = {.id = "province", .party = "province"};
        Courier doomed(dying, clock, random, far, options, nullptr);
        EXPECT_TRUE(doomed.step());
    }
    EXPECT_THAT(rows(), ElementsAre("A1 in_flight", "B1 in_flight"));
    killAndReopen();
    run();
    ASSERT_EQ(2U, far.calls.size());
    EXPECT_EQ(far.calls[0].batch_id, far.calls[1].batch_id);
    EXPECT_THAT(told(), ElementsAre("A1 duplicate", "B1 duplicate"));
    EXPECT_THAT(rows(), IsEmpty());
}

}  // namespace
}  // namespace yht::delivery
