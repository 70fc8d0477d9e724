#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/unit/adapters/kit/pull/pull_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PullFilesTest : public PullTest {
protected:
    PullFilesTest() {
        manifest_.pull.emplace();
        FilesPull files;
        files.directory = directory_.path();
        files.finished.kind = FinishedRule::Kind::Temporary;
        files.finished.temporary = {"*.tmp"};
        files.at = FolderPull{};
        manifest_.pull->way = files;
    }
    FilesPull& files() { return std::get<FilesPull>(manifest_.pull->way); }
    bool exists(const std::string& name) const { return std::filesystem::exists(directory_.path() + "/" + name); }
    TemporaryDirectory directory_;
};

TEST_F(PullFilesTest, TakesWhatMatchesInItsOrderAndOnce) {
    files().pattern = "*.csv";
    for (const char* name : {"b.csv", "a.csv", "c.csv.tmp", "d.txt", ".e.csv"}) directory_.write(name, name);
    EXPECT_THAT(pull(), ElementsAre("a.csv", "b.csv"));
    EXPECT_THAT(pull(), IsEmpty());
    puller_.reset();  // a restart: only the marks are known
    EXPECT_THAT(pull(), IsEmpty());
}

TEST_F(PullFilesTest, AFileIsStableOnlyAfterItStoodStillBeforeOurEyes) {
    files().finished = {};
    directory_.write("a", "half");
    EXPECT_THAT(pull(), IsEmpty());
    clock_.advance(29'000);
    EXPECT_THAT(pull(), IsEmpty());
    directory_.write("a", "half and whole");
    clock_.advance(1'000);
    EXPECT_THAT(pull(), IsEmpty());  // it has just changed
    clock_.advance(30'000);
    EXPECT_THAT(pull(), ElementsAre("half and whole"));
}

TEST_F(PullFilesTest, AMarkerTellsThatAFileIsWhole) {
    files().finished.kind = FinishedRule::Kind::Marker;
    files().finished.marker = "{stem}.ok";
    files().pattern = "*.csv";
    files().after = AfterFile::Delete;
    directory_.write("a.csv", "a");
    EXPECT_THAT(pull(), IsEmpty());
    directory_.write("a.ok", "");
    EXPECT_THAT(pull(), ElementsAre("a"));
    EXPECT_FALSE(exists("a.csv"));
    EXPECT_FALSE(exists("a.ok"));
}

TEST_F(PullFilesTest, WhatACrashLeftUndoneIsDoneWithoutReadingAgain) {
    files().after = AfterFile::Delete;
    directory_.write("a", "a");
    settle_ = false;
    EXPECT_THAT(pull(), ElementsAre("a"));
    EXPECT_TRUE(exists("a"));
    settle_ = true;
    puller_.reset();
    EXPECT_THAT(pull(), IsEmpty());
    EXPECT_FALSE(exists("a"));
}

TEST_F(PullFilesTest, AFileOfTheSameBytesUnderANewTimeIsNoMessage) {
    directory_.write("a", "a");
    EXPECT_THAT(pull(), ElementsAre("a"));
    const timespec times[2] = {{1'555'000'000, 0}, {1'555'000'000, 0}};
    ASSERT_EQ(0, ::utimensat(AT_FDCWD, (directory_.path() + "/a").c_str(), times, 0));
    EXPECT_THAT(pull(), IsEmpty());
    directory_.write("a", "b");
    EXPECT_THAT(pull(), ElementsAre("b"));
}

TEST_F(PullFilesTest, EndsAtItsBoundAndSaysThatThereIsMore) {
    files().files_max = 2;
    for (const char* name : {"a", "b", "c"}) directory_.write(name, name);
    EXPECT_THAT(pull(), ElementsAre("a", "b"));
    EXPECT_TRUE(puller_->more());
    EXPECT_THAT(pull(), ElementsAre("c"));
    EXPECT_FALSE(puller_->more());
}

}  // namespace
}  // namespace yht::kit
