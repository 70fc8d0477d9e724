#include "gateway/ticket/ticket_number.h"

#include <gtest/gtest.h>

#include "gateway/base/time_text.h"

using namespace yht;
using ticket::TicketNumber;

namespace {
const std::int32_t kDay = base::shanghaiDay(*base::parseRfc3339("2019-04-18T00:00:00+08:00"));
}

// The worked example of ISO 7064 for MOD 11,10: 0794 takes the check digit 5.
TEST(CheckDigit, Iso7064PublishedExample) {
    EXPECT_EQ('5', ticket::checkDigit("0794"));
}

TEST(CheckDigit, EverySingleWrongDigitIsFound) {
    const std::string right = "430200201904180000123";
    const char check = ticket::checkDigit(right);
    for (std::size_t i = 0; i < right.size(); ++i) {
        for (char digit = '0'; digit <= '9'; ++digit) {
            std::string wrong = right;
            wrong[i] = digit;
            EXPECT_EQ(wrong == right, check == ticket::checkDigit(wrong)) << i << digit;
        }
    }
}

TEST(TicketNumber, HasTheDocumentedForm) {
    const std::string text = ticket::formatTicketNumber({"430200", kDay, 123});
    EXPECT_EQ("430200-20190418-0000123-", text.substr(0, 24));
    EXPECT_EQ(std::string(1, ticket::checkDigit("430200201904180000123")), text.substr(24));
}

TEST(TicketNumber, ComesBackAsItWas) {
    for (const TicketNumber& number :
         {TicketNumber{"430200", kDay, 0},
          TicketNumber{"62A2ZZ", kDay + 4000, ticket::kSerialMax}}) {
        EXPECT_EQ(number, ticket::parseTicketNumber(ticket::formatTicketNumber(number)));
    }
}

TEST(TicketNumber, WrongFormDateOrCheckDigitIsRefused) {
    const std::string right = ticket::formatTicketNumber({"430200", kDay, 123});
    ASSERT_TRUE(ticket::parseTicketNumber(right));
    std::string wrong = right;
    wrong.back() = right.back() == '9' ? '0' : static_cast<char>(right.back() + 1);
    EXPECT_FALSE(ticket::parseTicketNumber(wrong));
    EXPECT_FALSE(ticket::parseTicketNumber(right.substr(0, 24)));
    EXPECT_FALSE(ticket::parseTicketNumber(right + "0"));
    EXPECT_FALSE(ticket::parseTicketNumber("43020a" + right.substr(6)));
    std::string no_day = "430200-20190230-0000123-";
    no_day += ticket::checkDigit("430200201902300000123");
    EXPECT_FALSE(ticket::parseTicketNumber(no_day));
    EXPECT_FALSE(ticket::parseTicketNumber(""));
}
