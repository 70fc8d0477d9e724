#include "adapters/kit/pull/kept_cursor.h"

#include <gtest/gtest.h>

namespace yht::kit {
namespace {

TEST(KeptCursorTest, IsReadAsItWasWritten) {
    KeptCursor cursor{.at = "2019-04-18 10:21:00", .tie = "\"77\""};
    for (int round = 0; round < 2; ++round) {
        const auto text = encodeCursor(cursor);
        ASSERT_TRUE(text.ok());
        EXPECT_EQ(cursor, decodeCursor(*text).value()) << *text;
        cursor.from = cursor.until = cursor.seen = cursor.at;
        cursor.next = cursor.seen_tie = "n";
        cursor.page = 3;
    }
    EXPECT_EQ(KeptCursor{}, decodeCursor("").value());
    EXPECT_EQ(base::ErrorCode::PeerAnswerInvalid, decodeCursor("2019").error().code);
}

/// Whose texts they are: a page's link, the greatest time that was seen, what breaks its ties.
TEST(KeptCursorTest, IsBoundedAsAWhole) {
    const std::size_t around = encodeCursor({.tie = "n", .next = "n"}).value().size() - 1;
    KeptCursor cursor{.tie = "n", .next = std::string(kCursorBytesMax - around, 'n')};
    EXPECT_EQ(kCursorBytesMax, encodeCursor(cursor).value().size());
    cursor.tie += 'n';
    const auto more = encodeCursor(cursor);
    ASSERT_FALSE(more.ok());
    EXPECT_EQ(base::ErrorCode::PeerAnswerInvalid, more.error().code);
}

}  // namespace
}  // namespace yht::kit
