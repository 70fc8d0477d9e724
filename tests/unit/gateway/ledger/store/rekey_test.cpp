// A KEK taken out of use under a ledger that goes on: whenever it is stopped, killed, or turned back, every key opens under one of
// the two, and what was found by a keyed digest before is found after.
#include "gateway/ledger/store/rekey.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/crypto/digest.h"
#include "gateway/ledger/store/backup.h"
#include "gateway/ledger/store/erasure.h"
#include "gateway/ledger/store/payload_seal.h"
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using base::Bytes;
using base::ErrorCode;
using testing::HasSubstr;

const Bytes kOld(32, 'k'), kNew(32, 'n'), kThird(32, 't');

class RekeyTest : public LedgerTest {
protected:
    RekeyTest() {
        for (const char* ref : {"A-1", "A-2", "A-3"}) numbers_.push_back(submit(ref));
        erase(numbers_[2]);
        must(run([&](Transaction& transaction) {
            return transaction.keepAnswer(crypto::sha256("key"), crypto::sha256("body"), "answer");
        }));
        close();
    }
    void erase(const std::string& number) {
        must(eraseTicket(
            store(), clock_, random_, {.ticket_no = number, .operator_id = "uid:0", .why = "x"},
            [](const Entry&) { return false; }
        ));
    }
    SqliteStoreOptions under(Bytes kek, Bytes former = {}) {
        auto given = options();
        given.kek = crypto::KeyRing(std::move(kek), std::move(former));
        return given;
    }
    void openUnder(Bytes kek, Bytes former = {}) {
        close();
        store_ = must(tryOpen(under(std::move(kek), std::move(former))));
    }
    std::string verdictUnder(Bytes kek, Bytes former = {}) {
        close();
        return verdictOfOpen(under(std::move(kek), std::move(former)));
    }
    /// All steps but the end; how many rows were wrapped anew.
    std::uint64_t rekeyRows() {
        std::uint64_t rewrapped = 0;
        for (bool done = false; !done;) {
            const auto step = must(rekeyNext(store()));
            EXPECT_LE(step.rows, kRekeyRowsMax);
            rewrapped += step.rewrapped;
            done = step.done;
        }
        return rewrapped;
    }
    base::Status end() {
        return run([](Transaction& transaction) { return transaction.endRekey(); });
    }
    void rotate(const Bytes& from, const Bytes& to) {
        openUnder(to, from);
        rekeyRows();
        must(end());
    }
    /// Whatever a ledger must still do.
    void expectEverything() {
        EXPECT_EQ("record A-1", read(2));
        EXPECT_EQ("message A-2", read(3));
        EXPECT_EQ("ledger.erased", read(6));
        const auto known = look()->findIdentity(appealIdentity("A-2"));
        ASSERT_TRUE(known);
        EXPECT_TRUE(look()->sameBody(*known, crypto::sha256("record A-2")));
        EXPECT_EQ(numbers_[2], look()->findTicket("hotline", "A-3"));  // its name is a keyed digest since it was erased
        const auto answer = look()->findKeptAnswer(crypto::sha256("key"), crypto::sha256("body"));
        ASSERT_TRUE(answer);
        EXPECT_EQ("answer", answer->answer);
    }
    std::string verdictOf(const SqliteStoreOptions& options) {
        const auto report = verifyLedger(options, {});
        if (!report.ok()) return report.error().row().wire;
        return report->status().ok() ? "sound" : report->status().error().detail;
    }
    /// The keys that stand in the file, under `kek`; erased ones apart.
    std::size_t keysUnder(const Bytes& kek) {
        const crypto::KeyRing ring(kek);
        std::size_t count = 0;
        for (const char* sql : {"SELECT wrapped_key FROM ticket ORDER BY id", "SELECT wrapped_key FROM entry_key ORDER BY seq",
                                "SELECT wrapped_key FROM index_key ORDER BY name"}) {
            std::string owners_sql = sql;
            owners_sql.replace(7, 11, std::string_view(sql).find("ticket") != std::string_view::npos ? "ticket_no"
                                      : std::string_view(sql).find("entry") != std::string_view::npos
                                          ? "'entry ' || seq"
                                          : "'index ' || name");
            const auto keys = query(sql), owners = query(owners_sql);
            for (std::size_t i = 0; i < keys.size(); ++i) {
                if (unwrapKey(ring, owners[i], *base::fromHex(keys[i])).ok()) ++count;
            }
        }
        return count;
    }

    std::vector<std::string> numbers_;
};

// Two tickets, five entries with keys of their own (two messages that were not erased, the erasure), five index keys.
constexpr std::size_t kKeys = 2 + 3 + 5;

TEST_F(RekeyTest, LeavesNothingUnderTheFormerKek) {
    ASSERT_EQ(kKeys, keysUnder(kOld));
    openUnder(kNew, kOld);
    expectEverything();
    EXPECT_EQ(kKeys - 5, rekeyRows());
    must(end());
    expectEverything();
    close();
    EXPECT_EQ(kKeys, keysUnder(kNew));
    EXPECT_EQ(0u, keysUnder(kOld));
    openUnder(kNew);
    expectEverything();
    submit("A-4");
    EXPECT_EQ("sound", verdictOf(under(kNew)));
}

TEST_F(RekeyTest, OldWrappingsLeaveTheFiles) {
    const auto wrapped = *base::fromHex(query("SELECT wrapped_key FROM ticket WHERE id = 1")[0]);
    ASSERT_TRUE(filesHold(wrapped));
    rotate(kOld, kNew);
    must(store().emptyWal());
    EXPECT_FALSE(filesHold(wrapped));
    close();
    EXPECT_FALSE(filesHold(wrapped));
}

TEST_F(RekeyTest, UntilItHasEndedBothKeksAreWanted) {
    openUnder(kNew, kOld);
    EXPECT_EQ("server.config_invalid", verdictUnder(kNew));
    EXPECT_EQ("server.config_invalid", verdictUnder(kOld));
    EXPECT_EQ("server.config_invalid", verdictUnder(kNew, kThird));
    EXPECT_EQ("server.config_invalid", verdictUnder(kThird, kNew));
    EXPECT_EQ("server.config_invalid", verdictOf(under(kNew)));
    const auto refused = tryOpen(under(kNew));
    EXPECT_THAT(refused.error().public_en, HasSubstr("ledger.kek_former"));
    openUnder(kNew, kOld);
    rekeyRows();
    EXPECT_EQ("server.config_invalid", verdictUnder(kNew));  // the index keys are still under the old one
    openUnder(kNew, kOld);
    must(end());
    EXPECT_EQ("opened", verdictUnder(kNew));
    EXPECT_EQ("server.config_invalid", verdictUnder(kOld));
    EXPECT_EQ("opened", verdictUnder(kNew, kOld));  // forgotten in the configuration: nothing is wrong with it
    EXPECT_EQ("opened", verdictUnder(kNew));
}

TEST_F(RekeyTest, ReadersAndCopiesWorkInBetween) {
    openUnder(kNew, kOld);
    submit("B-1");
    must(rekeyNext(store()));
    auto reader = under(kNew, kOld);
    reader.read_only = true;
    EXPECT_EQ("record A-1", must(must(tryOpen(reader))->snapshot())->entry(2)->payload);
    EXPECT_EQ("sound", verdictOf(under(kNew, kOld)));
    must(backupLedger(under(kNew, kOld), folder_ / "copy.db", {}));
    rekeyRows();
    must(end());
    // The copy is of its time: it wants both.
    auto copy = under(kNew, kOld);
    copy.path = folder_ / "copy.db";
    EXPECT_EQ("sound", verdictOf(copy));
    copy.kek = crypto::KeyRing(kNew);
    EXPECT_EQ("server.config_invalid", verdictOf(copy));
}

TEST_F(RekeyTest, BackupOfBeforeIsRestoredWithTheFormerKek) {
    must(backupLedger(under(kOld), folder_ / "copy.db", {}));
    rotate(kOld, kNew);
    close();
    const auto restore = [&](const SqliteStoreOptions& given, const std::string& to) {
        auto into = given;
        into.path = folder_ / to;
        const auto restored = restoreLedger(into, folder_ / "copy.db", {}, {});
        return restored.ok() ? "restored" : restored.error().row().wire;
    };
    EXPECT_STREQ("server.config_invalid", restore(under(kNew), "r1.db"));
    EXPECT_STREQ("restored", restore(under(kNew, kOld), "r2.db"));
}

TEST_F(RekeyTest, GoesOnWhereItStopped) {
    open();
    for (int i = 0; i < 700; ++i) newTicket();
    std::uint64_t rewrapped = 0;
    int steps = 0;
    for (bool done = false; !done; ++steps) {
        openUnder(kNew, kOld);  // a new process for each step
        const auto step = must(rekeyNext(store()));
        rewrapped += step.rewrapped;
        done = step.done;
    }
    EXPECT_EQ(702u + 3u, rewrapped);
    EXPECT_EQ(703 / 256 + 1, steps);  // the last portion of tickets has room for the entries
    must(end());
    openUnder(kNew);
    expectEverything();
}

TEST_F(RekeyTest, ALedgerThatGoesOnGrowingIsDoneAllTheSame) {
    openUnder(kNew, kOld);
    bool done = false;
    for (int step = 0; step < 5 && !done; ++step) {
        submit("B-" + std::to_string(step));  // another ticket and another entry for each look
        done = must(rekeyNext(store())).done;
    }
    EXPECT_TRUE(done);
    submit("B-9");
    must(end());
    openUnder(kNew);
    expectEverything();
    EXPECT_EQ(0u, keysUnder(kOld));
}

TEST_F(RekeyTest, TicketsOfTheMeantimeAreUnderTheNewKekAtOnce) {
    openUnder(kNew, kOld);
    must(rekeyNext(store()));
    const auto number = submit("B-1");
    erase(numbers_[1]);
    rekeyRows();
    must(end());
    openUnder(kNew);
    EXPECT_EQ(number, look()->findTicket("hotline", "B-1"));
    EXPECT_EQ("ledger.erased", read(4));
    EXPECT_EQ("sound", verdictOf(under(kNew)));
}

TEST_F(RekeyTest, HalfWayBackAndForthNothingIsLost) {
    open();
    for (int i = 0; i < 300; ++i) newTicket();
    openUnder(kNew, kOld);
    must(rekeyNext(store()));  // half of the tickets
    openUnder(kOld, kNew);     // back
    submit("B-1");
    must(rekeyNext(store()));
    openUnder(kNew, kOld);  // and forth: what the mark said before holds no more
    rekeyRows();
    must(end());
    openUnder(kNew);
    expectEverything();
    EXPECT_EQ("sound", verdictOf(under(kNew)));
    EXPECT_EQ(0u, keysUnder(kOld));
}

TEST_F(RekeyTest, TheEndTakesAlongWhatCameMeanwhileButNotAWholeLedger) {
    open();
    must(run([](Transaction& transaction) -> base::Status {
        for (int i = 0; i < 4500; ++i) {
            if (auto made = transaction.newTicket(kRegion); !made.ok()) return made.error();
        }
        return {};
    }));
    openUnder(kNew, kOld);
    EXPECT_EQ(ErrorCode::Unavailable, end().error().code);
    EXPECT_EQ("server.config_invalid", verdictUnder(kNew));  // nothing was done
    openUnder(kNew, kOld);
    rekeyRows();
    submit("B-1");
    must(end());
    openUnder(kNew);
    expectEverything();
    EXPECT_EQ(0u, keysUnder(kOld));
}

TEST_F(RekeyTest, KeyUnderNoKekStopsItAndIsNamed) {
    tamper("UPDATE entry_key SET wrapped_key = randomblob(60) WHERE seq = 3");
    openUnder(kNew, kOld);
    const auto stopped = rekeyNext(store());
    EXPECT_EQ(ErrorCode::LedgerCorrupt, stopped.error().code);
    EXPECT_THAT(stopped.error().detail, HasSubstr("entry 3"));
    EXPECT_EQ("message A-1", read(1));
}

TEST_F(RekeyTest, WithoutAFormerKekThereIsNothingToDo) {
    open();
    EXPECT_FALSE(must(rekeyState(store())).isWanted());
    EXPECT_EQ(0u, rekeyRows());
    must(end());
    expectEverything();
}

TEST_F(RekeyTest, TwoRotationsAfterEachOther) {
    rotate(kOld, kNew);
    rotate(kNew, kThird);
    openUnder(kThird);
    expectEverything();
    EXPECT_EQ("server.config_invalid", verdictUnder(kNew, kOld));
    rotate(kThird, kOld);
    openUnder(kOld);
    expectEverything();
}

/// SIGKILL at every moment of every commit of a rotation, until one gets through.
class RekeyKilled : public RekeyTest, public testing::WithParamInterface<CommitPoint> {
protected:
    /// Whether the child was killed at the `pass`-th time that a commit reached the point.
    bool killedAt(CommitPoint point, int pass) {
        close();
        const pid_t child = ::fork();
        if (child == 0) rekeyUntilKilled(point, pass);
        int status = 0;
        EXPECT_EQ(child, ::waitpid(child, &status, 0));
        EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
        return WIFSIGNALED(status);
    }

private:
    [[noreturn]] void rekeyUntilKilled(CommitPoint point, int pass) {
        auto killing = under(kNew, kOld);
        int passes = 0;
        killing.on_point = [&passes, point, pass](CommitPoint reached) {
            if (reached == point && ++passes == pass) ::kill(::getpid(), SIGKILL);
        };
        auto opened = SqliteStore::open(killing);
        if (!opened.ok()) ::_exit(1);
        while (true) {
            const auto step = rekeyNext(**opened);
            if (!step.ok()) ::_exit(2);
            if (step->done) break;
        }
        const auto ended = (*opened)->run([](Transaction& transaction) { return transaction.endRekey(); });
        ::_exit(ended.ok() ? 0 : 3);
    }
};

TEST_P(RekeyKilled, EveryKeyOpensUnderOneOfBoth) {
    open();
    for (int i = 0; i < 520; ++i) newTicket();
    bool killed = true;
    int pass = 1;
    for (; killed; ++pass) {
        ASSERT_LT(pass, 20);
        killed = killedAt(GetParam(), pass);
        EXPECT_EQ("sound", verdictOf(under(kNew, kOld)));
        EXPECT_EQ(523u + 4u + 5u - 2u, keysUnder(kNew) + keysUnder(kOld));
    }
    EXPECT_LT(1, pass);
    openUnder(kNew);
    expectEverything();
    EXPECT_EQ(0u, keysUnder(kOld));
}

INSTANTIATE_TEST_SUITE_P(
    Points, RekeyKilled,
    testing::Values(
        CommitPoint::Begun, CommitPoint::TasksDone, CommitPoint::CheckpointSigned, CommitPoint::Committed,
        CommitPoint::Answered
    )
);

}  // namespace
}  // namespace yht::ledger
