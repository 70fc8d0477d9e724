// What goes with an erased ticket, and what stays: marks decide.
#include "attachments_fixture.h"

namespace yht::attachments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreErasureTest : public AttachmentsTest {
protected:
    const base::Bytes content = png(100'000);
    const std::string digest = digestOf(content);

    std::string note(const std::vector<std::string>& partners) {
        std::vector<Brought> marks;
        for (const auto& partner : partners) marks.push_back({digest, partner});
        return codeOf(store().noteErasing(marks));
    }
    /// "gone", "stays" or the code; `naming`: whose other records name it.
    std::string end(const std::string& naming = "") {
        const auto ended = store().endErasing(digest, [&](const PartnerTest& is) {
            return !naming.empty() && is(naming);
        });
        return ended.ok() ? (*ended ? "gone" : "stays") : codeOf(ended);
    }
};

TEST_F(StoreErasureTest, WhatIsDestroyedHasLostItsKeyItsNamesAndItsRoom) {
    const auto other = png(1000, 'o');
    ASSERT_TRUE(bring("police", content).ok());
    ASSERT_TRUE(bring("police", other).ok());
    // A second name keeps the bytes in sight after the file's own is gone.
    const auto held = folder_ + "/held";
    std::filesystem::create_hard_link(fileOf(digest), held);
    ASSERT_EQ("ok", note({"police"}));
    EXPECT_EQ("gone", end());
    EXPECT_EQ(base::Bytes(kHeaderBytes, '\0'), readAll(held).substr(0, kHeaderBytes));
    EXPECT_EQ("request.not_found", read(digest, 0, 1));
    EXPECT_FALSE(store().broughtBy(digest, "police"));
    EXPECT_EQ(sealedFileBytes(1000), store().counters().bytes);
    EXPECT_EQ(1U, store().counters().files);
    EXPECT_THAT(*store().erasing(), IsEmpty());
    EXPECT_TRUE(other == read(digestOf(other), 0, 1000));
    EXPECT_EQ("stays", end());  // once more does no harm
    EXPECT_EQ(1U, store().counters().files);
}

TEST_F(StoreErasureTest, WhoElseBroughtItKeepsIt) {
    ASSERT_TRUE(bring("police", content).ok());
    ASSERT_TRUE(bring("water", content).ok());
    ASSERT_EQ("ok", note({"police"}));
    EXPECT_EQ("stays", end());
    EXPECT_FALSE(store().broughtBy(digest, "police"));
    EXPECT_TRUE(store().broughtBy(digest, "water"));
    EXPECT_TRUE(content == read(digest, 0, content.size()));
    EXPECT_THAT(*store().erasing(), IsEmpty());
    ASSERT_EQ("ok", note({"water"}));
    EXPECT_EQ("gone", end());
}

TEST_F(StoreErasureTest, WhoseOtherRecordNamesItKeepsHisMark) {
    ASSERT_TRUE(bring("police", content).ok());
    ASSERT_EQ("ok", note({"police"}));
    EXPECT_EQ("stays", end("police"));
    EXPECT_TRUE(store().broughtBy(digest, "police"));
    EXPECT_THAT(*store().erasing(), IsEmpty());
}

TEST_F(StoreErasureTest, WhoNeverBroughtItIsNotNoted) {
    ASSERT_TRUE(bring("police", content).ok());
    ASSERT_EQ("ok", note({"water"}));
    ASSERT_EQ("ok", codeOf(store().noteErasing({{digestOf("absent"), "police"}, {"../x", "police"}})));
    EXPECT_THAT(*store().erasing(), IsEmpty());
    EXPECT_EQ("stays", end());
    EXPECT_TRUE(content == read(digest, 0, content.size()));
}

TEST_F(StoreErasureTest, WhoBringsItWhileItIsBeingErasedKeepsIt) {
    ASSERT_TRUE(bring("police", content).ok());
    ASSERT_EQ("ok", note({"police"}));
    ASSERT_EQ("ok", codeOf(bring("police", content)));
    EXPECT_EQ("stays", end());
    EXPECT_TRUE(store().broughtBy(digest, "police"));
    ASSERT_EQ("ok", note({"police"}));
    ASSERT_EQ("ok", codeOf(bring("water", content)));
    EXPECT_EQ("stays", end());
    EXPECT_TRUE(content == read(digest, 0, content.size()));
}

TEST_F(StoreErasureTest, WhatWasNotedStandsAfterARestartUntilItIsJudged) {
    ASSERT_TRUE(bring("police", content).ok());
    ASSERT_EQ("ok", note({"police"}));
    open(options());
    EXPECT_THAT(*store().erasing(), ElementsAre(digest));
    EXPECT_EQ(1U, store().counters().files);  // the note is no attachment
    // As a kill leaves it between the mark's end and the file's.
    std::filesystem::remove(fileOf(digest) + ".by-" + base::toHex(crypto::sha256("police")).substr(0, 32));
    EXPECT_EQ("gone", end());
    EXPECT_EQ(0U, fileCount());
}

}  // namespace
}  // namespace yht::attachments
