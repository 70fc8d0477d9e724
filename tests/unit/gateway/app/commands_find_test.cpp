// A citizen calls and has no ticket number: found by the telephone number, which stands nowhere afterwards.
#include "gateway/app/control_client.h"
#include "gateway/app/control_phones.h"
#include "gateway/ledger/store/erasure.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class CommandsFindTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        const auto store = openLedger();
        const auto status = store->run([&](ledger::Transaction& transaction) -> base::Status {
            for (auto* number : {&first_, &second_}) *number = *transaction.newTicket("430200");
            ledger::EntryDraft draft;
            draft.payload = "x";
            draft.salt = base::Bytes(ledger::kSaltBytes, 's');
            for (int i = 0; i < 3; ++i) {
                if (auto seq = transaction.append(draft); !seq.ok()) return seq.error();
            }
            if (auto added = transaction.addPhone("13812345678", {1, first_}); !added.ok()) return added;
            if (auto added = transaction.addPhone("13812345678", {2, second_}); !added.ok()) return added;
            return transaction.addPhone("13812345678", {3, ""});
        });
        ASSERT_TRUE(status.ok());
    }
    std::string lastAudit() {
        const auto store = openLedger();
        const auto view = store->snapshot();
        const auto entry = (*view)->entry((*view)->lastSeq());
        EXPECT_EQ(ledger::EntryType::Audit, entry->header.type);
        return entry->payload;
    }
    std::string first_, second_;
};

TEST_F(CommandsFindTest, TicketsAreFoundHoweverTheNumberIsWritten) {
    ASSERT_EQ(kExitOk, yht({"tickets", "find", "--phone", "+86 138-1234 5678", "--why", "citizen asks", "--json"})) << err;
    EXPECT_EQ("{\"more\":false,\"records\":3,\"stand_alone\":[3],\"tickets\":[\"" + second_ + "\",\"" + first_ + "\"]}\n", out);
    ASSERT_EQ(kExitOk, yht({"tickets", "find", "--phone", "13812345678", "--why", "citizen asks"})) << err;
    EXPECT_THAT(out, HasSubstr(second_ + "\n" + first_ + "\n#3\n3 records"));
    ASSERT_EQ(kExitOk, yht({"tickets", "find", "--phone", "13812345679", "--why", "citizen asks"})) << err;
    EXPECT_THAT(out, HasSubstr("0 records"));
}

TEST_F(CommandsFindTest, TheEntrySaysWhyAndNotWhichNumber) {
    ASSERT_EQ(kExitOk, yht({"tickets", "find", "--phone", "138 1234 5678", "--why", "citizen asks"})) << err;
    const auto audit = lastAudit();
    EXPECT_THAT(audit, HasSubstr(R"("command":"tickets.find_phone")"));
    EXPECT_THAT(audit, HasSubstr(R"("why":"citizen asks")"));
    for (const char* part : {"13812345678", "138 1234", "5678"}) EXPECT_THAT(audit.substr(0, audit.find("\"why\"")), Not(HasSubstr(std::string("\"") + part)));
    const auto store = openLedger();
    EXPECT_THAT(audit, HasSubstr(base::toHex((*store->snapshot())->phoneDigest("13812345678"))));
}

TEST_F(CommandsFindTest, AnErasedTicketIsNotFoundAnyMore) {
    {
        const auto store = openLedger();
        ASSERT_TRUE(ledger::eraseTicket(
                        *store, clock, random, {.ticket_no = first_, .operator_id = "uid:0", .why = "x"},
                        [](const ledger::Entry&) { return false; }
        ).ok());
    }
    ASSERT_EQ(kExitOk, yht({"tickets", "find", "--phone", "13812345678", "--why", "x"})) << err;
    EXPECT_THAT(out, Not(HasSubstr(first_)));
    EXPECT_THAT(out, HasSubstr(second_));
}

TEST_F(CommandsFindTest, WhatIsNoNumberIsRefusedUnnoted) {
    const auto before = (*openLedger()->snapshot())->lastSeq();
    for (const char* number : {"000", "张三", "12", ""}) {
        EXPECT_EQ(kExitData, yht({"tickets", "find", "--phone", number, "--why", "x"})) << number;
    }
    EXPECT_EQ(kExitUsage, yht({"tickets", "find", "--phone", "13812345678"}));
    EXPECT_EQ(kExitUsage, yht({"tickets", "find", "--why", "x"}));
    EXPECT_EQ(kExitData, yht({"tickets", "find", "--phone", "13812345678", "--why", ""}));
    EXPECT_EQ(before, (*openLedger()->snapshot())->lastSeq());
}

TEST_F(CommandsFindTest, ASecondPersonIsWantedAsForWhateverUncovers) {
    const auto table = controlCommands(directory);
    const auto row = std::find_if(table.begin(), table.end(), [](const auto& one) {
        return std::string_view(one.name) == kFindPhone;
    });
    ASSERT_NE(table.end(), row);
    EXPECT_TRUE(row->wants_second && row->wants_second({}));
    EXPECT_EQ(kSecurityRole | kAuditRole, row->roles);
    const auto store = openLedger();
    ControlServices services{.store = *store, .clock = clock, .random = random, .directory = directory};
    for (const char* digest : {"13812345678", "", "00"}) {
        const auto answer = runControl(table, services, {{kFindPhone, {{"number", digest}}, "x"}, "uid:0"});
        EXPECT_EQ(base::ErrorCode::ParameterInvalid, answer.error().code);
    }
}

}  // namespace
}  // namespace yht::app
