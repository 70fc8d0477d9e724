#include "gateway/crypto/aead.h"

#include <gtest/gtest.h>

namespace yht::crypto {
namespace {

class Aead : public ::testing::Test {
protected:
    base::ErrorCode refusal(base::BytesView key, base::BytesView aad, base::BytesView sealed) {
        const auto opened = open(key, aad, sealed);
        return opened ? base::ErrorCode::Internal : opened.error().code;
    }

    base::SeededRandom random_{7};
    const base::Bytes key_ = random_.bytes(kAeadKeyBytes);
};

TEST_F(Aead, WhatIsSealedOpens) {
    for (const base::Bytes& text :
         {base::Bytes(), base::Bytes("诉求"), base::Bytes(100'000, '\0')}) {
        const auto sealed = seal(key_, "aad", text, random_);
        EXPECT_EQ(kAeadNonceBytes + text.size() + kAeadTagBytes, sealed.size());
        EXPECT_EQ(text, open(key_, "aad", sealed).value());
    }
}

// "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega, test cases 13 and 14.
TEST_F(Aead, PublishedVectorsOpen) {
    const base::Bytes zero_key(kAeadKeyBytes, '\0');
    EXPECT_EQ(
        "",
        open(
            zero_key, "", *base::fromHex("000000000000000000000000530f8afbc74536b9a963b4f1c4cb738b")
        )
            .value()
    );
    EXPECT_EQ(
        base::Bytes(16, '\0'),
        open(
            zero_key, "",
            *base::fromHex("000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18"
                           "d0d1c8a799996bf0265b98b5d48ab919")
        )
            .value()
    );
}

TEST_F(Aead, EveryChangedOctetIsRefused) {
    const auto sealed = seal(key_, "aad", "plain text", random_);
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        auto changed = sealed;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_EQ(base::ErrorCode::CryptoFailed, refusal(key_, "aad", changed)) << "octet " << at;
    }
}

TEST_F(Aead, EveryTruncationIsRefused) {
    const auto sealed = seal(key_, "aad", "plain text", random_);
    for (std::size_t length = 0; length < sealed.size(); ++length) {
        EXPECT_EQ(base::ErrorCode::CryptoFailed, refusal(key_, "aad", sealed.substr(0, length)));
    }
    EXPECT_EQ(base::ErrorCode::CryptoFailed, refusal(key_, "aad", sealed + '\0'));
}

TEST_F(Aead, AnotherKeyOrAadIsRefused) {
    const auto sealed = seal(key_, "aad", "plain text", random_);
    EXPECT_EQ(base::ErrorCode::CryptoFailed, refusal(random_.bytes(kAeadKeyBytes), "aad", sealed));
    EXPECT_EQ(base::ErrorCode::CryptoFailed, refusal(key_, "aae", sealed));
    EXPECT_EQ(base::ErrorCode::CryptoFailed, refusal(key_, "", sealed));
}

TEST_F(Aead, SealingTwiceGivesTwoTexts) {
    EXPECT_NE(seal(key_, "", "same", random_), seal(key_, "", "same", random_));
}

}  // namespace
}  // namespace yht::crypto
