// A submission as a whole: arrays, refusals, replays, receipts, the account.
#include "gateway/intake/admission/admission.h"

#include <algorithm>
#include <thread>

#include "gateway/crypto/digest.h"
#include "gateway/intake/admission/message_payload.h"
#include "gateway/json/json.h"
#include "gateway/ticket/record_json.h"
#include "tests/unit/gateway/intake/admission/admission_fixture.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using ::testing::Each;
using ::testing::ElementsAre;

ErrorCode refusal(const base::Result<SubmissionAnswer>& answer) {
    EXPECT_FALSE(answer.ok());
    return answer.ok() ? ErrorCode::Internal : answer.error().code;
}

TEST_F(AdmissionTest, RecordsAreFoundByTheTelephoneNumbersTheyName) {
    const auto first = post(
        "police", appeal("zz110", "J1", {{"caller_phone", "138-1234-5678"}, {"contact_phone", "+86 138 1234 5678"}})
    );
    const auto second = post("media", appeal("zz-media", "M1", {{"caller_phone", "13812345678"}}));
    post("media", appeal("zz-media", "M2", {{"caller_phone", "000"}}));
    const auto refused = post("police", appeal("zz110", "J2", {{"caller_phone", "13812345678"}, {"title", ""}}));
    ASSERT_NE("created", outcome(refused));
    const auto find = [&](const char* number) {
        const auto view = ledger_.store().snapshot().value();
        return view->phoneNames(view->phoneDigest(number), 0, 10);
    };
    const std::vector<ledger::PhoneName> both{
        {first.receipt->seq, first.ticket_no}, {second.receipt->seq, second.ticket_no}};
    EXPECT_EQ(both, find("13812345678"));
    EXPECT_TRUE(find("000").empty());
    restart();
    EXPECT_EQ(both, find("13812345678"));
}

TEST_F(AdmissionTest, ATicketIsFoundByTheCallThatItsAppealNames) {
    const auto named = post("police", appeal("zz110", "J1", {{"call_ref", "TH-1"}}));
    post("media", appeal("zz-media", "M1", {{"call_ref", "TH-1"}}));
    const auto tickets = ledger_.store().snapshot().value()->ticketsNamingCall({"zz110", "TH-1"}, 10);
    EXPECT_EQ(std::vector{named.ticket_no}, tickets);
}

TEST_F(AdmissionTest, ReceiptProvesTheCanonicalRecord) {
    const std::string record = appeal("zz110", "J1", {{"version", "1"}});
    const ItemAnswer answer = post("police", record);
    ASSERT_TRUE(answer.receipt.has_value());
    const std::string canonical =
        ticket::canonicalText(ticket::readRecord(json::parse(record).value()).value());
    EXPECT_TRUE(ledger_.verify(*answer.receipt, canonical).ok());
    EXPECT_EQ(
        ErrorCode::LedgerCorrupt, ledger_.verify(*answer.receipt, canonical + " ").error().code
    );
}

TEST_F(AdmissionTest, TheMessageKeepsBytesAndProofForTheAuditor) {
    const std::string record = " " + appeal("zz110", "J1");
    const SignedRequest request = sign("police", record);
    const std::uint64_t seq = send(request).value().message_seq;
    const auto snapshot = ledger_.store().snapshot().value();
    const ledger::Entry entry = snapshot->entry(seq).value();
    EXPECT_EQ("police", entry.header.source);
    EXPECT_EQ(ledger::Assurance::PartnerSignature, entry.header.assurance);
    const MessagePayload payload = decodeMessagePayload(entry.payload).value();
    EXPECT_EQ(record, payload.body);
    EXPECT_EQ("ecdsa-p256-sha256", payload.algorithm);
    const auto found = trust_->current()->findCertificate(payload.keyid);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(
        crypto::SignatureVerdict::Valid,
        found->certificate->certificate.publicKey()
            .verify(found->certificate->algorithm, payload.signature_base, payload.signature)
            .value()
    );
}

TEST_F(AdmissionTest, HistoryIsHeldAndWhatIsLiveIsNot) {
    const std::uint64_t held = post("police", appeal("zz110", "J1", {{"origin", "history"}})).seq;
    post("police", appeal("zz110", "J2"));
    post("police", appeal("zz110", "J3", {{"origin", "late"}}));
    const auto snapshot = ledger_.store().snapshot().value();
    EXPECT_THAT(snapshot->historyHeld(0, snapshot->lastSeq()), ElementsAre(held));
    const auto leaf = snapshot->leaf(held).value();
    EXPECT_EQ(1U, snapshot->countHeldHistory({"zz110", leaf.header.event_ms, leaf.header.event_ms + 1}));
    EXPECT_EQ(0U, snapshot->countHeldHistory({"zz110", leaf.header.event_ms + 1, leaf.header.event_ms + 2}));
}

TEST_F(AdmissionTest, TheRecordsLeafSaysWhereItCameFrom) {
    const ItemAnswer answer = post("police", appeal("zz110", "J1"));
    const auto snapshot = ledger_.store().snapshot().value();
    const ledger::LeafHeader header = snapshot->leaf(answer.seq).value().header;
    EXPECT_EQ("zz110", header.source);
    EXPECT_EQ(answer.ticket_no, header.ticket_no);
    EXPECT_EQ(answer.seq - 1, header.message_seq);
    EXPECT_EQ(1571099400000, header.event_ms);
    EXPECT_EQ("normalized", header.adapter);
    EXPECT_EQ("1", header.adapter_version);
}

TEST_F(AdmissionTest, OneBadItemDoesNotStopTheOthers) {
    const std::vector<ItemAnswer> answers = postAll(
        "police", {appeal("zz110", "J1"), appeal("zz110", "J2", {{"urgency", "7"}}),
                   appeal("zz-media", "M1"), "7", appeal("zz110", "J3")}
    );
    EXPECT_THAT(
        outcomes(answers),
        ElementsAre(
            "created", "record.invalid", "speaker.source_not_own", "record.invalid", "created"
        )
    );
    EXPECT_THAT(pointers(answers[1]), ElementsAre("/1/urgency"));
    EXPECT_THAT(entries(), ElementsAre("message", "appeal", "appeal"));
}

TEST_F(AdmissionTest, AMessageRefusedWholeLeavesNoTrace) {
    EXPECT_EQ("speaker.source_not_own", outcome(post("media", appeal("zz110", "J1"))));
    EXPECT_EQ(
        "record.ticket_unknown",
        outcome(post("media", process("zz-media", "P1", {{"other_refs", R"(["zz110/J1"])"}})))
    );
    EXPECT_TRUE(entries().empty());
}

TEST_F(AdmissionTest, APartnerInJointTestIsRefused) {
    EXPECT_EQ(ErrorCode::StageJointTest, refusal(send("trial", appeal("zz-trial", "X1"))));
}

TEST_F(AdmissionTest, WhatIsNoRecordIsRefused) {
    EXPECT_EQ(ErrorCode::JsonMalformed, refusal(send("police", "{")));
    EXPECT_EQ(ErrorCode::RequestMalformed, refusal(send("police", "\"appeal\"")));
    EXPECT_EQ(ErrorCode::RequestMalformed, refusal(send("police", "[]")));
}

TEST_F(AdmissionTest, AnArrayIsBounded) {
    std::string body = "[{}";
    for (std::size_t i = 1; i < kItemsMax; ++i) body += ",{}";
    EXPECT_EQ(kItemsMax, send("police", body + "]").value().items.size());
    EXPECT_EQ(ErrorCode::TooManyItems, refusal(send("police", body + ",{}]")));
}

TEST_F(AdmissionTest, ReplayedRequestIsAnsweredLikeADuplicate) {
    const SignedRequest request = sign("police", appeal("zz110", "J1"));
    const SubmissionAnswer first = send(request).value();
    const SubmissionAnswer again = send(request).value();
    EXPECT_EQ("duplicate", outcome(again.items[0]));
    EXPECT_EQ(first.items[0].receipt, again.items[0].receipt);
    EXPECT_EQ(0U, again.message_seq);
    EXPECT_EQ(2U, entries().size());
}

TEST_F(AdmissionTest, AReplayDoesNotBringBackAnOldState) {
    // Without versions a replay of the first of A, B would otherwise count as a third version.
    const SignedRequest a = sign("police", process("zz110", "P1", {{"ticket_ref", "J1"}}));
    send(a).value();
    post("police", process("zz110", "P1", {{"ticket_ref", "J1"}, {"node_name", "已办结"}}));
    EXPECT_EQ("duplicate", outcome(send(a).value().items[0]));
    EXPECT_EQ(2U, versionOf("zz110", ticket::Kind::Process, "P1"));
}

TEST_F(AdmissionTest, AReplayedArrayIsAnsweredItemByItem) {
    const std::string a = process("zz110", "P1", {{"ticket_ref", "J1"}});
    const std::string b = process("zz110", "P1", {{"ticket_ref", "J1"}, {"node_name", "已办结"}});
    const SignedRequest request = sign("police", "[" + a + "," + b + "," + a + ",7]");
    const SubmissionAnswer first = send(request).value();
    const SubmissionAnswer again = send(request).value();
    EXPECT_THAT(
        outcomes(again.items), ElementsAre("duplicate", "duplicate", "duplicate", "record.invalid")
    );
    for (int i : {0, 1, 2}) EXPECT_EQ(first.items[i].seq, again.items[i].seq);
}

TEST_F(AdmissionTest, ReplayOfARefusedMessageIsRefusedAgain) {
    const SignedRequest request = sign(
        "water", process("zz-water", "P1", {{"other_refs", R"(["zz110/J1"])"}, {"urgency", "7"}})
    );
    EXPECT_EQ("record.invalid", outcome(send(request).value().items[0]));
    EXPECT_EQ("record.invalid", outcome(send(request).value().items[0]));
}

TEST_F(AdmissionTest, ReplayOfAnItemThatWasRefusedStaysRefused) {
    // The second item could join by now; the first message's word on it stands.
    const SignedRequest request = sign(
        "media", "[" + appeal("zz-media", "M1") + "," +
                     process(
                         "zz-media", "P1",
                         {{"other_refs", R"(["zz-media/M2"])"}, {"ticket_no", unknownTicket()}}
                     ) +
                     "]"
    );
    EXPECT_THAT(
        outcomes(send(request).value().items), ElementsAre("created", "record.ticket_unknown")
    );
    EXPECT_THAT(
        outcomes(send(request).value().items), ElementsAre("duplicate", "signature.replay_refused")
    );
    EXPECT_EQ(2U, entries().size());
}

TEST_F(AdmissionTest, TheAccountAddsUp) {
    postAll(
        "police",
        {appeal("zz110", "J1", {{"version", "2"}}), appeal("zz110", "J1", {{"version", "2"}}),
         appeal("zz110", "J1", {{"version", "1"}}), "7"}
    );
    EXPECT_FALSE(send("police", "{").ok());
    const AdmissionCounters counters = admission_->counters();
    EXPECT_EQ(5U, counters.received);
    EXPECT_EQ(1U, counters.created);
    EXPECT_EQ(1U, counters.duplicate);
    EXPECT_EQ(1U, counters.stale);
    EXPECT_EQ(2U, counters.refused);
    EXPECT_EQ(1U, counters.refused_by_code.at(ErrorCode::RecordInvalid));
    EXPECT_EQ(1U, counters.refused_by_code.at(ErrorCode::JsonMalformed));
}

TEST_F(AdmissionTest, ConcurrentSamePostMakesOneRecord) {
    constexpr std::size_t kThreads = 64;
    const std::string record = appeal("zz110", "J1");
    std::vector<ItemAnswer> answers(kThreads);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < kThreads; ++i) {
            threads.emplace_back([&, i] { answers[i] = post("police", record); });
        }
    }
    std::size_t created = 0;
    for (const ItemAnswer& answer : answers) {
        created += answer.verdict == ItemVerdict::Created ? 1 : 0;
        EXPECT_EQ(answers[0].seq, answer.seq);
        EXPECT_EQ(answers[0].receipt, answer.receipt);
    }
    EXPECT_EQ(1U, created);
    EXPECT_THAT(entries(), ElementsAre("message", "appeal"));
}

TEST_F(AdmissionTest, ConcurrentReplaysMakeOneRecord) {
    constexpr std::size_t kThreads = 64;
    const SignedRequest request = sign("police", process("zz110", "P1", {{"ticket_ref", "J1"}}));
    std::vector<std::string> seen(kThreads);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < kThreads; ++i) {
            threads.emplace_back([&, i] { seen[i] = outcome(send(request).value().items[0]); });
        }
    }
    EXPECT_EQ(1, std::count(seen.begin(), seen.end(), "created"));
    EXPECT_EQ(63, std::count(seen.begin(), seen.end(), "duplicate"));
}

TEST_F(AdmissionTest, ConcurrentPartnersOfOneTicketShareIt) {
    std::vector<std::string> tickets(32);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < tickets.size(); ++i) {
            threads.emplace_back([&, i] {
                const std::string ref = "P" + std::to_string(i);
                tickets[i] =
                    post("centre", process("zz12345", ref, {{"ticket_ref", "C1"}})).ticket_no;
            });
        }
    }
    EXPECT_NE("", tickets[0]);
    EXPECT_THAT(tickets, Each(tickets[0]));
}

}  // namespace
}  // namespace yht::intake
