#include "adapters/kit/inbound/time_formats.h"

#include <gtest/gtest.h>

namespace yht::kit {
namespace {

std::string read(
    const std::vector<std::string>& formats, std::string_view text, ItemType type = ItemType::Text,
    const std::string& zone = "Asia/Shanghai"
) {
    const auto made = TimeFormats::parse(formats, zone);
    if (!made) return "wrong: " + made.error().detail;
    const auto time = made->read(text, type);
    return time ? base::formatRfc3339(*time) : "unreadable";
}

TEST(TimeFormatsTest, ALocalTimeWithoutZoneIsShanghais) {
    EXPECT_EQ(read({"%Y-%m-%d %H:%M:%S"}, "2019-04-18 08:12:30"), "2019-04-18T08:12:30.000+08:00");
    EXPECT_EQ(
        read({"%Y-%m-%d %H:%M:%S"}, "2019-04-18 00:12:30", ItemType::Text, "UTC"),
        "2019-04-18T08:12:30.000+08:00"
    );
}

TEST(TimeFormatsTest, OneColumnMayHoldSeveralFormats) {
    const std::vector<std::string> formats = {"%Y-%m-%d %H:%M:%S", "%Y年%m月%d日", "%y%m%d%H%M%S"};
    EXPECT_EQ(read(formats, "2019年4月8日"), "2019-04-08T00:00:00.000+08:00");
    EXPECT_EQ(read(formats, "190418081230"), "2019-04-18T08:12:30.000+08:00");
    EXPECT_EQ(read(formats, "昨天"), "unreadable");
}

TEST(TimeFormatsTest, PeopleTypeOneDigitButPackedDigitsAreTwo) {
    EXPECT_EQ(read({"%Y/%m/%d %H:%M"}, "2019/4/8 9:05"), "2019-04-08T09:05:00.000+08:00");
    EXPECT_EQ(read({"%Y%m%d"}, "201948"), "unreadable");
    EXPECT_EQ(read({"%Y-%m-%d"}, "2019-02-30"), "unreadable");
}

TEST(TimeFormatsTest, ASerialIsADateCellOrSaidToBeOne) {
    EXPECT_EQ(
        read({"%Y-%m-%d"}, "43573.354166666664", ItemType::Serial), "2019-04-18T08:30:00.000+08:00"
    );
    EXPECT_EQ(read({"%Y-%m-%d"}, "43573"), "unreadable");
    EXPECT_EQ(read({"excel"}, "43573"), "2019-04-18T00:00:00.000+08:00");
}

TEST(TimeFormatsTest, EpochsAndForeignForms) {
    EXPECT_EQ(read({"epoch_s"}, "1555546350"), "2019-04-18T08:12:30.000+08:00");
    EXPECT_EQ(read({"epoch_ms"}, "1555546350120"), "2019-04-18T08:12:30.120+08:00");
    EXPECT_EQ(read({"epoch_s"}, "1555546350120"), "2019-04-18T08:12:30.120+08:00");
    // A chrono year has sixteen bits: what lies far beyond would come round.
    for (const char* far : {"253402300800000", "2069694150350120", "9223372036854775807", "-9223372036854775808"}) {
        EXPECT_EQ(read({"epoch_ms"}, far), "unreadable") << far;
        EXPECT_EQ(read({"epoch_s"}, far), "unreadable") << far;
    }
    EXPECT_EQ(
        read({"%a %b %d %H:%M:%S %z %Y"}, "Mon Jul 16 18:09:20 +0800 2012"),
        "2012-07-16T18:09:20.000+08:00"
    );
    EXPECT_EQ(
        read({"%Y-%m-%d %H:%M:%S.%L"}, "2019-04-18 08:12:30.123456"),
        "2019-04-18T08:12:30.123+08:00"
    );
}

TEST(TimeFormatsTest, AFormatWithoutYearOrWithAnUnknownDirectiveIsRefused) {
    EXPECT_EQ(read({"%H:%M"}, "").substr(0, 6), "wrong:");
    EXPECT_EQ(read({"%Y-%q"}, "").substr(0, 6), "wrong:");
    EXPECT_EQ(read({}, "", ItemType::Text, "Beijing").substr(0, 6), "wrong:");
}

}  // namespace
}  // namespace yht::kit
