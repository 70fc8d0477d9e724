// A second province that speaks SOAP, on the real programs: both are fed at once, and whatever the older platform does, each
// record is there once and the ledger says what became of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/exchange.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using testing::HasSubstr;

class SoapProvince : public testing::Test {
protected:
    std::string created(PartnerClient& partner, const std::string& record) {
        const auto reply = partner.post("/v1/records", record);
        EXPECT_EQ(201, reply.status) << reply.body;
        return json::textMember(reply.json(), "ticket_no");
    }
    std::string timeline(const std::string& ticket_no) { return federation.yht({"ledger", "show", ticket_no}).output; }
    void misbehave(const std::string& command) { ASSERT_EQ(200, exchange.tell("/misbehave", command).status); }

    Federation federation;
    Exchange exchange{federation};
};

TEST_F(SoapProvince, BothProvincesSignForAWholeTicketAtOnce) {
    federation.startProvince();
    exchange.start();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    auto centre = federation.partner("centre");
    const auto ticket_no = created(hotline, appeal("zz-12315", "A-1"));
    created(centre, assignment("zz-12345", "PD-1", {{"ticket_no", ticket_no}, {"ticket_ref", "CZ-1"}}));
    created(centre, process("zz-12345", "GC-1", "30", {{"ticket_ref", "CZ-1"}, {"assignment_ref", "PD-1"}}));
    created(centre, result("zz-12345", "JG-1", {{"ticket_ref", "CZ-1"}, {"assignment_ref", "PD-1"}}));
    created(centre, visit("zz-12345", "HF-1", {{"ticket_ref", "CZ-1"}}));
    exchange.waitUntilUploaded(5);
    federation.waitUntilUploaded(5);
    for (const char* kind : {"APPEAL", "ASSIGN", "FLOW", "REPLY", "VISIT"}) EXPECT_TRUE(exchange.has(ticket_no, kind)) << kind;
    EXPECT_EQ("", exchange.count("crossed"));
    EXPECT_EQ("", exchange.count("refused"));
    // Each province's own number is a name of the ticket.
    const auto story = timeline(ticket_no);
    EXPECT_THAT(story, HasSubstr("exchange: JH"));
    EXPECT_THAT(story, HasSubstr("province: XS"));
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

TEST_F(SoapProvince, AKindThatItDoesNotTakeIsNotForIt) {
    exchange.start();
    federation.startGateway();
    auto centre = federation.partner("centre");
    created(centre, recordJson({{"kind", "call"}, {"source", "zz-12345"}, {"record_ref", "DH-1"},
                                {"event_time", "2019-04-18T09:30:01+08:00"}, {"call_direction", "1"}, {"connected", "true"},
                                {"hotline_number", "12345"}, {"caller_phone", "13800138000"}, {"ring_time", "2019-04-18T09:30:01+08:00"},
                                {"answer_time", "2019-04-18T09:30:09+08:00"}, {"hangup_time", "2019-04-18T09:33:01+08:00"}}));
    created(centre, appeal("zz-12345", "P-1"));
    exchange.waitUntilUploaded(1);
}

TEST_F(SoapProvince, ALostAnswerIsAskedAboutAndNothingIsSentTwice) {
    exchange.start();
    misbehave(R"({"cut_after_commit":1})");
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    created(hotline, appeal("zz-12315", "A-1"));
    exchange.waitUntilUploaded(1);
    EXPECT_EQ("1", exchange.count("queries"));
    EXPECT_EQ("", exchange.count("duplicates"));
    EXPECT_EQ("1", exchange.count("batches"));
}

TEST_F(SoapProvince, ALostRequestIsAskedAboutAndSentAgain) {
    exchange.start();
    misbehave(R"({"cut_before_commit":1})");
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    created(hotline, appeal("zz-12315", "A-1"));
    exchange.waitUntilUploaded(1);
    EXPECT_EQ("1", exchange.count("queries"));
    EXPECT_EQ("", exchange.count("duplicates"));
}

TEST_F(SoapProvince, ARefusedRecordWaitsForItsCorrectionAndHoldsWhatNeedsIt) {
    exchange.start();
    misbehave(R"({"refuse_next":1,"refuse_field":"Appeal/Title","refuse_code":"43"})");
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto ticket_no = created(hotline, appeal("zz-12315", "A-1", {{"version", "1"}}));
    created(hotline, result("zz-12315", "JG-1", {{"ticket_ref", "A-1"}}));
    Federation::waitUntil("the appeal is dead", [&] { return exchange.status("dead") == "1"; });
    const auto shown = federation.yht({"deliveries"}).output;
    EXPECT_THAT(shown, HasSubstr("delivery.refused 43 /title:43"));
    EXPECT_FALSE(exchange.has(ticket_no, "REPLY"));
    created(hotline, appeal("zz-12315", "A-1", {{"version", "2"}, {"title", "更正后的标题"}}));
    exchange.waitUntilUploaded(2);
    EXPECT_TRUE(exchange.has(ticket_no, "REPLY"));
}

TEST_F(SoapProvince, AFaultOverABatchRefusesTheOneThatIsToBlame) {
    exchange.start();
    misbehave(R"({"down":true})");
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    std::string poison_no;
    for (int i = 0; i < 5; ++i) {
        const auto title = i == 3 ? "噎住平台的标题" : "小区供水";
        const auto ticket_no = created(hotline, appeal("zz-12315", "A-" + std::to_string(i), {{"title", title}}));
        if (i == 3) poison_no = ticket_no;
    }
    // One record that the platform chokes on, whatever request it stands in: what is sent together with it, and how often,
    // is for the backlog and the clock to say.
    misbehave(R"({"refuse_batch_where":{"field":"Appeal/Title","value":"噎住平台的标题"},"refuse_batch_code":"2101"})");
    misbehave(R"({"down":false})");
    Federation::waitUntil("one is dead, the others are there", [&] {
        return exchange.status("dead") == "1" && exchange.count("rows") == "4";
    });
    EXPECT_NE("", exchange.count("fault_2101"));
    EXPECT_FALSE(exchange.has(poison_no, "APPEAL"));
    EXPECT_THAT(federation.yht({"deliveries"}).output, HasSubstr("delivery.refused 2101"));
}

TEST_F(SoapProvince, AFaultAboutUsStopsAllOfItUntilItIsMended) {
    exchange.start();
    misbehave(R"({"refuse_batch":1000,"refuse_batch_code":"1103"})");
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    for (int i = 0; i < 5; ++i) created(hotline, appeal("zz-12315", "A-" + std::to_string(i)));
    Federation::waitUntil("it has stopped", [&] { return exchange.status("last_error") == "delivery.refused"; });
    EXPECT_EQ("0", exchange.status("dead"));
    EXPECT_EQ("5", exchange.status("backlog"));
    ASSERT_EQ(200, exchange.tell("/reset", "{}").status);
    exchange.waitUntilUploaded(5);
}

struct Mischief {
    const char *name, *command;
};
class ExchangeMisbehaves : public SoapProvince, public testing::WithParamInterface<Mischief> {};

TEST_P(ExchangeMisbehaves, AndEveryRecordStillArrivesOnce) {
    exchange.start();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    // Something to replay.
    created(hotline, appeal("zz-12315", "A-0"));
    exchange.waitUntilUploaded(1);
    misbehave(GetParam().command);
    created(hotline, appeal("zz-12315", "A-1"));
    created(hotline, result("zz-12315", "JG-1", {{"ticket_ref", "A-1"}}));
    Federation::waitUntil("the trouble shows", [&] {
        return exchange.count("rows") == "3" || exchange.status("last_error").starts_with("delivery.");
    });
    ASSERT_EQ(200, exchange.tell("/reset", "{}").status);
    exchange.waitUntilUploaded(3);
    EXPECT_EQ("", exchange.count("crossed"));
    EXPECT_EQ("", exchange.count("duplicates"));
}
INSTANTIATE_TEST_SUITE_P(
    Ways, ExchangeMisbehaves,
    testing::Values(
        Mischief{"Slow", R"({"slow_ms":300})"}, Mischief{"Errors500", R"({"fail500":1})"},
        Mischief{"Busy503", R"({"busy503":1,"retry_after_s":1})"},
        Mischief{"BusyFault", R"({"refuse_batch":1,"refuse_batch_code":"3101"})"},
        Mischief{"FaultWithoutDetail", R"({"refuse_batch":1,"refuse_batch_code":"none"})"},
        Mischief{"UnsignedRefusal", R"({"refuse_batch":1,"refuse_batch_code":"2101","unsigned":1})"},
        Mischief{"HalfAnAnswer", R"({"cut_after_commit":1})"}, Mischief{"WrongSignature", R"({"wrong_signature":1})"},
        Mischief{"Unsigned", R"({"unsigned":1})"}, Mischief{"WrongKey", R"({"wrong_key":1})"},
        Mischief{"Stale", R"({"stale_answer":1})"}, Mischief{"Wrapped", R"({"wrapped_answer":1})"},
        Mischief{"Replayed", R"({"replayed_answer":1})"}, Mischief{"Down", R"({"down":true})"}
    ),
    [](const auto& param_info) { return param_info.param.name; }
);

TEST_F(SoapProvince, AForgedAcceptanceIsNotBelieved) {
    exchange.start();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    // It refuses the record; what is signed says so, what stands in the Body does not.
    misbehave(R"({"refuse_next":1,"refuse_field":"Appeal/Title","refuse_code":"43","wrapped_answer":1})");
    created(hotline, appeal("zz-12315", "A-1"));
    Federation::waitUntil("it was asked about", [&] { return exchange.count("queries") == "1"; });
    exchange.waitUntilUploaded(1);
    EXPECT_EQ("2", exchange.count("batches"));
}

}  // namespace
}  // namespace yht::scenarios
