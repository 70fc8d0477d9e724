// A ledger copied while it is being written, brought back, and opened again in a new epoch.
#include "gateway/ledger/store/backup.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using base::ErrorCode;

class BackupTest : public LedgerTest {
protected:
    std::string backup() const { return folder_ / "copy.db"; }
    base::Result<BackupReport> tryBackup() { return backupLedger(options(), backup(), {}); }
    /// The ledger is lost; what a backup holds comes back in its place.
    base::Result<BackupReport> tryRestore() {
        close();
        for (const char* part : {"", "-wal", "-shm"}) {
            std::filesystem::remove(folder_ / ("ledger.db" + std::string(part)));
        }
        return restoreLedger(options(), backup(), {}, {});
    }
    ReopenReport reopenEpoch() {
        close();
        return must(reopenLedger(options(), "uid:0", "disk lost"));
    }
    std::string originOfCheckpoint() {
        return must(openCheckpoint(*look()->checkpoint(), kKeyName, log_key_.publicKey())).origin;
    }
};

TEST_F(BackupTest, HoldsEverythingCommittedBeforeIt) {
    submit("A-1");
    const auto number = submit("A-2");
    const auto report = must(tryBackup());
    EXPECT_EQ(4u, report.entries);
    EXPECT_EQ(*look()->checkpoint(), report.checkpoint);
    submit("A-3");  // after it
    must(tryRestore());
    reopenEpoch();
    EXPECT_EQ("record A-2", read(4));
    EXPECT_EQ(number, look()->findTicket("hotline", "A-2"));
    EXPECT_EQ(std::nullopt, look()->findTicket("hotline", "A-3"));
    EXPECT_EQ("sound", verdict());
}

TEST_F(BackupTest, IsOfOneMomentWhileTheLedgerIsWritten) {
    for (int i = 0; i < 300; ++i) submit("before " + std::to_string(i));
    std::atomic<bool> stop{false};
    std::atomic<int> written{0};
    std::thread writer([&] {
        while (!stop) submit("during " + std::to_string(++written));
    });
    const auto before = size();
    // Between two steps of the copy the writer gets on: each waits until it has.
    const auto report = must(backupLedger(options(), backup(), [&](auto, auto) {
        const int seen = written;
        while (written < seen + 3) std::this_thread::yield();
    }));
    stop = true;
    writer.join();
    EXPECT_LE(before, report.entries);
    EXPECT_LT(report.entries, size());
    must(tryRestore());
    EXPECT_EQ("sound", verdict());
    EXPECT_EQ(report.entries, verify().entries);
}

TEST_F(BackupTest, ProgressReachesTheEnd) {
    submit("A-1");
    std::uint64_t done = 0, all = 0;
    must(backupLedger(options(), backup(), [&](std::uint64_t d, std::uint64_t a) {
        done = d;
        all = a;
    }));
    EXPECT_EQ(all, done);
    EXPECT_LT(10u, all);
}

TEST_F(BackupTest, NeverOverwritesAndLeavesNoDraft) {
    submit("A-1");
    must(tryBackup());
    EXPECT_EQ(ErrorCode::ParameterInvalid, tryBackup().error().code);
    EXPECT_FALSE(std::filesystem::exists(backup() + ".partial"));
    EXPECT_FALSE(std::filesystem::exists(backup() + "-wal"));
}

TEST_F(BackupTest, IsItsOwnersOnly) {
    submit("A-1");
    must(tryBackup());
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(
        std::filesystem::perms::none, std::filesystem::status(backup()).permissions() & others
    );
}

TEST_F(BackupTest, DamagedTreeIsNoBackup) {
    submit("A-1");
    submit("A-2");
    tamper("UPDATE node SET hash = zeroblob(32) WHERE level = 2");
    EXPECT_EQ(ErrorCode::LedgerCorrupt, tryBackup().error().code);
    EXPECT_FALSE(std::filesystem::exists(backup()));
    EXPECT_FALSE(std::filesystem::exists(backup() + ".partial"));
}

TEST_F(BackupTest, RestoredLedgerRefusesToServeUntilItIsReopened) {
    submit("A-1");
    must(tryBackup());
    must(tryRestore());
    EXPECT_EQ("server.not_ready", verdictOfOpen(options()));
    auto reader = options();
    reader.read_only = true;
    EXPECT_EQ("opened", verdictOfOpen(reader));  // to be looked at and verified
    EXPECT_EQ("sound", verdict());
    reopenEpoch();
    EXPECT_EQ("opened", verdictOfOpen(options()));
}

TEST_F(BackupTest, BackupCopiedIntoPlaceByHandRefusesToServeToo) {
    submit("A-1");
    must(tryBackup());
    close();
    std::filesystem::rename(backup(), folder_ / "ledger.db");
    std::filesystem::remove(folder_ / "ledger.db-wal");
    EXPECT_EQ("server.not_ready", verdictOfOpen(options()));
}

TEST_F(BackupTest, RestoreGoesIntoAnEmptyDirectoryOnly) {
    submit("A-1");
    must(tryBackup());
    EXPECT_EQ(ErrorCode::LedgerLocked, restoreLedger(options(), backup(), {}, {}).error().code);
    close();
    EXPECT_EQ(ErrorCode::ParameterInvalid, restoreLedger(options(), backup(), {}, {}).error().code);
    EXPECT_EQ("record A-1", read(2));
}

TEST_F(BackupTest, DamagedBackupIsNotRestored) {
    submit("A-1");
    submit("A-2");
    must(tryBackup());
    close();
    for (const char* part : {"", "-wal", "-shm"}) {
        std::filesystem::remove(folder_ / ("ledger.db" + std::string(part)));
    }
    std::filesystem::rename(backup(), folder_ / "ledger.db");
    tamper("UPDATE payload SET sealed = x'0102' WHERE seq = 2");  // no tree shows that
    std::filesystem::rename(folder_ / "ledger.db", backup());
    EXPECT_EQ(ErrorCode::LedgerCorrupt, tryRestore().error().code);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "ledger.db"));
}

TEST_F(BackupTest, BackupOfAnotherLogIsNotRestored) {
    submit("A-1");
    must(tryBackup());
    log_key_ = must(crypto::PrivateKey::fromEd25519Seed(base::Bytes(32, '\x08')));
    EXPECT_EQ(ErrorCode::ConfigInvalid, tryRestore().error().code);
}

TEST_F(BackupTest, ReopenBeginsAnEpochAndSaysSo) {
    submit("A-1");
    must(tryBackup());
    must(tryRestore());
    const auto report = reopenEpoch();
    EXPECT_EQ(3u, report.seq);
    const auto entry = must(look()->entry(3));
    EXPECT_EQ(EntryType::Audit, entry.header.type);
    const auto note = must(decodeEpoch(entry.payload));
    EXPECT_EQ("disk lost", note.why);
    EXPECT_EQ("yht.example/430200/1", note.former_origin);
    EXPECT_EQ("yht.example/430200/2", note.epoch.origin);
    EXPECT_EQ(2u, note.epoch.after);
    EXPECT_EQ("yht.example/430200/2", originOfCheckpoint());
    EXPECT_EQ("yht.example/430200/2", store().origin());
    submit("A-2");
    EXPECT_EQ("yht.example/430200/2", originOfCheckpoint());
    EXPECT_EQ("sound", verdict());
    EXPECT_EQ(2u, look()->epochs().size());
}

TEST_F(BackupTest, ReopenNeedsAReasonAndNoGateway) {
    submit("A-1");
    EXPECT_EQ(ErrorCode::LedgerLocked, reopenLedger(options(), "uid:0", "x").error().code);
    close();
    EXPECT_EQ(ErrorCode::ParameterInvalid, reopenLedger(options(), "uid:0", "").error().code);
}

TEST_F(BackupTest, NumbersGivenOutAndLostAreNotGivenOutAgain) {
    submit("A-1");
    must(tryBackup());
    const auto lost = submit("A-2");
    const auto lost_elsewhere = newTicket("430100");  // a region that the backup does not know
    must(tryRestore());
    reopenEpoch();
    EXPECT_EQ("430200-20190418-0000002-4", lost);
    EXPECT_EQ("430200-20190418-1000002-", newTicket().substr(0, 24));
    EXPECT_NE(lost_elsewhere, newTicket("430100"));
    reopenEpoch();  // again on the same day
    EXPECT_EQ("430200-20190418-2000003-", newTicket().substr(0, 24));
    clock_.advance(24 * 3600 * 1000);
    EXPECT_EQ("430200-20190419-0000001-", newTicket().substr(0, 24));
}

TEST_F(BackupTest, LostEpochsAreCountedPast) {
    submit("A-1");
    close();
    const auto report = must(reopenLedger(options(), "uid:0", "older backup", 2));
    EXPECT_EQ("yht.example/430200/4", report.note.epoch.origin);
    EXPECT_EQ(4u, report.note.epoch.number);
    EXPECT_EQ("430200-20190418-3000002-", newTicket().substr(0, 24));
    close();
    EXPECT_EQ(ErrorCode::NumbersExhausted, reopenLedger(options(), "uid:0", "x", 9).error().code);
    EXPECT_EQ("opened", verdictOfOpen(options()));
}

TEST_F(BackupTest, ReceiptOfTheOldEpochStillVerifies) {
    submit("A-1");
    const auto kept = receipt(2);
    must(tryBackup());
    submit("A-2");
    const auto lost = receipt(4);
    must(tryRestore());
    reopenEpoch();
    EXPECT_EQ(kept, receipt(2));
    must(verifyReceipt(must(decodeReceipt(lost)), kKeyName, log_key_.publicKey(), nullptr));
}

TEST_F(BackupTest, ChangedEpochIsFound) {
    submit("A-1");
    reopenEpoch();
    ASSERT_EQ("sound", verdict());
    tamper("UPDATE epoch SET serial_floor = 0 WHERE number = 2");
    EXPECT_EQ("ledger.corrupt", verdict());
}

TEST(EpochTest, OriginsCount) {
    EXPECT_EQ("yht.example/430200/2", nextOrigin("yht.example/430200/1"));
    EXPECT_EQ("yht.example/430200/10", nextOrigin("yht.example/430200/9"));
    EXPECT_EQ("yht.example/2", nextOrigin("yht.example"));
    EXPECT_EQ("a/b/2", nextOrigin("a/b"));
}

}  // namespace
}  // namespace yht::ledger
