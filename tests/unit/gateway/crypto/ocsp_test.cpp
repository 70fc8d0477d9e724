// OCSP answers that `openssl` made, each with what is wrong with it.
#include "gateway/crypto/ocsp.h"

#include <gtest/gtest.h>

#include "gateway/crypto/certificate_bundle.h"
#include "tests/support/made_certificates.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;

base::Bytes fileOf(const std::string& name) { return test::madeCertificates().text(name); }
base::Bytes derOf(const std::string& name) { return certificatesOfPem(fileOf(name))->front(); }
base::UnixMillis now() { return base::SystemClock().nowMillis(); }

base::Result<OcspAnswer> answerIn(const std::string& file, const std::string& certificate = "good.pem", base::UnixMillis at_ms = now()) {
    return readOcspAnswer(fileOf(file), derOf(certificate), derOf("inter.pem"), at_ms);
}

TEST(Ocsp, TheCaAndItsDelegateAreBelieved) {
    for (const char* file : {"good.ocsp", "good-by-ca.ocsp"}) {
        const auto answer = answerIn(file);
        ASSERT_TRUE(answer.ok()) << file << answer.error().detail;
        EXPECT_FALSE(answer->revoked.has_value());
        EXPECT_GT(answer->next_update_ms, now());
    }
    const auto revoked = answerIn("revoked.ocsp", "revoked.pem");
    ASSERT_TRUE(revoked.ok());
    EXPECT_EQ(revoked->revoked->reason, RevocationReason::KeyCompromise);
}

TEST(Ocsp, WhoeverElseSignsIsNot) {
    EXPECT_EQ(answerIn("good-by-impostor.ocsp").error().code, ErrorCode::CertOcspUntrusted);
    EXPECT_EQ(answerIn("good-by-stranger.ocsp").error().code, ErrorCode::CertOcspUntrusted);
    EXPECT_EQ(answerIn("good.ocsp", "revoked.pem").error().code, ErrorCode::CertOcspUntrusted);
    EXPECT_EQ(answerIn("good.pem").error().code, ErrorCode::CertOcspUntrusted);
}

TEST(Ocsp, AnAnswerOfTomorrowDoesNotCountToday) {
    constexpr std::int64_t kHour = 3'600'000;
    EXPECT_FALSE(answerIn("good.ocsp", "good.pem", now() - 2 * kHour).ok());
    EXPECT_TRUE(answerIn("good.ocsp").ok());
}

TEST(Ocsp, TheRequestIsOneThatOpensslReads) {
    const auto request = ocspRequest(derOf("good.pem"), derOf("inter.pem"));
    ASSERT_TRUE(request.has_value());
    EXPECT_GT(request->size(), 60u);
    EXPECT_EQ(ocspRequest("", derOf("inter.pem")), std::nullopt);
}

}  // namespace
}  // namespace yht::crypto
