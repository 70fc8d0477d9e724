// Certificates of a running gateway: swapped, revoked, rolled back, and handed on by a front, while others are served. Certificates,
// revocation lists and OCSP answers are made by `openssl`; the front is nginx.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "gateway/base/clock.h"
#include "gateway/base/time_text.h"
#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPartner = "hotline-12315";
constexpr const char* kSource = "zz-12315";
constexpr std::int64_t kActsWithinMillis = 2'000;

std::string readAll(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}
void replaceFile(const std::string& path, const std::string& text) {
    std::ofstream(path + ".new", std::ios::binary) << text;
    std::filesystem::rename(path + ".new", path);
}
std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return at == std::string::npos ? text : text.replace(at, what.size(), with);
}
int countFromEnvironment(const char* name, int otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::atoi(text);
}
std::int64_t steadyMillis() { return base::SystemClock().steadyMillis(); }

class Certificates : public testing::Test {
protected:
    Federation federation;
    const std::string directory = federation.directory();
    const std::string pki = directory + "/pki";
    const std::string deployment = federation.deployment();
    int next_ref = 0;

    Finished shell(const std::string& script) {
        return runToEnd({"/bin/bash", "-ec", "cd " + pki + "; export OPENSSL_CONF=/dev/null; " + script}, directory + "/shell.log");
    }
    void configure(const std::string& more) { std::ofstream(deployment + "/yht.yaml", std::ios::app) << more; }
    std::string log() const { return readAll(directory + "/gateway.log"); }
    /// When the gateway wrote the first line that holds this.
    base::UnixMillis loggedMillis(const std::string& part) const {
        const std::string text = log();
        const auto begin = text.rfind('\n', text.find(part)) + 1;
        return base::parseRfc3339(text.substr(begin, text.find(' ', begin) - begin)).value_or(0);
    }
    std::string nextAppeal() { return appeal(kSource, "C-" + std::to_string(next_ref++)); }
    void reload() { ASSERT_EQ(0, federation.yht({"reload", "--why", "test"}).exit_code) << log(); }

    /// A database of the root, so that it can make lists and answer OCSP.
    void openAuthority() {
        ASSERT_EQ(0, shell("printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=index\\ncrlnumber=number\\ndefault_md=sha256\\ndefault_crl_days=7\\n' > ca.conf; "
                           ": > index; echo 01 > number; for name in gateway province centre hotline-12315 police-110 media-platform; do "
                           "openssl ca -config ca.conf -cert root.pem -keyfile root.key -valid $name.pem; done").exit_code);
    }
    void publishList() {
        ASSERT_EQ(0, shell("openssl ca -gencrl -config ca.conf -cert root.pem -keyfile root.key -out root.crl.new; mv root.crl.new root.crl").exit_code);
    }
    void revoke(const std::string& name) {
        ASSERT_EQ(0, shell("openssl ca -config ca.conf -cert root.pem -keyfile root.key -revoke " + name + ".pem -crl_reason keyCompromise").exit_code);
    }
    /// A certificate of the root for this name, with the name's key where there is one.
    void issueAgain(const std::string& name, const std::string& key_of) {
        if (!key_of.empty()) {
            ASSERT_EQ(0, shell("cp " + key_of + ".key " + name + ".key; openssl req -new -key " + name + ".key -subj '/C=CN/O=Yihaotong development/CN=" + key_of +
                               "' -config <(printf '[req]\\ndistinguished_name=n\\n[n]\\n') | openssl x509 -req -CA root.pem -CAkey root.key -CAcreateserial -sha256 -days 100 -out " + name +
                               ".pem -extfile <(printf 'basicConstraints=critical,CA:FALSE\\nkeyUsage=critical,digitalSignature\\nextendedKeyUsage=serverAuth,clientAuth\\nsubjectAltName=DNS:localhost,IP:127.0.0.1\\n')").exit_code);
            return;
        }
        ASSERT_EQ(0, runToEnd({std::string(YHT_SOURCE_DIR) + "/tools/dev-pki", pki, name}, directory + "/shell.log").exit_code);
    }
    std::string fingerprintOf(const std::string& file) {
        auto text = shell("openssl x509 -in " + file + " -outform DER | sha256sum | cut -c1-64").output;
        return text.substr(0, text.find('\n'));
    }
    /// What a stranger sees of the listener's certificate.
    std::string servedFingerprint() {
        auto text = shell("openssl s_client -connect localhost:" + std::to_string(federation.gatewayPort()) + " -CAfile root.pem -cert " + kPartner + ".pem -key " + kPartner +
                          ".key < /dev/null 2> /dev/null | openssl x509 -outform DER | sha256sum | cut -c1-64").output;
        return text.substr(0, text.find('\n'));
    }
};

TEST_F(Certificates, OfAStoppedPartnerOpenConnectionsEnd) {
    federation.startGateway();
    auto waiting = federation.partner(kPartner);
    ASSERT_EQ(200, waiting.get("/v1/changes").status);
    std::atomic<bool> ended = false;
    Reply last;
    const std::jthread poll([&] {
        last = waiting.get("/v1/changes?wait=25");
        ended = true;
    });
    federation.waitUntil("the long poll waits", [&] {
        return federation.askAdmin("/metrics").body.find("yht_door_long_polls 1") != std::string::npos;
    });
    const std::string partners = readAll(deployment + "/partners.yaml");
    const auto entry = partners.find("- id: hotline-12315");
    replaceFile(deployment + "/partners.yaml", partners.substr(0, entry) + replaced(partners.substr(entry), "stage: live", "stage: stopped"));
    reload();
    // Once the command is answered, the connection is cut.
    EXPECT_THAT(federation.askAdmin("/metrics").body, HasSubstr("cause=\"speaker_gone\""));
    federation.waitUntil("the long poll has ended", [&] { return ended.load(); });
    // Cut; or told that there is nothing, in the moment between the wait's end and the cut.
    if (last.status != 0) {
        EXPECT_THAT(last.body, HasSubstr("\"items\":[]"));
    }
    const Reply refused = federation.partner(kPartner).get("/v1/changes");
    EXPECT_EQ(403, refused.status);
    EXPECT_THAT(refused.body, HasSubstr("speaker.partner_stopped"));
    EXPECT_EQ(200, federation.partner("police-110").get("/v1/changes").status);
}

TEST_F(Certificates, OldAndNewOfAPartnerAreValidSideBySideAndARenewedOneIsNamed) {
    issueAgain("renewed", kPartner);
    issueAgain("rekeyed", "");
    federation.startGateway();
    Reply unknown = PartnerClient(pki, "renewed", federation.gatewayPort()).get("/v1/changes");
    EXPECT_EQ(403, unknown.status);
    EXPECT_THAT(unknown.body, HasSubstr("speaker.certificate_renewed"));
    ASSERT_EQ(0, shell("openssl req -new -key rekeyed.key -subj '/C=CN/O=Yihaotong development/CN=hotline-12315' -config <(printf '[req]\\ndistinguished_name=n\\n[n]\\n') | "
                       "openssl x509 -req -CA root.pem -CAkey root.key -CAcreateserial -sha256 -days 100 -out rekeyed.pem -extfile <(printf 'keyUsage=critical,digitalSignature\\nextendedKeyUsage=clientAuth\\n')").exit_code);
    unknown = PartnerClient(pki, "rekeyed", federation.gatewayPort()).get("/v1/changes");
    EXPECT_EQ(403, unknown.status);
    EXPECT_THAT(unknown.body, HasSubstr("speaker.certificate_rekeyed"));
    ASSERT_EQ(0, shell("cp renewed.pem rekeyed.pem " + deployment).exit_code);
    replaceFile(deployment + "/partners.yaml", replaced(readAll(deployment + "/partners.yaml"), "[{file: hotline-12315.pem}]",
                                                        "[{file: hotline-12315.pem}, {file: renewed.pem}, {file: rekeyed.pem}]"));
    reload();
    for (const char* name : {kPartner, "renewed", "rekeyed"}) {
        EXPECT_EQ(201, PartnerClient(pki, name, federation.gatewayPort()).post("/v1/records", nextAppeal()).status) << name;
    }
}

TEST_F(Certificates, RevokedByAListAreTakenNoMoreOnceTheGatewayTellsIt) {
    openAuthority();
    publishList();
    configure("revocation:\n  policy: hard_fail\n  crl_files: [" + pki + "/root.crl]\n");
    federation.startGateway();
    auto partner = federation.partner(kPartner);
    ASSERT_EQ(201, partner.post("/v1/records", nextAppeal()).status) << log();
    revoke(kPartner);
    publishList();
    const auto published_ms = base::SystemClock().nowMillis();
    // Nobody asks the gateway to read it; by its own time it does so at once.
    federation.waitUntil("the log tells it", [&] { return log().find("partner hotline-12315") != std::string::npos; });
    EXPECT_LT(loggedMillis("partner hotline-12315") - published_ms, kActsWithinMillis * Federation::slower());
    const Reply reply = federation.partner(kPartner).post("/v1/records", nextAppeal());
    EXPECT_EQ(403, reply.status);
    EXPECT_THAT(reply.body, HasSubstr("certificate.revoked_crl"));
    EXPECT_NE(201, partner.post("/v1/records", nextAppeal()).status) << "on the connection that was open before";
    EXPECT_EQ(200, federation.partner("police-110").get("/v1/changes").status);
}

TEST_F(Certificates, WithoutAListTheyAreRefusedAndOnTheSecondTryToo) {
    configure("revocation:\n  policy: hard_fail\n  crl_files: [" + pki + "/none.crl]\n");
    federation.startGateway();
    auto partner = federation.partner(kPartner);
    for (int i = 0; i < 2; ++i) {
        const Reply refused = partner.post("/v1/records", nextAppeal());
        EXPECT_EQ(403, refused.status);
        EXPECT_THAT(refused.body, HasSubstr("speaker.revocation_unchecked"));
    }
    federation.waitUntil("the log tells it", [&] { return log().find("can't be checked") != std::string::npos; });
    EXPECT_THAT(federation.yht({"status"}).output, HasSubstr("certificate.crl_missing"));
    openAuthority();
    ASSERT_EQ(0, shell("openssl ca -gencrl -config ca.conf -cert root.pem -keyfile root.key -out none.crl.new; mv none.crl.new none.crl").exit_code);
    federation.waitUntil("it is checked", [&] { return partner.post("/v1/records", nextAppeal()).status == 201; });
    federation.waitUntil("the log tells that as well", [&] { return log().find("checked again") != std::string::npos; });
}

TEST_F(Certificates, RevokedByOcspAreRefusedAndAResponderThatIsDownPutsThemOff) {
    openAuthority();
    const PortLease port;
    const auto responder = [&] {
        return Child({"/bin/bash", "-c", "cd " + pki + " && exec openssl ocsp -port " + std::to_string(port) + " -index index -CA root.pem -rsigner root.pem -rkey root.key -ndays 1"},
                     directory + "/ocsp.log");
    };
    const std::string url = "http://127.0.0.1:" + std::to_string(port) + "/";
    configure("revocation:\n  policy: queue\n  ocsp_url: " + url + "\n  refresh_ms: 500\n  retry_ms: 300\n");
    federation.startGateway();
    auto partner = federation.partner(kPartner);
    Reply reply = partner.post("/v1/records", nextAppeal());
    EXPECT_EQ(503, reply.status);
    EXPECT_THAT(reply.body, HasSubstr("speaker.revocation_pending"));
    {
        const auto running = responder();
        federation.waitUntil("the responder's answer is there", [&] { return partner.post("/v1/records", nextAppeal()).status == 201; });
    }
    // It is down again: what it said lasts until its own end.
    EXPECT_EQ(201, partner.post("/v1/records", nextAppeal()).status);
    revoke(kPartner);
    const auto running = responder();
    federation.waitUntil("the revoked partner is refused", [&] {
        reply = partner.post("/v1/records", nextAppeal());
        return reply.status == 403;
    });
    EXPECT_THAT(reply.body, HasSubstr("certificate.revoked_ocsp"));
}

TEST_F(Certificates, AreCheckedActivatedAndRolledBackWithoutARestart) {
    issueAgain("gateway-2", "");
    federation.startProvince();
    federation.startGateway();
    const std::string before = fingerprintOf("gateway.pem"), after = fingerprintOf("gateway-2.pem");
    ASSERT_EQ(before, servedFingerprint());
    const std::string pair = "--certificate=" + pki + "/gateway-2.pem", key = "--private-key=" + pki + "/gateway-2.key";

    const auto checked = federation.yht({"certs", "check", "partner", pair, key, "--ca=" + pki + "/root.pem", "--json"});
    EXPECT_EQ(0, checked.exit_code) << checked.output;
    EXPECT_THAT(checked.output, HasSubstr("\"handshake\""));
    const auto live = federation.yht({"certs", "check", "province", pair, key, "--json"});
    EXPECT_EQ(0, live.exit_code) << live.output;
    EXPECT_THAT(live.output, HasSubstr("HTTP "));

    const auto activated = federation.yht({"certs", "activate", "partner", pair, key, "--why=renewal", "--json"});
    ASSERT_EQ(0, activated.exit_code) << activated.output << log();
    EXPECT_THAT(activated.output, AllOf(HasSubstr(after), HasSubstr(before), HasSubstr("signing"), HasSubstr("destination province")));
    EXPECT_EQ(after, servedFingerprint());
    EXPECT_EQ(readAll(pki + "/gateway-2.key"), readAll(deployment + "/gateway.key"));
    EXPECT_EQ(readAll(pki + "/gateway.key"), readAll(deployment + "/gateway.key.previous"));

    const auto back = federation.yht({"certs", "rollback", "partner", "--why=the far side is not ready"});
    ASSERT_EQ(0, back.exit_code) << back.output << log();
    EXPECT_EQ(before, servedFingerprint());
    EXPECT_EQ(readAll(pki + "/gateway.pem"), readAll(deployment + "/gateway.pem"));
    const auto audit = federation.yht({"ledger", "export", "--why=test", "--out=" + directory + "/all.evidence"});
    EXPECT_EQ(0, audit.exit_code);
    EXPECT_THAT(readAll(directory + "/all.evidence"), AllOf(HasSubstr("certs.activate"), HasSubstr("certs.rollback"), HasSubstr(after)));
}

TEST_F(Certificates, ABadOneChangesNothingAndSaysWhy) {
    issueAgain("gateway-2", "");
    federation.startGateway();
    const std::string before = fingerprintOf("gateway.pem");
    const auto refused = [&](const std::string& certificate, const std::string& key, const std::string& code) {
        federation.yht({"certs", "activate", "partner", "--certificate=" + certificate, "--private-key=" + key, "--why=test"});
        EXPECT_THAT(readAll(directory + "/commands.log"), HasSubstr(code));
        EXPECT_EQ(before, servedFingerprint());
        EXPECT_EQ(readAll(pki + "/gateway.pem"), readAll(deployment + "/gateway.pem"));
    };
    refused(pki + "/gateway-2.pem", pki + "/gateway.key", "certificate.key_mismatch");
    refused(pki + "/nothing.pem", pki + "/gateway.key", "certificate.unreadable");
    ASSERT_EQ(0, shell("cp gateway-2.key open.key; chmod 644 open.key").exit_code);
    refused(pki + "/gateway-2.pem", pki + "/open.key", "certificate.key_exposed");
    EXPECT_THAT(readAll(directory + "/commands.log"), AllOf(HasSubstr("chmod 600 " + pki + "/open.key"), HasSubstr("私钥文件可被属主以外的用户读取")));
    ASSERT_EQ(0, shell("faketime=1; openssl req -new -key gateway-2.key -subj /CN=late -config <(printf '[req]\\ndistinguished_name=n\\n[n]\\n') -out late.csr; "
                       "printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=late.index\\nnew_certs_dir=.\\nrand_serial=yes\\ndefault_md=sha256\\npolicy=p\\n[p]\\nCN=supplied\\n' > late.conf; : > late.index; "
                       "openssl ca -batch -notext -config late.conf -cert root.pem -keyfile root.key -in late.csr -out late.pem -startdate 20200101000000Z -enddate 20210101000000Z").exit_code);
    refused(pki + "/late.pem", pki + "/gateway-2.key", "certificate.expired");
    // The files themselves broken by hand: a reload keeps what is in force.
    replaceFile(deployment + "/gateway.pem", readAll(pki + "/gateway-2.pem"));
    EXPECT_NE(0, federation.yht({"reload", "--why", "test"}).exit_code);
    EXPECT_THAT(log(), AllOf(HasSubstr("reload refused"), HasSubstr("certificate.key_mismatch")));
    EXPECT_EQ(before, servedFingerprint());
}

/// Posts until told to stop; makes a new connection every few posts.
class Load {
public:
    Load(Federation& federation, const std::string& partner, const std::string& source, int threads) {
        for (int i = 0; i < threads; ++i) {
            threads_.emplace_back([this, &federation, partner, source, i](const std::stop_token& stop) {
                auto client = federation.partner(partner);
                for (int n = 0; !stop.stop_requested(); ++n) {
                    constexpr int kPostsPerConnection = 5;
                    if (n % kPostsPerConnection == 0) client.movedTo(federation.gatewayPort());
                    const auto began_ms = steadyMillis();
                    const Reply reply = client.post("/v1/records", appeal(source, "L" + std::to_string(i) + "-" + std::to_string(n)));
                    ++sent_;
                    if (reply.status == 201) {
                        noteTaken(began_ms);
                        continue;
                    }
                    ++failed_;
                    last_failure_ = reply.status;
                }
            });
        }
    }
    void stop() { threads_.clear(); }
    int sent() const { return sent_; }
    int failed() const { return failed_; }
    int lastFailure() const { return last_failure_; }
    /// When the latest of those that were taken began; 0: none was.
    std::int64_t lastTakenMillis() const { return last_taken_ms_; }

private:
    void noteTaken(std::int64_t began_ms) {
        auto last_ms = last_taken_ms_.load();
        while (last_ms < began_ms && !last_taken_ms_.compare_exchange_weak(last_ms, began_ms)) {
        }
    }
    std::atomic<int> sent_ = 0, failed_ = 0, last_failure_ = 0;
    std::atomic<std::int64_t> last_taken_ms_ = 0;
    std::vector<std::jthread> threads_;
};

std::uint64_t residentKilobytes(pid_t pid) {
    std::istringstream status(readAll("/proc/" + std::to_string(pid) + "/status"));
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6));
    }
    return 0;
}

TEST_F(Certificates, SwappedUnderLoadFailNoRequestAndKeepMemoryFlat) {
    // All of them: tools/test --long swaps.
    const int swaps = countFromEnvironment("YHT_SWAPS", 8);
    constexpr std::uint64_t kGrowthKilobytesMax = 48 * 1024;
    issueAgain("gateway-2", "");
    federation.useTwoCores();
    federation.startGateway();
    const std::string partners = readAll(deployment + "/partners.yaml");
    const std::string fewer = replaced(partners, "stage: live\n    sources: [zz-media]", "stage: stopped\n    sources: [zz-media]");
    std::uint64_t after_warming = 0;
    Load load(federation, kPartner, kSource, 3);
    for (int i = 0; i < swaps; ++i) {
        const std::string name = i % 2 == 0 ? "gateway-2" : "gateway";
        replaceFile(deployment + "/partners.yaml", i % 2 == 0 ? fewer : partners);
        const auto activated = federation.yht({"certs", "activate", "partner", "--certificate=" + pki + "/" + name + ".pem", "--private-key=" + pki + "/" + name + ".key", "--why=swap"});
        ASSERT_EQ(0, activated.exit_code) << readAll(directory + "/commands.log");
        if (i % 8 == 0) {
            EXPECT_EQ(fingerprintOf(name + ".pem"), servedFingerprint());
        }
        if (i == swaps / 4) after_warming = residentKilobytes(federation.gatewayPid());
    }
    const auto at_end = residentKilobytes(federation.gatewayPid());
    load.stop();
    EXPECT_GT(load.sent(), swaps);
    EXPECT_EQ(0, load.failed()) << "last status " << load.lastFailure() << " of " << load.sent();
    if (Federation::slower() == 1) {
        EXPECT_LT(at_end, after_warming + kGrowthKilobytesMax);
    }
    std::cout << swaps << " activations and partner changes beside " << load.sent() << " posts, " << load.failed() << " failed; RSS " << after_warming / 1024 << " MB after a quarter, "
              << at_end / 1024 << " MB at the end" << std::endl;
}

TEST_F(Certificates, RevokedUnderLoadAreTakenNoMoreOnceTheCommandIsAnswered) {
    federation.startGateway();
    Load load(federation, kPartner, kSource, 3);
    Load others(federation, "police-110", "zz-110", 1);
    federation.waitUntil("both are being served", [&] { return load.lastTakenMillis() > 0 && others.lastTakenMillis() > 0; });
    replaceFile(deployment + "/partners.yaml", replaced(readAll(deployment + "/partners.yaml"), "{file: hotline-12315.pem}", "{file: hotline-12315.pem, revoked: true}"));
    const auto began_ms = steadyMillis();
    reload();
    const auto answered_ms = steadyMillis();
    federation.waitUntil("nothing of it is taken any more", [&] { return load.failed() > 20; });
    load.stop();
    others.stop();
    EXPECT_LE(load.lastTakenMillis(), answered_ms);
    EXPECT_EQ(0, others.failed());
    std::cout << "last request taken was sent " << load.lastTakenMillis() - began_ms << " ms after the command began, which took " << answered_ms - began_ms << " ms" << std::endl;
}

class FrontedByNginx : public Certificates {
protected:
    PortLease front_port, public_port;
    Child nginx;

    void SetUp() override {
        if (!std::filesystem::exists("/usr/sbin/nginx")) GTEST_FAIL() << "needs nginx: run tools/install";
        issueAgain("front", "");
        replaceFile(deployment + "/yht.yaml", replaced(readAll(deployment + "/yht.yaml"), "public_base_urls: [", "public_base_urls: [\"https://localhost:" + std::to_string(public_port) + "\", "));
        configure("front:\n  listen: 127.0.0.1:" + std::to_string(front_port) + "\n  client_ca: root.pem\n  fronts: [" + pki + "/front.pem]\n");
        federation.startGateway();
        std::filesystem::create_directories(directory + "/nginx");
        std::ofstream(directory + "/nginx/nginx.conf") << nginxConfiguration();
        nginx = Child({"/usr/sbin/nginx", "-p", directory + "/nginx", "-c", directory + "/nginx/nginx.conf"}, directory + "/nginx.log");
        federation.waitUntil("nginx answers", [&] { return throughFront(kPartner).get("/v1/changes").status != 0; });
    }
    void TearDown() override { nginx.stop(SIGTERM); }
    PartnerClient throughFront(const std::string& name) { return {pki, name, public_port}; }

    /// RFC 9440 by nginx alone: its PEM of the client's certificate without first and last line and line ends is the base64 wanted.
    std::string nginxConfiguration() const {
        constexpr int kLinesMax = 40;
        std::string pattern = "-----BEGIN CERTIFICATE-----\\n(?<c1>[^\\n-]+)\\n", value = ":$c1";
        for (int i = 2; i <= kLinesMax; ++i) {
            pattern += "(?:(?<c" + std::to_string(i) + ">[^\\n-]+)\\n)?";
            value += "$c" + std::to_string(i);
        }
        return "daemon off;\npid nginx.pid;\nerror_log stderr warn;\nevents {}\nhttp {\n  access_log off;\n  client_body_temp_path body;\n  proxy_temp_path proxy;\n"
               "  fastcgi_temp_path f;\n  uwsgi_temp_path u;\n  scgi_temp_path s;\n  map $ssl_client_raw_cert $client_cert {\n    default \"\";\n    \"~" + pattern + "\" \"" + value + ":\";\n  }\n"
               "  server {\n    listen 127.0.0.1:" + std::to_string(public_port) + " ssl;\n    ssl_protocols TLSv1.3;\n    ssl_certificate " + pki + "/gateway.pem;\n    ssl_certificate_key " + pki +
               "/gateway.key;\n    ssl_client_certificate " + pki + "/root.pem;\n    ssl_verify_client on;\n    ssl_verify_depth 3;\n    location / {\n      proxy_pass https://127.0.0.1:" +
               std::to_string(front_port) + ";\n      proxy_http_version 1.1;\n      proxy_set_header Host $http_host;\n      proxy_set_header Connection \"\";\n"
               "      proxy_set_header Client-Cert $client_cert;\n      proxy_set_header Client-Cert-Chain \"\";\n      proxy_ssl_protocols TLSv1.3;\n      proxy_ssl_certificate " + pki +
               "/front.pem;\n      proxy_ssl_certificate_key " + pki + "/front.key;\n      proxy_ssl_trusted_certificate " + pki + "/root.pem;\n      proxy_ssl_verify on;\n"
               "      proxy_ssl_name localhost;\n    }\n  }\n}\n";
    }
    std::string curl(const std::string& more, std::uint16_t port) {
        return shell("curl --silent --include --max-time 30 --cacert root.pem " + more + " https://localhost:" + std::to_string(port) + "/v1/changes").output;
    }
    std::string header(const std::string& name) {
        return "--header \"Client-Cert: :$(openssl x509 -in " + name + ".pem -outform DER | base64 -w0):\"";
    }
};

TEST_F(FrontedByNginx, APartnerIsServedAsItself) {
    auto partner = throughFront(kPartner);
    EXPECT_EQ(201, partner.post("/v1/records", nextAppeal()).status) << log();
    EXPECT_EQ(200, partner.get("/v1/changes").status);
    const Reply stranger = throughFront("front").get("/v1/changes");
    EXPECT_EQ(403, stranger.status) << "of our root, and nobody's";
    EXPECT_THAT(stranger.body, HasSubstr("speaker.certificate_unknown"));
}

TEST_F(FrontedByNginx, NobodyElseSpeaksForOthers) {
    const std::string as_partner = std::string("--cert ") + kPartner + ".pem --key " + kPartner + ".key ";
    const std::string as_front = "--cert front.pem --key front.key ";
    EXPECT_THAT(curl(as_partner + header("police-110"), federation.gatewayPort()), HasSubstr("speaker.front_header_refused"));
    EXPECT_THAT(curl(as_partner + header("police-110"), front_port), HasSubstr("speaker.front_untrusted"));
    EXPECT_THAT(curl(as_front, front_port), HasSubstr("speaker.front_header_invalid"));
    EXPECT_THAT(curl(as_front + header("police-110") + " " + header(kPartner), front_port), HasSubstr("speaker.front_header_invalid"));
    EXPECT_THAT(curl(as_front + "--header 'Client-Cert: :AAAA:'", front_port), HasSubstr("speaker.front_header_invalid"));
    EXPECT_THAT(curl(as_front + header("police-110"), front_port), HasSubstr("HTTP/1.1 200"));
    // What a client writes itself, nginx replaces.
    EXPECT_THAT(curl(as_front + header("police-110"), public_port), HasSubstr("speaker.certificate_unknown"));
    // A certificate of another root, handed on by the right front.
    ASSERT_EQ(0, runToEnd({std::string(YHT_SOURCE_DIR) + "/tools/dev-pki", directory + "/strangers", kPartner}, directory + "/shell.log").exit_code);
    EXPECT_THAT(curl(as_front + header("../strangers/" + std::string(kPartner)), front_port), AllOf(HasSubstr("certificate."), Not(HasSubstr("HTTP/1.1 200"))));
}

}  // namespace
}  // namespace yht::scenarios
