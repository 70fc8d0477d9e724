#include "tests/support/pki.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace yht::test {
namespace {

// Arguments go straight to the program: nothing is quoted, nothing is read by a shell.
void run(std::vector<std::string> arguments, const std::filesystem::path& log) {
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    pid_t child = 0;
    const int spawned = posix_spawnp(&child, argv[0], &files, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    int status = 0;
    if (spawned != 0 || waitpid(child, &status, 0) != child || status != 0) {
        throw std::runtime_error("openssl " + arguments.at(1) + " failed: " + readFile(log));
    }
}

std::vector<std::string> newKeyArguments(KeyKind kind) {
    switch (kind) {
        case KeyKind::P256:
            return {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"};
        case KeyKind::Rsa2048:
            return {"-newkey", "rsa:2048"};
        case KeyKind::Ed25519:
            return {"-newkey", "ed25519"};
        case KeyKind::P384:
            return {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"};
        case KeyKind::Sm2:
            return {"-newkey", "sm2", "-sm3"};
    }
    return {};
}

std::string utcText(std::time_t time) {
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &parts);
    return text;
}

std::pair<std::string, std::string> datesOf(Validity validity) {
    constexpr std::time_t kDay = 24 * 3600;
    const std::time_t now = std::time(nullptr);
    switch (validity) {
        case Validity::Now:
            return {utcText(now - 30 * kDay), utcText(now + 365 * kDay)};
        case Validity::Expired:
            return {utcText(now - 365 * kDay), utcText(now - kDay)};
        case Validity::NotYet:
            return {utcText(now + 365 * kDay), utcText(now + 730 * kDay)};
    }
    return {};
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : ",") + part;
    return text;
}

std::string extensionsOf(const CertificateRequest& request) {
    std::vector<std::string> names, usages;
    for (const auto& dns : request.dns) names.push_back("DNS:" + dns);
    for (const auto& ip : request.ip) names.push_back("IP:" + ip);
    if (request.server) usages.push_back("serverAuth");
    if (request.client) usages.push_back("clientAuth");
    std::string text =
        "basicConstraints=critical,CA:FALSE\n"
        "keyUsage=critical," + request.key_usage + "\n"
        "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";
    if (!names.empty()) text += "subjectAltName=" + joined(names) + "\n";
    if (!usages.empty()) text += "extendedKeyUsage=" + joined(usages) + "\n";
    return text;
}

}  // namespace

std::string readFile(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("can't read " + path.string());
    std::ostringstream content;
    content << in.rdbuf();
    return content.str();
}

void writeFile(const std::filesystem::path& path, const std::string& content) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << content;
    out.flush();
    if (!out) throw std::runtime_error("can't write " + path.string());
}

std::string CertificateFiles::certificatePem() const {
    return readFile(certificate);
}
std::string CertificateFiles::privateKeyPem() const {
    return readFile(private_key);
}

Pki::Pki(const std::string& name) {
    std::string pattern = (std::filesystem::temp_directory_path() / "yht-pki-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("can't make a temporary directory");
    directory_ = pattern;
    writeAuthorityConfig();
    auto arguments = newKeyArguments(KeyKind::P256);
    arguments.insert(arguments.begin(), {"openssl", "req", "-x509", "-nodes"});
    arguments.insert(
        arguments.end(), {"-days", "3650", "-subj", "/O=Yihaotong test/CN=" + name, "-addext",
                          "keyUsage=critical,keyCertSign,cRLSign", "-keyout",
                          (directory_ / "root.key").string(), "-out", rootFile()}
    );
    run(arguments, directory_ / "openssl.log");
}

Pki::~Pki() {
    std::error_code ignored;  // nothing can be done about it here
    std::filesystem::remove_all(directory_, ignored);
}

// `openssl ca` is the one command of OpenSSL 3.0 that takes both dates of a certificate.
void Pki::writeAuthorityConfig() {
    writeFile(
        directory_ / "ca.conf",
        "[ca]\ndefault_ca=authority\n[authority]\n"
        "database=" +
            (directory_ / "index.txt").string() +
            "\n"
            "new_certs_dir=" +
            directory_.string() +
            "\n"
            "rand_serial=yes\nunique_subject=no\ndefault_md=default\npolicy=any\n"
            "[any]\nO=optional\nCN=supplied\n"
    );
    writeFile(directory_ / "index.txt", "");
}

CertificateFiles Pki::issue(const CertificateRequest& request) {
    const std::lock_guard lock(mutex_);
    return issueLocked(request);
}

CertificateFiles Pki::issueLocked(const CertificateRequest& request) {
    const auto file = [&](const char* suffix) {
        return (directory_ / (request.name + suffix)).string();
    };
    auto arguments = newKeyArguments(request.key);
    arguments.insert(arguments.begin(), {"openssl", "req", "-new", "-nodes"});
    arguments.insert(
        arguments.end(), {"-subj", "/O=Yihaotong test/CN=" + request.name, "-keyout", file(".key"),
                          "-out", file(".csr")}
    );
    run(arguments, directory_ / "openssl.log");

    writeFile(file(".ext"), extensionsOf(request));
    const auto [from, until] = datesOf(request.validity);
    run({"openssl",    "ca",
         "-batch",     "-notext",
         "-config",    (directory_ / "ca.conf").string(),
         "-cert",      rootFile(),
         "-keyfile",   (directory_ / "root.key").string(),
         "-in",        file(".csr"),
         "-out",       file(".pem"),
         "-extfile",   file(".ext"),
         "-startdate", from,
         "-enddate",   until},
        directory_ / "openssl.log");
    return {.certificate = file(".pem"), .private_key = file(".key"), .ca = rootFile()};
}

CertificateFiles Pki::member(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = members_.find(name);
    if (found != members_.end()) return found->second;
    return members_[name] = issueLocked({.name = name});
}

Pki& sharedPki() {
    static Pki pki;
    return pki;
}

}  // namespace yht::test
