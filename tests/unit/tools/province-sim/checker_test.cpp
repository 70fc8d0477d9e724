#include "tools/province-sim/checker.h"

#include <gtest/gtest.h>

#include "tests/unit/tools/province-sim/province_client.h"
#include "tools/province-sim/books.h"
#include "tools/province-sim/charset_bytes.h"

namespace yht {
namespace {

using test::Members;

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

/// "SQBT 2003, SFQH 2004": every fault of the record.
std::string faultsOf(const std::string& json) {
    const auto record = stage::parseJson(json, stage::Numbers::AsNumbers);
    std::string text;
    for (const auto& fault : province_sim::checkRecord(*record, "HX430201"))
        text += (text.empty() ? "" : ", ") + fault.field + " " + fault.code;
    return text;
}

Members recordOf(const std::string& kind) {
    if (kind == "SQ") return test::appealRecord("1", "T1");
    if (kind == "PD") return test::assignmentRecord("1", "T1");
    if (kind == "JG") return test::resultRecord("1", "T1");
    if (kind == "HF") return test::visitRecord("1", "T1");
    return test::callRecord("1");
}

struct Row {
    const char* claim;
    const char* kind;
    Members changes;  // "-" takes the member out
    const char* faults;
};

const Row kRows[] = {
    // claim, kind, changes, faults
    {"a complete appeal is in order", "SQ", {}, ""},
    {"a complete assignment is in order", "PD", {}, ""},
    {"a complete result is in order", "JG", {}, ""},
    {"a complete visit is in order", "HF", {}, ""},
    {"a call needs no ticket", "DH", {}, ""},
    {"a title of 100 GBK bytes fits", "SQ", {{"SQBT", repeated("水", 50)}}, ""},
    {"one ASCII more is too long", "SQ", {{"SQBT", repeated("水", 50) + "x"}}, "SQBT 2003"},
    {"4001 bytes of content are too long", "SQ", {{"SQNR", repeated("a", 4001)}}, "SQNR 2003"},
    {"a character outside GBK", "SQ", {{"SQBT", "𠮷祥小区"}}, "SQBT 2004"},
    {"a character beyond the BMP in a name", "SQ", {{"SQRXM", "𬭛先生"}}, "SQRXM 2004"},
    {"line feed and tab may stand in a text", "SQ", {{"SQNR", "一\n二\t三"}}, ""},
    {"carriage return may not", "SQ", {{"SQNR", "一\r\n二"}}, "SQNR 2004"},
    {"required field absent", "SQ", {{"SQBT", "-"}}, "SQBT 2001"},
    {"an empty string is an absent field", "SQ", {{"SQBT", ""}}, "SQBT 2001"},
    {"a code that is not in the table", "SQ", {{"SQLX", "08"}}, "SQLX 2002"},
    {"the canonical channel code is not the province's", "SQ", {{"SQLY", "01"}}, "SQLY 2002"},
    {"part of a code is no code", "SQ", {{"JJCD", "0"}}, "JJCD 2002"},
    {"two codes at once are no code", "SQ", {{"JJCD", "1 2"}}, "JJCD 2002"},
    {"a time with a zone", "SQ", {{"SQSJ", "2019-04-18T09:30:00+08:00"}}, "SQSJ 2004"},
    {"30 February", "SQ", {{"SQSJ", "2019-02-30 09:30:00"}}, "SQSJ 2004"},
    {"a region of six", "SQ", {{"SFQH", "430204"}}, "SFQH 2004"},
    {"the incident may lie in another province", "SQ", {{"SFQH", "620200000000"}}, ""},
    {"accepted in another city", "SQ", {{"SLQH", "430100000000"}}, "SLQH 2005"},
    {"another unit's reporting code", "SQ", {{"SBDW", "HX430101"}}, "SBDW 2005"},
    {"a reporting unit that does not exist", "SQ", {{"SBDW", "HX439901"}}, "SBDW 2002"},
    {"an unknown field", "SQ", {{"TITLE", "x"}}, "TITLE 2004"},
    {"another kind's field", "PD", {{"SQBT", "x"}}, "SQBT 2004"},
    {"telephone needs hotline and caller", "SQ", {{"SQLY", "10"}}, "RXHM 2001, LDHM 2001"},
    {"a department's hotline may keep the caller's number",
     "SQ",
     {{"SQLY", "11"}, {"RXHM", "12315"}},
     ""},
    {"a secret caller's number stays away",
     "SQ",
     {{"SQLY", "10"}, {"RXHM", "12345"}, {"SFBM", "1"}},
     ""},
    {"not accepted needs a reason", "SQ", {{"BLFS", "10"}}, "BYSLYY 2001"},
    {"answered at once needs the answer", "SQ", {{"BLFS", "01"}}, "ZJDF 2001"},
    {"an anonymous citizen has no name", "SQ", {{"SFNM", "1"}, {"SQRXM", "-"}}, ""},
    {"unsolved needs a reason", "JG", {{"BLJG", "3"}}, "WJJYY 2001"},
    {"dissatisfied needs a reason", "HF", {{"MYD", "1"}}, "BMYYY 2001"},
    {"not connected needs a reason", "HF", {{"SFJT", "0"}}, "WJTYY 2001"},
    {"a limit needs its unit", "PD", {{"SX", "5"}}, "SXDW 2001"},
    {"a limit is a number", "PD", {{"SX", "5d"}, {"SXDW", "W"}}, "SX 2004"},
    {"an XH of 21 digits", "PD", {{"XH", repeated("9", 21)}}, "XH 2004"},
    {"a flag in words", "SQ", {{"SFHF", "true"}}, "SFHF 2004"},
    {"an unknown kind is all that is said", "SQ", {{"SJLX", "XX"}}, "SJLX 2006"},
    {"all faults at once, in the table's order",
     "SQ",
     {{"SQBT", "-"}, {"SQLX", "77"}, {"FSSJ", "gestern"}},
     "FSSJ 2004, SQLX 2002, SQBT 2001"},
};

TEST(ProvinceChecker, FindsEveryFaultOfATable) {
    for (const Row& row : kRows) {
        Members record = recordOf(row.kind);
        for (const auto& [name, value] : row.changes)
            if (value == "-")
                record.erase(name);
            else
                record[name] = value;
        EXPECT_EQ(row.faults, faultsOf(test::recordJson(record))) << row.claim;
    }
}

std::string withMember(const std::string& member) {
    std::string json = test::recordJson(test::appealRecord("1", "T1"));
    json.insert(1, member + ",");
    return json;
}

TEST(ProvinceChecker, NumbersAreRefusedWhereStringsBelong) {
    EXPECT_EQ("SJRS 2004", faultsOf(withMember("\"SJRS\":128")));
    EXPECT_EQ("", faultsOf(withMember("\"SJRS\":\"128\"")));
}

TEST(ProvinceChecker, ArraysAndObjectsHaveTheirForm) {
    const std::string digest = "\"" + repeated("0a", 32) + "\"";
    EXPECT_EQ("", faultsOf(withMember("\"FJLB\":[" + digest + "]")));
    EXPECT_EQ("FJLB 2004", faultsOf(withMember("\"FJLB\":[\"0A\"]")));
    EXPECT_EQ("FJLB 2004", faultsOf(withMember("\"FJLB\":\"x\"")));
    EXPECT_EQ("", faultsOf(withMember("\"KZXX\":{\"争议金额\":\"100\"}")));
    EXPECT_EQ("KZXX 2004", faultsOf(withMember("\"KZXX\":{\"a\":1}")));
}

TEST(ProvinceChecker, AMemberGivenTwiceIsRefused) {
    EXPECT_EQ("SQBT 2004", faultsOf(withMember("\"SQBT\":\"another\"")));
}

TEST(ProvinceChecker, TwentyDigitsAreComparedAsNumbers) {
    EXPECT_TRUE(province_sim::numberLess("9", "10"));
    EXPECT_TRUE(province_sim::numberLess("18446744073709551615", "99999999999999999999"));
    EXPECT_FALSE(province_sim::numberLess("0010", "10"));
}

TEST(ProvinceGbk, CountsAsTheDatabaseDoes) {
    EXPECT_EQ(5u, province_sim::gbkBytes("株洲a"));
    EXPECT_EQ(std::nullopt, province_sim::gbkBytes("😀"));
    EXPECT_EQ(6000u, province_sim::gbkBytes(repeated("水", 3000)));
}

}  // namespace
}  // namespace yht
