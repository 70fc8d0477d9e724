// How tickets are folded is the deployment's to say, and everybody who folds is told.
#include "gateway/app/gateway.h"
#include "gateway/app/opened_ledger.h"
#include "tests/unit/gateway/app/deployment_fixture.h"
#include "tests/unit/gateway/ticket/ticket_story.h"

namespace yht::app {
namespace {

class FoldRulesTest : public DeploymentFixture {
protected:
    ticket::FoldRules rulesOf(const std::string& more) {
        write("yht.yaml", read(directory + "/yht.yaml") + more);
        auto config = Config::load(directory);
        EXPECT_TRUE(config.ok()) << base::describe(config.error());
        return foldRules(*config);
    }
};

TEST_F(FoldRulesTest, LeftOutTheyAreTheFoldsOwn) {
    const auto rules = rulesOf("");
    const ticket::FoldRules own;
    EXPECT_EQ(own.lead_unit_decides, rules.lead_unit_decides);
    EXPECT_EQ(own.visit_required, rules.visit_required);
    EXPECT_EQ(own.audit_required, rules.audit_required);
    EXPECT_EQ(own.due_soon_ms, rules.due_soon_ms);
}

TEST_F(FoldRulesTest, EachHasItsKey) {
    const auto rules = rulesOf(
        "fold: {lead_unit_decides: false, visit_required: false, audit_required: true, due_soon_ms: 3600000}\n");
    EXPECT_FALSE(rules.lead_unit_decides);
    EXPECT_FALSE(rules.visit_required);
    EXPECT_TRUE(rules.audit_required);
    EXPECT_EQ(3'600'000, rules.due_soon_ms);
}

TEST_F(FoldRulesTest, TheDoorFoldsByThem) {
    (void)rulesOf("fold: {visit_required: false, audit_required: true}\n");
    auto config = Config::load(directory);
    auto key = readSigningKey(directory + "/gateway.pem", directory + "/gateway.key");
    const auto options = doorOptions(*config, *std::move(key), ticket::Calendar());
    EXPECT_FALSE(options.fold_rules.visit_required);
    EXPECT_TRUE(options.fold_rules.audit_required);
}

TEST_F(FoldRulesTest, CommandsFoldByThem) {
    ticket::Story story;
    story.appeal("3");
    story.assign("A1", "U1");
    story.result("U1");
    ledger::StoredTicket stored;
    for (const auto& record : story.records) stored.records.push_back({.record = record});
    openLedger().reset();
    const auto state = [&] {
        ticket::State folded{};
        EXPECT_EQ(kExitOk, withLedger(directory, [&](OpenedLedger& opened) -> int {
                      folded = opened.fold(stored).state;
                      return kExitOk;
                  }));
        return folded;
    };
    EXPECT_EQ(ticket::State::AwaitingVisit, state());
    (void)rulesOf("fold: {visit_required: false}\n");
    EXPECT_EQ(ticket::State::Closed, state());
}

}  // namespace
}  // namespace yht::app
