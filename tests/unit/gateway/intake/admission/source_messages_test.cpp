// Messages in a source's own format: item by item, every item with one fate, nothing lost, nothing twice.
#include "gateway/intake/admission/source_messages.h"

#include <atomic>
#include <future>
#include <random>
#include <utility>

#include "gateway/intake/admission/message_payload.h"
#include "gateway/ledger/store/erasure.h"
#include "tests/unit/gateway/intake/admission/source_fixture.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::SizeIs;

TEST_F(SourceTest, ItemsBecomeRecordsOfTheAdapterUnderOneMessage) {
    const auto done = submit({mediaAppeal("A-1"), mediaAppeal("A-2")});
    EXPECT_THAT(verdicts(done), ElementsAre("accepted", "accepted"));
    EXPECT_THAT(entries(), ElementsAre("message", "appeal", "appeal"));
    const auto record = leaf(done.items[0].seqs.at(0));
    EXPECT_EQ("zz-media", record.source);
    EXPECT_EQ("zz-media", record.adapter);
    EXPECT_EQ("first00000000001", record.adapter_version);
    EXPECT_EQ(done.message_seq, record.message_seq);
    EXPECT_EQ("media", leaf(done.message_seq).source);
    EXPECT_EQ(done.items[0].ticket_no, record.ticket_no);
    EXPECT_TRUE(done.receipts.contains(done.message_seq));
    EXPECT_TRUE(done.receipts.contains(done.items[1].seqs.at(0)));
}

TEST_F(SourceTest, BadItemIsQuarantinedWithTheSourcesPathsAndTheOthersPass) {
    const auto done = submit({mediaAppeal("A-1"), mediaAppeal("A-2", {{"urgency", "77"}, {"title", ""}})});
    EXPECT_THAT(verdicts(done), ElementsAre("accepted", "quarantined"));
    const auto& error = *done.items[1].error;
    EXPECT_EQ(ErrorCode::RecordInvalid, error.code);
    ASSERT_THAT(error.fields, SizeIs(2));
    const std::vector<std::string> pointers = {error.fields[0].pointer, error.fields[1].pointer};
    EXPECT_THAT(pointers, testing::UnorderedElementsAre("/row/urgency", "target:title"));
    ASSERT_THAT(quarantined(), SizeIs(1));
    const auto row = quarantined()[0];
    EXPECT_EQ(done.message_seq, row.message_seq);
    EXPECT_EQ("record.invalid", row.reason);
    EXPECT_EQ("line 2", row.place);
    const auto entry = ledger_.store().snapshot().value()->entry(row.message_seq).value();
    const auto body = decodeMessagePayload(entry.payload).value().body;
    EXPECT_EQ(mediaAppeal("A-2", {{"urgency", "77"}, {"title", ""}}), body.substr(row.raw_offset, row.raw_bytes));
}

TEST_F(SourceTest, ItemOfSeveralRecordsIsTakenAsAWholeOrNotAtAll) {
    submit({mediaAppeal("A-1")});
    const std::string conflict = mediaAppeal("A-9", {{"ticket_ref", "A-9"}});
    const auto done = submit(
        {"[" + conflict + "," + result("zz-media", "R-1", {{"ticket_ref", "A-9"}, {"version", "1"}}) + "]",
         "[" + mediaAppeal("A-3") + "," +
             result("zz-media", "R-1", {{"ticket_ref", "A-3"}, {"version", "1"}}) + "]"}
    );
    EXPECT_THAT(verdicts(done), ElementsAre("accepted", "quarantined"));
    EXPECT_EQ(ErrorCode::RecordConflict, done.items[1].error->code);
    EXPECT_EQ("/row/ticket_ref", done.items[1].error->fields.at(0).pointer);
    EXPECT_EQ(0u, versionOf("zz-media", ticket::Kind::Appeal, "A-3"));
    EXPECT_THAT(entries(), ElementsAre("message", "appeal", "message", "appeal", "result"));
}

TEST_F(SourceTest, RepeatedItemIsADuplicateAndAppendsNothing) {
    const auto first = submit({mediaAppeal("A-1"), "fail /row/title " + mediaAppeal("A-2")});
    const auto before = entries();
    const auto again = submit({mediaAppeal("A-1"), "fail /row/title " + mediaAppeal("A-2")});
    EXPECT_THAT(verdicts(again), ElementsAre("duplicate", "duplicate"));
    EXPECT_EQ(first.items[0].seqs, again.items[0].seqs);
    EXPECT_EQ(first.items[1].quarantine_id, again.items[1].quarantine_id);
    EXPECT_EQ(0u, again.message_seq);
    EXPECT_EQ(before, entries());
    EXPECT_THAT(quarantined(), SizeIs(1));
    EXPECT_EQ(
        (ledger::SourceAccount{.received = 4, .accepted = 1, .duplicate = 2, .quarantined = 1}), account()
    );
}

TEST_F(SourceTest, OnlyWhatChangedIsNewAndAThenBThenAIsThreeVersions) {
    const auto item = [](const std::string& title, const std::string& opinion) {
        return "[" + mediaAppeal("M-1", {{"ticket_ref", "T-1"}, {"title", title}}) + "," +
               process("zz-media", "S-1", {{"ticket_ref", "T-1"}, {"opinion", opinion}}) + "]";
    };
    const auto first = submit({item("甲", "一")}), changed = submit({item("乙", "一")});
    ASSERT_THAT(first.items[0].seqs, SizeIs(2));
    EXPECT_THAT(verdicts(changed), ElementsAre("accepted"));
    EXPECT_NE(first.items[0].seqs[0], changed.items[0].seqs[0]);
    EXPECT_EQ(first.items[0].seqs[1], changed.items[0].seqs[1]);  // said again, and known
    EXPECT_THAT(verdicts(submit({item("甲", "一")})), ElementsAre("accepted"));
    EXPECT_EQ(3U, versionOf("zz-media", ticket::Kind::Appeal, "M-1"));
    EXPECT_EQ(1U, versionOf("zz-media", ticket::Kind::Process, "S-1"));
    EXPECT_THAT(verdicts(submit({item("甲", "一")})), ElementsAre("duplicate"));
    EXPECT_TRUE(account().balances());
    EXPECT_EQ(1U, ledger_.store().snapshot().value()->ticketNumbers(10).size());
}

TEST_F(SourceTest, OriginOfAMessageIsTheOriginOfItsRecords) {
    const auto verified = verify(sign("media", lines({mediaAppeal("M-1")})));
    ASSERT_TRUE(verified.ok());
    ASSERT_TRUE(messages_->submitMessage(*verified, adapter_, {.content_type = "application/json", .origin = "history"}).ok());
    const auto snapshot = ledger_.store().snapshot().value();
    EXPECT_THAT(snapshot->historyHeld(0, snapshot->lastSeq()), ElementsAre(2));
}

TEST_F(SourceTest, SameSignedMessageAgainBringsNothingBack) {
    const std::string old_text = mediaAppeal("A-1", {{"title", "一"}});
    const auto first = sign("media", lines({old_text}));
    submitSigned(first);
    submit({mediaAppeal("A-1", {{"title", "二"}})});
    const auto again = submitSigned(first);  // would be a third version
    EXPECT_THAT(verdicts(again), ElementsAre("duplicate"));
    EXPECT_EQ(2u, versionOf("zz-media", ticket::Kind::Appeal, "A-1"));
    EXPECT_THAT(verdicts(submit({old_text})), ElementsAre("accepted"));
}

TEST_F(SourceTest, MessageThatBreaksOffKeepsWhatCameBeforeAndTheRestAsOneItem) {
    const auto done = submit({mediaAppeal("A-1"), "cut", mediaAppeal("A-2")});
    EXPECT_THAT(verdicts(done), ElementsAre("accepted", "quarantined"));
    EXPECT_EQ(1u, quarantined().at(0).item_index);
    EXPECT_EQ(0u, quarantined().at(0).raw_bytes);
    EXPECT_THAT(verdicts(submit({mediaAppeal("A-1"), "cut", mediaAppeal("A-2")})),
                ElementsAre("duplicate", "duplicate"));
}

TEST_F(SourceTest, IgnoredItemsAreCountedByRule) {
    const auto done = submit({"ignore heartbeat", "ignore test call", "ignore heartbeat"});
    EXPECT_THAT(verdicts(done), ElementsAre("ignored", "ignored", "ignored"));
    EXPECT_TRUE(entries().empty());
    EXPECT_EQ(2u, account().ignored.at("heartbeat"));
    EXPECT_EQ(1u, account().ignored.at("test call"));
}

TEST_F(SourceTest, ShadowKeepsTheMessageAndMakesNoRecord) {
    adapter_.changeManifest().lifecycle = kit::Lifecycle::Shadow;
    const auto done = submit({mediaAppeal("A-1"), "fail /row/title " + mediaAppeal("A-2")});
    EXPECT_THAT(verdicts(done), ElementsAre("ignored", "ignored"));
    EXPECT_THAT(entries(), ElementsAre("message"));
    EXPECT_EQ(2u, account().ignored.at(kIgnoredByShadow));
    EXPECT_TRUE(quarantined().empty());
}

TEST_F(SourceTest, ErasedTicketsItemIsRefusedAndNotKept) {
    const auto ticket_no = submit({mediaAppeal("A-1")}).items[0].ticket_no;
    ASSERT_TRUE(ledger::eraseTicket(
        ledger_.store(), clock_, random_, {.ticket_no = ticket_no, .operator_id = "uid:0", .why = "request"},
        [](const ledger::Entry&) { return false; }
    ).ok());
    const auto done = submit({mediaAppeal("A-1", {{"title", "又来"}})});
    EXPECT_THAT(verdicts(done), ElementsAre("refused"));
    EXPECT_EQ(ErrorCode::LedgerErased, done.items[0].error->code);
    EXPECT_EQ(0u, done.message_seq);
    EXPECT_EQ(1u, account().refused);
}

TEST_F(SourceTest, ErasedTicketsItemIsBlankedInTheMessageThatBringsAnother) {
    eraseTicket(submit({mediaAppeal("A-1")}).items[0].ticket_no);
    const std::string erased = mediaAppeal("A-1", {{"title", "又来"}});
    for (const bool erased_first : {true, false}) {
        const auto fresh = mediaAppeal(erased_first ? "A-2" : "A-3");
        const auto items = erased_first ? std::vector{erased, fresh} : std::vector{fresh, erased};
        const auto done = submit(items);
        ASSERT_THAT(verdicts(done), testing::UnorderedElementsAre("refused", "accepted"));
        const auto payload = kept(done.message_seq);
        EXPECT_EQ(std::string::npos, payload.body.find("又来"));
        EXPECT_NE(std::string::npos, payload.body.find(fresh));
        EXPECT_EQ(lines(items).size(), payload.body.size());
        ASSERT_THAT(payload.blanks, SizeIs(1));
        EXPECT_EQ(erased.size(), payload.blanks[0].bytes);
        EXPECT_FALSE(payload.signature.empty());
    }
    EXPECT_TRUE(account().balances());
}

TEST_F(SourceTest, WhereItemsAreNoSlicesNothingOfTheErasedTicketsMessageIsKept) {
    adapter_.hideSlices();
    eraseTicket(submit({mediaAppeal("A-1")}).items[0].ticket_no);
    const auto done = submit({mediaAppeal("A-2"), "drop", mediaAppeal("A-1", {{"title", "又来"}})});
    EXPECT_THAT(verdicts(done), ElementsAre("accepted", "refused", "refused"));
    EXPECT_EQ(ErrorCode::ItemUnmapped, done.items[1].error->code);
    EXPECT_EQ("", kept(done.message_seq).body);
    EXPECT_TRUE(quarantined().empty());
}

TEST_F(SourceTest, ShadowKeepsNothingOfAnErasedTicket) {
    eraseTicket(submit({mediaAppeal("A-1")}).items[0].ticket_no);
    adapter_.changeManifest().lifecycle = kit::Lifecycle::Shadow;
    const auto done = submit({mediaAppeal("A-1", {{"title", "又来"}}), mediaAppeal("A-2")});
    EXPECT_THAT(verdicts(done), ElementsAre("ignored", "ignored"));
    EXPECT_EQ(std::string::npos, kept(done.message_seq).body.find("又来"));
}

TEST_F(SourceTest, ItemsThatAreNoSlicesAreKnownByTheirValue) {
    adapter_.hideSlices();
    const auto first = submit({"fail /row/title " + mediaAppeal("A-1"), mediaAppeal("A-2")});
    const auto again = submit({"ignore another envelope", "fail /row/title " + mediaAppeal("A-1")});
    EXPECT_THAT(verdicts(again), ElementsAre("ignored", "duplicate"));
    EXPECT_EQ(first.items[0].quarantine_id, again.items[1].quarantine_id);
}

TEST_F(SourceTest, ItemsBeyondTheBoundOfAMessageWaitAsOne) {
    std::string body;
    for (std::uint64_t i = 0; i < kSourceItemsMax + 5; ++i) body += "ignore x\n";
    const auto request = sign("media", body);
    const auto done = submitSigned(request);
    EXPECT_EQ(kSourceItemsMax, done.account.ignoredCount());
    EXPECT_EQ(1u, done.account.quarantined);
    ASSERT_THAT(quarantined(), SizeIs(1));
    EXPECT_EQ(kSourceItemsMax, quarantined()[0].item_index);
    EXPECT_EQ("adapter.item_too_large", quarantined()[0].reason);
}

TEST_F(SourceTest, MoreItemsThanMayWaitAreRefusedUntilThereIsRoom) {
    ASSERT_TRUE(ledger_.store().run([&](ledger::Transaction& transaction) -> base::Status {
        ledger::QuarantineRow row{.message_seq = 1, .source = "zz-media", .reason = "adapter.item_unmapped"};
        for (std::uint64_t i = 0; i < kQuarantineOpenMax; ++i) {
            row.item_digest = std::to_string(i);
            auto added = transaction.addQuarantine(row);
            if (!added.ok()) return std::move(added).error();
        }
        return {};
    }).ok());
    clock_.advance(1000);
    const auto full = trySubmit(sign("media", lines({mediaAppeal("A-1"), "drop"})));
    ASSERT_FALSE(full.ok());
    EXPECT_EQ(ErrorCode::Unavailable, full.error().code);
    EXPECT_THAT(full.error().public_en, testing::HasSubstr("100000"));
    EXPECT_TRUE(entries().empty());
    EXPECT_THAT(verdicts(submit({mediaAppeal("A-1")})), ElementsAre("accepted"));
}

TEST_F(SourceTest, ErasureTakesMessagesThatOnlyRepeatedTheTicket) {
    const auto ticket_no = submit({mediaAppeal("A-1")}).items[0].ticket_no;
    const auto carrier = submit({mediaAppeal("A-1"), mediaAppeal("A-2")}).message_seq;
    ASSERT_TRUE(ledger::eraseTicket(
        ledger_.store(), clock_, random_, {.ticket_no = ticket_no, .operator_id = "uid:0", .why = "request"},
        [](const ledger::Entry&) { return false; }
    ).ok());
    EXPECT_EQ(ErrorCode::LedgerErased, ledger_.store().snapshot().value()->entry(carrier).error().code);
}

TEST_F(SourceTest, RefusalsBeforeTheItemsCountAsOne) {
    const auto request = sign("media", lines({mediaAppeal("A-1")}));
    EXPECT_EQ(ErrorCode::MediaTypeUnsupported, trySubmit(request, "", "image/png").error().code);
    adapter_.changeManifest().decode.limits.message_bytes_max = 10;
    EXPECT_EQ(ErrorCode::BodyTooLarge, trySubmit(request).error().code);
    adapter_.changeManifest().lifecycle = kit::Lifecycle::Draft;
    EXPECT_EQ(ErrorCode::SourceUnknown, trySubmit(request).error().code);
    EXPECT_EQ((ledger::SourceAccount{.received = 3, .refused = 3}), account());
}

TEST_F(SourceTest, WhoMayNotSpeakForTheSourceDoesNotMoveItsAccount) {
    EXPECT_EQ(ErrorCode::SourceNotOwn, trySubmit(sign("police", lines({mediaAppeal("A-1")}))).error().code);
    EXPECT_TRUE(account().empty());
}

TEST_F(SourceTest, TroubleIsLoggedOnceUntilItIsOver) {
    submit({"fail /row/title " + mediaAppeal("A-1"), "fail /row/title " + mediaAppeal("A-2")});
    submit({"fail /row/title " + mediaAppeal("A-3")});
    EXPECT_THAT(log_, ElementsAre(testing::HasSubstr("zz-media")));
}

TEST_F(SourceTest, SameTroubleHasOneFingerprint) {
    submit({"fail /row/3/title " + mediaAppeal("A-1"), "fail /row/17/title " + mediaAppeal("A-2"),
            "fail /row/3/urgency " + mediaAppeal("A-3")});
    const auto rows = quarantined();
    EXPECT_EQ(rows.at(0).fingerprint, rows.at(1).fingerprint);
    EXPECT_NE(rows.at(0).fingerprint, rows.at(2).fingerprint);
}

TEST_F(SourceTest, ItemOfMoreRecordsThanOneMayGiveIsQuarantined) {
    std::string many = "[";
    for (std::size_t i = 0; i <= kRecordsPerItemMax; ++i) {
        many += (i == 0 ? "" : ",") + mediaAppeal("A-" + std::to_string(i));
    }
    const auto done = submit({many + "]"});
    EXPECT_THAT(verdicts(done), ElementsAre("quarantined"));
    EXPECT_EQ(ErrorCode::ItemTooLarge, done.items[0].error->code);
}

/// Holds every message until it is let go.
class WaitingAdapter final : public kit::Adapter {
public:
    explicit WaitingAdapter(const kit::Adapter& inner) : inner_(inner) {}
    const kit::Manifest& manifest() const override { return inner_.manifest(); }
    const std::string& version() const override { return inner_.version(); }
    base::Status adapt(
        std::string_view message, const kit::MessageContext& context,
        const std::vector<kit::ItemPatch>& patches, const kit::AdaptedSink& sink
    ) const override {
        ++inside;
        inside.notify_all();
        let_go.wait(false);
        return inner_.adapt(message, context, patches, sink);
    }
    mutable std::atomic<std::size_t> inside{0};
    std::atomic<bool> let_go{false};

private:
    const kit::Adapter& inner_;
};

TEST_F(SourceTest, MoreMessagesAtOnceThanASourceMayHaveAreAskedToWait) {
    WaitingAdapter waiting(adapter_);
    const auto send = [&](const std::string& ref) {
        const auto verified = verify(sign("media", lines({mediaAppeal(ref)})));
        return messages_->submitMessage(*verified, waiting, {"application/json", "", ""});
    };
    std::vector<std::future<bool>> under_way;
    for (std::size_t i = 0; i < kMessagesAtOnceMax; ++i) {
        under_way.push_back(std::async(std::launch::async, [&, i] { return send("A-" + std::to_string(i)).ok(); }));
    }
    for (std::size_t inside = waiting.inside; inside < kMessagesAtOnceMax; inside = waiting.inside) {
        waiting.inside.wait(inside);
    }
    EXPECT_EQ(ErrorCode::TooManyRequests, send("A-9").error().code);
    waiting.let_go = true;
    waiting.let_go.notify_all();
    for (auto& one : under_way) EXPECT_TRUE(one.get());
    EXPECT_TRUE(send("A-9").ok());
}

TEST_F(SourceTest, SameMessageFromTwoThreadsIsTakenOnce) {
    const auto request = sign("media", lines({mediaAppeal("A-1"), mediaAppeal("A-2")}));
    auto other = std::async(std::launch::async, [&] { return trySubmit(request, "k1"); });
    const auto mine = trySubmit(request, "k1");
    const auto theirs = other.get();
    ASSERT_TRUE(mine.ok() && theirs.ok());
    EXPECT_NE(mine->repeated, theirs->repeated);
    EXPECT_THAT(entries(), ElementsAre("message", "appeal", "appeal"));
    EXPECT_EQ((ledger::SourceAccount{.received = 4, .accepted = 2, .duplicate = 2}), account());
}

/// More items than one commit takes.
class LargeMessageTest : public SourceTest {
protected:
    static constexpr std::size_t kItems = kRecordsPerCommitMax + 20;
    std::vector<std::string> items() const {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < kItems; ++i) all.push_back(mediaAppeal("L-" + std::to_string(i)));
        return all;
    }
};

TEST_F(LargeMessageTest, IsOneMessageInSeveralCommits) {
    const auto done = submit(items());
    EXPECT_EQ(kItems, done.account.accepted);
    EXPECT_EQ(kItems, done.account.received);
    EXPECT_EQ(kAnswerItemsMax, done.items.size());
    EXPECT_EQ(kItems - kAnswerItemsMax, done.itemsNotShown());
    EXPECT_EQ(kItems + 1, entries().size());
    EXPECT_EQ(std::nullopt, ledger_.store().snapshot().value()->unfinishedFrom(done.message_seq));
}

TEST_F(LargeMessageTest, AnAnswerCarriesSoManyReceiptsOfRecords) {
    const auto recordReceipts = [](const SourceSubmission& done) {
        return done.receipts.size() - done.receipts.count(done.message_seq);
    };
    const auto first = submit(items());
    EXPECT_EQ(1U, first.receipts.count(first.message_seq));
    EXPECT_EQ(kAnswerReceiptsMax, recordReceipts(first));
    const auto again = submit(items());  // nothing of it is new, so the message has no entry
    EXPECT_EQ(0U, again.message_seq);
    EXPECT_EQ(kAnswerReceiptsMax, recordReceipts(again));
}

TEST_F(LargeMessageTest, GoesOnAfterACrashWhereItStopped) {
    auto all = items();
    all[kItems - 10] = "crash " + mediaAppeal("L-crash");
    const auto request = sign("media", lines(all));
    EXPECT_ANY_THROW((void)trySubmit(request, "key-1"));
    const auto first_seq = ledger::Seq{1};
    EXPECT_EQ(kRecordsPerCommitMax + 1, entries().size());
    restart();
    EXPECT_EQ(kRecordsPerCommitMax, ledger_.store().snapshot().value()->unfinishedFrom(first_seq));
    EXPECT_EQ(ErrorCode::IdempotencyKeyReused, trySubmit(sign("media", "ignore x"), "key-1").error().code);
    adapter_.mend();
    const auto done = submitSigned(request, "key-1");
    EXPECT_EQ(kRecordsPerCommitMax, done.account.duplicate);
    EXPECT_EQ(kItems - kRecordsPerCommitMax, done.account.accepted);
    EXPECT_EQ(first_seq, done.message_seq);
    EXPECT_EQ(kItems + 1, entries().size());
    EXPECT_EQ(std::nullopt, ledger_.store().snapshot().value()->unfinishedFrom(first_seq));
    EXPECT_EQ(kItems, submitSigned(request).account.duplicate);
    EXPECT_EQ(kItems + 1, entries().size());
}

TEST_F(SourceTest, SameKeyAndBytesGetTheFirstAnswerForTheLifeOfTheLedger) {
    const std::vector<std::string> items = {mediaAppeal("A-1"), "fail /row/title " + mediaAppeal("A-2")};
    const auto first = submit(items, "k1");
    restart();
    adapter_.mend();
    const auto again = submit(items, "k1");
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(encodeSourceAnswer(first), encodeSourceAnswer(again));  // receipts included
    EXPECT_EQ(2u, account().duplicate);
    EXPECT_EQ(4u, account().received);
    EXPECT_TRUE(account().balances());
}

TEST_F(LargeMessageTest, KeepsNothingOfAnErasedTicketThatComesLate) {
    eraseTicket(submit({mediaAppeal("A-1")}).items[0].ticket_no);
    auto all = items();
    all.push_back(mediaAppeal("A-1", {{"title", "又来"}}));
    const auto done = submit(all);
    EXPECT_EQ(kItems, done.account.accepted);
    EXPECT_EQ(1u, done.account.refused);
    EXPECT_EQ(std::string::npos, kept(done.message_seq).body.find("又来"));
}

/// Does something once, before the item with that index.
class InterruptedAdapter final : public kit::Adapter {
public:
    InterruptedAdapter(const kit::Adapter& inner, std::uint64_t index, std::function<void()> what)
        : inner_(inner), index_(index), what_(std::move(what)) {}
    const kit::Manifest& manifest() const override { return inner_.manifest(); }
    const std::string& version() const override { return inner_.version(); }
    base::Status adapt(
        std::string_view message, const kit::MessageContext& context,
        const std::vector<kit::ItemPatch>& patches, const kit::AdaptedSink& sink
    ) const override {
        return inner_.adapt(message, context, patches, [&](kit::AdaptedItem&& item) {
            if (item.index == index_) std::exchange(what_, [] {})();
            return sink(std::move(item));
        });
    }

private:
    const kit::Adapter& inner_;
    const std::uint64_t index_;
    mutable std::function<void()> what_;
};

TEST_F(LargeMessageTest, LaterCopyDoesNotOverwriteTheKeptAnswer) {
    const auto body = lines(items());
    const auto later = sign("media", body);
    clock_.advance(1000);
    const auto earlier = sign("media", body);
    SourceSubmission kept_answer;
    // The other copy comes to its end between two commits of this one.
    const InterruptedAdapter interrupted(adapter_, kItems - 1, [&] { kept_answer = submitSigned(earlier, "k1"); });
    const auto verified = verify(later);
    ASSERT_TRUE(messages_->submitMessage(*verified, interrupted, {"application/json", "", "k1"}).ok());
    clock_.advance(1000);
    const auto again = submitSigned(sign("media", body), "k1");
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(kept_answer.account, again.account);
}

TEST_F(SourceTest, SameKeyWithOtherBytesIsRefused) {
    submit({mediaAppeal("A-1")}, "k1");
    clock_.advance(1000);
    const auto other = trySubmit(sign("media", lines({mediaAppeal("A-2")})), "k1");
    EXPECT_EQ(ErrorCode::IdempotencyKeyReused, other.error().code);
    EXPECT_EQ(0u, versionOf("zz-media", ticket::Kind::Appeal, "A-2"));
    EXPECT_THAT(verdicts(submit({mediaAppeal("A-2")}, "k2")), ElementsAre("accepted"));
}

/// YHT_SEED makes another run of it.
TEST_F(SourceTest, AccountBalancesOverRandomMixes) {
    const char* set = std::getenv("YHT_SEED");
    const auto seed = set == nullptr ? 20191015 : std::strtoul(set, nullptr, 10);
    SCOPED_TRACE("YHT_SEED=" + std::to_string(seed));
    std::mt19937 engine(static_cast<std::mt19937::result_type>(seed));
    const auto pick = [&](unsigned n) { return std::to_string(engine() % n); };
    std::uint64_t sent = 0;
    for (int round = 0; round < 25; ++round) {
        std::vector<std::string> items;
        for (unsigned count = engine() % 12; count > 0; --count) {
            switch (engine() % 6) {
                case 0: items.push_back("ignore rule-" + pick(3)); break;
                case 1: items.push_back("fail /row/" + pick(3) + " " + mediaAppeal("F-" + pick(9))); break;
                case 2: items.push_back(mediaAppeal("V-" + pick(9), {{"version", pick(3)}, {"title", pick(2)}})); break;
                case 3: items.push_back(mediaAppeal("B-" + pick(9), {{"urgency", "99"}})); break;
                case 4:
                    items.push_back("[" + mediaAppeal("M-" + pick(9)) + "," +
                                    result("zz-media", "R-" + pick(9), {{"ticket_ref", "M-" + pick(9)}, {"version", "1"}}) + "]");
                    break;
                default: items.push_back(mediaAppeal("A-" + pick(30)));
            }
        }
        const bool cut = engine() % 8 == 0;
        if (cut) items.push_back("cut");
        sent += items.size();
        const auto request = sign("media", lines(items));
        const auto done = submitSigned(request);
        EXPECT_TRUE(done.account.balances());
        EXPECT_EQ(items.size(), done.account.received);
        if (engine() % 3 == 0) {
            sent += items.size();
            const auto again = submitSigned(request);
            EXPECT_EQ(0u, again.account.accepted + again.account.quarantined);
        }
        if (engine() % 10 == 0) restart();
        clock_.advance(1000);
        EXPECT_TRUE(account().balances());
        EXPECT_EQ(sent, account().received);
        EXPECT_EQ(quarantined().size(), account().quarantined);
    }
}

/// An export of everything, every day: the day is its version, and no part of what it says.
class DailyExportTest : public SourceTest {
protected:
    DailyExportTest() { adapter_.changeManifest().unchanged_is_duplicate = true; }
    static std::string of(int day, const std::string& title) {
        return mediaAppeal("A-1", {{"title", title}, {"modified_time", "2019-04-" + std::to_string(day) + "T00:00:00.000+08:00"}});
    }
};

TEST_F(DailyExportTest, WhatIsUnchangedIsADuplicateAndWhatChangedWins) {
    const auto first = submit({of(24, "甲")});
    const auto before = entries();
    const auto again = submit({of(25, "甲")});
    EXPECT_THAT(verdicts(again), ElementsAre("duplicate"));
    EXPECT_EQ(first.items[0].seqs, again.items[0].seqs);
    EXPECT_EQ(before, entries());
    EXPECT_THAT(verdicts(submit({of(26, "乙")})), ElementsAre("accepted"));
    EXPECT_THAT(verdicts(submit({of(27, "乙")})), ElementsAre("duplicate"));
    EXPECT_TRUE(account().balances());
}

TEST_F(DailyExportTest, AnEarlierOneThatComesLateChangesNothing) {
    submit({of(24, "甲")});
    submit({of(26, "丙")});
    EXPECT_THAT(verdicts(submit({of(25, "乙")})), ElementsAre("stale"));  // kept, as an older version
    const auto newest = versionOf("zz-media", ticket::Kind::Appeal, "A-1");
    EXPECT_THAT(verdicts(submit({of(27, "丙")})), ElementsAre("duplicate"));
    EXPECT_THAT(verdicts(submit({of(25, "丙")})), ElementsAre("duplicate"));
    EXPECT_EQ(newest, versionOf("zz-media", ticket::Kind::Appeal, "A-1"));
}

TEST_F(DailyExportTest, ASourceThatDoesNotSaySoHasAVersionADay) {
    adapter_.changeManifest().unchanged_is_duplicate = false;
    submit({of(24, "甲")});
    EXPECT_THAT(verdicts(submit({of(25, "甲")})), ElementsAre("accepted"));
}

}  // namespace
}  // namespace yht::intake
