// Chains that `openssl` made, each with what is wrong with it.
#include "gateway/crypto/certificate_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/made_certificates.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

CertificateChain chainOf(const std::string& name) { return *certificatesOfPem(test::madeCertificates().text(name)); }
base::Bytes derOf(const std::string& name) { return chainOf(name).front(); }
base::Bytes fileOf(const std::string& name) { return test::madeCertificates().text(name); }
base::UnixMillis now() { return base::SystemClock().nowMillis(); }

ChainAnswer ask(const std::string& name, ChainQuestion question) {
    const auto chain = chainOf(name);
    question.others = {chain.begin() + 1, chain.end()};
    question.at_ms = now();
    return checkChain(chain.front(), question);
}

struct PathCase {
    const char* certificate;
    ErrorCode code;
    const char* name = "localhost";
};
std::ostream& operator<<(std::ostream& out, const PathCase& row) { return out << row.certificate; }

class Path : public testing::TestWithParam<PathCase> {};

TEST_P(Path, IsRefusedWithItsOwnCode) {
    const auto judged = ask(
        std::string(GetParam().certificate) + ".pem",
        {.anchors = {derOf("root.pem")}, .purpose = CertificatePurpose::TlsClient, .hosts = {GetParam().name}}
    );
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

TEST(MadeChain, InOrderLeadsFromTheLeafToTheAnchor) {
    const auto judged = ask("good.chain.pem", {.anchors = {derOf("root.pem")}, .purpose = CertificatePurpose::TlsServer, .hosts = {"localhost", "127.0.0.1"}});
    ASSERT_TRUE(judged.status.ok()) << judged.status.error().detail;
    ASSERT_EQ(judged.members.size(), 3U);
    EXPECT_EQ(judged.members[0].der, derOf("good.pem"));
    EXPECT_EQ(judged.members[2].der, derOf("root.pem"));
}

TEST(MadeChain, WithoutAnAnchorIsHeldAgainstItself) {
    const auto held = [](const char* name) {
        return ask(name, {.last_is_anchor = true, .purpose = CertificatePurpose::TlsServer}).status;
    };
    EXPECT_TRUE(held("good.chain.pem").ok());
    EXPECT_TRUE(held("good.pem").ok());
    EXPECT_EQ(held("sha1.pem").error().code, ErrorCode::CertDigestWeak);
    EXPECT_EQ(held("expired.pem").error().code, ErrorCode::CertExpired);
}

TEST(MadeChain, TheDetailNamesTheCertificateAndItsIssuer) {
    const auto judged = ask("expired.chain.pem", {.anchors = {derOf("root.pem")}, .purpose = CertificatePurpose::TlsClient, .hosts = {}});
    EXPECT_THAT(judged.status.error().detail, testing::AllOf(HasSubstr("CN=expired"), HasSubstr("CN=inter"), HasSubstr("certificate 0 of the chain")));
}

TEST(MadeChain, WhatIsNoCertificateIsSaidSo) {
    EXPECT_FALSE(certificatesOfPem("").ok());
    EXPECT_FALSE(certificatesOfPem(fileOf("good.key")).ok());
    EXPECT_FALSE(certificatesOfPem(fileOf("good.pem") + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").ok());
    EXPECT_EQ(checkChain("nothing", {}).status.error().code, ErrorCode::CertInvalid);
}

}  // namespace
}  // namespace yht::crypto
