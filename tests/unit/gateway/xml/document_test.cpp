#include "gateway/xml/document.h"

#include <gmock/gmock.h>

#include "gateway/xml/stream_parser.h"

namespace yht::xml {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

ErrorCode refusal(std::string_view text, const Limits& limits = {}) {
    const auto document = Document::parse(text, limits);
    EXPECT_FALSE(document);
    return document ? ErrorCode::Internal : document.error().code;
}

std::string nested(int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<a>";
    for (int i = 0; i < depth; ++i) text += "</a>";
    return text;
}

/// Events as one line of text.
class Shown final : public Events {
public:
    bool onStart(const StartElement& element) override {
        out += "<" + std::string(element.local_name);
        for (const auto& each : element.attributes)
            out += " " + std::string(each.local_name) + "=" + std::string(each.value);
        out += ">";
        return true;
    }
    bool onText(std::string_view text) override {
        out += text;
        return true;
    }
    bool onEnd() override {
        out += "/";
        return true;
    }
    std::string out;
};

TEST(XmlDocumentTest, ElementsAttributesAndTextAreRead) {
    const auto document =
        Document::parse("<r xmlns='urn:x' a='1'><b>x<!-- c -->y</b><c/><![CDATA[<z>]]></r>");
    ASSERT_TRUE(document);
    const Element root = document->root();
    EXPECT_EQ(root.localName(), "r");
    EXPECT_EQ(root.namespaceUri(), "urn:x");
    EXPECT_EQ(root.attribute("a"), "1");
    EXPECT_EQ(root.attribute("b"), std::nullopt);
    EXPECT_EQ(root.child("b")->text(), "xy");
    EXPECT_EQ(root.text(), "<z>");
    EXPECT_EQ(root.firstChild()->nextSibling()->localName(), "c");
}

TEST(XmlDocumentTest, ReplayGivesTheElementAsEvents) {
    const auto document = Document::parse("<r><b i='1'>x<c/>y</b><d>z</d></r>");
    Shown shown;
    EXPECT_TRUE(document->root().replay(shown));
    EXPECT_EQ(shown.out, "<r><b i=1>x<c>/y/<d>z//");
    Shown part;
    EXPECT_TRUE(document->root().firstChild()->replay(part));
    EXPECT_EQ(part.out, "<b i=1>x<c>/y/");
}

TEST(XmlDocumentTest, ADocumentTypeIsRefused) {
    for (const char* text :
         {"<!DOCTYPE a><a/>", "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>",
          "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
          "<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;'>]><a>&y;</a>",
          "<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'>%x;]><a/>"}) {
        const auto document = Document::parse(text);
        ASSERT_FALSE(document) << text;
        EXPECT_EQ(document.error().code, ErrorCode::RequestMalformed);
        EXPECT_THAT(document.error().public_en, HasSubstr("DTD")) << text;
    }
}

TEST(XmlDocumentTest, OnlyTheFiveEntitiesOfXmlAreKnown) {
    EXPECT_EQ(Document::parse("<a>&lt;&amp;&#x6C34;</a>")->root().text(), "<&水");
    EXPECT_EQ(refusal("<a>&nbsp;</a>"), ErrorCode::RequestMalformed);
}

TEST(XmlDocumentTest, XIncludeIsAnElementLikeAnyOther) {
    const auto document = Document::parse(
        "<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd'/></a>"
    );
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root().firstChild()->localName(), "include");
    EXPECT_EQ(document->root().firstChild()->firstChild(), std::nullopt);
}

TEST(XmlDocumentTest, DepthIsBounded) {
    Limits limits;
    limits.depth_max = 10;
    EXPECT_TRUE(Document::parse(nested(10), limits));
    EXPECT_EQ(refusal(nested(11), limits), ErrorCode::BodyTooLarge);
    limits.depth_max = 1'000'000;  // libxml2's own bound is behind ours
    EXPECT_EQ(refusal(nested(5'000), limits), ErrorCode::RequestMalformed);
}

TEST(XmlDocumentTest, AttributesOfAnElementAreBounded) {
    Limits limits;
    limits.attributes_max = 2;
    EXPECT_TRUE(Document::parse("<a b='1' c='2'/>", limits));
    EXPECT_EQ(refusal("<a b='1' c='2' d='3'/>", limits), ErrorCode::BodyTooLarge);
    EXPECT_EQ(refusal("<a b='1' xmlns:c='2' xmlns:d='3'/>", limits), ErrorCode::BodyTooLarge);
}

TEST(XmlDocumentTest, AttributesAreCountedBeforeTheirNamesAreCompared) {
    Limits limits;
    limits.attributes_max = 2;
    // libxml2 finds the name given twice only after it has compared all of them, and would say
    // malformed.
    EXPECT_EQ(refusal("<a b='1' b='2' c='3'/>", limits), ErrorCode::BodyTooLarge);
    EXPECT_EQ(refusal("<a b='>' b = \"=\"/>", limits), ErrorCode::RequestMalformed);
    EXPECT_TRUE(Document::parse(
        "<a><!-- <a b='' c='' d='' --><?p <a b='' c='' d='' ?>"
        "<![CDATA[<a b='' c='' d='']]]]><b c='d=e=f>' d=\"'=\"/>====</a>",
        limits
    ));
}

TEST(XmlDocumentTest, BytesOfATagAreBounded) {
    Limits limits;
    limits.start_tag_bytes_max = 20;
    EXPECT_TRUE(Document::parse("<a b='345678901234'/>", limits));
    EXPECT_EQ(refusal("<a b='3456789012345'/>", limits), ErrorCode::BodyTooLarge);
    EXPECT_EQ(refusal("<a                    />", limits), ErrorCode::BodyTooLarge);
    EXPECT_EQ(refusal("<a></a                    >", limits), ErrorCode::BodyTooLarge);
    EXPECT_TRUE(Document::parse(
        "<a>" + std::string(100, 'x') + "<!--" + std::string(100, 'x') + "--></a>", limits
    ));
}

TEST(XmlDocumentTest, NamespacesOpenAtOnceAreBounded) {
    Limits limits;
    limits.namespaces_max = 2;
    EXPECT_TRUE(Document::parse("<a xmlns='u:1'><b xmlns:x='u:2'/><b xmlns:y='u:3'/></a>", limits));
    EXPECT_EQ(
        refusal("<a xmlns='u:1'><b xmlns:x='u:2'><b xmlns:y='u:3'/></b></a>", limits),
        ErrorCode::BodyTooLarge
    );
}

TEST(XmlDocumentTest, NodesAreBounded) {
    Limits limits;
    limits.nodes_max = 3;
    EXPECT_TRUE(Document::parse("<a><b/><b/></a>", limits));
    EXPECT_EQ(refusal("<a><b/><b/><b/></a>", limits), ErrorCode::BodyTooLarge);
    EXPECT_EQ(refusal("<a><!--1--><!--2--><?p 3?></a>", limits), ErrorCode::BodyTooLarge);
}

TEST(XmlDocumentTest, BytesAreBounded) {
    Limits limits;
    limits.bytes_max = 4;
    EXPECT_TRUE(Document::parse("<a/>", limits));
    EXPECT_EQ(refusal("<a />", limits), ErrorCode::BodyTooLarge);
}

TEST(XmlDocumentTest, TheCallerNamesTheErrors) {
    Limits limits;
    limits.malformed = ErrorCode::ItemUndecodable;
    EXPECT_EQ(refusal("<a>", limits), ErrorCode::ItemUndecodable);
}

TEST(XmlDocumentTest, WhatIsNotWholeOrNotXmlIsRefused) {
    for (const char* text :
         {"", " ", "a", "<a>", "<a></b>", "<a/><b/>", "<a b='1' b='2'/>", "<a>\x01</a>", "<a>&</a>",
          "<x:a/>", "<a>\xC0\x80</a>", "<a>\xED\xA0\x80</a>", "{\"a\":1}"}) {
        EXPECT_EQ(refusal(text), ErrorCode::RequestMalformed) << text;
    }
    EXPECT_EQ(refusal(std::string_view("<a>\0</a>", 8)), ErrorCode::RequestMalformed);
}

TEST(XmlDocumentTest, ErrorsHoldNoTextOfTheDocument) {
    const auto document = Document::parse("<a><张三 phone='13800138000'></李四></a>");
    ASSERT_FALSE(document);
    EXPECT_THAT(
        base::describe(document.error()),
        ::testing::Not(::testing::AnyOf(HasSubstr("张三"), HasSubstr("138"), HasSubstr("李四")))
    );
    EXPECT_THAT(document.error().public_en, HasSubstr("line 1"));
}

TEST(XmlDocumentTest, OnlyUtf8AndUtf16AreRead) {
    EXPECT_TRUE(Document::parse("<?xml version='1.0' encoding='utf-8'?><a/>"));
    EXPECT_EQ(
        Document::parse(std::string_view("\xFF\xFE<\0a\0>\0\x34\x6C<\0/\0a\0>\0", 18))
            ->root()
            .text(),
        "水"
    );
    EXPECT_EQ(
        refusal("<?xml version='1.0' encoding='GBK'?><a>\xCB\xAE</a>"), ErrorCode::RequestMalformed
    );
}

TEST(XmlDocumentTest, NoOtherEncodingComesInUnseen) {
    const std::string padding(kPrologBytesMax, ' ');
    EXPECT_EQ(
        refusal("<?xml version='1.0'" + padding + "encoding='GBK'?><a>\xCB\xAE</a>"),
        ErrorCode::RequestMalformed
    );
    EXPECT_EQ(
        refusal("\xEF\xBB\xBF<?xml version='1.0'" + padding + "?><a/>"), ErrorCode::RequestMalformed
    );
    EXPECT_TRUE(Document::parse("<?xml-stylesheet " + padding + "?><a/>"));
    // "<a/>" and "<?xml?><a/>" in EBCDIC; "<a/>" in UCS-4.
    EXPECT_EQ(refusal("\x4C\x81\x61\x6E"), ErrorCode::RequestMalformed);
    EXPECT_EQ(
        refusal(
            "\x4C\x6F\xA7\x94\x93\x40\xA5\x85\x99\xA2\x89\x96\x95\x7E\x7D\xF1\x4B\xF0\x7D\x6F\x6E"
            "\x4C\x81\x61\x6E"
        ),
        ErrorCode::RequestMalformed
    );
    EXPECT_EQ(
        refusal(std::string_view("<\0\0\0a\0\0\0/\0\0\0>\0\0\0", 16)), ErrorCode::RequestMalformed
    );
    EXPECT_EQ(refusal("<?xml version='1.0' encoding='UTF-16'?><a/>"), ErrorCode::RequestMalformed);
}

TEST(XmlDocumentTest, AByteOrderMarkDecides) {
    const auto utf8 = Document::parse("\xEF\xBB\xBF<?xml version='1.0' encoding='GBK'?><a>水</a>");
    ASSERT_TRUE(utf8);
    EXPECT_EQ(utf8->root().text(), "水");
    const auto big = Document::parse(std::string_view("\xFE\xFF\0<\0a\0>\x6C\x34\0<\0/\0a\0>", 18));
    ASSERT_TRUE(big);
    EXPECT_EQ(big->root().text(), "水");
    EXPECT_EQ(
        refusal("\xEF\xBB\xBF<?xml version='1.0' encoding='GBK'?><a>\xC4\xE3</a>"),
        ErrorCode::RequestMalformed
    );
}

TEST(XmlDocumentTest, ATextBroughtToUtf8MayStillSayGbk) {
    const auto document =
        Document::parse("<?xml version='1.0' encoding='GBK'?><a>水</a>", {}, Encoding::Utf8);
    ASSERT_TRUE(document) << base::describe(document.error());
    EXPECT_EQ(document->root().text(), "水");
}

TEST(XmlDocumentTest, TheDeclaredEncodingIsFound) {
    EXPECT_EQ(declaredEncoding("<?xml version=\"1.0\" encoding=\"gb2312\"?><a/>"), "GB2312");
    EXPECT_EQ(declaredEncoding("\xEF\xBB\xBF<a/>"), "UTF-8");
    EXPECT_EQ(declaredEncoding(std::string_view("<\0?\0x\0", 6)), "UTF-16LE");
    for (const char* none :
         {"", "<a/>", "<?xml version='1.0'?>", "<?xml encoding", "<?xml encoding='x"})
        EXPECT_EQ(declaredEncoding(none), "") << none;
}

}  // namespace
}  // namespace yht::xml
