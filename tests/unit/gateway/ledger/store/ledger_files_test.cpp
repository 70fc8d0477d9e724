#include "gateway/ledger/store/ledger_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

TEST(WriterLock, IsHeldOnceAndGivenBack) {
    TestFolder folder;
    auto lock = WriterLock::take(folder / "lock");
    ASSERT_TRUE(lock.ok());
    EXPECT_EQ(base::ErrorCode::LedgerLocked, WriterLock::take(folder / "lock").error().code);
    lock->reset();
    EXPECT_TRUE(WriterLock::take(folder / "lock").ok());
}

TEST(WriterLock, FolderThatIsNotThereIsAFault) {
    EXPECT_EQ(base::ErrorCode::IoFailed, WriterLock::take("/nowhere/lock").error().code);
}

TEST(DiskReserve, TakesRealRoomAndGivesItBackOnce) {
    TestFolder folder;
    DiskReserve reserve(folder / "reserve", 1024 * 1024);
    EXPECT_FALSE(reserve.release());
    reserve.restore();
    struct stat there {};
    ASSERT_EQ(0, ::stat((folder / "reserve").c_str(), &there));
    EXPECT_LE(1024 * 1024, there.st_blocks * 512) << "a hole reserves nothing";
    EXPECT_TRUE(reserve.release());
    EXPECT_FALSE(std::filesystem::exists(folder / "reserve"));
    EXPECT_FALSE(reserve.release());
}

TEST(DiskReserve, IsNotTakenWhereItWouldFillTheDisk) {
    TestFolder folder;
    const auto available = std::filesystem::space(folder.path()).available;
    DiskReserve reserve(folder / "reserve", available / 2);
    reserve.restore();
    EXPECT_FALSE(std::filesystem::exists(folder / "reserve"));
}

}  // namespace
}  // namespace yht::ledger
