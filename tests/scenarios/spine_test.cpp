// The spine, end to end: what the product is for, one promise a test.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;

class Spine : public testing::Test {
protected:
    /// Posts one record and expects it to be new.
    std::string created(PartnerClient& partner, const std::string& record) {
        const auto reply = partner.post("/v1/records", record);
        EXPECT_EQ(201, reply.status) << reply.body;
        return textMember(reply.json(), "ticket_no");
    }
    int statusOf(PartnerClient& partner, const std::string& record) {
        return partner.post("/v1/records", record).status;
    }
    /// The province's own count of something.
    std::string provinceCount(const std::string& name) { return textMember(federation.askProvince("/stats").json(), name); }
    /// Records of one kind that the province has of a ticket.
    bool provinceHas(const std::string& ticket_no, const std::string& kind) {
        const auto reply = federation.askProvince("/records?ticket=" + ticket_no).json();
        const auto* by_ticket = json::findMember(reply, "by_ticket");
        const auto* ticket = by_ticket == nullptr ? nullptr : json::findMember(*by_ticket, ticket_no);
        const auto* kinds = ticket == nullptr ? nullptr : json::findMember(*ticket, "kinds");
        return kinds != nullptr && json::findMember(*kinds, kind) != nullptr;
    }
    std::string stateOf(PartnerClient& partner, const std::string& ticket_no) {
        const auto ticket = partner.get("/v1/tickets/" + ticket_no).json();
        const auto* state = json::findMember(ticket, "state");
        return state == nullptr ? "" : textMember(*state, "name");
    }
    std::string timeline(const std::string& ticket_no) { return federation.yht({"ledger", "show", ticket_no}).output; }

    Federation federation;
};

/// With an announced maintenance of the far side nothing would be delivered in these hours, by a test or by tools/run.
TEST_F(Spine, ADevelopmentDeploymentsProfilesAreTheShippedOnesWithoutMaintenance) {
    const auto read = [](const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        return std::string{std::istreambuf_iterator<char>(in), {}};
    };
    for (const std::string rules : {"profiles/xiang-province/profile.yaml", "profiles/xiang-exchange/profile.yaml"}) {
        std::string shipped = read(YHT_SOURCE_DIR "/schemas/" + rules);
        const auto begin = shipped.find("\nmaintenance:"), end = shipped.find("\nenvelope:");
        ASSERT_LT(begin, end) << rules;
        EXPECT_EQ(shipped.erase(begin, end - begin), read(federation.deployment() + "/" + rules));
    }
}

TEST_F(Spine, APhoneAppealAndAPartnersPostAreSignedForByTheProvince) {
    federation.startProvince();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    auto centre = federation.partner("centre");
    const auto posted = created(hotline, appeal("zz-12315", "A-1"));
    const auto phoned = created(centre, appeal("zz-12345", "P-1", {{"channel", "01"}, {"hotline_number", "12345"}, {"caller_phone", "19900005678"}}));
    EXPECT_NE(posted, phoned);
    Federation::waitUntil("both are at the province", [&] { return provinceHas(posted, "SQ") && provinceHas(phoned, "SQ"); });
    // Its signed receipt and its own number stand in the ledger.
    Federation::waitUntil("the receipt is in the ledger", [&] { return timeline(posted).find("已签收") != std::string::npos; });
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

TEST_F(Spine, TheCentresResultComesHomeToTheRightTicket) {
    federation.startProvince();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    auto centre = federation.partner("centre");
    const auto ticket_no = created(hotline, appeal("zz-12315", "A-1"));
    const auto other_no = created(hotline, appeal("zz-12315", "A-2"));
    EXPECT_EQ(ticket_no, created(centre, assignment("zz-12345", "PD-1", {{"ticket_no", ticket_no}, {"ticket_ref", "CZ-1"}})));
    EXPECT_EQ(ticket_no, created(centre, process("zz-12345", "GC-1", "30", {{"ticket_ref", "CZ-1"}, {"assignment_ref", "PD-1"}})));
    EXPECT_EQ(ticket_no, created(centre, result("zz-12345", "JG-1", {{"ticket_ref", "CZ-1"}, {"assignment_ref", "PD-1"}})));
    EXPECT_EQ(ticket_no, created(centre, visit("zz-12345", "HF-1", {{"ticket_ref", "CZ-1"}})));
    for (const char* kind : {"SQ", "PD", "GC", "JG", "HF"}) {
        Federation::waitUntil(std::string("province has ") + kind, [&] { return provinceHas(ticket_no, kind); });
    }
    EXPECT_FALSE(provinceHas(other_no, "JG"));
    // The partner reads what became of it.
    const auto changes = hotline.get("/v1/changes?after=0&limit=100").body;
    EXPECT_NE(std::string::npos, changes.find("已疏通排水口")) << changes;
}

TEST_F(Spine, TheCentreHandlesWhatAPartnerHandsInAndTheAnswerGoesHome) {
    federation.startAll();
    auto hotline = federation.partner("hotline-12315");
    const auto ticket_no = created(hotline, appeal("zz-12315", "A-1"));
    ASSERT_EQ(200, federation.tellCentre("/appeal", "{}").status);
    federation.waitUntilSettled(2);
    for (const char* kind : {"PD", "GC", "JG", "HF"}) {
        Federation::waitUntil(std::string("province has ") + kind, [&] { return provinceHas(ticket_no, kind); });
    }
    // Its own number is a name of the ticket, and no ticket appears twice.
    EXPECT_NE(std::string::npos, timeline(ticket_no).find("centre-430200: CZ-"));
    EXPECT_EQ(2u, federation.tickets().Size());
    const auto changes = hotline.get("/v1/changes?after=0&limit=100").body;
    EXPECT_NE(std::string::npos, changes.find("public_reply")) << changes;
}

TEST_F(Spine, TwoPartiesNumbersAreOneTicket) {
    federation.startProvince();
    federation.startGateway();
    auto police = federation.partner("police-110");
    auto centre = federation.partner("centre");
    const auto ticket_no = created(police, appeal("zz-110", "JJD-1", {{"channel", "14"}}));
    EXPECT_EQ(ticket_no, created(centre, result("zz-12345", "JG-9", {{"ticket_ref", "CZ-9"}, {"other_refs", R"(["zz-110/JJD-1"])"}})));
    // From now on the centre's own number is enough.
    EXPECT_EQ(ticket_no, created(centre, visit("zz-12345", "HF-9", {{"ticket_ref", "CZ-9"}})));
    EXPECT_EQ(1u, federation.tickets().Size());
}

TEST_F(Spine, AResultBeforeItsAppealWaitsForItAndThenGoes) {
    federation.startProvince();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto ticket_no = created(hotline, result("zz-12315", "JG-1", {{"ticket_ref", "A-1"}}));
    EXPECT_EQ("incomplete", stateOf(hotline, ticket_no));
    Federation::waitUntil("the result is held", [&] {
        return federation.yht({"deliveries", "--json"}).output.find("\"held\":1") != std::string::npos;
    });
    EXPECT_FALSE(provinceHas(ticket_no, "JG"));
    EXPECT_EQ(ticket_no, created(hotline, appeal("zz-12315", "A-1")));
    Federation::waitUntil("both are there", [&] { return provinceHas(ticket_no, "SQ") && provinceHas(ticket_no, "JG"); });
}

TEST_F(Spine, AUnitsSignInBeforeItsAssignmentIsNeitherRefusedNorLost) {
    federation.startProvince();
    federation.startGateway();
    auto centre = federation.partner("centre");
    const auto ticket_no = created(centre, appeal("zz-12345", "P-1"));
    EXPECT_EQ(ticket_no, created(centre, process("zz-12345", "GC-1", "30", {{"ticket_ref", "P-1"}, {"assignment_ref", "PD-1"}})));
    EXPECT_EQ(ticket_no, created(centre, assignment("zz-12345", "PD-1", {{"ticket_ref", "P-1"}})));
    for (const char* kind : {"SQ", "PD", "GC"}) {
        Federation::waitUntil(std::string("province has ") + kind, [&] { return provinceHas(ticket_no, kind); });
    }
}

TEST_F(Spine, HandledClosedHandledAgainFromASourceWithoutVersionsIsThreeVersions) {
    federation.startProvince();
    federation.startGateway();
    auto centre = federation.partner("centre");
    const auto ticket_no = created(centre, appeal("zz-12345", "P-1"));
    const auto in_hand = process("zz-12345", "ZT-1", "31", {{"ticket_ref", "P-1"}});
    const auto closed = process("zz-12345", "ZT-1", "80", {{"ticket_ref", "P-1"}});
    EXPECT_EQ(201, statusOf(centre, in_hand));
    EXPECT_EQ(200, statusOf(centre, in_hand));
    EXPECT_EQ(201, statusOf(centre, closed));
    EXPECT_EQ(201, statusOf(centre, in_hand));
    EXPECT_EQ("in_hand", stateOf(centre, ticket_no));
    federation.waitUntilUploaded(4);
}

TEST_F(Spine, TheSamePostAgainIsAnsweredWithTheFirstReceiptAndChangedContentIsAConflict) {
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto record = appeal("zz-12315", "A-1", {{"version", "1"}});
    const auto first = hotline.post("/v1/records", record);
    const auto again = hotline.post("/v1/records", record);
    EXPECT_EQ(201, first.status);
    EXPECT_EQ(200, again.status);
    EXPECT_EQ(json::write(*json::findMember(first.json(), "receipt")), json::write(*json::findMember(again.json(), "receipt")));
    const auto changed = hotline.post("/v1/records", appeal("zz-12315", "A-1", {{"version", "1"}, {"title", "换了标题"}}));
    EXPECT_EQ(409, changed.status);
    EXPECT_NE(std::string::npos, changed.body.find("title"));
    EXPECT_EQ(std::string::npos, changed.body.find("换了标题")) << "an error repeats what was sent";
}

TEST_F(Spine, OneRefusedRecordOfABatchDoesNotHoldTheOthers) {
    federation.startProvince();
    ASSERT_EQ(200, federation.tellProvince("/misbehave", R"({"refuse_where":{"field":"JLBH","value":"A-2"},"refuse_field":"SQBT","refuse_code":"2003"})").status);
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto reply = hotline.post("/v1/records", arrayOf({appeal("zz-12315", "A-1"), appeal("zz-12315", "A-2"), appeal("zz-12315", "A-3")}));
    ASSERT_EQ(200, reply.status) << reply.body;
    Federation::waitUntil("two are there", [&] { return provinceCount("rows") == "2"; });
    Federation::waitUntil("the third is a dead letter with the far side's field error", [&] {
        const auto deliveries = federation.yht({"deliveries", "--json"}).output;
        return deliveries.find("\"dead\":1") != std::string::npos && deliveries.find("/record_ref") != std::string::npos;
    });
}

TEST_F(Spine, ARefusedAppealHoldsItsTicketUntilItsCorrectionIsAccepted) {
    federation.startProvince();
    ASSERT_EQ(200, federation.tellProvince("/misbehave", R"({"refuse_next":1,"refuse_field":"SQBT","refuse_code":"2003"})").status);
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto ticket_no = created(hotline, appeal("zz-12315", "A-1", {{"version", "1"}}));
    created(hotline, result("zz-12315", "JG-1", {{"ticket_ref", "A-1"}}));
    Federation::waitUntil("the appeal is refused, the result held", [&] {
        const auto deliveries = federation.yht({"deliveries", "--json"}).output;
        return deliveries.find("\"dead\":1") != std::string::npos && deliveries.find("\"held\":1") != std::string::npos;
    });
    created(hotline, appeal("zz-12315", "A-1", {{"version", "2"}, {"title", "更正后的标题"}}));
    Federation::waitUntil("both are there", [&] { return provinceHas(ticket_no, "SQ") && provinceHas(ticket_no, "JG"); });
    federation.waitUntilUploaded(2);
}

TEST_F(Spine, AnAnswerLostAfterTheProvinceCommittedIsNeitherLostNorDoubled) {
    federation.startProvince();
    ASSERT_EQ(200, federation.tellProvince("/misbehave", R"({"cut_after_commit":1})").status);
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    created(hotline, appeal("zz-12315", "A-1"));
    federation.waitUntilUploaded(1);
    EXPECT_EQ("", provinceCount("crossed"));
}

struct Mischief { const char* name; const char* command; };
class ProvinceMisbehaves : public Spine, public testing::WithParamInterface<Mischief> {};
TEST_P(ProvinceMisbehaves, AndEveryRecordStillArrivesOnce) {
    federation.startProvince();
    federation.startGateway();
    ASSERT_EQ(200, federation.tellProvince("/misbehave", GetParam().command).status);
    auto hotline = federation.partner("hotline-12315");
    created(hotline, appeal("zz-12315", "A-1"));
    created(hotline, result("zz-12315", "JG-1", {{"ticket_ref", "A-1"}}));
    // It has been met before it ends: the gateway says what troubles it.
    Federation::waitUntil("the trouble shows", [&] {
        return provinceCount("rows") == "2" || federation.yht({"deliveries", "--json"}).output.find("\"last_error\":\"delivery.") != std::string::npos;
    });
    ASSERT_EQ(200, federation.tellProvince("/reset", "{}").status);
    federation.waitUntilUploaded(2);
    EXPECT_EQ("", provinceCount("crossed"));
}
INSTANTIATE_TEST_SUITE_P(
    Ways, ProvinceMisbehaves,
    testing::Values(Mischief{"Slow", R"({"slow_ms":300})"}, Mischief{"Errors500", R"({"fail500":2})"},
                    Mischief{"TooMany429", R"({"busy429":1,"retry_after_s":1})"}, Mischief{"CutBeforeCommit", R"({"cut_before_commit":1})"},
                    Mischief{"WrongReceipt", R"({"wrong_signature":1})"}, Mischief{"UnsignedReceipt", R"({"unsigned":1})"},
                    Mischief{"Down", R"({"down":true})"}, Mischief{"Maintenance", R"({"refuse_batch":1,"refuse_batch_code":"1006"})"}),
    [](const auto& param_info) { return param_info.param.name; });

TEST_F(Spine, AFailedSignatureIsAnsweredWithTheBaseAsWeBuiltIt) {
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto reply = hotline.postSpoiled("/v1/records", appeal("zz-12315", "A-1"), [](trust::HttpHead&, std::string& body) { body[body.size() - 2] ^= 1; });
    EXPECT_EQ(401, reply.status);
    EXPECT_EQ("signature.digest_mismatch", textMember(reply.json(), "code"));
    const auto other = hotline.postSpoiled("/v1/records", appeal("zz-12315", "A-1"), [](trust::HttpHead& head, std::string&) { head.set("content-type", "application/json; charset=utf-8"); });
    EXPECT_EQ(401, other.status);
    EXPECT_EQ("signature.invalid", textMember(other.json(), "code")) << other.body;
    EXPECT_NE(std::string::npos, textMember(other.json(), "signature_base").find("\"@method\": POST"));
    EXPECT_EQ(0u, federation.tickets().Size());
}

TEST_F(Spine, ReceiptsAndProofsAreServedAndTheCodesToo) {
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto reply = hotline.post("/v1/records", appeal("zz-12315", "A-1"));
    const auto seq = textMember(reply.json(), "seq");
    const auto receipt = hotline.get("/v1/receipts/" + seq);
    EXPECT_EQ(200, receipt.status);
    EXPECT_EQ(json::write(*json::findMember(reply.json(), "receipt")), json::write(receipt.json()));
    EXPECT_EQ(200, hotline.get("/v1/checkpoint").status);
    EXPECT_EQ(200, hotline.get("/v1/proof?seq=" + seq + "&size=" + seq).status);
    EXPECT_EQ(200, hotline.get("/v1/codes/channel").status);
    EXPECT_EQ(404, hotline.get("/v1/codes/none").status);
    // Another partner's receipt is not there for this one.
    EXPECT_EQ(404, federation.partner("police-110").get("/v1/receipts/" + seq).status);
}

TEST_F(Spine, ARestartGoesOnWithTheSameLedgerAndNumbers) {
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto first = created(hotline, appeal("zz-12315", "A-1"));
    EXPECT_EQ(0, federation.stopGateway());
    federation.startGateway();
    auto again = federation.partner("hotline-12315");
    EXPECT_EQ(200, statusOf(again, appeal("zz-12315", "A-1")));
    const auto second = created(again, appeal("zz-12315", "A-2"));
    EXPECT_LT(first.substr(16, 7), second.substr(16, 7));
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

}  // namespace
}  // namespace yht::scenarios
