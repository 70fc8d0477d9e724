#include "gateway/crypto/digest.h"

#include <gtest/gtest.h>

#include <thread>

namespace yht::crypto {
namespace {

using base::fromHex;
using base::toHex;

// FIPS 180-4, examples published by NIST with the standard.
TEST(Digest, Sha256PublishedVectors) {
    EXPECT_EQ(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", toHex(sha256("abc"))
    );
    EXPECT_EQ(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", toHex(sha256(""))
    );
    EXPECT_EQ(
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        toHex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))
    );
}

TEST(Digest, Sha512PublishedVector) {
    EXPECT_EQ(
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        toHex(sha512("abc"))
    );
}

TEST(Digest, PiecesHashAsOneString) {
    Sha256 pieces;
    EXPECT_EQ(toHex(sha256("abc")), toHex(pieces.update("a").update("").update("bc").finish()));
}

TEST(DigestDeathTest, FinishingTwiceIsOurBug) {
    Sha256 once;
    once.update("abc").finish();
    EXPECT_DEATH(once.finish(), "");
}

TEST(Digest, ContextsKeptByAThreadDoNotCarryOver) {
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(
            toHex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        EXPECT_NE(toHex(sha256("abd")), toHex(sha256("abc")));
        std::thread([] { EXPECT_EQ(32u, sha256("other thread").size()); }).join();
    }
}

// RFC 4231 test cases 1, 2, 3 and 6 (a key longer than the block).
TEST(Digest, HmacSha256PublishedVectors) {
    EXPECT_EQ(
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        toHex(hmacSha256(base::Bytes(20, '\x0b'), "Hi There"))
    );
    EXPECT_EQ(
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        toHex(hmacSha256("Jefe", "what do ya want for nothing?"))
    );
    EXPECT_EQ(
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        toHex(hmacSha256(base::Bytes(20, '\xaa'), base::Bytes(50, '\xdd')))
    );
    EXPECT_EQ(
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        toHex(hmacSha256(
            base::Bytes(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"
        ))
    );
}

TEST(Digest, HmacTakesAnEmptyKeyAfterALongOne) {
    hmacSha256(base::Bytes(64, 'k'), "x");
    EXPECT_EQ(
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
        toHex(hmacSha256({}, ""))
    );
}

// RFC 5869 appendix A, test cases 1 and 3: the first 32 of their 42 octets.
TEST(Digest, HkdfSha256PublishedVectors) {
    EXPECT_EQ(
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
        toHex(hkdfSha256(
            base::Bytes(22, '\x0b'), *fromHex("000102030405060708090a0b0c"),
            *fromHex("f0f1f2f3f4f5f6f7f8f9")
        ))
    );
    EXPECT_EQ(
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
        toHex(hkdfSha256(base::Bytes(22, '\x0b'), "", ""))
    );
}

}  // namespace
}  // namespace yht::crypto
