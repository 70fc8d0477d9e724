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
