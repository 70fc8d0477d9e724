// Keys in a real token: SoftHSM2, its keys made by openssl and imported by its own tool.
#include <gtest/gtest.h>

#include <filesystem>

#include "gateway/crypto/provider/key_provider.h"
#include "gateway/crypto/provider/tls_key.h"
#include "tests/support/pki.h"
#include "tests/unit/gateway/crypto/provider/soft_token.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;
using test::KeyKind;

struct KindRow {
    const char* label;
    KeyKind kind;
    SignatureAlgorithm algorithms[2];
};
constexpr KindRow kKinds[] = {
    {"p256", KeyKind::P256, {SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::EcdsaP256Sha256}},
    {"p384", KeyKind::P384, {SignatureAlgorithm::EcdsaP384Sha384, SignatureAlgorithm::EcdsaP384Sha384}},
    {"ed25519", KeyKind::Ed25519, {SignatureAlgorithm::Ed25519, SignatureAlgorithm::Ed25519}},
    {"rsa", KeyKind::Rsa2048, {SignatureAlgorithm::RsaPssSha512, SignatureAlgorithm::RsaV15Sha256}},
};

/// One token for all: SoftHSM2 reads its configuration once a process.
class Pkcs11 : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        token_ = new test::SoftToken("gateway");
        int id = 0;
        for (const auto& row : kKinds) {
            files_[row.label] = test::sharedPki().issue({.name = std::string("hsm-") + row.label, .key = row.kind});
            token_->import(files_[row.label].private_key, row.label, "0" + std::to_string(++id));
        }
        token_->import(files_["p256"].private_key, "twin", "0a");
        token_->import(files_["p256"].private_key, "twin", "0b");
    }
    static void TearDownTestSuite() {
        delete token_;
        token_ = nullptr;
    }
    static ErrorCode refusal(const std::string& reference) {
        const auto key = openPrivateKey(reference);
        if (key.ok()) return ErrorCode::Internal;
        EXPECT_EQ(std::string::npos, key.error().detail.find("/pin")) << key.error().detail;
        return key.error().code;
    }

    static test::SoftToken* token_;
    static std::map<std::string, test::CertificateFiles> files_;
};
test::SoftToken* Pkcs11::token_ = nullptr;
std::map<std::string, test::CertificateFiles> Pkcs11::files_;

TEST_F(Pkcs11, EveryKindSignsWhatItsCertificateVerifies) {
    for (const auto& row : kKinds) {
        const auto key = openPrivateKey(token_->reference(row.label));
        ASSERT_TRUE(key.ok()) << row.label << ": " << describe(key.error());
        const auto in_file = PrivateKey::fromPem(files_[row.label].privateKeyPem())->publicKey();
        EXPECT_EQ(in_file.toDer(), key->publicKey().toDer()) << row.label;
        for (const auto algorithm : row.algorithms) {
            const auto signature = key->sign(algorithm, "市民来电");
            ASSERT_TRUE(signature.ok()) << row.label << ": " << describe(signature.error());
            EXPECT_EQ(SignatureVerdict::Valid, *in_file.verify(algorithm, "市民来电", *signature)) << row.label;
            EXPECT_EQ(SignatureVerdict::Invalid, *in_file.verify(algorithm, "市民去电", *signature)) << row.label;
        }
        EXPECT_EQ(nullptr, key->operations()->inMemory());
        EXPECT_EQ(ErrorCode::SignatureAlgorithm, key->sign(SignatureAlgorithm::Sm2Sm3, "x").error().code);
    }
}

TEST_F(Pkcs11, SeveralThreadsSignAtOnce) {
    const auto key = openPrivateKey(token_->reference("p256")).value();
    std::vector<std::thread> threads;
    std::atomic<int> good = 0;
    for (int index = 0; index < 4; ++index) {
        threads.emplace_back([&] {
            for (int round = 0; round < 25; ++round) {
                const auto text = std::to_string(round);
                const auto signature = key.sign(SignatureAlgorithm::EcdsaP256Sha256, text);
                const auto verdict = key.publicKey().verify(SignatureAlgorithm::EcdsaP256Sha256, text, *signature);
                if (*verdict == SignatureVerdict::Valid) ++good;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(100, good);
}

TEST_F(Pkcs11, WhyAKeyCantBeUsedHasACodeOfItsOwn) {
    const std::string module = std::string("?module-path=") + test::SoftToken::modulePath();
    const std::string pin = "&pin-source=file:" + token_->directory() + "/pin";
    test::writeFile(token_->directory() + "/wrong", "00000000");
    std::filesystem::permissions(token_->directory() + "/wrong", std::filesystem::perms::owner_read);
    EXPECT_EQ(ErrorCode::KeyDeviceAbsent, refusal("pkcs11:token=gateway;object=p256?module-path=/nowhere.so" + pin));
    EXPECT_EQ(ErrorCode::KeyDeviceAbsent, refusal("pkcs11:token=other;object=p256" + module + pin));
    EXPECT_EQ(ErrorCode::KeyPinRefused, refusal(token_->reference("p256", "file:" + token_->directory() + "/wrong")));
    EXPECT_EQ(ErrorCode::KeyPinRefused, refusal(token_->reference("p256", "")));
    EXPECT_EQ(ErrorCode::KeyMissing, refusal(token_->reference("nobody")));
    EXPECT_EQ(ErrorCode::KeyMissing, refusal(token_->reference("twin")));
    EXPECT_EQ(ErrorCode::ConfigInvalid, refusal("pkcs11:tokn=x" + module + pin));
    EXPECT_TRUE(openPrivateKey("pkcs11:token=gateway;object=twin;id=%0B" + module + pin).ok());
}

// After the failures above, and one key beside another.
TEST_F(Pkcs11, KeysOfOneTokenDontEndEachOther) {
    const auto first = openPrivateKey(token_->reference("p256")).value();
    {
        const auto second = openPrivateKey(token_->reference("ed25519")).value();
        EXPECT_TRUE(second.sign(SignatureAlgorithm::Ed25519, "x").ok());
    }
    EXPECT_TRUE(first.sign(SignatureAlgorithm::EcdsaP256Sha256, "x").ok());
}

TEST_F(Pkcs11, TlsTakesEllipticKeysOnly) {
    EXPECT_TRUE(tlsHandle(*openPrivateKey(token_->reference("p256"))).ok());
    EXPECT_TRUE(tlsHandle(*openPrivateKey(token_->reference("p384"))).ok());
    EXPECT_EQ(ErrorCode::SignatureAlgorithm, tlsHandle(*openPrivateKey(token_->reference("rsa"))).error().code);
}

}  // namespace
}  // namespace yht::crypto
