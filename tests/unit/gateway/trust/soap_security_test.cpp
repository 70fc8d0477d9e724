// The vectors of tests/vectors/soap: each attack beside the accepted message that it was made from; and what we sign.
#include "gateway/trust/soap_security.h"

#include <gtest/gtest.h>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"
#include "gateway/trust/soap_signing.h"
#include "tests/support/pki.h"

namespace yht::trust {
namespace {

const std::filesystem::path kVectors = std::filesystem::path(YHT_SOURCE_DIR) / "tests/vectors/soap";

xml::Limits limits() {
    xml::Limits limits;
    limits.malformed = base::ErrorCode::SoapMalformed;
    limits.dtd = base::ErrorCode::SoapDtd;
    return limits;
}

PartnerCertificate certificateOf(const std::string& pem, crypto::SignatureAlgorithm algorithm) {
    return {.certificate = *crypto::Certificate::fromPem(pem), .algorithm = algorithm};
}

/// One partner with the certificates that the vectors were signed with, and what a test adds.
RequestVerifier::Speaker speakerWith(std::vector<PartnerCertificate> certificates) {
    Partner partner;
    partner.id = "vector-partner";
    partner.stage = Stage::Live;
    partner.certificates = std::move(certificates);
    auto snapshot = std::make_shared<TrustSnapshot>(std::vector<Partner>{partner}, std::vector<Source>{});
    const Partner* speaker = snapshot->findPartner("vector-partner");
    return {std::move(snapshot), speaker};
}

struct Outcome {
    std::string wire;  // "accepted", or of the refusal
    std::string text;  // all text of the Body
};

std::string textOf(const xml::Element& element) {
    std::string text = element.text();
    for (auto child = element.firstChild(); child; child = child->nextSibling()) text += textOf(*child);
    return text;
}

Outcome outcome(const SoapVerifier& verifier, const RequestVerifier::Speaker& speaker, const std::string& text) {
    const auto wire = [](const base::Error& error) { return Outcome{error.row().wire, ""}; };
    const auto document = xml::Document::parse(text, limits());
    if (!document) return wire(document.error());
    const auto envelope = findEnvelope(*document);
    if (!envelope) return wire(envelope.error());
    const auto message = verifier.verify(*document, *envelope, speaker);
    if (!message) return wire(message.error());
    return {"accepted", textOf(envelope->body)};
}

class SoapVectors : public ::testing::Test {
protected:
    SoapVectors()
        : index_(*json::parse(test::readFile(kVectors / "index.json"))),
          clock_(*base::parseRfc3339(json::textMember(index_, "clock"))),
          verifier_(clock_),
          speaker_(speakerWith(
              {certificateOf(test::readFile(kVectors / "partner-ec.pem"), crypto::SignatureAlgorithm::EcdsaP256Sha256),
               certificateOf(test::readFile(kVectors / "partner-rsa.pem"), crypto::SignatureAlgorithm::RsaV15Sha256)}
          )) {}

    Outcome of(const std::string& file) { return outcome(verifier_, speaker_, test::readFile(kVectors / file)); }

    rapidjson::Document index_;
    base::ManualClock clock_;
    SoapVerifier verifier_;
    RequestVerifier::Speaker speaker_;
};

TEST_F(SoapVectors, EachIsJudgedAsItSays) {
    std::size_t accepted = 0, refused = 0;
    for (const auto& vector : json::findMember(index_, "vectors")->GetArray()) {
        const auto file = json::textMember(vector, "file");
        const auto expected = json::textMember(vector, "expect");
        if (!json::textMember(vector, "charset").empty()) continue;  // other charsets are the door's: its vectors_test
        EXPECT_EQ(expected, of(file).wire) << file << ": " << json::textMember(vector, "why");
        ++(expected == "accepted" ? accepted : refused);
    }
    EXPECT_LE(10U, accepted);
    EXPECT_LE(50U, refused);
}

TEST_F(SoapVectors, EachAttackHasAnAcceptedSibling) {
    for (const auto& vector : json::findMember(index_, "vectors")->GetArray()) {
        const auto from = json::textMember(vector, "from");
        if (!from.empty()) EXPECT_EQ("accepted", of(from).wire) << from;
        else EXPECT_EQ("accepted", json::textMember(vector, "expect"));
    }
}

TEST_F(SoapVectors, ACommentOrInstructionInSignedTextCutsNothingOff) {
    EXPECT_EQ(of("accepted-soap11-ec.xml").text, of("processing-instruction-in-text.xml").text);
    EXPECT_EQ(of("accepted-soap11-ec.xml").text, of("comment-in-text.xml").text);
}

TEST_F(SoapVectors, WhatIsAcceptedNowIsExpiredAfterTheTolerance) {
    clock_.advance(kCreatedToleranceMs + 1);
    EXPECT_EQ("signature.expired", of("accepted-no-expires.xml").wire);
}

TEST_F(SoapVectors, ARevokedCertificateSignsNothing) {
    auto certificates = speaker_.partner->certificates;
    certificates[0].revoked = true;
    speaker_ = speakerWith(certificates);
    EXPECT_EQ("signature.key_unknown", of("accepted-soap11-ec.xml").wire);
    EXPECT_EQ("accepted", of("accepted-soap12-rsa.xml").wire);
}

TEST_F(SoapVectors, ACertificateForConnectingOnlySignsNothing) {
    auto certificates = speaker_.partner->certificates;
    certificates[0].may_sign = false;
    speaker_ = speakerWith(certificates);
    EXPECT_EQ("signature.key_unknown", of("accepted-soap11-ec.xml").wire);
}

TEST_F(SoapVectors, AnRsaKeyRegisteredForPssIsToldWhatToDo) {
    auto certificates = speaker_.partner->certificates;
    certificates[1].algorithm = crypto::SignatureAlgorithm::RsaPssSha512;
    speaker_ = speakerWith(certificates);
    EXPECT_EQ("signature.algorithm_refused", of("accepted-soap12-rsa.xml").wire);
}

TEST_F(SoapVectors, TheProofHoldsWithoutXml) {
    const auto text = test::readFile(kVectors / "accepted-soap11-ec.xml");
    const auto document = xml::Document::parse(text, limits());
    const auto message = verifier_.verify(*document, *findEnvelope(*document), speaker_);
    ASSERT_TRUE(message.ok());
    const Proof& proof = message->proof();
    const auto& signer = speaker_.partner->certificates[0];
    const auto verdict = signer.certificate.publicKey().verify(signer.algorithm, proof.signature_base, proof.signature);
    EXPECT_EQ(crypto::SignatureVerdict::Valid, *verdict);
    EXPECT_EQ(signer.certificate.fingerprint(), proof.keyid);
    EXPECT_NE(std::string::npos, proof.signature_base.find(base::toBase64(crypto::sha256(message->body()))));
    EXPECT_TRUE(message->body().starts_with("<soap:Body "));
    // What a ledger keeps of a message is its base and its signature: whoever rebuilds it from them must find the same key.
    EXPECT_EQ(replayKey(proof.signature_base, proof.signature), proof.replay_key);
    const auto inner = message->withContent("content").proof();
    EXPECT_EQ(proof.signature_base + message->body(), inner.signature_base);
    EXPECT_EQ(replayKey(inner.signature_base, inner.signature), inner.replay_key);
}

/// `count` times `block` behind the first `mark`.
std::string with(std::string text, const std::string& mark, std::size_t count, const std::string& block) {
    std::string blocks;
    for (std::size_t i = 0; i < count; ++i) blocks += block;
    return text.insert(text.find(mark) + mark.size(), blocks);
}

TEST_F(SoapVectors, AHeaderHasABoundedNumberOfBlocks) {
    const auto judged = [&](std::size_t strangers) {  // beside Security
        const auto text = test::readFile(kVectors / "accepted-soap11-ec.xml");
        return outcome(verifier_, speaker_, with(text, "<soap:Header>", strangers, R"(<x:note xmlns:x="urn:x"/>)")).wire;
    };
    EXPECT_EQ("accepted", judged(kHeaderBlocksMax - 1));
    EXPECT_EQ("soap.malformed", judged(kHeaderBlocksMax));
}

TEST_F(SoapVectors, ASignatureHasABoundedNumberOfReferences) {
    const auto text = test::readFile(kVectors / "accepted-soap11-ec.xml");
    const std::string end = "</ds:Reference>";
    const auto begin = text.find("<ds:Reference");
    const auto reference = text.substr(begin, text.find(end) + end.size() - begin);
    const auto uri = reference.find("URI=\"#") + 6;
    const auto judged = [&](std::size_t more) {  // beside those of Body and Timestamp
        std::string references;
        for (std::size_t i = 0; i < more; ++i) references += std::string(reference).insert(uri, "no-" + std::to_string(i) + "-");
        return outcome(verifier_, speaker_, with(text, "#ecdsa-sha256\"/>", 1, references)).wire;
    };
    // As many as may be are looked at: the first points at nothing. One more, and none is.
    EXPECT_EQ("signature.reference_refused", judged(kSignatureReferencesMax - 2));
    EXPECT_EQ("signature.malformed", judged(kSignatureReferencesMax - 1));
}

TEST_F(SoapVectors, APrefixListIsBounded) {
    const auto text = test::readFile(kVectors / "accepted-inclusive-prefixes.xml");
    const std::string list = "PrefixList=\"";
    const auto judged = [&](std::size_t bytes) {
        const auto at = text.find(list) + list.size();
        return outcome(verifier_, speaker_, std::string(text).replace(at, text.find('"', at) - at, std::string(bytes, 'p'))).wire;
    };
    EXPECT_NE("signature.transform_refused", judged(kInclusivePrefixesBytesMax));
    EXPECT_EQ("signature.transform_refused", judged(kInclusivePrefixesBytesMax + 1));
}

class SoapSigning : public ::testing::TestWithParam<test::KeyKind> {
protected:
    const test::CertificateFiles files_ = test::sharedPki().issue({.name = "soap-signer", .key = GetParam()});
    const base::SystemClock clock_;
};

TEST_P(SoapSigning, WhatWeSignVerifies) {
    const auto key = soapSigningKey(*signingKey(files_.certificatePem(), files_.privateKeyPem()));
    ASSERT_TRUE(key.ok());
    const std::string body = "<GetCodes xmlns=\"urn:yihaotong:v1\"><list>a&amp;b&#xD;路灯</list></GetCodes>";
    for (const auto version : {SoapVersion::V11, SoapVersion::V12}) {
        const auto text = signedEnvelope(
            {.version = version, .body = body, .relates_to = "urn:uuid:1&2"}, *key, clock_.nowMillis()
        );
        ASSERT_TRUE(text.ok());
        const auto speaker = speakerWith({certificateOf(files_.certificatePem(), key->algorithm)});
        const auto said = outcome(SoapVerifier(clock_), speaker, *text);
        EXPECT_EQ("accepted", said.wire);
        EXPECT_EQ("a&b\r路灯", said.text);
    }
}

INSTANTIATE_TEST_SUITE_P(Keys, SoapSigning, ::testing::Values(test::KeyKind::P256, test::KeyKind::Rsa2048));

TEST(SoapSigningKey, Ed25519HasNoWordInSoap) {
    const auto files = test::sharedPki().issue({.name = "soap-ed", .key = test::KeyKind::Ed25519});
    EXPECT_FALSE(soapSigningKey(*signingKey(files.certificatePem(), files.privateKeyPem())).ok());
}

}  // namespace
}  // namespace yht::trust
