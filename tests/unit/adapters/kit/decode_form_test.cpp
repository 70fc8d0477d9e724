#include "adapters/kit/decode_form.h"

#include "tests/unit/adapters/kit/decode_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

DecodeRules form(const char* charset = "UTF-8") {
    DecodeRules rules;
    rules.format = Format::Form;
    rules.charset = charset;
    return rules;
}

Decoded decoded(const DecodeRules& rules, std::string_view message) {
    return decodeBy(makeFormDecoder, rules, message);
}

TEST(DecodeFormTest, FieldsAreMembersOfOneItem) {
    EXPECT_THAT(
        decoded(form(), "JJDBH=007&BJNR=%E6%B0%B4+5%25&x").items,
        ElementsAre("{JJDBH:\"007\",BJNR:\"水 5%\",x:\"\"}")
    );
}

TEST(DecodeFormTest, ANameThatComesTwiceIsAList) {
    EXPECT_THAT(decoded(form(), "a=1&b=2&a=3").items, ElementsAre("{a:[\"1\",\"3\"],b:\"2\"}"));
}

TEST(DecodeFormTest, OneOrManyIsAlwaysAListWhereTheManifestSaysSo) {
    DecodeRules rules = form();
    rules.array_paths = {"a"};
    EXPECT_THAT(decoded(rules, "a=1").items, ElementsAre("{a:[\"1\"]}"));
}

TEST(DecodeFormTest, EscapedBytesAreInTheDeclaredCharset) {
    EXPECT_THAT(decoded(form("GBK"), "a=%CB%AE").items, ElementsAre("{a:\"水\"}"));
    const auto out = decoded(form("GBK"), "ab=1%CB%AE%FF");
    EXPECT_THAT(out.items, ElementsAre(std::string("!") + kUndecodable));
    EXPECT_THAT(out.raw[0].failure->public_en, HasSubstr("Byte 10 "));
}

TEST(DecodeFormTest, ABrokenEscapeIsAnErrorWithItsPlace) {
    for (const char* message : {"a=%", "a=%4", "a=%zz"}) {
        const auto out = decoded(form(), message);
        ASSERT_THAT(out.items, ElementsAre(std::string("!") + kUndecodable));
        EXPECT_THAT(out.raw[0].failure->public_en, HasSubstr("byte 2 "));
    }
}

TEST(DecodeFormTest, FieldsAreBounded) {
    DecodeRules rules = form();
    rules.limits.members_max = 2;
    EXPECT_THAT(decoded(rules, "a=1&a=2&a=3").items, ElementsAre(std::string("!") + kTooLarge));
}

TEST(DecodeFormTest, BytesAreBounded) {
    DecodeRules rules = form();
    rules.limits.item_bytes_max = 4;
    EXPECT_EQ(decoded(rules, "a=12345678901234").error, kTooLarge);
}

}  // namespace
}  // namespace yht::kit
