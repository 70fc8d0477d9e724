// Listening and connecting over real TLS on loopback. The server answers each line with the
// fingerprint it sees.
#include "gateway/trust/tls.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/Session.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <csignal>
#include <sstream>
#include <thread>

#include "gateway/crypto/certificate.h"
#include "tests/support/pki.h"
#include "tests/unit/gateway/crypto/provider/soft_token.h"

namespace yht::trust {
namespace {

using base::ErrorCode;
using Poco::Net::Context;
using Poco::Net::SecureStreamSocket;
using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;

TlsFiles filesOf(const test::CertificateFiles& files) {
    return {
        .certificate_chain_pem = files.certificate,
        .private_key_pem = files.private_key,
        .peer_ca_pem = files.ca};
}

std::string fingerprintOf(const test::CertificateFiles& files) {
    return crypto::Certificate::fromPem(files.certificatePem())->fingerprint();
}

/// Accepts on one thread, serves each connection on a thread of its own.
class FingerprintServer {
public:
    explicit FingerprintServer(const TlsContextHolder& contexts)
        : socket_(listenTls(SocketAddress("127.0.0.1", 0), contexts, 16)),
          accepting_([this] { accept(); }) {}
    ~FingerprintServer() {
        ::shutdown(socket_.impl()->sockfd(), SHUT_RDWR);
        accepting_.join();
        for (auto& socket : accepted_) ::shutdown(socket.impl()->sockfd(), SHUT_RDWR);
    }
    SocketAddress address() const { return socket_.address(); }

private:
    void accept() {
        try {
            while (true) {
                StreamSocket socket = socket_.acceptConnection();
                accepted_.push_back(socket);
                serving_.emplace_back([socket] { serve(socket); });
            }
        } catch (const Poco::Exception&) {
        }
    }
    static void serve(StreamSocket socket) {
        try {
            char byte = 0;
            while (socket.receiveBytes(&byte, 1) == 1) {
                if (byte != '\n') continue;
                const std::string answer = peerFingerprint(socket) + "\n";
                socket.sendBytes(answer.data(), static_cast<int>(answer.size()));
            }
        } catch (const Poco::Exception&) {
        }
    }
    Poco::Net::ServerSocket socket_;
    std::vector<StreamSocket> accepted_;
    std::vector<std::jthread> serving_;
    std::jthread accepting_;
};

class TlsTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

    test::Pki& pki = test::sharedPki();
    TlsContextHolder contexts{*serverContext(filesOf(pki.gateway()))};
    FingerprintServer server{contexts};

    Context::Ptr as(const test::CertificateFiles& files) { return *clientContext(filesOf(files)); }

    static std::string ask(SecureStreamSocket& socket) {
        socket.sendBytes("\n", 1);
        std::string line;
        char byte = 0;
        while (socket.receiveBytes(&byte, 1) == 1 && byte != '\n') line += byte;
        return line;
    }
    std::string connectAndAsk(const Context::Ptr& context) {
        SecureStreamSocket socket(server.address(), "127.0.0.1", context);
        return ask(socket);
    }
    std::string serverFingerprint(const Context::Ptr& context) {
        SecureStreamSocket socket(server.address(), "127.0.0.1", context);
        std::ostringstream pem;
        socket.peerCertificate().save(pem);
        return crypto::Certificate::fromPem(pem.str())->fingerprint();
    }
};

TEST_F(TlsTest, TheServerSeesTheClientsFingerprint) {
    EXPECT_EQ(connectAndAsk(as(pki.partner("p1"))), fingerprintOf(pki.partner("p1")));
}

TEST_F(TlsTest, AnotherConnectionOfTheSameThreadsSeesItsOwnClient) {
    EXPECT_EQ(connectAndAsk(as(pki.partner("p1"))), fingerprintOf(pki.partner("p1")));
    EXPECT_EQ(connectAndAsk(as(pki.partner("p2"))), fingerprintOf(pki.partner("p2")));
}

TEST_F(TlsTest, WithoutAClientCertificateNothingIsAnswered) {
    Context::Params params;
    params.caLocation = pki.rootFile();
    params.verificationMode = Context::VERIFY_STRICT;
    const Context::Ptr nobody = new Context(Context::TLS_CLIENT_USE, params);
    EXPECT_THROW(connectAndAsk(nobody), Poco::Exception);
}

TEST_F(TlsTest, ACertificateOfAnotherRootIsRefusedInTheHandshake) {
    test::Pki strangers("strangers");
    auto files = filesOf(strangers.partner("p1"));
    files.peer_ca_pem = pki.rootFile();
    EXPECT_THROW(connectAndAsk(*clientContext(files)), Poco::Exception);
}

TEST_F(TlsTest, AnExpiredClientCertificateIsRefusedInTheHandshake) {
    const auto late = pki.issue({.name = "late", .validity = test::Validity::Expired});
    EXPECT_THROW(connectAndAsk(as(late)), Poco::Exception);
}

TEST_F(TlsTest, AServerOnlyCertificateIsNoClientCertificate) {
    const auto wrong_use = pki.issue({.name = "wrong-use", .client = false});
    EXPECT_THROW(connectAndAsk(as(wrong_use)), Poco::Exception);
}

TEST_F(TlsTest, Tls12IsRefusedUnlessASettingAllowsIt) {
    auto old = filesOf(pki.partner("p1"));
    old.allow_tls12 = true;
    Context::Ptr context = *clientContext(old);
    context->disableProtocols(Context::PROTO_TLSV1_3);
    EXPECT_THROW(connectAndAsk(context), Poco::Exception);
    auto lenient = filesOf(pki.gateway());
    lenient.allow_tls12 = true;
    contexts.replace(*serverContext(lenient));
    EXPECT_EQ(connectAndAsk(context), fingerprintOf(pki.partner("p1")));
}

TEST_F(TlsTest, ASwappedCertificateActsOnTheNextConnectionAndLeavesThisOneAlone) {
    const auto client = as(pki.partner("p1"));
    SecureStreamSocket before(server.address(), "127.0.0.1", client);
    EXPECT_EQ(serverFingerprint(client), fingerprintOf(pki.gateway()));
    const auto renewed = pki.issue({.name = "gateway-renewed"});
    contexts.replace(*serverContext(filesOf(renewed)));
    EXPECT_EQ(serverFingerprint(client), fingerprintOf(renewed));
    EXPECT_EQ(ask(before), fingerprintOf(pki.partner("p1")));
}

TEST_F(TlsTest, AResumedSessionCarriesItsClientCertificateAlong) {
    const auto client = as(pki.partner("p1"));
    SecureStreamSocket first(server.address(), "127.0.0.1", client);
    EXPECT_EQ(ask(first), fingerprintOf(pki.partner("p1")));
    SecureStreamSocket second(server.address(), "127.0.0.1", client, first.currentSession());
    EXPECT_EQ(ask(second), fingerprintOf(pki.partner("p1")));
    EXPECT_TRUE(second.sessionWasReused());
}

TEST_F(TlsTest, AClientThatStallsInItsHandshakeHoldsUpNobody) {
    StreamSocket stalled(server.address());
    StreamSocket half(server.address());
    half.sendBytes("\x16\x03\x01", 3);
    EXPECT_EQ(connectAndAsk(as(pki.partner("p1"))), fingerprintOf(pki.partner("p1")));
}

TEST_F(TlsTest, APlainTextClientIsRefusedAndHoldsUpNobody) {
    StreamSocket plain(server.address());
    plain.sendBytes("GET / HTTP/1.1\r\n\r\n", 18);
    EXPECT_EQ(connectAndAsk(as(pki.partner("p1"))), fingerprintOf(pki.partner("p1")));
}

TEST_F(TlsTest, TheFingerprintIsEmptyBeforeTheHandshakeAndOnForeignSockets) {
    StreamSocket plain(server.address());
    EXPECT_EQ(peerFingerprint(plain), "");
}

TEST_F(TlsTest, ASecondListenerOnTheSamePortIsRefused) {
    EXPECT_THROW(listenTls(server.address(), contexts, 16), Poco::Net::NetException);
}

TEST_F(TlsTest, AClientRefusesAServerUnderAnotherName) {
    const auto elsewhere =
        pki.issue({.name = "elsewhere", .dns = {"elsewhere.example"}, .ip = {"192.0.2.1"}});
    contexts.replace(*serverContext(filesOf(elsewhere)));
    EXPECT_THROW(connectAndAsk(as(pki.partner("p1"))), Poco::Exception);
}

TEST(TlsFilesTest, AKeyOfAnotherCertificateIsRefusedBeforeUse) {
    auto files = filesOf(test::sharedPki().gateway());
    files.private_key_pem = test::sharedPki().partner("p1").private_key;
    const auto context = serverContext(files);
    ASSERT_FALSE(context.ok());
    EXPECT_EQ(context.error().code, ErrorCode::ConfigInvalid);
    EXPECT_NE(context.error().detail.find("does not belong to"), std::string::npos);
}

// The listener's key in a token: its handshakes are signed there.
TEST_F(TlsTest, AListenersKeyMayBeInAToken) {
    const test::SoftToken token("listener");
    for (const auto kind : {test::KeyKind::P256, test::KeyKind::P384}) {
        const std::string name = kind == test::KeyKind::P256 ? "token-p256" : "token-p384";
        const auto issued = pki.issue({.name = name, .key = kind});
        token.import(issued.private_key, name, kind == test::KeyKind::P256 ? "01" : "02");
        auto files = filesOf(issued);
        files.private_key_pem = token.reference(name);
        auto context = serverContext(files);
        ASSERT_TRUE(context.ok()) << describe(context.error());
        contexts.replace(*context);
        EXPECT_EQ(connectAndAsk(as(pki.partner("p1"))), fingerprintOf(pki.partner("p1"))) << name;
        files.certificate_chain_pem = pki.gateway().certificate;
        EXPECT_EQ(serverContext(files).error().code, ErrorCode::ConfigInvalid) << "another's certificate";
    }
    auto files = filesOf(pki.gateway());
    files.private_key_pem = token.reference("nobody");
    EXPECT_EQ(serverContext(files).error().code, ErrorCode::KeyMissing);
}

TEST(TlsFilesTest, AMissingFileIsNamed) {
    auto files = filesOf(test::sharedPki().gateway());
    files.peer_ca_pem = "/nowhere/ca.pem";
    const auto context = serverContext(files);
    ASSERT_FALSE(context.ok());
    EXPECT_EQ(context.error().code, ErrorCode::ConfigInvalid);
    EXPECT_NE(context.error().detail.find("/nowhere/ca.pem"), std::string::npos);
}

TEST(TlsFilesTest, AFileThatIsNoCertificateIsRefused) {
    auto files = filesOf(test::sharedPki().gateway());
    files.certificate_chain_pem = files.private_key_pem;
    const auto context = serverContext(files);
    ASSERT_FALSE(context.ok());
    EXPECT_EQ(context.error().code, ErrorCode::ConfigInvalid);
}

}  // namespace
}  // namespace yht::trust
