#include "tools/partner-sim/flood.h"

#include <gtest/gtest.h>

#include <set>

#include "gateway/json/json.h"
#include "gateway/ticket/record_json.h"

namespace yht {
namespace {

const partner_sim::FloodOptions kSeven{.seed = 7, .source = "zz-12315"};

TEST(Flood, TheSameSeedGivesTheSameRecords) {
    EXPECT_EQ(partner_sim::floodRecord(kSeven, 42), partner_sim::floodRecord(kSeven, 42));
    EXPECT_NE(
        partner_sim::floodRecord(kSeven, 42),
        partner_sim::floodRecord({.seed = 8, .source = "zz-12315"}, 42)
    );
}

TEST(Flood, EveryRecordIsValidDiffersAndHasAboutTwoKilobytes) {
    std::set<std::string> contents;
    for (std::uint64_t index = 0; index < 500; ++index) {
        const std::string text = partner_sim::floodRecord(kSeven, index);
        const auto record = ticket::readRecord(*json::parse(text));
        ASSERT_TRUE(record.ok()) << base::describe(record.error()) << text;
        EXPECT_GT(text.size(), 1900u);
        EXPECT_LT(text.size(), 2500u);
        EXPECT_TRUE(contents.insert(text).second);
    }
}

}  // namespace
}  // namespace yht
