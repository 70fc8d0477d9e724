#include "gateway/trust/message_signature.h"

#include <gtest/gtest.h>

#include "tests/support/pki.h"

namespace yht::trust {
namespace {

using base::ErrorCode;

constexpr base::UnixMillis kNow = 1'700'000'000'000;

// RFC 9530 section 2 and appendix B.1: the digests of one JSON text with its line feed.
TEST(ContentDigest, PublishedExamples) {
    const std::string body = "{\"hello\": \"world\"}\n";
    EXPECT_EQ("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", contentDigest(body));
    HttpHead head;
    head.set(
        "content-digest",
        "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/"
        "WkppmM44T3qg==:"
    );
    EXPECT_TRUE(checkContentDigest(head, body).ok());
    EXPECT_EQ(
        ErrorCode::DigestMismatch, checkContentDigest(head, "{\"hello\": \"world\"}").error().code
    );
}

class Digest : public ::testing::Test {
protected:
    /// Whether the field's value fits the body "body".
    std::string check(const std::string& value) {
        HttpHead head;
        head.set("content-digest", value);
        const auto status = checkContentDigest(head, "body");
        return status ? "ok" : status.error().row().wire;
    }
    const std::string sha256_ = contentDigest("body"), other_ = contentDigest("other");
};

TEST_F(Digest, EveryKnownAlgorithmMustFit) {
    const std::string unknown = "sha=:AAAA:";
    EXPECT_EQ("ok", check(sha256_));
    EXPECT_EQ("ok", check(unknown + ", " + sha256_));
    EXPECT_EQ("signature.digest_mismatch", check(other_));
    EXPECT_EQ("signature.digest_mismatch", check(sha256_ + ", sha-512=:AAAA:"));
    EXPECT_EQ("signature.digest_missing", check(unknown));
    EXPECT_EQ("signature.digest_missing", check(""));
    EXPECT_STREQ("signature.digest_missing", checkContentDigest({}, "body").error().row().wire);
}

TEST_F(Digest, WhatIsNoByteSequenceIsMalformed) {
    EXPECT_EQ("signature.malformed", check("sha-256=abc"));
    EXPECT_EQ("signature.malformed", check("sha-256=(:AAAA:)"));
    EXPECT_EQ("signature.malformed", check(sha256_ + ", " + sha256_));
}

/// A request, its signed answer, and a client that checks it.
class Answer : public ::testing::Test {
protected:
    static SigningKey makeKey() {
        return {
            crypto::PrivateKey::generate(crypto::SignatureAlgorithm::EcdsaP256Sha256).value(),
            std::string(64, 'a'), crypto::SignatureAlgorithm::EcdsaP256Sha256};
    }
    Answer() {
        request_.method = "POST";
        request_.target_uri = "https://gateway.example/v1/records";
        request_.set("content-digest", contentDigest("question"));
        response_.status = 201;
        response_.set("content-type", "application/json");
        EXPECT_TRUE(signMessage(response_, "answer", key_, kNow, &request_).ok());
    }
    std::string check(const std::string& body = "answer", base::UnixMillis now_ms = kNow) {
        const VerifyingKey expected{key_.key.publicKey(), key_.keyid, key_.algorithm};
        const auto status = verifyResponse(response_, body, expected, request_, now_ms);
        return status ? "ok" : status.error().row().wire;
    }
    const SigningKey key_ = makeKey();
    HttpHead request_, response_;
};

TEST_F(Answer, SignedAnswerVerifies) {
    EXPECT_EQ("ok", check());
}

TEST_F(Answer, AnotherBodyIsNoticed) {
    EXPECT_EQ("signature.digest_mismatch", check("answeR"));
}

TEST_F(Answer, AnotherStatusIsNoticed) {
    response_.status = 200;
    EXPECT_EQ("signature.invalid", check());
}

TEST_F(Answer, AnswerToAnotherRequestIsNoticed) {
    request_.target_uri = "https://gateway.example/v1/attachments";
    EXPECT_EQ("signature.invalid", check());
}

TEST_F(Answer, AnswerToAnotherBodyIsNoticed) {
    request_.set("content-digest", contentDigest("another question"));
    EXPECT_EQ("signature.invalid", check());
}

TEST_F(Answer, AnotherKeyIdIsRefusedBeforeItsKeyIsTried) {
    const SigningKey stranger = [&] {
        auto key = makeKey();
        key.keyid = std::string(64, 'b');
        return key;
    }();
    ASSERT_TRUE(signMessage(response_, "answer", stranger, kNow, &request_).ok());
    EXPECT_EQ("signature.key_unknown", check());
}

TEST_F(Answer, OldAndFutureAnswersAreRefused) {
    EXPECT_EQ("ok", check("answer", kNow + 300'000));
    EXPECT_EQ("signature.expired", check("answer", kNow + 300'001));
    EXPECT_EQ("ok", check("answer", kNow - 300'000));
    EXPECT_EQ("signature.future", check("answer", kNow - 300'001));
}

TEST_F(Answer, UnsignedAnswerIsRefused) {
    response_.fields = {
        {"content-type", "application/json"}, {"content-digest", contentDigest("answer")}};
    EXPECT_EQ("signature.missing", check());
}

TEST_F(Answer, SignatureOfARequestIsNoAnswer) {
    HttpHead request = request_;
    request.set("content-type", "application/json");
    ASSERT_TRUE(signMessage(request, "answer", key_, kNow).ok());
    response_.fields = request.fields;
    EXPECT_EQ("signature.component_uncovered", check());
}

TEST_F(Answer, DigestOfTheRequestDoesNotStandForThatOfTheAnswer) {
    std::string input = response_.field("signature-input");
    const std::string own = "\"content-digest\" ";
    ASSERT_NE(std::string::npos, input.find(own));
    response_.set("signature-input", input.erase(input.find(own), own.size()));
    ASSERT_NE(std::string::npos, input.find("\"content-digest\";req"));
    EXPECT_EQ("signature.component_uncovered", check());
}

TEST_F(Answer, SigningAgainReplacesTheOldSignature) {
    ASSERT_TRUE(signMessage(response_, "new answer", key_, kNow + 1000, &request_).ok());
    EXPECT_EQ("ok", check("new answer"));
}

TEST(SigningKeyFiles, CertificateAndKeyMustBelongTogether) {
    auto& pki = test::sharedPki();
    const auto gateway = pki.gateway(), centre = pki.centre();
    const auto key = signingKey(gateway.certificatePem(), gateway.privateKeyPem()).value();
    EXPECT_EQ(crypto::SignatureAlgorithm::EcdsaP256Sha256, key.algorithm);
    EXPECT_EQ(64u, key.keyid.size());
    EXPECT_EQ(
        ErrorCode::ConfigInvalid,
        signingKey(gateway.certificatePem(), centre.privateKeyPem()).error().code
    );
    EXPECT_EQ(ErrorCode::ConfigInvalid, signingKey("", centre.privateKeyPem()).error().code);
    EXPECT_EQ(ErrorCode::ConfigInvalid, signingKey(gateway.certificatePem(), "").error().code);
    EXPECT_EQ(
        ErrorCode::ConfigInvalid,
        signingKey(
            gateway.certificatePem(), gateway.privateKeyPem(), crypto::SignatureAlgorithm::Ed25519
        )
            .error()
            .code
    );
}

}  // namespace
}  // namespace yht::trust
