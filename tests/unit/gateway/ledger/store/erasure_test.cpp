// After an erasure nothing of the ticket can be read, from the store or from its files; everything
// that was ever proven still is.
#include "gateway/ledger/store/erasure.h"

#include "gateway/crypto/digest.h"
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::IsEmpty;

class ErasureTest : public LedgerTest {
protected:
    base::Result<ErasureReport> tryErase(
        const std::string& ticket_no, const Carries& carries = {}
    ) {
        const auto none = [](const Entry&) { return false; };
        return eraseTicket(
            store(), clock_, random_,
            {.ticket_no = ticket_no, .operator_id = "uid:0", .why = "request 7"},
            carries ? carries : Carries(none)
        );
    }
    ErasureReport erase(const std::string& ticket_no) { return must(tryErase(ticket_no)); }
    ErrorCode refusal(const std::string& ticket_no) { return tryErase(ticket_no).error().code; }

    /// One message with a record for each reference, each of a ticket of its own.
    std::vector<std::string> submitTogether(const std::vector<std::string>& refs) {
        std::vector<std::string> numbers;
        must(run([&](Transaction& transaction) -> base::Status {
            auto message = transaction.append(messageDraft("message of many"));
            for (const auto& ref : refs) {
                numbers.push_back(*transaction.newTicket(kRegion));
                auto seq =
                    transaction.append(recordDraft("record " + ref, numbers.back(), *message));
                must(transaction.addIdentity(
                    appealIdentity(ref), *seq, crypto::sha256("record " + ref), numbers.back()
                ));
                must(transaction.addAlias({"hotline", ref, numbers.back()}));
            }
            return {};
        }));
        return numbers;
    }
    std::string sealedOf(Seq seq) const {
        return *base::fromHex(
            query("SELECT sealed FROM payload WHERE seq = " + std::to_string(seq))[0]
        );
    }
    std::string column(const std::string& sql) const { return *base::fromHex(query(sql)[0]); }
};

TEST_F(ErasureTest, NothingOfTheTicketCanBeRead) {
    const auto number = submit("A-1");
    submit("A-2");
    const auto report = erase(number);
    EXPECT_EQ("ledger.erased", read(1));
    EXPECT_EQ("ledger.erased", read(2));
    EXPECT_EQ("record A-2", read(4));
    EXPECT_TRUE(look()->isErased(number));
    EXPECT_TRUE(look()->hasTicket(number));
    EXPECT_EQ(5u, report.seq);
    EXPECT_TRUE(report.files_clean);
    reopen();
    EXPECT_EQ("ledger.erased", read(2));
}

TEST_F(ErasureTest, WhatTheTicketsRecordsNamedIsForgotten) {
    const auto number = submit("A-1");
    const auto other = submit("A-2");
    must(run([&](Transaction& transaction) -> base::Status {
        must(transaction.addAttachment("aa", {2, number}));
        return transaction.addAttachment("aa", {4, other});
    }));
    erase(number);
    EXPECT_EQ((std::vector<AttachmentName>{{4, other}}), look()->attachmentNames("aa", 10));
}

TEST_F(ErasureTest, TelephoneNumbersAreForgotten) {
    const auto number = submit("A-1");
    const auto other = submit("A-2");
    must(run([&](Transaction& transaction) -> base::Status {
        must(transaction.addPhone("13812345678", {2, number}));
        return transaction.addPhone("13812345678", {4, other});
    }));
    const auto digest = look()->phoneDigest("13812345678");
    const auto row = *base::fromHex(query("SELECT hex(mac) FROM phone WHERE seq = 2")[0]);
    ASSERT_EQ(digest, row);
    erase(number);
    EXPECT_THAT(look()->phoneNames(digest, 0, 10), ElementsAre(PhoneName{4, other}));
    erase(other);
    EXPECT_THAT(look()->phoneNames(digest, 0, 10), IsEmpty());
    close();
    EXPECT_FALSE(filesHold(digest));
}

TEST_F(ErasureTest, ACallThatTheTicketNamedStaysNamedByIt) {
    const auto number = submit("A-1");
    ticket::Record record(ticket::Kind::Appeal);
    record.set(ticket::Field::source, "hotline");
    record.set(ticket::Field::call_ref, "TH-1");
    must(run([&](Transaction& transaction) { return transaction.addNamedCall(record, number); }));
    erase(number);
    EXPECT_THAT(query("SELECT * FROM named_call"), IsEmpty());
    EXPECT_EQ(std::vector{number}, look()->ticketsNamingCall({"hotline", "TH-1"}, 10));
}

TEST_F(ErasureTest, TellsWhatTheRecordsNameBeforeItIsForgotten) {
    const std::string first(64, 'a'), second(64, 'b');
    std::string number;
    must(run([&](Transaction& transaction) -> base::Status {
        const auto message = *transaction.append(messageDraft("message"));
        number = *transaction.newTicket(kRegion);
        const auto seq = *transaction.append(recordDraft(
            R"({"attachment_digests":[")" + first + R"(",")" + second +
                R"("],"kind":"appeal","record_ref":"A-1","source":"hotline"})",
            number, message
        ));
        must(transaction.addAttachment(first, {seq, number}));
        return transaction.addAttachment(second, {seq, number});
    }));
    base::Status verdict = base::makeError(ErrorCode::IoFailed);
    std::vector<NamedAttachment> told;
    ErasureOrder order{.ticket_no = number, .operator_id = "uid:0", .why = "request 7"};
    order.attachments = [&](View& view, const std::vector<NamedAttachment>& named) {
        told = named;
        EXPECT_EQ(1u, view.attachmentNames(first, 10).size());
        return verdict;
    };
    const auto none = [](const Entry&) { return false; };
    const auto refused = eraseTicket(store(), clock_, random_, order, none);
    ASSERT_EQ(ErrorCode::IoFailed, refused.error().code);
    EXPECT_FALSE(look()->isErased(number));
    EXPECT_TRUE(look()->namesAttachments(2));
    verdict = {};
    must(eraseTicket(store(), clock_, random_, order, none));
    EXPECT_THAT(told, ElementsAre(NamedAttachment{first, 2}, NamedAttachment{second, 2}));
    EXPECT_FALSE(look()->namesAttachments(2));
}

TEST_F(ErasureTest, LedgerStaysSoundAndItsProofsStand) {
    const auto number = submit("A-1");
    const auto before = receipt(2);
    const auto size_before = size();
    submit("A-2");
    erase(number);
    const auto report = verify();
    must(report.status());
    EXPECT_EQ(2u, report.erased);
    EXPECT_EQ(5u, report.entries);
    must(verifyReceipt(must(decodeReceipt(before)), kKeyName, log_key_.publicKey(), nullptr));
    const std::string payload = "record A-1";
    must(verifyReceipt(must(decodeReceipt(before)), kKeyName, log_key_.publicKey(), &payload));
    EXPECT_TRUE(look()->inclusionProof(2, size()).ok());
    EXPECT_TRUE(look()->consistencyProof(size_before, size()).ok());
    EXPECT_EQ(ErrorCode::LedgerErased, look()->receipt(2).error().code);
    reopen();
    EXPECT_EQ("sound", verdict());
}

TEST_F(ErasureTest, EntrySaysWhatWhoAndWhy) {
    const auto number = submit("A-1");
    const auto report = erase(number);
    const auto entry = must(look()->entry(report.seq));
    EXPECT_EQ(EntryType::Erasure, entry.header.type);
    EXPECT_EQ(number, entry.header.ticket_no);
    EXPECT_EQ("uid:0", entry.header.source);
    const auto note = must(decodeErasure(entry.payload));
    EXPECT_EQ(number, note.ticket_no);
    EXPECT_EQ("uid:0", note.operator_id);
    EXPECT_EQ("request 7", note.why);
    EXPECT_THAT(note.entries, ElementsAre(2));
    EXPECT_THAT(note.messages, ElementsAre(1));
    EXPECT_EQ(2u, note.names.size());  // the record's and the alias's
    EXPECT_EQ(std::string::npos, entry.payload.find("A-1"));
    EXPECT_EQ(entry.payload, encodeErasure(note));
}

TEST_F(ErasureTest, KeysAndSealedPayloadsAreGoneFromTheFiles) {
    // Many tickets of several regions: their numbers do not come in order.
    std::vector<std::string> numbers;
    for (int i = 0; i < 400; ++i) {
        static constexpr const char* kRegions[] = {"430200", "430100", "430900", "430500"};
        must(run([&](Transaction& transaction) -> base::Status {
            numbers.push_back(*transaction.newTicket(kRegions[i % 4]));
            const auto message = *transaction.append(messageDraft("raw " + std::to_string(i)));
            must(transaction.append(recordDraft(std::string(500, 'x'), numbers.back(), message)));
            return {};
        }));
    }
    const auto number = numbers[137];
    const auto seqs = look()->ticketEntries(number);
    ASSERT_EQ(1u, seqs.size());
    const auto key = column("SELECT wrapped_key FROM ticket WHERE ticket_no = '" + number + "'");
    const auto sealed = sealedOf(seqs[0]);
    const auto raw = sealedOf(seqs[0] - 1);
    const auto raw_key =
        column("SELECT wrapped_key FROM entry_key WHERE seq = " + std::to_string(seqs[0] - 1));
    for (const auto& bytes : {key, sealed, raw, raw_key}) ASSERT_TRUE(filesHold(bytes));
    for (int i = 0; i < 100; ++i) erase(numbers[static_cast<std::size_t>(i)]);  // neighbours first
    erase(number);
    for (const auto& bytes : {key, sealed, raw, raw_key}) EXPECT_FALSE(filesHold(bytes));
    EXPECT_EQ("sound", verdict());
}

TEST_F(ErasureTest, MessageSharedWithOtherTicketsGoesToo) {
    const auto numbers = submitTogether({"A-1", "A-2", "A-3"});
    const auto report = erase(numbers[1]);
    EXPECT_EQ(2u, report.other_records);
    EXPECT_EQ("ledger.erased", read(1));
    EXPECT_EQ("record A-1", read(2));
    EXPECT_EQ("ledger.erased", read(3));
    EXPECT_EQ("record A-3", read(4));
    EXPECT_TRUE(look()->receipt(4).ok());
    erase(numbers[2]);  // its message is gone already
    EXPECT_EQ("sound", verdict());
}

TEST_F(ErasureTest, MessageThatOnlyRepeatedTheRecordGoesToo) {
    const auto number = submit("A-1");
    const auto repeat = append("a repeat of A-1 beside something new");
    append("something else");
    const auto report = must(tryErase(number, [](const Entry& message) {
        return message.payload.find("A-1") != std::string::npos;
    }));
    EXPECT_THAT(report.note.messages, ElementsAre(1, repeat));
    EXPECT_EQ("ledger.erased", read(repeat));
    EXPECT_EQ("something else", read(repeat + 1));
    EXPECT_EQ("sound", verdict());
}

TEST_F(ErasureTest, NumbersLeadToTheErasedTicketButCanNotBeRead) {
    const auto number = submit("A-1-of-somebody");
    submit("A-2");
    erase(number);
    EXPECT_EQ(number, look()->findTicket("hotline", "A-1-of-somebody"));
    EXPECT_EQ(std::nullopt, look()->findTicket("hotline", "A-3"));
    EXPECT_EQ(std::nullopt, look()->findTicket("other", "A-1-of-somebody"));
    const auto latest = look()->findLatest("hotline", ticket::Kind::Appeal, "A-1-of-somebody");
    ASSERT_TRUE(latest);
    EXPECT_TRUE(latest->erased);
    EXPECT_EQ(number, latest->ticket_no);
    EXPECT_EQ(std::nullopt, look()->findLatest("hotline", ticket::Kind::Result, "A-1-of-somebody"));
    EXPECT_FALSE(look()->findLatest("hotline", ticket::Kind::Appeal, "A-2")->erased);
    const auto names = look()->aliases(number);
    ASSERT_EQ(1u, names.size());
    EXPECT_EQ("hotline", names[0].party);
    EXPECT_EQ("", names[0].number);
    EXPECT_FALSE(filesHold("A-1-of-somebody"));
}

TEST_F(ErasureTest, ErasedTicketTakesNothingMore) {
    const auto number = submit("A-1");
    erase(number);
    const auto status = run([&](Transaction& transaction) -> base::Status {
        auto seq = transaction.append(recordDraft("late", number, 0));
        return seq.ok() ? base::Status() : seq.error();
    });
    EXPECT_EQ(ErrorCode::LedgerErased, status.error().code);
    must(run([&](Transaction& transaction) {
        return transaction.addAlias({"province", "SJ-1", number});
    }));
    EXPECT_EQ(std::nullopt, look()->findTicket("province", "SJ-1"));
}

TEST_F(ErasureTest, UnsentDeliveriesEndAndThoseInFlightAreLeftToTheirCourier) {
    const auto number = submit("A-1");
    const auto other = submit("A-2");
    must(run([&](Transaction& transaction) -> base::Status {
        const auto put = [&](const char* destination, Seq seq, const std::string& ticket_no,
                             DeliveryState state) {
            DeliveryRow row;
            row.destination = destination;
            row.seq = seq;
            row.ticket_no = ticket_no;
            row.state = state;
            must(transaction.putDelivery(row));
        };
        put("province", 2, number, DeliveryState::Ready);
        put("centre", 2, number, DeliveryState::InFlight);
        put("unit", 2, number, DeliveryState::Dead);
        put("province", 4, other, DeliveryState::Ready);
        return {};
    }));
    const auto report = erase(number);
    EXPECT_THAT(report.note.unsent, ElementsAre("province/2", "unit/2"));
    EXPECT_THAT(look()->deliveriesOf("province", number), IsEmpty());
    EXPECT_EQ(1u, look()->deliveriesOf("centre", number).size());
    EXPECT_EQ(1u, look()->deliveriesOf("province", other).size());
}

TEST_F(ErasureTest, RefusesWhatIsNotThereAndWhatIsErased) {
    const auto number = submit("A-1");
    EXPECT_EQ(ErrorCode::NotFound, refusal("430200-20190418-9999999-0"));
    erase(number);
    EXPECT_EQ(ErrorCode::LedgerErased, refusal(number));
    EXPECT_EQ(
        ErrorCode::ParameterInvalid,
        eraseTicket(store(), clock_, random_, {.ticket_no = number}, {}).error().code
    );
    EXPECT_EQ(3u, size());
}

class ErasureTampering : public ErasureTest, public testing::WithParamInterface<const char*> {};

TEST_P(ErasureTampering, IsFound) {
    const auto first = submit("A-1");
    submit("A-2");
    erase(first);
    ASSERT_EQ("sound", verdict());
    tamper(GetParam());
    EXPECT_EQ("ledger.corrupt", verdict());
}

INSTANTIATE_TEST_SUITE_P(
    Of, ErasureTampering,
    testing::Values(
        "UPDATE payload SET sealed = zeroblob(length(sealed)) WHERE seq = 4",
        "UPDATE payload SET sealed = zeroblob(length(sealed)) WHERE seq = 3",
        "UPDATE ticket SET wrapped_key = zeroblob(60)", "DELETE FROM payload WHERE seq = 1",
        "UPDATE entry_key SET wrapped_key = zeroblob(60)",
        "DELETE FROM erased_name", "UPDATE erased_name SET ticket_no = 'T'",
        "UPDATE ticket SET wrapped_key = (SELECT t.wrapped_key FROM ticket AS t WHERE t.id = 2) "
        "WHERE id = 1"
    )
);

}  // namespace
}  // namespace yht::ledger
