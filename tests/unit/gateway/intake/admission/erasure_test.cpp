// An erased ticket at the door: nothing of it comes back in, and nobody else is troubled.
#include "gateway/ledger/store/erasure.h"

#include "tests/unit/gateway/intake/admission/admission_fixture.h"

namespace yht::intake {
namespace {

using ::testing::ElementsAre;

class ErasureAtAdmissionTest : public AdmissionTest {
protected:
    ledger::ErasureReport erase(const std::string& ticket_no) {
        return ledger::eraseTicket(
                   ledger_.store(), clock_, random_,
                   {.ticket_no = ticket_no,
                    .operator_id = "uid:0",
                    .why = "request 7",
                    .at_ms = 0,
                    .salt = {},
                    .carriers = {}},
                   [](const ledger::Entry&) { return false; }
        ).value();
    }
};

TEST_F(ErasureAtAdmissionTest, RepeatOfAnErasedRecordIsRefusedForGood) {
    const SignedRequest request = sign("police", appeal("zz110", "J1", {{"version", "1"}}));
    const auto first = send(request).value().items.at(0);
    erase(first.ticket_no);
    EXPECT_EQ("ledger.erased", outcome(post("police", appeal("zz110", "J1", {{"version", "1"}}))));
    EXPECT_EQ("ledger.erased", outcome(post("police", appeal("zz110", "J1", {{"version", "2"}}))));
    EXPECT_EQ("ledger.erased", outcome(send(request).value().items.at(0)));  // the same signature
}

TEST_F(ErasureAtAdmissionTest, RecordWithoutVersionOfAnErasedTicketIsRefused) {
    const auto first = post("police", appeal("zz110", "J1"));
    erase(first.ticket_no);
    EXPECT_EQ("ledger.erased", outcome(post("police", appeal("zz110", "J1"))));
    EXPECT_EQ(
        "ledger.erased", outcome(post("police", appeal("zz110", "J1", {{"title", "other"}})))
    );
}

TEST_F(ErasureAtAdmissionTest, WhateverNamesTheErasedTicketIsRefused) {
    const auto first = post("police", appeal("zz110", "J1"));
    erase(first.ticket_no);
    EXPECT_EQ(
        "ledger.erased", outcome(post("police", process("zz110", "P1", {{"ticket_ref", "J1"}})))
    );
    EXPECT_EQ(
        "ledger.erased",
        outcome(post(
            "police", process("zz110", "P1", {{"ticket_ref", ""}, {"ticket_no", first.ticket_no}})
        ))
    );
}

TEST_F(ErasureAtAdmissionTest, OthersInTheSameArrayAreTaken) {
    const auto first = post("police", appeal("zz110", "J1"));
    erase(first.ticket_no);
    EXPECT_THAT(
        outcomes(postAll("police", {appeal("zz110", "J1"), appeal("zz110", "J2")})),
        ElementsAre("ledger.erased", "created")
    );
}

TEST_F(ErasureAtAdmissionTest, NumbersAreFoundInTheRecordsThemselves) {
    const auto first = post("police", appeal("zz110", "J1"));
    const auto other = post("police", appeal("zz110", "J2"));
    post("police", process("zz110", "P1", {{"ticket_ref", "J1"}}));
    EXPECT_EQ(3u, erase(first.ticket_no).note.names.size());  // two records, one alias
    EXPECT_EQ("duplicate", outcome(post("police", appeal("zz110", "J2"))));
    EXPECT_EQ(other.ticket_no, post("police", appeal("zz110", "J2")).ticket_no);
}

}  // namespace
}  // namespace yht::intake
