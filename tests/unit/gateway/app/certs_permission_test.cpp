// `yht certs issue|renew|revoke|crl publish` beside a deployment: who must say yes, and what the ledger is told.
#include <cstdlib>

#include "gateway/app/control_certs_issuing.h"
#include "gateway/app/control_client.h"
#include "gateway/app/operators.h"
#include "gateway/certs/journal.h"
#include "gateway/crypto/certificate_bundle.h"
#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"
#include "tests/support/openssl.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kPersonal = "张三丰";

class CertsPermissionTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        ::unsetenv("YHT_CONFIG");
        write("sources.yaml", "sources: [{id: zz, name: 来源, region: \"430200\"}]\n");
        write("partners.yaml", "partners:\n  - {id: hotline, name: 热线, stage: live, certificates: [{file: hotline.pem}]}\n");
        write("hotline.pem", test::sharedPki().partner("hotline").certificatePem());
        ASSERT_EQ(kExitOk, certs({"authority", "create", scratch / "ca", "--profile", "ca-root", "--key-type", "p256", "--subject", "O=A,CN=root",
                                  "--issues", "gateway,partner,operator,ca-intermediate"})) << err;
    }
    void TearDown() override {
        actAs("");
        DeploymentFixture::TearDown();
    }
    int certs(std::vector<std::string> words) {
        words.insert(words.begin(), {"yht", "certs"});
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        const int code = runCommandLine(static_cast<int>(argv.size()), argv.data(), [](const std::string&) { return kExitOk; });
        out = testing::internal::GetCapturedStdout();
        err = testing::internal::GetCapturedStderr();
        return code;
    }
    /// A ledger, and security operators op-1 and op-2, system operator op-3.
    void nameOperators() {
        std::string text = "operators:\n";
        for (const auto& [id, role] : {std::pair{"op-1", "security"}, std::pair{"op-2", "security"}, std::pair{"op-3", "system"}}) {
            const auto files = test::sharedPki().partner(id);
            write(std::string(id) + ".pem", files.certificatePem());
            write(std::string(id) + ".key", files.privateKeyPem());
            ::chmod((directory + "/" + id + ".key").c_str(), 0600);
            text += std::string("  - { id: ") + id + ", name: 某某, role: " + role + ", certificate: " + id + ".pem }\n";
        }
        write(kOperatorsFile, text);
    }
    void actAs(const std::string& id) {
        if (id.empty()) {
            ::unsetenv("YHT_OPERATOR");
            ::unsetenv("YHT_OPERATOR_KEY");
            return;
        }
        ::setenv("YHT_OPERATOR", id.c_str(), 1);
        ::setenv("YHT_OPERATOR_KEY", (directory + "/" + id + ".key").c_str(), 1);
    }
    int issue(const std::string& file, const std::string& name = "hotline") {
        const std::string csr = scratch / (file + ".csr");
        if (!std::filesystem::exists(csr)) {
            test::mustOpenssl({"req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/C=CN/O=A/CN=" + name,
                               "-keyout", scratch / (file + ".key"), "-out", csr});
        }
        return certs({"issue", "--authority", scratch / "ca", "--config", directory, "--profile", "partner", "--request", csr, "--out",
                      scratch / (file + ".pem"), "--why", "new partner"});
    }
    int revoke(const std::string& file) {
        return certs({"revoke", "--authority", scratch / "ca", "--config", directory, "--certificate", scratch / (file + ".pem"), "--reason",
                      "key_compromise", "--why", "laptop stolen"});
    }
    /// The one that waits, approved by `id`.
    int approve(const std::string& id) {
        EXPECT_EQ(kExitFound, yht({"approvals", "list", "--json"}));
        listed = out;
        const auto waiting = json::parse(out);
        if (!waiting.ok() || waiting->Size() == 0) return -1;
        actAs(id);
        return yht({"approvals", "approve", json::textMember((*waiting)[0], "id"), "--why", "seen"});
    }
    /// Payloads of all audit entries.
    std::vector<std::string> audits() {
        auto store = openLedger();
        const auto view = store->snapshot();
        std::vector<std::string> payloads;
        for (ledger::Seq seq = 1;; ++seq) {
            const auto entry = (*view)->entry(seq);
            if (!entry.ok()) break;
            if (entry->header.type == ledger::EntryType::Audit) payloads.push_back(entry->payload);
        }
        return payloads;
    }
    std::vector<std::string> auditsOf(const std::string& command_name) {
        std::vector<std::string> found;
        for (const auto& payload : audits()) {
            if (payload.find("\"command\":\"" + command_name + "\"") != std::string::npos) found.push_back(payload);
        }
        return found;
    }
    crypto::CertificateFacts certificate(const std::string& file) {
        return crypto::readBundle(test::readFile(scratch / (file + ".pem")))->certificates.at(0);
    }
    bool there(const std::string& name) const { return std::filesystem::exists(scratch / name); }

    test::Scratch scratch;
    std::string listed;
};

TEST_F(CertsPermissionTest, WithOperatorsNamedNothingIsIssuedOrRevokedWithoutASecondPerson) {
    openLedger().reset();
    nameOperators();
    EXPECT_EQ(kExitPermission, issue("new"));
    EXPECT_THAT(err, HasSubstr("operator.unknown"));
    actAs("op-3");
    EXPECT_EQ(kExitPermission, issue("new"));
    EXPECT_THAT(err, AllOf(HasSubstr("operator.role"), HasSubstr("security 安全管理")));
    actAs("op-1");
    EXPECT_EQ(kExitWaits, issue("new"));
    EXPECT_FALSE(there("new.pem"));
    EXPECT_EQ(kExitPermission, approve("op-1")) << "nobody approves their own";
    EXPECT_EQ(kExitPermission, approve("op-3")) << "of another role";
    EXPECT_EQ(kExitOk, approve("op-2")) << err;
    actAs("op-1");
    ASSERT_EQ(kExitOk, issue("new")) << err;
    ASSERT_TRUE(there("new.pem"));
    std::filesystem::rename(scratch / "new.pem", scratch / "kept.pem");
    EXPECT_NE(kExitOk, issue("new")) << "the key is known, and the permission was used";

    EXPECT_EQ(kExitWaits, revoke("kept"));
    EXPECT_THAT(test::readFile(scratch / "ca/issued.csv"), Not(HasSubstr("key_compromise")));
    ASSERT_EQ(kExitOk, approve("op-2")) << err;
    actAs("op-1");
    ASSERT_EQ(kExitOk, revoke("kept")) << err;
    EXPECT_THAT(test::readFile(scratch / "ca/issued.csv"), HasSubstr("key_compromise"));
    EXPECT_NE(kExitOk, revoke("kept"));
    EXPECT_THAT(err, HasSubstr("certificate.already_revoked"));
}

TEST_F(CertsPermissionTest, WhatWasAskedAndWhatCameOfItStandInTheLedgerByIdsAndDigests) {
    openLedger().reset();
    nameOperators();
    actAs("op-1");
    ASSERT_EQ(kExitWaits, issue("new"));
    ASSERT_EQ(kExitOk, approve("op-2"));
    EXPECT_THAT(listed, AllOf(HasSubstr("\"act\":\"issue\""), HasSubstr("\"partner\":\"hotline\""), HasSubstr("\"profile\":\"partner\"")));
    actAs("op-1");
    ASSERT_EQ(kExitOk, issue("new")) << err;
    ASSERT_EQ(kExitWaits, revoke("new"));
    ASSERT_EQ(kExitOk, approve("op-2"));
    actAs("op-1");
    ASSERT_EQ(kExitOk, revoke("new")) << err;

    const auto made = certificate("new");
    const auto permits = auditsOf(kPermitCertificate), records = auditsOf(kRecordCertificate);
    ASSERT_EQ(4U, permits.size()) << "each asked and given";
    EXPECT_THAT(permits[0], HasSubstr("\"state\":\"asked\""));
    EXPECT_THAT(permits[1], AllOf(HasSubstr("\"operator\":\"op-1\""), HasSubstr("\"second\":\"op-2\""), HasSubstr("\"why\":\"new partner\""),
                                  HasSubstr(base::toHex(crypto::sha256(made.key.public_der)))));
    // The authority itself, then what it issued and revoked.
    ASSERT_EQ(3U, records.size());
    EXPECT_THAT(records[0], HasSubstr("\"act\":\"create\""));
    EXPECT_THAT(records[1], AllOf(HasSubstr("\"act\":\"issue\""), HasSubstr("\"serial\":\"" + made.serial_hex + "\""),
                                  HasSubstr("\"partner\":\"hotline\""), HasSubstr(made.fingerprint), HasSubstr("\"by\":\"op-1\""),
                                  HasSubstr(base::toHex(crypto::sha256(made.subject)))));
    EXPECT_THAT(permits[1], HasSubstr(base::toHex(crypto::sha256(made.subject)))) << "the same subject, before and after";
    EXPECT_THAT(records[2], AllOf(HasSubstr("\"act\":\"revoke\""), HasSubstr("\"reason\":\"key_compromise\""), HasSubstr(made.serial_hex)));
}

TEST_F(CertsPermissionTest, AnOperatorsNameNeverComesIntoTheLedger) {
    openLedger().reset();
    ASSERT_EQ(kExitOk, certs({"issue", "--authority", scratch / "ca", "--config", directory, "--profile", "operator", "--subject",
                              std::string("O=A,CN=") + kPersonal, "--new-key", scratch / "o.key", "--out", scratch / "o.pem", "--why", "new operator"}))
        << err;
    EXPECT_THAT(test::readFile(scratch / "ca/issued.csv"), HasSubstr(kPersonal));
    EXPECT_THAT(test::readFile(scratch / "ca/journal.csv"), Not(HasSubstr(kPersonal)));
    const auto all = audits();
    EXPECT_EQ(3U, all.size()) << "permission, the authority, the certificate";
    for (const auto& payload : all) EXPECT_THAT(payload, Not(HasSubstr(kPersonal)));
}

TEST_F(CertsPermissionTest, PublishingWantsTheRoleButNoSecondPerson) {
    openLedger().reset();
    nameOperators();
    const std::vector<std::string> words{"crl", "publish", "--authority", scratch / "ca", "--config", directory, "--why", "weekly"};
    actAs("op-3");
    EXPECT_NE(kExitOk, certs(words));
    EXPECT_FALSE(there("ca/crl.pem"));
    actAs("op-1");
    ASSERT_EQ(kExitOk, certs(words)) << err;
    EXPECT_THAT(auditsOf(kRecordCertificate).back(), AllOf(HasSubstr("\"act\":\"publish_crl\""), HasSubstr("\"serial\":\"01\"")));
}

TEST_F(CertsPermissionTest, SeveralRequestsAreOneApproval) {
    openLedger().reset();
    nameOperators();
    actAs("op-1");
    std::filesystem::create_directory(scratch / "out");
    for (const char* name : {"a", "b"}) {
        test::mustOpenssl({"req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj",
                           std::string("/C=CN/O=A/CN=") + name, "-keyout", scratch / (std::string(name) + ".key"), "-out",
                           scratch / (std::string(name) + ".csr")});
    }
    const std::vector<std::string> words{"issue", "--authority", scratch / "ca", "--config", directory, "--profile", "partner", "--request",
                                         scratch / "a.csr", scratch / "b.csr", "--out-dir", scratch / "out", "--why", "two partners"};
    EXPECT_EQ(kExitWaits, certs(words));
    EXPECT_FALSE(there("out/a.pem"));
    ASSERT_EQ(kExitOk, approve("op-2")) << err;
    EXPECT_THAT(listed, HasSubstr("\"count\":\"2\""));
    actAs("op-1");
    ASSERT_EQ(kExitOk, certs(words)) << err;
    EXPECT_TRUE(there("out/a.pem") && there("out/b.pem"));
    EXPECT_EQ(3U, auditsOf(kRecordCertificate).size());
}

TEST_F(CertsPermissionTest, OneFileIsNotPromisedToTwoRequests) {
    openLedger().reset();
    for (const char* folder : {"x", "y", "out"}) std::filesystem::create_directory(scratch / folder);
    for (const char* folder : {"x", "y"}) {
        test::mustOpenssl({"req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", std::string("/C=CN/O=A/CN=") + folder,
                           "-keyout", scratch / (std::string(folder) + "/a.key"), "-out", scratch / (std::string(folder) + "/a.csr")});
    }
    EXPECT_EQ(kExitData, certs({"issue", "--authority", scratch / "ca", "--config", directory, "--profile", "partner", "--request", scratch / "x/a.csr",
                                scratch / "y/a.csr", "--out-dir", scratch / "out", "--why", "two partners"}));
    EXPECT_THAT(err, AllOf(HasSubstr("y/a.csr:"), HasSubstr("certificate.file_exists")));
    EXPECT_EQ(2U, auditsOf(kRecordCertificate).size()) << "the authority, and the first: the second's certificate would have no file";
}

TEST_F(CertsPermissionTest, WhatTheDiskHadNoRoomForIsRevokedAndIssuedAnew) {
    openLedger().reset();
    ASSERT_EQ(kExitOk, issue("new")) << err;
    const auto made = certificate("new");
    // As it stands after a full disk: the row is there, the certificate nowhere.
    std::filesystem::remove(scratch / ("ca/certificates/" + made.serial_hex + ".pem"));
    std::filesystem::remove(scratch / "new.pem");
    EXPECT_EQ(kExitData, issue("new"));
    EXPECT_THAT(err, AllOf(HasSubstr("certificate.key_reused"), HasSubstr(made.serial_hex)));
    ASSERT_EQ(kExitOk, certs({"revoke", "--authority", scratch / "ca", "--config", directory, "--serial", made.serial_hex, "--reason", "superseded", "--why",
                              "never handed out"}))
        << err;
    EXPECT_THAT(auditsOf(kPermitCertificate).back(), HasSubstr(base::toHex(crypto::sha256(made.subject))));
    EXPECT_EQ(kExitOk, issue("new")) << err;
}

TEST_F(CertsPermissionTest, WhatIsIssuedAndCantBeWrittenIsSaidToBeKept) {
    openLedger().reset();
    std::filesystem::create_directory(scratch / "new.pem.part");  // in the way of its file
    EXPECT_NE(kExitOk, issue("new"));
    EXPECT_THAT(err, HasSubstr("/certificates/"));
    EXPECT_EQ(2U, auditsOf(kRecordCertificate).size());
}

TEST_F(CertsPermissionTest, WhatIsRefusedAnywayAsksNobody) {
    openLedger().reset();
    nameOperators();
    actAs("op-1");
    EXPECT_NE(kExitOk, certs({"issue", "--authority", scratch / "ca", "--config", directory, "--profile", "partner", "--subject", "O=A,CN=a",
                              "--new-key", scratch / "a.key", "--out", scratch / "nowhere/a.pem", "--why", "test"}));
    EXPECT_THAT(err, HasSubstr("nowhere/a.pem"));
    EXPECT_EQ(kExitData, certs({"issue", "--authority", scratch / "ca", "--config", directory, "--profile", "partner", "--subject", "O=A,CN=a",
                                "--new-key", scratch / "a.key", "--out", scratch / "a.pem", "--days", "9000", "--why", "test"}));
    EXPECT_THAT(err, HasSubstr("certificate.lifetime_too_long"));
    EXPECT_FALSE(there("a.key"));
    EXPECT_THAT(audits(), IsEmpty());
}

TEST_F(CertsPermissionTest, AMachineWithoutAGatewaySaysSoAndHandsItsJournalInLater) {
    const auto offline = [&](const std::string& name) {
        return certs({"issue", "--authority", scratch / "ca", "--profile", "partner", "--subject", "O=A,CN=" + name, "--new-key",
                      scratch / (name + ".key"), "--out", scratch / (name + ".pem")});
    };
    ASSERT_EQ(kExitOk, offline("hotline")) << err;
    EXPECT_THAT(err, AllOf(HasSubstr("No deployment on this machine"), HasSubstr("本机没有网关部署")));
    EXPECT_EQ(kExitFound, certs({"journal", "--authority", scratch / "ca"}));
    EXPECT_THAT(out, HasSubstr("否 no"));

    openLedger().reset();
    nameOperators();
    const std::vector<std::string> hand_in{"journal", "--authority", scratch / "ca", "--config", directory, "--hand-in"};
    actAs("op-3");
    EXPECT_EQ(kExitPermission, certs(hand_in)) << "security's, too";
    actAs("op-1");
    ASSERT_EQ(kExitOk, certs(hand_in)) << err;
    const auto records = auditsOf(kRecordCertificate);
    ASSERT_EQ(2U, records.size());
    EXPECT_THAT(records[1], AllOf(HasSubstr("\"permit\":\"\""), HasSubstr(certificate("hotline").serial_hex)));
    // Handed in once more, as after a lost answer: nothing twice.
    scratch.write("ca/journal_handed_in", "1\n");
    ASSERT_EQ(kExitOk, certs(hand_in)) << err;
    EXPECT_EQ(2U, auditsOf(kRecordCertificate).size());
    // One left out is noticed.
    actAs("");
    ASSERT_EQ(kExitOk, offline("b")) << err;
    ASSERT_EQ(kExitOk, offline("c")) << err;
    scratch.write("ca/journal_handed_in", "3\n");
    actAs("op-1");
    EXPECT_NE(kExitOk, certs(hand_in));
    EXPECT_THAT(err, HasSubstr("does not follow"));
    scratch.write("ca/journal_handed_in", "2\n");
    EXPECT_EQ(kExitOk, certs(hand_in)) << err;
}

TEST_F(CertsPermissionTest, ALineThatClaimsAPermissionThatIsNoneIsRefused) {
    openLedger().reset();
    certs::JournalLine line{.at_ms = 1'800'000'000'000, .act = "issue", .authority = std::string(64, 'a'), .by = "uid:0", .permit = "1",
                            .profile = "partner", .partner = "", .subject = std::string(64, 'b'), .serial = "01",
                            .fingerprint = std::string(64, 'c'), .reason = "", .previous = ""};
    ControlRequest request{kRecordCertificate, {}, ""};
    const auto cells = line.cells();
    for (std::size_t index = 0; index < cells.size(); ++index) request.arguments[certs::kJournalColumns[index]] = cells[index];
    const auto refused = command(directory, request);
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().public_en, HasSubstr("is no permission"));
    request.arguments["subject"] = "CN=somebody";
    EXPECT_FALSE(command(directory, request).ok());
    EXPECT_THAT(audits(), IsEmpty());
}

TEST_F(CertsPermissionTest, ALineThatClaimsWhatWasOnlyAskedOrAnothersPermissionIsRefused) {
    openLedger().reset();
    nameOperators();
    actAs("op-1");
    ASSERT_EQ(kExitWaits, issue("new"));
    ASSERT_EQ(kExitOk, approve("op-2")) << err;
    actAs("op-1");
    ASSERT_EQ(kExitOk, issue("new")) << err;
    std::string asked, given;
    {
        auto store = openLedger();
        const auto view = store->snapshot();
        for (ledger::Seq seq = 1;; ++seq) {
            const auto entry = (*view)->entry(seq);
            if (!entry.ok()) break;
            if (entry->payload.find(std::string("\"command\":\"") + kPermitCertificate) == std::string::npos) continue;
            (entry->payload.find("\"state\":\"asked\"") != std::string::npos ? asked : given) = std::to_string(seq);
        }
    }
    ASSERT_FALSE(asked.empty() || given.empty());
    // The journal's last line, as the next one would be; only what it claims is false.
    const auto records = auditsOf(kRecordCertificate);
    const auto last = requestOfAudit(records.back());
    ASSERT_TRUE(last.ok());
    std::vector<std::string> last_cells;
    for (const char* column : certs::kJournalColumns) last_cells.push_back(last->arguments.at(column));
    const auto claims = [&](const std::string& permit, const std::string& profile) {
        ControlRequest request{kRecordCertificate, last->arguments, ""};
        request.arguments["previous"] = certs::JournalLine::of(last_cells)->digest();
        request.arguments["permit"] = permit;
        request.arguments["profile"] = profile;
        request.arguments["serial"] = "77";
        return command(directory, request);
    };
    const auto by_asked = claims(asked, "partner");
    ASSERT_FALSE(by_asked.ok());
    EXPECT_THAT(by_asked.error().public_en, HasSubstr("is no permission"));
    const auto by_anothers = claims(given, "gateway");
    ASSERT_FALSE(by_anothers.ok());
    EXPECT_THAT(by_anothers.error().public_en, HasSubstr("is no permission"));
    EXPECT_TRUE(claims(given, "partner").ok()) << "what is false is what is refused";
}

TEST_F(CertsPermissionTest, ActivatingIsSecuritysToo) {
    openLedger().reset();
    nameOperators();
    const std::vector<std::string> words{"certs", "activate", "partner", "--certificate", directory + "/gateway.pem", "--why", "test"};
    actAs("op-3");
    EXPECT_EQ(kExitPermission, yht(words));
    EXPECT_THAT(err, AllOf(HasSubstr("operator.role"), HasSubstr("security 安全管理")));
    EXPECT_EQ(kExitPermission, yht({"certs", "rollback", "partner", "--why", "test"}));
    EXPECT_THAT(err, HasSubstr("operator.role"));
    actAs("op-1");
    EXPECT_EQ(kExitOk, yht(words)) << err;
    EXPECT_EQ(kExitData, yht({"certs", "activate", "nosuch", "--certificate", directory + "/gateway.pem", "--why", "test"}));
    EXPECT_THAT(err, HasSubstr("certificate.slot_unknown"));
    EXPECT_EQ(kExitData, yht({"certs", "activate", "partner", "--certificate", directory + "/hotline.pem", "--why", "test"}));
    EXPECT_THAT(err, HasSubstr("certificate.key_mismatch"));
}

}  // namespace
}  // namespace yht::app
