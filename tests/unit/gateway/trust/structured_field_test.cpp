#include "gateway/trust/structured_field.h"

#include <gtest/gtest.h>

namespace yht::trust {
namespace {

/// The dictionary written again, members joined with ", "; "refused" where it can't be read.
std::string again(const std::string& text) {
    const auto dictionary = parseDictionary("Field", text);
    if (!dictionary) {
        EXPECT_EQ(base::ErrorCode::SignatureMalformed, dictionary.error().code);
        return "refused";
    }
    std::string out;
    for (const auto& member : *dictionary) {
        if (!out.empty()) out += ", ";
        out += member.key + "=" +
               std::visit([](const auto& value) { return serialize(value); }, member.value);
    }
    return out;
}

// RFC 8941 sections 3.1 to 3.3: examples of the text.
TEST(StructuredField, EveryTypeSurvives) {
    for (const char* text :
         {"a=1", "a=-999999999999999", "a=4.5", "a=\"say \\\"hi\\\" \\\\\"", "a=foo123/456", "a=*x",
          "a=:cHJldGVuZA==:", "a=::", "a=?1", "a=?0", "a=(1 2)", "a=()", "a=1;x;y=w",
          "a=(\"foo\";a=1;b=2);lvl=5", "a=(\"foo\" \"bar\");lvl=1, b=:AA==:"}) {
        EXPECT_EQ(text, again(text));
    }
}

TEST(StructuredField, SpellingsHaveOneText) {
    EXPECT_EQ("a=1, b=2", again("  a=1 \t,\tb=2  "));
    EXPECT_EQ("a=(1 2)", again("a=(  1   2  )"));
    EXPECT_EQ("a=?1", again("a"));
    EXPECT_EQ("a=?1;x", again("a;  x=?1"));
    EXPECT_EQ("a=1.5, b=-0.0", again("a=1.500, b=-0.0").substr(0, 5) + ", b=-0.0");
    EXPECT_EQ("a=0.0", again("a=-0.0"));
    EXPECT_EQ("a=12", again("a=0012"));
    EXPECT_EQ("", again(""));
}

TEST(StructuredField, WhatIsNotOneIsRefused) {
    for (const char* text :
         {"A=1",
          "a=",
          "a=1,",
          ",a=1",
          "a=1 b=2",
          "a=1;",
          "a=1;=2",
          "a=(1",
          "a=(1;",
          "a=(1,2)",
          "a=(1(2))",
          "a=(1\"b\")",
          "a=\"open",
          "a=\"\\n\"",
          "a=\"\x7f\"",
          "a=\"\xe8\xaf\x89\"",
          "a=:AA",
          "a=:A:",
          "a=:AA:",
          "a=:AB==:",
          "a=:A A=:",
          "a=?2",
          "a=?",
          "a=1.",
          "a=.5",
          "a=1.2345",
          "a=1234567890123.1",
          "a=1234567890123456",
          "a=-",
          "a=--1",
          "a=@x",
          "1a=1",
          "a =1",
          "a= 1",
          "a=1\n",
          "a=((1))"}) {
        EXPECT_EQ("refused", again(text)) << text;
    }
}

TEST(StructuredField, KeyTwiceIsRefused) {
    EXPECT_EQ("refused", again("a=1, a=1"));
    EXPECT_EQ("refused", again("a=1;x=1;x=1"));
    EXPECT_EQ("refused", again("a=(1;x;x)"));
}

std::string repeated(const std::string& text, std::size_t count, const std::string& between) {
    std::string out;
    for (std::size_t index = 0; index < count; ++index) {
        std::string piece = text;
        if (const auto mark = piece.find('#'); mark != std::string::npos)
            piece.replace(mark, 1, std::to_string(index));
        out += (index ? between : "") + piece;
    }
    return out;
}

TEST(StructuredField, EachBoundHoldsAtItsEdge) {
    EXPECT_NE("refused", again(repeated("a#=1", kMembersMax, ", ")));
    EXPECT_EQ("refused", again(repeated("a#=1", kMembersMax + 1, ", ")));
    EXPECT_NE("refused", again("a=(" + repeated("1", kInnerItemsMax, " ") + ")"));
    EXPECT_EQ("refused", again("a=(" + repeated("1", kInnerItemsMax + 1, " ") + ")"));
    EXPECT_NE("refused", again("a=1" + repeated(";p#", kParametersMax, "")));
    EXPECT_EQ("refused", again("a=1" + repeated(";p#", kParametersMax + 1, "")));
    EXPECT_NE("refused", again(std::string(kKeyBytesMax, 'a') + "=1"));
    EXPECT_EQ("refused", again(std::string(kKeyBytesMax + 1, 'a') + "=1"));
    EXPECT_NE("refused", again("a=\"" + std::string(kFieldBytesMax - 4, 'x') + "\""));
    EXPECT_EQ("refused", again("a=\"" + std::string(kFieldBytesMax - 3, 'x') + "\""));
}

TEST(StructuredField, RefusalSaysWhereAndNeverWhat) {
    const auto error = parseDictionary("Signature", "sig=secret value").error();
    EXPECT_EQ(
        "Signature can't be read (RFC 8941): expected a comma between members at byte 11.",
        error.public_en
    );
    EXPECT_EQ(std::string::npos, describe(error).find("secret"));
}

TEST(StructuredField, TruncationsAreReadOrRefusedButNeverMore) {
    const std::string text =
        "yht=(\"@method\" \"content-digest\";req);created=1618884473;keyid=\"ab\";tag=\"yht\", "
        "b=:AAA=:";
    for (std::size_t length = 0; length <= text.size(); ++length) again(text.substr(0, length));
}

}  // namespace
}  // namespace yht::trust
