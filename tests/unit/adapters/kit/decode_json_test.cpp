#include "adapters/kit/decode_json.h"

#include <gmock/gmock.h>

namespace yht::kit {
namespace {

using ::testing::HasSubstr;

struct Decoded {
    std::vector<DecodedItem> items;
    std::string error;  // wire code of the message's own error
    std::string detail;
};

Decoded decode(DecodeRules rules, std::string_view message, std::size_t stop_after = 1'000) {
    rules.format = Format::Json;
    Decoded decoded;
    const auto decoder = makeDecoder(rules);
    if (!decoder) return {{}, "no decoder", decoder.error().detail};
    const auto status = (*decoder)->decode(message, [&](DecodedItem&& item) {
        decoded.items.push_back(std::move(item));
        return decoded.items.size() < stop_after;
    });
    if (!status) {
        decoded.error = base::errorRow(status.error().code).wire;
        decoded.detail = status.error().detail;
    }
    return decoded;
}

TEST(JsonDecoderTest, NumbersKeepTheirText) {
    const auto decoded =
        decode({}, R"({"id":430200201904180001,"n":1e3,"z":-0.10,"t":"007","f":true,"e":null})");
    ASSERT_EQ(decoded.items.size(), 1U);
    const auto& item = decoded.items.front().value;
    EXPECT_EQ(item.find("id")->text(), "430200201904180001");
    EXPECT_EQ(item.find("id")->type(), ItemType::Number);
    EXPECT_EQ(item.find("n")->text(), "1e3");
    EXPECT_EQ(item.find("z")->text(), "-0.10");
    EXPECT_EQ(item.find("t")->type(), ItemType::Text);
    EXPECT_EQ(item.find("f")->type(), ItemType::Flag);
    EXPECT_EQ(item.find("e")->type(), ItemType::Null);
}

TEST(JsonDecoderTest, ItemsStandWhereThePathSays) {
    const std::string message =
        R"({"code":"200","other":{"rows":[9]},"data":{"n":1,"rows":[{"a":1},{"a":2}]},"rows":[8]})";
    const auto decoded = decode({.items = "data/rows"}, message);
    ASSERT_EQ(decoded.items.size(), 2U);
    EXPECT_EQ(decoded.items[1].value.find("a")->text(), "2");
    EXPECT_EQ(decoded.items[1].place, "/data/rows/1");
    EXPECT_EQ(
        message.substr(decoded.items[1].raw_offset, decoded.items[1].raw_bytes), R"({"a":2})"
    );
    EXPECT_EQ(decoded.items[1].index, 1U);
}

TEST(JsonDecoderTest, OneItemAndAListOfOneAreTheSame) {
    EXPECT_EQ(
        decode({.items = "data"}, R"({"data":{"a":1}})").items.front().value,
        decode({.items = "data"}, R"({"data":[{"a":1}]})").items.front().value
    );
    EXPECT_EQ(decode({}, "[1,2,3]").items.size(), 3U);
}

TEST(JsonDecoderTest, AnAbsentListIsAnErrorUnlessTheManifestAllowsIt) {
    EXPECT_EQ(decode({.items = "data"}, R"({"data":null})").error, "adapter.item_undecodable");
    EXPECT_EQ(decode({.items = "data", .items_required = false}, R"({"code":1})").error, "");
    EXPECT_EQ(decode({.items = "data"}, R"({"data":[]})").error, "");
}

TEST(JsonDecoderTest, ANameTwiceFailsItsItemAlone) {
    const auto decoded = decode({}, R"([{"a":1,"a":2},{"a":3}])");
    ASSERT_EQ(decoded.items.size(), 2U);
    EXPECT_EQ(decoded.items[0].failure->code, base::ErrorCode::ItemUndecodable);
    EXPECT_FALSE(decoded.items[1].failure);
    EXPECT_THAT(
        decode({.items = "data"}, R"({"data":[1],"data":[2]})").detail, HasSubstr("\"data\" twice")
    );
}

TEST(JsonDecoderTest, BytesThatAreNotUtf8FailTheirItemAlone) {
    const auto decoded = decode({}, "[{\"a\":\"\xB1\xA8\"},{\"a\":\"x\"},{\"\xB1\":1}]");
    ASSERT_EQ(decoded.items.size(), 3U);
    EXPECT_EQ(decoded.items[0].failure->code, base::ErrorCode::ItemUndecodable);
    EXPECT_FALSE(decoded.items[1].failure);
    EXPECT_TRUE(decoded.items[2].failure);
}

TEST(JsonDecoderTest, EscapesAndControlCharactersAreSeenWhereverTheyStand) {
    for (std::size_t before = 0; before < 20; ++before) {
        const std::string run = std::string(before, 'x') + "水管" + std::string(before % 7, 'y');
        const auto good = decode({}, R"({"a":")" + run + R"(\"\u6c34\\)" + run + R"(\n","b":")" + run + R"("})");
        ASSERT_EQ(good.items.size(), 1U) << before << good.detail;
        EXPECT_EQ(good.items[0].value.find("a")->text(), run + "\"水\\" + run + "\n");
        EXPECT_EQ(good.items[0].value.find("b")->text(), run);
        for (const char control : {'\0', '\x01', '\n', '\x1F'}) {
            const auto bad = decode({}, R"({"a":")" + run + control + R"(z"})");
            EXPECT_EQ(bad.error, "adapter.item_undecodable") << before << " " << static_cast<int>(control);
            EXPECT_TRUE(bad.items.empty());
        }
        EXPECT_EQ(decode({}, R"({"a":")" + run).error, "adapter.item_undecodable");
    }
}

TEST(JsonDecoderTest, WhatStandsBehindANulIsNotLostInSilence) {
    const std::string nul(1, '\0');
    DecodeRules rules;
    rules.items = "rows";
    const auto whole = decode(rules, R"({"rows":[{"a":1}]})" + nul + R"({"rows":[{"a":2}]})");
    EXPECT_EQ(whole.error, "adapter.item_undecodable");
    EXPECT_THAT(whole.detail, HasSubstr("NUL at byte 18"));
    rules.items = "";
    rules.lines = true;
    const auto lines = decode(rules, R"({"a":1})" + nul + R"({"a":2})" + "\n{\"a\":3}\n");
    ASSERT_EQ(lines.items.size(), 2U);
    EXPECT_TRUE(lines.items[0].failure);
    EXPECT_EQ(lines.items[1].value.find("a")->text(), "3");
}

TEST(JsonDecoderTest, AnotherCharsetIsStrictToo) {
    const auto decoded = decode({.charset = "GBK"}, "{\"a\":\"\xB1\xA8\"}");
    ASSERT_EQ(decoded.items.size(), 1U) << decoded.detail;
    EXPECT_EQ(decoded.items[0].value.find("a")->text(), "报");
    EXPECT_EQ(decode({.charset = "GBK"}, "{\"a\":\"\xFF\"}").error, "adapter.item_undecodable");
}

TEST(JsonDecoderTest, ATornMessageKeepsTheItemsBeforeTheTear) {
    const auto decoded = decode({}, R"([{"a":1},{"a":2},{"a)");
    EXPECT_EQ(decoded.items.size(), 2U);
    EXPECT_EQ(decoded.error, "adapter.item_undecodable");
    EXPECT_THAT(decoded.detail, HasSubstr("At byte"));
}

TEST(JsonDecoderTest, ABadLineFailsAlone) {
    const auto decoded =
        decode({.lines = true}, "\xEF\xBB\xBF{\"a\":1}\r\n\n{\"a\":\n{\"a\":2} x\n{\"a\":3}");
    ASSERT_EQ(decoded.items.size(), 4U);
    EXPECT_EQ(decoded.items[1].place, "line 3");
    EXPECT_TRUE(decoded.items[1].failure);
    EXPECT_TRUE(decoded.items[2].failure);
    EXPECT_EQ(decoded.items[3].value.find("a")->text(), "3");
    EXPECT_EQ(decoded.items[3].index, 3U);
}

TEST(JsonDecoderTest, EveryBoundHolds) {
    DecodeLimits small;
    small.depth_max = 3;
    EXPECT_EQ(
        decode({.limits = small}, R"([[[[1]]],{"a":[[1]]},{"a":[[[1]]]}])").items[2].failure->code,
        base::ErrorCode::ItemTooLarge
    );
    small = {};
    small.members_max = 2;
    EXPECT_TRUE(decode({.limits = small}, R"({"a":1,"b":2,"c":3})").items[0].failure);
    small = {};
    small.item_bytes_max = 5;
    EXPECT_TRUE(decode({.limits = small}, R"({"a":"123456"})").items[0].failure);
    small = {};
    small.items_max = 2;
    const auto many = decode({.limits = small}, "[1,2,3]");
    EXPECT_EQ(many.items.size(), 2U);
    EXPECT_EQ(many.error, "adapter.item_too_large");
    small = {};
    small.message_bytes_max = 3;
    EXPECT_EQ(decode({.limits = small}, "[1,2,3]").error, "adapter.item_too_large");
    EXPECT_EQ(decode({}, std::string(100'000, '[')).error, "adapter.item_too_large");
}

TEST(JsonDecoderTest, TheSinkMayStop) {
    EXPECT_EQ(decode({}, "[1,2,3]", 2).items.size(), 2U);
}

TEST(JsonDecoderTest, ArrayPathsAreAlwaysLists) {
    const DecodeRules rules{.array_paths = {"a", "b/c"}};
    const auto decoded = decode(rules, R"({"a":{"x":1},"b":[{"c":1},{"c":[2,3]},{"c":null}]})");
    const auto& item = decoded.items.front().value;
    EXPECT_EQ(item.find("a")->items().size(), 1U);
    EXPECT_EQ(item.find("b")->items()[0].find("c")->type(), ItemType::List);
    EXPECT_EQ(item.find("b")->items()[1].find("c")->items().size(), 2U);
    EXPECT_TRUE(item.find("b")->items()[2].find("c")->items().empty());
}

TEST(JsonDecoderTest, RulesThatDontFitAreRefused) {
    EXPECT_THAT(decode({.charset = "NOPE"}, "").detail, HasSubstr("decode.charset"));
    EXPECT_THAT(decode({.items = "a/*"}, "").detail, HasSubstr("decode.items"));
}

}  // namespace
}  // namespace yht::kit
