#include "gateway/base/error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace yht::base {
namespace {

TEST(ErrorTable, WireStringsAreUniqueAndFoundAgain) {
    std::set<std::string> seen;
    for (const auto& row : errorTable()) {
        EXPECT_TRUE(seen.insert(row.wire).second) << row.wire;
        EXPECT_EQ(row.code, findErrorCode(row.wire));
    }
    EXPECT_FALSE(findErrorCode("no.such_code"));
}

TEST(ErrorTable, EveryRowSpeaksBothLanguagesAndHasAnErrorStatus) {
    for (const auto& row : errorTable()) {
        EXPECT_GE(row.http_status, 400) << row.wire;
        EXPECT_LE(row.http_status, 599) << row.wire;
        EXPECT_NE('\0', *row.en) << row.wire;
        const std::string zh = row.zh;
        EXPECT_TRUE(std::any_of(zh.begin(), zh.end(), [](unsigned char c) { return c > 0x7F; }))
            << row.wire << " has no Chinese text";
    }
}

TEST(ErrorTable, FaultFollowsTheStatus) {
    for (const auto& row : errorTable()) {
        if (std::string(row.wire).rfind("delivery.", 0) == 0) continue;  // never answered to a caller
        if (row.code == ErrorCode::RevocationUnchecked) continue;  // the peer is refused, though it is we who can't tell
        EXPECT_EQ(row.http_status >= 500 || row.http_status == 410, row.fault == Fault::Receiver) << row.wire;
    }
}

TEST(Error, DescribeListsEveryField) {
    Error error = makeError(ErrorCode::RecordInvalid, "two errors");
    error.fields = {{"/title", "missing", "", "title is missing", "缺少标题"}, {"", "x", "", "y", "z"}};
    const auto text = describe(error);
    EXPECT_NE(std::string::npos, text.find("record.invalid"));
    EXPECT_NE(std::string::npos, text.find("/title: missing"));
    EXPECT_NE(std::string::npos, text.find("two errors"));
}

}  // namespace
}  // namespace yht::base
