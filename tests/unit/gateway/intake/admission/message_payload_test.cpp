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

}  // namespace
}  // namespace yht::intake
