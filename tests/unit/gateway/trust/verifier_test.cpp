#include "gateway/trust/verifier.h"

#include <gtest/gtest.h>

#include "gateway/crypto/digest.h"
#include "tests/unit/gateway/trust/signed_request.h"

namespace yht::trust {
namespace {

using base::ErrorCode;

class Verifier : public ::testing::Test {
protected:
    std::string speaker(const std::string& name) {
        const auto found = verifier_.speakerOf(Cast::get().fingerprint(name));
        return found ? found->partner->id : found.error().row().wire;
    }
    base::Result<VerifiedMessage> verify(const SigningPlan& plan) {
        return verifier_.verify(
            signedRequest(plan, clock_.nowMillis()), plan.body, Cast::get().fingerprint("centre")
        );
    }

    /// "ok" or the wire code.
    std::string outcome(const SigningPlan& plan) {
        const auto result = verify(plan);
        return result ? "ok" : result.error().row().wire;
    }

    const base::UnixMillis now_ms_ = base::SystemClock().nowMillis() / 1000 * 1000;
    base::ManualClock clock_{now_ms_};
    TrustHolder trust_{Cast::get().snapshot()};
    const RequestVerifier verifier_{
        trust_, clock_, {.public_base_urls = {kPublicBase, kSecondPublicBase}}};
};

TEST_F(Verifier, CertificateTellsThePartner) {
    EXPECT_EQ("centre", speaker("centre"));
    EXPECT_EQ("centre", speaker("centre-connect"));
    EXPECT_EQ("other", speaker("other"));
}

TEST_F(Verifier, CertificatesThatDoNotCountAreToldApart) {
    EXPECT_EQ("speaker.certificate_unknown", speaker("stranger"));
    EXPECT_EQ("speaker.certificate_unknown", speaker("centre-sign"));
    EXPECT_EQ("speaker.certificate_revoked", speaker("centre-revoked"));
    EXPECT_EQ("speaker.certificate_expired", speaker("centre-expired"));
    EXPECT_EQ("speaker.certificate_expired", speaker("centre-not-yet"));
    EXPECT_EQ("speaker.partner_stopped", speaker("stopped"));
    EXPECT_EQ(ErrorCode::CertificateMissing, verifier_.speakerOf("").error().code);
}

TEST_F(Verifier, MessageCarriesWhatAnAuditorNeeds) {
    const auto message = verify({});
    ASSERT_TRUE(message.ok()) << describe(message.error());
    EXPECT_EQ("centre", message->speaker().id);
    EXPECT_EQ(1, message->assurance());
    EXPECT_EQ(SigningPlan{}.body, message->body());
    EXPECT_EQ(now_ms_, message->receivedMillis());
    const Proof& proof = message->proof();
    EXPECT_EQ(Cast::get().fingerprint("centre"), proof.keyid);
    EXPECT_EQ("ecdsa-p256-sha256", proof.algorithm);
    EXPECT_EQ(replayKey(proof.signature_base, proof.signature), proof.replay_key);
    const auto key = Cast::get().key("centre").key.publicKey();
    EXPECT_EQ(
        crypto::SignatureVerdict::Valid,
        key.verify(
               crypto::SignatureAlgorithm::EcdsaP256Sha256, proof.signature_base, proof.signature
        )
            .value()
    );
}

TEST_F(Verifier, TheSameRequestHasTheSameReplayKeyAndAnotherHasAnother) {
    const HttpHead head = signedRequest({}, now_ms_);
    const auto once =
        verifier_.verify(head, SigningPlan{}.body, Cast::get().fingerprint("centre")).value();
    clock_.advance(1000);
    const auto again =
        verifier_.verify(head, SigningPlan{}.body, Cast::get().fingerprint("centre")).value();
    EXPECT_EQ(once.proof().replay_key, again.proof().replay_key);
    EXPECT_NE(once.proof().replay_key, verify({}).value().proof().replay_key);
}

TEST_F(Verifier, WhatSignMessageWritesIsAccepted) {
    for (const char* name : {"centre", "centre-ed25519", "centre-rsa-pss", "centre-rsa-v15", "centre-p384", "centre-sm2"}) {
        HttpHead head;
        head.method = "POST";
        head.target_uri = std::string(kPublicBase) + "/v1/records?trial=1";
        head.set("content-type", "application/json");
        ASSERT_TRUE(signMessage(head, "body", Cast::get().key(name), now_ms_).ok());
        head.target_uri = "/v1/records?trial=1";  // as the server sees it
        const auto message = verifier_.verify(head, "body", Cast::get().fingerprint("centre"));
        EXPECT_TRUE(message.ok()) << name << ": " << (message ? "" : describe(message.error()));
    }
}

TEST_F(Verifier, AnSm2SignatureIsJudgedLikeAnyOther) {
    EXPECT_EQ("ok", outcome({.key = "centre-sm2"}));
    EXPECT_EQ("ok", outcome({.key = "centre-sm2", .alg = "sm2-sm3"}));
    EXPECT_EQ("signature.algorithm_refused", outcome({.key = "centre-sm2", .alg = "ecdsa-p256-sha256"}));
    EXPECT_EQ("signature.algorithm_refused", outcome({.key = "centre", .alg = "sm2-sm3"}));
    const auto der = verify({.key = "centre-sm2", .der = true}).error();
    EXPECT_EQ(ErrorCode::SignatureInvalid, der.code);
    EXPECT_NE(std::string::npos, der.public_en.find("sm2-sm3 has 64 octets")) << der.public_en;
}

TEST_F(Verifier, TheEncryptionCertificateOfAPairVerifiesNothing) {
    EXPECT_EQ("signature.key_not_for_signing", outcome({.key = "centre-sm2-encrypt"}));
    EXPECT_EQ(
        "signature.key_not_for_signing",
        outcome({.key = "centre-sm2", .keyid = Cast::get().fingerprint("centre-sm2-encrypt")})
    );
    const auto head = signedRequest({}, now_ms_);
    EXPECT_EQ(
        ErrorCode::CertificateUnknown,
        verifier_.verify(head, SigningPlan{}.body, Cast::get().fingerprint("centre-sm2-encrypt")).error().code
    );
}

TEST_F(Verifier, RevocationActsOnTheNextRequest) {
    ASSERT_EQ("ok", outcome({}));
    auto partners = trust_.current()->partners();
    for (auto& certificate : partners.at(0).certificates) {
        certificate.revoked |=
            certificate.certificate.fingerprint() == Cast::get().fingerprint("centre-2");
    }
    ASSERT_EQ("ok", outcome({.key = "centre-2"}));
    trust_.replace(std::make_shared<TrustSnapshot>(partners, std::vector<Source>{}));
    EXPECT_EQ("signature.key_unknown", outcome({.key = "centre-2"}));
    EXPECT_EQ("ok", outcome({}));
}

TEST_F(Verifier, AMessageOutlivesTheRegistryItWasJudgedBy) {
    const auto message = verify({}).value();
    trust_.replace(std::make_shared<TrustSnapshot>(std::vector<Partner>{}, std::vector<Source>{}));
    EXPECT_EQ("centre", message.speaker().id);
    EXPECT_EQ("speaker.certificate_unknown", outcome({}));
}

TEST_F(Verifier, BaseShownIsTheOneToBeSigned) {
    const auto error =
        verify({.key = "centre-2", .keyid = Cast::get().fingerprint("centre")}).error();
    EXPECT_EQ(ErrorCode::SignatureInvalid, error.code);
    EXPECT_TRUE(error.signature_base.starts_with(
        "\"@method\": POST\n\"@target-uri\": https://gateway.example:8443/v1/records\n"
        "\"content-type\": application/json\n\"content-digest\": sha-256=:"
    )) << error.signature_base;
    EXPECT_EQ(std::string::npos, error.signature_base.find("appeal"));  // nothing of the body
}

TEST_F(Verifier, BaseShownIsForTheAddressThatWasCalled) {
    HttpHead head = signedRequest({.target = "https://elsewhere.example/v1/records"}, now_ms_);
    head.set("host", "10.1.2.3");
    const auto error =
        verifier_.verify(head, SigningPlan{}.body, Cast::get().fingerprint("centre")).error();
    EXPECT_NE(std::string::npos, error.signature_base.find("https://10.1.2.3/v1/records"))
        << error.signature_base;
}

TEST_F(Verifier, SoManyRefusedSignaturesOfAPartnerAreLookedIntoInAMinute) {
    const std::string plain = base::makeError(ErrorCode::SignatureInvalid).public_en;
    const SigningPlan slip{.line_end = "crlf"};
    for (std::size_t i = 0; i < kDiagnosesPerMinuteMax; ++i) ASSERT_LT(plain.size(), verify(slip).error().public_en.size()) << i;
    const auto bare = verify(slip).error();
    EXPECT_EQ(ErrorCode::SignatureInvalid, bare.code);
    EXPECT_EQ(plain, bare.public_en);
    EXPECT_NE("", bare.signature_base);
    const SigningPlan others{.key = "other", .line_end = "crlf"};
    const auto head = signedRequest(others, clock_.nowMillis());
    EXPECT_NE(plain, verifier_.verify(head, others.body, Cast::get().fingerprint("other")).error().public_en);
    clock_.advance(60'000);
    EXPECT_NE(plain, verify(slip).error().public_en);
}

}  // namespace
}  // namespace yht::trust
