// Handshakes that are refused, and what is said of them: our listener spoken to by `openssl s_client`, our client speaking to
// `openssl s_server`, with certificates that `openssl` made.
#include "gateway/trust/handshake.h"

#include <Poco/Exception.h>
#include <Poco/Net/StreamSocket.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <future>
#include <thread>

#include "adapters/kit/http_connection.h"
#include "gateway/trust/revocation_book.h"
#include "gateway/trust/tls.h"
#include "tests/support/made_certificates.h"
#include "tools/stage/child.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

constexpr std::int64_t kPatienceMillis = 60'000;

std::string made(const std::string& name) { return test::madeCertificates().path(name); }

trust::TlsFiles files(const std::string& name, std::shared_ptr<const trust::PeerJudge> judge = {}) {
    return {.certificate_chain_pem = made(name + ".chain.pem"), .private_key_pem = made(name + ".key"), .peer_ca_pem = made("root.pem"), .judge = std::move(judge)};
}

struct Case {
    const char* certificate;  // file of the far side, without ".pem"
    const char* key;
    ErrorCode code;
};
std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.certificate; }
std::string nameOf(const testing::TestParamInfo<Case>& row) {
    std::string name = row.param.certificate;
    std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
    return name;
}

/// Accepts one connection and tells why its handshake was refused; "" where it was not.
class OneListener {
public:
    OneListener()
        : contexts_(*trust::serverContext(files("server"))),
          socket_(trust::listenTls(Poco::Net::SocketAddress("127.0.0.1", 0), contexts_, 4)),
          said_(std::async(std::launch::async, [this] { return serve(); })) {}
    std::string address() const { return "127.0.0.1:" + std::to_string(socket_.address().port()); }
    base::Error refusal() { return said_.get(); }

private:
    base::Error serve() {
        Poco::Net::StreamSocket peer = socket_.acceptConnection();
        char byte = 0;
        try {
            peer.receiveBytes(&byte, 1);
        } catch (const Poco::Exception&) {
            // what it was is asked below
        }
        return trust::handshakeRefusal(peer).value_or(base::Error{});
    }
    trust::TlsContextHolder contexts_;
    Poco::Net::ServerSocket socket_;
    std::future<base::Error> said_;
};

/// Stays until the listener ends it.
std::vector<std::string> sClient(const OneListener& listener, const std::vector<std::string>& more) {
    std::vector<std::string> words{"/usr/bin/env", "OPENSSL_CONF=/dev/null", "openssl", "s_client", "-ign_eof", "-connect", listener.address(), "-CAfile", made("root.pem")};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

class Incoming : public testing::TestWithParam<Case> {};

TEST_P(Incoming, IsRefusedWithItsOwnCode) {
    OneListener listener;
    const std::string certificate = made(std::string(GetParam().certificate) + ".pem"), key = made(std::string(GetParam().key) + ".key");
    const stage::Child client(sClient(listener, {"-cipher", "DEFAULT@SECLEVEL=0", "-cert", certificate, "-cert_chain", certificate, "-key", key}), made("client.log"));
    const auto error = listener.refusal();
    EXPECT_STREQ(error.row().wire, base::errorRow(GetParam().code).wire) << error.detail;
}

INSTANTIATE_TEST_SUITE_P(
    Openssl, Incoming,
    testing::Values(
        Case{"expired.chain", "expired", ErrorCode::CertExpired}, Case{"notyet.chain", "notyet", ErrorCode::CertNotYetValid},
        Case{"server-only.chain", "server-only", ErrorCode::CertUsage}, Case{"foreign-leaf.chain", "foreign-leaf", ErrorCode::CertIssuerUnknown},
        Case{"twin-leaf", "twin-leaf", ErrorCode::CertIssuerUnknown}, Case{"weak.chain", "weak", ErrorCode::CertKeyWeak},
        Case{"sha1.chain", "sha1", ErrorCode::CertDigestWeak}, Case{"self-signed", "self-signed", ErrorCode::CertSelfSigned},
        Case{"good", "good", ErrorCode::CertChainIncomplete}, Case{"pathlength.chain", "pathlength", ErrorCode::CertPathLength}
    ),
    nameOf
);

TEST(IncomingHandshake, WithoutACertificateSaysSo) {
    OneListener listener;
    const stage::Child client(sClient(listener, {}), made("client.log"));
    EXPECT_EQ(listener.refusal().code, ErrorCode::CertificateMissing);
}

TEST(IncomingHandshake, OfAnOldVersionSaysSo) {
    OneListener listener;
    const stage::Child client(sClient(listener, {"-tls1_2"}), made("client.log"));
    EXPECT_EQ(listener.refusal().code, ErrorCode::TlsFailed);
}

/// `openssl s_server` on a free port.
class FarSide {
public:
    explicit FarSide(const std::string& certificate, const std::string& key, const std::vector<std::string>& more = {}) {
        // Its port is the kernel's choice; it says which.
        log_ = made("server-" + certificate + ".log");
        std::filesystem::remove(log_);
        std::vector<std::string> words{"/usr/bin/env", "OPENSSL_CONF=/dev/null", "openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cipher", "DEFAULT@SECLEVEL=0",
                                       "-cert", made(certificate + ".pem"), "-cert_chain", made(certificate + ".pem"), "-key", made(key + ".key")};
        words.insert(words.end(), more.begin(), more.end());
        server_ = stage::Child(words, log_);
        const base::SystemClock clock;
        for (const auto end_ms = clock.steadyMillis() + kPatienceMillis; port_ == 0 && clock.steadyMillis() < end_ms;) {
            ::poll(nullptr, 0, 20);
            const std::string text = std::filesystem::exists(log_) ? test::readFile(log_) : "";
            const auto at = text.find("ACCEPT 127.0.0.1:");
            if (at != std::string::npos && text.find('\n', at) != std::string::npos) port_ = static_cast<std::uint16_t>(std::stoi(text.substr(at + 17)));
        }
        EXPECT_NE(port_, 0) << log_;
    }
    std::uint16_t port() const { return port_; }

private:
    std::string log_;
    std::uint16_t port_ = 0;
    stage::Child server_;
};

base::Result<std::unique_ptr<HttpConnection>> connectTo(const FarSide& far_side, std::shared_ptr<const trust::PeerJudge> judge = {}, const std::string& as = "good") {
    static const base::SystemClock clock;
    const auto context = trust::clientContext(files(as, std::move(judge)));
    if (!context.ok()) return context.error();
    return HttpConnection::open({"localhost", far_side.port()}, *context, kPatienceMillis, clock.steadyMillis() + kPatienceMillis, clock);
}

class Outgoing : public testing::TestWithParam<Case> {};

TEST_P(Outgoing, IsRefusedWithItsOwnCode) {
    const FarSide far_side(GetParam().certificate, GetParam().key);
    const auto connection = connectTo(far_side);
    ASSERT_FALSE(connection.ok());
    EXPECT_STREQ(connection.error().row().wire, base::errorRow(GetParam().code).wire) << connection.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    Openssl, Outgoing,
    testing::Values(
        Case{"expired.chain", "expired", ErrorCode::CertExpired}, Case{"notyet.chain", "notyet", ErrorCode::CertNotYetValid},
        Case{"responder.chain", "responder", ErrorCode::CertUsage}, Case{"foreign-leaf.chain", "foreign-leaf", ErrorCode::CertIssuerUnknown},
        Case{"twin-leaf", "twin-leaf", ErrorCode::CertIssuerUnknown}, Case{"othername.chain", "othername", ErrorCode::CertNameMismatch},
        Case{"weak.chain", "weak", ErrorCode::CertKeyWeak}, Case{"sha1.chain", "sha1", ErrorCode::CertDigestWeak},
        Case{"self-signed", "self-signed", ErrorCode::CertSelfSigned}, Case{"good", "good", ErrorCode::CertChainIncomplete},
        Case{"pathlength.chain", "pathlength", ErrorCode::CertPathLength}
    ),
    nameOf
);

TEST(OutgoingHandshake, InOrderIsTaken) {
    const FarSide far_side("server.chain", "server");
    const auto connection = connectTo(far_side);
    EXPECT_TRUE(connection.ok()) << connection.error().detail;
}

TEST(OutgoingHandshake, OurCertificateRefusedByTheFarSideIsNoLostAnswer) {
    const FarSide far_side("server.chain", "server", {"-Verify", "3", "-verify_return_error", "-CAfile", made("foreign.pem")});
    auto connection = connectTo(far_side);
    ASSERT_TRUE(connection.ok()) << "TLS 1.3 tells a client with its first answer";
    const base::SystemClock clock;
    const auto end_ms = clock.steadyMillis() + kPatienceMillis;
    static_cast<void>((*connection)->write("GET / HTTP/1.0\r\n\r\n", end_ms));
    HttpAnswer answer;
    const auto read = (*connection)->read(answer, 65'536, end_ms);
    EXPECT_TRUE(read.refused) << read.detail;
}

TEST(OutgoingHandshake, WithSomethingThatIsNoTlsSaysSo) {
    Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0), 4);
    const std::jthread server([&] {
        try {
            Poco::Net::StreamSocket peer = socket.acceptConnection();
            const std::string text = "HTTP/1.1 400 Bad Request\r\n\r\n";
            peer.sendBytes(text.data(), static_cast<int>(text.size()));
            char bytes[256];
            while (peer.receiveBytes(bytes, sizeof(bytes)) > 0) {
            }
        } catch (const Poco::Exception&) {
            // the client has seen enough
        }
    });
    const base::SystemClock clock;
    const auto connection = HttpConnection::open({"localhost", socket.address().port()}, *trust::clientContext(files("good")), kPatienceMillis,
                                                 clock.steadyMillis() + kPatienceMillis, clock);
    ASSERT_FALSE(connection.ok());
    EXPECT_EQ(connection.error().code, ErrorCode::TlsFailed) << connection.error().detail;
}

/// Asks a revocation book, as the gateway's destinations do.
class BookJudge final : public trust::PeerJudge {
public:
    explicit BookJudge(trust::RevocationBook& book) : book_(book) {}
    base::Status judge(const crypto::CertificateChain& verified, base::BytesView stapled) const override {
        book_.noteChain("destination far", std::nullopt, verified);
        if (!stapled.empty()) book_.takeStapled(verified, stapled);
        return book_.judgeFarSide(crypto::readCertificateFacts(verified.front())->fingerprint, std::nullopt);
    }

private:
    trust::RevocationBook& book_;
};

class Stapled : public testing::Test {
protected:
    trust::RevocationSettings settings() const {
        trust::RevocationSettings made_settings;
        made_settings.policy = *trust::parseRevocationPolicy("hard_fail");
        made_settings.crl_files = {made("root.crl")};
        return made_settings;
    }
    base::SystemClock clock;
    trust::RevocationBook book{settings(), clock};
    std::string ask(const std::string& who, const std::string& answer) {
        static_cast<void>(book.readFiles(true));
        const FarSide far_side(who + ".chain", who, answer.empty() ? std::vector<std::string>() : std::vector<std::string>{"-status_file", made(answer)});
        const auto connection = connectTo(far_side, std::make_shared<BookJudge>(book));
        return connection.ok() ? "" : connection.error().row().wire;
    }
};

TEST_F(Stapled, GoodIsTaken) { EXPECT_EQ(ask("good", "good.ocsp"), ""); }
TEST_F(Stapled, RevokedIsRefused) { EXPECT_EQ(ask("revoked", "revoked.ocsp"), "certificate.revoked_ocsp"); }
TEST_F(Stapled, NothingIsNotGood) {
    EXPECT_EQ(ask("good", ""), "certificate.crl_missing");
    EXPECT_EQ(ask("good", ""), "certificate.crl_missing") << "on the second try neither";
}
TEST_F(Stapled, SignedByTheWrongKeyIsNotGood) { EXPECT_EQ(ask("good", "good-by-impostor.ocsp"), "certificate.crl_missing"); }

}  // namespace
}  // namespace yht::kit
