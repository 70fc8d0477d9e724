// An erased ticket at the door: nothing of it comes back in, and nobody else is troubled.
#include "gateway/ledger/store/erasure.h"

#include "gateway/intake/admission/erased_items.h"
#include "gateway/intake/admission/message_payload.h"
#include "gateway/json/json.h"
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

TEST_F(ErasureAtAdmissionTest, ArrayIsKeptWithoutTheErasedTicketsSlice) {
    const auto first = post("police", appeal("zz110", "J1", {{"title", "first of J1"}}));
    erase(first.ticket_no);
    const auto made = postAll(
        "police", {appeal("zz110", "J2"), appeal("zz110", "J1", {{"title", "again [of], \"J1"}}),
                   process("zz110", "P1", {{"ticket_ref", "J1"}, {"opinion", "step of J1"}}), appeal("zz110", "J3")}
    );
    EXPECT_THAT(outcomes(made), ElementsAre("created", "ledger.erased", "ledger.erased", "created"));
    const auto snapshot = ledger_.store().snapshot().value();
    const auto message = snapshot->leaf(made.at(0).seq).value().header.message_seq;
    const auto kept = decodeMessagePayload(snapshot->entry(message).value().payload).value();
    EXPECT_EQ(2u, kept.blanks.size());
    const auto body = json::parse(kept.body);
    ASSERT_TRUE(body.ok()) << kept.body;
    ASSERT_EQ(4u, body->Size());
    EXPECT_EQ("J2", json::textMember((*body)[0], "record_ref"));
    EXPECT_TRUE((*body)[1].ObjectEmpty());
    EXPECT_TRUE((*body)[2].ObjectEmpty());
    EXPECT_EQ("J3", json::textMember((*body)[3], "record_ref"));
}

TEST_F(ErasureAtAdmissionTest, ArrayOfOthersIsKeptAsItCame) {
    erase(post("police", appeal("zz110", "J1")).ticket_no);
    const auto made = postAll("police", {appeal("zz110", "J2"), appeal("zz110", "J3")});
    const auto snapshot = ledger_.store().snapshot().value();
    const auto message = snapshot->leaf(made.at(0).seq).value().header.message_seq;
    EXPECT_THAT(decodeMessagePayload(snapshot->entry(message).value().payload).value().blanks, ::testing::IsEmpty());
}

TEST(ElementSlicesTest, AreTheElementsWithoutTheSpaceAround) {
    const auto slicesOf = [](const std::string& text) {
        std::vector<std::string> found;
        for (const Blank& slice : elementSlices(text)) found.push_back(text.substr(slice.offset, slice.bytes));
        return found;
    };
    EXPECT_THAT(
        slicesOf(R"( [ {"a":[1,{"b":"],}\\\""}]} , "x,y" ,[[]],
 1.5e3,null ] )"),
        ElementsAre(R"({"a":[1,{"b":"],}\\\""}]})", R"("x,y")", "[[]]", "1.5e3", "null")
    );
    EXPECT_THAT(slicesOf("[]"), ::testing::IsEmpty());
    EXPECT_THAT(slicesOf("[{}]"), ElementsAre("{}"));
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
