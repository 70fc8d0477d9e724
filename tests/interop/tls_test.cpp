// The partner listener, spoken to by the TLS of three others: curl, OpenSSL's s_client, GnuTLS's
// gnutls-cli. Each is served with a partner's certificate and turned away without one, with a
// stranger's, and below TLS 1.3; by the listener, not by itself: what the far side said is looked
// at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/interop/outside_program.h"
#include "tests/scenarios/samples.h"

namespace yht::interop {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Tls : public testing::Test {
protected:
    void SetUp() override {
        federation.startGateway();
        ASSERT_EQ(
            201, federation.partner("hotline-12315")
                     .post("/v1/records", scenarios::appeal("zz-12315", "A-1"))
                     .status
        );
        // A stranger: the same names, another root. And somebody of our own root whom nobody
        // registered.
        const auto made =
            run(federation, {YHT_SOURCE_DIR "/tools/dev-pki", federation.directory() + "/strangers",
                             "hotline-12315"});
        ASSERT_EQ(0, made.exit_code) << made.errors;
        ASSERT_EQ(
            0, run(federation, {YHT_SOURCE_DIR "/tools/dev-pki", federation.directory() + "/pki",
                                "unregistered"})
                   .exit_code
        );
    }
    std::string partner() const { return credential(federation, "hotline-12315"); }
    std::string unregistered() const { return credential(federation, "unregistered"); }
    std::string stranger() const { return federation.directory() + "/strangers/hotline-12315"; }
    std::string root() const { return credential(federation, "root.pem"); }
    std::string port() const { return std::to_string(federation.gatewayPort()); }
    std::string request() const {
        return "GET /v1/checkpoint HTTP/1.1\r\nHost: localhost:" + port() +
               "\r\nConnection: close\r\n\r\n";
    }

    /// Each takes a certificate ("" none), what to send, and further words; output and errors as
    /// one text.
    std::string curl(const std::string& who, std::vector<std::string> more = {}) {
        std::vector<std::string> words{
            "curl",      "--silent",   "--show-error",
            "--include", "--max-time", "60",
            "--cacert",  root(),       "https://localhost:" + port() + "/v1/checkpoint"};
        if (!who.empty())
            words.insert(words.end(), {"--cert", who + ".pem", "--key", who + ".key"});
        return told(std::move(words), "", std::move(more));
    }
    std::string sClient(
        const std::string& who, const std::string& sent, std::vector<std::string> more = {}
    ) {
        std::vector<std::string> words{
            "openssl",
            "s_client",
            "-ign_eof",
            "-connect",
            "localhost:" + port(),
            "-CAfile",
            root(),
            "-verify_return_error"};
        if (!who.empty()) words.insert(words.end(), {"-cert", who + ".pem", "-key", who + ".key"});
        return told(std::move(words), sent, std::move(more));
    }
    std::string gnutls(
        const std::string& who, const std::string& sent, std::vector<std::string> more = {}
    ) {
        std::vector<std::string> words{"gnutls-cli", "--logfile=/dev/stderr", "--port",
                                       port(),       "--x509cafile",          root(),
                                       "localhost"};
        if (!who.empty())
            words.insert(
                words.end(), {"--x509certfile", who + ".pem", "--x509keyfile", who + ".key"}
            );
        return told(std::move(words), sent, std::move(more));
    }

    scenarios::Federation federation;

private:
    std::string told(
        std::vector<std::string> words, const std::string& sent, std::vector<std::string> more
    ) {
        words.insert(words.end(), more.begin(), more.end());
        // Debian's own OpenSSL configuration would refuse old versions before the listener could.
        words.insert(words.begin(), {"env", "OPENSSL_CONF=/dev/null"});
        const auto outcome = run(federation, words, sent);
        return outcome.output + outcome.errors;
    }
};

// Who is turned away after the handshake is told so by an alert. A client that is writing just then
// may see its connection reset and miss it; so those that can send nothing do, and of curl, which
// can't, less is asked.
constexpr const char* kNothing = "";
constexpr const char* kServed = "HTTP/1.1 200";
constexpr const char* kNote =
    "\n\xe2\x80\x94 yihaotong.example/430200 ";  // the signature line of the checkpoint
const std::vector<std::string> kOpenssl11{"-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"};
const std::vector<std::string> kOpenssl12{"-tls1_2"};

TEST_F(Tls, CurlIsServedWithAPartnersCertificate) {
    EXPECT_THAT(curl(partner()), AllOf(HasSubstr(kServed), HasSubstr(kNote)));
}
TEST_F(Tls, CurlIsTurnedAwayWithoutOneOrWithAStrangers) {
    EXPECT_THAT(curl(""), AllOf(HasSubstr("curl: ("), Not(HasSubstr("HTTP/1.1"))));
    EXPECT_THAT(curl(stranger()), AllOf(HasSubstr("curl: ("), Not(HasSubstr("HTTP/1.1"))));
}
TEST_F(Tls, CurlIsTurnedAwayBelowTls13) {
    const std::vector<std::string> old{
        "--tls-max", "1.1", "--tlsv1.0", "--ciphers", "DEFAULT@SECLEVEL=0"};
    EXPECT_THAT(
        curl(partner(), old), AllOf(HasSubstr("alert protocol version"), Not(HasSubstr("HTTP/1.1")))
    );
    EXPECT_THAT(
        curl(partner(), {"--tls-max", "1.2"}),
        AllOf(HasSubstr("alert protocol version"), Not(HasSubstr("HTTP/1.1")))
    );
}
TEST_F(Tls, ACertificateOfOurRootThatIsNoPartnersIsRefusedByTheDoor) {
    EXPECT_THAT(
        curl(unregistered()),
        AllOf(HasSubstr("HTTP/1.1 403"), HasSubstr("speaker.certificate_unknown"))
    );
}

TEST_F(Tls, OpensslIsServedWithAPartnersCertificate) {
    EXPECT_THAT(
        sClient(partner(), request()),
        AllOf(
            HasSubstr(kServed), HasSubstr(kNote), HasSubstr("TLSv1.3"),
            HasSubstr("Verify return code: 0 (ok)")
        )
    );
}
TEST_F(Tls, OpensslIsTurnedAwayWithoutOneOrWithAStrangers) {
    EXPECT_THAT(
        sClient("", kNothing),
        AllOf(HasSubstr("alert certificate required"), Not(HasSubstr("HTTP/1.1")))
    );
    EXPECT_THAT(
        sClient(stranger(), kNothing),
        AllOf(HasSubstr("alert unknown ca"), Not(HasSubstr("HTTP/1.1")))
    );
}
TEST_F(Tls, OpensslIsTurnedAwayBelowTls13) {
    EXPECT_THAT(
        sClient(partner(), kNothing, kOpenssl11),
        AllOf(HasSubstr("alert protocol version"), Not(HasSubstr("HTTP/1.1")))
    );
    EXPECT_THAT(
        sClient(partner(), kNothing, kOpenssl12),
        AllOf(HasSubstr("alert protocol version"), Not(HasSubstr("HTTP/1.1")))
    );
}

TEST_F(Tls, GnutlsIsServedWithAPartnersCertificate) {
    EXPECT_THAT(
        gnutls(partner(), request()), AllOf(
                                          HasSubstr(kServed), HasSubstr(kNote), HasSubstr("TLS1.3"),
                                          HasSubstr("Status: The certificate is trusted.")
                                      )
    );
}
TEST_F(Tls, GnutlsIsTurnedAwayWithoutOneOrWithAStrangers) {
    EXPECT_THAT(
        gnutls("", kNothing),
        AllOf(HasSubstr("Certificate is required"), Not(HasSubstr("HTTP/1.1")))
    );
    EXPECT_THAT(
        gnutls(stranger(), kNothing), AllOf(HasSubstr("CA is unknown"), Not(HasSubstr("HTTP/1.1")))
    );
}
TEST_F(Tls, GnutlsIsTurnedAwayBelowTls13) {
    for (const char* version : {"NORMAL:-VERS-ALL:+VERS-TLS1.1", "NORMAL:-VERS-ALL:+VERS-TLS1.2"}) {
        EXPECT_THAT(
            gnutls(partner(), kNothing, {"--priority", version}),
            AllOf(HasSubstr("Error in protocol version"), Not(HasSubstr("HTTP/1.1")))
        ) << version;
    }
}

/// The list is certtool's, the client gnutls-cli: nothing of revoking is ours but the listener.
class GnutlsRevocation : public testing::Test {
protected:
    void SetUp() override {
        publish("");
        std::ofstream(federation.deployment() + "/yht.yaml", std::ios::app)
            << "revocation:\n  policy: hard_fail\n  crl_files: [" << credential(federation, "root.crl") << "]\n";
        federation.startGateway();
    }
    /// The root's list, which revokes `name`.
    void publish(const std::string& name) {
        const auto pki = credential(federation, "");
        const auto tmpl = writeFile(federation, "crl.tmpl", "crl_next_update = 7\ncrl_number = " + std::to_string(++number_) + "\n");
        std::vector<std::string> words{"certtool", "--generate-crl", "--load-ca-privkey", pki + "root.key", "--load-ca-certificate",
                                       pki + "root.pem", "--template", tmpl, "--outfile", pki + "root.crl.new"};
        if (!name.empty()) words.insert(words.end(), {"--load-certificate", pki + name + ".pem"});
        const auto made = run(federation, words);
        ASSERT_EQ(0, made.exit_code) << made.errors;
        std::filesystem::rename(pki + "root.crl.new", pki + "root.crl");
    }
    std::string ask(const std::string& name) {
        const auto port = std::to_string(federation.gatewayPort());
        const auto who = credential(federation, name);
        const auto outcome = run(
            federation, {"gnutls-cli", "--logfile=/dev/stderr", "--port", port, "--x509cafile", credential(federation, "root.pem"),
                         "--x509certfile", who + ".pem", "--x509keyfile", who + ".key", "localhost"},
            "GET /v1/changes HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\n\r\n"
        );
        return outcome.output + outcome.errors;
    }

    scenarios::Federation federation;

private:
    int number_ = 0;
};

TEST_F(GnutlsRevocation, ARevokedPartnersClientIsServedNothing) {
    ASSERT_THAT(ask("hotline-12315"), HasSubstr(kServed));
    publish("hotline-12315");
    // Whoever is connected when the list comes into force is cut off, with or without an answer.
    federation.waitUntil("the revoked partner is refused", [&] { return ask("hotline-12315").find("HTTP/1.1 403") != std::string::npos; });
    EXPECT_THAT(ask("hotline-12315"), AllOf(HasSubstr("HTTP/1.1 403"), HasSubstr("certificate.revoked_crl"), Not(HasSubstr(kServed))));
    EXPECT_THAT(ask("police-110"), HasSubstr(kServed));
}

}  // namespace
}  // namespace yht::interop
