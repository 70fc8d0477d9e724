#include "gateway/crypto/certificate_issue.h"

#include "tests/unit/gateway/crypto/certificates_fixture.h"

namespace yht::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CertificateIssueTest : public CertificatesFixture {
protected:
    std::string textBy(const CertificateFacts& certificate) {
        return test::mustOpenssl(
            {"x509", "-in", scratch.write("a.pem", certificate.pem()), "-noout", "-text", "-nameopt", "utf8,sep_comma_plus"}
        );
    }
};

TEST_F(CertificateIssueTest, OpensslReadsEverythingThatWasPutIn) {
    const auto authority = root();
    auto key = newKey();
    auto content = leafContent("gateway", key);
    content.crl_urls = {"http://pki.example/crl.der"};
    content.ocsp_urls = {"http://pki.example/ocsp"};
    content.issuer_urls = {"http://pki.example/ca.der"};
    const auto made = signedBy(&authority, content, std::move(key));
    const std::string text = textBy(made.certificate);
    for (const char* part :
         {"O=株洲市12345", "CN=gateway", "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1", "CA:FALSE", "Digital Signature",
          "TLS Web Server Authentication, TLS Web Client Authentication", "URI:http://pki.example/crl.der",
          "OCSP - URI:http://pki.example/ocsp", "CA Issuers - URI:http://pki.example/ca.der", "ecdsa-with-SHA256",
          "X509v3 Basic Constraints: critical", "X509v3 Key Usage: critical"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
}

TEST_F(CertificateIssueTest, WeReadBackWhatWasPutIn) {
    const auto authority = root();
    auto key = newKey();
    auto content = leafContent("gateway", key);
    content.crl_urls = {"http://pki.example/crl.der"};
    const auto facts = signedBy(&authority, content, std::move(key)).certificate;
    EXPECT_EQ("CN=gateway,O=株洲市12345,C=CN", facts.subject);
    EXPECT_EQ("CN=root,O=株洲市12345,C=CN", facts.issuer);
    EXPECT_EQ(content.serial_hex, facts.serial_hex);
    EXPECT_EQ(content.not_before_ms, facts.not_before_ms);
    EXPECT_EQ(content.not_after_ms, facts.not_after_ms);
    EXPECT_EQ(content.names, facts.names);
    EXPECT_THAT(facts.key_usage, ElementsAre("digitalSignature"));
    EXPECT_THAT(facts.extended_key_usage, ElementsAre("serverAuth", "clientAuth"));
    EXPECT_THAT(facts.crl_urls, ElementsAre("http://pki.example/crl.der"));
    EXPECT_EQ(authority.certificate.subject_key_id, facts.authority_key_id);
    EXPECT_FALSE(facts.signature_weak);
    EXPECT_FALSE(facts.is_ca);
}

TEST_F(CertificateIssueTest, EveryKindOfKeySignsAndIsVerifiedByOpenssl) {
    for (const KeyKind kind : {KeyKind::EcP256, KeyKind::EcP384, KeyKind::Rsa2048, KeyKind::Ed25519, KeyKind::Sm2}) {
        const auto authority = root("root", kind);
        const auto made = leaf(authority, "leaf", kind);
        const auto ca = scratch.write("ca.pem", authority.certificate.pem());
        const auto pem = scratch.write("leaf.pem", made.certificate.pem());
        std::vector<std::string> command = {"verify", "-x509_strict", "-CAfile", ca};
        if (kind == KeyKind::Sm2) command.insert(command.end(), {"-vfyopt", "distid:1234567812345678"});
        command.push_back(pem);
        const auto told = test::openssl(command);
        EXPECT_EQ(0, told.exit_code) << keyKindName(kind) << told.text;
        EXPECT_TRUE(checkChain(made.certificate.der, {.anchors = {authority.certificate.der}, .at_ms = now()}).ok()) << keyKindName(kind);
    }
}

TEST_F(CertificateIssueTest, SerialsArePositiveLongAndNeverTheSame) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto serial = newSerialHex(random);
        EXPECT_EQ(2 * kSerialBytes, serial.size());
        EXPECT_LT(serial[0], '8');
        EXPECT_TRUE(seen.insert(serial).second);
    }
}

TEST_F(CertificateIssueTest, PathLengthAndCaStandInACasCertificate) {
    auto key = newKey();
    auto content = caContent("intermediate", key);
    content.path_length = 0;
    const auto made = signedBy(nullptr, content, std::move(key));
    EXPECT_THAT(textBy(made.certificate), HasSubstr("CA:TRUE, pathlen:0"));
    EXPECT_EQ(0U, made.certificate.path_length);
}

TEST_F(CertificateIssueTest, AnotherKeyThanTheIssuersIsRefused) {
    const auto authority = root();
    const auto key = newKey();
    EXPECT_EQ("certificate.key_mismatch", refusalOf(issueCertificate(leafContent("a", key), key, authority.certificate.der)));
}

TEST_F(CertificateIssueTest, WhatCantStandInACertificateIsRefused) {
    const auto key = newKey();
    auto content = leafContent("a", key);
    content.names = {{NameType::Dns, "网关.example"}};
    EXPECT_EQ("certificate.name_not_allowed", refusalOf(issueCertificate(content, key, std::nullopt)));
    content.names = {{NameType::Ip, "127.0.0"}};
    EXPECT_EQ("certificate.name_not_allowed", refusalOf(issueCertificate(content, key, std::nullopt)));
    content = leafContent(std::string(65, 'a'), key);  // ub-common-name is 64
    EXPECT_EQ("certificate.subject_missing", refusalOf(issueCertificate(content, key, std::nullopt)));
}

TEST_F(CertificateIssueTest, DatesBeyond2049AreGeneralizedTime) {
    auto key = newKey();
    auto content = caContent("long", key);
    content.not_after_ms = now() + 30LL * 365 * kDayMillis;
    const auto made = signedBy(nullptr, content, std::move(key));
    EXPECT_EQ(content.not_after_ms, made.certificate.not_after_ms);
    EXPECT_THAT(test::mustOpenssl({"asn1parse", "-in", scratch.write("a.pem", made.certificate.pem())}), HasSubstr("GENERALIZEDTIME"));
}

TEST(DistinguishedNameTest, IsReadAsItIsWritten) {
    const auto name = DistinguishedName::parse("C=CN, O=Ping\\, Pong,CN=a\\=b");
    ASSERT_TRUE(name.has_value());
    EXPECT_EQ("Ping, Pong", name->find("O"));
    EXPECT_EQ("a=b", name->find("CN"));
    EXPECT_EQ(name->parts, DistinguishedName::parse(name->text())->parts);
    for (const char* wrong : {"", "CN", "CN=", "=a", "CN=a,", ",CN=a", "CN=a,O"}) EXPECT_FALSE(DistinguishedName::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace yht::crypto
