// Joint test (联调): what a partner in it does stays in the trial ledger, is reported, and ends with its next stage.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::Test;

class Trial : public Test {
protected:
    Trial() {
        edit("yht.yaml", "calendar:", "trial:\n  directory: trial\ncalendar:");
        setStage("live", "joint_test");
        // The province stands in for its own trial system: it is sent the trial ledger, and nothing else.
        edit("routes.yaml", "province: {from: start,", "province: {trial: true, from: start,");
    }
    void edit(const std::string& file, const std::string& what, const std::string& with) {
        const auto path = federation.deployment() + "/" + file;
        std::stringstream text;
        text << std::ifstream(path).rdbuf();
        auto changed = text.str();
        const auto at = changed.find(what);
        ASSERT_NE(std::string::npos, at) << what;
        changed.replace(at, what.size(), with);
        std::ofstream(path) << changed;
    }
    void setStage(const std::string& from, const std::string& to) {
        const std::string name = "name: 株洲市市场监督管理局12315\n    stage: ";
        edit("partners.yaml", name + from, name + to);
    }
    static std::string ticketOf(const Reply& reply) { return textMember(reply.json(), "ticket_no"); }
    Finished report() { return federation.yht({"partner", "report", "hotline-12315"}); }

    Federation federation;
};

TEST_F(Trial, WhatAPartnerTestsStaysInTheTrialLedger) {
    federation.startProvince();
    federation.startCentre();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    auto police = federation.partner("police-110");
    const auto tested = hotline.post("/v1/records", appeal("zz-12315", "A-1"));
    ASSERT_EQ(201, tested.status) << tested.body;
    const auto trial_no = ticketOf(tested);
    // A number of the trial ledger shows what it is: region, day, a serial that begins with 9.
    EXPECT_EQ('9', trial_no.at(16)) << trial_no;
    const auto real = police.post("/v1/records", appeal("zz-110", "J-1", {{"channel", "14"}}));
    ASSERT_EQ(201, real.status) << real.body;
    EXPECT_EQ('0', ticketOf(real).at(16)) << real.body;

    EXPECT_EQ(200, hotline.get("/v1/tickets/" + trial_no).status);
    EXPECT_EQ(404, hotline.get("/v1/tickets/" + ticketOf(real)).status);
    EXPECT_EQ(404, police.get("/v1/tickets/" + trial_no).status);
    const auto tickets = federation.tickets();
    ASSERT_EQ(1u, tickets.Size());
    EXPECT_EQ(ticketOf(real), textMember(tickets[0], "ticket_no"));
    EXPECT_NE(std::string::npos, federation.yht({"tickets", "--trial"}).output.find(trial_no));
    // The trial destination has the one, the live destination the other.
    Federation::waitUntil("the trial ledger is uploaded", [&] {
        return federation.yht({"ledger", "show", trial_no, "--trial"}).output.find("已签收") != std::string::npos;
    });
    Federation::waitUntil("the live ledger is delivered", [&] {
        return federation.yht({"ledger", "show", ticketOf(real)}).output.find("已签收") != std::string::npos;
    });
    EXPECT_EQ("1", textMember(federation.askProvince("/stats").json(), "rows"));
    EXPECT_EQ(0, federation.yht({"ledger", "verify", "--trial"}).exit_code);
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

TEST_F(Trial, TheReportTellsWhatIsPassedAndTheNextStageBeginsAnew) {
    federation.startProvince();
    federation.startCentre();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    EXPECT_EQ(3, report().exit_code);
    const auto record = appeal("zz-12315", "A-1");
    const auto first = hotline.post("/v1/records", record);
    ASSERT_EQ(201, first.status) << first.body;
    EXPECT_EQ(200, hotline.post("/v1/records", record).status);
    EXPECT_EQ(422, hotline.post("/v1/records", appeal("zz-12315", "A-2", {{"urgency", "7"}})).status);
    EXPECT_EQ(201, hotline.post("/v1/records", appeal("zz-12315", "A-2")).status);
    EXPECT_EQ(201, hotline.post("/v1/records", appeal("zz-12315", "A-2", {{"title", "另一标题"}})).status);
    EXPECT_EQ(200, hotline.get("/v1/tickets/" + ticketOf(first)).status);
    const auto changes = hotline.get("/v1/changes").json();
    EXPECT_EQ(200, hotline.get("/v1/changes?after=" + textMember(changes, "next")).status);
    EXPECT_EQ(200, hotline.get("/v1/receipts/" + textMember(first.json(), "seq")).status);
    Federation::waitUntil("one case is missing", [&] {
        return report().output.find("尚缺 1 项") != std::string::npos;
    });
    EXPECT_NE(std::string::npos, report().output.find("void_taken"));

    // What was passed outlives the gateway.
    federation.killGateway();
    federation.startGateway();
    hotline.movedTo(federation.gatewayPort());
    const auto voided = hotline.post("/v1/records", appeal("zz-12315", "A-2", {{"op", "void"}}));
    EXPECT_EQ(201, voided.status) << voided.body;
    Federation::waitUntil("all cases are passed", [&] { return report().exit_code == 0; });

    setStage("joint_test", "trial");
    ASSERT_EQ(0, federation.yht({"reload", "--why", "joint test passed"}).exit_code);
    const auto live = hotline.post("/v1/records", record);
    EXPECT_EQ(201, live.status) << live.body;
    EXPECT_EQ('0', ticketOf(live).at(16));
    EXPECT_EQ(404, hotline.get("/v1/tickets/" + ticketOf(first)).status);
}

TEST_F(Trial, WithoutATrialLedgerAPartnerInJointTestIsRefused) {
    edit("yht.yaml", "trial:\n  directory: trial\n", "");
    federation.launchGateway({});
    EXPECT_EQ(78, federation.awaitGatewaysEnd());  // a trial destination without a trial ledger
    edit("routes.yaml", "trial: true, ", "");
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto refused = hotline.post("/v1/records", appeal("zz-12315", "A-1"));
    EXPECT_EQ(403, refused.status);
    EXPECT_NE(std::string::npos, refused.body.find("speaker.stage_joint_test")) << refused.body;
    EXPECT_EQ(78, report().exit_code);
}

}  // namespace
}  // namespace yht::scenarios
