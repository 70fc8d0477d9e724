// Numbers of others, and names that nobody is told.
#include "tests/unit/gateway/delivery/courier_fixture.h"

namespace yht::delivery {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST_F(CourierTest, PeerNumberBecomesAnAlias) {
    put("A", Kind::Appeal, "A1");
    far.will("number A1 SZ-7");
    run();
    EXPECT_EQ(tickets_["A"], ticketOf("province", "SZ-7"));
    EXPECT_EQ("SZ-7", outcomes().at(0).peer_number);
}

TEST_F(CourierTest, PeerNumberOfAnotherTicketIsNeverCrossed) {
    needAppeal();
    put("A", Kind::Appeal, "A1");
    far.will("number A1 SZ-7");
    run();
    put("B", Kind::Appeal, "B1");
    put("B", Kind::Result, "B2");
    far.will("number B1 SZ-7");
    run();
    EXPECT_EQ(tickets_["A"], ticketOf("province", "SZ-7"));
    EXPECT_EQ("alias_conflict", outcomes().at(1).finding);
    EXPECT_THAT(rows(), ElementsAre("B1 dead", "B2 held waits_for:appeal"));
    EXPECT_EQ("record.alias_conflict", decodeDeadReason(deliveries().at(0).reason).code);
    EXPECT_EQ(1U, courier().counters().alias_conflicts);
}

TEST_F(CourierTest, SecretTicketsAreMaskedForUnits) {
    options.mask_secret = true;
    for (const char* ticket : {"A", "B"}) {
        auto appeal = record(Kind::Appeal, std::string(ticket) + "1", 1, "partner");
        appeal.set(Field::caller_name, std::string("张三丰"));
        appeal.set(Field::is_secret, std::string(ticket[0] == 'A' ? "true" : "false"));
        put(ticket, appeal);
    }
    run();
    const auto& records = far.calls.at(0).records;
    EXPECT_EQ("保密", records[0].record.text(Field::caller_name));
    EXPECT_EQ("张三丰", records[1].record.text(Field::caller_name));
}

TEST_F(CourierTest, ASecretCitizenIsHiddenInEveryRecordOfTheTicket) {
    options.mask_secret = true;
    auto appeal = record(Kind::Appeal, "A1", 1, "partner");
    appeal.set(Field::caller_name, std::string("张三丰"));
    appeal.set(Field::is_secret, std::string("true"));
    put("A", appeal);
    auto result = record(Kind::Result, "A2", 1, "partner");
    result.set(Field::handling_detail, std::string("已与张三丰联系"));
    put("A", result);
    run();
    EXPECT_EQ("已与****联系", far.calls.at(1).records.at(0).record.text(Field::handling_detail));
}

TEST_F(CourierTest, AMaskedBatchIsRepeatedAsItWasThoughAnotherPersonIsKnownSince) {
    options.mask_secret = true;
    auto appeal = record(Kind::Appeal, "A1", 1, "partner");
    appeal.set(Field::is_secret, std::string("true"));
    appeal.set(Field::content, std::string("我和李四光都投诉过"));
    put("A", appeal);
    far.will("lost");
    run();
    auto second = record(Kind::Appeal, "A2", 1, "partner");
    second.set(Field::caller_name, std::string("李四光"));
    put("A", second);
    later(1);
    run();
    const auto text = [&](std::size_t call) {
        return far.calls.at(call).records.at(0).record.text(Field::content);
    };
    EXPECT_EQ(far.calls.at(0).batch_id, far.calls.at(1).batch_id);
    EXPECT_EQ(text(0), text(1));
}

TEST_F(CourierTest, ATicketWithoutItsAppealIsMaskedForUnits) {
    options.mask_secret = true;
    auto call = record(Kind::Call, "A1", 1, "partner");
    call.set(Field::caller_phone, std::string("19900000001"));
    put("A", call);
    run();
    EXPECT_NE("19900000001", far.calls.at(0).records.at(0).record.text(Field::caller_phone));
}

TEST_F(CourierTest, WhatNamesNoTicketIsNobodysSecretAndWhatNamesOneThatIsNotThereIs) {
    options.mask_secret = true;
    const auto call = [&](const char* ref) {
        auto made = record(Kind::Call, ref, 1, "partner");
        made.set(Field::caller_phone, std::string("19900000001"));
        return made;
    };
    auto by_own = call("C2"), by_number = call("C3"), by_other = call("C4");
    by_own.set(Field::ticket_ref, std::string("T-1"));
    by_number.set(Field::ticket_no, std::string("430200-20190418-0000123-7"));
    by_other.set(Field::other_refs, std::vector<std::string>{"elsewhere/T-1"});
    for (const auto& made : {call("C1"), by_own, by_number, by_other}) put("", made);
    run();
    std::map<std::string, std::string> heard;
    for (const auto& batch : far.calls) {
        for (const auto& out : batch.records) heard[out.record.text(Field::record_ref)] = out.record.text(Field::caller_phone);
    }
    EXPECT_THAT(heard, ElementsAre(Pair("C1", "19900000001"), Pair("C2", "000"), Pair("C3", "000"), Pair("C4", "000")));
}

TEST_F(CourierTest, ACallIsAsSecretAsTheTicketsThatNameIt) {
    options.mask_secret = true;
    const auto call = [&](const std::string& ref, const std::string& source = "partner") {
        auto made = record(Kind::Call, ref, 1, source);
        made.set(Field::caller_phone, std::string("19900000001"));
        return made;
    };
    const auto appeal = [&](const std::string& ref, const std::string& named, const char* secret) {
        auto made = record(Kind::Appeal, ref, 1, "partner");
        made.set(Field::call_ref, named);
        made.set(Field::is_secret, std::string(secret));
        put(ref, made);
    };
    appeal("A1", "C1", "true");
    appeal("A2", "C2", "false");
    appeal("A3", "C3", "false");
    appeal("A4", "C3", "true");
    for (int i = 0; i < 9; ++i) appeal("B" + std::to_string(i), "C4", "false");  // more than are asked
    auto visit = record(Kind::Visit, "V1", 1, "partner");
    visit.set(Field::call_ref, std::string("C5"));
    put("without its appeal", visit);
    for (const char* ref : {"C1", "C2", "C3", "C4", "C5", "C6"}) put("", call(ref));
    put("", call("C1", "another"));
    run();
    std::map<std::string, std::string> heard;
    for (const auto& batch : far.calls) {
        for (const auto& out : batch.records) {
            if (out.record.kind() == Kind::Call) heard[out.record.source() + out.record.text(Field::record_ref)] = out.record.text(Field::caller_phone);
        }
    }
    EXPECT_THAT(heard, ElementsAre(Pair("anotherC1", "19900000001"), Pair("partnerC1", "000"), Pair("partnerC2", "19900000001"),
                                   Pair("partnerC3", "000"), Pair("partnerC4", "000"), Pair("partnerC5", "000"), Pair("partnerC6", "19900000001")));
}

TEST_F(CourierTest, ACallWhoseTicketCameMeanwhileIsNotRepeatedWithItsNumber) {
    loseCallByItself();
    EXPECT_EQ("19900000001", far.calls.at(0).records.at(0).record.text(Field::caller_phone));
    auto appeal = record(Kind::Appeal, "A1", 1, "partner");
    appeal.set(Field::call_ref, std::string("C1"));
    appeal.set(Field::is_secret, std::string("true"));
    put("A", appeal);
    later(1);
    run();
    ASSERT_LT(1U, far.calls.size());
    for (std::size_t i = 1; i < far.calls.size(); ++i) {
        for (const auto& out : far.calls[i].records) EXPECT_NE("19900000001", out.record.text(Field::caller_phone));
    }
}

TEST_F(CourierTest, ACallByItselfIsRepeatedAsItWas) {
    loseCallByItself();
    later(1);
    run();
    ASSERT_EQ(2U, far.calls.size());
    EXPECT_EQ(far.calls[0].batch_id, far.calls[1].batch_id);
    EXPECT_EQ("19900000001", far.calls[1].records[0].record.text(Field::caller_phone));
}

TEST_F(CourierTest, WhatBecameSecretIsNotRepeatedUnmasked) {
    options.mask_secret = true;
    auto appeal = record(Kind::Appeal, "A1", 1, "partner");
    appeal.set(Field::caller_name, std::string("张三丰"));
    appeal.set(Field::is_secret, std::string("false"));
    put("A", appeal);
    far.will("lost");
    run();
    appeal.set(Field::version, std::string("2"));
    appeal.set(Field::is_secret, std::string("true"));
    put("A", appeal);
    later(1);
    run();
    ASSERT_EQ(3U, far.calls.size());
    EXPECT_NE(far.calls[0].batch_id, far.calls[1].batch_id);
    EXPECT_NE("张三丰", far.calls[1].records[0].record.text(Field::caller_name));
}

}  // namespace
}  // namespace yht::delivery
