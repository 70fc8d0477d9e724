// Identity, version, correction, duplicate, conflict: decide.h rules 2 to 6.
#include "tests/unit/gateway/intake/admission/admission_fixture.h"

namespace yht::intake {
namespace {

using ::testing::ElementsAre;
using Versions = AdmissionTest;

TEST_F(Versions, FirstRecordIsCreatedWithItsMessageBeforeIt) {
    const ItemAnswer answer = post("police", appeal("zz110", "J1", {{"version", "1"}}));
    EXPECT_EQ("created", outcome(answer));
    EXPECT_EQ(2U, answer.seq);
    EXPECT_THAT(entries(), ElementsAre("message", "appeal"));
}

TEST_F(Versions, SamePostTwiceGetsTheFirstReceipt) {
    const std::string record = appeal("zz110", "J1", {{"version", "1"}});
    const ItemAnswer first = post("police", record);
    post("media", appeal("zz-media", "M1"));
    const ItemAnswer again = post("police", record);
    EXPECT_EQ("duplicate", outcome(again));
    EXPECT_EQ(first.ticket_no, again.ticket_no);
    ASSERT_TRUE(first.receipt && again.receipt);
    EXPECT_EQ(ledger::encodeReceipt(*first.receipt), ledger::encodeReceipt(*again.receipt));
}

TEST_F(Versions, SameContentWrittenOtherwiseIsTheSame) {
    post("police", R"({"version":7,)" + appeal("zz110", "J1").substr(1));
    const ItemAnswer again = post(
        "police", appeal("zz110", "J1", {{"version", "7"}, {"event_time", "2019-10-15T00:30:00Z"}})
    );
    EXPECT_EQ("duplicate", outcome(again));
}

TEST_F(Versions, AMessageOfDuplicatesAppendsNothing) {
    const std::string record = appeal("zz110", "J1", {{"version", "1"}});
    post("police", record);
    postAll("police", {record, record});
    EXPECT_EQ(2U, entries().size());
}

TEST_F(Versions, OtherContentUnderTheSameIdentityIsAConflictThatNamesFields) {
    post("police", appeal("zz110", "J1", {{"version", "1"}}));
    const ItemAnswer answer = post(
        "police", appeal("zz110", "J1", {{"version", "1"}, {"title", "改"}, {"urgency", "1"}})
    );
    EXPECT_EQ("record.conflict", outcome(answer));
    EXPECT_THAT(pointers(answer), ElementsAre("/title", "/urgency"));
    EXPECT_EQ(2U, entries().size());
}

TEST_F(Versions, TheSameReferenceAtTwoSourcesIsTwoRecords) {
    EXPECT_EQ("created", outcome(post("police", appeal("zz110", "J1", {{"version", "1"}}))));
    EXPECT_EQ("created", outcome(post("media", appeal("zz-media", "J1", {{"version", "1"}}))));
}

TEST_F(Versions, ABACountsThreeVersions) {
    // A source without versions: 办理中 → 已办结 → 办理中.
    const auto state = [](const char* node) {
        return process("zz110", "P1", {{"ticket_ref", "J1"}, {"node_name", node}});
    };
    EXPECT_EQ("created", outcome(post("police", state("办理中"))));
    EXPECT_EQ("created", outcome(post("police", state("已办结"))));
    EXPECT_EQ("created", outcome(post("police", state("办理中"))));
    EXPECT_EQ("duplicate", outcome(post("police", state("办理中"))));
    EXPECT_EQ(3U, versionOf("zz110", ticket::Kind::Process, "P1"));
}

TEST_F(Versions, ABAInOneArrayCountsThreeVersions) {
    const std::string a = process("zz110", "P1", {{"ticket_ref", "J1"}, {"node_name", "办理中"}});
    const std::string b = process("zz110", "P1", {{"ticket_ref", "J1"}, {"node_name", "已办结"}});
    EXPECT_THAT(
        outcomes(postAll("police", {a, b, a, a})),
        ElementsAre("created", "created", "created", "duplicate")
    );
}

TEST_F(Versions, ModificationTimeStandsInForAVersion) {
    const auto at = [](const char* time) {
        return appeal("zz110", "J1", {{"modified_time", time}});
    };
    EXPECT_EQ("created", outcome(post("police", at("2019-10-15T09:00:00+08:00"))));
    EXPECT_EQ("created", outcome(post("police", at("2019-10-15T10:00:00+08:00"))));
    EXPECT_EQ("stale", outcome(post("police", at("2019-10-15T08:00:00+08:00"))));
    EXPECT_EQ(1571104800000U, versionOf("zz110", ticket::Kind::Appeal, "J1"));
}

TEST_F(Versions, OlderVersionIsKeptAndChangesNothing) {
    const std::string ticket_no =
        post("police", appeal("zz110", "J1", {{"ticket_ref", "T1"}, {"version", "5"}})).ticket_no;
    const ItemAnswer older = post(
        "police", appeal("zz110", "J1", {{"ticket_ref", "T0"}, {"version", "4"}, {"title", "旧"}})
    );
    EXPECT_EQ("stale", outcome(older));
    EXPECT_EQ(ticket_no, older.ticket_no);
    EXPECT_TRUE(older.receipt.has_value());
    EXPECT_EQ(5U, versionOf("zz110", ticket::Kind::Appeal, "J1"));
    EXPECT_THAT(namesOf(ticket_no), ElementsAre("zz110/T1"));
}

TEST_F(Versions, AKnownOlderVersionIsADuplicate) {
    post("police", appeal("zz110", "J1", {{"version", "1"}}));
    post("police", appeal("zz110", "J1", {{"version", "2"}}));
    EXPECT_EQ("duplicate", outcome(post("police", appeal("zz110", "J1", {{"version", "1"}}))));
}

TEST_F(Versions, AVersionIsExactOverTheWholeRange) {
    post("police", appeal("zz110", "J1", {{"version", "18446744073709551614"}}));
    EXPECT_EQ(
        "created",
        outcome(post("police", appeal("zz110", "J1", {{"version", "18446744073709551615"}})))
    );
    EXPECT_EQ(
        "stale",
        outcome(post("police", appeal("zz110", "J1", {{"version", "9223372036854775808"}})))
    );
    const ItemAnswer beyond = post("police", appeal("zz110", "J1"));
    EXPECT_EQ("record.invalid", outcome(beyond));
    EXPECT_THAT(pointers(beyond), ElementsAre("/version"));
}

TEST_F(Versions, AVoidIsAVersionOfItsTicket) {
    const ItemAnswer put =
        post("police", appeal("zz110", "J1", {{"ticket_ref", "T1"}, {"version", "1"}}));
    const ItemAnswer gone = post(
        "police", appeal("zz110", "J1", {{"ticket_ref", ""}, {"op", "void"}, {"version", "2"}})
    );
    EXPECT_EQ("created", outcome(gone));
    EXPECT_EQ(put.ticket_no, gone.ticket_no);
}

TEST_F(Versions, APartnerMayNotCorrect) {
    const ItemAnswer answer =
        post("police", appeal("zz110", "J1", {{"version", "1"}, {"correction", "1"}}));
    EXPECT_EQ("record.invalid", outcome(answer));
    EXPECT_THAT(pointers(answer), ElementsAre("/correction"));
}

TEST_F(Versions, AnOperatorCorrectsAVersionThatIsThere) {
    post("centre", appeal("zz12345", "C1", {{"version", "1"}}));
    const Fields fields = {{"version", "1"}, {"correction", "1"}, {"urgency", "1"}};
    EXPECT_EQ(ItemVerdict::Created, correct(appeal("zz12345", "C1", fields)).verdict);
    EXPECT_EQ("duplicate", outcome(post("centre", appeal("zz12345", "C1", {{"version", "1"}}))));
    EXPECT_EQ("created", outcome(post("centre", appeal("zz12345", "C1", {{"version", "2"}}))));
}

TEST_F(Versions, ACorrectionOfNothingIsRefused) {
    const ItemDecision decision =
        correct(appeal("zz12345", "C1", {{"version", "1"}, {"correction", "1"}}));
    ASSERT_TRUE(decision.error.has_value());
    EXPECT_EQ(base::ErrorCode::CorrectionBaseMissing, decision.error->code);
    EXPECT_TRUE(entries().empty());
}

TEST_F(Versions, ACorrectionDoesNotMakeTheSourcesRepeatNew) {
    post("centre", appeal("zz12345", "C1"));
    correct(appeal("zz12345", "C1", {{"correction", "1"}, {"urgency", "1"}}));
    EXPECT_EQ("duplicate", outcome(post("centre", appeal("zz12345", "C1"))));
    EXPECT_EQ("created", outcome(post("centre", appeal("zz12345", "C1", {{"urgency", "2"}}))));
    EXPECT_EQ(2U, versionOf("zz12345", ticket::Kind::Appeal, "C1"));
}

/// Outcomes stand for whatever a ticket may be flooded with.
TEST_F(Versions, FullTicketTakesNothingButAnOperatorsCorrection) {
    const auto first = post("centre", appeal("zz12345", "C1", {{"version", "1"}}));
    const auto other = post("centre", appeal("zz12345", "C2", {{"version", "1"}}));
    const auto fill = [&](std::size_t entries) {
        return ledger_.store().run([&](ledger::Transaction& transaction) -> base::Status {
            while (transaction.ticketEntries(first.ticket_no).size() + 1'000 <= entries) {
                for (int i = 0; i < 1'000; ++i) {
                    ledger::EntryDraft draft;
                    draft.header.type = ledger::EntryType::Outcome;
                    draft.header.ticket_no = first.ticket_no;
                    draft.salt = std::string(ledger::kSaltBytes, 's');
                    draft.sealed_under = ledger::SealedUnder::Ticket;
                    if (auto seq = transaction.append(std::move(draft)); !seq.ok()) return seq.error();
                }
            }
            return {};
        });
    };
    ASSERT_TRUE(fill(kTicketEntriesMax).ok());  // 1 + 19 000
    EXPECT_EQ("created", outcome(post("centre", appeal("zz12345", "C1", {{"version", "2"}}))));
    ASSERT_TRUE(fill(kTicketEntriesMax + 1'000).ok());
    const auto refused = post("centre", appeal("zz12345", "C1", {{"version", "3"}}));
    EXPECT_EQ("record.invalid", outcome(refused));
    ASSERT_TRUE(refused.error.has_value());
    EXPECT_EQ("ticket_full", refused.error->fields.at(0).code);
    EXPECT_EQ("20000", refused.error->fields.at(0).limit);
    EXPECT_EQ("duplicate", outcome(post("centre", appeal("zz12345", "C1", {{"version", "2"}}))));
    EXPECT_EQ(
        ItemVerdict::Created,
        correct(appeal("zz12345", "C1", {{"version", "2"}, {"correction", "1"}, {"urgency", "1"}})).verdict
    );
    EXPECT_EQ("created", outcome(post("centre", appeal("zz12345", "C2", {{"version", "2"}}))));
    EXPECT_NE(first.ticket_no, other.ticket_no);
}

}  // namespace
}  // namespace yht::intake
