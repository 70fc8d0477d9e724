// Power cut at every moment of a commit: a child process writes, and is killed by SIGKILL at a
// labelled point. What it had acknowledged (through a pipe) must be there; what it had not is there
// wholly or not at all.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

class CrashTest : public LedgerTest {
protected:
    /// A child submits references "1", "2", … and is killed when it reaches `point` for the
    /// `pass`-th time.
    void crashAt(CommitPoint point, int pass) {
        close();
        int ends[2];
        ASSERT_EQ(0, ::pipe(ends));
        const pid_t child = ::fork();
        ASSERT_LE(0, child);
        if (child == 0) writeUntilKilled(point, pass, ends[1]);
        ::close(ends[1]);
        for (std::uint64_t ref = 0; ::read(ends[0], &ref, sizeof ref) == sizeof ref;)
            acknowledged_.insert(ref);
        ::close(ends[0]);
        int status = 0;
        ASSERT_EQ(child, ::waitpid(child, &status, 0));
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }

    void expectEverythingAcknowledged() {
        const auto now = look();
        for (const auto ref : acknowledged_) {
            const auto known = now->findIdentity(appealIdentity(std::to_string(ref)));
            ASSERT_TRUE(known) << "acknowledged and lost: " << ref;
            EXPECT_EQ("record " + std::to_string(ref), read(known->seq));
            EXPECT_EQ(known->ticket_no, now->findTicket("hotline", std::to_string(ref)));
        }
        EXPECT_EQ(0u, now->lastSeq() % 2) << "half a task";
        EXPECT_EQ("sound", verdict());
    }

    std::set<std::uint64_t> acknowledged_;

private:
    [[noreturn]] void writeUntilKilled(CommitPoint point, int pass, int acknowledgements) {
        auto killing = options();
        int passes = 0;
        killing.on_point = [&passes, point, pass](CommitPoint reached) {
            if (reached == point && ++passes == pass) ::kill(::getpid(), SIGKILL);
        };
        auto store = SqliteStore::open(killing);
        if (!store.ok()) ::_exit(1);
        for (std::uint64_t ref = 1; ref <= 100; ++ref) {
            const auto status = (*store)->run([ref](Transaction& transaction) -> base::Status {
                auto submitted = submitIn(transaction, std::to_string(ref));
                return submitted.ok() ? base::Status() : submitted.error();
            });
            if (!status.ok()) ::_exit(2);
            if (::write(acknowledgements, &ref, sizeof ref) != sizeof ref) ::_exit(3);
        }
        ::_exit(4);
    }
};

struct Moment {
    const char* name;
    CommitPoint point;
    bool durable;  // the commit that is under way at that moment must be there afterwards
};

class CrashAt : public CrashTest, public testing::WithParamInterface<Moment> {};

TEST_P(CrashAt, KeepsWhatWasAcknowledged) {
    crashAt(GetParam().point, 5);
    expectEverythingAcknowledged();
    EXPECT_LE(4u, acknowledged_.size());
    EXPECT_EQ(GetParam().durable, look()->findIdentity(appealIdentity("5")).has_value());
    EXPECT_EQ(std::nullopt, look()->findIdentity(appealIdentity("6")));
}

TEST_P(CrashAt, CanBeCrashedAgainAndGoesOn) {
    crashAt(GetParam().point, 1);
    EXPECT_EQ("sound", verdict());  // a reader may be the first to open what a crash left behind
    const auto number = submit("after");
    EXPECT_EQ(number, look()->findTicket("hotline", "after"));
    expectEverythingAcknowledged();
}

INSTANTIATE_TEST_SUITE_P(
    Point, CrashAt,
    testing::Values(
        Moment{"Begun", CommitPoint::Begun, false},
        Moment{"TasksDone", CommitPoint::TasksDone, false},
        Moment{"CheckpointSigned", CommitPoint::CheckpointSigned, false},
        Moment{"Committed", CommitPoint::Committed, true}
    ),
    [](const auto& row) { return row.param.name; }
);

TEST_F(CrashTest, KilledAtRandomMomentsLosesNothing) {
    // The clock of the kill is the disk's, not ours: whichever commit it meets, the claim is the
    // same.
    for (int round = 0; round < 5; ++round) {
        crashAt(CommitPoint::Answered, 3 + 7 * round);
        expectEverythingAcknowledged();
        acknowledged_.clear();
        close();
        for (const char* file : {"ledger.db", "ledger.db-wal", "ledger.db-shm"})
            ::unlink((folder_ / file).c_str());
    }
}

}  // namespace
}  // namespace yht::ledger
