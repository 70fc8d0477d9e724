// A disk is lost, a backup comes back: what becomes of the records that partners hold receipts for.
#include "gateway/intake/admission/honour.h"

#include "gateway/json/json.h"
#include "gateway/ledger/store/erasure.h"
#include "tests/unit/gateway/intake/admission/admission_fixture.h"

namespace yht::intake {
namespace {

using base::ErrorCode;

class HonourTest : public AdmissionTest {
protected:
    HonourTest() {
        post("police", appeal("zz110", "J0"));
        ledger_.backup();
    }
    /// Posted after the backup, lost with the disk; the partner keeps the receipt.
    ItemAnswer postAndLose(const std::string& record) {
        auto answer = post("police", record);
        loseDisk();
        return answer;
    }
    /// Admission holds the store: it is made anew with it.
    void loseDisk() {
        admission_.reset();
        ledger_.loseSinceBackup();
        admission_ = std::make_unique<Admission>(ledger_.store(), random_);
    }
    base::Result<Honoured> honour(const ItemAnswer& lost, const std::string& record) {
        return honourReceipt(
            ledger_.store(), ledger_.logKey().publicKey(), random_,
            {.receipt = ledger::encodeReceipt(*lost.receipt),
             .record = record,
             .operator_id = "uid:0",
             .why = "disk lost"}
        );
    }
    ErrorCode refusal(const ItemAnswer& lost, const std::string& record) {
        const auto honoured = honour(lost, record);
        EXPECT_FALSE(honoured.ok());
        return honoured.ok() ? ErrorCode::Internal : honoured.error().code;
    }
    std::unique_ptr<ledger::Snapshot> look() { return ledger_.store().snapshot().value(); }
};

TEST_F(HonourTest, RepeatWithoutItsReceiptIsTakenAsNew) {
    const auto lost = postAndLose(appeal("zz110", "J1"));
    const auto again = post("police", appeal("zz110", "J1"));
    EXPECT_EQ("created", outcome(again));
    EXPECT_NE(lost.ticket_no, again.ticket_no);
    EXPECT_EQ("duplicate", outcome(post("police", appeal("zz110", "J0"))));  // what was not lost
}

TEST_F(HonourTest, RecordIsFoundAgainByItsTelephoneNumberAndItsCall) {
    const std::string record = appeal("zz110", "J1", {{"call_ref", "TH-1"}, {"caller_phone", "138 1234 5678"}});
    const auto lost = postAndLose(record);
    const auto find = [&] { return look()->phoneNames(look()->phoneDigest("13812345678"), 0, 10); };
    ASSERT_TRUE(find().empty());
    const auto honoured = honour(lost, record).value();
    EXPECT_EQ((std::vector<ledger::PhoneName>{{honoured.seq, lost.ticket_no}}), find());
    EXPECT_EQ(std::vector{lost.ticket_no}, look()->ticketsNamingCall({"zz110", "TH-1"}, 10));
}

TEST_F(HonourTest, ReceiptBringsTheRecordBackUnderItsTicketNumber) {
    const std::string record = appeal("zz110", "J1", {{"version", "1"}});
    const auto lost = postAndLose(record);
    ASSERT_FALSE(look()->hasTicket(lost.ticket_no));
    const auto honoured = honour(lost, record).value();
    EXPECT_FALSE(honoured.was_back);
    EXPECT_EQ(lost.ticket_no, honoured.ticket_no);
    EXPECT_EQ(lost.seq, honoured.lost_seq);
    EXPECT_EQ("yht.test/430200/1", honoured.lost_origin);
    EXPECT_EQ(lost.ticket_no, look()->findTicket("zz110", "J1"));
    const auto before = ledger::decodeLeaf(lost.receipt->leaf).value().header;
    const auto after = look()->leaf(honoured.seq).value().header;
    EXPECT_EQ(before.assurance, after.assurance);
    EXPECT_EQ(before.received_ms, after.received_ms);
    EXPECT_EQ(before.event_ms, after.event_ms);
    EXPECT_EQ("duplicate", outcome(post("police", record)));
    const auto decision = look()->entry(honoured.seq + 1).value();
    EXPECT_EQ(ledger::EntryType::Decision, decision.header.type);
    EXPECT_NE(
        std::string::npos,
        decision.payload.find("\"lost_seq\":\"" + std::to_string(lost.seq) + "\"")
    );
}

TEST_F(HonourTest, LaterRecordsJoinTheNumberThatCameBack) {
    const std::string record = appeal("zz110", "J1");
    const auto lost = postAndLose(record);
    ASSERT_TRUE(honour(lost, record).ok());
    const auto later = post("police", process("zz110", "P1", {{"ticket_ref", "J1"}}));
    EXPECT_EQ("created", outcome(later));
    EXPECT_EQ(lost.ticket_no, later.ticket_no);
}

TEST_F(HonourTest, RecordThatIsBackAlreadyIsLeftAlone) {
    const std::string record = appeal("zz110", "J1");
    const auto lost = postAndLose(record);
    const auto again = post("police", record);
    const auto last = look()->lastSeq();
    const auto honoured = honour(lost, record).value();
    EXPECT_TRUE(honoured.was_back);
    EXPECT_EQ(again.seq, honoured.seq);
    EXPECT_EQ(again.ticket_no, honoured.ticket_no);
    EXPECT_EQ(last, look()->lastSeq());
}

TEST_F(HonourTest, TicketThatCameBackUnderAnotherNumberKeepsThat) {
    post("police", appeal("zz110", "J1"));
    const std::string record = process("zz110", "P1", {{"ticket_ref", "J1"}});
    const auto lost = postAndLose(record);
    const auto again = post("police", appeal("zz110", "J1"));
    EXPECT_EQ(again.ticket_no, honour(lost, record).value().ticket_no);
}

TEST_F(HonourTest, ReceiptOfAnEntryThatIsThereNeedsNoHonouring) {
    const std::string record = appeal("zz110", "J9");
    const auto kept = post("police", record);
    EXPECT_EQ(ErrorCode::ParameterInvalid, refusal(kept, record));
    ledger_.backup();
    loseDisk();
    EXPECT_EQ(ErrorCode::ParameterInvalid, refusal(kept, record));
}

TEST_F(HonourTest, ReceiptThatDoesNotVerifyIsRefused) {
    const std::string record = appeal("zz110", "J1");
    auto lost = postAndLose(record);
    EXPECT_EQ(
        ErrorCode::LedgerCorrupt, refusal(lost, appeal("zz110", "J1", {{"title", "another"}}))
    );
    lost.receipt->seq += 1;
    EXPECT_EQ(ErrorCode::LedgerCorrupt, refusal(lost, record));
}

TEST_F(HonourTest, ErasedTicketDoesNotComeBack) {
    const std::string record = appeal("zz110", "J0", {{"version", "7"}});
    const auto lost = postAndLose(record);
    ledger_.store()
        .run([&](ledger::Transaction& transaction) -> base::Status {
            const auto ticket_no = transaction.findTicket("zz110", "J0").value();
            auto erased = transaction.eraseTicket(
                {.ticket_no = ticket_no,
                 .operator_id = "uid:0",
                 .why = "request",
                 .at_ms = 0,
                 .salt = base::Bytes(ledger::kSaltBytes, 's'),
                 .carriers = {}}
            );
            return erased.ok() ? base::Status() : base::Status(erased.error());
        })
        .ok();
    EXPECT_EQ(ErrorCode::LedgerErased, refusal(lost, record));
}

}  // namespace
}  // namespace yht::intake
