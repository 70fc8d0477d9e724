#include "adapters/kit/inbound/draft.h"

#include <gmock/gmock.h>

namespace yht::kit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kGrid =
    "<?xml version='1.0' encoding='UTF-8'?><Root><Head><Sender>GRID</Sender></Head><Body><Cases>"
    "<Case><TaskID>430200201904180001</TaskID><Title>井盖松动</Title><NewThing>x</NewThing></Case>"
    "<Case><TaskID>430200201904180002</TaskID><Title>路灯不亮</Title></Case></Cases></Body></Root>";

TEST(DraftTest, TheRepeatedElementOfAnXmlMessageIsFound) {
    const auto draft = draftSource({"zz-grid", "网格", "zz-grid", false}, "grid.xml", kGrid);
    ASSERT_TRUE(draft) << draft.error().detail;
    EXPECT_THAT(draft->product_files.at("product.yaml"), HasSubstr("items: \"Body/Cases/Case\""));
    EXPECT_THAT(draft->product_files.at("mapping.yaml"), HasSubstr("record_ref: \"TaskID\""));
    EXPECT_THAT(draft->unread, Contains("NewThing"));
}

TEST(DraftTest, AnXmlMessageWithoutARepeatedElementIsOneItem) {
    const auto draft = draftSource(
        {"zz-grid", "网格", "zz-grid", false}, "one.xml", "<Case><TaskID>1</TaskID></Case>"
    );
    ASSERT_TRUE(draft) << draft.error().detail;
    EXPECT_THAT(draft->product_files.at("product.yaml"), Not(HasSubstr("items:")));
    EXPECT_THAT(draft->product_files.at("mapping.yaml"), HasSubstr("record_ref: \"TaskID\""));
}

TEST(DraftTest, AFileThatNoFormatReadsIsToldWithWhatWouldDo) {
    const auto draft = draftSource({"s", "t", "s", false}, "scan.pdf", "x");
    ASSERT_FALSE(draft);
    EXPECT_THAT(draft.error().detail, HasSubstr("xml"));
}

TEST(DraftTest, NamesThatNobodyKnowsAreGuessedByTheirValues) {
    const auto draft = draftSource({"s", "t", "s", false}, "day.xml",
        "<J><AJ><AJBH>RZWG202611240001</AJBH><SBSJ>2026年11月24日 14时19分</SBSJ><SBDH>19900000001</SBDH><JD>119.428485</JD><WD>35.460390</WD>"
        "<LCS><LC XH='1'/></LCS></AJ><AJ><AJBH>RZWG202611240002</AJBH><SBSJ>2026年11月24日 15时19分</SBSJ><SBDH>19900000002</SBDH>"
        "<JD>119.428486</JD><WD>35.460391</WD><LCS><LC XH='1'/><LC XH='2'/></LCS></AJ></J>");
    ASSERT_TRUE(draft) << draft.error().detail;
    const auto& mapping = draft->product_files.at("mapping.yaml");
    for (const char* row : {"record_ref: \"AJBH\"", "event_time: \"SBSJ\"", "contact_phone: \"SBDH\"", "longitude: \"JD\"", "latitude: \"WD\""})
        EXPECT_THAT(mapping, HasSubstr(row));
    EXPECT_THAT(draft->product_files.at("product.yaml"), HasSubstr("array_paths: [\"LCS/LC\"]"));
    EXPECT_THAT(draft->unread, Contains("LCS/LC/*/@XH"));
    EXPECT_THAT(draft->unread, Not(Contains("LCS/LC/@XH")));
}

TEST(DraftTest, TextThatIsNoTableIsToldByItsEnding) {
    const auto draft = draftSource({"s", "t", "s", false}, "explanation.txt", "a\n\"b");
    ASSERT_FALSE(draft);
    EXPECT_THAT(draft.error().detail, HasSubstr("explanation.txt read as csv"));
}

}  // namespace
}  // namespace yht::kit
