// Each mark is judged once: whether a record of its partner names the attachment.
#include "attachments_fixture.h"

namespace yht::attachments {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kHourMillis = 3'600'000;

class StoreUnjudgedTest : public AttachmentsTest {
protected:
    const base::Bytes content = png(1000);
    const std::string digest = digestOf(content);
    const base::UnixMillis start_ms = clock_.nowMillis();

    Unjudged markOf(const std::string& partner, base::UnixMillis since_ms, bool is_set = true) const {
        return {digest, partnerKeyOf(partner), since_ms, is_set};
    }
    std::vector<Unjudged> due() { return *store().unjudged(clock_.nowMillis(), 10); }
    std::string end(const std::string& naming = "") {
        const auto ended = store().endErasing(digest, [&](const PartnerTest& is) { return !naming.empty() && is(naming); });
        return ended.ok() ? (*ended ? "gone" : "stays") : codeOf(ended);
    }
};

TEST_F(StoreUnjudgedTest, AMarkIsToldWithItsTimeUntilItIsJudged) {
    ASSERT_TRUE(bring("police", content).ok());
    EXPECT_THAT(*store().unjudged(start_ms - 1, 10), IsEmpty());
    EXPECT_THAT(*store().unjudged(start_ms, 0), IsEmpty());
    clock_.advance(kHourMillis);
    open(options());
    EXPECT_THAT(due(), ElementsAre(markOf("police", start_ms)));
    EXPECT_EQ(1U, store().counters().unjudged);
    EXPECT_EQ("ok", codeOf(store().endJudging(due().front())));
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_EQ(0U, store().counters().unjudged);
    open(options());
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_TRUE(store().broughtBy(digest, "police"));
}

TEST_F(StoreUnjudgedTest, WhatNobodyNamesGoesWithItsNote) {
    ASSERT_TRUE(bring("police", content).ok());
    ASSERT_EQ("ok", codeOf(store().noteUnnamed(due())));
    EXPECT_EQ("gone", end());
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_EQ(0U, store().counters().unjudged);
    EXPECT_EQ(1U, store().counters().destroyed);
    EXPECT_EQ("request.not_found", read(digest, 0, 1));
}

TEST_F(StoreUnjudgedTest, WhoBringsItAgainHasNewTimeAndIsPassedOver) {
    ASSERT_TRUE(bring("police", content).ok());
    const auto seen = due();
    clock_.advance(kHourMillis);
    ASSERT_TRUE(bring("police", content)->again);
    EXPECT_EQ(1U, store().counters().unjudged);
    ASSERT_EQ("ok", codeOf(store().noteUnnamed(seen)));
    EXPECT_THAT(*store().erasing(), IsEmpty());
    ASSERT_EQ("ok", codeOf(store().endJudging(seen.front())));
    EXPECT_THAT(due(), ElementsAre(markOf("police", start_ms + kHourMillis)));
}

TEST_F(StoreUnjudgedTest, WhoBringsItAgainAfterTheNoteKeepsIt) {
    ASSERT_TRUE(bring("police", content).ok());
    ASSERT_EQ("ok", codeOf(store().noteUnnamed(due())));
    clock_.advance(1);
    ASSERT_TRUE(bring("police", content).ok());
    EXPECT_EQ("stays", end());
    EXPECT_TRUE(store().broughtBy(digest, "police"));
    EXPECT_THAT(due(), ElementsAre(markOf("police", start_ms + 1)));
}

TEST_F(StoreUnjudgedTest, OnePartnersTimeIsNotAnothers) {
    ASSERT_TRUE(bring("police", content).ok());
    clock_.advance(kHourMillis);
    ASSERT_TRUE(bring("water", content).ok());
    ASSERT_EQ("ok", codeOf(store().noteUnnamed(*store().unjudged(start_ms, 10))));
    EXPECT_EQ("stays", end());
    EXPECT_FALSE(store().broughtBy(digest, "police"));
    EXPECT_TRUE(content == read(digest, 0, content.size()));
    EXPECT_THAT(due(), ElementsAre(markOf("water", start_ms + kHourMillis)));
}

TEST_F(StoreUnjudgedTest, ANoteWithoutItsMarkIsToldAsSuch) {
    ASSERT_TRUE(bring("police", content).ok());
    fs::remove(fileOf(digest) + ".by-" + partnerKeyOf("police"));  // as a kill between the two leaves it
    open(options());
    EXPECT_THAT(due(), ElementsAre(markOf("police", start_ms, false)));
}

TEST_F(StoreUnjudgedTest, AFolderFromBeforeThereWereNotesGetsThemAndAllTheTime) {
    ASSERT_TRUE(bring("police", content).ok());
    ASSERT_TRUE(bring("water", png(500)).ok());
    store_.reset();
    fs::remove_all(folder_ + "/attachments/unjudged");
    fs::create_directory(folder_ + "/attachments/unjudged.new");  // a start was killed
    clock_.advance(kHourMillis);
    EXPECT_EQ(2U, due().size());
    EXPECT_EQ(start_ms + kHourMillis, due().front().since_ms);
    EXPECT_EQ(2U, store().counters().unjudged);
    EXPECT_EQ(2U, store().counters().files);
}

}  // namespace
}  // namespace yht::attachments
