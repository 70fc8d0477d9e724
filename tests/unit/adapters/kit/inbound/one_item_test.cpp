#include "adapters/kit/inbound/one_item.h"

#include <gmock/gmock.h>

namespace yht::kit {
namespace {

std::string cut(const DecodeRules& rules, const std::string& message, std::uint64_t index) {
    const auto one = oneItemOf(rules, message, index);
    return one ? *one : std::string("<") + one.error().row().wire + ">";
}

TEST(OneItemTest, OfAnXmlMessageTheOthersAreLeftOut) {
    DecodeRules rules;
    rules.format = Format::Xml;
    rules.items = "B/AJ";
    rules.xml.items_expected = "@SL";
    const std::string head = "<?xml version='1.0'?>\n<W DW='a>b' SL=\"17\"><AJ/><!-- <AJ> --><B>\n", tail = "\n</B></W>\n";
    const std::string message = head + "<AJ LX='1'><n><AJ/></n></AJ><AJ/> <x:AJ><![CDATA[</AJ>]]></x:AJ>" + tail;
    const std::string one = "<?xml version='1.0'?>\n<W DW='a>b' SL=\"1\"><AJ/><!-- <AJ> --><B>\n";
    EXPECT_EQ(one + "<AJ LX='1'><n><AJ/></n></AJ>" + tail, cut(rules, message, 0));
    EXPECT_EQ(one + "<AJ/>" + tail, cut(rules, message, 1));
    EXPECT_EQ(one + "<x:AJ><![CDATA[</AJ>]]></x:AJ>" + tail, cut(rules, message, 2));
    EXPECT_EQ("<request.not_found>", cut(rules, message, 3));
    EXPECT_EQ("<request.not_found>", cut(rules, head + "<AJ/><AJ><a>torn", 1));
}

TEST(OneItemTest, OfSlicesWhatStandsAroundThemStays) {
    DecodeRules rules;
    rules.items = "data/rows";
    const std::string message = R"({"code":1,"data":{"rows":[{"a":1}, {"a":2},{"a":3}]},"more":true})";
    EXPECT_EQ(R"({"code":1,"data":{"rows":[{"a":2}]},"more":true})", cut(rules, message, 1));
    DecodeRules table;
    table.format = Format::Csv;
    EXPECT_EQ("a,b\n3,4", cut(table, "a,b\n1,2\n3,4", 1));
    table.table.total_row = {"合计", 2};
    EXPECT_EQ("a,b\n3,4\n合计2月,1\n", cut(table, "a,b\n1,2\n3,4\n合计2月,2\n", 1)) << "the cell, and no other number";
}

TEST(OneItemTest, WhatHasNoSlicesIsRefused) {
    DecodeRules rules;
    rules.format = Format::Xml;
    rules.items = "//AJ";
    EXPECT_EQ("<adapter.item_undecodable>", cut(rules, "<W><AJ/><AJ/></W>", 0));
}

}  // namespace
}  // namespace yht::kit
