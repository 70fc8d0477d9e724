// The gateway ends at the points of a record's life: between write and sync, commit and answer, mark in flight and send,
// the far side's answer and its settlement. The labels come from outside (shim.c); the gateway has no hooks for tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/faults/fault_runs.h"

namespace yht::scenarios {
namespace {

using testing::IsEmpty;

class Points : public testing::Test {
protected:
    /// The label of a point: "write" of "write:12".
    static std::string label(const std::string& point) { return point.substr(0, point.find(':')); }
    /// YHT_POINTS_ALL=1: before and after every one of them. Else the last of each label, which is beyond start and handshakes.
    std::vector<std::string> moments() const {
        std::vector<std::string> chosen = points;
        if (setting("YHT_POINTS_ALL", 0) == 0) {
            std::map<std::string, std::string> last;
            for (const auto& point : points) last[label(point)] = point;
            chosen.clear();
            for (const auto& [name, point] : last) chosen.push_back(point);
        }
        std::vector<std::string> moments;
        for (const auto& point : chosen) {
            moments.push_back(point + ":before");
            // Bytes that were read are known or are not.
            if (label(point) != "ask" && label(point) != "hear") moments.push_back(point + ":after");
        }
        return moments;
    }

    Federation federation;
    const std::vector<std::string> points = pointsOfALife();
};

TEST_F(Points, ARecordsLifeHasAllOfThem) {
    std::map<std::string, int> counts;
    for (const auto& point : points) ++counts[label(point)];
    for (const char* name : {"write", "sync", "ask", "answer", "send", "hear"}) EXPECT_GT(counts[name], 0) << name;
    // Record, mark in flight, outcome: a commit each.
    EXPECT_GE(counts["sync"], 3);
    // No answer is written between a record's commit and its sync: the last answer comes after a sync that is
    // after the last byte of the question.
    const auto last = [&](const char* name) {
        return std::find_if(points.rbegin(), points.rend(), [&](const auto& point) { return label(point) == name; });
    };
    const auto answer = last("answer");
    ASSERT_NE(points.rend(), answer);
    const auto asked = std::find_if(answer, points.rend(), [](const auto& point) { return label(point) == "ask"; });
    EXPECT_TRUE(std::any_of(answer, asked, [](const auto& point) { return label(point) == "sync"; }));
}

TEST_F(Points, EachMayBeTheLastOfAGateway) {
    federation.startProvince();
    EXPECT_THAT(endsAt(federation, End::Kill, moments()), IsEmpty());
}

TEST_F(Points, AtEachThePowerMayFail) {
    federation.startProvince();
    EXPECT_THAT(endsAt(federation, End::PowerFailure, moments()), IsEmpty());
}

}  // namespace
}  // namespace yht::scenarios
