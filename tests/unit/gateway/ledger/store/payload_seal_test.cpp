#include "gateway/ledger/store/payload_seal.h"

#include <gtest/gtest.h>

namespace yht::ledger {
namespace {

using base::Bytes;
using base::ErrorCode;

class PayloadSealTest : public testing::Test {
protected:
    base::SeededRandom random_{1};
    const Bytes key_ = Bytes(32, 'd'), kek_ = Bytes(32, 'k'), leaf_ = Bytes(32, 'l'),
                salt_ = Bytes(16, 's');
    const Bytes sealed_ = sealPayload(key_, leaf_, salt_, "payload", random_);
};

TEST_F(PayloadSealTest, OpensToSaltAndPayload) {
    const auto opened = openPayload(key_, leaf_, sealed_);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(salt_, opened->salt);
    EXPECT_EQ("payload", opened->payload);
}

TEST_F(PayloadSealTest, EmptyPayloadKeepsItsSalt) {
    const auto opened = openPayload(key_, leaf_, sealPayload(key_, leaf_, salt_, "", random_));
    EXPECT_EQ(salt_, opened->salt);
    EXPECT_EQ("", opened->payload);
}

TEST_F(PayloadSealTest, OtherKeyLeafOrByteIsRefused) {
    EXPECT_EQ(ErrorCode::LedgerCorrupt, openPayload(kek_, leaf_, sealed_).error().code);
    EXPECT_EQ(ErrorCode::LedgerCorrupt, openPayload(key_, Bytes(32, 'm'), sealed_).error().code);
    EXPECT_EQ(ErrorCode::LedgerCorrupt, openPayload(key_, leaf_, sealed_.substr(1)).error().code);
    EXPECT_EQ(ErrorCode::LedgerCorrupt, openPayload(key_, leaf_, "").error().code);
}

TEST_F(PayloadSealTest, WrappedKeyBelongsToItsOwner) {
    const auto wrapped = wrapKey(kek_, entryKeyOwner(7), key_, random_);
    EXPECT_EQ(key_, *unwrapKey(kek_, entryKeyOwner(7), wrapped));
    EXPECT_EQ(ErrorCode::LedgerCorrupt, unwrapKey(kek_, entryKeyOwner(8), wrapped).error().code);
    EXPECT_EQ(ErrorCode::LedgerCorrupt, unwrapKey(key_, entryKeyOwner(7), wrapped).error().code);
}

TEST_F(PayloadSealTest, PayloadIsNoKeyAndKeyIsNoPayload) {
    const auto wrapped = wrapKey(key_, leaf_, Bytes(32, 'x'), random_);
    EXPECT_FALSE(openPayload(key_, leaf_, wrapped).ok());
    EXPECT_FALSE(unwrapKey(key_, leaf_, sealed_).ok());
}

}  // namespace
}  // namespace yht::ledger
