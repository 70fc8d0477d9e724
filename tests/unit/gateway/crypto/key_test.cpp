#include "gateway/crypto/key.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/pki.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;

constexpr SignatureAlgorithm kAll[] = {
    SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::Ed25519,
    SignatureAlgorithm::RsaPssSha512, SignatureAlgorithm::RsaV15Sha256,
    SignatureAlgorithm::EcdsaP384Sha384, SignatureAlgorithm::Sm2Sm3};

base::Bytes hex(std::string_view text) {
    return base::fromHex(text).value();
}

std::string vectorFile(const std::string& name) {
    return test::readFile(std::string(YHT_SOURCE_DIR) + "/tests/vectors/signature/rfc9421/" + name);
}

struct Ed25519Vector {
    const char* seed;
    const char* public_key;
    const char* message;
    const char* signature;
};

// RFC 8032 section 7.1, tests 1 to 3.
constexpr Ed25519Vector kEd25519Vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};

TEST(Key, Ed25519PublishedVectors) {
    for (const auto& vector : kEd25519Vectors) {
        const auto key = PrivateKey::fromEd25519Seed(hex(vector.seed)).value();
        EXPECT_EQ(vector.public_key, base::toHex(key.publicKey().rawEd25519()));
        EXPECT_EQ(
            vector.signature,
            base::toHex(key.sign(SignatureAlgorithm::Ed25519, hex(vector.message)).value())
        );
        const auto public_key = PublicKey::fromEd25519(hex(vector.public_key)).value();
        EXPECT_EQ(
            SignatureVerdict::Valid,
            public_key
                .verify(SignatureAlgorithm::Ed25519, hex(vector.message), hex(vector.signature))
                .value()
        );
    }
}

// RFC 9421 appendix B.1: its four public keys (B.1.1 is PKCS#1).
TEST(Key, KeysOfRfc9421Load) {
    const std::pair<const char*, SignatureAlgorithm> keys[] = {
        {"test-key-rsa.pub.pem", SignatureAlgorithm::RsaPssSha512},
        {"test-key-rsa-pss.pub.pem", SignatureAlgorithm::RsaPssSha512},
        {"test-key-ecc-p256.pub.pem", SignatureAlgorithm::EcdsaP256Sha256},
        {"test-key-ed25519.pub.pem", SignatureAlgorithm::Ed25519}};
    for (const auto& [name, algorithm] : keys) {
        const auto key = PublicKey::fromPem(vectorFile(name));
        ASSERT_TRUE(key.ok()) << name << ": " << key.error().detail;
        EXPECT_EQ(algorithm, key->defaultAlgorithm());
        EXPECT_EQ(key->toDer(), PublicKey::fromDer(key->toDer())->toDer());
    }
}

class EveryAlgorithm : public ::testing::TestWithParam<SignatureAlgorithm> {
protected:
    SignatureVerdict verify(base::BytesView data, base::BytesView signature) {
        return key_.publicKey().verify(GetParam(), data, signature).value();
    }
    const PrivateKey key_ = PrivateKey::generate(GetParam()).value();
    const base::Bytes signature_ = key_.sign(GetParam(), "text").value();
};

TEST_P(EveryAlgorithm, SignatureVerifies) {
    EXPECT_EQ(SignatureVerdict::Valid, verify("text", signature_));
}

TEST_P(EveryAlgorithm, AnotherTextIsInvalid) {
    EXPECT_EQ(SignatureVerdict::Invalid, verify("texT", signature_));
    EXPECT_EQ(SignatureVerdict::Invalid, verify("", signature_));
}

TEST_P(EveryAlgorithm, AnotherKeyIsInvalid) {
    const auto other = PrivateKey::generate(GetParam())->publicKey();
    EXPECT_EQ(SignatureVerdict::Invalid, other.verify(GetParam(), "text", signature_).value());
}

TEST_P(EveryAlgorithm, AnotherLengthIsInvalid) {
    EXPECT_EQ(SignatureVerdict::Invalid, verify("text", ""));
    EXPECT_EQ(SignatureVerdict::Invalid, verify("text", signature_.substr(1)));
    EXPECT_EQ(SignatureVerdict::Invalid, verify("text", signature_ + '\0'));
    EXPECT_EQ(SignatureVerdict::Invalid, verify("text", '\0' + signature_));
}

TEST_P(EveryAlgorithm, OctetsOfZeroOrOnesAreInvalid) {
    EXPECT_EQ(SignatureVerdict::Invalid, verify("text", base::Bytes(signature_.size(), '\0')));
    EXPECT_EQ(SignatureVerdict::Invalid, verify("text", base::Bytes(signature_.size(), '\xff')));
}

TEST_P(EveryAlgorithm, PrivateKeySurvivesItsPem) {
    const auto again = PrivateKey::fromPem(key_.toPem()).value();
    EXPECT_EQ(key_.publicKey().toDer(), again.publicKey().toDer());
}

TEST_P(EveryAlgorithm, KeyOfAnotherTypeRefusesTheAlgorithm) {
    for (const auto algorithm : kAll) {
        if (key_.publicKey().supports(algorithm)) continue;
        EXPECT_EQ(
            ErrorCode::SignatureAlgorithm,
            key_.publicKey().verify(algorithm, "text", signature_).error().code
        );
        EXPECT_EQ(ErrorCode::SignatureAlgorithm, key_.sign(algorithm, "text").error().code);
    }
}

INSTANTIATE_TEST_SUITE_P(Key, EveryAlgorithm, ::testing::ValuesIn(kAll), [](const auto& parameter) {
    std::string name = algorithmName(parameter.param);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '-'; }, '_'
    );
    return name;
});

TEST(Key, AlgorithmNamesAreThoseOfRfc9421) {
    for (const auto algorithm : kAll) EXPECT_EQ(algorithm, findAlgorithm(algorithmName(algorithm)));
    EXPECT_EQ(SignatureAlgorithm::RsaV15Sha256, findAlgorithm("rsa-v1_5-sha256"));
    EXPECT_FALSE(findAlgorithm("hmac-sha256"));
    EXPECT_FALSE(findAlgorithm("ECDSA-P256-SHA256"));
    EXPECT_FALSE(findAlgorithm(""));
}

TEST(Key, EcdsaSignatureIsRawAndDerIsInvalid) {
    const auto key = PrivateKey::generate(SignatureAlgorithm::EcdsaP256Sha256).value();
    EXPECT_EQ(64u, key.sign(SignatureAlgorithm::EcdsaP256Sha256, "text")->size());
    // A well-formed ECDSA-Sig-Value with r = s = 1: what a sender that forgot to convert would
    // send.
    EXPECT_EQ(
        SignatureVerdict::Invalid,
        key.publicKey()
            .verify(SignatureAlgorithm::EcdsaP256Sha256, "text", hex("3006020101020101"))
            .value()
    );
}

TEST(Key, RsaPaddingsAreNotInterchangeable) {
    const auto key = PrivateKey::generate(SignatureAlgorithm::RsaPssSha512).value();
    const auto pss = key.sign(SignatureAlgorithm::RsaPssSha512, "text").value();
    const auto v15 = key.sign(SignatureAlgorithm::RsaV15Sha256, "text").value();
    EXPECT_EQ(
        SignatureVerdict::Invalid,
        key.publicKey().verify(SignatureAlgorithm::RsaV15Sha256, "text", pss).value()
    );
    EXPECT_EQ(
        SignatureVerdict::Invalid,
        key.publicKey().verify(SignatureAlgorithm::RsaPssSha512, "text", v15).value()
    );
}

TEST(Key, ARefusalLeavesNothingInTheQueueForTheNextCall) {
    const auto key = PrivateKey::generate(SignatureAlgorithm::RsaPssSha512).value();
    const auto good = key.sign(SignatureAlgorithm::RsaPssSha512, "text").value();
    EXPECT_EQ(
        SignatureVerdict::Invalid,
        key.publicKey().verify(SignatureAlgorithm::RsaPssSha512, "text", "x").value()
    );
    EXPECT_FALSE(PublicKey::fromDer("x").ok());
    const auto error = PublicKey::fromEd25519("short").error();
    EXPECT_EQ("an Ed25519 public key has 32 octets", error.detail);
    EXPECT_EQ(
        SignatureVerdict::Valid,
        key.publicKey().verify(SignatureAlgorithm::RsaPssSha512, "text", good).value()
    );
}

// Made with `openssl genpkey` / `openssl pkey -pubout`; public halves only.
TEST(Key, WeakOrForeignKeysAreRefused) {
    const char* const rsa_1024 =
        "-----BEGIN PUBLIC KEY-----\n"
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDVmr+XQUBGLWRBagiZ8ZvW8F7w\n"
        "ri1feyEER+zM/H4lNZWX8YhkVaASIuLaZfaBGK0l3mQwcfM20JijzqBLEZtF7YuT\n"
        "Ey6+qJoxfsGt0iyU87dqQSvyodTd9h+8qGLiCC2wZhjfHnYICbfmTi9vqD23iZr3\n"
        "R4kh5a2EtLbgjoweMwIDAQAB\n"
        "-----END PUBLIC KEY-----\n";
    const char* const secp256k1 =
        "-----BEGIN PUBLIC KEY-----\n"
        "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEedB8zpJvX4cjsQXlWNPdWsBZkQjMq5Rf\n"
        "2icrQvwDzcxt7Nz6PcuEqXR2/goLAPR/IjN1zfds7HX4Wz+nLUmH+Q==\n"
        "-----END PUBLIC KEY-----\n";
    const char* const x25519 =
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VuAyEA520e8x0pugYSVtuiuJ42/XTG/fvy3yWhkbMZzIAyei8=\n"
        "-----END PUBLIC KEY-----\n";
    EXPECT_EQ(
        "key refused: RSA keys have 2048 to 8192 bits", PublicKey::fromPem(rsa_1024).error().detail
    );
    EXPECT_EQ(
        "key refused: the curves for EC keys are P-256, P-384 and SM2",
        PublicKey::fromPem(secp256k1).error().detail
    );
    EXPECT_EQ(
"key refused: its type is not EC, SM2, Ed25519 or RSA", PublicKey::fromPem(x25519).error().detail
    );
}

TEST(Key, PrivateKeyIsNotReadAsPublicOneNorTextBeforeIt) {
    const auto key = PrivateKey::generate(SignatureAlgorithm::EcdsaP256Sha256).value();
    EXPECT_EQ(ErrorCode::CryptoFailed, PublicKey::fromPem(key.toPem()).error().code);
    EXPECT_EQ(ErrorCode::CryptoFailed, PrivateKey::fromPem("x" + key.toPem()).error().code);
    EXPECT_EQ(ErrorCode::CryptoFailed, PrivateKey::fromPem("").error().code);
    EXPECT_EQ(
        ErrorCode::CryptoFailed,
        PrivateKey::fromPem("-----BEGIN PRIVATE KEY-----\nAA==\n").error().code
    );
}

TEST(Key, EncryptedPrivateKeyIsRefusedWithoutAsking) {
    const char* const encrypted =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
        "DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n"
        "AAAAAAAAAAAAAAAAAAAAAA==\n-----END RSA PRIVATE KEY-----\n";
    EXPECT_EQ(ErrorCode::KeyPinRefused, PrivateKey::fromPem(encrypted).error().code);
}

}  // namespace
}  // namespace yht::crypto
