#include "gateway/crypto/revocation_list.h"

#include "tests/unit/gateway/crypto/certificates_fixture.h"

namespace yht::crypto {
namespace {

using testing::HasSubstr;
using testing::Not;

class RevocationListTest : public CertificatesFixture {
protected:
    CrlContent contentOf(std::vector<RevokedCertificate> revoked) {
        return {.number = 7, .this_update_ms = now(), .next_update_ms = now() + 7 * kDayMillis, .revoked = std::move(revoked)};
    }
    CrlFacts crlBy(const Member& authority, const CrlContent& content) {
        auto der = issueCrl(content, authority.key, authority.certificate.der);
        EXPECT_TRUE(der.ok());
        return readCrl(*der).value();
    }
};

TEST_F(RevocationListTest, OpensslVerifiesItAndReadsNumberReasonAndDates) {
    for (const KeyKind kind : {KeyKind::EcP256, KeyKind::EcP384, KeyKind::Rsa2048, KeyKind::Ed25519}) {
        const auto authority = root("root", kind);
        const auto crl = crlBy(
            authority,
            contentOf({{"0aff", now() - kDayMillis, RevocationReason::KeyCompromise}, {"0b", now(), RevocationReason::Unspecified}})
        );
        const auto ca = scratch.write("ca.pem", authority.certificate.pem());
        const auto told = test::openssl({"crl", "-in", scratch.write("crl.pem", crl.pem()), "-CAfile", ca, "-noout", "-text"});
        EXPECT_EQ(0, told.exit_code) << told.text;
        for (const char* part : {"verify OK", "Key Compromise", "Serial Number: 0AFF", "X509v3 CRL Number", "Version 2"}) {
            EXPECT_THAT(told.text, HasSubstr(part)) << keyKindName(kind);
        }
        EXPECT_THAT(told.text, Not(HasSubstr("Unspecified")));
    }
}

TEST_F(RevocationListTest, IsReadAsItWasMade) {
    const auto authority = root();
    const auto content = contentOf({{"0aff", now() - kDayMillis, RevocationReason::Superseded}});
    const auto crl = crlBy(authority, content);
    EXPECT_EQ(authority.certificate.subject, crl.issuer);
    EXPECT_EQ("07", crl.number_hex);
    EXPECT_EQ(content.this_update_ms, crl.this_update_ms);
    EXPECT_EQ(content.next_update_ms, crl.next_update_ms);
    ASSERT_EQ(1U, crl.revoked.size());
    EXPECT_EQ("0aff", crl.revoked[0].serial_hex);
    EXPECT_EQ(RevocationReason::Superseded, crl.revoked[0].reason);
    EXPECT_TRUE(isCrlSignedBy(crl.der, authority.certificate.der));
    EXPECT_TRUE(readCrl(crl.pem()).ok());
}

TEST_F(RevocationListTest, OneOfSm2IsVerifiedWithItsUserId) {
    const auto authority = root("root", KeyKind::Sm2);
    auto crl = crlBy(authority, contentOf({}));
    EXPECT_TRUE(isCrlSignedBy(crl.der, authority.certificate.der));
    crl.der.back() ^= 1;
    EXPECT_FALSE(isCrlSignedBy(crl.der, authority.certificate.der));
}

TEST_F(RevocationListTest, AnotherAuthorityOfTheSameNameDidNotSignIt) {
    const auto crl = crlBy(root("root"), contentOf({}));
    EXPECT_FALSE(isCrlSignedBy(crl.der, root("root").certificate.der));
    EXPECT_FALSE(isCrlSignedBy(crl.der, root("other").certificate.der));
}

TEST_F(RevocationListTest, WhatOpensslPublishesIsRead) {
    const auto authority = root();
    scratch.write("index.txt", "R\t350101000000Z\t260101000000Z,keyCompromise\t0AFF\tunknown\t/CN=a\n");
    scratch.write("number", "1F\n");
    const auto conf = scratch.write(
        "ca.conf", "[ca]\ndefault_ca=a\n[a]\ndatabase=" + scratch / "index.txt" + "\ncrlnumber=" + scratch / "number" +
                       "\ndefault_md=sha256\ndefault_crl_days=9\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n"
    );
    test::mustOpenssl(
        {"ca", "-config", conf, "-gencrl", "-cert", scratch.write("ca.pem", authority.certificate.pem()), "-keyfile",
         scratch.write("ca.key", authority.key.toPem()), "-out", scratch / "crl.pem"}
    );
    const auto crl = readCrl(test::readFile(scratch / "crl.pem"));
    ASSERT_TRUE(crl.ok()) << refusalOf(crl);
    EXPECT_EQ("1f", crl->number_hex);
    ASSERT_EQ(1U, crl->revoked.size());
    EXPECT_EQ("0aff", crl->revoked[0].serial_hex);
    EXPECT_EQ(RevocationReason::KeyCompromise, crl->revoked[0].reason);
    EXPECT_TRUE(isCrlSignedBy(crl->der, authority.certificate.der));
}

TEST_F(RevocationListTest, AKeyThatIsNotTheIssuersCantPublish) {
    EXPECT_EQ("certificate.key_mismatch", refusalOf(issueCrl(contentOf({}), newKey(), root().certificate.der)));
}

TEST_F(RevocationListTest, WhatIsNoCrlIsRefused) {
    const auto crl = crlBy(root(), contentOf({}));
    EXPECT_EQ("certificate.unreadable", refusalOf(readCrl("")));
    EXPECT_EQ("certificate.unreadable", refusalOf(readCrl(crl.der.substr(0, 100))));
    EXPECT_EQ("certificate.trailing_octets", refusalOf(readCrl(crl.der + "x")));
    EXPECT_EQ("certificate.unreadable", refusalOf(readCrl(root().certificate.pem())));
}

TEST(RevocationReasons, NamesAreFoundAgain) {
    for (const auto& name : reasonNames()) EXPECT_EQ(name, reasonName(*findReason(name)));
    EXPECT_FALSE(findReason("because"));
}

}  // namespace
}  // namespace yht::crypto
