// Files that are whole or as they were, and reading that is bounded in what it reads and in what it takes.
#include "gateway/base/durable_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

namespace yht::base {
namespace {

using testing::HasSubstr;

class DurableFileTest : public testing::Test {
protected:
    DurableFileTest() {
        char name[] = "/tmp/yht-durable-XXXXXX";
        folder_ = ::mkdtemp(name);
    }
    ~DurableFileTest() override { std::filesystem::remove_all(folder_); }
    std::string folder_;
};

TEST_F(DurableFileTest, WhatIsWrittenIsReadAndASmallFileTakesLittle) {
    const std::string path = folder_ + "/a";
    ASSERT_TRUE(writeDurably(path, "one", FileSecrecy::Private).ok());
    ASSERT_TRUE(writeDurably(path, "two", FileSecrecy::Private).ok());
    const auto read = readBounded(path, 64U << 20);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ("two", *read);
    EXPECT_LE(read->capacity(), 64U * 1024) << "a deployment has hundreds of them";
    struct stat info {};
    ASSERT_EQ(0, ::stat(path.c_str(), &info));
    EXPECT_EQ(0600u, info.st_mode & 0777);
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_F(DurableFileTest, ABoundIsABound) {
    const std::string path = folder_ + "/a";
    ASSERT_TRUE(writeDurably(path, std::string(40'000, 'x'), FileSecrecy::Public).ok());
    EXPECT_EQ(40'000u, readBounded(path, 40'000)->size());
    const auto longer = readBounded(path, 39'999);
    ASSERT_FALSE(longer.ok());
    EXPECT_THAT(longer.error().detail, HasSubstr("/a: longer than 39999 bytes"));
}

TEST_F(DurableFileTest, WhatIsNotThereOrNoFileIsNamed) {
    const auto missing = readBounded(folder_ + "/none", 10);
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(ErrorCode::IoFailed, missing.error().code);
    EXPECT_THAT(missing.error().detail, HasSubstr("/none: can't be opened 无法打开: No such file"));
    const auto folder = readBounded(folder_, 10);
    ASSERT_FALSE(folder.ok());
    EXPECT_THAT(folder.error().detail, HasSubstr("can't be read 无法读取"));
}

TEST_F(DurableFileTest, CreatingTakesNoNameThatIsTaken) {
    const std::string path = folder_ + "/a";
    ASSERT_TRUE(createDurably(path, "one", FileSecrecy::Public).ok());
    EXPECT_FALSE(createDurably(path, "two", FileSecrecy::Public).ok());
    EXPECT_EQ("one", *readBounded(path, 10));
}

TEST_F(DurableFileTest, ALockIsHeldByOne) {
    const std::string path = folder_ + "/lock";
    {
        const auto held = FileLock::take(path);
        ASSERT_TRUE(held.ok());
        const auto second = FileLock::take(path);
        ASSERT_FALSE(second.ok());
        EXPECT_EQ(ErrorCode::LedgerLocked, second.error().code);
    }
    EXPECT_TRUE(FileLock::take(path).ok());
}

}  // namespace
}  // namespace yht::base
