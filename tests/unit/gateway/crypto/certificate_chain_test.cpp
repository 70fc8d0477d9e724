#include "gateway/crypto/certificate_chain.h"

#include "tests/unit/gateway/crypto/certificates_fixture.h"

namespace yht::crypto {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

/// Certificates that the openssl program makes: everything that can be wrong with one.
class CertificateChainTest : public CertificatesFixture {
protected:
    struct Made {
        std::string key, pem;  // paths
        CertificateFacts facts;
    };
    /// Signed by `issuer`, or by itself. `extensions` are lines of openssl's configuration.
    Made make(
        const std::string& name, const Made* issuer, const std::string& extensions, std::vector<std::string> more = {},
        const std::string& key_type = "ec"
    ) {
        const std::string key = scratch / (name + ".key"), csr = scratch / (name + ".csr"), pem = scratch / (name + ".pem");
        std::vector<std::string> request = {"req", "-new", "-nodes", "-subj", "/O=A/CN=" + name, "-keyout", key, "-out", csr, "-newkey"};
        if (key_type == "ec")
            request.insert(request.end(), {"ec", "-pkeyopt", "ec_paramgen_curve:P-256"});
        else
            request.push_back(key_type);
        test::mustOpenssl(request);
        std::vector<std::string> sign = {"x509", "-req",  "-in", csr,        "-out",
                                         pem,    "-days", "30",  "-extfile", scratch.write(name + ".ext", extensions)};
        if (issuer != nullptr)
            sign.insert(sign.end(), {"-CA", issuer->pem, "-CAkey", issuer->key, "-CAcreateserial"});
        else
            sign.insert(sign.end(), {"-signkey", key});
        if (more.empty()) more = {"-sha256"};
        sign.insert(sign.end(), more.begin(), more.end());
        test::mustOpenssl(sign);
        return {key, pem, readBundle(test::readFile(pem))->certificates.at(0)};
    }
    Made opensslRoot(const std::string& name = "root") { return make(name, nullptr, kCa); }

    ChainAnswer check(const Made& leaf, std::vector<const Made*> others, const Made& anchor, ChainQuestion question = {}) {
        for (const Made* one : others) question.others.push_back(one->facts.der);
        question.anchors.push_back(anchor.facts.der);
        if (question.at_ms == 0) question.at_ms = now();
        return checkChain(leaf.facts.der, question);
    }
    static constexpr const char* kCa =
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n";
    static constexpr const char* kLeaf =
        "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=clientAuth\nsubjectAltName=DNS:a.example,IP:10.0.0.1\n";
};

TEST_F(CertificateChainTest, AGoodChainHasNothingAgainstIt) {
    const auto authority = opensslRoot();
    const auto middle = make("middle", &authority, kCa);
    const auto end = make("end", &middle, kLeaf);
    const auto answer = check(end, {&middle}, authority, {.purpose = CertificatePurpose::TlsClient, .hosts = {"a.example"}});
    EXPECT_THAT(codes(answer.findings), IsEmpty());
    EXPECT_EQ(3U, answer.members.size());
}

TEST_F(CertificateChainTest, DatesAreJudgedAtTheGivenTime) {
    const auto authority = opensslRoot();
    const auto end = make("end", &authority, kLeaf);
    EXPECT_THAT(codes(check(end, {}, authority, {.at_ms = now() + 31 * kDayMillis}).findings), Contains("expired"));
    EXPECT_THAT(codes(check(end, {}, authority, {.at_ms = now() - kDayMillis}).findings), Contains("not_yet_valid"));
}

TEST_F(CertificateChainTest, AMissingIntermediateIsNamed) {
    const auto authority = opensslRoot();
    const auto middle = make("middle", &authority, kCa);
    const auto end = make("end", &middle, kLeaf);
    const auto answer = check(end, {}, authority);
    ASSERT_THAT(codes(answer.findings), Contains("chain_incomplete"));
    EXPECT_EQ("CN=middle,O=A", answer.findings[0].detail);
}

TEST_F(CertificateChainTest, AnotherRootIsNotTrusted) {
    const auto authority = opensslRoot();
    const auto other = opensslRoot("other");
    const auto end = make("end", &authority, kLeaf);
    EXPECT_THAT(codes(check(end, {&authority}, other).findings), Contains("issuer_unknown"));
    EXPECT_THAT(codes(check(end, {}, other).findings), Contains("chain_incomplete"));
}

TEST_F(CertificateChainTest, ARootOfTheSameNameAndAnotherKeyDoesNotVerify) {
    const auto authority = opensslRoot();
    const auto end = make("end", &authority, kLeaf);
    const auto twin = opensslRoot();
    const auto answer = check(end, {}, twin);
    EXPECT_THAT(codes(answer.findings), ElementsAre("issuer_unknown"));
    EXPECT_EQ(base::ErrorCode::CertIssuerUnknown, answer.status.error().code);
}

TEST_F(CertificateChainTest, ASelfSignedLeafIsSaidToBeOne) {
    const auto authority = opensslRoot();
    EXPECT_THAT(codes(check(make("own", nullptr, kLeaf), {}, authority).findings), Contains("self_signed"));
}

TEST_F(CertificateChainTest, AnIssuerThatIsNoCaIsRefused) {
    const auto authority = opensslRoot();
    const auto partner = make("partner", &authority, "basicConstraints=CA:FALSE\nsubjectKeyIdentifier=hash\n");
    const auto end = make("end", &partner, kLeaf);
    EXPECT_THAT(codes(check(end, {&partner}, authority).findings), Contains("issuer_no_ca"));
}

TEST_F(CertificateChainTest, AnIssuerWhoseKeyMayNotSignIsRefused) {
    const auto authority = opensslRoot();
    const auto middle =
        make("middle", &authority, "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign\nsubjectKeyIdentifier=hash\n");
    const auto end = make("end", &middle, kLeaf);
    EXPECT_FALSE(check(end, {&middle}, authority).ok());
}

TEST_F(CertificateChainTest, TooManyCasBelowOneAreRefused) {
    const auto authority =
        make("root", nullptr, "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n");
    const auto middle = make("middle", &authority, kCa);
    const auto end = make("end", &middle, kLeaf);
    EXPECT_THAT(codes(check(end, {&middle}, authority).findings), Contains("path_length"));
}

TEST_F(CertificateChainTest, UsageIsThatOfThePurpose) {
    const auto authority = opensslRoot();
    const auto client = make("client", &authority, kLeaf);
    EXPECT_THAT(codes(check(client, {}, authority, {.purpose = CertificatePurpose::TlsServer}).findings), ElementsAre("usage_wrong"));
    EXPECT_THAT(
        codes(check(client, {}, authority, {.purpose = CertificatePurpose::Ca}).findings), ElementsAre("not_a_ca", "key_usage_wrong")
    );
    const auto cipher = make("cipher", &authority, "keyUsage=critical,keyEncipherment\n");
    EXPECT_THAT(codes(check(cipher, {}, authority, {.purpose = CertificatePurpose::Signing}).findings), ElementsAre("key_usage_wrong"));
}

TEST_F(CertificateChainTest, HostsAreMatchedAgainstNamesNotTheSubject) {
    const auto authority = opensslRoot();
    const auto end = make("end.example", &authority, kLeaf);
    EXPECT_TRUE(check(end, {}, authority, {.hosts = {"10.0.0.1"}}).ok());
    EXPECT_THAT(codes(check(end, {}, authority, {.hosts = {"end.example"}}).findings), ElementsAre("name_mismatch"));
    EXPECT_THAT(codes(check(end, {}, authority, {.hosts = {"10.0.0.2"}}).findings), ElementsAre("name_mismatch"));
}

TEST_F(CertificateChainTest, WeakDigestsAndKeysAreRefused) {
    const auto authority = opensslRoot();
    const auto pss = make("pss", nullptr, kCa, {"-sha256"}, "rsa:2048");
    EXPECT_THAT(codes(check(make("sha1", &authority, kLeaf, {"-sha1"}), {}, authority).findings), ElementsAre("digest_weak"));
    EXPECT_THAT(codes(check(make("md5", &pss, kLeaf, {"-md5"}), {}, pss).findings), ElementsAre("digest_weak"));
    EXPECT_THAT(
        codes(check(make("end", &pss, kLeaf, {"-sha1", "-sigopt", "rsa_padding_mode:pss"}), {}, pss).findings), ElementsAre("digest_weak")
    );
    EXPECT_THAT(codes(check(make("good", &pss, kLeaf, {"-sha256", "-sigopt", "rsa_padding_mode:pss"}), {}, pss).findings), IsEmpty());
    EXPECT_THAT(codes(check(make("small", &authority, kLeaf, {}, "rsa:1024"), {}, authority).findings), ElementsAre("key_weak"));
    const auto small_root = make("smallroot", nullptr, kCa, {}, "rsa:1024");
    EXPECT_THAT(codes(check(make("end", &small_root, kLeaf), {}, small_root).findings), ElementsAre("key_weak"));
}

TEST_F(CertificateChainTest, AnUnknownCriticalExtensionIsRefused) {
    const auto authority = opensslRoot();
    const auto end = make("end", &authority, std::string(kLeaf) + "1.2.3.4=critical,ASN1:NULL\n");
    EXPECT_THAT(codes(check(end, {}, authority).findings), Contains("extension_unknown"));
}

TEST_F(CertificateChainTest, EverythingThatIsWrongIsSaidAtOnce) {
    const auto authority = opensslRoot();
    const auto end = make("end", &authority, kLeaf, {"-sha1"}, "rsa:1024");
    const auto found =
        codes(check(end, {}, authority, {.at_ms = now() + 31 * kDayMillis, .purpose = CertificatePurpose::TlsServer, .hosts = {"b"}}).findings
        );
    for (const char* code : {"expired", "digest_weak", "key_weak", "usage_wrong", "name_mismatch"}) EXPECT_THAT(found, Contains(code));
}

class RevocationCheckTest : public CertificateChainTest {
protected:
    RevocationList crlOf(
        const Member& authority, std::vector<RevokedCertificate> revoked, std::int64_t from_days = 0, std::int64_t to_days = 7
    ) {
        return *RevocationList::read(*issueCrl(
            {.number = 1,
             .this_update_ms = now() + from_days * kDayMillis,
             .next_update_ms = now() + to_days * kDayMillis,
             .revoked = std::move(revoked)},
            authority.key, authority.certificate.der
        ));
    }
    ChainAnswer ask(const Member& leaf, const Member& authority, std::vector<RevocationList> crls, RevocationCheck revocation) {
        return checkChain(
            leaf.certificate.der,
            {.anchors = {authority.certificate.der}, .crls = std::move(crls), .at_ms = now(), .revocation = revocation}
        );
    }
};

TEST_F(RevocationCheckTest, ARevokedCertificateIsRefusedWithReasonAndDay) {
    const auto authority = root();
    const auto end = leaf(authority);
    const auto crl = crlOf(authority, {{end.certificate.serial_hex, now(), RevocationReason::KeyCompromise}});
    const auto answer = ask(end, authority, {crl}, RevocationCheck::WhereThere);
    EXPECT_THAT(codes(answer.findings), ElementsAre("revoked"));
    EXPECT_THAT(answer.findings[0].detail, testing::StartsWith("key_compromise, 20"));
    EXPECT_TRUE(ask(end, authority, {crlOf(authority, {})}, RevocationCheck::Required).ok());
    EXPECT_TRUE(ask(end, authority, {crl}, RevocationCheck::None).ok());
}

TEST_F(RevocationCheckTest, WithoutACurrentCrlNobodyKnows) {
    const auto authority = root();
    const auto end = leaf(authority);
    EXPECT_THAT(codes(ask(end, authority, {}, RevocationCheck::Required).findings), ElementsAre("crl_missing"));
    EXPECT_TRUE(ask(end, authority, {}, RevocationCheck::WhereThere).ok());
    EXPECT_THAT(codes(ask(end, authority, {crlOf(authority, {}, -9, -2)}, RevocationCheck::WhereThere).findings), ElementsAre("crl_stale"));
    EXPECT_THAT(
        codes(ask(end, authority, {crlOf(authority, {}, 1, 2)}, RevocationCheck::WhereThere).findings), ElementsAre("crl_not_yet_valid")
    );
}

TEST_F(RevocationCheckTest, ACrlOfAnotherKeyCountsForNothing) {
    const auto authority = root(), impostor = root();
    const auto end = leaf(authority);
    const auto forged = crlOf(impostor, {{end.certificate.serial_hex, now(), RevocationReason::Unspecified}});
    EXPECT_TRUE(ask(end, authority, {forged}, RevocationCheck::WhereThere).ok());
    EXPECT_THAT(codes(ask(end, authority, {forged}, RevocationCheck::Required).findings), ElementsAre("crl_missing"));
}

TEST_F(RevocationCheckTest, EveryMemberOfTheChainIsLookedAt) {
    const auto authority = root();
    auto key = newKey();
    const auto middle = signedBy(&authority, caContent("middle", key), key);
    const auto end = leaf(middle, "end");
    const auto crl = crlOf(authority, {{middle.certificate.serial_hex, now(), RevocationReason::CaCompromise}});
    const auto answer = checkChain(
        end.certificate.der, {.others = {middle.certificate.der},
                              .anchors = {authority.certificate.der},
                              .crls = {crl, crlOf(middle, {})},
                              .at_ms = now(),
                              .revocation = RevocationCheck::Required}
    );
    ASSERT_THAT(codes(answer.findings), ElementsAre("revoked"));
    EXPECT_EQ(middle.certificate.subject, answer.findings[0].at);
}

TEST_F(RevocationCheckTest, TheNewerCrlOfTwoIsTheOneThatCounts) {
    const auto authority = root();
    const auto end = leaf(authority);
    const auto old = crlOf(authority, {}, -1),
               fresh = crlOf(authority, {{end.certificate.serial_hex, now(), RevocationReason::Superseded}});
    for (const auto& order : {std::vector{old, fresh}, std::vector{fresh, old}}) {
        EXPECT_THAT(codes(ask(end, authority, order, RevocationCheck::Required).findings), ElementsAre("revoked"));
    }
}

TEST(FindingTable, EveryCodeIsOnceAndHasBothLanguages) {
    std::set<std::string> seen;
    for (const auto& row : findingTable()) {
        EXPECT_TRUE(seen.insert(row.wire).second) << row.wire;
        EXPECT_NE('\0', *row.en);
        EXPECT_NE('\0', *row.zh);
    }
}

}  // namespace
}  // namespace yht::crypto
