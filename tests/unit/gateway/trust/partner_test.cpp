#include "gateway/trust/partner.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/pki.h"

namespace yht::trust {
namespace {

const std::string kSources =
    "sources:\n"
    "  - {id: market-12315, name: 浏阳市12315, region: \"430181\", channel_default: \"01\"}\n"
    "  - {id: centre-12345, name: 长沙市12345, region: 430100, is_centre: true}\n";

/// A deployment directory that is written, loaded, and asked.
class Registry : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "yht-trust-XXXXXX").string();
        ASSERT_TRUE(mkdtemp(pattern.data()));
        directory_ = pattern;
        std::filesystem::create_directory(directory_ / "certs");
        put("certs/a.pem", test::sharedPki().partner("partner-a").certificatePem());
        put("certs/b.pem", test::sharedPki().partner("partner-b").certificatePem());
        put("certs/rsa.pem", rsaPem());
        put("sources.yaml", kSources);
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    static std::string rsaPem() {
        static const auto files =
            test::sharedPki().issue({.name = "rsa", .key = test::KeyKind::Rsa2048});
        return files.certificatePem();
    }
    void put(const std::string& file, const std::string& content) {
        test::writeFile(directory_ / file, content);
    }

    /// One partner with `lines` added to what every partner has. Line 5 is the first of `lines`.
    base::Result<std::shared_ptr<const TrustSnapshot>> loadWith(const std::string& lines) {
        put("partners.yaml",
            "partners:\n  - id: liuyang\n    name: 浏阳市市场监督管理局\n    stage: live\n" + lines
        );
        return loadTrust(directory_.string());
    }
    /// The one partner, which must load.
    Partner partnerWith(const std::string& lines) {
        const auto loaded = loadWith(lines);
        if (!loaded) {
            ADD_FAILURE() << describe(loaded.error());
            return {};
        }
        return (*loaded)->partners().at(0);
    }
    /// "file:line english text" of the first thing that is wrong.
    std::string refusal(const base::Result<std::shared_ptr<const TrustSnapshot>>& loaded) {
        if (loaded) return "loaded";
        EXPECT_EQ(base::ErrorCode::ConfigInvalid, loaded.error().code);
        EXPECT_FALSE(loaded.error().fields.at(0).zh.empty());
        return loaded.error().fields[0].pointer + " " + loaded.error().fields[0].en;
    }
    std::string refusalWith(const std::string& lines) { return refusal(loadWith(lines)); }

    std::filesystem::path directory_;
};

TEST_F(Registry, LoadsAPartnerWithEverything) {
    const Partner partner = partnerWith(
        "    sources: [market-12315]\n    rights: [submit_own, read_own, read_unit:430181, "
        "read_evidence]\n"
        "    connections_max: 8\n    certificates:\n"
        "      - {file: certs/a.pem, use: [connect]}\n      - {file: certs/b.pem, use: [sign], "
        "revoked: true}\n"
    );
    EXPECT_EQ("liuyang", partner.id);
    EXPECT_EQ(Stage::Live, partner.stage);
    EXPECT_TRUE(partner.speaksFor("market-12315"));
    EXPECT_FALSE(partner.speaksFor("centre-12345"));
    EXPECT_EQ(8u, partner.connections_max);
    EXPECT_TRUE(partner.may(Right::ReadUnit));
    EXPECT_EQ("430181", partner.grants.at(2).scope);
    EXPECT_FALSE(partner.may(Right::ReadProvince));
    EXPECT_TRUE(partner.may(Right::None));
    EXPECT_TRUE(partner.certificates.at(0).may_connect);
    EXPECT_FALSE(partner.certificates.at(0).may_sign);
    EXPECT_FALSE(partner.certificates.at(1).may_connect);
    EXPECT_TRUE(partner.certificates.at(1).revoked);
}

TEST_F(Registry, WhatIsLeftOutHasItsDefault) {
    const Partner partner = partnerWith("    certificates: [{file: certs/a.pem}]\n");
    EXPECT_TRUE(partner.sources.empty());
    EXPECT_FALSE(partner.may(Right::SubmitOwn));
    EXPECT_EQ(64u, partner.connections_max);
    EXPECT_TRUE(partner.certificates.at(0).may_connect);
    EXPECT_TRUE(partner.certificates.at(0).may_sign);
    EXPECT_FALSE(partner.certificates.at(0).revoked);
    EXPECT_EQ(crypto::SignatureAlgorithm::EcdsaP256Sha256, partner.certificates.at(0).algorithm);
}

TEST_F(Registry, StagesHaveTwoNames) {
    const std::pair<const char*, Stage> names[] = {
        {"joint_test", Stage::JointTest}, {"联调", Stage::JointTest}, {"trial", Stage::Trial},
        {"试运行", Stage::Trial},         {"正式", Stage::Live},      {"停用", Stage::Stopped}};
    for (const auto& [name, stage] : names) {
        put("partners.yaml", std::string("partners:\n  - {id: a, name: A, stage: ") + name + "}\n");
        EXPECT_EQ(stage, loadTrust(directory_.string()).value()->partners().at(0).stage) << name;
    }
}

TEST_F(Registry, AnRsaKeyUsesTheAlgorithmThatIsWritten) {
    EXPECT_EQ(
        crypto::SignatureAlgorithm::RsaPssSha512,
        partnerWith("    certificates: [{file: certs/rsa.pem}]\n").certificates.at(0).algorithm
    );
    EXPECT_EQ(
        crypto::SignatureAlgorithm::RsaV15Sha256,
        partnerWith("    certificates: [{file: certs/rsa.pem, algorithm: rsa-v1_5-sha256}]\n")
            .certificates.at(0)
            .algorithm
    );
}

TEST_F(Registry, AnSm2PairIsOnePartners) {
    auto& pki = test::sharedPki();
    const auto sign = pki.issue({.name = "pair-sign", .key = test::KeyKind::Sm2});
    const auto encrypt = pki.issue(
        {.name = "pair-encrypt", .key = test::KeyKind::Sm2, .key_usage = "keyEncipherment,dataEncipherment,keyAgreement"}
    );
    put("certs/sign.pem", sign.certificatePem());
    put("certs/encrypt.pem", encrypt.certificatePem());
    for (const char* use : {"", ", use: [encrypt]"}) {
        const auto partner = partnerWith(
            "    certificates: [{file: certs/sign.pem, use: [sign]}, {file: certs/encrypt.pem" + std::string(use) + "}]\n"
        );
        ASSERT_EQ(2U, partner.certificates.size()) << use;
        EXPECT_EQ(crypto::SignatureAlgorithm::Sm2Sm3, partner.certificates[0].algorithm);
        EXPECT_TRUE(partner.certificates[0].may_sign);
        EXPECT_FALSE(partner.certificates[0].encrypts);
        EXPECT_TRUE(partner.certificates[1].encrypts);
        EXPECT_FALSE(partner.certificates[1].may_sign);
        EXPECT_FALSE(partner.certificates[1].may_connect);
    }
    const std::string refused = "is not what the certificate's keyUsage allows";
    EXPECT_NE(std::string::npos, refusalWith("    certificates: [{file: certs/encrypt.pem, use: [sign]}]\n").find(refused));
    EXPECT_NE(std::string::npos, refusalWith("    certificates: [{file: certs/sign.pem, use: [encrypt]}]\n").find(refused));
    EXPECT_NE(
        std::string::npos,
        refusalWith("    certificates: [{file: certs/encrypt.pem, use: [encrypt, sign]}]\n").find("has encrypt alone")
    );
}

TEST_F(Registry, FindsByFingerprintByPartnerAndBySource) {
    const auto snapshot =
        loadWith("    certificates: [{file: certs/a.pem}, {file: certs/b.pem, revoked: true}]\n")
            .value();
    const auto& revoked = snapshot->partners()[0].certificates[1];
    const auto match = snapshot->findCertificate(revoked.certificate.fingerprint());
    ASSERT_TRUE(match.has_value());
    EXPECT_EQ("liuyang", match->partner->id);
    EXPECT_TRUE(match->certificate->revoked);
    EXPECT_FALSE(snapshot->findCertificate(std::string(64, '0')).has_value());
    EXPECT_EQ("430100", snapshot->findSource("centre-12345")->region);
    EXPECT_TRUE(snapshot->findSource("centre-12345")->is_centre);
    EXPECT_EQ(nullptr, snapshot->findSource("nobody"));
    EXPECT_EQ(nullptr, snapshot->findPartner("nobody"));
    EXPECT_EQ(&snapshot->partners()[0], snapshot->findPartner("liuyang"));
}

TEST_F(Registry, UnknownNamesAreRefusedWithTheNearestOne) {
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificate: Key \"certificate\" is not known here; did you mean \"certificates\"?",
        refusalWith("    certificate: []\n")
    );
    EXPECT_EQ(
        "partners.yaml:6 partners[0].rights[0]: Right \"read_units\" is not known here; did you mean \"read_unit\"?",
        refusalWith("    rights:\n      - read_units:43\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].sources[0]: Source \"market-12351\" is not known here; did you mean \"market-12315\"?",
        refusalWith("    sources: [market-12351]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificates[0].algorithm: Algorithm \"ecdsa-p256\" is not known here; did you mean "
        "\"ecdsa-p256-sha256\"?",
        refusalWith("    certificates: [{file: certs/a.pem, algorithm: ecdsa-p256}]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificates[0].use[0]: Use \"signing\" is not known here; did you mean \"sign\"?",
        refusalWith("    certificates: [{file: certs/a.pem, use: [signing]}]\n")
    );
    put("partners.yaml", "partners:\n  - {id: a, name: A, stage: lives}\n");
    EXPECT_EQ(
        "partners.yaml:2 partners[0].stage: Stage \"lives\" is not known here; did you mean \"live\"?",
        refusal(loadTrust(directory_.string()))
    );
}

TEST_F(Registry, ScopesStandWhereTheyBelong) {
    EXPECT_EQ(
        "partners.yaml:5 partners[0].rights[0]: Write read_unit:<prefix>, 1 to 32 characters, without a space.",
        refusalWith("    rights: [read_unit]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].rights[0]: Write read_unit:<prefix> without a space.",
        refusalWith("    rights: [read_unit: 43]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].rights[0]: read_province takes no scope.",
        refusalWith("    rights: [\"read_province:43\"]\n")
    );
}

TEST_F(Registry, WrongValuesAreRefusedWithTheirLine) {
    EXPECT_EQ(
        "partners.yaml:5 partners[0].connections_max: \"connections_max\" is a number from 1 to 1024.",
        refusalWith("    connections_max: 0\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].connections_max: \"connections_max\" is a number from 1 to 1024.",
        refusalWith("    connections_max: 1025\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].connections_max: \"connections_max\" is a number from 1 to 1024.",
        refusalWith("    connections_max: many\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificates[0].revoked: \"revoked\" is true or false.",
        refusalWith("    certificates: [{file: certs/a.pem, revoked: yes}]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].sources: \"sources\" is a list of at most 256 items.",
        refusalWith("    sources: market-12315\n")
    );
    EXPECT_EQ("partners.yaml:5 partners[0].stage: Key \"stage\" stands twice.", refusalWith("    stage: live\n"));
}

TEST_F(Registry, CertificatesMustBeUsable) {
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificates[0].file: \"file\" is no certificate that can be used: the file can't be read or is "
        "longer than 64 KiB.",
        refusalWith("    certificates: [{file: certs/none.pem}]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificates[0].file: \"file\" is no certificate that can be used: "
        "the text does not begin with -----BEGIN CERTIFICATE-----.",
        refusalWith("    certificates: [{file: sources.yaml}]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificates[0].file: \"file\" is relative to this directory and has no \"..\".",
        refusalWith("    certificates: [{file: ../a.pem}]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificates[0].file: \"file\" is relative to this directory and has no \"..\".",
        refusalWith("    certificates: [{file: /etc/passwd}]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificates[1].file: \"file\" is a certificate that stands here already.",
        refusalWith("    certificates: [{file: certs/a.pem}, {file: certs/a.pem}]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificates[0].algorithm: \"algorithm\" does not go with this key; it can be ecdsa-p256-sha256.",
        refusalWith("    certificates: [{file: certs/a.pem, algorithm: ed25519}]\n")
    );
    EXPECT_EQ(
        "partners.yaml:5 partners[0].certificates[0]: \"file\" is required.",
        refusalWith("    certificates: [{revoked: false}]\n")
    );
}

TEST_F(Registry, ListsAndErrorsAreBounded) {
    std::string certificates, rights;
    for (int index = 0; index < 33; ++index) certificates += "      - {file: certs/a.pem}\n";
    EXPECT_EQ(
        "partners.yaml:6 partners[0].certificates: \"certificates\" is a list of at most 32 items.",
        refusalWith("    certificates:\n" + certificates)
    );
    for (int index = 0; index < 60; ++index) rights += "      - nothing\n";
    EXPECT_EQ(50u, loadWith("    rights:\n" + rights).error().fields.size());
}

TEST_F(Registry, AFindingSaysItsWholePathAlsoInATreeThatAliasesMakeEndless) {
    const auto loaded = loadWith("    certificates:\n      - {file: certs/a.pem}\n      - {file: certs/b.pem, alg: ed25519}\n");
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ("partners[0].certificates[1].alg", loaded.error().fields.at(0).limit);
    EXPECT_TRUE(loaded.error().fields[0].zh.starts_with("partners[0].certificates[1].alg: 键")) << loaded.error().fields[0].zh;
    EXPECT_NE(std::string::npos, loaded.error().detail.find("partners.yaml:7: partners[0].certificates[1].alg: ")) << loaded.error().detail;
    put("partners.yaml", "partners: &all\n  - *all\n  - {id: a, name: A, stage: liev}\n");
    const auto endless = loadTrust(directory_.string());
    ASSERT_FALSE(endless.ok());
    EXPECT_EQ("partners[1].stage", endless.error().fields.back().limit) << base::describe(endless.error());
}

TEST_F(Registry, IdsAreUniqueAndPlain) {
    put("partners.yaml",
        "partners:\n  - {id: a, name: A, stage: live}\n  - {id: a, name: B, stage: live}\n");
    EXPECT_EQ("partners.yaml:3 partners[1]: \"id\" stands twice.", refusal(loadTrust(directory_.string())));
    put("partners.yaml", "partners:\n  - {id: 浏阳, name: A, stage: live}\n");
    EXPECT_EQ(
        "partners.yaml:2 partners[0].id: \"id\" is of a-z, 0-9, \"-\" and \"_\".",
        refusal(loadTrust(directory_.string()))
    );
    put("partners.yaml", "partners: []\n");
    put("sources.yaml", kSources + "  - {id: market-12315, name: again, region: 430181}\n");
    EXPECT_EQ("sources.yaml:4 sources[2]: \"id\" stands twice.", refusal(loadTrust(directory_.string())));
    put("sources.yaml", "sources:\n  - {id: a, name: A, region: 4301}\n");
    EXPECT_EQ(
        "sources.yaml:2 sources[0].region: \"region\" has six letters or digits.",
        refusal(loadTrust(directory_.string()))
    );
}

TEST_F(Registry, EverythingWrongIsToldAtOnce) {
    put("sources.yaml", "sources:\n  - {id: a, name: A, region: 4301, colour: red}\n");
    const auto loaded = loadWith(
        "    sources: [b]\n    rights: [everything]\n    certificates: [{file: none.pem}]\n"
    );
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(5u, loaded.error().fields.size()) << describe(loaded.error());
}

TEST_F(Registry, FilesThatAreMissingOrNoYamlAreRefused) {
    put("partners.yaml", "partners: [");
    EXPECT_TRUE(
        refusal(loadTrust(directory_.string())).starts_with("partners.yaml:1 This is not YAML: ")
    );
    std::filesystem::remove(directory_ / "partners.yaml");
    EXPECT_EQ(
        "partners.yaml The file can't be read or is longer than 4 MiB.",
        refusal(loadTrust(directory_.string()))
    );
    put("partners.yaml", "- a\n");
    EXPECT_EQ(
        "partners.yaml:1 Here stands a mapping (key: value).",
        refusal(loadTrust(directory_.string()))
    );
    put("partners.yaml", "");
    EXPECT_EQ(
        "partners.yaml Here stands a mapping (key: value).", refusal(loadTrust(directory_.string()))
    );
}

TEST_F(Registry, ReplacingKeepsTheOldSnapshotForThoseWhoHoldIt) {
    TrustHolder holder(loadWith("    certificates: [{file: certs/a.pem}]\n").value());
    const auto before = holder.current();
    holder.replace(loadWith("    certificates: [{file: certs/a.pem, revoked: true}]\n").value());
    EXPECT_FALSE(before->partners()[0].certificates[0].revoked);
    EXPECT_TRUE(holder.current()->partners()[0].certificates[0].revoked);
}

}  // namespace
}  // namespace yht::trust
