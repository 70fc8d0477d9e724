#include "gateway/ledger/store/payload_seal.h"

#include <gtest/gtest.h>

namespace yht::ledger {
namespace {

using base::Bytes;
using base::ErrorCode;
using crypto::CipherSuite;

class PayloadSealTest : public testing::Test {
protected:
    base::SeededRandom random_{1};
    const Bytes key_ = Bytes(32, 'd'), leaf_ = Bytes(32, 'l'),
                salt_ = Bytes(16, 's');
    const crypto::KeyRing kek_ = Bytes(32, 'k');
    const Bytes sealed_ = sealPayload(CipherSuite::Aes256Gcm, key_, leaf_, salt_, "payload", random_);
};

TEST_F(PayloadSealTest, OpensToSaltAndPayload) {
    const auto opened = openPayload(key_, leaf_, sealed_);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(salt_, opened->salt);
    EXPECT_EQ("payload", opened->payload);
}

TEST_F(PayloadSealTest, EmptyPayloadKeepsItsSalt) {
    const auto opened = openPayload(key_, leaf_, sealPayload(CipherSuite::Aes256Gcm, key_, leaf_, salt_, "", random_));
    EXPECT_EQ(salt_, opened->salt);
    EXPECT_EQ("", opened->payload);
}

TEST_F(PayloadSealTest, OtherKeyLeafOrByteIsRefused) {
    EXPECT_EQ(ErrorCode::LedgerCorrupt, openPayload(Bytes(32, 'k'), leaf_, sealed_).error().code);
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

TEST_F(PayloadSealTest, EachSaysHowItIsSealed) {
    const auto sm4 = sealPayload(CipherSuite::Sm4CtrHmacSm3, key_, leaf_, salt_, "payload", random_);
    EXPECT_EQ(Bytes("YHTSEAL\x02"), sm4.substr(0, 8));
    EXPECT_EQ(sealed_.size() + 8, sm4.size());
    const auto opened = openPayload(key_, leaf_, sm4);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ("payload", opened->payload);
    EXPECT_EQ(salt_, opened->salt);
    // What follows the mark is what cipher_suite.h says, and nothing that AES opens.
    EXPECT_TRUE(crypto::openWith(CipherSuite::Sm4CtrHmacSm3, key_, "yht payload\n" + leaf_, sm4.substr(8)).ok());
}

TEST_F(PayloadSealTest, NoOctetOfAnSm4PayloadMayChange) {
    const auto sm4 = sealPayload(CipherSuite::Sm4CtrHmacSm3, key_, leaf_, salt_, "payload", random_);
    for (std::size_t i = 0; i < sm4.size(); ++i) {
        auto changed = sm4;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_EQ(ErrorCode::LedgerCorrupt, openPayload(key_, leaf_, changed).error().code) << i;
    }
    EXPECT_FALSE(openPayload(key_, leaf_, sm4.substr(8)).ok());
    EXPECT_FALSE(openPayload(key_, leaf_, sm4.substr(0, 8)).ok());
    EXPECT_FALSE(openPayload(Bytes(32, 'D'), leaf_, sm4).ok());
    EXPECT_FALSE(openPayload(key_, Bytes(32, 'm'), sm4).ok());
}

TEST_F(PayloadSealTest, NonceThatLooksLikeAMarkStillOpens) {
    // As a payload of before would have, once in 2^64.
    struct Marked final : base::Random {
        Bytes bytes(std::size_t count) override { return Bytes("YHTSEAL\x02....").substr(0, count); }
    } random;
    const auto sealed = sealPayload(CipherSuite::Aes256Gcm, key_, leaf_, salt_, "payload", random);
    ASSERT_TRUE(sealed.starts_with("YHTSEAL\x02"));
    EXPECT_EQ("payload", openPayload(key_, leaf_, sealed)->payload);
}

TEST_F(PayloadSealTest, WhileTheKekIsRotatedBothOpenAndTheNewOneWraps) {
    const crypto::KeyRing both(Bytes(32, 'n'), Bytes(32, 'k')), after(Bytes(32, 'n'));
    const auto old = wrapKey(kek_, "owner", key_, random_);
    EXPECT_EQ(key_, *unwrapKey(both, "owner", old));
    EXPECT_FALSE(unwrapKey(after, "owner", old).ok());
    const auto anew = rewrapKey(both, "owner", old, random_);
    ASSERT_TRUE(anew.ok() && anew->has_value());
    EXPECT_EQ(old.size(), (*anew)->size());
    EXPECT_EQ(key_, *unwrapKey(after, "owner", **anew));
    EXPECT_FALSE(unwrapKey(kek_, "owner", **anew).ok());
    EXPECT_FALSE(rewrapKey(both, "owner", **anew, random_)->has_value());
    EXPECT_EQ(ErrorCode::LedgerCorrupt, rewrapKey(both, "another", old, random_).error().code);
}

TEST(KeyRing, NamesTellWhichKekAndNothingOfIt) {
    const crypto::KeyRing ring(Bytes(32, 'n'), Bytes(32, 'k'));
    EXPECT_EQ(crypto::kekName(Bytes(32, 'n')), ring.name());
    EXPECT_EQ(crypto::kekName(Bytes(32, 'k')), ring.formerName());
    EXPECT_EQ(16u, ring.name().size());
    EXPECT_NE(ring.name(), ring.formerName());
    EXPECT_EQ("", crypto::KeyRing(Bytes(32, 'n')).formerName());
}

TEST(KeyRing, IsNoneOfOtherLengthsOrOfOneKeyTwice) {
    EXPECT_TRUE(crypto::KeyRing(Bytes(32, 'n'), Bytes(32, 'k')).isUsable());
    EXPECT_FALSE(crypto::KeyRing(Bytes(31, 'n')).isUsable());
    EXPECT_FALSE(crypto::KeyRing(Bytes(32, 'n'), Bytes(31, 'k')).isUsable());
    EXPECT_FALSE(crypto::KeyRing(Bytes(32, 'n'), Bytes(32, 'n')).isUsable());
    EXPECT_FALSE(crypto::KeyRing().isUsable());
}

}  // namespace
}  // namespace yht::ledger
