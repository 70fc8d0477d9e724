// Runs that the gateway survives, and that each of its mutants does not: a fault suite that can't fail proves nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/faults/fault_runs.h"

namespace yht::scenarios {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> kMoments = {"write:150:before", "sync:4:before", "write:90:after", "sync:6:after"};
// A gateway that never syncs has no moment of that kind.
const std::vector<std::string> kWrites = {"write:150:before", "write:90:after"};
constexpr int kSendingKills = 2;

class Mutant : public testing::Test {
protected:
    void use(const std::string& name) { federation.useGateway(YHT_BINARY_DIR "/bin/yht_mutant_" + name); }
    Federation federation;
};

TEST_F(Mutant, ThePowerMayFailAtAnyMoment) { EXPECT_THAT(powerFailures(federation, kMoments), IsEmpty()); }

TEST_F(Mutant, AnAnswerBeforeTheDiskHasItIsFoundOut) {
    use("answer_before_disk");
    EXPECT_THAT(powerFailures(federation, kWrites), Contains(HasSubstr("lost")));
}

TEST_F(Mutant, AGatewayMayBeKilledWhileItSends) {
    EXPECT_THAT(killsWhileSending(federation, kSendingKills), IsEmpty());
}

TEST_F(Mutant, ForgettingARecordBeforeItsOutcomeIsFoundOut) {
    use("forget_before_outcome");
    EXPECT_THAT(killsWhileSending(federation, kSendingKills), Contains(HasSubstr("the province has 1 records of 3")));
}

TEST_F(Mutant, AnOldMessageChangesNothing) { EXPECT_THAT(oldMessageAgain(federation), IsEmpty()); }

TEST_F(Mutant, ForgottenReplayKeysAreFoundOut) {
    use("no_replay_keys");
    EXPECT_THAT(oldMessageAgain(federation), Contains(HasSubstr("there are 3")));
}

}  // namespace
}  // namespace yht::scenarios
