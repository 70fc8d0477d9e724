#include "gateway/crypto/certificate_request.h"

#include "tests/unit/gateway/crypto/certificates_fixture.h"

namespace yht::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CertificateRequestTest : public CertificatesFixture {
protected:
    RequestWishes wishes() {
        return {
            .subject = *DistinguishedName::parse("C=CN,O=浏阳市市场监督管理局,CN=hotline-12315"),
            .names = {{NameType::Dns, "hotline.example"}, {NameType::Ip, "10.1.2.3"}},
            .key_usage = {"digitalSignature"},
            .extended_key_usage = {"clientAuth"}};
    }
    /// A request by the openssl program.
    std::string byOpenssl(std::vector<std::string> more) {
        std::vector<std::string> command = {"req",     "-new",        "-nodes", "-newkey",      "rsa:2048", "-subj", "/C=CN/O=A/CN=b",
                                            "-keyout", scratch / "k", "-out",   scratch / "csr"};
        command.insert(command.end(), more.begin(), more.end());
        test::mustOpenssl(command);
        return test::readFile(scratch / "csr");
    }
};

TEST_F(CertificateRequestTest, EveryKindOfKeyAsksAndOpensslVerifiesIt) {
    for (const KeyKind kind : {KeyKind::EcP256, KeyKind::EcP384, KeyKind::Rsa2048, KeyKind::Ed25519, KeyKind::Sm2}) {
        const auto request = makeRequest(newKey(kind), wishes());
        ASSERT_TRUE(request.ok());
        std::vector<std::string> command = {"req",      "-in", scratch.write("csr.pem", *request), "-verify", "-noout", "-text",
                                            "-nameopt", "utf8"};
        if (kind == KeyKind::Sm2) command.insert(command.end(), {"-vfyopt", "distid:1234567812345678"});
        const auto told = test::openssl(command);
        EXPECT_EQ(0, told.exit_code) << keyKindName(kind) << told.text;
        for (const char* part :
             {"verify OK", "浏阳市市场监督管理局", "DNS:hotline.example, IP Address:10.1.2.3", "TLS Web Client Authentication"}) {
            EXPECT_THAT(told.text, HasSubstr(part)) << keyKindName(kind);
        }
        EXPECT_EQ(keyKindName(kind), readRequest(*request)->key.kind);
    }
}

TEST_F(CertificateRequestTest, WhatOpensslAsksForIsRead) {
    const auto facts = readRequest(byOpenssl({"-addext", "subjectAltName=DNS:b.example,IP:::1", "-addext", "extendedKeyUsage=serverAuth"}));
    ASSERT_TRUE(facts.ok()) << refusalOf(facts);
    EXPECT_EQ("CN=b,O=A,C=CN", facts->subject);
    EXPECT_EQ("rsa2048", facts->key.kind);
    EXPECT_THAT(facts->names, ElementsAre(AlternativeName{NameType::Dns, "b.example"}, AlternativeName{NameType::Ip, "::1"}));
    EXPECT_THAT(facts->extended_key_usage, ElementsAre("serverAuth"));
    EXPECT_FALSE(facts->asks_for_ca);
    EXPECT_TRUE(readRequest(byOpenssl({"-addext", "basicConstraints=CA:TRUE"}))->asks_for_ca);
    EXPECT_TRUE(readRequest(byOpenssl({"-sha1"}))->signature_weak);
    byOpenssl({"-outform", "DER"});
    EXPECT_TRUE(readRequest(test::readFile(scratch / "csr")).ok());
}

TEST_F(CertificateRequestTest, ARequestThatItsKeyDidNotSignIsRefused) {
    std::string der = *base::fromBase64([&] {
        std::string text = *makeRequest(newKey(), wishes());
        text = text.substr(text.find('\n') + 1);
        text.resize(text.find("-----END"));
        std::erase(text, '\n');
        return text;
    }());
    der[der.size() - 20] ^= 1;
    EXPECT_EQ("certificate.request_unsigned", refusalOf(readRequest(der)));
}

TEST_F(CertificateRequestTest, WhatIsNoRequestIsRefused) {
    const std::string pem = *makeRequest(newKey(), wishes());
    EXPECT_EQ("certificate.unreadable", refusalOf(readRequest("")));
    EXPECT_EQ("certificate.unreadable", refusalOf(readRequest(pem.substr(0, pem.size() - 40))));
    EXPECT_EQ("certificate.unreadable", refusalOf(readRequest(root().certificate.pem())));
    EXPECT_EQ("certificate.trailing_octets", refusalOf(readRequest(pem + pem)));
    EXPECT_EQ("certificate.trailing_octets", refusalOf(readRequest(readRequest(pem)->der + "x")));
    EXPECT_EQ("certificate.too_large", refusalOf(readRequest(std::string(100'000, 'A'))));
}

}  // namespace
}  // namespace yht::crypto
