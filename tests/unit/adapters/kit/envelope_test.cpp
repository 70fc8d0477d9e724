#include "adapters/kit/envelope.h"

#include <gtest/gtest.h>

#include "adapters/kit/raw_json.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/sm3.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {
namespace {

class EnvelopeTest : public ::testing::Test {
protected:
    test::CertificateFiles files = test::sharedPki().gateway();
    trust::SigningKey key = signingKeyOf(files);
    std::vector<std::string> records = {R"({"XH":"1"})", R"({"XH":"2","SQBT":"标题"})"};
    EnvelopeInput input{
        .sender_id = "XZ43020001",
        .batch_id = "b1",
        .type = "",
        .nonce = "00ff",
        .now_ms = kApril,
        .records = &records,
        .key = &key};
};

TEST_F(EnvelopeTest, MembersStandInTheProfilesOrderWithoutBlanks) {
    const auto sealed = sealEnvelope(xiang()->envelope(), input);
    ASSERT_TRUE(sealed);
    const std::string sign = member(sealed->body, "SIGN");
    EXPECT_EQ(
        sealed->body,
        R"({"APPID":"XZ43020001","MSGID":"b1","TIMESTAMP":"20190418093015","NONCE":"00ff",)"
        R"("SIGNALG":"ECDSA-P256-SHA256","ZSZW":")" +
            certificateOf(files).fingerprint() + R"(","SJTS":"2","SIGN":")" + sign +
            R"(","SJLB":[{"XH":"1"},{"XH":"2","SQBT":"标题"}]})"
    );
}

TEST_F(EnvelopeTest, TheSignatureVerifiesOverTheDocumentedString) {
    const auto sealed = sealEnvelope(xiang()->envelope(), input);
    ASSERT_TRUE(sealed);
    const std::string text =
        "XZ43020001&b1&20190418093015&00ff&" +
        base::toHex(crypto::sha256(R"([{"XH":"1"},{"XH":"2","SQBT":"标题"}])"));
    const auto signature = base::fromBase64(member(sealed->body, "SIGN"));
    ASSERT_TRUE(signature);
    EXPECT_EQ(signature->size(), 64U);  // raw r ‖ s
    const auto publicKey = certificateOf(files).publicKey();
    const auto algorithm = crypto::SignatureAlgorithm::EcdsaP256Sha256;
    EXPECT_EQ(*publicKey.verify(algorithm, text, *signature), crypto::SignatureVerdict::Valid);
    EXPECT_EQ(
        *publicKey.verify(algorithm, text + "x", *signature), crypto::SignatureVerdict::Invalid
    );
}

TEST_F(EnvelopeTest, TheDigestIsOfTheBytesAsSent) {
    const auto sealed = sealEnvelope(xiang()->envelope(), input);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(rawAt(sealed->body, "SJLB"), R"([{"XH":"1"},{"XH":"2","SQBT":"标题"}])");
}

TEST_F(EnvelopeTest, AnRsaKeySignsUnderItsOwnName) {
    const auto rsa = test::sharedPki().issue({.name = "rsa", .key = test::KeyKind::Rsa2048});
    key = *trust::signingKey(
        rsa.certificatePem(), rsa.privateKeyPem(), crypto::SignatureAlgorithm::RsaV15Sha256
    );
    const auto sealed = sealEnvelope(xiang()->envelope(), input);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(member(sealed->body, "SIGNALG"), "RSA-SHA256");
}

TEST_F(EnvelopeTest, AnSm2KeySignsWhereTheProfileNamesIt) {
    const auto sm2 = test::sharedPki().issue({.name = "sm2", .key = test::KeyKind::Sm2});
    key = signingKeyOf(sm2);
    EnvelopeRules rules = xiang()->envelope();
    EXPECT_EQ(sealEnvelope(rules, input).error().code, base::ErrorCode::SignatureAlgorithm);
    rules.algorithms[crypto::SignatureAlgorithm::Sm2Sm3] = "SM2-SM3";
    for (auto& part : rules.signed_text.parts) {
        if (part.path == "SJLB") part.digest = PartDigest::Sm3;
    }
    const auto sealed = sealEnvelope(rules, input);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(member(sealed->body, "SIGNALG"), "SM2-SM3");
    const std::string text = "XZ43020001&b1&20190418093015&00ff&" +
                             base::toHex(crypto::sm3(R"([{"XH":"1"},{"XH":"2","SQBT":"标题"}])"));
    const auto signature = base::fromBase64(member(sealed->body, "SIGN"));
    ASSERT_TRUE(signature);
    EXPECT_EQ(
        *certificateOf(sm2).publicKey().verify(crypto::SignatureAlgorithm::Sm2Sm3, text, *signature),
        crypto::SignatureVerdict::Valid
    );
}

TEST_F(EnvelopeTest, AKeyThatTheProfileDoesNotTakeIsRefused) {
    const auto ed = test::sharedPki().issue({.name = "ed", .key = test::KeyKind::Ed25519});
    key = signingKeyOf(ed);
    EXPECT_EQ(
        sealEnvelope(xiang()->envelope(), input).error().code, base::ErrorCode::SignatureAlgorithm
    );
}

TEST_F(EnvelopeTest, AProfileMaySignInAHeaderInHex) {
    EnvelopeRules rules;
    rules.members = {{.name = "record", .value = EnvelopeValue::Record}};
    rules.headers = {
        {.name = "X-App", .value = EnvelopeValue::SenderId}, {.name = "X-Sign", .value = EnvelopeValue::Signature}};
    rules.algorithms = {{crypto::SignatureAlgorithm::EcdsaP256Sha256, "ES256"}};
    rules.signed_text = {{{"X-App"}, {"record", PartDigest::Sha256}}, "|", true};
    const auto sealed = sealEnvelope(rules, input);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(sealed->body, R"({"record":{"XH":"1"}})");
    ASSERT_EQ(sealed->headers.size(), 2U);
    const std::string text = "XZ43020001|" + base::toHex(crypto::sha256(records.front()));
    EXPECT_EQ(
        *certificateOf(files).publicKey().verify(
            key.algorithm, text, *base::fromHex(sealed->headers[1].second)
        ),
        crypto::SignatureVerdict::Valid
    );
}

}  // namespace
}  // namespace yht::kit
