#include "adapters/kit/inbound/typed_values.h"

#include <gtest/gtest.h>

namespace yht::kit {
namespace {

/// The text, or the error's code in angle brackets.
std::string shown(const Typed& typed) {
    return typed.error
               ? "<" +
                     std::string(mappingErrorTable()[static_cast<std::size_t>(*typed.error)].code) +
                     ">"
               : typed.text;
}

TEST(TypedValuesTest, EighteenDigitsAndLeadingZerosSurvive) {
    EXPECT_EQ(shown(readReference("430200201904180001", ItemType::Number)), "430200201904180001");
    EXPECT_EQ(shown(readReference("007", ItemType::Text)), "007");
}

TEST(TypedValuesTest, ANumberThatASpreadsheetRoundedIsNoNumberAnyMore) {
    EXPECT_EQ(shown(readReference("4.30203E+17", ItemType::Text)), "<number_damaged>");
    EXPECT_EQ(shown(readReference("4.3e17", ItemType::Number)), "<number_damaged>");
    EXPECT_EQ(shown(readReference("12E4", ItemType::Text)), "12E4");
    EXPECT_EQ(shown(readPhone("1.39E+10")), "<number_damaged>");
}

TEST(TypedValuesTest, PhonesComeInOneForm) {
    EXPECT_EQ(shown(readPhone("+86 138 7654 3210")), "13876543210");
    EXPECT_EQ(shown(readPhone("86-13876543210")), "13876543210");
    EXPECT_EQ(shown(readPhone("１３８７６５４３２１０")), "13876543210");
    EXPECT_EQ(shown(readPhone("073122220001")), "0731-22220001");
    EXPECT_EQ(shown(readPhone("(0731)2222-0001转8001")), "0731-22220001-8001");
    EXPECT_EQ(shown(readPhone("010-12345678-12")), "010-12345678-12");
    EXPECT_EQ(shown(readPhone("110")), "110");
    EXPECT_EQ(shown(readPhone("不详")), "<phone_invalid>");
    EXPECT_EQ(shown(readPhone("12")), "<phone_invalid>");
}

TEST(TypedValuesTest, AnIdentityNumberHasItsCheckCharacter) {
    EXPECT_EQ(shown(readIdNumber("11010519491231002x", ItemType::Text)), "11010519491231002X");
    EXPECT_EQ(shown(readIdNumber("110105194912310021", ItemType::Text)), "<id_number_invalid>");
    EXPECT_EQ(shown(readIdNumber("1.10105E+17", ItemType::Number)), "<number_damaged>");
    EXPECT_EQ(shown(readIdNumber("E12345678", ItemType::Text)), "E12345678");
}

TEST(TypedValuesTest, WhatIsLongerThanAnyValueIsRefusedUnread) {
    const auto padded = [](const std::string& value, std::size_t bytes) {
        return std::string(bytes - value.size(), ' ') + value;
    };
    EXPECT_EQ(shown(readPhone(padded("13876543210", 128))), "13876543210");
    EXPECT_EQ(shown(readPhone(padded("13876543210", 129))), "<phone_invalid>");
    const std::string id = "11010519491231002X";
    EXPECT_EQ(shown(readIdNumber(padded(id, 128), ItemType::Text)), id);
    EXPECT_EQ(shown(readIdNumber(padded(id, 129), ItemType::Text)), "<too_long>");
    EXPECT_EQ(shown(readDigest(std::string(128, 'A'))), std::string(128, 'a'));
    EXPECT_EQ(shown(readDigest(std::string(129, 'A'))), "<too_long>");
    EXPECT_EQ(shown(readMoney(padded("5", 64))), "5");
    EXPECT_EQ(shown(readMoney(padded("5", 65))), "<money_invalid>");
}

TEST(TypedValuesTest, DashesOfAllKindsAreDashes) {
    EXPECT_EQ(shown(readPhone("0731—2222–0001－8001")), "0731-22220001-8001");
    EXPECT_EQ(shown(readPhone("——0731——22220001")), "0731-22220001");
}

TEST(TypedValuesTest, MoneyIsYuan) {
    EXPECT_EQ(shown(readMoney("¥1,280.50元")), "1280.50");
    EXPECT_EQ(shown(readMoney("0.128万元")), "1280");
    EXPECT_EQ(shown(readMoney("1.23456万")), "12345.6");
    EXPECT_EQ(shown(readMoney("若干")), "<money_invalid>");
    EXPECT_EQ(shown(readMoney("-5")), "<money_invalid>");
}

TEST(TypedValuesTest, NumbersAreWrittenPlainly) {
    EXPECT_EQ(shown(readInteger("007")), "7");
    EXPECT_EQ(shown(readInteger("3.0")), "3");
    EXPECT_EQ(shown(readInteger("3.5")), "<integer_invalid>");
    EXPECT_EQ(shown(readInteger("000")), "0");
    EXPECT_EQ(shown(readDecimal("+.50")), "0.50");
    EXPECT_EQ(shown(readDecimal("1e5")), "<decimal_invalid>");
    EXPECT_EQ(shown(readDegrees("113.15", 180)), "113.15");
    EXPECT_EQ(shown(readDegrees("113.15", 90)), "<out_of_range>");
}

TEST(TypedValuesTest, RegionsHaveSixNineOrTwelveCharacters) {
    EXPECT_EQ(shown(readRegion("43")), "430000");
    EXPECT_EQ(shown(readRegion("430211000000")), "430211000000");
    EXPECT_EQ(shown(readRegion("天元区")), "<region_unknown>");
}

TEST(TypedValuesTest, FlagsAreOnlyWhatIsDeclared) {
    const auto words = FlagWords::usual();
    EXPECT_EQ(shown(words.read("是")), "true");
    EXPECT_EQ(shown(words.read("0")), "false");
    EXPECT_EQ(shown(words.read("2")), "<flag_unknown>");
}

}  // namespace
}  // namespace yht::kit
