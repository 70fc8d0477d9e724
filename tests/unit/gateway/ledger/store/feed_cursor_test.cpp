#include "gateway/ledger/store/feed_cursor.h"

#include <gtest/gtest.h>

namespace yht::ledger {
namespace {

const std::vector<Epoch> kFirst = {{1, 0, "a/1", 0, 0}};
// The third was lost with a restore of its own.
const std::vector<Epoch> kLater = {
    {1, 0, "a/1", 0, 0}, {2, 100, "a/2", 0, 0}, {4, 150, "a/4", 0, 0}};

std::string read(const std::vector<Epoch>& epochs, const std::string& text, Seq last = 200) {
    const auto seq = readFeedCursor(epochs, text, last);
    return seq.ok() ? std::to_string(*seq) : seq.error().row().wire;
}

TEST(FeedCursorTest, FirstEpochIsAPlainNumber) {
    EXPECT_EQ("17", feedCursor(kFirst, 17));
    EXPECT_EQ("17", read(kFirst, "17"));
    EXPECT_EQ("0", read(kFirst, "0"));
}

TEST(FeedCursorTest, LaterOnesCarryTheirEpoch) {
    EXPECT_EQ("4.170", feedCursor(kLater, 170));
    EXPECT_EQ("170", read(kLater, "4.170"));
}

TEST(FeedCursorTest, PlaceOfALostEntryLeadsBackToTheRestoredEnd) {
    EXPECT_EQ("100", read(kLater, "180"));
    EXPECT_EQ("80", read(kLater, "80"));
    EXPECT_EQ("150", read(kLater, "2.199"));
    EXPECT_EQ("120", read(kLater, "2.120"));
    EXPECT_EQ("150", read(kLater, "3.9999"));
}

TEST(SentNumberTest, IsNeverOfTwoEntriesAndGrows) {
    EXPECT_EQ(0U, formerNumbers(kFirst, 9'999));
    EXPECT_EQ(0U, formerNumbers(kLater, 100));                        // restored: as it was sent
    EXPECT_EQ(1 * kSentNumbersOfEpoch, formerNumbers(kLater, 101));  // the number of a lost one, here
    EXPECT_EQ(1 * kSentNumbersOfEpoch, formerNumbers(kLater, 150));
    EXPECT_EQ(3 * kSentNumbersOfEpoch, formerNumbers(kLater, 151));  // past those of the epoch that was lost
}

TEST(FeedCursorTest, RefusesWhatIsNoPlaceHere) {
    for (const char* text :
         {"", "x", "1.", ".5", "4.x", "5.1", "0.1", "4.201", "-1", "1.2.3", " 1"}) {
        EXPECT_EQ("request.parameter_invalid", read(kLater, text)) << text;
    }
    EXPECT_EQ("request.parameter_invalid", read(kFirst, "201"));
}

}  // namespace
}  // namespace yht::ledger
