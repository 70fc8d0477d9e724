#include "gateway/certs/authority.h"

#include <sys/stat.h>

#include <filesystem>

#include "gateway/crypto/certificate_chain.h"
#include "tests/unit/gateway/certs/authority_fixture.h"

namespace yht::certs {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AuthorityTest : public AuthorityFixture {};

TEST_F(AuthorityTest, WhatItIssuesIsVerifiedByOpenssl) {
    const auto issued = issue(order());
    ASSERT_TRUE(issued.ok()) << base::describe(issued.error());
    const auto pem = scratch.write("partner.pem", issued->chain_pem);
    const auto told = test::openssl(
        {"verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", scratch / "root/trust.pem", "-untrusted",
         scratch / "issuing/chain.pem", pem}
    );
    EXPECT_EQ(0, told.exit_code) << told.text;
    EXPECT_NE(0, test::openssl({"verify", "-purpose", "sslserver", "-CAfile", scratch / "issuing/trust.pem", pem}).exit_code);
    EXPECT_EQ(2U, crypto::readBundle(issued->chain_pem)->certificates.size());
}

TEST_F(AuthorityTest, StateIsThereAgainAfterItIsOpenedAnew) {
    const auto issued = issue(order());
    const auto serial = issued->certificate.serial_hex;
    ASSERT_TRUE(issuing->revoke(serial, crypto::RevocationReason::Superseded, "test", act()).ok());
    issuing.reset();
    const auto again = Authority::open(scratch / "issuing");
    ASSERT_TRUE(again.ok()) << base::describe(again.error());
    ASSERT_EQ(1U, again->issued().size());
    EXPECT_EQ("wang", again->issued()[0].issued_by);
    EXPECT_TRUE(again->find(serial)->revoked());
    EXPECT_EQ(issued->certificate.fingerprint, again->readIssuedCertificate(serial)->fingerprint);
}

TEST_F(AuthorityTest, OneCommandAtATimeWorksInIt) {
    EXPECT_THAT(codesOf(Authority::open(scratch / "issuing")), ElementsAre("authority_busy"));
    issuing.reset();
    EXPECT_TRUE(Authority::open(scratch / "issuing").ok());
}

TEST_F(AuthorityTest, OneThatIsThereIsNeverMadeAnew) {
    root.reset();
    const std::string before = fileOf("root/authority.key");
    EXPECT_THAT(codesOf(Authority::createRoot(creation("root", "ca-root"), profile("ca-root"), act())), ElementsAre("authority_exists"));
    EXPECT_EQ(before, fileOf("root/authority.key"));
}

TEST_F(AuthorityTest, ItsKeyIsItsOwnersOnly) {
    const std::string path = scratch / "issuing/authority.key";
    struct stat info {};
    ASSERT_EQ(0, ::stat(path.c_str(), &info));
    EXPECT_EQ(0600U, info.st_mode & 0777U);
    ::chmod(path.c_str(), 0644);
    const auto key = issuing->readKey("", {});
    EXPECT_THAT(codesOf(key), ElementsAre("key_exposed"));
    EXPECT_THAT(key.error().public_en, HasSubstr("chmod 600 " + path));
}

TEST_F(AuthorityTest, AnOfflineKeyStandsNowhereInItsDirectory) {
    auto what = creation("safe", "ca-root");
    what.settings.key_offline = true;
    what.offline_key = scratch / "stick.key";
    what.passphrase = "secret";
    const auto made = Authority::createRoot(what, profile("ca-root"), act());
    ASSERT_TRUE(made.ok()) << base::describe(made.error());
    EXPECT_FALSE(std::filesystem::exists(scratch / "safe/authority.key"));
    EXPECT_THAT(codesOf(made->readKey("", {})), ElementsAre("authority_offline"));
    EXPECT_THAT(codesOf(made->readKey(what.offline_key, {})), ElementsAre("passphrase_needed"));
    EXPECT_TRUE(made->readKey(what.offline_key, "secret").ok());
}

TEST_F(AuthorityTest, AnotherAuthoritysKeyIsRefused) {
    EXPECT_THAT(codesOf(issuing->readKey(scratch / "root/authority.key", {})), ElementsAre("key_mismatch"));
}

TEST_F(AuthorityTest, TheSameKeyIsNotGivenASecondName) {
    auto first = order("a");
    ASSERT_TRUE(issue(first).ok());
    first.subject = *crypto::DistinguishedName::parse("C=CN,O=A,CN=b");
    EXPECT_THAT(codesOf(issue(first)), ElementsAre("key_reused"));
}

TEST_F(AuthorityTest, WhatTheJournalCantTakeIsNotIssuedAndMayBeTriedAgain) {
    const auto asked = order();
    std::filesystem::create_directory(scratch / "issuing/journal.csv.part");  // in the way of its next line
    EXPECT_FALSE(issue(asked).ok());
    EXPECT_THAT(issuing->issued(), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(scratch / "issuing/certificates"));
    std::filesystem::remove(scratch / "issuing/journal.csv.part");
    EXPECT_TRUE(issue(asked).ok());
}

TEST_F(AuthorityTest, EverythingAgainstAnOrderIsSaidAtOnce) {
    auto what = order();
    what.subject = *crypto::DistinguishedName::parse("CN=a");
    what.names = {{crypto::NameType::Uri, "http://a"}};
    what.days = 5000;
    EXPECT_THAT(codesOf(issue(what, "ca-root")), Contains("profile_not_for_this"));
    EXPECT_THAT(codesOf(issue(what)), ElementsAre("subject_missing", "name_not_allowed", "lifetime_too_long", "outlives_issuer"));
    EXPECT_THAT(issuing->issued(), IsEmpty());
}

TEST_F(AuthorityTest, NothingIsIssuedBelowAnIntermediate) {
    auto codes = codesOf(issue(order("below"), "ca-intermediate"));
    EXPECT_THAT(codes, Contains("path_length"));
    EXPECT_THAT(codes, Contains("profile_not_for_this"));
}

TEST_F(AuthorityTest, AnExpiredAuthorityIssuesNothing) {
    const auto codes = codesOf(issue(order(), "partner", 1826));
    EXPECT_THAT(codes, Contains("expired"));
    EXPECT_THAT(codes, Contains("outlives_issuer"));
}

TEST_F(AuthorityTest, WeakKeysGetNoCertificate) {
    test::mustOpenssl({"genrsa", "-out", scratch / "weak.key", "1024"});
    test::mustOpenssl({"rsa", "-in", scratch / "weak.key", "-pubout", "-outform", "DER", "-out", scratch / "weak.der"});
    auto what = order();
    what.public_key_der = fileOf("weak.der");
    EXPECT_THAT(codesOf(issue(what)), ElementsAre("key_weak"));
    EXPECT_THAT(codesOf(issue(order("ada", crypto::KeyKind::Rsa2048), "operator")), Contains("key_kind_not_allowed"));
}

TEST_F(AuthorityTest, APendingAuthorityIssuesNothingAndTakesItsOwnCertificateOnly) {
    auto pending = Authority::createPending(creation("other", "ca-intermediate"), profile("ca-intermediate"), act());
    ASSERT_TRUE(pending.ok());
    const auto key = pending->readKey("", {});
    EXPECT_THAT(codesOf(pending->issue(profile("partner"), order(), *key, act())), ElementsAre("authority_pending"));
    const auto foreign = crypto::readBundle(fileOf("issuing/trust.pem"));
    const auto taken = pending->activate(*foreign, start_ms);
    ASSERT_FALSE(taken.ok());
    EXPECT_TRUE(crypto::has(taken.error(), crypto::FindingCode::KeyMismatch));
}

TEST_F(AuthorityTest, AnEndEntitysCertificateMakesNoAuthority) {
    auto pending = Authority::createPending(creation("other", "ca-intermediate"), profile("ca-intermediate"), act());
    const auto request = crypto::readRequest(pending->requestPem());
    const auto issued = issue({.subject = request->subject_parts, .public_key_der = request->key.public_der});
    ASSERT_TRUE(issued.ok());
    const auto taken = pending->activate(*crypto::readBundle(issued->chain_pem + root->trustPem()), start_ms);
    ASSERT_FALSE(taken.ok());
    EXPECT_TRUE(crypto::has(taken.error(), crypto::FindingCode::NotACa));
}

TEST_F(AuthorityTest, RenewingKeepsTheNameAndBothAreValid) {
    const auto before = issue(order());
    const Profiles profiles = *Profiles::load("");
    const auto after = issuing->renew(profiles, before->certificate.serial_hex, {}, *issuing_key, act(300));
    ASSERT_TRUE(after.ok()) << base::describe(after.error());
    EXPECT_EQ(before->certificate.subject, after->certificate.subject);
    EXPECT_EQ(before->certificate.key.public_der, after->certificate.key.public_der);
    EXPECT_LT(after->certificate.not_before_ms, before->certificate.not_after_ms);
    EXPECT_EQ(before->certificate.serial_hex, issuing->issued().back().renews);
    const auto other_key = crypto::KeyMaterial::generate(crypto::KeyKind::Ed25519)->publicDer();
    const auto rekeyed = issuing->renew(profiles, before->certificate.serial_hex, {.public_key_der = other_key}, *issuing_key, act(300));
    ASSERT_TRUE(rekeyed.ok());
    EXPECT_EQ(other_key, rekeyed->certificate.key.public_der);
    EXPECT_THAT(codesOf(issuing->renew(profiles, "40", {}, *issuing_key, act())), ElementsAre("serial_unknown"));
}

TEST_F(AuthorityTest, AStolenKeyIsNotRenewed) {
    const auto before = issue(order());
    const auto& serial = before->certificate.serial_hex;
    ASSERT_TRUE(issuing->revoke(serial, crypto::RevocationReason::KeyCompromise, "stolen", act()).ok());
    const Profiles profiles = *Profiles::load("");
    EXPECT_THAT(codesOf(issuing->renew(profiles, serial, {}, *issuing_key, act())), ElementsAre("revoked"));
    const auto fresh = crypto::KeyMaterial::generate(crypto::KeyKind::EcP256)->publicDer();
    EXPECT_TRUE(issuing->renew(profiles, serial, {.public_key_der = fresh}, *issuing_key, act()).ok());
}

TEST_F(AuthorityTest, ARevokedCertificateIsInTheCrlWithItsReasonAndOpensslRefusesIt) {
    const auto good = issue(order("good")), bad = issue(order("bad"));
    ASSERT_TRUE(issuing->revoke(bad->certificate.serial_hex, crypto::RevocationReason::KeyCompromise, "stolen", act()).ok());
    EXPECT_THAT(
        codesOf(issuing->revoke(bad->certificate.serial_hex, crypto::RevocationReason::Superseded, "again", act())),
        ElementsAre("already_revoked")
    );
    EXPECT_THAT(codesOf(issuing->revoke("40", crypto::RevocationReason::Superseded, "?", act())), ElementsAre("serial_unknown"));
    const auto crl = issuing->publishCrl({}, *issuing_key, act());
    ASSERT_TRUE(crl.ok()) << base::describe(crl.error());
    EXPECT_EQ(start_ms / 1000 * 1000 + 7 * kDayMillis, crl->nextUpdateMillis());
    const auto verify = [&](const Issued& one) {
        return test::openssl(
            {"verify", "-crl_check", "-CRLfile", scratch / "issuing/crl.pem", "-CAfile", scratch / "issuing/trust.pem",
             scratch.write("a.pem", one.certificate.pem())}
        );
    };
    EXPECT_EQ(0, verify(*good).exit_code);
    EXPECT_THAT(verify(*bad).text, HasSubstr("certificate revoked"));
    EXPECT_THAT(
        test::mustOpenssl({"crl", "-in", scratch / "issuing/crl.der", "-inform", "DER", "-noout", "-text"}), HasSubstr("Key Compromise")
    );
}

TEST_F(AuthorityTest, ARevocationThatTheJournalCantTakeIsGivenAgain) {
    const auto serial = issue(order())->certificate.serial_hex;
    const auto revoke = [&] { return issuing->revoke(serial, crypto::RevocationReason::KeyCompromise, "stolen", act()); };
    std::filesystem::create_directory(scratch / "issuing/journal.csv.part");
    EXPECT_FALSE(revoke().ok());
    EXPECT_FALSE(issuing->find(serial)->revoked());
    std::filesystem::remove(scratch / "issuing/journal.csv.part");
    EXPECT_TRUE(revoke().ok());
    EXPECT_EQ("revoke", issuing->journal().lines().back().act);
}

TEST_F(AuthorityTest, ACrlsNumberNeverComesTwice) {
    EXPECT_EQ("01", issuing->publishCrl({}, *issuing_key, act())->numberHex());
    EXPECT_EQ("02", issuing->publishCrl({}, *issuing_key, act())->numberHex());
    issuing.reset();
    issuing.emplace(*Authority::open(scratch / "issuing"));
    EXPECT_EQ("03", issuing->publishCrl(30, *issuing_key, act())->numberHex());
    scratch.write("issuing/crl_number", "many\n");
    EXPECT_THAT(codesOf(issuing->publishCrl({}, *issuing_key, act())), ElementsAre("authority_invalid"));
}

TEST_F(AuthorityTest, ACertificateLongGoneLeavesTheCrl) {
    const auto bad = issue(order());
    ASSERT_TRUE(issuing->revoke(bad->certificate.serial_hex, crypto::RevocationReason::Superseded, "test", act()).ok());
    EXPECT_EQ(1U, issuing->publishCrl({}, *issuing_key, act(370))->entryCount());
    EXPECT_EQ(0U, issuing->publishCrl({}, *issuing_key, act(400))->entryCount());
}

TEST_F(AuthorityTest, AddressesOfTheSettingsStandInWhatItIssues) {
    scratch.write(
        "issuing/authority.yaml",
        "name: a\nprofile: ca-intermediate\nissues: [partner]\ncrl_urls: [\"http://pki.example/a.crl\"]\nocsp_urls: [\"http://pki.example/o\"]\n"
    );
    issuing.reset();
    issuing.emplace(*Authority::open(scratch / "issuing"));
    const auto issued = issue(order());
    EXPECT_THAT(issued->certificate.crl_urls, ElementsAre("http://pki.example/a.crl"));
    EXPECT_THAT(issued->certificate.ocsp_urls, ElementsAre("http://pki.example/o"));
}

TEST_F(AuthorityTest, FilesThatAreNotAsTheyShouldBeAreNamed) {
    issuing.reset();
    EXPECT_THAT(codesOf(Authority::open(scratch / "nowhere")), ElementsAre("authority_invalid"));
    const std::string settings = fileOf("issuing/authority.yaml");
    scratch.write("issuing/authority.yaml", settings + "crll_days: 3\n");
    EXPECT_THAT(codesOf(Authority::open(scratch / "issuing")), ElementsAre("authority_invalid"));
    scratch.write("issuing/authority.yaml", settings);
    scratch.write("issuing/issued.csv", "nonsense\n");
    EXPECT_THAT(codesOf(Authority::open(scratch / "issuing")), ElementsAre("authority_invalid"));
}

TEST_F(AuthorityTest, SettingsAreReadAsTheyWereWritten) {
    const AuthoritySettings settings{
        .name = "根 \"A\"", .profile = "ca-root", .key_offline = true, .issues = {"a", "b"}, .crl_urls = {"http://x/y"}, .crl_days = 9};
    const auto again = readSettings(writeSettings(settings), "a");
    ASSERT_TRUE(again.ok()) << base::describe(again.error());
    EXPECT_EQ(settings.name, again->name);
    EXPECT_TRUE(again->key_offline);
    EXPECT_EQ(settings.issues, again->issues);
    EXPECT_EQ(settings.crl_urls, again->crl_urls);
    EXPECT_EQ(9U, again->crl_days);
}

}  // namespace
}  // namespace yht::certs
