// The gateway ends at the points of a record's life: between write and sync, commit and answer, mark in flight and send,
// the far side's answer and its settlement. The labels come from outside (shim.c); the gateway has no hooks for tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/faults/fault_runs.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using testing::IsEmpty;

/// Of one record on its way to the province, from a federation of its own.
std::vector<std::string> pointsOfARecord() {
    Federation federation;
    federation.startProvince();
    return pointsOf(federation, {"/ledger.db", federation.gatewayPort(), federation.provincePort()}, [&](PartnerClient& client) {
        EXPECT_EQ(201, client.post("/v1/records", appeal("zz-12315", "zz-12315-traced")).status);
        federation.waitUntilUploaded(1);
    });
}

class Points : public testing::Test {
protected:
    Federation federation;
    const std::vector<std::string> points = pointsOfARecord();
};

TEST_F(Points, ARecordsLifeHasAllOfThem) {
    std::map<std::string, int> counts;
    for (const auto& point : points) ++counts[labelOf(point)];
    for (const char* name : {"write", "sync", "ask", "answer", "send", "hear"}) EXPECT_GT(counts[name], 0) << name;
    // Record, mark in flight, outcome: a commit each.
    EXPECT_GE(counts["sync"], 3);
    // No answer is written between a record's commit and its sync: the last answer comes after a sync that is
    // after the last byte of the question.
    const auto last = [&](const char* name) {
        return std::find_if(points.rbegin(), points.rend(), [&](const auto& point) { return labelOf(point) == name; });
    };
    const auto answer = last("answer");
    ASSERT_NE(points.rend(), answer);
    const auto asked = std::find_if(answer, points.rend(), [](const auto& point) { return labelOf(point) == "ask"; });
    EXPECT_TRUE(std::any_of(answer, asked, [](const auto& point) { return labelOf(point) == "sync"; }));
}

TEST_F(Points, EachMayBeTheLastOfAGateway) {
    federation.startProvince();
    EXPECT_THAT(endsAt(federation, End::Kill, momentsOf(points)), IsEmpty());
}

TEST_F(Points, AtEachThePowerMayFail) {
    federation.startProvince();
    EXPECT_THAT(endsAt(federation, End::PowerFailure, momentsOf(points)), IsEmpty());
}

}  // namespace
}  // namespace yht::scenarios
