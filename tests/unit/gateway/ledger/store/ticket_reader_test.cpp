#include "gateway/ledger/store/ticket_reader.h"

#include "gateway/crypto/digest.h"
#include "gateway/ticket/record_json.h"
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using testing::ElementsAre;

class TicketReaderTest : public LedgerTest {
protected:
    static ticket::Record record(ticket::Kind kind, const std::string& ref) {
        ticket::Record made(kind);
        made.set(ticket::Field::source, std::string("hotline"));
        made.set(ticket::Field::record_ref, ref);
        return made;
    }
    /// Appends to the ticket; an empty number makes one.
    std::string keep(const ticket::Record& kept, std::string number) {
        must(run([&](Transaction& transaction) -> base::Status {
            if (number.empty()) {
                number = must(transaction.newTicket(kRegion));
                must(transaction.addAlias({"hotline", kept.text(ticket::Field::record_ref), number})
                );
            }
            auto draft = recordDraft(ticket::canonicalText(kept), number, 0);
            draft.header.kind = static_cast<std::uint8_t>(kept.kind());
            return transaction.append(draft).ok() ? base::Status()
                                                  : base::makeError(base::ErrorCode::Internal);
        }));
        return number;
    }
};

TEST_F(TicketReaderTest, GivesRecordsAliasesAndOutcomes) {
    const auto appeal = record(ticket::Kind::Appeal, "A-1");
    const auto result = record(ticket::Kind::Result, "R-1");
    const auto number = keep(appeal, "");
    keep(record(ticket::Kind::Appeal, "B-1"), "");
    keep(result, number);
    must(run([&](Transaction& transaction) -> base::Status {
        auto draft = messageDraft("accepted");
        draft.header.type = EntryType::Outcome;
        draft.header.ticket_no = number;
        return transaction.append(draft).ok() ? base::Status()
                                              : base::makeError(base::ErrorCode::Internal);
    }));
    const auto snapshot = look();
    const auto ticket = must(readTicket(*snapshot, number));
    ASSERT_EQ(2u, ticket.records.size());
    EXPECT_EQ(appeal, ticket.records[0].record);
    EXPECT_EQ(result, ticket.records[1].record);
    EXPECT_EQ(3u, ticket.records[1].seq);
    EXPECT_EQ(number, ticket.records[1].header.ticket_no);
    ASSERT_EQ(1u, ticket.aliases.size());
    EXPECT_EQ("A-1", ticket.aliases[0].number);
    EXPECT_THAT(ticket.outcomes, ElementsAre(4));
    EXPECT_EQ(0u, ticket.erased_count);
}

TEST_F(TicketReaderTest, RecordsWithoutVersionsCarryDerivedOnes) {
    const auto status = record(ticket::Kind::Process, "STATUS");
    const auto number = keep(status, "");
    keep(record(ticket::Kind::Process, "OTHER"), number);
    keep(status, number);
    const auto snapshot = look();
    const auto ticket = must(readTicket(*snapshot, number));
    ASSERT_EQ(3u, ticket.records.size());
    EXPECT_EQ(1u, ticket.records[0].record.identity().version);
    EXPECT_EQ(1u, ticket.records[1].record.identity().version);
    EXPECT_EQ(2u, ticket.records[2].record.identity().version);
}

TEST_F(TicketReaderTest, ErasedRecordsAreCounted) {
    const auto number = keep(record(ticket::Kind::Appeal, "A-1"), "");
    keep(record(ticket::Kind::Result, "R-1"), number);
    tamper("UPDATE payload SET sealed = zeroblob(length(sealed)) WHERE seq = 1");
    const auto ticket = must(readTicket(*look(), number));
    EXPECT_EQ(1u, ticket.erased_count);
    ASSERT_EQ(1u, ticket.records.size());
    EXPECT_EQ(2u, ticket.records[0].seq);
}

TEST_F(TicketReaderTest, UnknownTicketIsNotFound) {
    EXPECT_EQ(
        base::ErrorCode::NotFound, readTicket(*look(), "430200-20190418-0000001-6").error().code
    );
}

TEST_F(TicketReaderTest, PayloadThatIsNoRecordIsCorruption) {
    const auto number = submit("A-1");  // its payload is "record A-1"
    EXPECT_EQ(base::ErrorCode::LedgerCorrupt, readTicket(*look(), number).error().code);
}

}  // namespace
}  // namespace yht::ledger
