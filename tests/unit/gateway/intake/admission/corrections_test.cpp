// An operator's correction of a record, on a real ledger.
#include "gateway/intake/admission/corrections.h"

#include "gateway/ledger/store/ticket_reader.h"
#include "tests/unit/gateway/intake/admission/source_fixture.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using testing::HasSubstr;
using ticket::Field;

class CorrectionsTest : public AdmissionTest {
protected:
    base::Result<Corrected> change(
        const std::string& ticket_no, ledger::Seq seq,
        std::vector<std::pair<std::string, std::string>> changes
    ) {
        return correctRecord(
            ledger_.store(), random_, *trust_->current(),
            {.ticket_no = ticket_no,
             .seq = seq,
             .changes = std::move(changes),
             .operator_id = "uid:1000",
             .also = [this](ledger::Transaction&) {
                 ++audits_;
                 return base::Status();
             },
             .at_ms = clock_.nowMillis()}
        );
    }
    ledger::Entry entry(ledger::Seq seq) { return ledger_.store().snapshot().value()->entry(seq).value(); }
    int audits_ = 0;
};

TEST_F(CorrectionsTest, CorrectionKeepsTheVersionAndStandsInTheTicket) {
    const auto first = post("media", mediaAppeal("A-1", {{"version", "7"}}));
    const auto done = change(first.ticket_no, 0, {{"title", "更正后的标题"}}).value();
    EXPECT_EQ(first.ticket_no, done.ticket_no);
    EXPECT_EQ(first.seq, done.corrected_seq);
    EXPECT_EQ(1u, done.correction);
    const auto made = entry(done.seq);
    EXPECT_EQ(ledger::Assurance::Internal, made.header.assurance);
    EXPECT_EQ(0u, made.header.message_seq);
    EXPECT_EQ("operator", made.header.adapter);
    EXPECT_THAT(made.payload, HasSubstr("更正后的标题"));
    EXPECT_EQ(7u, versionOf("zz-media", ticket::Kind::Appeal, "A-1"));
    EXPECT_EQ(1, audits_);
}

TEST_F(CorrectionsTest, SourceWithoutVersionsIsCorrectedToo) {
    const auto first = post("media", mediaAppeal("A-1"));
    const auto once = change("", first.seq, {{"title", "一"}}).value();
    const auto twice = change("", once.seq, {{"tags", R"(["甲","乙"])"}}).value();
    EXPECT_EQ(2u, twice.correction);
    EXPECT_EQ(1u, versionOf("zz-media", ticket::Kind::Appeal, "A-1"));
    EXPECT_THAT(entry(twice.seq).payload, HasSubstr(R"(["甲","乙"])"));
    EXPECT_EQ("duplicate", outcome(post("media", mediaAppeal("A-1"))));  // the source's own word is known still
}

TEST_F(CorrectionsTest, OnlyTheNewestContentIsCorrected) {
    const auto first = post("media", mediaAppeal("A-1", {{"version", "1"}}));
    const auto second = post("media", mediaAppeal("A-1", {{"version", "2"}, {"title", "二"}}));
    const auto old = change("", first.seq, {{"title", "一"}});
    EXPECT_EQ(ErrorCode::ParameterInvalid, old.error().code);
    EXPECT_THAT(old.error().public_en, HasSubstr(std::to_string(second.seq)));
}

TEST_F(CorrectionsTest, WhatTheCatalogueRefusesIsRefused) {
    const auto first = post("media", mediaAppeal("A-1"));
    EXPECT_EQ(ErrorCode::RecordInvalid, change("", first.seq, {{"urgency", "99"}}).error().code);
    EXPECT_EQ(ErrorCode::RecordInvalid, change("", first.seq, {{"title", ""}}).error().code);
    EXPECT_EQ(ErrorCode::ParameterInvalid, change("", first.seq, {{"titel", "x"}}).error().code);
    EXPECT_EQ(ErrorCode::ParameterInvalid, change("", first.seq, {{"record_ref", "A-2"}}).error().code);
    EXPECT_EQ(ErrorCode::ParameterInvalid, change("", first.seq, {}).error().code);
    EXPECT_EQ(0, audits_);
}

TEST_F(CorrectionsTest, WhatIsNoRecordCantBeCorrected) {
    const auto first = post("media", mediaAppeal("A-1"));
    EXPECT_EQ(ErrorCode::NotFound, change("", first.seq - 1, {{"title", "x"}}).error().code);  // the message
    EXPECT_EQ(ErrorCode::NotFound, change("", 999, {{"title", "x"}}).error().code);
    EXPECT_EQ(ErrorCode::NotFound, change(unknownTicket(), 0, {{"title", "x"}}).error().code);
}

}  // namespace
}  // namespace yht::intake
