#include "gateway/crypto/revocation_list.h"

#include "tests/support/made_certificates.h"
#include "tests/unit/gateway/crypto/certificates_fixture.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;
using testing::HasSubstr;
using testing::Not;

base::Bytes fileOf(const std::string& name) { return test::madeCertificates().text(name); }
base::Bytes derOf(const std::string& name) { return certificatesOfPem(fileOf(name))->front(); }
base::UnixMillis now() { return base::SystemClock().nowMillis(); }

class RevocationListTest : public CertificatesFixture {
protected:
    CrlContent contentOf(std::vector<RevokedCertificate> revoked) {
        return {.number = 7, .this_update_ms = now(), .next_update_ms = now() + 7 * kDayMillis, .revoked = std::move(revoked)};
    }
    RevocationList crlBy(const Member& authority, const CrlContent& content) {
        auto der = issueCrl(content, authority.key, authority.certificate.der);
        EXPECT_TRUE(der.ok());
        return RevocationList::read(*der).value();
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
        const auto told = test::openssl({"crl", "-in", scratch.write("crl.pem", crl.toPem()), "-CAfile", ca, "-noout", "-text"});
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
    EXPECT_EQ(authority.certificate.subject, crl.issuer());
    EXPECT_EQ("07", crl.numberHex());
    EXPECT_EQ(content.this_update_ms, crl.thisUpdateMillis());
    EXPECT_EQ(content.next_update_ms, crl.nextUpdateMillis());
    ASSERT_EQ(1U, crl.entryCount());
    EXPECT_EQ("0aff", crl.entries()[0].serial_hex);
    EXPECT_EQ(RevocationReason::Superseded, crl.entries()[0].reason);
    EXPECT_TRUE(crl.checkSignature(authority.certificate.der).ok());
    EXPECT_TRUE(RevocationList::read(crl.toPem()).ok());
}

TEST_F(RevocationListTest, OneOfSm2IsVerifiedWithItsUserId) {
    const auto authority = root("root", KeyKind::Sm2);
    const auto crl = crlBy(authority, contentOf({}));
    EXPECT_TRUE(crl.checkSignature(authority.certificate.der).ok());
    auto altered = crl.toDer();
    altered.back() ^= 1;
    EXPECT_FALSE(RevocationList::read(altered)->checkSignature(authority.certificate.der).ok());
}

TEST_F(RevocationListTest, AnotherAuthorityOfTheSameNameDidNotSignIt) {
    const auto crl = crlBy(root("root"), contentOf({}));
    const auto twin = root("root");
    EXPECT_TRUE(crl.namesIssuer(twin.certificate.der));
    EXPECT_EQ(base::ErrorCode::CertCrlUntrusted, crl.checkSignature(twin.certificate.der).error().code);
    EXPECT_FALSE(crl.namesIssuer(root("other").certificate.der));
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
    const auto crl = RevocationList::read(test::readFile(scratch / "crl.pem"));
    ASSERT_TRUE(crl.ok()) << refusalOf(crl);
    EXPECT_EQ("1f", crl->numberHex());
    ASSERT_EQ(1U, crl->entryCount());
    EXPECT_EQ("0aff", crl->entries()[0].serial_hex);
    EXPECT_EQ(RevocationReason::KeyCompromise, crl->entries()[0].reason);
    EXPECT_TRUE(crl->checkSignature(authority.certificate.der).ok());
}

TEST_F(RevocationListTest, AKeyThatIsNotTheIssuersCantPublish) {
    EXPECT_EQ("certificate.key_mismatch", refusalOf(issueCrl(contentOf({}), newKey(), root().certificate.der)));
}

TEST_F(RevocationListTest, WhatIsNoCrlIsRefused) {
    const auto crl = crlBy(root(), contentOf({}));
    EXPECT_EQ("certificate.unreadable", refusalOf(RevocationList::read("")));
    EXPECT_EQ("certificate.unreadable", refusalOf(RevocationList::read(crl.toDer().substr(0, 100))));
    EXPECT_EQ("certificate.trailing_octets", refusalOf(RevocationList::read(crl.toDer() + "x")));
    EXPECT_EQ("certificate.unreadable", refusalOf(RevocationList::read(root().certificate.pem())));
}

TEST_F(RevocationListTest, AListOfAPartOnlyIsRefused) {
    // What openssl has no command for: deltaCRLIndicator and issuingDistributionPoint, critical, in a list that openssl signs.
    const auto authority = root();
    scratch.write("index.txt", "");
    scratch.write("number", "02\n");
    const auto ca = scratch.write("ca.pem", authority.certificate.pem()), key = scratch.write("ca.key", authority.key.toPem());
    for (const char* extension : {"2.5.29.27=critical,ASN1:INTEGER:1", "issuingDistributionPoint=critical,onlyuser:TRUE"}) {
        const auto conf = scratch.write(
            "ca.conf", "[ca]\ndefault_ca=a\n[a]\ndatabase=" + scratch / "index.txt" + "\ncrlnumber=" + scratch / "number" +
                           "\ndefault_md=sha256\ndefault_crl_days=9\ncrl_extensions=e\n[e]\n" + extension + "\n"
        );
        test::mustOpenssl({"ca", "-config", conf, "-gencrl", "-cert", ca, "-keyfile", key, "-out", scratch / "part.pem"});
        EXPECT_EQ("certificate.crl_partial", refusalOf(RevocationList::read(test::readFile(scratch / "part.pem")))) << extension;
        EXPECT_EQ("certificate.crl_partial", refusalOf(readBundle(test::readFile(scratch / "part.pem")))) << extension;
    }
}

TEST_F(RevocationListTest, AnAuthorityThatMaySignNoListsIsNotBelieved) {
    auto key = newKey();
    auto content = caContent("root", key);
    content.key_usage = {"keyCertSign"};
    const auto authority = signedBy(nullptr, content, std::move(key));
    const auto crl = crlBy(authority, contentOf({}));
    EXPECT_EQ("certificate.crl_untrusted", std::string(crl.checkSignature(authority.certificate.der).error().row().wire));
}

TEST_F(RevocationListTest, ItsDigestIsStrong) {
    const auto authority = root("root", KeyKind::Rsa2048);
    scratch.write("index.txt", "");
    const auto ca = scratch.write("ca.pem", authority.certificate.pem()), key = scratch.write("ca.key", authority.key.toPem());
    const auto conf = scratch.write("ca.conf", "[ca]\ndefault_ca=a\n[a]\ndatabase=" + scratch / "index.txt" + "\ndefault_crl_days=9\n");
    const auto make = [&](std::vector<std::string> more) {
        std::vector<std::string> line{"ca", "-config", conf, "-gencrl", "-cert", ca, "-keyfile", key, "-out", scratch / "crl.pem"};
        line.insert(line.end(), more.begin(), more.end());
        test::mustOpenssl(line);
        return RevocationList::read(test::readFile(scratch / "crl.pem"))->checkSignature(authority.certificate.der);
    };
    EXPECT_TRUE(make({"-md", "sha256"}).ok());
    EXPECT_FALSE(make({"-md", "sha1"}).ok());
    EXPECT_TRUE(make({"-md", "sha256", "-sigopt", "rsa_padding_mode:pss"}).ok());
    EXPECT_FALSE(make({"-md", "sha1", "-sigopt", "rsa_padding_mode:pss"}).ok());
}

TEST(MadeList, TellsWhoIsRevokedAndWhy) {
    const auto list = RevocationList::read(fileOf("inter.crl"));
    ASSERT_TRUE(list.ok());
    EXPECT_TRUE(list->namesIssuer(derOf("inter.pem")));
    EXPECT_FALSE(list->namesIssuer(derOf("root.pem")));
    EXPECT_TRUE(list->checkSignature(derOf("inter.pem")).ok());
    EXPECT_FALSE(list->find(derOf("good.pem")).has_value());
    const auto revoked = list->find(derOf("revoked.pem"));
    ASSERT_TRUE(revoked.has_value());
    EXPECT_EQ(revoked->reason, RevocationReason::KeyCompromise);
    EXPECT_GT(list->nextUpdateMillis(), now());
    EXPECT_EQ(RevocationList::read(list->toDer())->thisUpdateMillis(), list->thisUpdateMillis());
}

TEST(MadeList, OfAnotherKeyOfTheSameNameIsNotBelieved) {
    const auto list = RevocationList::read(fileOf("inter-twin.crl"));
    ASSERT_TRUE(list.ok());
    EXPECT_TRUE(list->namesIssuer(derOf("inter.pem")));
    EXPECT_EQ(list->checkSignature(derOf("inter.pem")).error().code, ErrorCode::CertCrlUntrusted);
}

TEST(MadeList, IsNewerByItsNumber) {
    const auto before = RevocationList::read(fileOf("inter-before.crl")), after = RevocationList::read(fileOf("inter.crl")),
               stale = RevocationList::read(fileOf("inter-stale.crl"));
    EXPECT_TRUE(after->isNewerThan(*before));
    EXPECT_FALSE(before->isNewerThan(*after));
    EXPECT_LT(stale->nextUpdateMillis(), now());
}

TEST(MadeList, ThatIsNoneIsRefused) {
    EXPECT_EQ(RevocationList::read("").error().code, ErrorCode::CertCrlUntrusted);
    EXPECT_EQ(RevocationList::read(fileOf("good.pem")).error().code, ErrorCode::CertCrlUntrusted);
}

TEST(RevocationReasons, NamesAreFoundAgain) {
    for (const auto& name : reasonNames()) EXPECT_EQ(name, reasonName(*findReason(name)));
    EXPECT_FALSE(findReason("because"));
}

}  // namespace
}  // namespace yht::crypto
