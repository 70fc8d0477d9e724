// GnuTLS as counterpart: it reads and honours the lists that we publish, and we read and honour those that its certtool makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "gateway/crypto/certificate_chain.h"
#include "gateway/crypto/revocation_list.h"
#include "tests/unit/gateway/crypto/certificates_fixture.h"
#include "tools/stage/port_lease.h"

namespace yht::crypto {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class GnutlsTest : public CertificatesFixture {
protected:
    /// Standard output and error of a shell line run in the scratch directory.
    test::Told shell(const std::string& line) {
        const std::string log = scratch / "told";
        const int status = std::system(("cd '" + scratch.path() + "' && ( " + line + " ) > '" + log + "' 2>&1").c_str());
        return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, test::readFile(log)};
    }
    void must(const std::string& line) {
        const auto told = shell(line);
        ASSERT_EQ(0, told.exit_code) << line << '\n' << told.text;
    }
    /// A certificate and its key as certtool makes them; "" signs itself.
    void make(const std::string& name, const std::string& issuer, const std::string& more) {
        scratch.write(name + ".tmpl", "cn = \"" + name + "\"\norganization = \"A\"\nexpiration_days = 30\n" + more);
        must("certtool --generate-privkey --key-type ecdsa --sec-param medium --outfile " + name + ".key");
        const std::string sign = issuer.empty() ? "--generate-self-signed"
                                                : "--generate-certificate --load-ca-certificate " + issuer + ".pem --load-ca-privkey " + issuer + ".key";
        must("certtool " + sign + " --load-privkey " + name + ".key --template " + name + ".tmpl --outfile " + name + ".pem");
    }
    void makeCa(const std::string& name) { make(name, "", "ca\ncert_signing_key\ncrl_signing_key\n"); }
    base::Bytes derOf(const std::string& name) { return certificatesOfPem(test::readFile(scratch / (name + ".pem")))->front(); }
    /// certtool's list of `issuer` that revokes what `revoked` names.
    RevocationList listOf(const std::string& issuer, const std::vector<std::string>& revoked, const std::string& days = "7") {
        scratch.write("crl.tmpl", "crl_next_update = " + days + "\ncrl_number = 5\n");
        std::string all;
        for (const auto& one : revoked) all += test::readFile(scratch / (one + ".pem"));
        scratch.write("revoked.pem", all);
        must("certtool --generate-crl --load-ca-privkey " + issuer + ".key --load-ca-certificate " + issuer + ".pem" +
             (revoked.empty() ? "" : " --load-certificate revoked.pem") + " --template crl.tmpl --outfile crl.pem");
        return RevocationList::read(test::readFile(scratch / "crl.pem")).value();
    }
    std::vector<std::string> judge(const std::string& leaf, const std::string& anchor, std::vector<RevocationList> crls) {
        return codes(checkChain(derOf(leaf), {.anchors = {derOf(anchor)}, .crls = std::move(crls), .at_ms = now() + 1'000, .revocation = RevocationCheck::Required}).findings);
    }
    /// Writes what we make as files: NAME.pem, and crl.pem that revokes `revoked`.
    void publish(const Member& authority, const std::vector<const Member*>& revoked) {
        CrlContent content{.number = 7, .this_update_ms = now() - 60'000, .next_update_ms = now() + 7 * kDayMillis, .revoked = {}};
        for (const Member* one : revoked) content.revoked.push_back({one->certificate.serial_hex, now(), RevocationReason::KeyCompromise});
        const auto der = issueCrl(content, authority.key, authority.certificate.der);
        ASSERT_TRUE(der.ok());
        scratch.write("ca.pem", authority.certificate.pem());
        scratch.write("crl.pem", RevocationList::read(*der)->toPem());
    }
};

TEST_F(GnutlsTest, ItReadsWhatWePublish) {
    for (const KeyKind kind : {KeyKind::EcP256, KeyKind::EcP384, KeyKind::Rsa2048, KeyKind::Ed25519}) {
        const auto authority = root("root", kind);
        const auto bad = leaf(authority);
        publish(authority, {&bad});
        const auto read = shell("certtool --crl-info --infile crl.pem");
        EXPECT_EQ(0, read.exit_code) << read.text;
        EXPECT_THAT(read.text, AllOf(HasSubstr("Revoked certificates (1)"), HasSubstr("CRL Number"), HasSubstr("Authority Key Identifier")));
        const auto verified = shell("certtool --verify-crl --load-ca-certificate ca.pem --infile crl.pem");
        EXPECT_EQ(0, verified.exit_code) << keyKindName(kind) << verified.text;
    }
}

TEST_F(GnutlsTest, ItHonoursWhatWePublish) {
    const auto authority = root(), other = root("other");
    const auto good = leaf(authority, "good"), bad = leaf(authority, "bad");
    publish(authority, {&bad});
    scratch.write("good.pem", good.certificate.pem());
    scratch.write("bad.pem", bad.certificate.pem());
    const auto verify = [&](const std::string& name) {
        return shell("certtool --verify --load-ca-certificate ca.pem --load-crl crl.pem --infile " + name + ".pem");
    };
    const auto of_good = verify("good"), of_bad = verify("bad");
    EXPECT_EQ(0, of_good.exit_code) << of_good.text;
    EXPECT_NE(0, of_bad.exit_code);
    EXPECT_THAT(of_bad.text, HasSubstr("revoked"));
    scratch.write("ca.pem", other.certificate.pem());
    EXPECT_NE(0, shell("certtool --verify-crl --load-ca-certificate ca.pem --infile crl.pem").exit_code) << "of another authority";
}

TEST_F(GnutlsTest, ItsServerTurnsAwayWhomWeRevoked) {
    const auto authority = root();
    const auto server = leaf(authority, "server"), good = leaf(authority, "good"), bad = leaf(authority, "bad");
    publish(authority, {&bad});
    for (const auto& [name, member] : {std::pair{"server", &server}, std::pair{"good", &good}, std::pair{"bad", &bad}}) {
        scratch.write(std::string(name) + ".pem", member->certificate.pem());
        scratch.write(std::string(name) + ".key", member->key.toPem());
    }
    const stage::PortLease port;
    // One shell: the server runs for as long as its clients do. What is waited for has a minute; a client's input stays open
    // until it has had its echo or has ended.
    const auto told = shell(
        "until_said() { for i in $(seq 600); do grep -q \"$1\" $2 && return; kill -0 $3 2> /dev/null || return; sleep 0.1; done; }; "
        "trap '' PIPE; port=" + std::to_string(port) + "; mkfifo in; "
        "gnutls-serv --echo --port $port --x509certfile server.pem --x509keyfile server.key --x509cafile ca.pem --x509crlfile crl.pem "
        "--require-client-cert --verify-client-cert > server.log 2>&1 & server=$!; "
        "until_said 'listening on IPv4.*done' server.log $server; "
        "for who in good bad; do "
        "timeout 120 gnutls-cli --x509cafile ca.pem --x509certfile $who.pem --x509keyfile $who.key --port $port localhost < in > $who.log 2>&1 & client=$!; "
        "exec 3> in; echo hello >&3; until_said '^hello' $who.log $client; exec 3>&-; "
        "echo \"== $who\"; wait $client; echo \"exit $?\"; cat $who.log; done; "
        "until_said 'Error in the certificate' server.log $server; kill $server; wait $server 2> /dev/null || true"
    );
    const auto good_said = told.text.substr(0, told.text.find("== bad")), bad_said = told.text.substr(told.text.find("== bad"));
    EXPECT_THAT(good_said, AllOf(HasSubstr("Handshake was completed"), HasSubstr("\nhello"), HasSubstr("exit 0"))) << told.text;
    EXPECT_THAT(bad_said, testing::Not(HasSubstr("\nhello"))) << told.text;
    EXPECT_THAT(test::readFile(scratch / "server.log"), HasSubstr("Error in the certificate"));
}

TEST_F(GnutlsTest, WhatCerttoolPublishesIsReadAndHonoured) {
    makeCa("root");
    make("good", "root", "tls_www_client\nsigning_key\n");
    make("bad", "root", "tls_www_client\nsigning_key\n");
    const auto list = listOf("root", {"bad"});
    EXPECT_EQ(1U, list.entryCount());
    EXPECT_EQ("05", list.numberHex());
    EXPECT_TRUE(list.checkSignature(derOf("root")).ok());
    EXPECT_TRUE(list.find(derOf("bad")).has_value());
    EXPECT_FALSE(list.find(derOf("good")).has_value());
    EXPECT_THAT(judge("bad", "root", {list}), ElementsAre("revoked"));
    EXPECT_THAT(judge("good", "root", {list}), IsEmpty());
    EXPECT_THAT(judge("bad", "root", {}), ElementsAre("crl_missing"));
}

TEST_F(GnutlsTest, AListOfAnotherKeyThatCerttoolMadeCountsForNothing) {
    makeCa("root");
    make("bad", "root", "tls_www_client\nsigning_key\n");
    must("cp root.pem right.pem; cp root.key right.key");
    makeCa("root");  // the same name, another key
    const auto forged = listOf("root", {"bad"});
    EXPECT_TRUE(forged.namesIssuer(derOf("right")));
    EXPECT_EQ(base::ErrorCode::CertCrlUntrusted, forged.checkSignature(derOf("right")).error().code);
    EXPECT_THAT(judge("bad", "right", {forged}), ElementsAre("crl_missing"));
}

}  // namespace
}  // namespace yht::crypto
