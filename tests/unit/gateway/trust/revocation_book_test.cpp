// What is known of revocation, what it means under each policy, and what is asked: with lists and answers that `openssl` made, and a
// clock that stands still until it is moved.
#include "gateway/trust/revocation_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/crypto/digest.h"
#include "tests/support/made_certificates.h"

namespace yht::trust {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr const char* kResponder = "http://127.0.0.1:9/ocsp";

class Revocation : public testing::Test {
protected:
    const test::MadeCertificates& made = test::madeCertificates();
    base::ManualClock clock{base::SystemClock().nowMillis()};
    std::vector<std::string> log;
    int changes = 0;
    RevocationSettings settings = plain();
    std::unique_ptr<RevocationBook> book;

    RevocationSettings plain() {
        RevocationSettings made_settings;
        made_settings.policy = *parseRevocationPolicy("hard_fail");
        made_settings.log = [this](const std::string& line) { log.push_back(line); };
        return made_settings;
    }
    static crypto::CertificateChain chain(const std::string& name) {
        return *crypto::certificatesOfPem(test::madeCertificates().text(name));
    }
    static std::string fingerprint(const std::string& name) { return base::toHex(crypto::sha256(chain(name + ".pem").front())); }

    void open() {
        book = std::make_unique<RevocationBook>(settings, clock);
        book->whenChanged([this] { ++changes; });
    }
    /// A registry with a partner for each name.
    void usePartners(const std::vector<std::string>& names, const char* policy = nullptr, bool with_issuers = true) {
        std::vector<Partner> partners;
        for (const auto& name : names) {
            Partner partner;
            partner.id = name;
            if (policy != nullptr) partner.revocation = parseRevocationPolicy(policy);
            auto certificate = crypto::Certificate::fromDer(chain(name + ".pem").front());
            partner.certificates.push_back({*certificate, certificate->publicKey().defaultAlgorithm(), true, true, false, {}});
            if (with_issuers) partner.certificates.back().issuers = chain("inter.pem");
            partners.push_back(std::move(partner));
        }
        book->usePartners(std::make_shared<TrustSnapshot>(std::move(partners), std::vector<Source>{}), chain("root.pem"));
    }
    void useLists(const std::vector<std::string>& names) {
        settings.crl_files.clear();
        for (const auto& name : names) settings.crl_files.push_back(made.path(name));
        open();
        static_cast<void>(book->readFiles(true));
    }
    std::string judged(const std::string& name, const char* policy = nullptr) {
        const auto verdict = book->judge(fingerprint(name), policy == nullptr ? std::nullopt : parseRevocationPolicy(policy));
        return verdict.ok() ? "" : verdict.error().row().wire;
    }
    std::string farSide(const std::string& name) {
        const auto verdict = book->judgeFarSide(fingerprint(name), std::nullopt);
        return verdict.ok() ? "" : verdict.error().row().wire;
    }
};

TEST_F(Revocation, ByListIsRefusedUnderEveryPolicyAndTheOthersPass) {
    useLists({"inter.crl", "root.crl"});
    usePartners({"good", "revoked"});
    EXPECT_EQ(judged("good"), "");
    for (const char* policy : {"off", "hard_fail", "last_good:24", "queue"}) {
        EXPECT_EQ(judged("revoked", policy), "certificate.revoked_crl") << policy;
    }
    EXPECT_THAT(book->judge(fingerprint("revoked"), {}).error().detail, HasSubstr("key_compromise"));
}

TEST_F(Revocation, EveryMemberOfTheChainMustBeCovered) {
    useLists({"inter.crl"});
    usePartners({"good"});
    EXPECT_EQ(judged("good"), "speaker.revocation_unchecked");
    EXPECT_EQ(farSide("good"), "certificate.crl_missing");
    EXPECT_THAT(book->judge(fingerprint("good"), {}).error().detail, HasSubstr("CN=inter"));
}

TEST_F(Revocation, WithNothingThePolicyDecides) {
    open();
    usePartners({"good"});
    EXPECT_EQ(judged("good", "off"), "");
    EXPECT_EQ(judged("good", "hard_fail"), "speaker.revocation_unchecked");
    EXPECT_EQ(judged("good", "last_good:24"), "speaker.revocation_unchecked") << "there never was a good answer";
    EXPECT_EQ(judged("good", "queue"), "speaker.revocation_pending");
    // The second try is judged like the first.
    EXPECT_EQ(judged("good", "hard_fail"), "speaker.revocation_unchecked");
    EXPECT_EQ(book->judge("of nobody", parseRevocationPolicy("hard_fail")).error().code, ErrorCode::RevocationPending);
}

TEST_F(Revocation, AStaleListIsNotGoodButItsLastWordLastsAsLongAsThePolicySays) {
    useLists({"inter-stale.crl", "root.crl"});
    usePartners({"good", "revoked"});
    EXPECT_EQ(judged("good", "hard_fail"), "speaker.revocation_unchecked");
    EXPECT_EQ(farSide("good"), "certificate.crl_stale");
    EXPECT_EQ(judged("good", "last_good:24"), "speaker.revocation_unchecked") << "it ran out two days ago";
    EXPECT_EQ(judged("good", "last_good:72"), "");
    EXPECT_EQ(judged("revoked", "last_good:72"), "certificate.revoked_crl") << "stale or not, it names it";
    clock.advance(2 * kDay);
    EXPECT_EQ(judged("good", "last_good:72"), "speaker.revocation_unchecked");
}

TEST_F(Revocation, AListRunsOutWithTime) {
    useLists({"inter.crl", "root.crl"});
    usePartners({"good"}, "hard_fail");
    book->tick();
    EXPECT_EQ(judged("good"), "");
    clock.advance(8 * kDay);
    EXPECT_EQ(judged("good"), "speaker.revocation_unchecked");
}

TEST_F(Revocation, OneLineWhenItBeginsAndOneWhenItEnds) {
    useLists({"inter.crl", "root.crl"});
    usePartners({"good"}, "queue");
    book->tick();
    EXPECT_THAT(log, IsEmpty());
    clock.advance(8 * kDay);
    for (int i = 0; i < 5; ++i) {
        book->tick();
        clock.advance(1'000);
    }
    ASSERT_THAT(log, SizeIs(1));
    EXPECT_THAT(log[0], testing::AllOf(HasSubstr("partner good"), HasSubstr("can't be checked"), HasSubstr("queue"), HasSubstr("certificate.crl_stale")));
    EXPECT_EQ(book->standings().at(0).state, "unchecked");
    clock.stepTo(clock.nowMillis() - 8 * kDay);
    for (int i = 0; i < 5; ++i) book->tick();
    ASSERT_THAT(log, SizeIs(2));
    EXPECT_THAT(log[1], HasSubstr("checked again"));
}

TEST_F(Revocation, AListOfAnotherKeyCountsForNothing) {
    useLists({"inter-twin.crl", "root.crl"});
    usePartners({"good"});
    EXPECT_EQ(farSide("good"), "certificate.crl_untrusted");
}

TEST_F(Revocation, AnOlderListNeverTakesTheNewersPlace) {
    settings.crl_urls = {"http://ca.example/inter.crl"};
    useLists({"root.crl"});
    usePartners({"revoked"});
    const RevocationAsk ask{settings.crl_urls[0], {}, {}};
    book->took(ask, made.text("inter.crl"));
    EXPECT_EQ(judged("revoked"), "certificate.revoked_crl");
    book->took(ask, made.text("inter-before.crl"));
    EXPECT_EQ(judged("revoked"), "certificate.revoked_crl");
}

TEST_F(Revocation, WhoeverIsRevokedMeanwhileIsTold) {
    settings.crl_urls = {"http://ca.example/inter.crl"};
    useLists({"root.crl"});
    usePartners({"revoked"});
    const RevocationAsk ask{settings.crl_urls[0], {}, {}};
    book->took(ask, made.text("inter-before.crl"));
    EXPECT_EQ(judged("revoked"), "");
    const int before = changes;
    book->took(ask, made.text("inter.crl"));
    EXPECT_EQ(changes, before + 1);
    book->took(ask, made.text("inter.crl"));
    EXPECT_EQ(changes, before + 1) << "nothing new";
    EXPECT_EQ(judged("revoked"), "certificate.revoked_crl");
}

TEST_F(Revocation, OcspIsAskedOnceForEachCertificateAndItsAnswerHolds) {
    settings.ocsp_url = kResponder;
    useLists({"root.crl"});
    usePartners({"good"});
    const auto asks = book->due();
    ASSERT_THAT(asks, SizeIs(2)) << "the leaf and the intermediate";
    EXPECT_THAT(book->due(), IsEmpty());
    for (const auto& ask : asks) {
        EXPECT_EQ(ask.url, kResponder);
        if (ask.fingerprint == fingerprint("good")) book->took(ask, made.text("good.ocsp"));
        else book->took(ask, base::makeError(ErrorCode::PeerUnreachable));
    }
    EXPECT_EQ(judged("good"), "") << "the intermediate is covered by the root's list";
    clock.advance(2 * kDay);
    EXPECT_EQ(judged("good"), "speaker.revocation_unchecked");
}

TEST_F(Revocation, ByOcspIsRefused) {
    settings.ocsp_url = kResponder;
    useLists({"root.crl"});
    usePartners({"revoked"});
    for (const auto& ask : book->due()) {
        if (ask.fingerprint == fingerprint("revoked")) book->took(ask, made.text("revoked.ocsp"));
    }
    EXPECT_EQ(judged("revoked", "off"), "certificate.revoked_ocsp");
}

TEST_F(Revocation, OcspThatIsDownOrLiesIsNoAnswer) {
    settings.ocsp_url = kResponder;
    useLists({"root.crl"});
    usePartners({"good"});
    RevocationAsk of_leaf;
    for (const auto& ask : book->due()) {
        if (ask.fingerprint == fingerprint("good")) of_leaf = ask;
    }
    book->took(of_leaf, base::makeError(ErrorCode::PeerUnreachable, "connection refused"));
    EXPECT_EQ(farSide("good"), "certificate.ocsp_unavailable");
    book->took(of_leaf, made.text("good-by-impostor.ocsp"));
    EXPECT_EQ(farSide("good"), "certificate.ocsp_untrusted");
    book->took(of_leaf, made.text("good.ocsp"));
    EXPECT_EQ(farSide("good"), "");
    // What was good stays good until its own end, whatever the responder says of itself meanwhile.
    book->took(of_leaf, base::makeError(ErrorCode::PeerUnreachable));
    EXPECT_EQ(farSide("good"), "");
    clock.advance(2 * kDay);
    EXPECT_EQ(farSide("good"), "certificate.ocsp_unavailable");
}

TEST_F(Revocation, AfterAFailureItIsAskedAgain) {
    settings.ocsp_url = kResponder;
    settings.retry_ms = 1'000;
    useLists({"root.crl"});
    usePartners({"good"});
    for (const auto& ask : book->due()) book->took(ask, base::makeError(ErrorCode::PeerUnreachable));
    EXPECT_THAT(book->due(), IsEmpty());
    clock.advance(1'000);
    EXPECT_THAT(book->due(), SizeIs(2));
}

TEST_F(Revocation, AStapledAnswerCountsWhereItIsRight) {
    useLists({"root.crl"});
    const crypto::CertificateChain verified{chain("good.pem")[0], chain("inter.pem")[0], chain("root.pem")[0]};
    book->noteChain("destination province", std::nullopt, verified);
    EXPECT_EQ(farSide("good"), "certificate.crl_missing");
    book->takeStapled(verified, made.text("good-by-impostor.ocsp"));
    EXPECT_EQ(farSide("good"), "certificate.crl_missing");
    book->takeStapled(verified, made.text("good.ocsp"));
    EXPECT_EQ(farSide("good"), "");
}

TEST_F(Revocation, AnIntermediateThatOnlyHandshakesShowIsEnough) {
    useLists({"inter.crl", "root.crl"});
    usePartners({"good"}, nullptr, false);
    EXPECT_EQ(farSide("good"), "certificate.chain_incomplete");
    book->noteChain("", std::nullopt, {chain("server.pem")[0], chain("inter.pem")[0], chain("root.pem")[0]});
    EXPECT_EQ(judged("good"), "");
}

TEST_F(Revocation, WhatWasFetchedIsThereAfterARestart) {
    const std::string directory = made.path("kept");
    settings.directory = directory;
    settings.crl_urls = {"http://ca.example/inter.crl"};
    useLists({"root.crl"});
    usePartners({"good", "revoked"});
    EXPECT_EQ(judged("good"), "speaker.revocation_unchecked");
    book->took({settings.crl_urls[0], {}, {}}, made.text("inter.crl"));
    useLists({"root.crl"});
    usePartners({"good", "revoked"});
    EXPECT_EQ(judged("good"), "");
    EXPECT_EQ(judged("revoked"), "certificate.revoked_crl");
    std::filesystem::remove_all(directory);
}

TEST_F(Revocation, ABadFileKeepsTheListBeforeIt) {
    const std::string file = made.path("changing.crl");
    test::writeFile(file, made.text("inter.crl"));
    settings.crl_files = {file, made.path("root.crl")};
    open();
    ASSERT_TRUE(book->readFiles(true).ok());
    usePartners({"good", "revoked"});
    test::writeFile(file, "half a list");
    const auto read = book->readFiles(false);
    ASSERT_FALSE(read.ok());
    EXPECT_THAT(read.error().detail, HasSubstr("changing.crl"));
    EXPECT_EQ(judged("good"), "");
    EXPECT_EQ(judged("revoked"), "certificate.revoked_crl");
    EXPECT_TRUE(book->readFiles(false).ok()) << "it was told once";
}

TEST_F(Revocation, AListThatWasMadeTomorrowCountsTomorrow) {
    clock.advance(-2 * kDay);
    useLists({"inter.crl", "root.crl"});
    usePartners({"good"});
    EXPECT_EQ(judged("good"), "speaker.revocation_unchecked");
    clock.advance(2 * kDay);
    EXPECT_TRUE(book->readFiles(false).ok());
    EXPECT_EQ(judged("good"), "");
}

TEST_F(Revocation, AChainThatCantBeReadToItsEndIsNotGood) {
    useLists({"inter.crl", "root.crl"});
    book->noteChain("destination province", std::nullopt, {chain("server.pem")[0], "no certificate", chain("root.pem")[0]});
    EXPECT_EQ(farSide("server"), "certificate.chain_incomplete");
}

TEST_F(Revocation, ChainsAreBoundedAndThoseOfFarSidesComeFirst) {
    EXPECT_EQ(settings.chains_max, kRevocationChainsMax);
    settings.chains_max = 1;
    useLists({"inter.crl", "root.crl"});
    usePartners({"good", "renewed"});
    EXPECT_THAT(book->standings(), SizeIs(1));
    EXPECT_EQ(judged("good"), "");
    EXPECT_EQ(judged("renewed"), "speaker.revocation_pending") << "there is no room: nobody may say that it is good";
    book->tick();
    ASSERT_THAT(log, SizeIs(1));
    EXPECT_THAT(log[0], HasSubstr("1 certificate chains not followed"));
    usePartners({"good"});
    book->tick();
    ASSERT_THAT(log, SizeIs(2));
    EXPECT_THAT(log[1], HasSubstr("looked at again"));
    book->noteChain("destination province", std::nullopt, {chain("server.pem")[0], chain("inter.pem")[0], chain("root.pem")[0]});
    EXPECT_THAT(book->standings(), SizeIs(1));
    EXPECT_EQ(farSide("server"), "");
    EXPECT_EQ(judged("good"), "speaker.revocation_pending");
}

TEST_F(Revocation, AsksAreBounded) {
    EXPECT_EQ(settings.asks_max, 2 * kRevocationUrlsMax);
    settings.asks_max = 2;
    settings.crl_urls = {"http://127.0.0.1:9/1", "http://127.0.0.1:9/2", "http://127.0.0.1:9/3"};
    open();
    EXPECT_THAT(book->due(), SizeIs(2));
    book->tick();
    book->tick();
    ASSERT_THAT(log, SizeIs(1)) << "once";
    EXPECT_THAT(log[0], HasSubstr("1 lists and OCSP answers not fetched"));
}

TEST(RevocationPolicy, IsReadStrictly) {
    for (const char* text : {"off", "hard_fail", "last_good:24", "queue"}) {
        EXPECT_EQ(revocationPolicyText(*parseRevocationPolicy(text)), text);
    }
    for (const char* text : {"", "on", "last_good", "last_good:", "last_good:0", "last_good:24h", "last_good:745", "hard_fail "}) {
        EXPECT_FALSE(parseRevocationPolicy(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace yht::trust
