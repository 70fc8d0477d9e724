// Runs that the gateway survives, and that each of its mutants does not: a fault suite that can't fail proves nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/faults/fault_runs.h"

namespace yht::scenarios {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kPowerFailures = 2;
constexpr int kSendingKills = 2;
// Nobody is answered, so nobody waits long. A mutant answers, unless it is some other commit that was held: then it is asked again.
constexpr int kCommitKills = 2, kCommitKillsMax = 40;
constexpr std::int64_t kNoAnswerMs = 500, kAnswerMs = 5'000;

class Mutant : public testing::Test {
protected:
    void use(const std::string& name) { federation.useGateway(YHT_BINARY_DIR "/bin/yht_mutant_" + name); }
    Federation federation;
};

TEST_F(Mutant, ThePowerMayFailAfterAnAnswer) {
    EXPECT_THAT(powerFailuresAfterAnswers(federation, kPowerFailures), IsEmpty());
}

TEST_F(Mutant, ACommitThatTheDiskNeedNotHaveIsFoundOut) {
    use("no_fsync");
    EXPECT_THAT(powerFailuresAfterAnswers(federation, kPowerFailures), Contains(HasSubstr("lost")));
}

TEST_F(Mutant, AGatewayMayBeKilledBeforeACommit) {
    EXPECT_THAT(killsBeforeCommit(federation, kCommitKills, kNoAnswerMs), IsEmpty());
}

TEST_F(Mutant, AnAnswerBeforeTheCommitIsFoundOut) {
    use("answer_before_commit");
    EXPECT_THAT(killsBeforeCommit(federation, kCommitKillsMax, kAnswerMs), Contains(HasSubstr("lost")));
}

TEST_F(Mutant, AGatewayMayBeKilledWhileItSends) {
    EXPECT_THAT(killsWhileSending(federation, kSendingKills), IsEmpty());
}

TEST_F(Mutant, ForgettingARecordBeforeItsOutcomeIsFoundOut) {
    use("forget_before_outcome");
    EXPECT_THAT(killsWhileSending(federation, kSendingKills), Contains(HasSubstr("the province holds 1 records of 3")));
}

TEST_F(Mutant, AnOldMessageChangesNothing) { EXPECT_THAT(oldMessageAgain(federation), IsEmpty()); }

TEST_F(Mutant, ForgottenReplayKeysAreFoundOut) {
    use("no_replay_keys");
    EXPECT_THAT(oldMessageAgain(federation), Contains(HasSubstr("there are 3")));
}

}  // namespace
}  // namespace yht::scenarios
