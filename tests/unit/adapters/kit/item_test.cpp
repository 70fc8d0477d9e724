#include "adapters/kit/item.h"

#include <gtest/gtest.h>

namespace yht::kit {
namespace {

ItemValue text(const char* value) {
    return ItemValue::scalar(ItemType::Text, value);
}

TEST(CanonicalForm, MembersHaveNoOrderButEntriesHave) {
    const auto one = ItemValue::object({{"a", text("1")}, {"b", text("2")}});
    const auto other = ItemValue::object({{"b", text("2")}, {"a", text("1")}});
    EXPECT_EQ(canonicalForm(one), canonicalForm(other));
    EXPECT_NE(canonicalForm(ItemValue::list({text("1"), text("2")})), canonicalForm(ItemValue::list({text("2"), text("1")})));
}

TEST(CanonicalForm, DifferentValuesHaveDifferentForms) {
    EXPECT_NE(canonicalForm(text("7")), canonicalForm(ItemValue::scalar(ItemType::Number, "7")));
    EXPECT_NE(canonicalForm(ItemValue()), canonicalForm(text("")));
    EXPECT_NE(canonicalForm(ItemValue::list({text("12")})), canonicalForm(ItemValue::list({text("1"), text("2")})));
    EXPECT_NE(canonicalForm(ItemValue::object({{"ab", text("c")}})), canonicalForm(ItemValue::object({{"a", text("bc")}})));
    EXPECT_NE(canonicalForm(ItemValue::list({})), canonicalForm(ItemValue::object({})));
}

}  // namespace
}  // namespace yht::kit
