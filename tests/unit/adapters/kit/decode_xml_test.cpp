#include "adapters/kit/decode_xml.h"

#include "tests/unit/adapters/kit/decode_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

DecodeRules xmlRules(const char* items = "") {
    DecodeRules rules;
    rules.format = Format::Xml;
    rules.charset = "";
    rules.items = items;
    return rules;
}

Decoded decoded(const DecodeRules& rules, std::string_view message) {
    return decodeBy(makeXmlDecoder, rules, message);
}

TEST(DecodeXmlTest, TheRootIsTheItemWhereNoPathIsGiven) {
    EXPECT_THAT(
        decoded(xmlRules(), "<t><id>007</id><c>水&amp;管</c></t>").items,
        ElementsAre("{id:\"007\",c:\"水&管\"}")
    );
}

TEST(DecodeXmlTest, AttributesRepeatedChildrenAndMixedTextHaveTheirForms) {
    EXPECT_THAT(
        decoded(xmlRules(), "<t v='1'><a>x</a><b k='2'>y</b><a>z</a> tail <e/></t>").items,
        ElementsAre("{@v:\"1\",a:[\"x\",\"z\"],b:{@k:\"2\",#text:\"y\"},e:null,#text:\" tail \"}")
    );
}

TEST(DecodeXmlTest, AnEmptyElementIsNullAndNoText) {
    EXPECT_THAT(
        decoded(
            xmlRules(),
            "<t xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><id/><a></a>"
            "<b xsi:nil='true'/><c xsi:type='xsd:string'>7</c></t>"
        )
            .items,
        ElementsAre("{id:null,a:null,b:null,c:\"7\"}")
    );
}

TEST(DecodeXmlTest, AttributesAreLeftOutWhereTheManifestSaysSo) {
    DecodeRules rules = xmlRules();
    rules.xml.attributes = false;
    EXPECT_THAT(decoded(rules, "<t a='1'><b c='2'>x</b></t>").items, ElementsAre("{b:\"x\"}"));
}

TEST(DecodeXmlTest, APathSelectsItemsInAnyNamespace) {
    const auto out = decoded(
        xmlRules("Body/Row"),
        "<s:E xmlns:s='urn:s'><Row><i>no</i></Row><s:Body><Row xmlns='urn:r'><i>1</i></Row>"
        "<Other><Row><i>no</i></Row></Other><Row><i>2</i></Row></s:Body><Body><Row><i>3</i></Row>"
        "</Body></s:E>"
    );
    EXPECT_THAT(out.items, ElementsAre("{i:\"1\"}", "{i:\"2\"}", "{i:\"3\"}"));
    EXPECT_EQ(out.raw[1].place, "/Body/Row[2]");
}

TEST(DecodeXmlTest, APrefixOfThePathIsANamespaceOfTheManifest) {
    DecodeRules rules = xmlRules("r:Row");
    rules.xml.namespaces = {{"r", "urn:r"}};
    EXPECT_THAT(
        decoded(rules, "<E xmlns:q='urn:r'><Row><i>1</i></Row><q:Row><i>2</i></q:Row></E>").items,
        ElementsAre("{i:\"2\"}")
    );
}

TEST(DecodeXmlTest, AnXPathExpressionSelectsWhatAPathCannot) {
    EXPECT_THAT(
        decoded(
            xmlRules("//Row[@t='1']"), "<E><Row t='1'>x</Row><L><Row t='2'/><Row t='1'/></L></E>"
        )
            .items,
        ElementsAre("{@t:\"1\",#text:\"x\"}", "{@t:\"1\"}")
    );
}

TEST(DecodeXmlTest, OneOrManyIsAlwaysAListWhereTheManifestSaysSo) {
    DecodeRules rules = xmlRules("Row");
    rules.array_paths = {"files/file"};
    EXPECT_THAT(
        decoded(
            rules,
            "<E><Row><files><file>a</file></files></Row>"
            "<Row><files><file>a</file><file>b</file></files></Row></E>"
        )
            .items,
        ElementsAre("{files:{file:[\"a\"]}}", "{files:{file:[\"a\",\"b\"]}}")
    );
}

TEST(DecodeXmlTest, TheEncodingOfThePrologIsReadStrictly) {
    EXPECT_THAT(
        decoded(xmlRules(), "<?xml version='1.0' encoding='GB2312'?><t><a>\xCB\xAE\xE9\x46</a></t>")
            .items,
        ElementsAre("{a:\"水镕\"}")
    );
    const auto out = decoded(
        xmlRules("r"), "<?xml version='1.0' encoding='GBK'?><t><r>1</r><r>\xCB\xFF</r><r>3</r></t>"
    );
    EXPECT_THAT(out.items, ElementsAre("\"1\""));
    EXPECT_EQ(out.error, kUndecodable);
    EXPECT_THAT(out.error_text, HasSubstr("Byte 50 "));
    EXPECT_EQ(decoded(xmlRules(), "<?xml version='1.0' encoding='X-9'?><t/>").error, kUndecodable);
}

TEST(DecodeXmlTest, TheManifestsCharsetWinsOverTheProlog) {
    DecodeRules rules = xmlRules();
    rules.charset = "GBK";
    EXPECT_THAT(
        decoded(rules, "<?xml version='1.0' encoding='UTF-8'?><t><a>\xCB\xAE</a></t>").items,
        ElementsAre("{a:\"水\"}")
    );
}

TEST(DecodeXmlTest, ALongMessageIsDecodedAcrossItsPieces) {
    std::string message = "<?xml version='1.0' encoding='GBK'?><t>";
    for (int i = 0; i < 20'000; ++i) message += "<r>\xCB\xAE" + std::string(i % 7, 'x') + "</r>";
    const auto out = decoded(xmlRules("r"), message + "</t>");
    EXPECT_EQ(out.error, "");
    ASSERT_EQ(out.items.size(), 20'000u);
    EXPECT_EQ(out.items[13], "\"水xxxxxx\"");
}

TEST(DecodeXmlTest, ATornMessageEndsWithAnErrorAfterItsItems) {
    const auto out = decoded(xmlRules("r"), "<t><r>1</r><r>2</r><r>3");
    EXPECT_THAT(out.items, ElementsAre("\"1\"", "\"2\""));
    EXPECT_EQ(out.error, kUndecodable);
}

TEST(DecodeXmlTest, ItemsThatAreNotThereAreAnErrorUnlessTheManifestAllowsIt) {
    DecodeRules rules = xmlRules("Body/Row");
    EXPECT_EQ(decoded(rules, "<E><Head/></E>").error, kUndecodable);
    EXPECT_EQ(decoded(rules, "<E><Body/></E>").error, "");
    rules.items_required = false;
    EXPECT_EQ(decoded(rules, "<E><Head/></E>").error, "");
    rules = xmlRules("//Row");
    EXPECT_EQ(decoded(rules, "<E/>").error, kUndecodable);
}

TEST(DecodeXmlTest, ADocumentTypeIsRefused) {
    EXPECT_EQ(
        decoded(xmlRules(), "<!DOCTYPE t [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><t>&x;</t>")
            .error,
        kUndecodable
    );
}

TEST(DecodeXmlTest, BytesOfAnItemAreBoundedAndTheNextOneIsRead) {
    DecodeRules rules = xmlRules("r");
    rules.limits.item_bytes_max = 20;
    const auto out = decoded(
        rules, "<t><r><a>" + std::string(30, 'x') + "</a><b><c/></b></r><r><a>y</a></r></t>"
    );
    EXPECT_THAT(out.items, ElementsAre(std::string("!") + kTooLarge, "{a:\"y\"}"));
}

TEST(DecodeXmlTest, DepthOfAnItemIsBounded) {
    DecodeRules rules = xmlRules("r");
    rules.limits.depth_max = 2;
    EXPECT_THAT(
        decoded(rules, "<t><r><a>x</a></r><r><a><b>x</b></a></r></t>").items,
        ElementsAre("{a:\"x\"}", std::string("!") + kTooLarge)
    );
}

TEST(DecodeXmlTest, MembersOfAnItemAreBounded) {
    DecodeRules rules = xmlRules("r");
    rules.limits.members_max = 2;
    EXPECT_THAT(
        decoded(rules, "<t><r><a/><b/></r><r><a/><b/><c/></r></t>").items,
        ElementsAre("{a:null,b:null}", std::string("!") + kTooLarge)
    );
}

TEST(DecodeXmlTest, BytesAndItemsOfAMessageAreBounded) {
    DecodeRules rules = xmlRules("r");
    rules.limits.items_max = 1;
    const auto out = decoded(rules, "<t><r>1</r><r>2</r></t>");
    EXPECT_THAT(out.items, ElementsAre("\"1\""));
    EXPECT_EQ(out.error, kTooLarge);
    rules.limits.message_bytes_max = 3;
    EXPECT_EQ(decoded(rules, "<t/>").error, kTooLarge);
}

// The first byte is of no charset: within the bound nothing is read but that. A path reads a stream and needs no such bound.
TEST(DecodeXmlTest, BytesOfAMessageThatIsHeldWholeAreBounded) {
    const std::string message(kXPathMessageBytesMax + 1, '\xFF');
    EXPECT_EQ(decoded(xmlRules("//Row"), message).error, kTooLarge);
    EXPECT_EQ(decoded(xmlRules("//Row"), std::string_view(message).substr(1)).error, kUndecodable);
    EXPECT_EQ(decoded(xmlRules("Row"), message).error, kUndecodable);
}

TEST(DecodeXmlTest, PathsThatCannotBeAreAMistakeOfTheManifest) {
    for (const char* items : {"a//b", "a/*", "p:a", "/a[", "a[1]"}) {
        const auto decoder = makeXmlDecoder(xmlRules(items));
        ASSERT_FALSE(decoder) << items;
        EXPECT_EQ(decoder.error().code, base::ErrorCode::ManifestInvalid) << items;
    }
}

TEST(DecodeXmlTest, ACountThatTheMessageDeclaresIsHeldAgainstItsItems) {
    DecodeRules rules = xmlRules("Row");
    rules.xml.items_expected = "@SL";
    EXPECT_EQ("", decoded(rules, "<t SL='2'><Row/><Row/></t>").error);
    const auto cut = decoded(rules, "<t SL=' 3 '><Row><i>1</i></Row><Row><i>2</i></Row></t>");
    EXPECT_EQ(2U, cut.items.size()) << "what is there stands";
    EXPECT_THAT(cut.error, HasSubstr("adapter.item_undecodable"));
    for (const char* message : {"<t SL='1'><Row/><Row/></t>", "<t><Row/></t>", "<t SL='two'><Row/><Row/></t>", "<t SL='1'/>"})
        EXPECT_THAT(decoded(rules, message).error, HasSubstr("adapter.item_undecodable")) << message;
    EXPECT_EQ("", decoded(rules, "<t SL='0'></t>").error);
    rules.xml.items_expected = "Head/Count";
    EXPECT_EQ("", decoded(rules, "<t><Head><Count>1</Count></Head><Row><Count>7</Count></Row></t>").error);
    EXPECT_NE("", decoded(rules, "<t><Head><Count>2</Count></Head><Row><Count>7</Count></Row></t>").error);
    rules.xml.items_expected = "Foot/@n";  // behind the items
    EXPECT_EQ("", decoded(rules, "<t><Row/><Foot n='1'/></t>").error);
    EXPECT_NE("", decoded(rules, "<t><Row/><Foot n='2'/></t>").error);
}

TEST(DecodeXmlTest, CellsOfAGridAreMembersAsIfTheyWereAttributesOfTheirRow) {
    DecodeRules rules = xmlRules("row");
    rules.xml.cells = "cell/@name";
    EXPECT_THAT(
        decoded(
            rules,
            "<grid><row no='1'><cell name='id'>007</cell><cell name=' w '/><cell name='k' type='s'>x</cell></row>"
            "<row no='1' id='007' w=''/><row><cell name='id'>1</cell></row></grid>"
        ).items,
        ElementsAre("{@no:\"1\",@id:\"007\",@w:null,@k:{@type:\"s\",#text:\"x\"}}", "{@no:\"1\",@id:\"007\",@w:\"\"}", "{@id:\"1\"}")
    );
    EXPECT_THAT(
        decoded(rules, "<grid><row id='1'><cell name='id'>2</cell><cell>?</cell><cell name=''>!</cell></row></grid>").items,
        ElementsAre("{@id:[\"1\",\"2\"],cell:[\"?\",{@name:\"\",#text:\"!\"}]}")
    ) << "two of one name are a list, one without a name stays a cell";
    rules.items = "/grid/row[cell]";
    EXPECT_THAT(decoded(rules, "<grid><row/><row><cell name='id'>1</cell></row></grid>").items, ElementsAre("{@id:\"1\"}"));
    rules.items = "row";
    rules.limits.members_max = 2;
    EXPECT_EQ(
        decoded(rules, "<g><row><cell name='a'/><cell name='b'/><cell name='c'/></row></g>").items.size(), 1U
    );
    EXPECT_THAT(
        decoded(rules, "<g><row><cell name='a'/><cell name='b'/><cell name='c'/></row></g>").items,
        ElementsAre(HasSubstr("adapter.item_too_large"))
    );
    for (const char* wrong : {"cell", "cell/name", "/@name", "cell/@", "a/cell/@name", "cell/@a/b"}) {
        rules.xml.cells = wrong;
        ASSERT_FALSE(makeXmlDecoder(rules)) << wrong;
    }
}

TEST(DecodeXmlTest, ADeclaredCountNeedsItemsAndAPath) {
    for (const auto& [items, expected] : {std::pair{"", "@SL"}, std::pair{"//Row", "@SL"}, std::pair{"Row", "@"}, std::pair{"Row", "Head@n"}, std::pair{"Row", "x:Head"}}) {
        DecodeRules rules = xmlRules(items);
        rules.xml.items_expected = expected;
        const auto made = makeXmlDecoder(rules);
        ASSERT_FALSE(made) << items << " " << expected;
        EXPECT_THAT(made.error().detail, HasSubstr("items_expected: ")) << items << " " << expected;
    }
}

}  // namespace
}  // namespace yht::kit
