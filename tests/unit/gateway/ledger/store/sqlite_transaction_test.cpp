// What a task may do, and that one which fails leaves no trace.
#include "gateway/ledger/store/sqlite_transaction.h"

#include <stdexcept>

#include "gateway/crypto/digest.h"
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using base::ErrorCode;
using testing::ElementsAre;

class SqliteTransactionTest : public LedgerTest {
protected:
    ErrorCode refusal(Task task) {
        const auto status = run(std::move(task));
        EXPECT_FALSE(status.ok());
        return status.ok() ? ErrorCode{} : status.error().code;
    }
    /// Two tasks of one commit: the first fails after having done everything, the second succeeds.
    void failThenSubmit(const std::string& failing, const std::string& succeeding) {
        std::promise<base::Status> first, second;
        std::promise<void> entered, go;
        store().submit(
            [&](Transaction&) {
                entered.set_value();
                go.get_future().wait();
                return base::Status();
            },
            [](base::Status) {}
        );
        entered.get_future().wait();
        store().submit(
            [&](Transaction& transaction) -> base::Status {
                auto submitted = submitIn(transaction, failing);
                must(transaction.addReplay(crypto::sha256(failing), 1));
                must(transaction.setCursor("cursor", 99));
                must(transaction.putDelivery(DeliveryRow{}));
                must(transaction.addQuarantine(QuarantineRow{}));
                return base::makeError(ErrorCode::RecordInvalid);
            },
            [&](base::Status status) { first.set_value(std::move(status)); }
        );
        store().submit(
            [&](Transaction& transaction) -> base::Status {
                auto submitted = submitIn(transaction, succeeding);
                return submitted.ok() ? base::Status() : submitted.error();
            },
            [&](base::Status status) { second.set_value(std::move(status)); }
        );
        go.set_value();
        EXPECT_EQ(ErrorCode::RecordInvalid, first.get_future().get().error().code);
        must(second.get_future().get());
    }
};

TEST_F(SqliteTransactionTest, AttachmentsAreFoundByDigestInTheOrderTheyWereNamed) {
    const auto ticket = submit("A-1");
    const auto other = submit("A-2");
    must(run([&](Transaction& transaction) -> base::Status {
        must(transaction.addAttachment("aa", {4, other}));
        must(transaction.addAttachment("aa", {2, ticket}));
        must(transaction.addAttachment("bb", {4, other}));
        return transaction.addAttachment("aa", {2, ticket});
    }));
    const std::vector<AttachmentName> both = {{2, ticket}, {4, other}};
    EXPECT_EQ(both, look()->attachmentNames("aa", 10));
    EXPECT_EQ(1u, look()->attachmentNames("aa", 1).size());
    EXPECT_TRUE(look()->attachmentNames("cc", 10).empty());
}

TEST_F(SqliteTransactionTest, TicketsAreFoundByTheCallThatTheirRecordsName) {
    const auto ticket = submit("A-1");
    const auto other = submit("A-2");
    const auto naming = [](const std::string& source, const std::string& call) {
        ticket::Record record(ticket::Kind::Appeal);
        record.set(ticket::Field::source, source);
        if (!call.empty()) record.set(ticket::Field::call_ref, call);
        return record;
    };
    must(run([&](Transaction& transaction) -> base::Status {
        must(transaction.addNamedCall(naming("hotline", "TH-1"), ticket));
        must(transaction.addNamedCall(naming("hotline", "TH-1"), ticket));  // another version of it
        must(transaction.addNamedCall(naming("hotline", "TH-1"), other));
        must(transaction.addNamedCall(naming("hotline", ""), other));
        return transaction.addNamedCall(naming("hotline", "TH-2"), "");  // a record that stands alone
    }));
    const auto now = look();
    EXPECT_EQ((std::vector{ticket, other}), now->ticketsNamingCall({"hotline", "TH-1"}, 10));
    EXPECT_EQ(1u, now->ticketsNamingCall({"hotline", "TH-1"}, 1).size());
    for (const CallName& call : {CallName{"hotline", "TH-2"}, CallName{"hotline", ""}, CallName{"police", "TH-1"}}) {
        EXPECT_TRUE(now->ticketsNamingCall(call, 10).empty()) << call.source << " " << call.record_ref;
    }
    EXPECT_FALSE(filesHold("TH-1"));
}

TEST_F(SqliteTransactionTest, TelephoneNumbersAreFoundAndStandNowhere) {
    const auto ticket = submit("A-1");
    const auto other = submit("A-2");
    must(run([&](Transaction& transaction) -> base::Status {
        must(transaction.addPhone("13812345678", {4, other}));
        must(transaction.addPhone("13812345678", {2, ticket}));
        must(transaction.addPhone("073188881234", {4, other}));
        must(transaction.addPhone("13812345678", {3, ""}));  // a record that stands alone
        EXPECT_EQ(ErrorCode::Internal, transaction.addPhone("", {2, ticket}).error().code);
        return transaction.addPhone("13812345678", {2, ticket});
    }));
    const auto now = look();
    const auto digest = now->phoneDigest("13812345678");
    EXPECT_EQ((std::vector<PhoneName>{{2, ticket}, {3, ""}, {4, other}}), now->phoneNames(digest, 0, 10));
    EXPECT_EQ((std::vector<PhoneName>{{3, ""}}), now->phoneNames(digest, 2, 1));
    EXPECT_TRUE(now->phoneNames(now->phoneDigest("13812345679"), 0, 10).empty());
    EXPECT_FALSE(filesHold("13812345678"));
    EXPECT_FALSE(filesHold(crypto::sha256("13812345678")));
}

TEST_F(SqliteTransactionTest, FailedTaskLeavesNoTrace) {
    failThenSubmit("A-1", "A-2");
    const auto now = look();
    EXPECT_EQ(2u, now->lastSeq());
    EXPECT_EQ("430200-20190418-0000001-6", now->findTicket("hotline", "A-2"));
    EXPECT_EQ(std::nullopt, now->findTicket("hotline", "A-1"));
    EXPECT_EQ(std::nullopt, now->findIdentity(appealIdentity("A-1")));
    EXPECT_EQ(std::nullopt, now->findReplay(crypto::sha256("A-1")));
    EXPECT_EQ(0u, now->cursor("cursor"));
    EXPECT_TRUE(now->deliveryCounts().empty());
    EXPECT_TRUE(now->quarantine({}, 10).empty());
    EXPECT_EQ("record A-2", read(2));
    EXPECT_EQ("sound", verdict());
}

TEST_F(SqliteTransactionTest, FailedTaskLeavesNoTraceAfterReopen) {
    failThenSubmit("A-1", "A-2");
    reopen();
    EXPECT_EQ(2u, size());
    EXPECT_EQ(3u, append("three"));
    EXPECT_EQ("sound", verdict());
}

TEST_F(SqliteTransactionTest, TaskThatThrowsCostsOnlyItself) {
    EXPECT_EQ(ErrorCode::Internal, refusal([](Transaction& transaction) -> base::Status {
                  (void)transaction.append(messageDraft("x"));
                  throw std::runtime_error("a bug");
              }));
    EXPECT_EQ(1u, append("one"));
    EXPECT_EQ("sound", verdict());
}

TEST_F(SqliteTransactionTest, TaskSeesWhatItDid) {
    must(run([](Transaction& transaction) -> base::Status {
        auto number = submitIn(transaction, "A-1");
        EXPECT_EQ(2u, transaction.lastSeq());
        EXPECT_EQ("record A-1", must(transaction.entry(2)).payload);
        EXPECT_EQ(*number, transaction.findTicket("hotline", "A-1"));
        EXPECT_TRUE(transaction.hasTicket(*number));
        EXPECT_THAT(transaction.messageEntries(1), ElementsAre(2));
        EXPECT_THAT(transaction.ticketEntries(*number), ElementsAre(2));
        EXPECT_EQ(2u, transaction.findIdentity(appealIdentity("A-1"))->seq);
        return {};
    }));
}

TEST_F(SqliteTransactionTest, IdentityIsGivenOnce) {
    submit("A-1");
    EXPECT_EQ(ErrorCode::RecordConflict, refusal([](Transaction& transaction) -> base::Status {
                  return transaction.addIdentity(appealIdentity("A-1"), 2, crypto::sha256("y"), "");
              }));
}

TEST_F(SqliteTransactionTest, LatestIsByVersionAsAnUnsignedNumberThenCorrection) {
    const auto number = submit("A-1");
    must(run([&](Transaction& transaction) -> base::Status {
        const std::uint64_t versions[] = {255, 256, ~std::uint64_t{0}, std::uint64_t{1} << 63};
        for (const auto version : versions) {
            const auto text = std::to_string(version);
            auto seq = transaction.append(recordDraft(text, number, 1));
            must(transaction.addIdentity(
                appealIdentity("A-1", version), *seq, crypto::sha256(text), number
            ));
        }
        auto corrected = appealIdentity("A-1", ~std::uint64_t{0});
        corrected.correction = 2;
        auto seq = transaction.append(recordDraft("corrected", number, 1));
        return transaction.addIdentity(corrected, *seq, crypto::sha256("corrected"), number);
    }));
    const auto latest = look()->findLatest("hotline", ticket::Kind::Appeal, "A-1");
    EXPECT_EQ(~std::uint64_t{0}, latest->identity.version);
    EXPECT_EQ(2u, latest->identity.correction);
    EXPECT_EQ("corrected", read(latest->seq));
    EXPECT_EQ(number, latest->ticket_no);
    EXPECT_TRUE(look()->sameBody(*latest, crypto::sha256("corrected")));
    EXPECT_EQ(std::nullopt, look()->findLatest("hotline", ticket::Kind::Result, "A-1"));
    EXPECT_EQ("sound", verdict());
}

TEST_F(SqliteTransactionTest, AliasOfAnotherTicketIsAConflict) {
    const auto first = submit("A-1");
    const auto second = submit("A-2");
    const auto name = [](const std::string& number, const std::string& ticket_no) -> Task {
        return [=](Transaction& transaction) {
            return transaction.addAlias({"hotline", number, ticket_no});
        };
    };
    EXPECT_EQ(ErrorCode::AliasConflict, refusal(name("A-1", second)));
    must(run(name("A-1", first)));  // the same again is nothing
    must(run(name("A-1b", first)));
    EXPECT_EQ(ErrorCode::Internal, refusal(name("A-3", "430200-20190418-9999999-0")));
    EXPECT_EQ(first, look()->findTicket("hotline", "A-1"));
    EXPECT_EQ(std::nullopt, look()->findTicket("other", "A-1"));
    const auto names = look()->aliases(first);
    ASSERT_EQ(2u, names.size());
    EXPECT_EQ("A-1b", names[1].number);
}

TEST_F(SqliteTransactionTest, ReplayKeyIsKeptWithItsMessage) {
    append("one");
    const auto key = crypto::sha256("signature");
    must(run([&](Transaction& transaction) { return transaction.addReplay(key, 1); }));
    EXPECT_EQ(ErrorCode::ReplayRefused, refusal([&](Transaction& transaction) {
                  return transaction.addReplay(key, 1);
              }));
    reopen();
    EXPECT_EQ(1u, look()->findReplay(key));
    EXPECT_EQ(std::nullopt, look()->findReplay(crypto::sha256("other")));
}

TEST_F(SqliteTransactionTest, DraftsThatBreakABoundCostOnlyTheirTask) {
    const auto with = [](auto change) -> Task {
        return [=](Transaction& transaction) -> base::Status {
            auto draft = messageDraft("x");
            change(draft);
            auto seq = transaction.append(draft);
            return seq.ok() ? base::Status() : seq.error();
        };
    };
    EXPECT_EQ(ErrorCode::Internal, refusal(with([](EntryDraft& d) {
                  d.header.source = std::string(65, 'x');
              })));
    EXPECT_EQ(ErrorCode::Internal, refusal(with([](EntryDraft& d) { d.salt.clear(); })));
    EXPECT_EQ(ErrorCode::Internal, refusal(with([](EntryDraft& d) {
                  d.sealed_under = SealedUnder::Ticket;
              })));
    EXPECT_EQ(ErrorCode::Internal, refusal(with([](EntryDraft& d) {
                  d.sealed_under = SealedUnder::Ticket;
                  d.header.ticket_no = "430200-20190418-9999999-0";
              })));
    EXPECT_EQ(ErrorCode::Internal, refusal(with([](EntryDraft& d) {
                  d.header.type = EntryType::Record;
                  d.header.message_seq = 7;
              })));
    EXPECT_EQ(ErrorCode::Internal, refusal(with([](EntryDraft& d) { d.payload.assign(kPayloadBytesMax + 1, 'x'); })));
    EXPECT_EQ(1u, append("one"));
}

TEST_F(SqliteTransactionTest, LaterRecordsOfATicketOpenUnderItsKey) {
    const auto number = submit("A-1");
    reopen();
    must(run([&](Transaction& transaction) -> base::Status {
        auto seq = transaction.append(recordDraft("process", number, 0));
        return seq.ok() ? base::Status() : seq.error();
    }));
    EXPECT_EQ("process", read(3));
    EXPECT_THAT(look()->ticketEntries(number), ElementsAre(2, 3));
}

}  // namespace
}  // namespace yht::ledger
