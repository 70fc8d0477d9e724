#include "gateway/crypto/key_material.h"

#include "tests/unit/gateway/crypto/certificates_fixture.h"

namespace yht::crypto {
namespace {

using testing::HasSubstr;

constexpr KeyKind kKinds[] = {KeyKind::EcP256, KeyKind::EcP384, KeyKind::Rsa2048, KeyKind::Ed25519, KeyKind::Sm2};

class KeyMaterialTest : public CertificatesFixture {};

TEST_F(KeyMaterialTest, EveryKindIsReadByOpensslAndAgainByUs) {
    for (const KeyKind kind : kKinds) {
        const auto key = newKey(kind);
        const auto path = scratch.write("key.pem", key.toPem());
        const auto told = test::openssl({"pkey", "-in", path, "-noout", "-text"});
        EXPECT_EQ(0, told.exit_code) << keyKindName(kind) << told.text;
        const auto again = KeyMaterial::fromPem(key.toPem());
        ASSERT_TRUE(again.ok()) << keyKindName(kind);
        EXPECT_EQ(kind, again->kind());
        EXPECT_EQ(key.publicDer(), again->publicDer());
    }
}

TEST_F(KeyMaterialTest, LargerRsaKeysAreOfTheirKind) {
    EXPECT_EQ(KeyKind::Rsa3072, newKey(KeyKind::Rsa3072).kind());
    EXPECT_EQ(KeyKind::Rsa4096, newKey(KeyKind::Rsa4096).kind());
}

TEST_F(KeyMaterialTest, EncryptedKeysOpenWithTheirPassphraseOnly) {
    const auto key = newKey();
    const std::string sealed = key.toEncryptedPem("correct horse");
    EXPECT_TRUE(isEncryptedKey(sealed));
    const auto path = scratch.write("key.pem", sealed);
    EXPECT_EQ(0, test::openssl({"pkey", "-in", path, "-passin", "pass:correct horse", "-noout"}).exit_code);
    EXPECT_THAT(test::mustOpenssl({"asn1parse", "-in", path}), HasSubstr("0927C0"));  // 600 000 rounds
    EXPECT_EQ(key.publicDer(), KeyMaterial::fromPem(sealed, "correct horse")->publicDer());
    EXPECT_EQ("certificate.passphrase_wrong", refusalOf(KeyMaterial::fromPem(sealed, "battery staple")));
    EXPECT_EQ("certificate.passphrase_needed", refusalOf(KeyMaterial::fromPem(sealed)));
}

TEST_F(KeyMaterialTest, WhatOpensslMakesIsRead) {
    const auto path = scratch / "key.pem";
    const std::vector<std::vector<std::string>> made = {
        {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", path},
        {"genrsa", "-traditional", "-out", path, "2048"},
        {"ecparam", "-name", "prime256v1", "-genkey", "-out", path},
        {"genpkey", "-algorithm", "SM2", "-out", path},
        {"genpkey", "-algorithm", "ED25519", "-out", path},
        {"genpkey", "-algorithm", "RSA", "-aes256", "-pass", "pass:secret", "-out", path},
        {"genrsa", "-traditional", "-aes256", "-passout", "pass:secret", "-out", path, "2048"},
    };
    for (const auto& command : made) {
        test::mustOpenssl(command);
        const auto key = KeyMaterial::fromPem(test::readFile(path), "secret");
        EXPECT_TRUE(key.ok()) << command[0] << " " << command[2] << refusalOf(key);
        std::filesystem::remove(path);
    }
}

TEST_F(KeyMaterialTest, WeakKeysAreRefused) {
    const auto path = scratch / "key.pem";
    const std::vector<std::vector<std::string>> weak = {
        {"genrsa", "-out", path, "1024"},
        {"ecparam", "-name", "secp224r1", "-genkey", "-noout", "-out", path},
        {"ecparam", "-name", "secp256k1", "-genkey", "-noout", "-out", path},
    };
    for (const auto& command : weak) {
        test::mustOpenssl(command);
        EXPECT_EQ("certificate.key_weak", refusalOf(KeyMaterial::fromPem(test::readFile(path)))) << command[2];
    }
}

TEST_F(KeyMaterialTest, RoundsThatWouldCostMinutesAreRefused) {
    const auto plain = scratch.write("key.pem", newKey().toPem());
    const auto sealed = scratch / "sealed.pem";
    test::mustOpenssl({"pkcs8", "-topk8", "-in", plain, "-out", sealed, "-iter", "6000000", "-passout", "pass:x"});
    EXPECT_EQ("certificate.too_large", refusalOf(KeyMaterial::fromPem(test::readFile(sealed), "x")));
    test::mustOpenssl({"pkcs8", "-topk8", "-in", plain, "-out", sealed, "-scrypt", "-passout", "pass:x"});
    EXPECT_EQ("certificate.too_large", refusalOf(KeyMaterial::fromPem(test::readFile(sealed), "x")));
}

TEST_F(KeyMaterialTest, WhatIsNoKeyIsRefusedAsWhatItIs) {
    const std::string pem = newKey().toPem();
    EXPECT_EQ("certificate.key_missing", refusalOf(KeyMaterial::fromPem("")));
    EXPECT_EQ("certificate.key_missing", refusalOf(KeyMaterial::fromPem("text before\n" + pem)));
    EXPECT_EQ("certificate.key_missing", refusalOf(KeyMaterial::fromPem(root().certificate.pem())));
    EXPECT_EQ("certificate.unreadable", refusalOf(KeyMaterial::fromPem(pem.substr(0, pem.size() / 2))));
    EXPECT_EQ("certificate.too_large", refusalOf(KeyMaterial::fromPem(pem + std::string(kKeyFileBytesMax, '\n'))));
}

}  // namespace
}  // namespace yht::crypto
