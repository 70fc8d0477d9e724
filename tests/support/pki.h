// A PKI made for one test run with the `openssl` command line, in a temporary directory that goes
// with it: no private key is ever committed, and the certificates are those that a stranger's tool
// makes, not ours.
//
//   test::Pki& pki = test::sharedPki();                    // one per process, made at first use
//   const auto gateway = pki.gateway();                    // server and client, localhost and
//   127.0.0.1 const auto late = pki.issue({.name = "late", .validity = test::Validity::Expired});
//
// Uses: base, the openssl program. Used by: tests of crypto, trust, intake, delivery, tools.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace yht::test {

enum class KeyKind { P256, Rsa2048, Ed25519, P384, Sm2 };
enum class Validity {
    Now,
    Expired,
    NotYet
};  // a year around now; ended yesterday; begins in a year

struct CertificateRequest {
    std::string name;  // common name and file stem: letters, digits, "-"
    KeyKind key = KeyKind::P256;
    std::vector<std::string> dns = {"localhost"};
    std::vector<std::string> ip = {"127.0.0.1"};
    bool server = true;  // extended key usage
    bool client = true;
    Validity validity = Validity::Now;
    std::string key_usage = "digitalSignature";  // as openssl writes them, comma-separated
};

/// Paths of PEM files; the private key is PKCS#8.
struct CertificateFiles {
    std::string certificate;
    std::string private_key;
    std::string ca;  // what the certificate chains to

    std::string certificatePem() const;
    std::string privateKeyPem() const;
};

/// A root and what it issues. Throws std::runtime_error where openssl fails: a test can't go on
/// without. Thread-safety: any thread.
class Pki {
public:
    /// `name` is the root's common name: two Pki are two roots that don't know each other.
    explicit Pki(const std::string& name = "yht test root");
    ~Pki();
    Pki(const Pki&) = delete;
    Pki& operator=(const Pki&) = delete;

    const std::filesystem::path& directory() const { return directory_; }
    std::string rootFile() const { return (directory_ / "root.pem").string(); }

    /// A fresh key and certificate each time; files of the same name are replaced.
    CertificateFiles issue(const CertificateRequest& request);

    /// The usual cast; each is made at first use and kept.
    CertificateFiles gateway() { return member("gateway"); }
    CertificateFiles province() { return member("province"); }
    CertificateFiles centre() { return member("centre"); }
    CertificateFiles partner(const std::string& name) { return member(name); }

private:
    CertificateFiles member(const std::string& name);
    /// Requires: mutex_ held.
    CertificateFiles issueLocked(const CertificateRequest& request);
    void writeAuthorityConfig();

    std::filesystem::path directory_;
    std::mutex mutex_;  // one openssl at a time: they share the authority's serial and index files
    std::map<std::string, CertificateFiles> members_;  // protected by mutex_
};

/// One for the whole test program, removed when it ends.
Pki& sharedPki();

/// The whole of a file. Throws std::runtime_error where it can't be read.
std::string readFile(const std::filesystem::path& path);
void writeFile(const std::filesystem::path& path, const std::string& content);

}  // namespace yht::test
