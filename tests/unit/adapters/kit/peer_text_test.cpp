#include "adapters/kit/peer_text.h"

#include <gtest/gtest.h>

namespace yht::kit {
namespace {

TEST(PeerTextTest, CodesAndPointersStayAsTheyAre) {
    for (const char* text :
         {"2003", "E102", "not_in_list", "/category_path/0", "a.b:c-d", "SQBT", "123456"})
        EXPECT_EQ(peerToken(text), text);
}

TEST(PeerTextTest, WhatMovesATerminalOrBreaksALineIsReplaced) {
    EXPECT_EQ(peerToken("E1\x1b[31m\r\nE2\x7f"), "E1?[31m??E2?");
    EXPECT_EQ(peerToken("\xc2\x9b" "31m"), "?31m");
    EXPECT_EQ(peerToken("a b\"c{d}=e\\"), "a?b?c?d??e?");
}

TEST(PeerTextTest, DigitsThatMayBeAPhoneOrAnIdentityAreMasked) {
    EXPECT_EQ(peerToken("phone:19900000001"), "phone:***********");
    EXPECT_EQ(peerToken("1234567"), "*******");
    EXPECT_EQ(peerToken("430211199001010017/123456"), "******************/123456");
}

TEST(PeerTextTest, WordsOfAPersonAreReplacedCharacterByCharacter) {
    EXPECT_EQ(peerToken("张先生 x"), "????x");
}

TEST(PeerTextTest, TheLengthIsBounded) {
    EXPECT_EQ(peerToken(std::string(5000, 'x')).size(), kPeerCodeCharactersMax);
    EXPECT_EQ(peerToken(std::string(5000, 'x'), 7), "xxxxxxx");
    // Cut digits are masked by what is left of them, never shown because of the cut.
    EXPECT_EQ(peerToken("199000000012345", 9), "*********");
}

TEST(PeerTextTest, ANumberStaysOrIsNone) {
    EXPECT_EQ(peerNumber("XS2019041800000042"), "XS2019041800000042");
    EXPECT_EQ(peerNumber("株12345〔2019〕42号"), "株12345〔2019〕42号");
    EXPECT_EQ(peerNumber(std::string(65, '1')), "");
    EXPECT_EQ(peerNumber("A\x1b[2J"), "");
    EXPECT_EQ(peerNumber("A\n1"), "");
    EXPECT_EQ(peerNumber("\xff"), "");
}

}  // namespace
}  // namespace yht::kit
