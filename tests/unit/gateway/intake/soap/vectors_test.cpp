// The vectors of tests/vectors/soap as the door reads them: by their charset, within its bounds.
#include <gtest/gtest.h>

#include "gateway/base/time_text.h"
#include "gateway/intake/soap/envelope_text.h"
#include "gateway/json/json.h"
#include "gateway/trust/soap_security.h"
#include "tests/support/pki.h"

namespace yht::soap {
namespace {

const std::filesystem::path kVectors = std::filesystem::path(YHT_SOURCE_DIR) / "tests/vectors/soap";

trust::PartnerCertificate certificateOf(const char* file, crypto::SignatureAlgorithm algorithm) {
    return {.certificate = *crypto::Certificate::fromPem(test::readFile(kVectors / file)), .algorithm = algorithm};
}

class DoorVectors : public ::testing::Test {
protected:
    DoorVectors()
        : index_(*json::parse(test::readFile(kVectors / "index.json"))),
          clock_(*base::parseRfc3339(json::textMember(index_, "clock"))),
          verifier_(clock_) {
        trust::Partner partner;
        partner.id = "vector-partner";
        partner.certificates = {certificateOf("partner-ec.pem", crypto::SignatureAlgorithm::EcdsaP256Sha256),
                                certificateOf("partner-rsa.pem", crypto::SignatureAlgorithm::RsaV15Sha256)};
        speaker_.snapshot = std::make_shared<trust::TrustSnapshot>(std::vector{partner}, std::vector<trust::Source>{});
        speaker_.partner = speaker_.snapshot->findPartner("vector-partner");
    }

    /// "accepted" or the refusal; `body`: what was signed.
    std::string judge(const std::string& file, std::string* body = nullptr) const {
        const auto document = readEnvelope(test::readFile(kVectors / file), "");
        if (!document) return document.error().row().wire;
        const auto envelope = trust::findEnvelope(*document);
        if (!envelope) return envelope.error().row().wire;
        const auto message = verifier_.verify(*document, *envelope, speaker_);
        if (!message) return message.error().row().wire;
        if (body != nullptr) *body = message->body();
        return "accepted";
    }

    rapidjson::Document index_;
    base::ManualClock clock_;
    trust::SoapVerifier verifier_;
    trust::RequestVerifier::Speaker speaker_;
};

TEST_F(DoorVectors, EachIsJudgedAsItSays) {
    std::size_t charsets = 0;
    for (const auto& vector : json::findMember(index_, "vectors")->GetArray()) {
        const auto file = json::textMember(vector, "file");
        EXPECT_EQ(json::textMember(vector, "expect"), judge(file)) << file << ": " << json::textMember(vector, "why");
        if (!json::textMember(vector, "charset").empty()) ++charsets;
    }
    EXPECT_LE(8U, charsets);
}

TEST_F(DoorVectors, WhateverTheCharsetTheSameBytesAreKept) {
    std::string utf8, other;
    ASSERT_EQ("accepted", judge("accepted-soap11-ec.xml", &utf8));
    for (const char* file : {"accepted-gbk.xml", "accepted-gb18030.xml", "accepted-utf16.xml"}) {
        EXPECT_EQ("accepted", judge(file, &other));
        EXPECT_EQ(utf8, other) << file;
    }
}

}  // namespace
}  // namespace yht::soap
