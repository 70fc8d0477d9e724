// The systemd unit: what systemd says of it, what its README promises, and its own commands run on a real gateway.
#include <signal.h>
#include <unistd.h>

#include <map>
#include <sstream>
#include <thread>

#include "gateway/app/approvals.h"
#include "tests/unit/gateway/app/deployment_fixture.h"
#include "tools/stage/child.h"

namespace yht::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kService = YHT_SOURCE_DIR "/tools/service/";
const std::string kYht = YHT_BINARY_DIR "/bin/yht";
const std::string kInstalled = "/usr/bin/yht", kDeployment = "/etc/yihaotong";
constexpr uid_t kNobody = 65534;

std::vector<std::string> wordsOf(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
    return text;
}

/// Directive → its values, a line each.
std::multimap<std::string, std::string> directives() {
    std::istringstream in(readFile(kService + "yihaotong.service").value());
    std::multimap<std::string, std::string> found;
    for (std::string line; std::getline(in, line);) {
        const auto equals = line.find('=');
        if (!line.starts_with('#') && equals != line.npos) found.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return found;
}

std::string theOne(const std::string& directive) {
    const auto all = directives();
    EXPECT_EQ(1U, all.count(directive)) << directive;
    const auto found = all.find(directive);
    return found == all.end() ? "" : found->second;
}

class Service : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        write("sources.yaml", "sources: []\n");
        write("partners.yaml", "partners: []\n");
        std::string config = read(directory + "/yht.yaml");
        config.insert(config.find("partner:\n") + 9, "  listen: 127.0.0.1:0\n");
        write("yht.yaml", config + "admin:\n  listen: 127.0.0.1:0\n");
    }
    void TearDown() override {
        gateway.kill();
        if (HasFailure()) std::cerr << log() << err;
        DeploymentFixture::TearDown();
    }
    std::string logFile() const { return directory + "/gateway.log"; }
    std::string log() const {
        const auto text = readFile(logFile());
        return text.ok() ? *text : "";
    }
    void waitForLog(const std::string& text) {
        while (log().find(text) == std::string::npos) {
            ASSERT_TRUE(gateway.running()) << log();
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    /// A command line of the unit, on this deployment and with this build.
    std::vector<std::string> commandOf(const std::string& directive) const {
        std::vector<std::string> words = wordsOf(theOne(directive));
        for (auto& word : words) {
            word = word == "$MAINPID" ? std::to_string(gateway.pid()) : word;
            word = replaced(replaced(word, kInstalled, kYht), kDeployment, directory);
        }
        return words;
    }
    void startAs(std::vector<std::string> prefix) {
        const auto command = commandOf("ExecStart");
        prefix.insert(prefix.end(), command.begin(), command.end());
        gateway = stage::Child(prefix, logFile());
        waitForLog("ready 就绪");
    }
    std::string newestAudit() {
        auto store = openLedger();
        auto snapshot = store->snapshot().value();
        std::string payload;
        for (const auto& header : snapshot->scan(0, 1000)) {
            if (header.type == ledger::EntryType::Audit) payload = snapshot->entry(header.seq).value().payload;
        }
        return payload;
    }
    stage::Child gateway;
};

/// systemd itself, where it is at hand; with this build in the place of the installed program.
TEST_F(Service, SystemdFindsNothingWrongWithTheUnit) {
    if (::access("/usr/bin/systemd-analyze", X_OK) != 0) GTEST_SKIP() << "systemd is not installed here";
    write("yihaotong.service", replaced(read(kService + "yihaotong.service"), kInstalled, kYht));
    const stage::Finished said = stage::runToEnd(
        {"/usr/bin/systemd-analyze", "verify", "--man=no", "--generators=no", "--recursive-errors=no", directory + "/yihaotong.service"}, directory + "/systemd.log"
    );
    EXPECT_EQ(0, said.exit_code);
    EXPECT_THAT(read(directory + "/systemd.log"), Not(HasSubstr("yihaotong")));
}

TEST_F(Service, WhatTheReadmePromisesStandsInTheUnit) {
    const std::string readme = read(kService + "README.md");
    EXPECT_THAT(wordsOf(theOne("ReadWritePaths")), ElementsAre("-/etc/yihaotong/credentials")) << "and nothing else of the deployment";
    EXPECT_THAT(readme, HasSubstr("install -d -o yihaotong -g yihaotong -m 700 /etc/yihaotong/credentials "));
    EXPECT_THAT(readme, HasSubstr("install -d -o root -g yihaotong -m 750 /etc/yihaotong "));
    EXPECT_THAT(wordsOf(theOne("StateDirectory")), ElementsAre("yihaotong", "yihaotong/import"));
    EXPECT_EQ("0700", theOne("StateDirectoryMode"));
    EXPECT_EQ("strict", theOne("ProtectSystem"));
    EXPECT_EQ(0U, directives().count("ExecStartPre")) << "an exit code of its own would be restarted";
    for (const char* code : {"65", "70", "78"}) {
        EXPECT_THAT(wordsOf(theOne("RestartPreventExitStatus")), Contains(code));
        EXPECT_THAT(readme.substr(readme.find("Exit code ")), HasSubstr(code));
    }
    const std::string help = stage::runToEnd({kYht, "history", "import", "--help"}, directory + "/help.log").output;
    EXPECT_THAT(help, HasSubstr("/var/lib/yihaotong/import/2018.xlsx")) << "the gateway sees no /var/tmp but its own";
    EXPECT_THAT(readme, HasSubstr("yht history import zz-media /var/lib/yihaotong/import/2018.xlsx"));
}

/// Goal: `systemctl reload` works where operators are named, although systemd is none of them.
TEST_F(Service, ItsOwnReloadIsTakenWhereOperatorsAreNamed) {
    write("op-1.pem", test::sharedPki().partner("op-1").certificatePem());
    write("operators.yaml", "operators:\n  - {id: op-1, name: 值班, role: system, certificate: op-1.pem}\n");
    startAs({});
    EXPECT_NE(kExitOk, yht({"reload", "--why", "nobody"})) << "a command wants an operator";
    EXPECT_THAT(log(), Not(HasSubstr("已重新加载")));
    EXPECT_EQ(0, stage::runToEnd(commandOf("ExecReload"), logFile()).exit_code);
    waitForLog("reloaded 已重新加载: partners.yaml, operators.yaml");
    EXPECT_EQ(0, gateway.stop(SIGTERM));
    EXPECT_THAT(newestAudit(), AllOf(HasSubstr("\"command\":\"reload\""), HasSubstr(std::string("\"operator\":\"") + kSignalOperator + "\"")));
}

/// The modes and owners of the README, the unit's account; only root can make them.
class ServiceAccount : public Service {
protected:
    void SetUp() override {
        Service::SetUp();
        if (::getuid() != 0) GTEST_SKIP() << "another account can't be had here (root only)";
        if (!nobodyCan({"/usr/bin/true"})) GTEST_SKIP() << "another account can't be had here (setpriv)";
        if (!nobodyCan({"/usr/bin/test", "-x", kYht})) GTEST_SKIP() << kYht << " is not reachable to another account";
        namespace fs = std::filesystem;
        fs::create_directory(directory + "/credentials");
        fs::create_directory(directory + "/data/import");
        for (const char* name : {"gateway.pem", "gateway.key"}) fs::rename(directory + "/" + name, directory + "/credentials/" + name);
        for (const char* name : {"yht.yaml", "destinations.yaml"}) {
            write(name, replaced(replaced(read(directory + "/" + name), "gateway.pem", "credentials/gateway.pem"), "gateway.key", "credentials/gateway.key"));
        }
        own(directory, 0, 0750);
        for (const char* folder : {"/credentials", "/data", "/data/import"}) own(directory + folder, kNobody, 0700);
        for (const char* secret : {"/credentials/gateway.pem", "/credentials/gateway.key", "/log.key", "/kek.hex"}) own(directory + secret, kNobody, 0600);
        startAs(asNobody());
    }
    static std::vector<std::string> asNobody() {
        const std::string account = std::to_string(kNobody);
        return {"/usr/bin/setpriv", "--reuid=" + account, "--regid=" + account, "--clear-groups"};
    }
    bool nobodyCan(const std::vector<std::string>& command) const {
        auto words = asNobody();
        words.insert(words.end(), command.begin(), command.end());
        return stage::runToEnd(words, logFile()).exit_code == 0;
    }
    static void own(const std::string& path, uid_t owner, mode_t mode) {
        ASSERT_EQ(0, ::chown(path.c_str(), owner, kNobody)) << path;
        ASSERT_EQ(0, ::chmod(path.c_str(), mode)) << path;
    }
    /// A file that the account owns.
    void bring(const std::string& name, const std::string& text) {
        write(name, text);
        own(directory + "/" + name, kNobody, 0600);
    }
};

TEST_F(ServiceAccount, ReplacesItsCertificatesInTheirFolderAndNothingElse) {
    const auto next = test::sharedPki().issue({.name = "gateway-next"});
    bring("credentials/next.pem", next.certificatePem());
    bring("credentials/next.key", next.privateKeyPem());
    const std::string before = read(directory + "/credentials/gateway.pem"), folder = directory + "/credentials/";
    EXPECT_EQ(kExitOk, yht({"certs", "activate", "partner", "--certificate", folder + "next.pem", "--private-key", folder + "next.key", "--why", "renewal"})) << err << log();
    EXPECT_EQ(next.certificatePem(), read(folder + "gateway.pem"));
    EXPECT_EQ(before, read(folder + "gateway.pem.previous"));
    EXPECT_EQ(kExitOk, yht({"certs", "rollback", "partner", "--why", "back"})) << err << log();
    EXPECT_EQ(before, read(folder + "gateway.pem"));
}

TEST_F(ServiceAccount, SaysWhereAFileBelongsThatItDoesNotSee) {
    const auto next = test::sharedPki().issue({.name = "gateway-roots"});  // a folder that is root's alone
    EXPECT_NE(kExitOk, yht({"certs", "activate", "partner", "--certificate", next.certificate, "--private-key", next.private_key, "--why", "renewal"}));
    EXPECT_THAT(err, AllOf(HasSubstr("certificate.unreadable"), HasSubstr("put the file into " + directory + "/credentials"), HasSubstr("请将文件放入")));
    EXPECT_NE(kExitOk, yht({"history", "import", "zz-media", next.certificate, "--why", "test"}));
    EXPECT_THAT(err, AllOf(HasSubstr("put the file into " + directory + "/data/import"), HasSubstr("请将文件放入")));
    bring("data/import/2018.csv", "a,b\n");
    EXPECT_NE(kExitOk, yht({"history", "import", "zz-media", directory + "/data/import/2018.csv", "--why", "test"}));
    EXPECT_THAT(err, HasSubstr("adapter.source_unknown")) << "it read the file; there is no such source here";
}

}  // namespace
}  // namespace yht::app
