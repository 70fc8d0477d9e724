#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/kit/transport/file_store.h"
#include "gateway/trust/handshake.h"
#include "tests/support/pki.h"
#include "tests/unit/adapters/kit/transport/server_process.h"
#include "tests/unit/adapters/kit/transport/vsftpd.h"
#include "tools/stage/port_lease.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kBytesMax = 1U << 20;

std::string read(FileStore& store, const std::string& path) {
    std::string text;
    const auto got = store.get(path, kBytesMax, [&](std::string_view piece) {
        text += piece;
        return true;
    });
    return got.ok() ? text : base::describe(got.error());
}

std::vector<std::string> names(FileStore& store, const std::string& directory) {
    const auto listed = store.list(directory);
    if (!listed.ok()) return {base::describe(listed.error()) + " " + listed.error().public_en};
    std::vector<std::string> found;
    for (const auto& file : *listed) found.push_back(file.name + ":" + std::to_string(file.size_bytes));
    return found;
}

/// What every file store has to do, whatever it is.
void doesEverything(FileStore& store, const std::string& directory) {
    EXPECT_TRUE(store.put(directory + "/工单 1.csv", "a,b\n1,2\n").ok());
    EXPECT_THAT(names(store, directory), ElementsAre("工单 1.csv:8"));
    EXPECT_EQ("a,b\n1,2\n", read(store, directory + "/工单 1.csv"));
    const auto facts = store.stat(directory + "/工单 1.csv");
    ASSERT_TRUE(facts.ok()) << base::describe(facts.error());
    EXPECT_EQ(8U, facts->size_bytes);
    EXPECT_GT(facts->modified_ms, 1'500'000'000'000);
    EXPECT_TRUE(store.put(directory + "/工单 1.csv", "a,b\n").ok());  // replaces
    EXPECT_EQ("a,b\n", read(store, directory + "/工单 1.csv"));
    EXPECT_EQ(ErrorCode::ItemTooLarge, store.get(directory + "/工单 1.csv", 3, [](auto) { return true; }).error().code);
    const auto renamed = store.rename(directory + "/工单 1.csv", directory + "/done/1.csv");
    ASSERT_TRUE(renamed.ok()) << base::describe(renamed.error());
    EXPECT_THAT(names(store, directory), ElementsAre());
    EXPECT_EQ(ErrorCode::NotFound, store.stat(directory + "/工单 1.csv").error().code);
    EXPECT_EQ(ErrorCode::NotFound, store.get(directory + "/none", kBytesMax, [](auto) { return true; }).error().code);
    EXPECT_TRUE(store.remove(directory + "/done/1.csv").ok());
    EXPECT_THAT(names(store, directory + "/done"), ElementsAre());
    EXPECT_FALSE(store.list(directory + "/nowhere").ok());
}

class FolderStoreTest : public ::testing::Test {
protected:
    FolderStoreTest() { std::filesystem::create_directories(directory_ / "in/done"); }
    TestDirectory directory_;
};

TEST_F(FolderStoreTest, DoesEverything) {
    const auto store = openFolder({}).value()->evidence();
    EXPECT_EQ(trust::PeerCheck::None, store.check);
    doesEverything(**openFolder({}), directory_ / "in");
}

TEST_F(FolderStoreTest, FollowsNoLinkAndReadsNoPipe) {
    std::filesystem::create_symlink("/etc/passwd", directory_ / "in/link");
    ASSERT_EQ(0, ::mkfifo((directory_ / "in/pipe").c_str(), 0600));
    const auto store = openFolder({}).value().release();
    const std::unique_ptr<FileStore> owned(store);
    EXPECT_THAT(names(*owned, directory_ / "in"), ElementsAre());
    EXPECT_FALSE(owned->get(directory_ / "in/link", kBytesMax, [](auto) { return true; }).ok());
    EXPECT_FALSE(owned->get(directory_ / "in/pipe", kBytesMax, [](auto) { return true; }).ok());
}

TEST_F(FolderStoreTest, AnOwnersFolderIsNobodyElsesToWrite) {
    writeText(directory_ / "in/a", "x");
    auto store = *openFolder({"root"});
    EXPECT_THAT(names(*store, directory_ / "in"), ElementsAre("a:1"));
    EXPECT_EQ("x", read(*store, directory_ / "in/a"));
    EXPECT_EQ(trust::PeerCheck::LocalAccount, store->evidence().check);
    EXPECT_EQ("uid 0", store->evidence().proof);
    ::chmod((directory_ / "in/a").c_str(), 0666);
    EXPECT_EQ(ErrorCode::PeerUntrusted, store->get(directory_ / "in/a", kBytesMax, [](auto) { return true; }).error().code);
    ::chmod((directory_ / "in").c_str(), 0777);
    EXPECT_EQ(ErrorCode::PeerUntrusted, store->list(directory_ / "in").error().code);
    EXPECT_EQ(ErrorCode::ConfigInvalid, openFolder({"nobody-of-that-name"}).error().code);
}

/// sshd with a host key of the kind wanted, that takes one client key.
class Sshd {
public:
    explicit Sshd(const std::string& key_type) {
        std::filesystem::create_directories("/run/sshd");
        std::filesystem::create_directories(directory_ / "in/done");
        runCommand({"ssh-keygen", "-q", "-t", key_type, "-N", "", "-f", directory_ / "host"});
        runCommand({"ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", directory_ / "client"});
        runCommand({"ssh-keygen", "-q", "-t", "ed25519", "-N", "word", "-f", directory_ / "locked"});
        runCommand({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory_ / "stranger"});
        writeText(directory_ / "keys", readText(directory_ / "client.pub") + readText(directory_ / "locked.pub"));
        writeText(
            directory_ / "config",
            "Port " + std::to_string(port_) + "\nListenAddress 127.0.0.1\nHostKey " + (directory_ / "host") +
                "\nPidFile none\nAuthorizedKeysFile " + (directory_ / "keys") +
                "\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\nUsePAM no\nSubsystem sftp internal-sftp\n"
        );
        server_ = std::make_unique<ServerProcess>(
            std::vector<std::string>{"/usr/sbin/sshd", "-D", "-e", "-f", directory_ / "config"}, port_, directory_ / "log"
        );
    }
    std::string fingerprint() const {
        runCommand({"sh", "-c", "ssh-keygen -lf " + (directory_ / "host.pub") + " > " + (directory_ / "print")});
        const std::string line = readText(directory_ / "print");
        const std::size_t begin = line.find("SHA256:");
        return line.substr(begin, line.find(' ', begin) - begin);
    }
    SftpSettings settings(const std::string& key = "client") const {
        SftpSettings settings;
        settings.host = "127.0.0.1";
        settings.port = port_;
        settings.user = "root";
        settings.host_keys = {fingerprint()};
        settings.private_key_path = directory_ / key;
        return settings;
    }
    std::string in() const { return directory_ / "in"; }

private:
    TestDirectory directory_;
    stage::PortLease port_;
    std::unique_ptr<ServerProcess> server_;
};

TEST(SftpTest, DoesEverythingWithAPinnedHostKey) {
    const Sshd sshd("ed25519");
    const auto store = *openSftp(sshd.settings());
    doesEverything(*store, sshd.in());
    EXPECT_EQ(trust::PeerCheck::SshHostKey, store->evidence().check);
    EXPECT_EQ(sshd.fingerprint(), store->evidence().proof);
}

TEST(SftpTest, TakesAKeyWithAPassphraseAndAnEcdsaHostKey) {
    const Sshd sshd("ecdsa");
    SftpSettings settings = sshd.settings("locked");
    settings.private_key_passphrase = "word";
    EXPECT_THAT(names(**openSftp(settings), sshd.in()), ElementsAre());
    settings.private_key_passphrase = "wrong";
    EXPECT_FALSE((*openSftp(settings))->list(sshd.in()).ok());
}

TEST(SftpTest, AnotherHostKeyIsNotTrusted) {
    const Sshd sshd("ed25519");
    SftpSettings settings = sshd.settings();
    settings.host_keys = {"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    const auto listed = (*openSftp(settings))->list(sshd.in());
    ASSERT_FALSE(listed.ok());
    EXPECT_EQ(ErrorCode::PeerUntrusted, listed.error().code);
    EXPECT_THAT(listed.error().public_en, HasSubstr(sshd.fingerprint()));
    settings.host_keys = {"SHA256:short"};
    EXPECT_EQ(ErrorCode::ConfigInvalid, openSftp(settings).error().code);
}

TEST(SftpTest, AStrangersKeyIsALoginRefused) {
    const Sshd sshd("ed25519");
    const auto listed = (*openSftp(sshd.settings("stranger")))->list(sshd.in());
    ASSERT_FALSE(listed.ok());
    EXPECT_EQ(ErrorCode::PeerLoginRefused, listed.error().code);
}

TEST(SftpTest, AServerWithRsaSha2AloneIsNamedAsSuch) {
    const Sshd sshd("rsa");
    const auto listed = (*openSftp(sshd.settings()))->list(sshd.in());
    ASSERT_FALSE(listed.ok());
    EXPECT_EQ(ErrorCode::PeerUntrusted, listed.error().code);
    EXPECT_THAT(listed.error().public_en, HasSubstr("rsa-sha2-512"));
    EXPECT_THAT(listed.error().public_zh, HasSubstr("Ed25519"));
}

TEST(SftpTest, NobodyThereIsUnreachableAndAStopEndsIt) {
    const stage::PortLease port;
    SftpSettings settings;
    settings.host = "127.0.0.1";
    settings.port = port;
    settings.host_keys = {"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    EXPECT_EQ(ErrorCode::PeerUnreachable, (*openSftp(settings))->list("/").error().code);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(ErrorCode::PeerAnswerLost, (*openSftp(settings, stop.get_token()))->list("/").error().code);
}

TEST(FtpsTest, DoesEverythingOverTls) {
    const Vsftpd vsftpd;
    const auto store = *openFtps(vsftpd.settings());
    doesEverything(*store, "/in");
    EXPECT_EQ(trust::PeerCheck::TlsCertificate, store->evidence().check);
}

TEST(FtpsTest, AnotherAuthorityOrNameIsNotTrusted) {
    const Vsftpd vsftpd;
    FtpsSettings settings = vsftpd.settings();
    test::Pki other("another root");
    settings.ca_path = other.rootFile();
    EXPECT_EQ(ErrorCode::PeerUntrusted, (*openFtps(settings))->list("/in").error().code);
    settings = vsftpd.settings();
    settings.tls_name = "files.example";
    EXPECT_EQ(ErrorCode::PeerUntrusted, (*openFtps(settings))->list("/in").error().code);
    settings.tls_name = "localhost";
    EXPECT_TRUE((*openFtps(settings))->list("/in").ok());
}

/// Says the same of everybody, and whom it was asked about.
class FixedJudge final : public trust::PeerJudge {
public:
    explicit FixedJudge(base::Status word) : word_(std::move(word)) {}
    base::Status judge(const crypto::CertificateChain& verified, base::BytesView) const override {
        EXPECT_FALSE(verified.empty()) << "a resumed session is of somebody, too";
        if (!verified.empty()) asked_about = verified.front();
        return word_;
    }
    mutable base::Bytes asked_about;

private:
    const base::Status word_;
};

TEST(FtpsTest, ItsCertificateIsJudgedBeforeAnybodyLogsIn) {
    const Vsftpd vsftpd;
    FtpsSettings settings = vsftpd.settings();
    const auto taken = std::make_shared<FixedJudge>(base::Status());
    settings.judge = taken;
    doesEverything(**openFtps(settings), "/in");
    const auto gateway = crypto::certificatesOfPem(test::sharedPki().gateway().certificatePem());
    EXPECT_EQ(gateway->front(), taken->asked_about);
    settings.judge = std::make_shared<FixedJudge>(base::makeError(ErrorCode::CertRevokedCrl, "test"));
    const auto store = *openFtps(settings);
    EXPECT_EQ(ErrorCode::CertRevokedCrl, store->list("/in").error().code);
    EXPECT_EQ(ErrorCode::CertRevokedCrl, store->list("/in").error().code) << "on the second try neither";
}

TEST(FtpsTest, AnUnknownUserIsALoginRefused) {
    const Vsftpd vsftpd;
    FtpsSettings settings = vsftpd.settings();
    settings.user = "somebody";
    EXPECT_EQ(ErrorCode::PeerLoginRefused, (*openFtps(settings))->list("/in").error().code);
}

}  // namespace
}  // namespace yht::kit
