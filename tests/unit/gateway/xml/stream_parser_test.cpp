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

TEST(XmlStreamParserTest, ATextMayComeByteByByteBehindItsDeclaration) {
    Counted events;
    StreamParser parser(events);
    ASSERT_TRUE(parser.feed("<?xml version='1.0'?>"));
    for (const char c : std::string("<a><b id='水7'>管&amp;道</b></a>")) {
        ASSERT_TRUE(parser.feed(std::string_view(&c, 1)));
    }
    ASSERT_TRUE(parser.finish());
    EXPECT_EQ(events.elements, 2);
    EXPECT_EQ(events.text, "管&道");
    EXPECT_EQ(events.last_id, "水7");
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
