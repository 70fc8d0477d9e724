// Examples that the national standards print, and what else their algorithms must do.
//   GB/T 32905—2016 appendix A (SM3), GB/T 32907—2016 appendix A (SM4), GB/T 32918.5—2017 appendix A (SM2)
#include <gtest/gtest.h>

#include "gateway/crypto/cipher_suite.h"
#include "gateway/crypto/key.h"
#include "gateway/crypto/sm2.h"
#include "gateway/crypto/sm3.h"
#include "gateway/crypto/sm4.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;

base::Bytes hex(std::string_view text) {
    return base::fromHex(text).value();
}

/// A key in PKCS#8, from the octets that a standard prints.
PrivateKey sm2Key(const std::string& d, const std::string& x, const std::string& y) {
    const auto der = hex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420" + d +
                         "a14403420004" + x + y);
    const std::string label = "PRIVATE KEY-----\n";
    return PrivateKey::fromPem("-----BEGIN " + label + base::toBase64(der) + "\n-----END " + label).value();
}

PrivateKey printedKey() {
    return sm2Key(
        "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    );
}

TEST(Sm3, PrintedExamples) {
    EXPECT_EQ("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", base::toHex(sm3("abc")));
    std::string text;
    for (int round = 0; round < 16; ++round) text += "abcd";
    EXPECT_EQ("debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732", base::toHex(sm3(text)));
    EXPECT_EQ(sm3(text), sm3(text.substr(0, 5), text.substr(5)));
}

// The value is that of `openssl dgst -sm3 -hmac key` over "abc".
TEST(Sm3, HmacIsThatOfOpenssl) {
    EXPECT_EQ(
        "28e63256e7c5a087b1f073265dc53092163f7b82729735d06f28f10af9d52393", base::toHex(hmacSm3("key", "abc"))
    );
    EXPECT_EQ(hmacSm3("key", "abc"), hmacSm3("key", "a", "b", "c"));
}

TEST(Sm3, HkdfIsExtractAndExpandOfRfc5869) {
    const base::Bytes no_salt(32, '\0');
    const auto extracted = hmacSm3(no_salt, "secret");
    const auto first = hmacSm3(extracted, "info", "\x01");
    const auto second = hmacSm3(extracted, first, "info", "\x02");
    EXPECT_EQ((first + second).substr(0, 48), hkdfSm3("secret", {}, "info", 48));
    EXPECT_NE(first, hkdfSm3("secret", "salt", "info", 32));
}

// Appendix A.1: one block. In counter mode a counter block is encrypted as it stands, so a text of zeros shows it.
TEST(Sm4, PrintedExample) {
    const auto block = hex("0123456789abcdeffedcba9876543210");
    EXPECT_EQ("681edf34d206965e86b3e94f536e4246", base::toHex(sm4Ctr(block, block, base::Bytes(16, '\0'))));
}

// Appendix A.2: a million times.
TEST(Sm4, PrintedExampleOfAMillionRounds) {
    const auto key = hex("0123456789abcdeffedcba9876543210");
    const base::Bytes zeros(16, '\0');
    auto block = key;
    for (int round = 0; round < 1'000'000; ++round) block = sm4Ctr(key, block, zeros);
    EXPECT_EQ("595298c7c6fd271f0402f804c33d3f66", base::toHex(block));
}

// Appendix A.2: e = SM3(Z ‖ M), and the signature that the standard makes with its k.
TEST(Sm2, PrintedDigestAndSignature) {
    const auto key = printedKey().publicKey();
    EXPECT_EQ(
        "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
        base::toHex(sm2Digest(key, "message digest"))
    );
    const auto signature = hex("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
                               "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa");
    EXPECT_EQ(SignatureVerdict::Valid, *key.verify(SignatureAlgorithm::Sm2Sm3, "message digest", signature));
    EXPECT_EQ(SignatureVerdict::Invalid, *key.verify(SignatureAlgorithm::Sm2Sm3, "message digesu", signature));
}

TEST(Sm2, TheUserIdIsPartOfWhatIsSigned) {
    const auto key = printedKey().publicKey();
    EXPECT_NE(sm2Digest(key, "text"), sm2Digest(key, "text", "ALICE123@YAHOO.COM"));
    EXPECT_NE(sm2Digest(key, "text"), sm2Digest(key, "text", ""));
}

// Appendix A.3: C1, C3 and C2 of the standard, in the DER of GM/T 0009 section 7.2.
TEST(Sm2, PrintedCiphertextIsOpened) {
    const auto sealed = hex("307c"
                            "022004ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73"
                            "022100e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0"
                            "042059983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766"
                            "041321886ca989ca9c7d58087307ca93092d651efa");
    EXPECT_EQ("encryption standard", printedKey().decrypt(sealed).value());
    auto changed = sealed;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    EXPECT_EQ(ErrorCode::CryptoFailed, printedKey().decrypt(changed).error().code);
    EXPECT_EQ(ErrorCode::CryptoFailed, printedKey().decrypt("x").error().code);
}

TEST(Sm2, NoOtherKeyDecrypts) {
    const auto key = PrivateKey::generate(SignatureAlgorithm::EcdsaP256Sha256).value();
    EXPECT_EQ(ErrorCode::SignatureAlgorithm, key.decrypt("x").error().code);
}

class EverySuite : public ::testing::TestWithParam<CipherSuite> {
protected:
    base::SystemRandom random_;
    const base::Bytes key_ = base::Bytes(32, 'k');
    const base::Bytes sealed_ = sealWith(GetParam(), key_, "aad", "市民来电", random_);
};

TEST_P(EverySuite, OpensWhatItSealed) {
    EXPECT_EQ("市民来电", openWith(GetParam(), key_, "aad", sealed_).value());
    EXPECT_EQ(kAeadNonceBytes + std::string("市民来电").size() + kAeadTagBytes, sealed_.size());
    EXPECT_NE(sealed_, sealWith(GetParam(), key_, "aad", "市民来电", random_));
    EXPECT_EQ("", openWith(GetParam(), key_, "", sealWith(GetParam(), key_, "", "", random_)).value());
}

TEST_P(EverySuite, EveryChangedOctetIsFoundOut) {
    for (std::size_t at = 0; at < sealed_.size(); ++at) {
        auto changed = sealed_;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        EXPECT_EQ(ErrorCode::CryptoFailed, openWith(GetParam(), key_, "aad", changed).error().code) << at;
    }
    EXPECT_FALSE(openWith(GetParam(), key_, "aae", sealed_).ok());
    EXPECT_FALSE(openWith(GetParam(), base::Bytes(32, 'K'), "aad", sealed_).ok());
    for (std::size_t length = 0; length < sealed_.size(); ++length) {
        EXPECT_FALSE(openWith(GetParam(), key_, "aad", base::BytesView(sealed_).substr(0, length)).ok()) << length;
    }
}

TEST_P(EverySuite, OfTheOtherSuiteIsRefused) {
    const auto other = GetParam() == CipherSuite::Aes256Gcm ? CipherSuite::Sm4CtrHmacSm3 : CipherSuite::Aes256Gcm;
    EXPECT_EQ(ErrorCode::CryptoFailed, openWith(other, key_, "aad", sealed_).error().code);
}

TEST_P(EverySuite, HasAName) {
    EXPECT_EQ(GetParam(), findCipherSuite(cipherSuiteName(GetParam())));
    EXPECT_FALSE(findCipherSuite("sm4-gcm"));
}

INSTANTIATE_TEST_SUITE_P(
    CipherSuite, EverySuite, ::testing::Values(CipherSuite::Aes256Gcm, CipherSuite::Sm4CtrHmacSm3),
    [](const auto& parameter) {
        return parameter.param == CipherSuite::Aes256Gcm ? std::string("aes") : std::string("sm4");
    }
);

// aad and text are told apart by the length of the aad.
TEST(CipherSuite, Sm4BindsWhereTheAadEnds) {
    base::SystemRandom random;
    const base::Bytes key(32, 'k');
    const auto sealed = sealWith(CipherSuite::Sm4CtrHmacSm3, key, "ab", "c", random);
    EXPECT_FALSE(openWith(CipherSuite::Sm4CtrHmacSm3, key, "a", sealed).ok());
    EXPECT_FALSE(openWith(CipherSuite::Sm4CtrHmacSm3, key, "ab" + sealed.substr(0, 1), sealed.substr(1)).ok());
}

}  // namespace
}  // namespace yht::crypto
