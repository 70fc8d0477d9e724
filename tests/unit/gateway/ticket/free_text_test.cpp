// withoutTellingForms(): one form a line, what it becomes last.
#include <gtest/gtest.h>

#include "gateway/ticket/free_text.h"

namespace yht::ticket {
namespace {

struct Text {
    const char *text, *without;
};

TEST(FreeText, LosesWhatTellsBySomebodysForm) {
    for (const auto& [text, without] : std::initializer_list<Text>{
             {"电话19900000001。", "电话****。"},
             {"0731-2270 0001转8", "****转8"},
             {"证件11010519491231002X,卡6222 0202 0000 0701", "证件****,卡****"},
             {"１９９００００００１６", "****"},
             {"１９９0000００１６或", "****或"},
             {"致信mark01.person+a@citizen.example。", "致信****。"},
             {"a@b.cn,c@d.cn", "****,****"},
             {"车牌湘B12345", "车牌湘****"},
             {"湘B·1234D停在湘江边", "湘****停在湘江边"},
             {"新能源湘BD12345。", "新能源湘****。"},
             {"湘b12345", "湘****"}}) {
        EXPECT_EQ(without, withoutTellingForms(text)) << text;
        EXPECT_EQ(without, withoutTellingForms(without)) << "twice";
    }
}

TEST(FreeText, KeepsWhatTellsOfNobody) {
    for (const char* text : {"12345热线、12315、110", "3天共123456元", "@某人", "a@b", "湘江北路", "京A区3号", "湘BRT", "使用A4纸", "１２３４５",
                             "G4京港澳高速", "新B超", "\xE6\xB9\x98", "x\xEF\xBC"}) {
        EXPECT_EQ(text, withoutTellingForms(text));
    }
}

TEST(FreeText, OfAMistypedNameShowsWhatLooksLikeAFieldsName) {
    for (const auto& [text, shown] : std::initializer_list<Text>{
             {"caller_nmae", "caller_nmae"}, {"19900000001", "****"}, {"某某", "??"}, {"a@b.cn=", "****?"}, {"湘B12345", "?****"}, {"<a b>\n", "?a?b??"}, {"", ""}}) {
        EXPECT_EQ(shown, shownTyping(text)) << text;
    }
}

}  // namespace
}  // namespace yht::ticket
