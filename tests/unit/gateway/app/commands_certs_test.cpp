// `yht certs …` as an operator calls it: what is refused, with which code, sentence and exit code, and what the inventory says.
#include <sys/stat.h>

#include "gateway/app/certificate_watch.h"
#include "gateway/app/commands_certs.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "tests/support/openssl.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class CommandsCerts : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        write("partners.yaml", "partners:\n  - {id: hotline, name: 热线, stage: live, certificates: [{file: hotline.pem}]}\n");
        write("hotline.pem", test::sharedPki().partner("hotline").certificatePem());
    }
    /// `yht certs …` in the scratch directory's own terms: no --config.
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
    /// A root that issues everything, in `ca`.
    std::string authority() {
        const std::string path = scratch / "ca";
        if (!std::filesystem::exists(path)) {
            EXPECT_EQ(
                kExitOk, certs(
                             {"authority", "create", path, "--profile", "ca-root", "--key-type", "p256", "--subject", "O=A,CN=root",
                              "--issues", "gateway,partner,province,operator,front,ca-intermediate"}
                         )
            ) << err;
        }
        return path;
    }
    int issue(const std::string& profile, const std::string& name, std::vector<std::string> more = {}) {
        std::vector<std::string> words = {
            "issue",
            "--authority",
            authority(),
            "--profile",
            profile,
            "--subject",
            "O=A,CN=" + name,
            "--new-key",
            scratch / (name + ".key"),
            "--out",
            scratch / (name + ".pem")};
        words.insert(words.end(), more.begin(), more.end());
        return certs(words);
    }
    test::Scratch scratch;
};

TEST_F(CommandsCerts, EveryProfileIssuesWhatOpensslTakes) {
    for (const char* profile : {"gateway", "partner", "province", "operator", "front"}) {
        ASSERT_EQ(
            kExitOk,
            issue(
                profile, profile,
                std::string(profile) == "partner" || std::string(profile) == "operator" ? std::vector<std::string>{}
                                                                                        : std::vector<std::string>{"--dns", "a.example"}
            )
        ) << profile
          << err;
        const auto told =
            test::openssl({"verify", "-x509_strict", "-CAfile", scratch / "ca/trust.pem", scratch / (std::string(profile) + ".pem")});
        EXPECT_EQ(0, told.exit_code) << told.text;
    }
}

TEST_F(CommandsCerts, RefusalsSayEveryReasonInBothLanguagesAndLeaveNothing) {
    EXPECT_EQ(kExitData, issue("gateway", "a", {"--days", "5000", "--email", "a@b.example"}));
    EXPECT_THAT(
        err, AllOf(
                 HasSubstr("certificate.name_not_allowed"), HasSubstr("certificate.lifetime_too_long"), HasSubstr("有效期超过模板上限"),
                 HasSubstr("the profile does not allow so long a lifetime (5000 > 825 days)")
             )
    );
    EXPECT_FALSE(std::filesystem::exists(scratch / "a.key"));
    EXPECT_FALSE(std::filesystem::exists(scratch / "a.pem"));
    EXPECT_EQ(kExitData, issue("nobody", "a"));
    EXPECT_THAT(err, HasSubstr("certificate.profile_unknown"));
}

TEST_F(CommandsCerts, NoFileIsEverOverwritten) {
    ASSERT_EQ(kExitOk, issue("partner", "a")) << err;
    const auto key = test::readFile(scratch / "a.key");
    EXPECT_EQ(kExitData, issue("partner", "a"));
    EXPECT_THAT(err, HasSubstr("certificate.file_exists"));
    EXPECT_EQ(key, test::readFile(scratch / "a.key"));
    EXPECT_EQ(kExitData, certs({"authority", "create", authority(), "--profile", "ca-root", "--subject", "O=A,CN=root"}));
    EXPECT_THAT(err, HasSubstr("certificate.authority_exists"));
}

TEST_F(CommandsCerts, AKeyThatOthersCanReadIsRefusedWithTheCommandThatMendsIt) {
    ASSERT_EQ(kExitOk, issue("partner", "a")) << err;
    ::chmod((scratch / "a.key").c_str(), 0644);
    EXPECT_EQ(kExitData, certs({"import", scratch / "a.pem", "--key", scratch / "a.key", "--out", scratch / "b.pem"}));
    EXPECT_THAT(err, AllOf(HasSubstr("certificate.key_exposed"), HasSubstr("chmod 600 " + scratch / "a.key")));
    ::chmod((scratch / "a.key").c_str(), 0600);
    EXPECT_EQ(kExitOk, certs({"import", scratch / "a.pem", "--key", scratch / "a.key", "--out", scratch / "b.pem"})) << err;
}

TEST_F(CommandsCerts, ImportChecksKeyChainUsageAndName) {
    ASSERT_EQ(kExitOk, issue("partner", "a")) << err;
    ASSERT_EQ(kExitOk, issue("partner", "b")) << err;
    const auto importing = [&](std::vector<std::string> more) {
        std::vector<std::string> words = {"import", scratch / "a.pem", "--out", scratch / "imported.pem"};
        words.insert(words.end(), more.begin(), more.end());
        const int code = certs(words);
        EXPECT_EQ(code == kExitOk, std::filesystem::exists(scratch / "imported.pem"));
        return code;
    };
    const std::string key = scratch / "a.key", root = scratch / "ca/trust.pem";
    EXPECT_EQ(kExitData, importing({"--key", scratch / "b.key"}));
    EXPECT_THAT(err, HasSubstr("certificate.key_mismatch"));
    EXPECT_EQ(kExitData, importing({}));
    EXPECT_THAT(err, HasSubstr("certificate.key_missing"));
    EXPECT_EQ(kExitData, importing({"--key", key, "--ca", directory + "/root.pem"}));
    EXPECT_THAT(err, HasSubstr("certificate.chain_incomplete"));
    EXPECT_EQ(kExitData, importing({"--key", key, "--ca", root, "--purpose", "tls_server", "--host", "a.example"}));
    EXPECT_THAT(err, AllOf(HasSubstr("certificate.usage_wrong"), HasSubstr("certificate.name_mismatch")));
    EXPECT_EQ(kExitOk, importing({"--key", key, "--ca", root, "--purpose", "tls_client"})) << err;
}

TEST_F(CommandsCerts, APkcs12GoesOutAndComesBack) {
    ASSERT_EQ(kExitOk, issue("partner", "a")) << err;
    scratch.write("pass", "correct horse\n");
    ::chmod((scratch / "pass").c_str(), 0600);
    ASSERT_EQ(
        kExitOk, certs(
                     {"export", scratch / "a.pem", "--format", "p12", "--key", scratch / "a.key", "--passphrase-file", scratch / "pass",
                      "--out", scratch / "a.p12", "--json"}
                 )
    ) << err;
    const auto told = json::parse(out);
    ASSERT_TRUE(told.ok()) << out;
    EXPECT_EQ("p12 " + (scratch / "a.p12"), json::textMember(*told, "format") + " " + json::textMember(*told, "file"));
    EXPECT_EQ(0, test::openssl({"pkcs12", "-in", scratch / "a.p12", "-passin", "pass:correct horse", "-noout"}).exit_code);
    ASSERT_EQ(
        kExitOk, certs(
                     {"import", scratch / "a.p12", "--passphrase-file", scratch / "pass", "--ca", scratch / "ca/trust.pem", "--key-out",
                      scratch / "b.key", "--out", scratch / "b.pem"}
                 )
    ) << err;
    EXPECT_EQ(test::readFile(scratch / "a.key"), test::readFile(scratch / "b.key"));
    scratch.write("pass", "battery staple\n");
    EXPECT_EQ(kExitData, certs({"show", scratch / "a.p12", "--passphrase-file", scratch / "pass"}));
    EXPECT_THAT(err, HasSubstr("certificate.passphrase_wrong"));
    EXPECT_EQ(kExitData, certs({"show", scratch / "a.p12"}));
    EXPECT_THAT(err, HasSubstr("certificate.passphrase_needed"));
}

TEST_F(CommandsCerts, ARequestThatAsksForACaOrIsWeakIsRefused) {
    const auto asked = [&](std::vector<std::string> more) {
        std::vector<std::string> words = {"req",     "-new",        "-nodes", "-subj",        "/C=CN/O=A/CN=b",
                                          "-keyout", scratch / "k", "-out",   scratch / "csr"};
        words.insert(words.end(), more.begin(), more.end());
        test::mustOpenssl(words);
        return certs({"issue", "--authority", authority(), "--profile", "partner", "--request", scratch / "csr", "--out", scratch / "b.pem"}
        );
    };
    EXPECT_EQ(kExitData, asked({"-newkey", "rsa:2048", "-addext", "basicConstraints=CA:TRUE"}));
    EXPECT_THAT(err, HasSubstr("certificate.request_asks_for_ca"));
    EXPECT_EQ(kExitData, asked({"-newkey", "rsa:2048", "-sha1"}));
    EXPECT_THAT(err, HasSubstr("certificate.digest_weak"));
    EXPECT_EQ(kExitData, asked({"-newkey", "rsa:1024"}));
    EXPECT_THAT(err, HasSubstr("certificate.key_weak"));
    EXPECT_EQ(kExitOk, asked({"-newkey", "rsa:2048"})) << err;
}

TEST_F(CommandsCerts, OneRequestOfSeveralThatIsRefusedHoldsUpNoneOfTheOthers) {
    for (const std::string name : {"a", "b", "c"}) {
        std::vector<std::string> words = {
            "req",     "-new",    "-nodes", "-subj", "/C=CN/O=A/CN=" + name, "-keyout", scratch / "k", "-out", scratch / (name + ".csr"),
            "-newkey", "rsa:2048"};
        if (name == "b") words.push_back("-sha1");
        test::mustOpenssl(words);
    }
    std::filesystem::create_directory(scratch / "out");
    const std::vector<std::string> words = {"issue",           "--authority", authority(),       "--profile",
                                            "partner",         "--request",   scratch / "a.csr", scratch / "b.csr",
                                            scratch / "c.csr", "--out-dir",   scratch / "out"};
    EXPECT_EQ(kExitData, certs(words));
    EXPECT_THAT(err, AllOf(HasSubstr(scratch / "b.csr"), HasSubstr("certificate.digest_weak")));
    EXPECT_TRUE(std::filesystem::exists(scratch / "out/a.pem"));
    EXPECT_FALSE(std::filesystem::exists(scratch / "out/b.pem"));
    EXPECT_TRUE(std::filesystem::exists(scratch / "out/c.pem"));
}

TEST_F(CommandsCerts, CommandsWithoutWhatTheyNeedAreUsage) {
    EXPECT_EQ(kExitUsage, certs({"issue", "--authority", authority(), "--profile", "partner", "--out", scratch / "x"}));
    EXPECT_EQ(kExitUsage, certs({"revoke", "--authority", authority(), "--reason", "key_compromise", "--why", "x"}));
    EXPECT_EQ(kExitUsage, certs({"revoke", "--authority", authority(), "--serial", "40", "--reason", "because", "--why", "x"}));
    EXPECT_EQ(kExitUsage, certs({"what-if"}));
}

class CertsInventory : public CommandsCerts {
protected:
    /// hotline's certificate ends in so many days, and its CA is trusted.
    void setPartnerDays(std::int64_t days) {
        const std::string name = "hotline" + std::to_string(days);
        ASSERT_EQ(kExitOk, issue("partner", name, {"--days", std::to_string(days)})) << err;
        write("hotline.pem", test::readFile(scratch / (name + ".pem")));
        write("root.pem", test::readFile(test::sharedPki().rootFile()) + test::readFile(scratch / "ca/trust.pem"));
    }
};

TEST_F(CertsInventory, SaysWhatEachIsUsedForAndHowLong) {
    EXPECT_EQ(kExitOk, yht({"certs", "list", "--json"})) << out << err;
    const auto told = json::parse(out);
    ASSERT_TRUE(told.ok());
    EXPECT_THAT(
        out,
        AllOf(
            HasSubstr("yht.yaml partner.certificate"), HasSubstr("yht.yaml signing.certificate"), HasSubstr("yht.yaml partner.client_ca"),
            HasSubstr("partners.yaml hotline"), HasSubstr("destinations.yaml centre peer_certificate")
        )
    );
    EXPECT_EQ(0U, (*told)["problems"].Size());
    EXPECT_EQ(3U, (*told)["objects"].Size());  // gateway, hotline, root: each once
    EXPECT_EQ(kExitOk, yht({"certs", "list"}));
    EXPECT_THAT(out, AllOf(HasSubstr("剩余天数 days"), HasSubstr("partners.yaml hotline")));
}

TEST_F(CertsInventory, ExitCodesTellSoonExpiredAndWrong) {
    setPartnerDays(30);
    EXPECT_EQ(kExitFound, yht({"certs", "list"})) << out;
    EXPECT_THAT(out, HasSubstr("将到期 soon"));
    write("hotline.pem", test::sharedPki().issue({.name = "late", .validity = test::Validity::Expired}).certificatePem());
    EXPECT_EQ(kExitExpired, yht({"certs", "list"})) << out;
    EXPECT_THAT(out, HasSubstr("certificate.expired"));
    write("hotline.pem", "nonsense");
    EXPECT_EQ(kExitFound, yht({"certs", "list"}));
    EXPECT_THAT(out, HasSubstr("certificate.unreadable"));
    write("hotline.pem", test::Pki("stranger").gateway().certificatePem());
    EXPECT_EQ(kExitFound, yht({"certs", "list"}));
    EXPECT_THAT(out, HasSubstr("certificate.chain_incomplete"));
}

TEST_F(CertsInventory, WhatIfNamesTheUsesThatBreakThatDay) {
    setPartnerDays(30);
    const auto day = [this](std::int64_t days) { return base::formatRfc3339(clock.nowMillis() + days * 24LL * 3600 * 1000).substr(0, 10); };
    EXPECT_EQ(kExitOk, yht({"certs", "what-if", "--on", day(20)})) << out;
    EXPECT_EQ(kExitFound, yht({"certs", "what-if", "--on", day(40)}));
    EXPECT_THAT(out, AllOf(HasSubstr("partners.yaml hotline"), HasSubstr("certificate.expired"), Not(HasSubstr("partner.certificate"))));
    EXPECT_EQ(kExitFound, yht({"certs", "what-if", "--on", day(400), "--json"}));
    EXPECT_THAT(out, HasSubstr("yht.yaml partner.certificate"));
    EXPECT_EQ(kExitData, yht({"certs", "what-if", "--on", "tomorrow"}));
}

TEST_F(CertsInventory, TheRunningGatewayTellsOnceAndOnceWhenItIsMended) {
    std::vector<std::string> lines;
    prometheus::Registry registry;
    base::ManualClock manual(clock.nowMillis());
    setPartnerDays(300);
    CertificateWatch watch(registry, {directory, manual, [&lines](const std::string& line) { lines.push_back(line); }});
    const auto look = [&] {
        lines.clear();
        watch.look();
        return lines;
    };
    watch.look();
    EXPECT_THAT(look(), IsEmpty());
    write("hotline.pem", test::sharedPki().issue({.name = "late", .validity = test::Validity::Expired}).certificatePem());
    EXPECT_THAT(look(), ElementsAre(AllOf(HasSubstr("partners.yaml hotline"), HasSubstr("certificate.expired"), HasSubstr("已过期"))));
    EXPECT_THAT(look(), IsEmpty());
    setPartnerDays(20);
    EXPECT_THAT(look(), ElementsAre(HasSubstr("ends within 30 days"), HasSubstr("resolved 已解决")));
    manual.advance(10LL * 24 * 3600 * 1000);
    EXPECT_THAT(look(), ElementsAre(HasSubstr("ends within 14 days")));
    write("yht.yaml", "nonsense: true\n");
    EXPECT_THAT(look(), ElementsAre(HasSubstr("can't be looked at")));
    EXPECT_THAT(look(), IsEmpty());
}

TEST_F(CertsInventory, MetricsCountStatesAndDays) {
    prometheus::Registry registry;
    setPartnerDays(20);
    base::ManualClock manual(clock.nowMillis());
    CertificateWatch watch(registry, {directory, manual, [](const std::string&) {}});
    watch.look();
    double soon = -1, days = -1;
    for (const auto& family : registry.Collect()) {
        for (const auto& metric : family.metric) {
            for (const auto& label : metric.label) {
                if (family.name == "yht_certificates" && label.value == "soon") soon = metric.gauge.value;
                if (family.name == "yht_certificate_days_left" && label.value == "partners.yaml hotline") days = metric.gauge.value;
            }
        }
    }
    EXPECT_EQ(1, soon);
    EXPECT_EQ(19, days);
}

}  // namespace
}  // namespace yht::app
