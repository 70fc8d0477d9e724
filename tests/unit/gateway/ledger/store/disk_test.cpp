// The disk fails: no room, no flush, no write. Faults come from a small tmpfs (where we may mount
// one), from a file size limit, and from our own fdatasync, which SQLite finds before the C
// library's.
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <thread>

#include "gateway/base/trouble_log.h"
#include "ledger_fixture.h"

namespace {
std::atomic<bool> flush_fails{false};
/// Of one descriptor, the most: writer and checkpointer may each meet the failing disk before the process has ended.
std::atomic<int> flushes_of_a_file_max{0};
std::array<std::atomic<int>, 1024> failed_flushes{};

int flush(int descriptor, long call) {
    if (!flush_fails) return static_cast<int>(::syscall(call, descriptor));
    const int count = ++failed_flushes.at(static_cast<std::size_t>(descriptor));
    int most = flushes_of_a_file_max.load();
    while (count > most && !flushes_of_a_file_max.compare_exchange_weak(most, count)) {}
    errno = EIO;
    return -1;
}
}  // namespace

extern "C" int fdatasync(int descriptor) { return flush(descriptor, SYS_fdatasync); }
extern "C" int fsync(int descriptor) { return flush(descriptor, SYS_fsync); }

namespace yht::ledger {
namespace {

/// The child is forked where no store is open, so without threads; the parent removes the folder.
class DiskDeathTest : public LedgerTest {
protected:

    void writeWhileFlushesFail() {
        auto watched = options();
        watched.on_fatal = [](const std::string& why) {
            std::fprintf(stderr, "flushes of a file=%d %s\n", flushes_of_a_file_max.load(), why.c_str());
            ::_exit(70);
        };
        store_ = must(tryOpen(watched));
        append("one");
        flush_fails = true;
        append("two");
    }

    void writeBeyondTheFileSizeLimit() {
        open();
        append("one");
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{256 * 1024, 256 * 1024};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        append(std::string(1024 * 1024, 'x'));
    }
};

TEST_F(DiskDeathTest, FailedFlushEndsTheProcessAndIsNotTriedAgain) {
    EXPECT_EXIT(
        writeWhileFlushesFail(), testing::ExitedWithCode(70),
        "flushes of a file=1 .*(writing the ledger|moving the WAL)"
    );
}

TEST_F(DiskDeathTest, FailedWriteEndsTheProcess) {
    EXPECT_EXIT(
        writeBeyondTheFileSizeLimit(), testing::ExitedWithCode(70), "yht: writing the ledger"
    );
}

/// A ledger on a file system of 32 MB.
class FullDiskTest : public LedgerTest {
protected:
    void SetUp() override {
        if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=32m") != 0) {
            GTEST_SKIP() << "a small file system can't be mounted here (root only)";
        }
        mounted_ = true;
        open();
        append("one");
    }
    void TearDown() override {
        close();
        if (!mounted_) return;
        EXPECT_EQ(0, ::umount(folder_.path().c_str()));
    }
    /// Leaves about `bytes` free.
    void fillUpTo(std::uintmax_t bytes) {
        std::ofstream filler(folder_ / "filler", std::ios::binary | std::ios::app);
        const std::string block(64 * 1024, 'f');
        while (std::filesystem::space(folder_.path()).available > bytes && filler)
            filler << block << std::flush;
    }
    void makeRoom() { std::filesystem::remove(folder_ / "filler"); }
    base::Status appendBytes(std::size_t count) {
        return run([count](Transaction& transaction) -> base::Status {
            auto seq = transaction.append(messageDraft(std::string(count, 'x')));
            return seq.ok() ? base::Status() : seq.error();
        });
    }
    bool hasReserve() { return std::filesystem::exists(folder_ / "ledger.db.reserve"); }
    bool mounted_ = false;
};

TEST_F(FullDiskTest, FullDiskRefusesTheBatchAndNothingElse) {
    ASSERT_TRUE(hasReserve());
    fillUpTo(512 * 1024);
    EXPECT_EQ(base::ErrorCode::DiskFull, appendBytes(4 * 1024 * 1024).error().code);
    EXPECT_EQ(1u, size());
    EXPECT_EQ("one", read(1));
    EXPECT_FALSE(hasReserve()) << "the reserve is given up";
}

/// Goal: one line when the disk is full, a count a minute while it is, one when it is over, which it is not before the reserve is back.
TEST_F(FullDiskTest, AFullDiskIsALineAtItsStartACountAMinuteAndALineAtItsEnd) {
    close();
    std::vector<std::string> lines;  // of the writer's thread, read after its tasks
    auto told = options();
    told.on_notice = [&](const std::string& line) { lines.push_back(line); };
    store_ = must(tryOpen(told));
    fillUpTo(512 * 1024);
    for (int i = 0; i < 50; ++i) EXPECT_FALSE(appendBytes(4 * 1024 * 1024).ok());
    ASSERT_EQ(1U, lines.size());
    EXPECT_THAT(lines[0], testing::HasSubstr("the disk is full 磁盘已满; the reserve is given up"));
    clock_.advance(base::kTroubleLineMillis);
    must(appendBytes(100));
    ASSERT_EQ(1U, lines.size()) << "the reserve made room, the disk is full all the same";
    EXPECT_FALSE(appendBytes(4 * 1024 * 1024).ok());
    ASSERT_EQ(2U, lines.size());
    EXPECT_THAT(lines[1], testing::HasSubstr("there is no reserve left 预留空间已用尽, 50 times since the last line"));
    makeRoom();
    while (!hasReserve()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    must(appendBytes(100));
    ASSERT_EQ(2U, lines.size()) << "not before it was quiet for a minute";
    clock_.advance(base::kTroubleLineMillis);
    must(appendBytes(100));
    must(appendBytes(100));
    ASSERT_EQ(3U, lines.size());
    EXPECT_THAT(lines[2], testing::HasSubstr("over 已结束, 次数 count 51 in 60 s"));
    close();
}

TEST_F(FullDiskTest, ReserveLetsSmallWorkGoOn) {
    fillUpTo(512 * 1024);
    EXPECT_FALSE(appendBytes(4 * 1024 * 1024).ok());
    must(appendBytes(100));
    EXPECT_EQ("sound", verdict());
}

TEST_F(FullDiskTest, GoesOnWithoutRestartOnceThereIsRoom) {
    fillUpTo(512 * 1024);
    EXPECT_FALSE(appendBytes(4 * 1024 * 1024).ok());
    makeRoom();
    must(appendBytes(4 * 1024 * 1024));
    EXPECT_EQ(2u, size());
    reopen();
    EXPECT_TRUE(hasReserve()) << "taken back";
    EXPECT_EQ("sound", verdict());
}

}  // namespace
}  // namespace yht::ledger
