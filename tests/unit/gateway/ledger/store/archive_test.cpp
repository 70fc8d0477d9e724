// What an archive takes out of the database is read, proven, verified and erased as before, whatever moment ended it; a file
// that is missing or altered is named.
#include "gateway/ledger/store/archive.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "gateway/crypto/digest.h"
#include "gateway/ledger/store/backup.h"
#include "gateway/ledger/store/erasure.h"
#include "gateway/ledger/store/rebuild.h"
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ArchiveTest : public LedgerTest {
protected:
    /// Tickets of April; then it is June.
    void SetUp() override {
        for (const char* ref : {"A-1", "A-2", "A-3"}) numbers_.push_back(submit(ref));
        clock_.stepTo(*base::parseRfc3339("2019-06-02T10:00:00+08:00"));
    }
    ArchiveOrder order() {
        return {
            .before = "2019-06", .operator_id = "uid:0", .why = "closed months",
            .settled = [this](View&, const LeafHeader& header) -> base::Result<bool> {
                return !unsettled_.contains(header.ticket_no);
            }};
    }
    base::Result<ArchiveStep> tryArchive(const ArchiveOrder& given) {
        return archiveNext(store(), folder_ / "ledger.db", clock_, random_, given);
    }
    ArchiveStep archive() { return must(tryArchive(order())); }
    std::string refusal(const std::string& before) {
        auto given = order();
        given.before = before;
        return tryArchive(given).error().row().wire;
    }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        std::error_code ignored;
        for (const auto& item : std::filesystem::directory_iterator(folder_ / "archive", ignored)) {
            names.push_back(item.path().filename().string());
        }
        return names;
    }
    std::string onlyFile() const {
        const auto names = files();
        EXPECT_EQ(1u, names.size());
        return folder_ / ("archive/" + names.at(0));
    }
    void flip(const std::string& path, std::streamoff at) const {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(at);
        const char byte = static_cast<char>(file.get() ^ 1);
        file.seekp(at);
        file.put(byte);
    }
    std::string rowsLeft() const { return query("SELECT count(*) FROM payload").at(0); }
    std::string detailOfReading(Seq seq) { return look()->entry(seq).error().detail; }

    std::vector<std::string> numbers_;
    std::set<std::string> unsettled_;
};

TEST_F(ArchiveTest, EverythingIsReadAndProvenAsBefore) {
    const auto before = receipt(4);
    const auto step = archive();
    ASSERT_TRUE(step.archive);
    EXPECT_EQ("2019-04", step.archive->month);
    EXPECT_EQ(6u, step.archive->entries);
    EXPECT_EQ(6u, step.removed_rows);
    EXPECT_EQ("1", rowsLeft());  // the entry that says so
    EXPECT_EQ("record A-2", read(4));
    EXPECT_EQ("message A-3", read(5));
    EXPECT_EQ(before, receipt(4));
    EXPECT_EQ("sound", verdict());
    reopen();
    EXPECT_EQ("record A-2", read(4));
    EXPECT_EQ(1u, verify().archives);
    EXPECT_EQ(std::nullopt, archive().archive);
}

TEST_F(ArchiveTest, EntrySaysWhichFileAndWhy) {
    const auto step = archive();
    const auto entry = must(look()->entry(7));
    EXPECT_EQ(EntryType::Audit, entry.header.type);
    EXPECT_EQ("uid:0", entry.header.source);
    const auto said = decodeArchive(entry.payload);
    ASSERT_TRUE(said);
    EXPECT_EQ(std::filesystem::path(onlyFile()).filename(), said->file);
    EXPECT_EQ(step.archive->digest, said->digest);
    EXPECT_EQ(7u, step.archive->entry_seq);
    EXPECT_THAT(entry.payload, HasSubstr("closed months"));
    std::ifstream file(onlyFile(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(crypto::sha256(bytes.substr(0, bytes.size() - 32)), said->digest);
}

TEST_F(ArchiveTest, FileHoldsNothingThatCanBeReadAndNoKey) {
    const auto key = *base::fromHex(query("SELECT wrapped_key FROM entry_key WHERE seq = 3")[0]);
    const auto sealed = *base::fromHex(query("SELECT sealed FROM payload WHERE seq = 3")[0]);
    archive();
    std::ifstream file(onlyFile(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_NE(std::string::npos, bytes.find(sealed));
    EXPECT_EQ(std::string::npos, bytes.find(key));
    EXPECT_EQ(std::string::npos, bytes.find("A-2"));
    must(store().emptyWal());
    EXPECT_FALSE(filesHold(sealed));
}

TEST_F(ArchiveTest, WhatIsNotSettledStaysWithItsMessage) {
    unsettled_ = {numbers_[1]};
    const auto step = archive();
    EXPECT_EQ(4u, step.archive->entries);
    EXPECT_EQ("3", rowsLeft());
    EXPECT_EQ("record A-2", read(4));
    unsettled_.clear();
    const auto later = archive();  // a second file of the same month
    EXPECT_EQ(2u, later.archive->entries);
    EXPECT_EQ(2u, files().size());
    EXPECT_EQ("record A-1", read(2));
    EXPECT_EQ("record A-2", read(4));
    EXPECT_EQ("sound", verdict());
}

TEST_F(ArchiveTest, OnlyClosedMonthsBeforeTheOneNamedGo) {
    submit("June");
    auto given = order();
    given.before = "2019-04";
    EXPECT_EQ(std::nullopt, must(tryArchive(given)).archive);
    EXPECT_EQ("request.parameter_invalid", refusal("2019-07"));
    EXPECT_EQ("request.parameter_invalid", refusal("2019-13"));
    EXPECT_EQ("request.parameter_invalid", refusal("April"));
    EXPECT_EQ(6u, archive().archive->entries);
    EXPECT_EQ(std::nullopt, archive().archive);
    EXPECT_EQ("record June", read(8));
}

TEST_F(ArchiveTest, EachMonthHasFilesOfItsOwnAndEachFileABound) {
    clock_.stepTo(*base::parseRfc3339("2019-07-01T00:00:00+08:00"));
    submit("July");
    clock_.stepTo(*base::parseRfc3339("2019-08-01T00:00:00+08:00"));
    auto given = order();
    given.before = "2019-08";
    given.entries_max = 4;
    std::vector<std::pair<std::string, std::uint64_t>> made;
    for (auto step = must(tryArchive(given)); step.archive; step = must(tryArchive(given))) {
        made.emplace_back(step.archive->month, step.archive->entries);
    }
    EXPECT_THAT(made, ElementsAre(std::pair("2019-04", 4u), std::pair("2019-04", 2u), std::pair("2019-07", 2u)));
    EXPECT_EQ("sound", verdict());
}

TEST_F(ArchiveTest, MessageOfAnOpenItemStays) {
    const auto message = append("with an item in quarantine");
    must(run([&](Transaction& transaction) -> base::Status {
        QuarantineRow row;
        row.message_seq = message;
        row.source = "hotline";
        row.reason = "record.invalid";
        row.detail_json = "{}";
        row.state = "open";
        row.item_digest = std::string(32, 'i');
        return transaction.addQuarantine(row).ok() ? base::Status() : base::makeError(ErrorCode::Internal);
    }));
    clock_.stepTo(*base::parseRfc3339("2019-07-02T10:00:00+08:00"));
    auto given = order();
    given.before = "2019-07";
    EXPECT_EQ(6u, must(tryArchive(given)).archive->entries);
    EXPECT_EQ(std::nullopt, must(tryArchive(given)).archive);
}

TEST_F(ArchiveTest, ErasureReachesWhatIsArchived) {
    archive();
    const auto report = must(eraseTicket(
        store(), clock_, random_, {.ticket_no = numbers_[0], .operator_id = "uid:0", .why = "request 7"},
        [](const Entry&) { return false; }
    ));
    EXPECT_THAT(report.note.entries, ElementsAre(2));
    EXPECT_THAT(report.note.messages, ElementsAre(1));
    EXPECT_EQ("ledger.erased", read(1));
    EXPECT_EQ("ledger.erased", read(2));
    EXPECT_EQ("record A-2", read(4));
    EXPECT_EQ("sound", verdict());
}

TEST_F(ArchiveTest, NoCopyOfADestroyedKeyStaysWhereRowsLeft) {
    for (int i = 0; i < 300; ++i) submit("M-" + std::to_string(i));  // of June: their neighbours leave
    const auto key = *base::fromHex(query("SELECT wrapped_key FROM entry_key WHERE seq = 7")[0]);
    const auto number = must(look()->leaf(8)).header.ticket_no;
    archive();
    ASSERT_TRUE(filesHold(key));
    must(eraseTicket(
        store(), clock_, random_, {.ticket_no = number, .operator_id = "uid:0", .why = "request 8"},
        [](const Entry&) { return false; }
    ));
    EXPECT_FALSE(filesHold(key));
}

TEST_F(ArchiveTest, ErasedBeforeItIsArchivedStaysErased) {
    must(eraseTicket(
        store(), clock_, random_, {.ticket_no = numbers_[0], .operator_id = "uid:0", .why = "request 7"},
        [](const Entry&) { return false; }
    ));
    EXPECT_EQ(6u, archive().archive->entries);
    EXPECT_EQ("ledger.erased", read(2));
    EXPECT_EQ("record A-2", read(4));
    EXPECT_EQ("sound", verdict());
}

TEST_F(ArchiveTest, MissingFileIsNamedWithWhatToDo) {
    archive();
    const auto path = onlyFile();
    std::filesystem::rename(path, folder_ / "away");
    reopen();
    EXPECT_EQ("server.unavailable", read(2));
    EXPECT_THAT(detailOfReading(2), HasSubstr(path));
    EXPECT_THAT(detailOfReading(2), HasSubstr("put the file back"));
    EXPECT_TRUE(look()->leaf(2).ok());
    EXPECT_TRUE(look()->inclusionProof(2, size()).ok());
    EXPECT_EQ("ledger.corrupt", verdict());
    submit("B-1");  // what does not need it goes on
    std::filesystem::rename(folder_ / "away", path);
    EXPECT_EQ("record A-1", read(2));
    EXPECT_EQ("sound", verdict());
}

TEST_F(ArchiveTest, AlteredFileIsFoundWhereverItIs) {
    archive();
    const auto path = onlyFile();
    const auto size_bytes = static_cast<std::streamoff>(std::filesystem::file_size(path));
    for (const std::streamoff at : {std::streamoff{3}, std::streamoff{60}, size_bytes - 100, size_bytes - 40, size_bytes - 1}) {
        flip(path, at);
        reopen();
        EXPECT_EQ("ledger.corrupt", verdict()) << at;
        flip(path, at);
    }
    reopen();
    EXPECT_EQ("sound", verdict());
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(size_bytes - 1));
    EXPECT_EQ("ledger.corrupt", verdict());
}

TEST_F(ArchiveTest, FileOfAnotherLedgerIsNotTaken) {
    archive();
    tamper("UPDATE archive SET digest = zeroblob(32)");
    open();
    EXPECT_EQ("ledger.corrupt", verdict());
}

TEST_F(ArchiveTest, RebuildReadsWhatIsArchived) {
    archive();
    close();
    const EntryReaders readers{
        .names = [](const Entry&) { return std::vector<Alias>(); },
        .replay_key = [](const Entry&) { return std::optional<base::Bytes>(); }};
    const auto report = rebuildLedger(options(), readers, {});
    // The fixture's records are no canonical text: reached and read is what is shown here.
    EXPECT_THAT(report.error().detail, HasSubstr("no canonical record"));
    std::filesystem::rename(onlyFile(), folder_ / "away");
    EXPECT_THAT(rebuildLedger(options(), readers, {}).error().detail, HasSubstr("put the file back"));
}

TEST_F(ArchiveTest, BackupOfBeforeAndAfterRestoreBesideTheFiles) {
    must(backupLedger(options(), folder_ / "before.db", {}));
    archive();
    must(backupLedger(options(), folder_ / "after.db", {}));
    for (const char* backup : {"before.db", "after.db"}) {
        close();
        for (const char* file : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) ::unlink((folder_ / file).c_str());
        must(restoreLedger(options(), folder_ / backup, {}, {}));
        must(reopenLedger(options(), "uid:0", "restored"));
        open();
        EXPECT_EQ("record A-2", read(4)) << backup;
    }
    archive();  // of the older backup: the same octets, the same file
    EXPECT_EQ("sound", verdict());
}

TEST_F(ArchiveTest, RestoreWithoutTheFilesRefusesAndNamesThem) {
    archive();
    must(backupLedger(options(), folder_ / "after.db", {}));
    close();
    const auto name = files().at(0);
    for (const char* file : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) ::unlink((folder_ / file).c_str());
    std::filesystem::rename(folder_ / "archive", folder_ / "elsewhere");
    const auto restored = restoreLedger(options(), folder_ / "after.db", {}, {});
    EXPECT_THAT(restored.error().detail, HasSubstr(name));
}

TEST_F(ArchiveTest, FreedSpaceIsUsedAgain) {
    for (int i = 0; i < 40; ++i) append(std::to_string(i) + std::string(100'000, 'x'));
    clock_.stepTo(*base::parseRfc3339("2019-07-02T10:00:00+08:00"));
    auto given = order();
    given.before = "2019-07";
    ArchiveStep last;
    for (auto step = must(tryArchive(given)); step.archive; step = must(tryArchive(given))) last = step;
    EXPECT_LT(4'000'000u, last.space.free_bytes);
    const auto size_bytes = last.space.size_bytes;
    for (int i = 0; i < 30; ++i) append(std::to_string(i) + std::string(100'000, 'y'));
    EXPECT_EQ(size_bytes, look()->space().size_bytes);
}

/// A child archives and is killed at `point`.
class ArchiveKilledAt : public ArchiveTest, public testing::WithParamInterface<ArchivePoint> {
protected:
    void killAt(ArchivePoint point) {
        close();
        const pid_t child = ::fork();
        ASSERT_LE(0, child);
        if (child == 0) {
            auto opened = tryOpen();
            if (!opened.ok()) ::_exit(1);
            store_ = *std::move(opened);
            auto given = order();
            given.on_point = [point](ArchivePoint reached) {
                if (reached == point) ::kill(::getpid(), SIGKILL);
            };
            const bool done = tryArchive(given).ok();
            ::_exit(done ? 2 : 3);
        }
        int status = 0;
        ASSERT_EQ(child, ::waitpid(child, &status, 0));
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
        open();
    }
};

TEST_P(ArchiveKilledAt, LosesNothingAndTheNextRunEndsIt) {
    const auto before = receipt(4);
    // More than one commit's worth of rows.
    for (std::size_t i = 0; i < kArchiveRemovedPerCommit; ++i) {
        if (i == 0) clock_.stepTo(*base::parseRfc3339("2019-04-19T10:00:00+08:00"));
        append("message " + std::to_string(i));
    }
    clock_.stepTo(*base::parseRfc3339("2019-06-02T10:00:00+08:00"));
    killAt(GetParam());
    EXPECT_EQ("record A-2", read(4));
    EXPECT_EQ("message " + std::to_string(kArchiveRemovedPerCommit - 1), read(6 + kArchiveRemovedPerCommit));
    EXPECT_EQ(before, receipt(4));
    EXPECT_EQ("sound", verdict());
    const auto step = archive();
    const bool ended = GetParam() == ArchivePoint::Removed;
    EXPECT_EQ(ended, !step.archive.has_value());
    EXPECT_EQ(GetParam() == ArchivePoint::Committed || GetParam() == ArchivePoint::SomeRemoved, step.resumed);
    EXPECT_EQ("1", rowsLeft());
    EXPECT_EQ(1u, files().size());
    EXPECT_EQ("record A-2", read(4));
    EXPECT_EQ("sound", verdict());
    EXPECT_EQ(std::nullopt, archive().archive);
}

INSTANTIATE_TEST_SUITE_P(
    Point, ArchiveKilledAt,
    testing::Values(
        ArchivePoint::FileWritten, ArchivePoint::FileNamed, ArchivePoint::Committed, ArchivePoint::SomeRemoved,
        ArchivePoint::Removed
    )
);

TEST_F(ArchiveTest, RowsOfAnEarlierRunGoOnlyIfItsFileIsWhole) {
    archive();
    tamper("UPDATE archive SET removed = 0");
    open();
    flip(onlyFile(), 60);
    const auto refused = tryArchive(order());
    EXPECT_THAT(refused.error().detail, HasSubstr("put the file back"));
}

}  // namespace
}  // namespace yht::ledger
