// Chains, revocation lists and OCSP answers that `openssl` made, each with what is wrong with it.
#include "gateway/crypto/certificate_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/crypto/crl.h"
#include "gateway/crypto/ocsp.h"
#include "tests/support/made_certificates.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

CertificateChain chainOf(const std::string& name) { return *certificatesOfPem(test::madeCertificates().text(name)); }
base::Bytes derOf(const std::string& name) { return chainOf(name).front(); }
base::Bytes fileOf(const std::string& name) { return test::madeCertificates().text(name); }
base::UnixMillis now() { return base::SystemClock().nowMillis(); }

struct PathCase {
    const char* certificate;
    ErrorCode code;
    const char* name = "localhost";
};
std::ostream& operator<<(std::ostream& out, const PathCase& row) { return out << row.certificate; }

class Path : public testing::TestWithParam<PathCase> {};

TEST_P(Path, IsRefusedWithItsOwnCode) {
    const auto judged = checkPath({.chain = chainOf(std::string(GetParam().certificate) + ".pem"), .anchors = {derOf("root.pem")},
                                   .use = CertificateUse::Client, .at_ms = now(), .names = {GetParam().name}});
    ASSERT_FALSE(judged.status.ok());
    EXPECT_EQ(judged.status.error().row().wire, std::string(base::errorRow(GetParam().code).wire)) << judged.status.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    Openssl, Path,
    testing::Values(
        PathCase{"expired.chain", ErrorCode::CertExpired}, PathCase{"notyet.chain", ErrorCode::CertNotYetValid},
        PathCase{"server-only.chain", ErrorCode::CertUsage}, PathCase{"foreign-leaf.chain", ErrorCode::CertIssuerUnknown},
        PathCase{"twin-leaf", ErrorCode::CertIssuerUnknown}, PathCase{"othername.chain", ErrorCode::CertNameMismatch},
        PathCase{"weak.chain", ErrorCode::CertKeyWeak}, PathCase{"sha1.chain", ErrorCode::CertDigestWeak},
        PathCase{"self-signed", ErrorCode::CertSelfSigned}, PathCase{"good", ErrorCode::CertChainIncomplete},
        PathCase{"pathlength.chain", ErrorCode::CertPathLength}
    ),
    [](const auto& row) {
        std::string name = row.param.certificate;
        std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
        return name;
    }
);

TEST(CertificatePath, InOrderLeadsFromTheLeafToTheAnchor) {
    const auto judged = checkPath({.chain = chainOf("good.chain.pem"), .anchors = {derOf("root.pem")}, .use = CertificateUse::Server,
                                   .at_ms = now(), .names = {"localhost", "127.0.0.1"}});
    ASSERT_TRUE(judged.status.ok()) << judged.status.error().detail;
    EXPECT_EQ(judged.chain, (CertificateChain{derOf("good.pem"), derOf("inter.pem"), derOf("root.pem")}));
}

TEST(CertificatePath, WithoutAnAnchorIsHeldAgainstItself) {
    const auto ask = [](const char* name) {
        return checkPath({.chain = chainOf(name), .anchors = {}, .use = CertificateUse::Server, .at_ms = now(), .names = {}}).status;
    };
    EXPECT_TRUE(ask("good.chain.pem").ok());
    EXPECT_TRUE(ask("good.pem").ok());
    EXPECT_EQ(ask("sha1.pem").error().code, ErrorCode::CertDigestWeak);
    EXPECT_EQ(ask("expired.pem").error().code, ErrorCode::CertExpired);
}

TEST(CertificatePath, TheDetailNamesTheCertificateAndItsIssuer) {
    const auto judged = checkPath({.chain = chainOf("expired.chain.pem"), .anchors = {derOf("root.pem")}, .use = CertificateUse::Client, .at_ms = now(), .names = {}});
    EXPECT_THAT(judged.status.error().detail, testing::AllOf(HasSubstr("CN=expired"), HasSubstr("CN=inter"), HasSubstr("certificate 0 of the chain")));
}

TEST(CertificatePath, WhatIsNoCertificateIsSaidSo) {
    EXPECT_FALSE(certificatesOfPem("").ok());
    EXPECT_FALSE(certificatesOfPem(fileOf("good.key")).ok());
    EXPECT_FALSE(certificatesOfPem(fileOf("good.pem") + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").ok());
    EXPECT_FALSE(certificateSummary("nothing").has_value());
}

TEST(RevocationList, TellsWhoIsRevokedAndWhy) {
    const auto list = RevocationList::read(fileOf("inter.crl"));
    ASSERT_TRUE(list.ok());
    EXPECT_TRUE(list->namesIssuer(derOf("inter.pem")));
    EXPECT_FALSE(list->namesIssuer(derOf("root.pem")));
    EXPECT_TRUE(list->checkSignature(derOf("inter.pem")).ok());
    EXPECT_FALSE(list->find(derOf("good.pem")).has_value());
    const auto revoked = list->find(derOf("revoked.pem"));
    ASSERT_TRUE(revoked.has_value());
    EXPECT_EQ(revoked->reason, "keyCompromise");
    EXPECT_GT(list->nextUpdateMillis(), now());
    EXPECT_EQ(RevocationList::read(list->toDer())->thisUpdateMillis(), list->thisUpdateMillis());
}

TEST(RevocationList, OfAnotherKeyOfTheSameNameIsNotBelieved) {
    const auto list = RevocationList::read(fileOf("inter-twin.crl"));
    ASSERT_TRUE(list.ok());
    EXPECT_TRUE(list->namesIssuer(derOf("inter.pem")));
    EXPECT_EQ(list->checkSignature(derOf("inter.pem")).error().code, ErrorCode::CertCrlUntrusted);
}

TEST(RevocationList, IsNewerByItsNumber) {
    const auto before = RevocationList::read(fileOf("inter-before.crl")), after = RevocationList::read(fileOf("inter.crl")),
               stale = RevocationList::read(fileOf("inter-stale.crl"));
    EXPECT_TRUE(after->isNewerThan(*before));
    EXPECT_FALSE(before->isNewerThan(*after));
    EXPECT_LT(stale->nextUpdateMillis(), now());
}

TEST(RevocationList, ThatIsNoneIsRefused) {
    EXPECT_EQ(RevocationList::read("").error().code, ErrorCode::CertCrlUntrusted);
    EXPECT_EQ(RevocationList::read(fileOf("good.pem")).error().code, ErrorCode::CertCrlUntrusted);
}

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
    EXPECT_EQ(revoked->revoked->reason, "keyCompromise");
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
