#include "gateway/intake/pull/source_health.h"

#include <gtest/gtest.h>

#include "gateway/base/time_text.h"
#include "tests/unit/gateway/intake/admission/source_fixture.h"

namespace yht::intake {
namespace {

constexpr std::int64_t kHour = 3'600'000;

base::UnixMillis at(const char* text) { return *base::parseRfc3339(text); }

class SourceHealthTest : public ::testing::Test {
protected:
    SourceHealthTest() {
        manifest_.id = "zz-media";
        manifest_.lifecycle = kit::Lifecycle::Live;
        manifest_.health.workday_hour_min = 1;
        manifest_.health.silent_after_s = 2 * 3'600;
        health_.items.known_since_ms = at("2019-04-01T00:00:00+08:00");
    }
    std::string state(base::UnixMillis now_ms, base::UnixMillis started_ms = 0) {
        judge(health_, manifest_, {now_ms, started_ms, calendar_});
        return health_.state;
    }
    const base::UnixMillis noon_ = at("2019-04-18T12:00:00+08:00");  // a Thursday
    kit::Manifest manifest_;
    SourceHealth health_;
    const ticket::Calendar calendar_;
};

TEST_F(SourceHealthTest, P30_SilentIsJudgedInHoursThatExpectItems) {
    health_.items.last_item_ms = noon_ - kHour;
    EXPECT_EQ("healthy", state(noon_));
    health_.items.last_item_ms = noon_ - 2 * kHour;
    EXPECT_EQ("silent", state(noon_));
    EXPECT_EQ("healthy", state(at("2019-04-18T23:00:00+08:00")));  // night expects none
    EXPECT_EQ("healthy", state(at("2019-04-20T12:00:00+08:00")));  // neither does Saturday
}

TEST_F(SourceHealthTest, SilenceCountsFromWhereItemsAreExpectedAgain) {
    health_.items.last_item_ms = at("2019-04-17T21:30:00+08:00");
    EXPECT_EQ("healthy", state(at("2019-04-18T08:59:00+08:00")));
    EXPECT_EQ("silent", state(at("2019-04-18T09:00:00+08:00")));
}

TEST_F(SourceHealthTest, ARestartRaisesNoAlarmAndEndsNone) {
    health_.items.last_item_ms = noon_ - 5 * kHour;
    EXPECT_EQ("healthy", state(noon_, noon_ - kHour));
    health_.items.alarm = "silent";
    health_.items.alarm_ms = noon_ - 3 * kHour;
    EXPECT_EQ("silent", state(noon_, noon_ - kHour));
    health_.items.last_item_ms = noon_ - 60'000;
    EXPECT_EQ("healthy", state(noon_, noon_ - kHour));
}

TEST_F(SourceHealthTest, TroubleIsBlockedAtOnceOrLateAfterAWhile) {
    health_.items.last_item_ms = noon_;
    health_.pull.trouble = "peer.login_refused";
    health_.pull.trouble_ms = noon_;
    EXPECT_EQ("blocked", state(noon_));
    health_.pull.trouble = "delivery.peer_unreachable";
    EXPECT_EQ("healthy", state(noon_ + kLateAfterMillis - 1));
    EXPECT_EQ("late", state(noon_ + kLateAfterMillis));
}

TEST_F(SourceHealthTest, APauseWinsAndADraftTakesNothing) {
    health_.pull.trouble = "peer.login_refused";
    health_.pause = {"uid:0", "moves", noon_};
    EXPECT_EQ("paused", state(noon_));
    EXPECT_EQ("uid:0: moves", health_.reason);
    manifest_.lifecycle = kit::Lifecycle::Draft;
    EXPECT_EQ("draft", state(noon_));
}

TEST_F(SourceHealthTest, ItemsInQuarantineDegradeByTheirShare) {
    health_.items.last_item_ms = noon_;
    health_.today.received = 100;
    health_.today.accepted = 95;
    health_.today.quarantined = 5;
    EXPECT_EQ("healthy", state(noon_));
    health_.today.accepted = 94;
    EXPECT_EQ("degraded", state(noon_));  // it does not balance
    health_.today.quarantined = 6;
    EXPECT_EQ("degraded", state(noon_));
    manifest_.health.quarantine_percent_max = 6;
    EXPECT_EQ("healthy", state(noon_));
}

TEST_F(SourceHealthTest, ItemsThatComeTooLongAfterTheirEventsAreLate) {
    health_.items.last_item_ms = noon_;
    health_.lag_s = 601;
    EXPECT_EQ("healthy", state(noon_)) << "no bound is set";
    manifest_.health.lag_s_max = 600;
    EXPECT_EQ("late", state(noon_));
    EXPECT_EQ("lag 601 s", health_.reason);
    EXPECT_TRUE(health_.trouble());
    health_.lag_s = 600;
    EXPECT_EQ("healthy", state(noon_));
    health_.lag_s = -1;
    EXPECT_EQ("healthy", state(noon_)) << "unknown is not late";
}

TEST_F(SourceHealthTest, APullThatEndedAtABoundIsBackfillingAndNoTrouble) {
    health_.items.last_item_ms = noon_;
    health_.pull.more = true;
    EXPECT_EQ("backfilling", state(noon_));
    EXPECT_FALSE(health_.trouble());
    EXPECT_STREQ("补取中", stateZh(health_.state));
    health_.pull.more = false;
    EXPECT_EQ("healthy", state(noon_));
}

/// Everything is wrong at once; each time one thing is mended the next state shows.
TEST_F(SourceHealthTest, OfSevenStatesTheFirstThatHoldsIsTold) {
    manifest_.health.lag_s_max = 600;
    health_.pause = {"uid:0", "moves", noon_};
    health_.pull.trouble = "peer.login_refused";
    health_.pull.trouble_ms = noon_;
    health_.pull.more = true;
    health_.lag_s = 601;
    health_.items.last_item_ms = noon_ - 3 * kHour;
    health_.today.received = health_.today.quarantined = 1;
    EXPECT_EQ("paused", state(noon_));
    health_.pause = {};
    EXPECT_EQ("blocked", state(noon_));
    health_.pull.trouble.clear();
    EXPECT_EQ("late", state(noon_));
    health_.lag_s = 600;
    EXPECT_EQ("silent", state(noon_));
    health_.items.last_item_ms = noon_;
    EXPECT_EQ("degraded", state(noon_));
    health_.today = {};
    EXPECT_EQ("backfilling", state(noon_));
    health_.pull.more = false;
    EXPECT_EQ("healthy", state(noon_));
}

/// From the ledger: a pushed source, which has no cursor and no file.
class PushedSourceHealthTest : public SourceTest {
protected:
    SourceHealth health() {
        return healthOf(*ledger_.store().snapshot().value(), adapter_.manifest(), {clock_.nowMillis(), 0, calendar_});
    }
    const ticket::Calendar calendar_;
};

TEST_F(PushedSourceHealthTest, IsLateByTheTimesOfItsEvents) {
    adapter_.changeManifest().health.lag_s_max = 2 * 3'600 - 1;
    const std::string at = base::formatRfc3339(clock_.nowMillis() - 2 * kHour);
    submitSigned(sign("media", lines({mediaAppeal("A-1", {{"event_time", at}, {"appeal_time", at}})})));
    EXPECT_EQ(2 * 3'600, health().lag_s);
    EXPECT_EQ("late", health().state);
    adapter_.changeManifest().health.lag_s_max = 2 * 3'600;
    EXPECT_EQ("healthy", health().state);
}

TEST_F(SourceHealthTest, ItemsAreNoticedByTheAccountAndANewDayBeginsAtNothing) {
    health_.items = {};
    health_.today.received = 3;
    EXPECT_TRUE(noteItems(health_, noon_));
    EXPECT_EQ(noon_, health_.items.last_item_ms);
    EXPECT_FALSE(noteItems(health_, noon_ + 1'000));
    health_.today.received = 1;
    EXPECT_TRUE(noteItems(health_, noon_ + 24 * kHour));
    EXPECT_EQ(noon_ + 24 * kHour, health_.items.last_item_ms);
}

}  // namespace
}  // namespace yht::intake
