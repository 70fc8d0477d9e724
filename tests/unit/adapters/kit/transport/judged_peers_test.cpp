// Whether a far side's certificate is revoked, asked of a revocation book on the way of pulls: HTTPS by a server of our own, its
// certificates, lists and answers made by `openssl`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/kit/transport/http_exchange.h"
#include "gateway/trust/handshake.h"
#include "gateway/trust/revocation_book.h"
#include "tests/support/made_certificates.h"
#include "tests/unit/adapters/kit/transport/file_server.h"

namespace yht::kit {
namespace {

/// As the gateway's: the chain is noted, then judged by what is known.
class BookJudge final : public trust::PeerJudge {
public:
    explicit BookJudge(trust::RevocationBook& book) : book_(book) {}
    base::Status judge(const crypto::CertificateChain& verified, base::BytesView) const override {
        book_.noteChain("source zz", std::nullopt, verified);
        return book_.judgeFarSide(crypto::readCertificateFacts(verified.front())->fingerprint, std::nullopt);
    }

private:
    trust::RevocationBook& book_;
};

class JudgedPeers : public testing::Test {
protected:
    static std::string made(const std::string& name) { return test::madeCertificates().path(name); }
    static test::CertificateFiles files(const std::string& name) { return {made(name + ".chain.pem"), made(name + ".key"), made("root.pem")}; }
    /// Knows the lists, under that policy.
    void know(std::vector<std::string> lists, const std::string& policy = "hard_fail") {
        trust::RevocationSettings settings;
        settings.policy = *trust::parseRevocationPolicy(policy);
        for (const auto& list : lists) settings.crl_files.push_back(made(list));
        book_ = std::make_unique<trust::RevocationBook>(settings, clock_);
        static_cast<void>(book_->readFiles(true));
    }
    void open(test::FileServer& server) {
        server.give("/a", "content");
        HttpExchangeSettings settings;
        settings.ca_path = made("root.pem");
        settings.judge = std::make_shared<BookJudge>(*book_);
        exchange_ = HttpExchange::open(settings).value();
    }
    /// The body, or "!" and the error's code.
    std::string ask(test::FileServer& server) {
        const auto answer = exchange_->ask({.url = server.url("/a"), .fields = {}, .body = {}});
        return answer.ok() ? answer->body : std::string("!") + answer.error().row().wire;
    }

    base::ManualClock clock_{base::SystemClock().nowMillis()};
    std::unique_ptr<trust::RevocationBook> book_;
    std::unique_ptr<HttpExchange> exchange_;
};

TEST_F(JudgedPeers, GoodIsAskedAndRevokedIsNotUnderEveryPolicy) {
    test::FileServer good(true, files("good")), revoked(true, files("revoked"));
    know({"root.crl", "inter.crl"});
    open(good);
    EXPECT_EQ("content", ask(good));
    for (const char* policy : {"hard_fail", "last_good:24", "queue", "off"}) {
        know({"root.crl", "inter.crl"}, policy);
        open(revoked);
        EXPECT_EQ("!certificate.revoked_crl", ask(revoked)) << policy;
    }
    EXPECT_TRUE(revoked.asked().empty()) << "nothing was said to it, no password either";
}

TEST_F(JudgedPeers, NobodyKnowsIsNotGoodAndOnTheSecondTryNeither) {
    test::FileServer server(true, files("good"));
    know({"root.crl"});
    open(server);
    EXPECT_EQ("!certificate.crl_missing", ask(server));
    EXPECT_EQ("!certificate.crl_missing", ask(server));
    know({"root.crl", "inter-stale.crl"});
    open(server);
    EXPECT_EQ("!certificate.crl_stale", ask(server));
    know({"inter.crl"});
    open(server);
    EXPECT_EQ("!certificate.crl_missing", ask(server)) << "the intermediate counts, too";
    know({}, "off");
    open(server);
    EXPECT_EQ("content", ask(server));
    EXPECT_EQ(1U, server.asked().size());
}

TEST_F(JudgedPeers, AKeptConnectionIsGivenUpWhereItsListRunsOut) {
    test::FileServer server(true, files("good"));
    know({"root.crl", "inter.crl"});
    open(server);
    EXPECT_EQ("content", ask(server));
    clock_.advance(8LL * 24 * 3'600'000);  // lists hold seven days
    EXPECT_EQ("!certificate.crl_stale", ask(server));
    EXPECT_EQ("!certificate.crl_stale", ask(server)) << "neither by a session that is resumed";
    EXPECT_EQ(1U, server.asked().size());
}

TEST_F(JudgedPeers, WhatElseIsWrongIsToldAsBefore) {
    test::FileServer foreign(true, files("foreign-leaf"));
    know({"root.crl", "inter.crl"});
    open(foreign);
    EXPECT_EQ("!peer.untrusted", ask(foreign));
}

}  // namespace
}  // namespace yht::kit
