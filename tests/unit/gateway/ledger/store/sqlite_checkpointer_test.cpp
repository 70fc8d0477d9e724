// The WAL's bounds with small numbers. Passes in the background are out of the way, and nobody really waits: where SQLite would
// sleep before it asks for a lock again, the test goes on.
#include "gateway/ledger/store/sqlite_checkpointer.h"

#include <sqlite3.h>

#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

constexpr std::int64_t kPageBytes = 8192;  // not SQLite's own: the bounds count octets
constexpr int kPagesMax = 16, kPagesHardMax = 64;
constexpr WalBounds kBounds{.bytes_max = kPagesMax * kPageBytes, .bytes_hard_max = kPagesHardMax * kPageBytes, .pass_every = std::chrono::hours(1)};
constexpr int kCommitPages = 8;  // no commit here has more

/// What is done whenever SQLite would sleep.
std::function<void()> instead_of_sleep;

class CheckpointerTest : public testing::Test {
protected:
    CheckpointerTest() {
        real_sleep_ = std::exchange(sqlite3_vfs_find(nullptr)->xSleep, [](sqlite3_vfs*, int microseconds) {
            instead_of_sleep();
            return microseconds;
        });
        writer_.execute(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (b BLOB)"
        );
        const auto remember = [](void* pages, sqlite3*, const char*, int count) {
            *static_cast<int*>(pages) = count;
            return SQLITE_OK;
        };
        sqlite3_wal_hook(writer_.handle(), remember, &wal_pages_);
        checkpointer_.emplace(path_, reserve_, [](const std::string& why) { ADD_FAILURE() << why; }, kBounds);
    }
    ~CheckpointerTest() override {
        sqlite3_vfs_find(nullptr)->xSleep = real_sleep_;
        instead_of_sleep = nullptr;
    }

    void commit() {
        change(writer_, "INSERT INTO t VALUES (zeroblob(16384))");
        most_pages_ = std::max(most_pages_, wal_pages_);
        checkpointer_->afterCommit(writer_, wal_pages_);
    }
    /// On what is committed now, until it goes.
    std::unique_ptr<Database> reader() {
        auto reader = std::make_unique<Database>(path_, Database::Access::Read);
        reader->execute("BEGIN; SELECT count(*) FROM t");
        return reader;
    }

    TestFolder folder_;
    const std::string path_ = folder_ / "x.db";
    Database writer_{path_, Database::Access::Write};
    DiskReserve reserve_{folder_ / "x.db.reserve", 0};
    int wal_pages_ = 0, most_pages_ = 0;
    int (*real_sleep_)(sqlite3_vfs*, int) = nullptr;
    std::optional<Checkpointer> checkpointer_;
};

TEST_F(CheckpointerTest, TheWriterMovesItsPagesItselfWhereItCommitsWithoutAPause) {
    instead_of_sleep = [] { ADD_FAILURE() << "there is nobody to wait for"; };
    for (int i = 0; i < 60; ++i) commit();
    EXPECT_LT(most_pages_, kPagesMax + kCommitPages);
}

/// One reader comes before the one before it goes: a pass that waits for nobody never comes to the WAL's end.
TEST_F(CheckpointerTest, ReadersThatFollowOneAnotherAreWaitedForBeyondTheHardBound) {
    std::unique_ptr<Database> one, next;
    int waits = 0;
    instead_of_sleep = [&] {
        ++waits;
        one.reset();
    };
    for (int i = 0; i < 60; ++i) {
        next = reader();
        one = std::move(next);
        commit();
    }
    EXPECT_GE(most_pages_, kPagesHardMax) << "it waited for readers before it had to";
    EXPECT_LT(most_pages_, kPagesHardMax + kPagesMax / 4 + kCommitPages);
    EXPECT_GT(waits, 1);
}

}  // namespace
}  // namespace yht::ledger
