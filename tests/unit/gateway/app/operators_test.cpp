// Operators: who is named, what they sign, what their role may do, and the second person.
#include "gateway/app/operators.h"

#include <filesystem>

#include "gateway/app/approvals.h"
#include "gateway/app/control_approvals.h"
#include "tests/support/pki.h"
#include "tests/unit/gateway/ledger/store/ledger_fixture.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kOrigin = "ledger.example/yht";

/// A deployment with op-1 and op-2 (security), op-3 (system), op-9 (audit), and a table of commands with an effect to count.
class OperatorsTest : public ledger::LedgerTest {
protected:
    OperatorsTest() {
        clock_.stepTo(base::SystemClock().nowMillis());  // certificates are made now
        open();
        for (const char* id : {"op-1", "op-2", "op-3", "op-9"}) makeOperator(id);
        write("operators:\n" + row("op-1", "security") + row("op-2", "安全管理") + row("op-3", "system") + row("op-9", "audit"));
        desk_.replace(must(loadOperators(folder_.path())));
        table_.push_back({"wipe", {"ticket_no"}, true, effect(), kSecurityRole, always});
        table_.push_back({"pause", {}, true, effect()});
        for (auto& approval : approvalCommands(folder_.path())) table_.push_back(std::move(approval));
    }

    static std::string row(const std::string& id, const std::string& role) {
        return "  - { id: " + id + ", name: 某某, role: " + role + ", certificate: " + id + ".pem }\n";
    }
    void makeOperator(const std::string& id) {
        const auto files = test::sharedPki().partner(id);
        test::writeFile(folder_ / (id + ".pem"), files.certificatePem());
        keys_.emplace(id, must(crypto::PrivateKey::fromPem(files.privateKeyPem())));
    }
    void write(const std::string& text) { test::writeFile(folder_ / kOperatorsFile, text); }

    std::function<base::Result<std::string>(ControlServices&, const ControlCall&)> effect() {
        return [this](ControlServices&, const ControlCall& call) {
            done_.push_back(call.request.command + " by " + call.operator_id + (call.second_id.empty() ? "" : " and " + call.second_id));
            return base::Result<std::string>("{}");
        };
    }
    ControlRequest signedBy(const std::string& id, ControlRequest request) {
        const auto& key = keys_.at(id);
        EXPECT_TRUE(signCommand(request, id, kOrigin, {key, "", key.publicKey().defaultAlgorithm()}, clock_.nowMillis(), random_).ok());
        return request;
    }
    /// "ok", or the error's wire string.
    std::string give(const ControlRequest& request) {
        ControlServices services{.store = store(), .clock = clock_, .random = random_, .directory = folder_.path(), .operators = &desk_,
                                 .system_log = [this](const std::string& line) { system_log_.push_back(line); }};
        const auto answer = runControl(table_, services, {request, "uid:7"});
        if (!answer.ok()) said_ = answer.error().public_en + answer.error().public_zh;
        return answer.ok() ? "ok" : answer.error().row().wire;
    }
    std::string give(const std::string& id, ControlRequest request) { return give(signedBy(id, std::move(request))); }
    std::vector<PendingApproval> waiting() { return must(pendingApprovals(*look(), clock_.nowMillis())); }
    std::string approve(const std::string& id, std::uint64_t number) {
        return give(id, {kApprove, {{"id", std::to_string(number)}}, "seen"});
    }

    const ControlRequest wipe_{"wipe", {{"ticket_no", "1"}}, "court order"};
    std::map<std::string, crypto::PrivateKey> keys_;
    OperatorDesk desk_{kOrigin, clock_};
    std::vector<ControlCommand> table_;
    std::vector<std::string> done_, system_log_;
    std::string said_;
};

TEST_F(OperatorsTest, ACommandIsGivenInTheNameOfWhoSignedIt) {
    EXPECT_EQ("ok", give("op-3", {"pause", {}, "maintenance"}));
    EXPECT_THAT(done_, ElementsAre("pause by op-3"));
    EXPECT_THAT(system_log_, ElementsAre("command=pause operator=op-3 result=ok"));
}

TEST_F(OperatorsTest, WhereOperatorsAreNamedAnAccountAloneCommandsNothing) {
    EXPECT_EQ("operator.unknown", give({"pause", {}, "maintenance"}));
    EXPECT_THAT(said_, HasSubstr("YHT_OPERATOR"));
    EXPECT_THAT(done_, IsEmpty());
    EXPECT_THAT(system_log_, ElementsAre("command=pause operator=uid:7 result=operator.unknown"));
    desk_.replace({});
    EXPECT_EQ("ok", give({"pause", {}, "maintenance"}));
    EXPECT_THAT(done_, ElementsAre("pause by uid:7"));
}

TEST_F(OperatorsTest, ACommandThatThereIsNotIsNoLineOfItsOwn) {
    EXPECT_EQ("request.parameter_invalid", give({"19900000001\nresult=ok", {}, "maintenance"}));
    EXPECT_THAT(system_log_, ElementsAre("command=- operator=uid:7 result=request.parameter_invalid"));
}

TEST_F(OperatorsTest, WhatIsSignedCanNeitherBeAlteredNorGivenTwiceNorByAnother) {
    const auto request = signedBy("op-3", {"pause", {}, "maintenance"});
    auto altered = request;
    altered.why = "something else";
    EXPECT_EQ("operator.unknown", give(altered));
    auto another = request;
    another.signature->operator_id = "op-1";
    EXPECT_EQ("operator.unknown", give(another));
    auto nobody = request;
    nobody.signature->operator_id = "op-4";
    EXPECT_EQ("operator.unknown", give(nobody));
    auto unreadable = request;
    unreadable.signature->value = "*";
    EXPECT_EQ("operator.unknown", give(unreadable));
    EXPECT_EQ("ok", give(request));
    EXPECT_EQ("operator.unknown", give(request));
    EXPECT_THAT(said_, HasSubstr("given before"));
    EXPECT_THAT(done_, ElementsAre("pause by op-3"));
}

TEST_F(OperatorsTest, ASignatureOfAnotherLedgerOrAnotherTimeIsNone) {
    ControlRequest request{"pause", {}, "maintenance"};
    const trust::SigningKey key{keys_.at("op-3"), "", crypto::SignatureAlgorithm::EcdsaP256Sha256};
    ASSERT_TRUE(signCommand(request, "op-3", "elsewhere.example/yht", key, clock_.nowMillis(), random_).ok());
    EXPECT_EQ("operator.unknown", give(request));
    ASSERT_TRUE(signCommand(request, "op-3", kOrigin, key, clock_.nowMillis() - kCommandToleranceMs - 1, random_).ok());
    EXPECT_EQ("operator.unknown", give(request));
    EXPECT_THAT(said_, HasSubstr("clocks"));
    ASSERT_TRUE(signCommand(request, "op-3", kOrigin, key, clock_.nowMillis() + kCommandToleranceMs, random_).ok());
    EXPECT_EQ("ok", give(request));
}

TEST_F(OperatorsTest, ARevokedOperatorCommandsNothing) {
    write("operators:\n  - { id: op-3, name: 某某, role: system, certificate: op-3.pem, revoked: true }\n");
    desk_.replace(must(loadOperators(folder_.path())));
    EXPECT_EQ("operator.unknown", give("op-3", {"pause", {}, "maintenance"}));
    EXPECT_THAT(said_, HasSubstr("revoked"));
}

TEST_F(OperatorsTest, ARoleMayWhatTheTableSaysAndNothingElse) {
    EXPECT_EQ("operator.role", give("op-9", {"pause", {}, "maintenance"}));
    EXPECT_THAT(said_, HasSubstr("system 系统管理"));
    EXPECT_EQ("operator.role", give("op-3", wipe_));
    EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(OperatorsTest, ASecondPersonApprovesAndTheFirstGivesItAgainOnce) {
    EXPECT_EQ("operator.approval_wanted", give("op-1", wipe_));
    EXPECT_THAT(done_, IsEmpty());
    ASSERT_EQ(1u, waiting().size());
    const auto id = waiting()[0].id;
    EXPECT_EQ("wipe", waiting()[0].request.command);
    EXPECT_EQ("operator.approval_wanted", give("op-1", wipe_));
    EXPECT_EQ(1u, waiting().size()) << "asked once";

    EXPECT_EQ("ok", approve("op-2", id));
    EXPECT_THAT(done_, IsEmpty()) << "approving does not do it";
    EXPECT_EQ("operator.approval_wanted", give("op-2", wipe_)) << "another's approval is not theirs";
    EXPECT_EQ("operator.approval_wanted", give("op-1", {"wipe", {{"ticket_no", "2"}}, "court order"})) << "another ticket";
    EXPECT_EQ("ok", give("op-1", wipe_));
    EXPECT_THAT(done_, ElementsAre("wipe by op-1 and op-2"));
    EXPECT_EQ("operator.approval_wanted", give("op-1", wipe_)) << "once";
}

TEST_F(OperatorsTest, NobodyApprovesTheirOwnNorWhatTheirRoleMayNot) {
    give("op-1", wipe_);
    const auto id = waiting()[0].id;
    EXPECT_EQ("operator.role", approve("op-1", id));
    EXPECT_EQ("operator.approval_wanted", give("op-1", wipe_));
    EXPECT_EQ("request.not_found", approve("op-2", id + 1000));
}

TEST_F(OperatorsTest, WhatIsRefusedOrTooOldIsAskedAnew) {
    give("op-1", wipe_);
    const auto first = waiting()[0].id;
    EXPECT_EQ("ok", give("op-2", {kRefuse, {{"id", std::to_string(first)}}, "wrong ticket"}));
    EXPECT_THAT(waiting(), IsEmpty());
    EXPECT_EQ("operator.approval_wanted", give("op-1", wipe_));
    ASSERT_EQ("ok", approve("op-2", waiting()[0].id));
    clock_.advance(kApprovalMillisMax + 1);
    EXPECT_THAT(waiting(), IsEmpty());
    EXPECT_EQ("operator.approval_wanted", give("op-1", wipe_)) << "yesterday's approval is over";
    EXPECT_THAT(done_, IsEmpty());
}

TEST_F(OperatorsTest, AnApprovalSurvivesARestart) {
    give("op-1", wipe_);
    ASSERT_EQ("ok", approve("op-2", waiting()[0].id));
    reopen();
    EXPECT_EQ("ok", give("op-1", wipe_));
    EXPECT_THAT(done_, ElementsAre("wipe by op-1 and op-2"));
}

TEST_F(OperatorsTest, NoMoreWaitThanThereIsRoomFor) {
    for (std::size_t i = 0; i < kApprovalsMax; ++i) {
        ASSERT_EQ("operator.approval_wanted", give("op-1", {"wipe", {{"ticket_no", std::to_string(i)}}, "x"}));
    }
    EXPECT_EQ("server.queue_full", give("op-1", {"wipe", {{"ticket_no", "one more"}}, "x"}));
}

TEST_F(OperatorsTest, EverythingWrongInTheFileIsToldAtOnce) {
    write("operators:\n"
          "  - { id: op-1, name: 甲, role: sistem, certificate: op-1.pem }\n"
          "  - { id: op-1, name: 乙, role: audit, certificate: op-1.pem }\n"
          "  - { id: op-5, name: 丙, role: audit, certificate: ../x.pem, rolle: audit }\n");
    const auto read = loadOperators(folder_.path());
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(ErrorCode::ConfigInvalid, read.error().code);
    EXPECT_THAT(read.error().detail, HasSubstr("operators.yaml:2"));
    EXPECT_THAT(read.error().detail, HasSubstr("system"));
    EXPECT_THAT(read.error().detail, HasSubstr("stands twice"));
    EXPECT_THAT(read.error().detail, HasSubstr("another operator's too"));
    EXPECT_THAT(read.error().detail, HasSubstr("inside this directory"));
    EXPECT_THAT(read.error().detail, HasSubstr("role"));
}

TEST_F(OperatorsTest, WithoutAFileNobodyIsNamed) {
    std::filesystem::remove(folder_ / kOperatorsFile);
    EXPECT_THAT(must(loadOperators(folder_.path())), IsEmpty());
}

}  // namespace
}  // namespace yht::app
