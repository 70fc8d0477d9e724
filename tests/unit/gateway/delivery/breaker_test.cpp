#include "gateway/delivery/breaker.h"

#include <gtest/gtest.h>

namespace yht::delivery {
namespace {

class BreakerTest : public testing::Test {
protected:
    void fail(std::uint32_t times) {
        for (std::uint32_t i = 0; i < times; ++i) breaker.failure();
    }
    void open() { fail(kBreakerFailures); }

    base::ManualClock clock{1'555'516'800'000};
    base::SeededRandom random{7};
    Breaker breaker{clock, random};
};

TEST_F(BreakerTest, FewFailuresLeaveItClosed) {
    fail(kBreakerFailures - 1);
    EXPECT_EQ(Gate::Go, breaker.ask());
}

TEST_F(BreakerTest, ATripOpensItAtOnceAndAFailedProbeForLonger) {
    breaker.trip();
    EXPECT_EQ(BreakerState::Open, breaker.state());
    EXPECT_EQ(Gate::Wait, breaker.ask());
    clock.advance(kBreakerOpenFirstMillis);
    EXPECT_EQ(Gate::Probe, breaker.ask());
    breaker.trip();
    EXPECT_EQ(Gate::Wait, breaker.ask());
    clock.advance(kBreakerOpenFirstMillis / 2 - 1);
    EXPECT_EQ(Gate::Wait, breaker.ask());
    clock.advance(2 * kBreakerOpenFirstMillis);
    EXPECT_EQ(Gate::Probe, breaker.ask());
}

TEST_F(BreakerTest, ASuccessForgetsEarlierFailures) {
    fail(kBreakerFailures - 1);
    breaker.success();
    fail(kBreakerFailures - 1);
    EXPECT_EQ(Gate::Go, breaker.ask());
}

TEST_F(BreakerTest, OpensAndLetsOneProbeThrough) {
    open();
    EXPECT_EQ(Gate::Wait, breaker.ask());
    clock.advance(kBreakerOpenFirstMillis);
    EXPECT_EQ(Gate::Probe, breaker.ask());
    EXPECT_EQ(Gate::Wait, breaker.ask());
    breaker.success();
    EXPECT_EQ(Gate::Go, breaker.ask());
}

TEST_F(BreakerTest, AFailedProbeOpensItForLonger) {
    open();
    clock.advance(kBreakerOpenFirstMillis);
    ASSERT_EQ(Gate::Probe, breaker.ask());
    breaker.failure();
    clock.advance(
        kBreakerOpenFirstMillis - 1
    );  // the second time is at least the first's full length
    EXPECT_EQ(Gate::Wait, breaker.ask());
    clock.advance(kBreakerOpenFirstMillis + 1);
    EXPECT_EQ(Gate::Probe, breaker.ask());
}

TEST_F(BreakerTest, NeverWaitsLongerThanItsBound) {
    open();
    for (int i = 0; i < 100; ++i) {
        clock.advance(kBreakerOpenMillisMax);
        ASSERT_EQ(Gate::Probe, breaker.ask()) << i;
        breaker.failure();
    }
}

TEST_F(BreakerTest, AWithdrawnProbeIsHandedOutAgain) {
    open();
    clock.advance(kBreakerOpenFirstMillis);
    ASSERT_EQ(Gate::Probe, breaker.ask());
    breaker.withdrawProbe();
    EXPECT_EQ(Gate::Probe, breaker.ask());
}

TEST_F(BreakerTest, APauseIsKeptToTheMillisecondAndBounded) {
    breaker.pauseFor(30'000);
    clock.advance(29'999);
    EXPECT_EQ(Gate::Wait, breaker.ask());
    clock.advance(1);
    EXPECT_EQ(Gate::Go, breaker.ask());
    breaker.pauseFor(kPauseMillisMax * 100);
    clock.advance(kPauseMillisMax);
    EXPECT_EQ(Gate::Go, breaker.ask());
}

TEST_F(BreakerTest, AMaintenanceWindowHoldsBackProbesToo) {
    open();
    breaker.setMaintenance({{.from_ms = clock.nowMillis(), .to_ms = clock.nowMillis() + 3'600'000}}
    );
    clock.advance(3'599'999);
    EXPECT_EQ(Gate::Wait, breaker.ask());
    EXPECT_TRUE(breaker.inMaintenance());
    clock.advance(1);
    EXPECT_EQ(Gate::Probe, breaker.ask());
}

TEST_F(BreakerTest, OfWindowsThatHoldATimeTheLastEndCounts) {
    const std::vector<MaintenanceWindow> windows{{100, 200}, {150, 300}, {400, 500}};
    EXPECT_EQ(0, maintenanceEnd(windows, 99));
    EXPECT_EQ(200, maintenanceEnd(windows, 100));
    EXPECT_EQ(300, maintenanceEnd(windows, 199));
    EXPECT_EQ(0, maintenanceEnd(windows, 300)) << "the end is no part of it";
    EXPECT_EQ(500, maintenanceEnd(windows, 499));
}

TEST_F(BreakerTest, BackOffDoublesUpToItsBoundWithinItsJitter) {
    for (std::uint32_t attempt = 1; attempt <= 40; ++attempt) {
        const std::int64_t full_ms =
            attempt > 9 ? 300'000 : std::min<std::int64_t>(1000LL << (attempt - 1), 300'000);
        const auto wait_ms = backOffMillis(attempt, 1'000, 300'000, random);
        EXPECT_GE(wait_ms, full_ms / 2) << attempt;
        EXPECT_LE(wait_ms, full_ms) << attempt;
    }
}

}  // namespace
}  // namespace yht::delivery
