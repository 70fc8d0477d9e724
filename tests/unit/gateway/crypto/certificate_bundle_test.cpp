#include "gateway/crypto/certificate_bundle.h"

#include "tests/unit/gateway/crypto/certificates_fixture.h"

namespace yht::crypto {
namespace {

using testing::HasSubstr;

class CertificateBundleTest : public CertificatesFixture {
protected:
    void SetUp() override {
        authority = std::make_unique<Member>(root());
        own = std::make_unique<Member>(leaf(*authority));
        scratch.write("ca.pem", authority->certificate.pem());
        scratch.write("leaf.pem", own->certificate.pem());
        scratch.write("leaf.key", own->key.toPem());
    }
    std::string p12ByOpenssl(std::vector<std::string> more) {
        std::vector<std::string> command = {
            "pkcs12",    "-export",          "-in",      scratch / "leaf.pem", "-inkey", scratch / "leaf.key",
            "-certfile", scratch / "ca.pem", "-passout", "pass:secret",        "-out",   scratch / "a.p12"};
        command.insert(command.end(), more.begin(), more.end());
        test::mustOpenssl(command);
        return test::readFile(scratch / "a.p12");
    }
    std::unique_ptr<Member> authority, own;
};

TEST_F(CertificateBundleTest, PemOfSeveralBlocksIsReadInItsOrder) {
    const auto bundle =
        readBundle("subject: leaf\n" + own->certificate.pem() + "\n# the root\n" + authority->certificate.pem() + own->key.toPem());
    ASSERT_TRUE(bundle.ok()) << refusalOf(bundle);
    EXPECT_EQ(BundleForm::Pem, bundle->form);
    ASSERT_EQ(2U, bundle->certificates.size());
    EXPECT_EQ(own->certificate.fingerprint, bundle->certificates[0].fingerprint);
    ASSERT_EQ(1U, bundle->keys.size());
    EXPECT_EQ(own->key.publicDer(), bundle->keys[0].publicDer());
}

TEST_F(CertificateBundleTest, DerIsRecognisedByWhatItIs) {
    EXPECT_EQ(BundleForm::Der, readBundle(own->certificate.der)->form);
    const auto crl =
        issueCrl({.number = 1, .this_update_ms = now(), .next_update_ms = now() + kDayMillis}, authority->key, authority->certificate.der);
    EXPECT_EQ(1U, readBundle(*crl)->crls.size());
    test::mustOpenssl(
        {"crl2pkcs7", "-nocrl", "-certfile", scratch / "leaf.pem", "-certfile", scratch / "ca.pem", "-outform", "DER", "-out",
         scratch / "a.p7b"}
    );
    const auto seven = readBundle(test::readFile(scratch / "a.p7b"));
    ASSERT_TRUE(seven.ok()) << refusalOf(seven);
    EXPECT_EQ(BundleForm::Pkcs7, seven->form);
    EXPECT_EQ(2U, seven->certificates.size());
}

TEST_F(CertificateBundleTest, Pkcs7ThatWeWriteIsReadByOpenssl) {
    const auto crl = RevocationList::read(
        *issueCrl({.number = 1, .this_update_ms = now(), .next_update_ms = now() + kDayMillis}, authority->key, authority->certificate.der)
    );
    const auto path = scratch.write("a.p7b", writePkcs7({own->certificate, authority->certificate}, {*crl}));
    const auto told = test::openssl({"pkcs7", "-inform", "DER", "-in", path, "-print_certs", "-noout"});
    EXPECT_EQ(0, told.exit_code) << told.text;
    EXPECT_THAT(told.text, HasSubstr("CN = leaf"));
    EXPECT_THAT(told.text, HasSubstr("CN = root"));
    const auto again = readBundle(test::readFile(path));
    EXPECT_EQ(2U, again->certificates.size());
    EXPECT_EQ(1U, again->crls.size());
}

TEST_F(CertificateBundleTest, Pkcs12ThatWeWriteIsReadByOpensslAndByUs) {
    for (const KeyKind kind : {KeyKind::EcP256, KeyKind::Rsa2048, KeyKind::Sm2}) {
        const auto member = leaf(*authority, "partner", kind);
        const auto der = writePkcs12({member.certificate, authority->certificate}, &member.key, "密码 secret", "partner-12315");
        ASSERT_TRUE(der.ok());
        const auto path = scratch.write("ours.p12", *der);
        const auto told = test::openssl({"pkcs12", "-in", path, "-passin", "pass:密码 secret", "-nodes"});
        EXPECT_EQ(0, told.exit_code) << told.text;
        for (const char* part : {"BEGIN PRIVATE KEY", "CN = partner", "CN = root", "localKeyID", "friendlyName: partner-12315"})
            EXPECT_THAT(told.text, HasSubstr(part));
        EXPECT_THAT(
            test::openssl({"pkcs12", "-in", path, "-passin", "pass:密码 secret", "-info", "-noout"}).text, HasSubstr("AES-256-CBC")
        );
        const auto again = readBundle(*der, "密码 secret");
        ASSERT_TRUE(again.ok()) << refusalOf(again);
        EXPECT_EQ(2U, again->certificates.size());
        EXPECT_EQ(member.key.publicDer(), again->keys.at(0).publicDer());
        EXPECT_EQ("certificate.passphrase_wrong", refusalOf(readBundle(*der, "other")));
        EXPECT_EQ("certificate.passphrase_needed", refusalOf(readBundle(*der)));
    }
}

TEST_F(CertificateBundleTest, Pkcs12OfOpensslIsRead) {
    const auto bundle = readBundle(p12ByOpenssl({}), "secret");
    ASSERT_TRUE(bundle.ok()) << refusalOf(bundle);
    EXPECT_EQ(BundleForm::Pkcs12, bundle->form);
    EXPECT_EQ(2U, bundle->certificates.size());
    EXPECT_EQ(own->key.publicDer(), bundle->keys.at(0).publicDer());
}

TEST_F(CertificateBundleTest, OutdatedCiphersAndRoundsOfMinutesAreSaidAsSuch) {
    EXPECT_EQ("certificate.cipher_outdated", refusalOf(readBundle(p12ByOpenssl({"-legacy", "-certpbe", "PBE-SHA1-RC2-40"}), "secret")));
    EXPECT_EQ("certificate.too_large", refusalOf(readBundle(p12ByOpenssl({"-iter", "6000000"}), "secret")));
    EXPECT_EQ("certificate.unreadable", refusalOf(readBundle(p12ByOpenssl({"-nomac"}), "secret")));
}

TEST_F(CertificateBundleTest, TheCertificateOfAKeyIsTheOneThatThereIs) {
    const auto& certificate = own->certificate;
    EXPECT_EQ(certificate.fingerprint, certificateOfKey({authority->certificate, certificate, certificate}, own->key)->fingerprint);
    EXPECT_EQ("certificate.key_mismatch", refusalOf(certificateOfKey({authority->certificate}, own->key)));
    const auto content = leafContent("leaf", own->key);
    const auto twin = signedBy(authority.get(), content, own->key);
    EXPECT_EQ("certificate.key_ambiguous", refusalOf(certificateOfKey({certificate, twin.certificate}, own->key)));
}

TEST_F(CertificateBundleTest, AChainIsPutInOrderWithoutItsRoot) {
    auto key = newKey();
    const auto middle = signedBy(authority.get(), caContent("middle", key), key);
    const auto end = leaf(middle, "end");
    const auto chain = orderedChain(end.certificate, {authority->certificate, middle.certificate});
    ASSERT_EQ(2U, chain.size());
    EXPECT_EQ(end.certificate.fingerprint, chain[0].fingerprint);
    EXPECT_EQ(middle.certificate.fingerprint, chain[1].fingerprint);
}

TEST_F(CertificateBundleTest, HostileFilesAreRefusedEachAsWhatItIs) {
    const std::string pem = own->certificate.pem(), der = own->certificate.der;
    EXPECT_EQ("certificate.unreadable", refusalOf(readBundle("")));
    EXPECT_EQ("certificate.unreadable", refusalOf(readBundle("no certificate at all")));
    EXPECT_EQ("certificate.unreadable", refusalOf(readBundle(pem.substr(0, pem.size() / 2))));
    EXPECT_EQ("certificate.unreadable", refusalOf(readBundle(der.substr(0, der.size() / 2))));
    EXPECT_EQ("certificate.trailing_octets", refusalOf(readBundle(der + "x")));
    EXPECT_EQ("certificate.too_large", refusalOf(readBundle(std::string(kBundleBytesMax + 1, 'A'))));
    std::string many;
    for (std::size_t i = 0; i <= kBundleItemsMax; ++i) many += pem;
    EXPECT_EQ("certificate.too_large", refusalOf(readBundle(many)));
    EXPECT_EQ("certificate.unreadable", refusalOf(readBundle(own->key.toPem().substr(0, 100))));
    std::string broken = pem;
    broken[100] = '!';
    EXPECT_EQ("certificate.unreadable", refusalOf(readBundle(broken)));
}

TEST_F(CertificateBundleTest, APemInsideADerFileIsNotReadAsOne) {
    auto key = newKey();
    auto content = leafContent("a", key);
    content.issuer_urls = {"http://x/-----BEGIN"};
    EXPECT_EQ(BundleForm::Der, readBundle(signedBy(authority.get(), content, key).certificate.der)->form);
}

}  // namespace
}  // namespace yht::crypto
