#include "gateway/trust/http_message.h"

#include <gtest/gtest.h>

namespace yht::trust {
namespace {

TEST(HttpHead, RepeatedFieldsAreJoinedInOrder) {
    HttpHead head;
    head.fields = {{"x-a", " one "}, {"x-b", "other"}, {"x-a", "two\t"}, {"x-a", ""}};
    EXPECT_EQ("one, two, ", head.field("x-a"));
    EXPECT_EQ("other", head.field("x-b"));
}

TEST(HttpHead, FoldedLinesBecomeOneSpace) {
    HttpHead head;
    head.fields = {{"x-a", "one\r\n   two\n\tthree"}};
    EXPECT_EQ("one two three", head.field("x-a"));
}

TEST(HttpHead, AbsentAndEmptyAreTold) {
    HttpHead head;
    head.fields = {{"x-a", ""}};
    EXPECT_TRUE(head.has("x-a"));
    EXPECT_FALSE(head.has("x-b"));
    EXPECT_EQ("", head.field("x-a"));
    EXPECT_EQ("", head.field("x-b"));
}

TEST(HttpHead, SetReplacesEveryValue) {
    HttpHead head;
    head.fields = {{"x-a", "1"}, {"x-b", "2"}, {"x-a", "3"}};
    head.set("x-a", "4");
    EXPECT_EQ("4", head.field("x-a"));
    EXPECT_EQ(2u, head.fields.size());
}

}  // namespace
}  // namespace yht::trust
