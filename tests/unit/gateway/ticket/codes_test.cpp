#include "gateway/ticket/codes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "gateway/base/time_text.h"
#include "gateway/ticket/calendar.h"
#include "gateway/ticket/catalogue.h"

using namespace yht;

TEST(Codes, EveryListOfTheCatalogueExistsAndHasRows) {
    for (const auto& row : ticket::fieldTable()) {
        const bool coded =
            row.type == ticket::FieldType::Code || row.type == ticket::FieldType::Codes;
        EXPECT_EQ(coded, *row.code_list != '\0') << row.name;
        EXPECT_EQ(coded, !ticket::codeList(row.code_list).empty()) << row.name;
    }
}

TEST(Codes, EveryListIsNamedAndEveryCodeStandsOnce) {
    for (const auto& list : ticket::codeLists()) {
        std::set<std::string> seen;
        ASSERT_FALSE(ticket::codeList(list.list).empty()) << list.list;
        for (const auto& row : ticket::codeList(list.list)) {
            EXPECT_TRUE(seen.insert(row.code).second) << list.list << " " << row.code;
            const bool followed = *row.successor != '\0';
            EXPECT_EQ(followed, ticket::findCode(list.list, row.successor) != nullptr)
                << row.successor;
        }
    }
    EXPECT_EQ(nullptr, ticket::findCodeList("no_such_list"));
    EXPECT_TRUE(ticket::codeList("no_such_list").empty());
}

TEST(Codes, ACodeEndsWithItsLastShanghaiDay) {
    const auto last = *base::parseRfc3339("2018-06-30T23:59:59.999+08:00");
    EXPECT_NE(nullptr, ticket::findCode("coordinate_system", "XIAN80", last));
    EXPECT_EQ(nullptr, ticket::findCode("coordinate_system", "XIAN80", last + 1));
    EXPECT_NE(nullptr, ticket::findCode("coordinate_system", "XIAN80"));
    EXPECT_EQ(nullptr, ticket::findCode("coordinate_system", "xian80"));
}

TEST(Codes, LimitUnitsAreTheCalendars) {
    EXPECT_STREQ("分钟", ticket::findCode("limit_unit", "1")->zh);
    EXPECT_EQ(4, static_cast<int>(ticket::LimitUnit::WorkingDay));
    EXPECT_STREQ("工作日", ticket::findCode("limit_unit", "4")->zh);
}

TEST(Catalogue, KindsOfTheCodeListAreTheKinds) {
    ASSERT_EQ(ticket::kindTable().size(), ticket::codeList("kind").size());
    for (const auto& kind : ticket::kindTable())
        EXPECT_NE(nullptr, ticket::findCode("kind", kind.name));
}
