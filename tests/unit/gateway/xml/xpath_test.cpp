#include "gateway/xml/xpath.h"

#include <gmock/gmock.h>

namespace yht::xml {
namespace {

using base::ErrorCode;

Document parsed(const std::string& text) {
    auto document = Document::parse(text);
    EXPECT_TRUE(document);
    return std::move(*document);
}

std::string selected(
    const Document& document, const std::string& expression, const Prefixes& prefixes = {}
) {
    const auto elements = selectElements(document, expression, prefixes);
    if (!elements) return elements.error().row().wire;
    std::string out;
    for (const Element& each : *elements) out += each.text() + ";";
    return out;
}

TEST(XPathTest, ElementsComeInDocumentOrder) {
    const auto document = parsed("<a><b t='1'>x</b><c><b>y</b></c><b t='1'>z</b></a>");
    EXPECT_EQ(selected(document, "/a/b"), "x;z;");
    EXPECT_EQ(selected(document, "//b"), "x;y;z;");
    EXPECT_EQ(selected(document, "//b[@t='1'][2]"), "z;");
    EXPECT_EQ(selected(document, "/a/d"), "");
}

TEST(XPathTest, PrefixesAreThoseOfTheManifest) {
    const auto document = parsed("<p:a xmlns:p='urn:1'><p:b>x</p:b></p:a>");
    EXPECT_EQ(selected(document, "/q:a/q:b", {{"q", "urn:1"}}), "x;");
    EXPECT_EQ(selected(document, "/a/b"), "");
    EXPECT_EQ(selected(document, "//*[local-name()='b']"), "x;");
    EXPECT_EQ(selected(document, "/p:a"), "adapter.manifest_invalid");
}

TEST(XPathTest, WhatSelectsNoElementsIsAMistakeOfTheManifest) {
    for (const char* expression :
         {"", "/a[", "count(//a)", "'x'", "/a/@b", "/a/text()", "nothing()"}) {
        EXPECT_EQ(selected(parsed("<a b='1'>x</a>"), expression), "adapter.manifest_invalid")
            << expression;
    }
    EXPECT_EQ(checkXPath("/a[", {}).error().code, ErrorCode::ManifestInvalid);
    EXPECT_EQ(checkXPath("/p:a", {}).error().code, ErrorCode::ManifestInvalid);
    EXPECT_TRUE(checkXPath("/p:a/b[@c]", {{"p", "urn:p"}}));
    EXPECT_EQ(
        checkXPath("/a" + std::string(1'000, ' '), {}).error().code, ErrorCode::ManifestInvalid
    );
}

TEST(XPathTest, OperationsAreBounded) {
    std::string text = "<a>";
    for (int i = 0; i < 3'000; ++i) text += "<b/>";
    const auto document = parsed(text + "</a>");
    EXPECT_EQ(selected(document, "//b[count(//b) < 0]"), "adapter.item_too_large");
}

TEST(XPathTest, ElementsOfTheAnswerAreBounded) {
    XPathLimits limits;
    limits.elements_max = 1;
    const auto document = parsed("<a><b/><b/></a>");
    EXPECT_EQ(selectElements(document, "//b", {}, limits).error().code, ErrorCode::ItemTooLarge);
}

}  // namespace
}  // namespace yht::xml
