#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "adapters/kit/zip_archive.h"
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

TEST_F(PullFilesTest, ATableAndItsMemoFileAreOneMessage) {
    files().pattern = "*.dbf";
    files().beside = "{stem}.fpt";
    files().after = AfterFile::Delete;
    directory_.write("a.dbf", "table");
    EXPECT_THAT(pull(), IsEmpty()) << "it waits for what belongs to it";
    directory_.write("a.fpt", "memo");
    const auto bodies = pull();
    ASSERT_EQ(1U, bodies.size());
    auto archive = ZipArchive::open(bodies[0], 1'000);
    ASSERT_TRUE(archive.ok());
    EXPECT_THAT(archive->names(), ElementsAre("a.dbf", "a.fpt"));
    std::string memo;
    ASSERT_TRUE(archive->read("a.fpt", [&](std::string_view piece) { memo += piece; return true; }).ok());
    EXPECT_EQ("memo", memo);
    EXPECT_FALSE(exists("a.dbf"));
    EXPECT_FALSE(exists("a.fpt"));
}

TEST_F(PullFilesTest, ANewMemoFileIsANewMessage) {
    files().pattern = "*.dbf";
    files().beside = "{stem}.fpt";
    directory_.write("a.dbf", "table");
    directory_.write("a.fpt", "memo");
    EXPECT_EQ(1U, pull().size());
    EXPECT_THAT(pull(), IsEmpty());
    puller_.reset();
    EXPECT_THAT(pull(), IsEmpty());
    directory_.write("a.fpt", "memo and more");
    EXPECT_EQ(1U, pull().size());
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

TEST_F(PullFilesTest, WhatLiesWhereAFileIsMovedToStays) {
    TemporaryDirectory done;
    files().after = AfterFile::Move;
    files().move_to = done.path();
    directory_.write("a", "torn");
    EXPECT_THAT(pull(), ElementsAre("torn"));
    directory_.write("a", "whole");
    EXPECT_THAT(pull(), ElementsAre("whole"));
    std::set<std::string> bodies;
    for (const auto& entry : std::filesystem::directory_iterator(done.path())) {
        std::ifstream file(entry.path());
        bodies.insert(std::string(std::istreambuf_iterator<char>(file), {}));
    }
    EXPECT_EQ((std::set<std::string>{"torn", "whole"}), bodies);
}

}  // namespace
}  // namespace yht::kit
