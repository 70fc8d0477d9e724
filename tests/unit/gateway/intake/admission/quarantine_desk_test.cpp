// What operators decide about items in quarantine, on a real ledger.
#include "gateway/intake/admission/quarantine_desk.h"

#include "gateway/ledger/store/erasure.h"
#include "gateway/ticket/record_json.h"
#include "tests/unit/gateway/intake/admission/source_fixture.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class DeskTest : public SourceTest {
protected:
    QuarantineDesk desk() {
        // The adapter outlives the desk.
        const std::shared_ptr<const kit::Adapter> adapter(std::shared_ptr<void>(), &adapter_);
        return QuarantineDesk(
            {.store = ledger_.store(),
             .random = random_,
             .trust = trust_->current(),
             .adapters = std::make_shared<const SourceAdapters>(SourceAdapters{{"zz-media", adapter}}),
             .log = [this](const std::string& line) { log_.push_back(line); }}
        );
    }
    QuarantineOrder order() {
        return {.operator_id = "uid:1000", .why = "telephone call", .also = [this](ledger::Transaction&) {
                    ++audits_;
                    return base::Status();
                }};
    }
    std::uint64_t oneBadItem() {
        return submit({mediaAppeal("A-1"), "fail /row/title " + mediaAppeal("A-2")}).items.at(1).quarantine_id;
    }
    std::string payload(ledger::Seq seq) {
        return ledger_.store().snapshot().value()->entry(seq).value().payload;
    }
    int audits_ = 0;
};

TEST_F(DeskTest, FixAdmitsTheItemWithTheChangeUnderItsFirstMessage) {
    const auto id = oneBadItem();
    const auto decided = desk().fix(id, {{0, "/row/title", "改正的标题"}}, order()).value();
    EXPECT_TRUE(decided.closed);
    EXPECT_EQ(SourceVerdict::Accepted, decided.verdict);
    ASSERT_THAT(decided.seqs, SizeIs(1));
    const auto record = leaf(decided.seqs[0]);
    EXPECT_EQ(1u, record.message_seq);
    EXPECT_EQ(ledger::Assurance::Internal, record.assurance);
    EXPECT_THAT(payload(decided.seqs[0]), HasSubstr("改正的标题"));
    const auto decision = payload(decided.decision_seq);
    EXPECT_THAT(decision, HasSubstr(R"("decision":"fixed","format":"yht-quarantine-1")"));
    EXPECT_THAT(decision, HasSubstr(R"("paths":["/row/title"])"));
    EXPECT_THAT(decision, Not(HasSubstr("改正的标题")));
    EXPECT_EQ(ledger::EntryType::Decision, leaf(decided.decision_seq).type);
    EXPECT_EQ(ledger::kQuarantineFixed, quarantined().at(0).state);
    EXPECT_EQ(decided.decision_seq, quarantined().at(0).decision_seq);
    EXPECT_EQ(1, audits_);
}

TEST_F(DeskTest, AnItemIsMappedAgainWithWhatCameBesideItsMessage) {
    const auto request = sign("media", lines({"fail /row/title " + mediaAppeal("A-2")}));
    const auto verified = verify(request);
    ASSERT_TRUE(verified.ok());
    const auto submitted =
        messages_->submitMessage(*verified, adapter_, {"text/plain", "np_20190613.txt", "", "history"}).value();
    const auto id = submitted.items.at(0).quarantine_id;
    ASSERT_NE(0u, id);
    restart();
    const auto decided = desk().fix(id, {{0, "/row/title", "改正的标题"}}, order()).value();
    EXPECT_EQ("np_20190613.txt", adapter_.lastContext().file_name);
    EXPECT_EQ("text/plain", adapter_.lastContext().content_type);
    EXPECT_EQ(clock_.nowMillis(), adapter_.lastContext().received_ms);
    EXPECT_THAT(payload(decided.seqs.at(0)), HasSubstr("\"origin\":\"history\""));
}

TEST_F(DeskTest, FixThatDoesNotMendChangesNothing) {
    const auto id = oneBadItem();
    const auto before = ledger_.store().snapshot().value()->lastSeq();
    EXPECT_EQ(ErrorCode::ItemUnmapped, desk().fix(id, {{0, "/row/other", "x"}}, order()).error().code);
    EXPECT_EQ(before, ledger_.store().snapshot().value()->lastSeq());
    EXPECT_EQ(ledger::kQuarantineOpen, quarantined().at(0).state);
    EXPECT_EQ(0, audits_);
}

TEST_F(DeskTest, AFixChangesAsManyPlacesAsItMayAndNotOneMore) {
    const auto id = oneBadItem();
    std::vector<kit::ItemPatch> patches(kPatchesMax, {0, "/row/other", "x"});
    patches.push_back({0, "/row/title", "改正的标题"});
    for (const auto& wrong : {patches, std::vector<kit::ItemPatch>()}) {
        const auto refused = desk().fix(id, wrong, order());
        EXPECT_EQ(ErrorCode::ParameterInvalid, refused.error().code);
        EXPECT_THAT(refused.error().public_en, HasSubstr(std::to_string(kPatchesMax)));
    }
    EXPECT_EQ(ledger::kQuarantineOpen, quarantined().at(0).state);
    EXPECT_EQ(0, audits_);
    patches.erase(patches.begin());
    EXPECT_TRUE(desk().fix(id, patches, order()).value().closed);
}

TEST_F(DeskTest, ReplayWithTheMendedAdapterKeepsTheProofOfWhoSpoke) {
    const auto id = oneBadItem();
    adapter_.mend();
    const auto decided = desk().replay(id, order()).value();
    EXPECT_TRUE(decided.closed);
    const auto record = leaf(decided.seqs.at(0));
    EXPECT_EQ(ledger::Assurance::PartnerSignature, record.assurance);
    EXPECT_EQ("mended0000000002", record.adapter_version);
    EXPECT_EQ(ledger::kQuarantineReplayed, quarantined().at(0).state);
}

TEST_F(DeskTest, ReplayThatFailsStaysOpenWithTheNewReason) {
    const auto id = submit({"fail /row/title " + mediaAppeal("A-2", {{"urgency", "99"}})}).items.at(0).quarantine_id;
    EXPECT_EQ("adapter.item_unmapped", quarantined().at(0).reason);
    adapter_.mend();
    const auto decided = desk().replay(id, order()).value();
    EXPECT_FALSE(decided.closed);
    EXPECT_EQ(ErrorCode::RecordInvalid, decided.reason->code);
    const auto row = quarantined().at(0);
    EXPECT_EQ("record.invalid", row.reason);
    EXPECT_EQ("mended0000000002", row.adapter_version);
    EXPECT_EQ(ledger::kQuarantineOpen, row.state);
    EXPECT_EQ("/row/urgency", decodeErrorDetail(ErrorCode::RecordInvalid, row.detail_json).fields.at(0).pointer);
}

TEST_F(DeskTest, ConflictIsReplayedOnceItIsNoneAnyMore) {
    submit({mediaAppeal("A-1", {{"version", "1"}})});
    const auto id = submit({mediaAppeal("A-1", {{"version", "1"}, {"title", "不同"}})}).items.at(0).quarantine_id;
    EXPECT_FALSE(desk().replay(id, order()).value().closed);
    EXPECT_EQ("record.conflict", quarantined().at(0).reason);
    const auto decided = desk().fix(id, {{0, "/row/version", "2"}}, order());
    EXPECT_FALSE(decided.ok());  // LineAdapter takes patches of `fail` lines only
    EXPECT_TRUE(desk().discard(id, order()).value().closed);
}

TEST_F(DeskTest, RestOfATornMessageGivesItsItemsWhenItCanBeRead) {
    const auto body = lines({mediaAppeal("A-1"), "cut"});
    const auto id = submitSigned(sign("media", body)).items.at(1).quarantine_id;
    const auto again = desk().replay(id, order()).value();
    EXPECT_FALSE(again.closed);
    EXPECT_EQ(ErrorCode::ItemUndecodable, again.reason->code);
}

TEST_F(DeskTest, RestIsReplayedItemByItemAndTheFailingOnesWaitOnTheirOwn) {
    for (const bool slices : {true, false}) {
        if (!slices) adapter_.hideSlices();
        const std::string n = slices ? "1" : "2";
        const auto torn = submit({mediaAppeal("A-" + n), "cut", "drop", "fail /row/title " + mediaAppeal("B-" + n),
                                  mediaAppeal("C-" + n)});
        const auto id = torn.items.at(1).quarantine_id;
        adapter_.readOn();
        const auto decided = desk().replay(id, order()).value();
        EXPECT_TRUE(decided.closed);
        EXPECT_EQ(SourceVerdict::Accepted, decided.verdict);
        EXPECT_THAT(decided.seqs, SizeIs(1));
        EXPECT_EQ(1u, versionOf("zz-media", ticket::Kind::Appeal, "C-" + n));
        EXPECT_EQ(ledger::Assurance::PartnerSignature, leaf(decided.seqs[0]).assurance);
        const auto rows = quarantined();
        EXPECT_EQ(ledger::kQuarantineOpen, rows.back().state);
        EXPECT_GT(rows.back().id, id);
        adapter_.readOn(false);
    }
}

TEST_F(DeskTest, FirstItemOfARestThatFailsStillIsNotTheRestsOwnDuplicate) {
    adapter_.hideSlices();
    const auto id = submit({"cut drop", mediaAppeal("B-1", {{"urgency", "99"}})}).items.at(0).quarantine_id;
    adapter_.readOn();
    const auto decided = desk().replay(id, order()).value();
    EXPECT_TRUE(decided.closed);
    EXPECT_EQ(SourceVerdict::Quarantined, decided.verdict);
    EXPECT_THAT(payload(decided.decision_seq), HasSubstr(R"("verdict":"quarantined")"));
    const auto rows = quarantined();
    ASSERT_THAT(rows, SizeIs(3));
    EXPECT_EQ(0u, rows[1].item_index);
    EXPECT_EQ("line 1", rows[1].place);
    EXPECT_EQ(ledger::kQuarantineOpen, rows[1].state);
    EXPECT_EQ(ledger::kQuarantineOpen, rows[2].state);
}

TEST_F(DeskTest, LongRestIsDecidedInSeveralCommits) {
    std::vector<std::string> all = {"cut"};
    for (std::size_t i = 0; i < kRecordsPerCommitMax + 5; ++i) all.push_back(mediaAppeal("L-" + std::to_string(i)));
    const auto id = submit(all).items.at(0).quarantine_id;
    adapter_.readOn();
    const auto decided = desk().replay(id, order()).value();
    EXPECT_EQ(kRecordsPerCommitMax + 5, decided.seqs.size());
    EXPECT_EQ(1, audits_);
    EXPECT_TRUE(decided.closed);
}

TEST_F(DeskTest, ItemThatStandsElsewhereNowIsNotTakenForTheRows) {
    for (const bool slices : {true, false}) {
        if (!slices) adapter_.hideSlices();
        const std::string n = slices ? "1" : "2";
        const auto done = submit({"drop", "fail /row/title " + mediaAppeal("A-" + n), "fail /row/title " + mediaAppeal("B-" + n)});
        const auto id = done.items.at(1).quarantine_id;
        adapter_.readOn();  // what was item 2 is item 1
        EXPECT_EQ(ErrorCode::Unavailable, desk().fix(id, {{0, "/row/title", "改"}}, order()).error().code);
        EXPECT_EQ(ErrorCode::Unavailable, desk().replay(id, order()).error().code);
        EXPECT_EQ(ledger::kQuarantineOpen, ledger_.store().snapshot().value()->quarantined(id)->state);
        adapter_.readOn(false);
    }
}

TEST_F(DeskTest, WhatAnOperatorSettledIsADuplicateWhenItComesAgain) {
    const auto bad = [](const std::string& ref) { return "fail /row/title " + mediaAppeal(ref); };
    const auto request = sign("media", lines({bad("A-1"), bad("A-2")}));
    const auto first = submitSigned(request);
    const auto fixed = desk().fix(first.items[0].quarantine_id, {{0, "/row/title", "改"}}, order()).value();
    ASSERT_TRUE(desk().discard(first.items[1].quarantine_id, order()).ok());
    for (const bool anew : {false, true}) {
        const auto again = anew ? submit({bad("A-1"), bad("A-2")}) : submitSigned(request);
        ASSERT_THAT(verdicts(again), ElementsAre("duplicate", "duplicate"));
        EXPECT_EQ(fixed.seqs, again.items[0].seqs);
        EXPECT_EQ(fixed.ticket_no, again.items[0].ticket_no);
        EXPECT_THAT(again.items[1].seqs, SizeIs(0));
    }
    EXPECT_THAT(quarantined(), SizeIs(2));
    eraseTicket(fixed.ticket_no);
    const auto erased = submit({bad("A-1"), mediaAppeal("A-3")});
    EXPECT_THAT(verdicts(erased), ElementsAre("refused", "accepted"));
    EXPECT_EQ(std::string::npos, kept(erased.message_seq).body.find("A-1"));
}

TEST_F(DeskTest, ItemsOfOneMessageAreReplayedWithOneReadingOfIt) {
    const auto done = submit({"fail /row/title " + mediaAppeal("A-1"), mediaAppeal("A-2"), "fail /row/title " + mediaAppeal("A-3")});
    adapter_.mend();
    const auto passes = adapter_.passes();
    const auto all = desk().replay(
        std::vector<std::uint64_t>{done.items[2].quarantine_id, 99, done.items[0].quarantine_id}, order()
    );
    EXPECT_EQ(passes + 1, adapter_.passes());
    ASSERT_THAT(all, SizeIs(3));
    EXPECT_TRUE(all[0].closed && all[2].closed);
    EXPECT_TRUE(all[1].undecided);
    EXPECT_EQ(ErrorCode::NotFound, all[1].reason->code);
    EXPECT_EQ(1u, versionOf("zz-media", ticket::Kind::Appeal, "A-3"));
}

TEST_F(DeskTest, DiscardIsADecisionWithItsReason) {
    const auto id = oneBadItem();
    const auto decided = desk().discard(id, order()).value();
    EXPECT_THAT(payload(decided.decision_seq), HasSubstr(R"("why":"telephone call")"));
    EXPECT_EQ(ErrorCode::NotFound, desk().discard(id, order()).error().code);
    EXPECT_EQ(ErrorCode::NotFound, desk().replay(id, order()).error().code);
    EXPECT_EQ(1, audits_);
}

TEST_F(DeskTest, DecisionsSurviveARestart) {
    const auto id = oneBadItem();
    restart();
    adapter_.mend();
    EXPECT_TRUE(desk().replay(id, order()).value().closed);
    restart();
    EXPECT_EQ(ledger::kQuarantineReplayed, quarantined().at(0).state);
    EXPECT_EQ(1u, versionOf("zz-media", ticket::Kind::Appeal, "A-2"));
    EXPECT_TRUE(account().balances());
}

TEST_F(DeskTest, AuditThatFailsUndoesTheDecision) {
    const auto id = oneBadItem();
    auto failing = order();
    failing.also = [](ledger::Transaction&) { return base::makeError(ErrorCode::Internal); };
    EXPECT_EQ(ErrorCode::Internal, desk().discard(id, failing).error().code);
    EXPECT_EQ(ledger::kQuarantineOpen, quarantined().at(0).state);
}

TEST_F(DeskTest, OneLineWhenTheQueueIsEmptyAgain) {
    const auto first = oneBadItem();
    const auto second = submit({"fail /row/title " + mediaAppeal("A-3")}).items.at(0).quarantine_id;
    log_.clear();
    ASSERT_TRUE(desk().discard(first, order()).ok());
    EXPECT_TRUE(log_.empty());
    ASSERT_TRUE(desk().discard(second, order()).ok());
    EXPECT_THAT(log_, ElementsAre(HasSubstr("zz-media")));
}

TEST_F(DeskTest, ItemWhoseMessageWasErasedCanOnlyBeDiscarded) {
    const auto done = submit({mediaAppeal("A-1"), "fail /row/title " + mediaAppeal("A-2")});
    submit({"fail /row/title " + mediaAppeal("A-3")});  // of another message: it keeps its bytes
    const auto report = ledger::eraseTicket(
        ledger_.store(), clock_, random_,
        {.ticket_no = done.items[0].ticket_no, .operator_id = "uid:0", .why = "request"},
        [](const ledger::Entry&) { return false; }
    );
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(1u, report->open_items);
    const auto id = done.items[1].quarantine_id;
    EXPECT_EQ(ErrorCode::LedgerErased, desk().replay(id, order()).error().code);
    EXPECT_EQ(ErrorCode::LedgerErased, desk().raw(id, 100, order()).error().code);
    EXPECT_TRUE(desk().discard(id, order()).value().closed);
}

TEST_F(DeskTest, RawBytesAreShownToWhoIsNotedForIt) {
    const auto id = oneBadItem();
    EXPECT_EQ("fail /row/title", desk().raw(id, 15, order()).value());
    EXPECT_EQ(1, audits_);
}

}  // namespace
}  // namespace yht::intake
