// The centre between a gateway that is a test's: it speaks over real TLS, and is spoken to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "gateway/ticket/ticket_number.h"
#include "tests/unit/tools/speaker/fake_gateway.h"
#include "tools/centre-sim/control.h"
#include "tools/centre-sim/inbox.h"

namespace yht {
namespace {

using ::testing::ElementsAre;

class CentreTest : public ::testing::Test {
protected:
    CentreTest() {
        for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(data() + tail);
        open();
    }
    ~CentreTest() override {
        misbehaviour_.stop();
        close();
    }
    static std::string data() { return (test::sharedPki().directory() / "centre.sqlite").string(); }

    void open() {
        const auto files = test::sharedPki().centre();
        desk_ = std::make_unique<centre_sim::Desk>(
            centre_sim::DeskOptions{data(), "zz-12345", 0}, plan_, clock_
        );
        listener_ = std::make_unique<stage::Listener>(stage::ListenerOptions{
            .tls = stage::TlsPaths{files.certificate, files.private_key, files.ca}});
        inbox_ = std::make_unique<centre_sim::Inbox>(
            centre_sim::InboxOptions{"/deliveries", {url()}}, trust_,
            *trust::signingKey(files.certificatePem(), files.privateKeyPem()), *desk_,
            misbehaviour_, clock_
        );
        listener_->start([this](const auto& request) { return inbox_->handle(request); });
        outbox_ = std::make_unique<centre_sim::Outbox>(
            *speaker::Speaker::make(gateway_.speakerOptions("centre"), clock_),
            speaker::SubmissionOptions{}, *desk_, clock_
        );
        control_ = std::make_unique<centre_sim::Control>(centre_sim::Control::Parts{
            *desk_, *outbox_, misbehaviour_, *listener_, *inbox_, plan_, clock_, "zz-12345"});
    }
    void close() {
        control_.reset();
        outbox_.reset();
        listener_.reset();
        inbox_.reset();
        desk_.reset();
    }
    std::string url() const { return "https://localhost:" + std::to_string(listener_->port()); }

    stage::HttpAnswer tell(const std::string& path, const std::string& body) {
        return control_->handle(
            {.method = "POST",
             .target = path,
             .path = path,
             .query = {},
             .fields = {},
             .body = body,
             .peer_certificate_der = {}}
        );
    }
    /// A delivery by `deliverer`, as native-delivery.md writes it.
    speaker::Reply deliver(
        const std::string& seq, const std::string& ticket_no, const std::string& record,
        const std::string& deliverer = "gateway"
    ) {
        const auto files = test::sharedPki().partner(deliverer);
        const auto speaker = speaker::Speaker::make(
            {.base_url = url(),
             .tls =
                 {.certificate_chain_pem = files.certificate,
                  .private_key_pem = files.private_key,
                  .peer_ca_pem = files.ca},
             .signing_certificate_pem = {},
             .signing_key_pem = {}},
            clock_
        );
        speaker::GatewayClient client(*speaker);
        return client.post(
            "/deliveries", R"([{"seq":")" + seq + R"(","ticket_no":")" + ticket_no +
                               R"(","committed_time":"2019-05-06T15:20:01.000+08:00","late":false,)" +
                               (information_ ? R"("for_information":true,)" : "") +
                               R"("numbers":{},"record":)" +
                               record + "}]"
        );
    }
    std::vector<std::string> postedKinds() const {
        std::vector<std::string> kinds;
        for (const auto& record : gateway_.taken()) {
            const auto slash = record.identity.find('/');
            kinds.push_back(
                record.identity.substr(slash + 1, record.identity.rfind('/') - slash - 1)
            );
        }
        return kinds;
    }

    bool information_ = false;  // what deliver() says: a branch handles it
    const std::string appeal_ =
        R"({"kind":"appeal","source":"zz-media","record_ref":"MT-1","event_time":"2019-05-06T15:20:00.000+08:00"})";
    const std::string ticket_no_ = ticket::formatTicketNumber({"430200", 18022, 7});
    const base::SystemClock clock_;
    const centre_sim::Plan plan_ = centre_sim::loadPlan("");
    test::FakeGateway gateway_;
    stage::Misbehaviour misbehaviour_{clock_};
    trust::TrustHolder trust_{centre_sim::registryOf(test::sharedPki().gateway().certificate)};
    std::unique_ptr<centre_sim::Desk> desk_;
    std::unique_ptr<centre_sim::Inbox> inbox_;
    std::unique_ptr<stage::Listener> listener_;
    std::unique_ptr<centre_sim::Outbox> outbox_;
    std::unique_ptr<centre_sim::Control> control_;
};

TEST_F(CentreTest, APhoneAppealIsPostedAndHandledUnderItsOwnNumber) {
    EXPECT_EQ(200, tell("/appeal", "{}").status);
    ASSERT_TRUE(gateway_.waitForTaken(6));
    EXPECT_THAT(
        postedKinds(), ElementsAre("appeal", "assignment", "process", "result", "visit", "process")
    );
    const auto taken = gateway_.taken();
    for (const auto& record : taken)
        EXPECT_EQ(taken[0].ticket_no, record.ticket_no) << record.identity;
}

TEST_F(CentreTest, ADeliveredTicketGetsANumberAndComesBackHandled) {
    const auto reply = deliver("17", ticket_no_, appeal_);
    EXPECT_EQ(200, reply.status) << reply.body;
    EXPECT_THAT(
        reply.body, ::testing::HasSubstr(R"("seq":"17","status":"accepted","number":"CZ-)")
    );
    ASSERT_TRUE(gateway_.waitForTaken(5));
    EXPECT_THAT(postedKinds(), ElementsAre("assignment", "process", "result", "visit", "process"));
    for (const auto& record : gateway_.taken()) EXPECT_EQ(ticket_no_, record.ticket_no);
}

TEST_F(CentreTest, ABranchesTicketIsSupervisedAndNotDispatched) {
    information_ = true;
    const auto reply = deliver("17", ticket_no_, appeal_);
    EXPECT_THAT(reply.body, ::testing::HasSubstr(R"("status":"accepted","number":"CZ-)"));
    information_ = false;
    deliver("18", ticket::formatTicketNumber({"430200", 18022, 8}), appeal_);
    ASSERT_TRUE(gateway_.waitForTaken(5));
    for (const auto& record : gateway_.taken()) EXPECT_NE(ticket_no_, record.ticket_no) << record.identity;
}

TEST_F(CentreTest, TheSameDeliveryAgainIsADuplicateWithTheSameNumber) {
    const auto first = json::parse(deliver("17", ticket_no_, appeal_).body);
    const auto again = json::parse(deliver("17", ticket_no_, appeal_).body);
    EXPECT_EQ("duplicate", json::textMember((*again)["items"][0], "status"));
    EXPECT_EQ(
        json::textMember((*first)["items"][0], "number"),
        json::textMember((*again)["items"][0], "number")
    );
    ASSERT_TRUE(gateway_.waitForTaken(5));
}

TEST_F(CentreTest, NobodyButTheGatewayMayDeliver) {
    EXPECT_EQ(403, deliver("17", ticket_no_, appeal_, "hotline").status);
}

TEST_F(CentreTest, AnAnswerLostAfterTheCommitIsADuplicateNextTime) {
    tell("/misbehave", R"({"cut_after_commit":1})");
    EXPECT_TRUE(deliver("17", ticket_no_, appeal_).lost);
    EXPECT_THAT(deliver("17", ticket_no_, appeal_).body, ::testing::HasSubstr("duplicate"));
}

TEST_F(CentreTest, RefusesOrPutsOffSingleRecordsOnCommand) {
    tell(
        "/misbehave",
        R"({"refuse_next":1,"refuse_field":"category_code","refuse_code":"category_unknown"})"
    );
    EXPECT_THAT(
        deliver("17", ticket_no_, appeal_).body,
        ::testing::HasSubstr(R"("status":"refused","code":"category_unknown")")
    );
    tell("/misbehave", R"({"refuse_next":1,"refuse_code":"later"})");
    EXPECT_THAT(
        deliver("17", ticket_no_, appeal_).body, ::testing::HasSubstr(R"("status":"later")")
    );
    EXPECT_THAT(
        deliver("17", ticket_no_, appeal_).body, ::testing::HasSubstr(R"("status":"accepted")")
    );
}

TEST_F(CentreTest, AnswersAreSignedForTheVeryRequest) {
    const auto files = test::sharedPki().gateway();
    const auto centre = crypto::Certificate::fromPem(test::sharedPki().centre().certificatePem());
    const std::string body =
        R"([{"seq":"1","ticket_no":")" + ticket_no_ + R"(","record":)" + appeal_ + "}]";
    trust::HttpHead head;
    head.method = "POST";
    head.target_uri = url() + "/deliveries";
    head.set("content-type", "application/json");
    const auto key = trust::signingKey(files.certificatePem(), files.privateKeyPem());
    ASSERT_TRUE(trust::signMessage(head, body, *key, clock_.nowMillis()).ok());
    stage::HttpRequest request{
        .method = "POST",
        .target = "/deliveries",
        .path = "/deliveries",
        .query = {},
        .fields = head.fields,
        .body = body,
        .peer_certificate_der = crypto::Certificate::fromPem(files.certificatePem())->toDer()};
    request.fields.emplace_back("host", url().substr(8));
    const trust::VerifyingKey expected{
        centre->publicKey(), centre->fingerprint(), crypto::SignatureAlgorithm::EcdsaP256Sha256};
    const auto check = [&](const stage::HttpAnswer& answer) {
        trust::HttpHead response;
        response.status = answer.status;
        response.set("content-type", answer.content_type);
        for (const auto& [name, value] : answer.fields) response.set(name, value);
        return trust::verifyResponse(response, answer.body, expected, head, clock_.nowMillis());
    };
    EXPECT_TRUE(check(inbox_->handle(request)).ok());
    tell("/misbehave", R"({"wrong_signature":1})");
    EXPECT_EQ(base::ErrorCode::DigestMismatch, check(inbox_->handle(request)).error().code);
    tell("/misbehave", R"({"unsigned":1})");
    EXPECT_FALSE(check(inbox_->handle(request)).ok());
}

TEST_F(CentreTest, PostsInTheOrderThatIsAskedFor) {
    EXPECT_EQ(200, tell("/appeal", R"({"order":[3,0,2,1]})").status);
    ASSERT_TRUE(gateway_.waitForTaken(4));
    EXPECT_THAT(postedKinds(), ElementsAre("result", "appeal", "process", "assignment"));
}

TEST_F(CentreTest, WhatIsQueuedSurvivesARestartAndLostAnswers) {
    tell("/hold", R"({"outbox":true})");
    tell("/appeal", "{}");
    close();
    gateway_.loseAnswers(2);
    open();
    ASSERT_TRUE(gateway_.waitForTaken(6));
    EXPECT_EQ(6u, gateway_.taken().size());
}

TEST_F(CentreTest, ARecordThatCantBeReadIsRefusedAtTheControlAddress) {
    EXPECT_EQ(400, tell("/record", "[]").status);
    EXPECT_EQ(400, tell("/appeal", R"({"order":[77]})").status);
}

}  // namespace
}  // namespace yht
