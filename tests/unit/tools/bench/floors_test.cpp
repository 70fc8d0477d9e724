#include "tools/bench/floors.h"

#include <gtest/gtest.h>

#include <sstream>

#include "gateway/json/json.h"

namespace yht::bench {
namespace {

Report single(double rate) {
    Report report("single");
    report.add("single posts, closed loop: records taken", "/s", rate);
    report.add("single posts, closed loop: gateway CPU a record", "us", 400);
    report.add("single posts, closed loop: CPU used by others", "% of the machine", 2);
    report.add("gateway memory, peak RSS", "MB", rate / 100);
    return report;
}

std::string lineOf(const Floors& floors, const std::string& what) {
    std::ostringstream out;
    floors.print(out);
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);)
        if (line.find(what) != std::string::npos) return line;
    return "";
}

TEST(Floors, ALineHasFloorTargetMedianRangeCpuAndOthers) {
    Floors floors;
    auto& report = floors.reports.try_emplace("single", "single").first->second;
    for (const double rate : {3000.0, 5000.0, 4000.0}) report.take(single(rate));
    EXPECT_EQ(
        "| single posts, 64 connections, closed loop | ≥ 3500/s | 4500/s | 4000 [3000 .. 5000]/s | 400 us | 2 % of "
        "the machine |",
        lineOf(floors, "closed loop")
    );
    EXPECT_EQ(
        "| gateway memory, greatest peak RSS | < 200 MB | | 50.0 MB | | |",
        lineOf(floors, "peak RSS")
    );
}

TEST(Floors, WhatWasNotMeasuredIsADash) {
    Floors floors;
    floors.notes.push_back("arrays not valid: an answer was wrong");
    EXPECT_NE(std::string::npos, lineOf(floors, "arrays of 100, 16").find("| – | – | – |"));
    EXPECT_EQ("note: arrays not valid: an answer was wrong", lineOf(floors, "not valid"));
}

TEST(Floors, AsJsonEveryReportIsThere) {
    Floors floors;
    std::ostringstream none;
    floors.printJson(none);
    EXPECT_TRUE(json::parse(none.str()).ok());
    floors.reports.try_emplace("a", "a");
    floors.reports.try_emplace("b", "b");
    std::ostringstream out;
    floors.printJson(out);
    const auto parsed = json::parse(out.str());
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(2U, parsed->Size());
}

}  // namespace
}  // namespace yht::bench
