#include "gateway/ticket/phone_number.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yht::ticket {
namespace {

using testing::ElementsAre;

TEST(ComparedPhone, OneMobileNumberInEveryWriting) {
    for (const char* text : {"13812345678", "138 1234 5678", "138-1234-5678", "+86 138 1234 5678", "+8613812345678",
                             "008613812345678", "8613812345678", "013812345678", "(86)138-1234-5678", " 13812345678 ",
                             "13812345678-9021"}) {
        EXPECT_EQ("13812345678", comparedPhone(text)) << text;
    }
}

TEST(ComparedPhone, OneFixedLineInEveryWriting) {
    for (const char* text : {"0731-88881234", "(0731)88881234", "073188881234", "+86 731 8888 1234", "+86-731-88881234",
                             "73188881234", "0731-88881234-801", "+86 731 88881234-801"}) {
        EXPECT_EQ("073188881234", comparedPhone(text)) << text;
    }
    EXPECT_EQ("01088881234", comparedPhone("010-8888-1234"));
    EXPECT_EQ("01088881234", comparedPhone("+86 10 8888 1234"));
}

TEST(ComparedPhone, LocalAndShortNumbersStayThemselves) {
    EXPECT_EQ("88881234", comparedPhone("8888-1234"));
    EXPECT_EQ("12345", comparedPhone("12345"));
    EXPECT_EQ("4008001234", comparedPhone("400-800-1234"));
    EXPECT_NE(comparedPhone("0731-88881234"), comparedPhone("88881234"));
}

TEST(ComparedPhone, AnotherCountrysNumberIsNoneOfOurs) {
    EXPECT_EQ("+12125551234", comparedPhone("+1 (212) 555-1234"));
    EXPECT_EQ("+12125551234", comparedPhone("0012125551234"));
    EXPECT_NE(comparedPhone("+1 381 2345 678"), comparedPhone("13812345678"));
}

TEST(ComparedPhone, WhatIsNoNumberIsNothing) {
    for (const char* text : {"", " ", "000", "0000", "+86", "-", "12", "13812345678x", "１３８", "保密",
                             "123456789012345678901"}) {
        EXPECT_EQ("", comparedPhone(text)) << text;
    }
}

TEST(NamedPhones, AreTheCitizensAndTheAccusedsEachOnce) {
    Record appeal(Kind::Appeal);
    appeal.set(Field::caller_phone, "138 1234 5678");
    appeal.set(Field::contact_phone, "+8613812345678");
    appeal.set(Field::accused_phone, "0731-88881234");
    EXPECT_THAT(namedPhones(appeal), ElementsAre("073188881234", "13812345678"));

    Record result(Kind::Result);
    result.set(Field::handler_phone, "13900000001");
    result.set(Field::contact_phone, "000");
    EXPECT_THAT(namedPhones(result), ElementsAre());
}

}  // namespace
}  // namespace yht::ticket
