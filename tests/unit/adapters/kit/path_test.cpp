#include "adapters/kit/path.h"

#include <gmock/gmock.h>

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ItemValue object(std::vector<ItemValue::Member> members) {
    return ItemValue::object(std::move(members));
}

const ItemValue kItem = object({
    {"name", text("n")},
    {"a/b", text("slash")},
    {"*", text("star")},
    {"@code", text("attribute")},
    {"one", object({{"id", text("1")}})},
    {"many", ItemValue::list({object({{"id", text("1")}}), object({{"id", text("2")}})})},
});

std::vector<std::string> find(const std::string& path, const ItemValue& entry = kItem) {
    const auto made = Path::parse(path);
    if (!made) return {"<" + made.error().detail + ">"};
    std::vector<const ItemValue*> found;
    made->find(kItem, entry, found);
    std::vector<std::string> texts;
    for (const auto* value : found) texts.push_back(value->text());
    return texts;
}

TEST(PathTest, NamesLeadToMembers) {
    EXPECT_THAT(find("name"), ElementsAre("n"));
    EXPECT_THAT(find("one/id"), ElementsAre("1"));
    EXPECT_THAT(find("one/none"), IsEmpty());
    EXPECT_THAT(find("name/deeper"), IsEmpty());
    EXPECT_THAT(find("@code"), ElementsAre("attribute"));
}

TEST(PathTest, EscapesAreThoseOfJsonPointersAndOneForTheStar) {
    EXPECT_THAT(find("a~1b"), ElementsAre("slash"));
    EXPECT_THAT(find("~2"), ElementsAre("star"));
    for (const char* name : {"a/b", "*", "~", "plain", "~1"}) {
        const auto made = Path::parse(pathStep(name));
        ASSERT_TRUE(made) << name;
        EXPECT_EQ(made->steps().front().name, name);
    }
}

TEST(PathTest, OneChildAndManyAreReadAlike) {
    EXPECT_THAT(find("many/*/id"), ElementsAre("1", "2"));
    EXPECT_THAT(find("one/*/id"), ElementsAre("1"));
    EXPECT_THAT(find("many/id"), ElementsAre("1", "2"));
    EXPECT_THAT(find("many/1/id"), ElementsAre("2"));
    EXPECT_THAT(find("many/2/id"), IsEmpty());
}

TEST(PathTest, ASlashInFrontBeginsAtTheItem) {
    const ItemValue& entry = kItem.find("many")->items()[1];
    EXPECT_THAT(find("id", entry), ElementsAre("2"));
    EXPECT_THAT(find("/name", entry), ElementsAre("n"));
    EXPECT_THAT(find("", entry), ElementsAre(""));
}

TEST(PathTest, AMistakeIsSaid) {
    for (const char* path : {"a//b", "a/", "a~", "a~3"}) EXPECT_FALSE(Path::parse(path)) << path;
    std::string deep = "a";
    for (int i = 0; i < 40; ++i) deep += "/a";
    EXPECT_FALSE(Path::parse(deep));
}

TEST(PathTest, ATextIsPutWhereItBelongs) {
    ItemValue item = kItem;
    EXPECT_TRUE(Path::parse("new/deep")->setText(item, "x"));
    EXPECT_EQ(item.find("new")->find("deep")->text(), "x");
    EXPECT_TRUE(Path::parse("many/1/id")->setText(item, "y"));
    EXPECT_EQ(item.find("many")->items()[1].find("id")->text(), "y");
    EXPECT_FALSE(Path::parse("many/7/id")->setText(item, "y"));
    EXPECT_FALSE(Path::parse("one")->setText(item, "y"));
    EXPECT_FALSE(Path::parse("name/x")->setText(item, "y"));
}

}  // namespace
}  // namespace yht::kit
