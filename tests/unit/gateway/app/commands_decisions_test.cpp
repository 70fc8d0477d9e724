#include <unistd.h>

#include "gateway/app/control_client.h"
#include "gateway/app/control_socket.h"
#include "gateway/delivery/decision.h"
#include "gateway/delivery/outcome.h"
#include "gateway/json/json.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using ledger::DeliveryState;
using testing::HasSubstr;
using testing::Not;

class CommandsDecisionsTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        auto store = openLedger();
        dead = putRow(*store, DeliveryState::Dead,
                      delivery::encodeDeadReason(
                          {.code = "delivery.refused",
                           .peer_code = "2003",
                           .fields = {{"/title", "not_in_list", "", "bad", "不符"}}}));
        flying = putRow(*store, DeliveryState::InFlight, "{}");
    }
    /// A call (a record without a ticket), as its delivery stands.
    std::string putRow(ledger::Store& store, DeliveryState state, const std::string& reason) {
        ledger::Seq seq = 0;
        const auto status = store.run([&](ledger::Transaction& transaction) -> base::Status {
            ledger::EntryDraft draft;
            draft.header.type = ledger::EntryType::Record;
            draft.header.kind = static_cast<std::uint8_t>(ticket::Kind::Call);
            draft.header.source = "centre-zz";
            draft.payload = "{}";
            draft.salt = random.bytes(ledger::kSaltBytes);
            draft.sealed_under = ledger::SealedUnder::Own;
            auto appended = transaction.append(std::move(draft));
            if (!appended.ok()) return appended.error();
            seq = *appended;
            return transaction.putDelivery({.destination = "centre",
                                            .seq = seq,
                                            .kind = static_cast<std::uint8_t>(ticket::Kind::Call),
                                            .state = state,
                                            .attempts = 3,
                                            .committed_ms = clock.nowMillis(),
                                            .reason = reason});
        });
        EXPECT_TRUE(status.ok()) << base::describe(status.error());
        return std::to_string(seq);
    }
    /// "ready", "dead" …, "" where the row is gone.
    std::string stateOf(const std::string& seq) {
        auto store = openLedger();
        auto snapshot = store->snapshot();
        const auto row = delivery::findRow(**snapshot, "centre", std::stoull(seq));
        return row ? ledger::deliveryStateName(row->state) : "";
    }
    /// The newest entry, where it is a decision.
    delivery::DecisionNote lastDecision() {
        auto store = openLedger();
        auto snapshot = store->snapshot();
        const auto entry = (*snapshot)->entry((*snapshot)->lastSeq());
        EXPECT_EQ(ledger::EntryType::Decision, entry->header.type);
        return delivery::decodeDecision(entry->payload).value();
    }

    std::string dead, flying;
};

TEST_F(CommandsDecisionsTest, DeadLettersAreListedWithTheirFieldErrors) {
    ASSERT_EQ(kExitOk, yht({"deliveries", "list"}));
    EXPECT_THAT(out, HasSubstr("delivery.refused 2003 /title:not_in_list"));
    EXPECT_THAT(out, Not(HasSubstr(flying + "  ")));
    ASSERT_EQ(kExitOk, yht({"deliveries", "list", "centre", "--state", "in_flight", "--json"}));
    const auto rows = json::parse(out);
    ASSERT_TRUE(rows.ok());
    ASSERT_EQ(1U, rows->Size());
    EXPECT_EQ("in_flight", json::textMember((*rows)[0], "state"));
}

TEST_F(CommandsDecisionsTest, TheOverviewIsStillThere) {
    ASSERT_EQ(kExitOk, yht({"deliveries"}));
    EXPECT_THAT(out, HasSubstr("积压 backlog"));
}

TEST_F(CommandsDecisionsTest, OneIsShownWithWhatCanBeDecided) {
    ASSERT_EQ(kExitOk, yht({"deliveries", "show", "centre", dead}));
    EXPECT_THAT(out, HasSubstr("/title not_in_list 不符 bad"));
    EXPECT_THAT(out, HasSubstr("yht deliveries retry centre " + dead + " --why"));
    EXPECT_EQ(kExitData, yht({"deliveries", "show", "centre", "99"}));
}

TEST_F(CommandsDecisionsTest, ARetryMakesItReadyAndTheReasonAnEntry) {
    ASSERT_EQ(kExitOk, yht({"deliveries", "retry", "centre", dead, "--why", "code list corrected"})) << err;
    EXPECT_EQ("ready", stateOf(dead));
    const auto note = lastDecision();
    EXPECT_EQ("send_again", note.decision);
    EXPECT_EQ("centre", note.destination);
    EXPECT_EQ(dead, std::to_string(note.record_seq));
    EXPECT_EQ("code list corrected", note.why);
    EXPECT_THAT(note.operator_id, testing::StartsWith("uid:"));
}

TEST_F(CommandsDecisionsTest, ADiscardRemovesItAndTellsItsEntry) {
    ASSERT_EQ(kExitOk, yht({"deliveries", "discard", "centre", dead, "--why", "sent by letter", "--json"})) << err;
    EXPECT_EQ("", stateOf(dead));
    const auto answer = json::parse(out);
    ASSERT_TRUE(answer.ok());
    EXPECT_GT(std::stoull(json::textMember(*answer, "decision_seq")), std::stoull(flying));
}

TEST_F(CommandsDecisionsTest, BesideARunningGatewayTheGatewayDecides) {
    {
        auto store = openLedger();
        const auto gateway = ControlSocket::open(directory + "/data/control.sock", controlCommands(directory),
                                                 {*store, clock, random});
        ASSERT_TRUE(gateway.ok());
        EXPECT_EQ(kExitOk, yht({"deliveries", "retry", "centre", dead, "--why", "code list corrected"})) << err;
        EXPECT_EQ(kExitData, yht({"deliveries", "retry", "centre", "99", "--why", "x"}));
        EXPECT_EQ(kExitData, yht({"deliveries", "retry", "centre", flying, "--why", "x"}));
    }
    EXPECT_EQ("ready", stateOf(dead));
    EXPECT_EQ("code list corrected", lastDecision().why);
}

TEST_F(CommandsDecisionsTest, BesideAGatewayThatDoesNotListenNothingIsDecidedAndItSaysWhatToDo) {
    {
        const auto gateway = openLedger();
        EXPECT_EQ(kExitUnavailable, yht({"deliveries", "retry", "centre", dead, "--why", "x"}));
        EXPECT_THAT(err, HasSubstr("systemctl stop"));
        EXPECT_THAT(err, HasSubstr("另一个进程正在写账本"));
        // Looking needs no writer.
        EXPECT_EQ(kExitOk, yht({"deliveries", "show", "centre", dead}));
    }
    EXPECT_EQ("dead", stateOf(dead));
}

TEST_F(CommandsDecisionsTest, AnotherUsersLedgerIsNotWrittenTo) {
    if (::chown((directory + "/data/ledger.db").c_str(), 65534, 65534) != 0) {
        ASSERT_EQ(EPERM, errno);
        GTEST_SKIP() << "a file can't be given away here (CAP_CHOWN)";
    }
    EXPECT_EQ(kExitUnavailable, yht({"deliveries", "retry", "centre", dead, "--why", "x"}));
    EXPECT_THAT(err, HasSubstr("sudo -u '#65534'"));
    EXPECT_EQ("dead", stateOf(dead));
}

TEST_F(CommandsDecisionsTest, NothingIsDecidedWithoutAReason) {
    EXPECT_EQ(kExitUsage, yht({"deliveries", "discard", "centre", dead}));
    EXPECT_EQ(kExitData, yht({"deliveries", "discard", "centre", dead, "--why", "  "}));
    EXPECT_EQ(kExitData, yht({"deliveries", "discard", "centre", dead, "--why", std::string(501, 'x')}));
    EXPECT_EQ(kExitData, yht({"deliveries", "discard", "centre", dead, "--why", "a\x1b[2J"}));
    EXPECT_EQ("dead", stateOf(dead));
}

TEST_F(CommandsDecisionsTest, WhatIsOnItsWayOrUnknownIsNotDecided) {
    EXPECT_EQ(kExitData, yht({"deliveries", "discard", "centre", flying, "--why", "x"}));
    EXPECT_EQ(kExitData, yht({"deliveries", "discard", "centre", "99", "--why", "x"}));
    EXPECT_THAT(err, HasSubstr("该条目在此对端没有未完成的投递"));
    EXPECT_EQ(kExitData, yht({"deliveries", "discard", "elsewhere", dead, "--why", "x"}));
    EXPECT_EQ("in_flight", stateOf(flying));
}

TEST_F(CommandsDecisionsTest, HelpTeachesByExample) {
    EXPECT_EQ(kExitOk, yht({"deliveries", "retry", "--help"}));
    EXPECT_THAT(out, HasSubstr("yht deliveries retry province-zz 1042 --why"));
}

}  // namespace
}  // namespace yht::app
