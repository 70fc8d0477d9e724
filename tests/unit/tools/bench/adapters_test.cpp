// A small run of the adapters alone: every item of every format becomes a record, and the rows are there. Rates are no test.
#include <gtest/gtest.h>

#include <algorithm>

#include "tools/bench/scenarios.h"

namespace yht::bench {
namespace {

TEST(AdaptersBench, EveryFormatIsMeasuredAndEveryItemCounts) {
    Options options;
    options.runs = 1;
    options.requests = 200;
    options.workbook_mb = 1;
    options.progress = false;
    const auto report = measureAdapters(options);  // throws Invalid where an item becomes no record
    for (const char* name : {"table mapping, JSON", "table mapping, CSV in GBK", "with a Lua function, JSON", "xlsx by its XML", "xlsx by its XML, memory beyond the message",
                             "xlsx by its file", "xlsx by its file, memory beyond the message"}) {
        const auto row = std::find_if(report.rows().begin(), report.rows().end(), [&](const Row& each) { return each.name == name; });
        ASSERT_NE(report.rows().end(), row) << name;
        EXPECT_GE(row->median(), 0) << name;
    }
}

}  // namespace
}  // namespace yht::bench
