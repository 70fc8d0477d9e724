#include "adapters/kit/inbound/lua_pattern.h"

#include <gtest/gtest.h>

namespace yht::kit {
namespace {

/// The first match and its captures: "whole|c1|c2"; "none"; or the fault.
std::string find(std::string_view subject, std::string_view pattern, std::int64_t work = 100'000) {
    for (std::size_t at = 0; at <= subject.size(); ++at) {
        LuaPattern match(subject, pattern, work);
        const char* end = match.matchAt(subject.data() + at);
        if (match.fault() == LuaPattern::Fault::Malformed) return "malformed";
        if (match.fault() == LuaPattern::Fault::TooComplex) return "too complex";
        if (match.fault() == LuaPattern::Fault::TooMuchWork) return "too much work";
        work = match.workLeft();
        if (end == nullptr) continue;
        std::string found(subject.data() + at, end);
        for (int i = 0; i < match.captureCount(); ++i) {
            const auto& own = match.capture(i);
            found += "|" + (own.length == LuaPattern::kPosition
                                ? "@" + std::to_string(own.begin - subject.data() + 1)
                                : std::string(own.begin, static_cast<std::size_t>(own.length)));
        }
        return found;
    }
    return "none";
}

TEST(LuaPatternTest, MatchesAsTheManualSays) {
    EXPECT_EQ(
        find("办理截止时间:【2019-04-18】", "【(%d+)-(%d+)-(%d+)】"), "【2019-04-18】|2019|04|18"
    );
    EXPECT_EQ(find("key = value", "(%w+)%s*=%s*(%w+)"), "key = value|key|value");
    EXPECT_EQ(find("aXb", "%u"), "X");
    EXPECT_EQ(find("f(a(b)c)d", "%b()"), "(a(b)c)");
    EXPECT_EQ(find("THE (quick) fox", "%f[%a]%a+%f[%A]"), "THE");
    EXPECT_EQ(find("\"it's\"", "([\"'])(.-)%1"), "\"it's\"|\"|it's");
    EXPECT_EQ(find("abc", "()b()"), "b|@2|@3");
    EXPECT_EQ(find("aaab", "a-b"), "aaab");
    EXPECT_EQ(find("a]b", "[]]"), "]");
    EXPECT_EQ(find("a-z", "[%-]"), "-");
    EXPECT_EQ(find("x^", "[x^]+"), "x^");
    EXPECT_EQ(find("12ab", "[^%d]+$"), "ab");
    EXPECT_EQ(find("colour", "colou?r"), "colour");
    EXPECT_EQ(find("abc", "%d"), "none");
}

TEST(LuaPatternTest, AMalformedPatternIsAFaultNotACrash) {
    for (const char* pattern :
         {"%", "[a", "[%", "(a", "a)", "%b", "%bx", "%f", "%1", "(%1)", "[^"}) {
        EXPECT_EQ(find("a", pattern), "malformed") << pattern;
    }
}

TEST(LuaPatternTest, ABlowUpEndsAtItsBound) {
    std::string optional, plain;
    for (int i = 0; i < 30; ++i) optional += "a?", plain += "a";
    EXPECT_EQ(find(plain, optional + plain + "b"), "too much work");
    EXPECT_EQ(find(std::string(5'000, 'a'), ".-.-.-.-b"), "too much work");
}

TEST(LuaPatternTest, NestingIsBounded) {
    std::string captures;
    for (int i = 0; i < 40; ++i) captures += "(a)";
    EXPECT_EQ(find(std::string(40, 'a'), captures), "too complex");
}

}  // namespace
}  // namespace yht::kit
