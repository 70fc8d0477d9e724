// How late a source's items come, by the times of their own events, whatever way they come.
#include "gateway/intake/admission/arrival.h"

#include "tests/unit/gateway/intake/admission/source_fixture.h"

namespace yht::intake {
namespace {

constexpr std::int64_t kSecond = 1'000, kHour = 3'600 * kSecond;

class ArrivalTest : public SourceTest {
protected:
    /// An appeal whose event was so long before now.
    std::string happened(const std::string& ref, std::int64_t ago_ms, const Fields& fields = {}) {
        Fields all = fields;
        all.emplace_back("event_time", base::formatRfc3339(clock_.nowMillis() - ago_ms));
        all.emplace_back("appeal_time", base::formatRfc3339(clock_.nowMillis() - ago_ms));
        return mediaAppeal(ref, all);
    }
    /// Signed and received at one time: the clock stands still.
    SourceSubmission push(const std::vector<std::string>& items) { return submitSigned(sign("media", lines(items))); }
    std::int64_t lag() { return arrivalOf(*ledger_.store().snapshot().value(), "zz-media").lagSeconds(); }
};

TEST_F(ArrivalTest, IsUnknownUntilARecordComes) {
    push({"fail /row/title " + happened("A-1", kHour), "ignore test"});
    EXPECT_EQ(-1, lag());
}

TEST_F(ArrivalTest, IsFromTheNewestEventOfAPushedMessageToItsComing) {
    push({happened("A-1", 5 * kHour), happened("A-2", 2 * kHour), happened("A-3", 9 * kHour)});
    EXPECT_EQ(2 * 3'600, lag());
    restart();
    EXPECT_EQ(2 * 3'600, lag());
}

TEST_F(ArrivalTest, WhatIsOlderOrComesAgainSaysNothing) {
    const std::string item = happened("A-1", 60 * kSecond);
    push({item});
    clock_.advance(3 * kHour);
    push({item});
    push({happened("A-2", 4 * kHour)});
    EXPECT_EQ(60, lag());
    push({happened("A-3", kHour)});
    EXPECT_EQ(3'600, lag());
}

TEST_F(ArrivalTest, HistorySaysNothingAndWhatIsReportedLateDoes) {
    push({happened("A-1", 2 * kHour, {{"origin", "history"}})});
    EXPECT_EQ(-1, lag());
    push({happened("A-2", 2 * kHour, {{"origin", "late"}})});
    EXPECT_EQ(2 * 3'600, lag());
}

TEST_F(ArrivalTest, AnEventInTheFutureIsOfNowAndHidesNothingThatComesAfter) {
    push({happened("A-1", -48 * kHour)});
    EXPECT_EQ(0, lag());
    clock_.advance(3 * kHour);
    push({happened("A-2", 2 * kHour)});
    EXPECT_EQ(2 * 3'600, lag());
}

TEST_F(ArrivalTest, AShadowedSourceHasItToo) {
    adapter_.changeManifest().lifecycle = kit::Lifecycle::Shadow;
    push({happened("A-1", 2 * kHour)});
    EXPECT_EQ(2 * 3'600, lag());
}

TEST_F(ArrivalTest, AMessageOfSeveralCommitsIsOneArrival) {
    std::vector<std::string> items;
    for (std::size_t i = 0; i <= kItemsPerCommitMax; ++i) items.push_back(happened("A-" + std::to_string(i), i == 0 ? kHour : 2 * kHour));
    push(items);
    EXPECT_EQ(3'600, lag());
}

}  // namespace
}  // namespace yht::intake
