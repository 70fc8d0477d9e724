#include "adapters/kit/inbound/functions.h"

#include <gmock/gmock.h>

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The texts that f(argument) returns, or one text "<detail>".
std::vector<std::string> run(
    const std::string& chunk, const ItemValue& argument = {}, const FunctionLimits& limits = {}
) {
    auto functions = makeFunctions({chunk}, {"f"}, limits);
    if (!functions) return {"<" + functions.error().detail + ">"};
    auto answer = (*functions)->call("f", {{&argument}});
    return answer ? *answer : std::vector<std::string>{"<" + answer.error().detail + ">"};
}
ItemValue text(const std::string& value) {
    return ItemValue::scalar(ItemType::Text, value);
}
std::string only(const std::vector<std::string>& texts) {
    return texts.size() == 1 ? texts.front() : "not one";
}

TEST(FunctionsTest, ADeadlineHiddenInFreeTextIsFound) {
    const std::string chunk = "function f(s) return s:match('办理截止时间:【(.-)】') end";
    EXPECT_THAT(
        run(chunk, text("办理意见:请处理,办理截止时间:【2019-04-25 17:00】")),
        ElementsAre("2019-04-25 17:00")
    );
    EXPECT_THAT(run(chunk, text("无")), ElementsAre());
}

TEST(FunctionsTest, ListsAndObjectsGoInAndListsComeOut) {
    const auto item = ItemValue::object(
        {{"a", ItemValue::list({text("1"), text("2")})},
         {"b", ItemValue::scalar(ItemType::Number, "430200201904180001")}}
    );
    EXPECT_THAT(
        run("function f(t) return {t.a[2], t.b, true} end", item),
        ElementsAre("2", "430200201904180001", "true")
    );
}

TEST(FunctionsTest, OnlyHarmlessNamesAreThere) {
    for (const char* name :
         {"io", "os", "package", "debug", "require", "load", "dofile", "loadfile", "print",
          "collectgarbage", "pcall", "xpcall", "setmetatable", "getmetatable", "rawset", "next",
          "coroutine", "_G"}) {
        EXPECT_THAT(
            run("function f() return type(" + std::string(name) + ") end"), ElementsAre("nil")
        ) << name;
    }
    for (const char* name : {"string.dump", "string.pack", "table.move", "math.random"})
        EXPECT_THAT(
            run("function f() return type(" + std::string(name) + ") end"), ElementsAre("nil")
        ) << name;
}

TEST(FunctionsTest, ByteCodeIsNoChunk) {
    EXPECT_THAT(only(run("\x1bLua")), HasSubstr("attempt to load a binary chunk"));
}

TEST(FunctionsTest, ARunawayEndsAtItsBound) {
    EXPECT_THAT(
        only(run("function f() while true do end end")), HasSubstr("more work than 200000 steps")
    );
    EXPECT_THAT(
        only(run("local function g() return g() end function f() return g() end")),
        HasSubstr("more work")
    );
    EXPECT_THAT(only(run("function f() return ('x'):rep(1e9) end")), HasSubstr("failed"));
    EXPECT_THAT(only(run("function f() return (''):rep(1e18) end")), HasSubstr("failed"));
    EXPECT_THAT(
        only(run("function f() local t = {} while true do t[#t + 1] = {} end end")),
        HasSubstr("more ")
    );
    EXPECT_THAT(
        only(run("function f() local s = 'x' while true do s = s .. s end end")),
        HasSubstr("more memory than 4194304 bytes")
    );
    EXPECT_THAT(
        only(run(
            "function f() return (('a'):rep(30)):find(('a?'):rep(30) .. ('a'):rep(30) .. 'b') end"
        )),
        HasSubstr("more work")
    );
    EXPECT_THAT(
        only(run("function f() local t = {} for i = 1, 1e9 do table.insert(t, 1, i) end end")),
        HasSubstr("more ")
    );
    EXPECT_THAT(
        only(run("local function g() g() g() end function f() g() end")), HasSubstr("functions.lua")
    );
}

TEST(FunctionsTest, AChunkThatNeverEndsIsNoFunctions) {
    EXPECT_THAT(only(run("while true do end")), HasSubstr("more work than"));
}

TEST(FunctionsTest, AnErrorTellsWhereAndNeverWhat) {
    const auto said =
        only(run("function f(s)\n  error('caller is ' .. s)\nend", text("13876543210")));
    EXPECT_THAT(said, HasSubstr("functions.lua:2: the function raised an error"));
    EXPECT_THAT(said, ::testing::Not(HasSubstr("138")));
    EXPECT_THAT(
        only(run("function f(s)\n  return s.x.y\nend", text("a"))), HasSubstr("functions.lua:2")
    );
}

TEST(FunctionsTest, OneItemCantReachTheNext) {
    auto functions = makeFunctions({"function f(s) seen = s return 'x' end"}, {"f"});
    ASSERT_TRUE(functions);
    const auto argument = text("a");
    EXPECT_FALSE((*functions)->call("f", {{&argument}}));
    for (const char* chunk :
         {"function f() string.upper = nil end", "function f() f = nil end",
          "function f() math.huge = 1 end"})
        EXPECT_THAT(only(run(chunk)), HasSubstr("the function failed")) << chunk;
}

TEST(FunctionsTest, WhatAFunctionKeepsOfAnItemIsGoneWithTheNext) {
    for (const char* chunk :
         {"local last = 'none' function f(s) local was = last last = s return was end",
          "local kept = {} function f(s) local was = kept[1] or 'none' kept[1] = s return was end",
          "kept = {} function f(s) local was = kept[1] or 'none' kept[1] = s return was end",
          "local function other() local last = 'none' return function(s) local was = last last = s "
          "return was end end f = other()"}) {
        auto functions = makeFunctions({"function g() end", chunk}, {"f", "g"});
        ASSERT_TRUE(functions) << chunk;
        const auto first = text("13876543210"), second = text("x");
        for (int item = 0; item < 3; ++item) {
            (*functions)->nextItem();
            EXPECT_THAT(*(*functions)->call("f", {{&first}}), ElementsAre("none")) << chunk;
            // Rows of one item may count together.
            EXPECT_THAT(*(*functions)->call("f", {{&second}}), ElementsAre("13876543210"));
        }
    }
}

TEST(FunctionsTest, ManyItemsNeedNoMoreMemoryThanOne) {
    FunctionLimits limits;
    limits.memory_bytes_max = 256U << 10;
    auto functions =
        makeFunctions({"local kept = {} function f(s) kept[1] = s:rep(9000) end"}, {"f"}, limits);
    ASSERT_TRUE(functions);
    const auto argument = text("x");
    for (int item = 0; item < 1'000; ++item) {
        (*functions)->nextItem();
        ASSERT_TRUE((*functions)->call("f", {{&argument}})) << item;
    }
}

TEST(FunctionsTest, AfterAFailureTheStateIsAsNew) {
    auto functions = makeFunctions(
        {"local n = 0 function f(s) n = n + 1 if s == 'bad' then error('x') end return n end"},
        {"f"}
    );
    ASSERT_TRUE(functions);
    const auto good = text("good"), bad = text("bad");
    EXPECT_THAT(*(*functions)->call("f", {{&good}}), ElementsAre("1"));
    EXPECT_FALSE((*functions)->call("f", {{&bad}}));
    EXPECT_THAT(*(*functions)->call("f", {{&good}}), ElementsAre("1"));
}

TEST(FunctionsTest, PairsHasOneOrderAndTablesHaveNoText) {
    const auto item = ItemValue::object({{"b", text("2")}, {"a", text("1")}, {"c", text("3")}});
    EXPECT_THAT(
        run("function f(t) local all = {} for k, v in pairs(t) do all[#all + 1] = k .. v end "
            "return all end",
            item),
        ElementsAre("a1", "b2", "c3")
    );
    EXPECT_THAT(only(run("function f() return tostring({}) end")), HasSubstr("failed"));
    EXPECT_THAT(only(run("function f() return string.format('%p', 'x') end")), HasSubstr("failed"));
}

TEST(FunctionsTest, PatternFunctionsDoWhatLuasDo) {
    EXPECT_THAT(run("function f() return (('a,b;c'):gsub('[,;]', ' ')) end"), ElementsAre("a b c"));
    EXPECT_THAT(run("function f() return (('abc'):gsub('', '-')) end"), ElementsAre("-a-b-c-"));
    EXPECT_THAT(
        run("function f() return (('x=1'):gsub('(%w)=(%w)', '%2=%1')) end"), ElementsAre("1=x")
    );
    EXPECT_THAT(run("function f() return (('ab'):gsub('%w', {a = 'x'})) end"), ElementsAre("xb"));
    EXPECT_THAT(
        run("function f() return (('ab'):gsub('%w', function(c) return c:upper() end)) end"),
        ElementsAre("AB")
    );
    EXPECT_THAT(
        run("function f() local t = {} for w in ('张三、李四'):gmatch('[^、]+') do t[#t + 1] = w "
            "end return t end"),
        ElementsAre("张三", "李四")
    );
    EXPECT_THAT(
        run("function f() local a, b, c = ('hello'):find('l(l)') return {a, b, c} end"),
        ElementsAre("3", "4", "l")
    );
    EXPECT_THAT(run("function f() return (('a.b'):find('.', 1, true)) end"), ElementsAre("2"));
    EXPECT_THAT(run("function f() return ('%5.2f'):format(3.14159) end"), ElementsAre(" 3.14"));
}

TEST(FunctionsTest, AMissingFunctionIsKnownBeforeTheFirstItem) {
    EXPECT_THAT(only(run("function g() end")), HasSubstr("there is no function f"));
    EXPECT_THAT(only(run("function f( end")), HasSubstr("functions.lua:1:"));
}

}  // namespace
}  // namespace yht::kit
