#include "gateway/intake/admission/message_payload.h"

#include <gtest/gtest.h>

namespace yht::intake {
namespace {

const MessagePayload kExample{
    .body = "{}", .signature_base = "b", .signature = "\xFF", .keyid = "k", .algorithm = "ed25519"};
constexpr const char* kExampleHex =
    "01"
    "00000002"
    "7b7d"
    "00000001"
    "62"
    "00000001"
    "ff"
    "00000001"
    "6b"
    "00000007"
    "65643235353139";

TEST(MessagePayload, TheExampleOfTheGrammarHolds) {
    EXPECT_EQ(kExampleHex, base::toHex(encodeMessagePayload(kExample)));
    EXPECT_EQ(kExample, decodeMessagePayload(*base::fromHex(kExampleHex)).value());
}

TEST(MessagePayload, EveryCutIsRefused) {
    const base::Bytes whole = encodeMessagePayload(kExample);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto cut = decodeMessagePayload(base::BytesView(whole).substr(0, length));
        ASSERT_FALSE(cut.ok()) << length;
        EXPECT_EQ(base::ErrorCode::LedgerCorrupt, cut.error().code);
    }
}

TEST(MessagePayload, ATailAndAnotherVersionAreRefused) {
    base::Bytes bytes = encodeMessagePayload(kExample);
    EXPECT_EQ(base::ErrorCode::LedgerCorrupt, decodeMessagePayload(bytes + "x").error().code);
    bytes[0] = 2;
    EXPECT_EQ(base::ErrorCode::LedgerCorrupt, decodeMessagePayload(bytes).error().code);
}

TEST(MessagePayload, BlankedBodyKeepsItsLengthAndTheBracketsAroundWhatWasTakenOut) {
    MessagePayload message = kExample;
    message.body = R"([{"a":1},{"b":2}])";
    message.blanks = {{1, 7}};
    blankOut(message.body, message.blanks[0]);
    EXPECT_EQ(R"([{     },{"b":2}])", message.body);
    const base::Bytes bytes = encodeMessagePayload(message);
    EXPECT_EQ(kBlankedPayloadVersion, bytes[0]);
    EXPECT_EQ(message, decodeMessagePayload(bytes).value());
    std::string row = "a,13800000000\n";
    blankOut(row, {0, 13});
    EXPECT_EQ(" ------------\n", row);
}

TEST(MessagePayload, WhatCameBesideTheBytesIsKeptWithThem) {
    MessagePayload message = kExample;
    message.beside = {"text/csv", "a_20190613.csv", "history"};
    const base::Bytes bytes = encodeMessagePayload(message);
    EXPECT_EQ("03" + std::string(kExampleHex).substr(2) + "00000000" "00000008" "746578742f637376" "0000000e" "615f32303139303631332e637376"
              "00000007" "686973746f7279", base::toHex(bytes));
    EXPECT_EQ(message, decodeMessagePayload(bytes).value());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(decodeMessagePayload(base::BytesView(bytes).substr(0, length)).ok()) << length;
    }
    message.blanks = {{1, 1}};
    EXPECT_EQ(message, decodeMessagePayload(encodeMessagePayload(message)).value());
}

TEST(MessagePayload, EachMessageHasOneWayToBeWritten) {
    // Version 3 with nothing beside the bytes; version 2 without blanks.
    const std::string parts = std::string(kExampleHex).substr(2);
    EXPECT_FALSE(decodeMessagePayload(*base::fromHex("03" + parts + "00000000" "00000000" "00000000" "00000000")).ok());
    EXPECT_FALSE(decodeMessagePayload(*base::fromHex("02" + parts + "00000000")).ok());
    EXPECT_FALSE(decodeMessagePayload(*base::fromHex("04" + parts)).ok());
}

TEST(MessagePayload, BlanksOutsideTheBodyOrOverlappingAreRefused) {
    MessagePayload message = kExample;
    const auto decoded = [&](std::vector<Blank> blanks) {
        message.blanks = std::move(blanks);
        return decodeMessagePayload(encodeMessagePayload(message)).ok();
    };
    EXPECT_TRUE(decoded({{0, 1}, {1, 1}}));
    EXPECT_FALSE(decoded({{1, 2}}));
    EXPECT_FALSE(decoded({{0, 2}, {1, 1}}));
    EXPECT_FALSE(decoded({{0, 0}}));
    message.body.clear();
    EXPECT_TRUE(decoded({{0, 4096}}));
    EXPECT_FALSE(decoded({{1, 4096}}));
}

}  // namespace
}  // namespace yht::intake
