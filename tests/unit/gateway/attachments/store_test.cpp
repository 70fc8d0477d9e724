#include "gateway/attachments/store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "attachments_fixture.h"

namespace {

std::set<std::string>& syncedPaths() {
    static std::set<std::string> paths;
    return paths;
}

}  // namespace

/// Stands before the system's in this program: it tells what was synced.
extern "C" int fsync(int descriptor) {
    std::error_code failed;
    const auto link = "/proc/self/fd/" + std::to_string(descriptor);
    syncedPaths().insert(std::filesystem::read_symlink(link, failed));
    return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

namespace yht::attachments {
namespace {

using testing::IsEmpty;

TEST_F(AttachmentsTest, WhatIsKeptIsThereAfterARestartWithItsFacts) {
    const auto content = png(200'000);
    const auto kept = bring("p", content);
    ASSERT_TRUE(kept.ok());
    EXPECT_EQ((Facts{200'000, crypto::sha256(content), "image/png"}), kept->facts);
    open(options());
    EXPECT_EQ(kept->facts, store().find(digestOf(content))->facts());
    EXPECT_TRUE(content == read(digestOf(content), 0, content.size()));
    EXPECT_EQ(1U, store().counters().files);
    EXPECT_EQ(sealedFileBytes(200'000), store().counters().bytes);
}

TEST_F(AttachmentsTest, EveryFolderOnTheWayToAFileIsSynced) {
    syncedPaths().clear();
    const auto content = png(100);
    ASSERT_TRUE(bring("p", content).ok());
    const auto own = folder_ + "/attachments";
    for (const auto& folder : {folder_, own, own + "/" + digestOf(content).substr(0, 2)}) {
        EXPECT_TRUE(syncedPaths().contains(std::filesystem::canonical(folder))) << folder;
    }
}

TEST_F(AttachmentsTest, ItIsRememberedWhoBroughtTheBytes) {
    const auto content = png(100);
    ASSERT_TRUE(bring("police", content).ok());
    open(options());
    EXPECT_TRUE(store().broughtBy(digestOf(content), "police"));
    EXPECT_FALSE(store().broughtBy(digestOf(content), "water"));
    EXPECT_FALSE(store().broughtBy(digestOf("x"), "police"));
}

TEST_F(AttachmentsTest, TheSameAgainIsKeptOnceAndSaidToBeAgainToWhoBroughtItOnly) {
    const auto content = png(100'000);
    EXPECT_FALSE(bring("police", content)->again);
    const auto used = store().counters().bytes;
    EXPECT_FALSE(bring("water", content)->again);
    EXPECT_TRUE(bring("police", content)->again);
    EXPECT_EQ(used, store().counters().bytes);
    EXPECT_EQ(1U, store().counters().files);
    EXPECT_EQ(1U, fileCount());
    EXPECT_TRUE(store().broughtBy(digestOf(content), "water"));
}

TEST_F(AttachmentsTest, BytesThatMendAFileThatDoesNotOpenReplaceIt) {
    const auto content = png(100);
    ASSERT_TRUE(bring("p", content).ok());
    flip(fileOf(digestOf(content)), 30);
    ASSERT_EQ("attachment.corrupt", read(digestOf(content), 0, 1));
    EXPECT_TRUE(bring("p", content).ok());
    EXPECT_TRUE(content == read(digestOf(content), 0, 100));
    EXPECT_EQ(1U, store().counters().files);
    EXPECT_EQ(sealedFileBytes(100), store().counters().bytes);
}

TEST_F(AttachmentsTest, AFileThatCanNotBeOpenedNowIsNotTouched) {
    const auto content = png(100);
    ASSERT_TRUE(bring("police", content).ok());
    // As where there are no descriptors left: it is there, and open(2) fails.
    const auto path = fileOf(digestOf(content)), aside = folder_ + "/aside";
    std::filesystem::rename(path, aside);
    std::filesystem::create_symlink(path, path);
    EXPECT_EQ("server.io_failed", codeOf(bring("water", content)));
    EXPECT_TRUE(std::filesystem::is_symlink(path));
    EXPECT_FALSE(store().broughtBy(digestOf(content), "water"));
    std::filesystem::rename(aside, path);
    EXPECT_TRUE(content == read(digestOf(content), 0, 100));
}

TEST_F(AttachmentsTest, AnUploadThatCanNotBeMarkedTakesNothingAway) {
    const auto content = png(100);
    ASSERT_TRUE(bring("police", content).ok());
    flip(fileOf(digestOf(content)), 30);
    const auto mark = crypto::sha256("water");
    const auto path = fileOf(digestOf(content)) + ".by-" + base::toHex(mark).substr(0, 32);
    std::filesystem::create_directory(path);  // can't be opened for writing
    EXPECT_EQ("server.io_failed", codeOf(bring("water", content)));
    EXPECT_TRUE(std::filesystem::exists(fileOf(digestOf(content))));
    EXPECT_EQ(1U, store().counters().files);
}

TEST_F(AttachmentsTest, AnotherDigestThanAnnouncedLeavesNothing) {
    auto upload = *store().begin("p");
    ASSERT_TRUE(upload->write(png(100)).ok());
    EXPECT_EQ("signature.digest_mismatch",
              codeOf(upload->keep({.media_type = "image/png", .sha256 = crypto::sha256("other")})));
    upload.reset();
    EXPECT_EQ(0U, fileCount());
    EXPECT_EQ(0U, store().counters().bytes);
    EXPECT_EQ(1U, store().counters().not_kept.at(base::ErrorCode::DigestMismatch));
}

TEST_F(AttachmentsTest, LengthIsBoundedToTheOctet) {
    auto small = options();
    small.bytes_max = 1000;
    open(small);
    EXPECT_EQ("ok", codeOf(bring("p", png(1000))));
    EXPECT_EQ("request.body_too_large", codeOf(bring("p", png(1001))));
    EXPECT_THAT(incoming(), IsEmpty());
}

TEST_F(AttachmentsTest, TheTotalIsBoundedAlsoAfterARestart) {
    auto small = options();
    small.total_bytes_max = 2 * sealedFileBytes(50'000);
    open(small);
    ASSERT_EQ("ok", codeOf(bring("police", png(49'900, 'a'))));
    ASSERT_EQ("ok", codeOf(bring("water", png(50'000, 'b'))));
    EXPECT_EQ("attachment.quota_reached", codeOf(bring("centre", png(101, 'c'))));
    open(small);
    EXPECT_EQ("attachment.quota_reached", codeOf(bring("centre", png(101, 'c'))));
    EXPECT_EQ(2U, fileCount());
}

TEST_F(AttachmentsTest, OnePartnerHasHalfOfTheTotalAndRoomThatIsGivenBackCanBeUsed) {
    auto small = options();
    small.total_bytes_max = 2 * sealedFileBytes(50'000);
    open(small);
    EXPECT_EQ("attachment.quota_reached", codeOf(bring("police", png(50'001, 'a'))));
    ASSERT_EQ("ok", codeOf(bring("police", png(50'000, 'b'))));
    EXPECT_EQ("attachment.quota_reached", codeOf(bring("police", png(10, 'c'))));
    open(small);
    EXPECT_EQ("attachment.quota_reached", codeOf(bring("police", png(10, 'c'))));
    EXPECT_EQ("ok", codeOf(bring("water", png(50'000, 'd'))));
}

TEST_F(AttachmentsTest, TheNumberOfFilesIsBoundedBeforeAStartWouldRefuseIt) {
    auto few = options();
    few.files_max = 2;
    open(few);
    ASSERT_EQ("ok", codeOf(bring("police", png(100, 'a'))));
    ASSERT_EQ("ok", codeOf(bring("police", png(100, 'b'))));
    EXPECT_EQ("attachment.quota_reached", codeOf(bring("water", png(100, 'c'))));
    open(few);
    EXPECT_EQ(2U, store().counters().files);
}

TEST_F(AttachmentsTest, UploadsAreBoundedAndOnePartnerHasHalfOfThemAndEachHasOne) {
    auto few = options();
    few.uploads_max = 4;
    open(few);
    auto first = store().begin("police"), second = store().begin("police");
    EXPECT_EQ("request.too_many", codeOf(store().begin("police")));
    auto third = store().begin("water"), fourth = store().begin("water");
    auto fifth = store().begin("centre");  // its first
    EXPECT_EQ("attachment.uploads_too_many", codeOf(store().begin("centre")));
    EXPECT_EQ(5U, store().counters().uploads_under_way);
    first->reset();
    second->reset();
    EXPECT_EQ("ok", codeOf(store().begin("centre")));
    EXPECT_EQ(3U, store().counters().uploads_under_way);
}

TEST_F(AttachmentsTest, AnUploadGivenUpLeavesNothing) {
    auto upload = *store().begin("p");
    ASSERT_TRUE(upload->write(png(500'000)).ok());
    EXPECT_EQ(1U, incoming().size());
    EXPECT_GT(store().counters().bytes, 500'000U);
    upload.reset();
    EXPECT_THAT(incoming(), IsEmpty());
    EXPECT_EQ(0U, store().counters().bytes);
}

TEST_F(AttachmentsTest, WhatAKillLeavesIsRemovedByTheNextStart) {
    const auto kept = png(1000, 'k');
    ASSERT_TRUE(bring("p", kept).ok());
    store_.reset();
    const pid_t child = ::fork();
    if (child == 0) {
        auto store = *Store::open(options());
        auto upload = *store->begin("p");
        static_cast<void>(upload->write(png(300'000)));
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_EQ(1U, incoming().size());
    open(options());
    EXPECT_THAT(incoming(), IsEmpty());
    EXPECT_EQ(sealedFileBytes(1000), store().counters().bytes);
    EXPECT_TRUE(kept == read(digestOf(kept), 0, 1000));
}

TEST_F(AttachmentsTest, AFullDiskIsToldAsSuchAndLeavesNothing) {
    // A limit on file size gives EFBIG, not ENOSPC; /dev/full gives the real one.
    const auto full = openFile("/dev/full", O_WRONLY);
    SealedWriter writer(full, base::Bytes(32, 'k'), random_);
    EXPECT_EQ("server.disk_full", codeOf(writer.write(png(3 * kChunkBytes))));
}

TEST_F(AttachmentsTest, NamesThatAreNoDigestAreNotFound) {
    for (const std::string name : {"", "../../ledger.db", "ab", "AB"}) {
        EXPECT_EQ("request.not_found", codeOf(store().find(name)));
        EXPECT_EQ("request.not_found", codeOf(store().find(name + std::string(64 - name.size(), '/'))));
    }
    EXPECT_EQ("request.not_found", codeOf(store().find(std::string(64, 'a'))));
}

}  // namespace
}  // namespace yht::attachments
