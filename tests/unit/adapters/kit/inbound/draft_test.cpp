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

}  // namespace
}  // namespace yht::kit
