#include "gateway/crypto/certificate.h"

#include <gtest/gtest.h>

#include <chrono>

#include "gateway/crypto/digest.h"
#include "tests/support/pki.h"

namespace yht::crypto {
namespace {

using ::testing::Test;

base::ErrorCode refusalOfPem(const std::string& pem) {
    const auto certificate = Certificate::fromPem(pem);
    return certificate ? base::ErrorCode::Internal : certificate.error().code;
}

Certificate read(const test::CertificateFiles& files) {
    return Certificate::fromPem(files.certificatePem()).value();
}

TEST(Certificate, SaysWhoItIsAndByWhom) {
    const auto certificate = read(test::sharedPki().issue(
        {.name = "names", .dns = {"localhost", "gateway.example"}, .ip = {"127.0.0.1", "::1"}}
    ));
    EXPECT_EQ("CN=names,O=Yihaotong test", certificate.subject());
    EXPECT_EQ("CN=yht test root,O=Yihaotong test", certificate.issuer());
    const std::vector<std::string> names = {"localhost", "gateway.example", "127.0.0.1", "::1"};
    EXPECT_EQ(names, certificate.alternativeNames());
    EXPECT_FALSE(certificate.serialHex().empty());
}

TEST(Certificate, IsNamedByTheDigestOfItsDer) {
    const auto certificate = read(test::sharedPki().gateway());
    EXPECT_EQ(base::toHex(sha256(certificate.toDer())), certificate.fingerprint());
    EXPECT_EQ(certificate.fingerprint(), Certificate::fromDer(certificate.toDer())->fingerprint());
    EXPECT_EQ(certificate.fingerprint(), Certificate::fromPem(certificate.toPem())->fingerprint());
}

TEST(Certificate, DatesAreThoseOfTheIssue) {
    const base::UnixMillis now_ms = base::SystemClock().nowMillis();
    auto& pki = test::sharedPki();
    const auto expired = read(pki.issue({.name = "late", .validity = test::Validity::Expired}));
    EXPECT_LT(expired.notAfterMillis(), now_ms);
    const auto not_yet = read(pki.issue({.name = "early", .validity = test::Validity::NotYet}));
    EXPECT_GT(not_yet.notBeforeMillis(), now_ms);
    const auto current = read(pki.gateway());
    EXPECT_LT(current.notBeforeMillis(), now_ms);
    EXPECT_GT(current.notAfterMillis(), now_ms);
}

TEST(Certificate, KeyBelongsToThePrivateKeyOfEveryKind) {
    const std::pair<test::KeyKind, SignatureAlgorithm> kinds[] = {
        {test::KeyKind::P256, SignatureAlgorithm::EcdsaP256Sha256},
        {test::KeyKind::Ed25519, SignatureAlgorithm::Ed25519},
        {test::KeyKind::Rsa2048, SignatureAlgorithm::RsaPssSha512},
        {test::KeyKind::P384, SignatureAlgorithm::EcdsaP384Sha384},
        {test::KeyKind::Sm2, SignatureAlgorithm::Sm2Sm3}};
    for (const auto& [kind, algorithm] : kinds) {
        const auto files = test::sharedPki().issue({.name = "kind", .key = kind});
        const auto certificate = read(files);
        const auto key = PrivateKey::fromPem(files.privateKeyPem()).value();
        const auto signature = key.sign(algorithm, "text").value();
        EXPECT_EQ(algorithm, certificate.publicKey().defaultAlgorithm());
        EXPECT_EQ(
            SignatureVerdict::Valid,
            certificate.publicKey().verify(algorithm, "text", signature).value()
        );
    }
}

TEST(Certificate, KnowsItsIssuerFromAStranger) {
    test::Pki other("another root");
    const auto certificate = read(test::sharedPki().gateway());
    const auto root = Certificate::fromPem(test::readFile(test::sharedPki().rootFile())).value();
    const auto stranger = Certificate::fromPem(test::readFile(other.rootFile())).value();
    EXPECT_TRUE(certificate.isSignedBy(root));
    EXPECT_FALSE(certificate.isSignedBy(stranger));
    EXPECT_FALSE(root.isSignedBy(certificate));
}

TEST(Certificate, TextBeforeThePemIsRefused) {
    const auto pem = test::sharedPki().gateway().certificatePem();
    EXPECT_EQ(base::ErrorCode::CryptoFailed, refusalOfPem("0\x82\n" + pem));
    EXPECT_TRUE(Certificate::fromPem("\n" + pem).ok());
}

TEST(Certificate, WhatIsNotACertificateIsRefused) {
    const auto files = test::sharedPki().gateway();
    EXPECT_EQ(base::ErrorCode::CryptoFailed, refusalOfPem(""));
    EXPECT_EQ(base::ErrorCode::CryptoFailed, refusalOfPem(files.privateKeyPem()));
    auto damaged = files.certificatePem();
    damaged[100] = damaged[100] == 'A' ? 'B' : 'A';
    damaged.resize(damaged.size() / 2);
    EXPECT_EQ(base::ErrorCode::CryptoFailed, refusalOfPem(damaged));
}

TEST(Certificate, DerWithMoreBehindItIsRefused) {
    const auto der = read(test::sharedPki().gateway()).toDer();
    EXPECT_TRUE(Certificate::fromDer(der).ok());
    EXPECT_EQ(base::ErrorCode::CryptoFailed, Certificate::fromDer(der + "x").error().code);
    EXPECT_EQ(base::ErrorCode::CryptoFailed, Certificate::fromDer(der.substr(1)).error().code);
}

}  // namespace
}  // namespace yht::crypto
