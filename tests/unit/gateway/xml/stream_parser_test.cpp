#include "gateway/xml/stream_parser.h"

#include <gmock/gmock.h>

#include <string>

namespace yht::xml {
namespace {

using base::ErrorCode;

class Counted final : public Events {
public:
    bool onStart(const StartElement& element) override {
        last_id = std::string(element.attribute("id"));
        return ++elements < elements_max;
    }
    bool onText(std::string_view piece) override {
        text += piece;
        return true;
    }
    bool onEnd() override { return true; }
    int elements = 0, elements_max = 1'000'000;
    std::string text, last_id;
};

TEST(XmlStreamParserTest, ATextMayComeByteByByte) {
    Counted events;
    StreamParser parser(events);
    for (const char c : std::string("<?xml version='1.0'?><a><b id='水7'>管&amp;道</b></a>")) {
        ASSERT_TRUE(parser.feed(std::string_view(&c, 1)));
    }
    ASSERT_TRUE(parser.finish());
    EXPECT_EQ(events.elements, 2);
    EXPECT_EQ(events.text, "管&道");
    EXPECT_EQ(events.last_id, "水7");
}

TEST(XmlStreamParserTest, ATagIsMeasuredAcrossPiecesAndTheOnesBeforeItStand) {
    Limits limits;
    limits.attributes_max = 3;
    limits.start_tag_bytes_max = 100;
    const std::string text = "<a><b id='1'/><b x='' y='' z='' w=''/></a>";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Counted events;
        StreamParser parser(events, limits);
        auto fed = parser.feed(text.substr(0, cut));
        if (fed) fed = parser.feed(text.substr(cut));
        ASSERT_FALSE(fed) << cut;
        EXPECT_EQ(fed.error().code, ErrorCode::BodyTooLarge) << cut;
        EXPECT_EQ(events.elements, 2) << cut;
    }
}

TEST(XmlStreamParserTest, ATagOfUtf16IsMeasuredToo) {
    Limits limits;
    limits.attributes_max = 2;
    // U+3C3C and U+3D3D hold the bytes of "<" and "=" and are neither.
    const std::u16string text = u"<a>\u3C3C\u3D3D<b \u3D3D='\u3D3D' y=''/><b x='' y='' z=''/></a>";
    for (const bool big : {false, true}) {
        std::string bytes = big ? "\xFE\xFF" : "\xFF\xFE";
        for (const char16_t unit : text) {
            const char high = static_cast<char>(unit >> 8U), low = static_cast<char>(unit & 0xFFU);
            bytes += big ? std::string{high, low} : std::string{low, high};
        }
        Counted events;
        StreamParser parser(events, limits);
        base::Status fed;
        for (std::size_t i = 0; i < bytes.size() && fed; ++i) fed = parser.feed(bytes.substr(i, 1));
        ASSERT_FALSE(fed);
        EXPECT_EQ(fed.error().code, ErrorCode::BodyTooLarge);
        EXPECT_EQ(events.elements, 2);
    }
}

TEST(XmlStreamParserTest, BytesOfATagOfUtf16AreCountedAsTheyCome) {
    Limits limits;
    limits.start_tag_bytes_max = 20;
    // "a b=''>" behind "<" is 7 characters, 14 bytes; each character of the value is 2 more.
    for (const auto& [value_units, taken] : {std::pair{3, true}, std::pair{4, false}}) {
        std::string bytes = "\xFF\xFE";
        for (const char c :
             "<a b='" + std::string(static_cast<std::size_t>(value_units), 'x') + "'></a>")
            bytes += {c, '\0'};
        Counted events;
        StreamParser parser(events, limits);
        EXPECT_EQ(parser.feed(bytes).ok(), taken) << value_units;
    }
}

TEST(XmlStreamParserTest, ATornTextIsAnErrorAfterWhatCameBefore) {
    Counted events;
    StreamParser parser(events);
    ASSERT_TRUE(parser.feed("<a><b>x</b><b>"));
    EXPECT_EQ(parser.finish().error().code, ErrorCode::RequestMalformed);
    EXPECT_EQ(events.elements, 3);
}

TEST(XmlStreamParserTest, TheListenerMayStop) {
    Counted events;
    events.elements_max = 2;
    StreamParser parser(events);
    EXPECT_TRUE(parser.feed("<a><b/><b/><b/>"));
    EXPECT_TRUE(parser.stopped());
    EXPECT_TRUE(parser.finish());
    EXPECT_EQ(events.elements, 2);
}

TEST(XmlStreamParserTest, ABrokenBoundStaysBroken) {
    Counted events;
    Limits limits;
    limits.bytes_max = 5;
    StreamParser parser(events, limits);
    EXPECT_EQ(parser.feed("<a>123").error().code, ErrorCode::BodyTooLarge);
    EXPECT_EQ(parser.feed("</a>").error().code, ErrorCode::BodyTooLarge);
    EXPECT_EQ(parser.finish().error().code, ErrorCode::BodyTooLarge);
}

TEST(XmlStreamParserTest, AnAttributeOfAnotherNamespaceIsNotTaken) {
    Counted events;
    StreamParser parser(events);
    EXPECT_TRUE(parser.feed("<a xmlns:x='urn:x' x:id='1'/>"));
    EXPECT_TRUE(parser.finish());
    EXPECT_EQ(events.last_id, "");
}

}  // namespace
}  // namespace yht::xml
