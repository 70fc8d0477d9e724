// Far sides that take one record and answer about it, as old systems do: 200 with a code of their own, a number, JSON inside
// a SOAP call.
#include <gmock/gmock.h>

#include "adapters/kit/answer.h"
#include "adapters/kit/soap_text.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {
namespace {

class SingleAnswerTest : public ::testing::Test {
protected:
    static std::string profileText(const std::string& answer, const std::string& transport = "") {
        return "name: old\ncharset: UTF-8\ntime_format: \"%Y\"\ntransport: { path: /p, resend: operator" + transport +
               " }\nenvelope: { members: [ { name: D, value: record } ] }\nsignature: {}\nanswer:\n  http_answered: [200]\n" + answer +
               "receipt: {}\nkinds:\n  appeal: { type: SQ, rows: [ { to: BT, from: title, max: 100, overflow: cut } ] }\n";
    }
    BatchAnswer judge(const std::string& answer, const std::string& body) {
        folder.write("profile.yaml", profileText(answer));
        const auto profile = Profile::load(folder.path());
        EXPECT_TRUE(profile.ok()) << (profile.ok() ? "" : profile.error().detail);
        return judgeAnswer(
            {**profile, batch_id, records, {}, false, kApril}, {.outcome = HttpOutcome::Answered, .status = 200, .body = body}
        );
    }
    static constexpr const char* kCodes =
        "  single: true\n  code: code\n  refused: [\"401\"]\n  item: { number: data/no, accepted: [\"200\"], duplicate: [\"201\"], "
        "refused: [\"400\"], later: [\"503\"] }\n";
    TemporaryDirectory folder;
    const std::string batch_id = "b1";
    const std::vector<OutboundRecord> records{appeal(17)};
    const std::vector<crypto::Certificate> none;
};

TEST_F(SingleAnswerTest, TheCodeInsideA200Decides) {
    const auto taken = judge(kCodes, R"({"code":"200","data":{"no":"GD-1"},"message":"ok"})");
    ASSERT_EQ(BatchVerdict::Answered, taken.verdict) << taken.error_detail;
    EXPECT_EQ(RecordVerdict::Accepted, taken.records.at(0).verdict);
    EXPECT_EQ("GD-1", taken.records.at(0).peer_number);
    EXPECT_EQ(17u, taken.records.at(0).seq);
    EXPECT_EQ(RecordVerdict::Duplicate, judge(kCodes, R"({"code":201})").records.at(0).verdict);
    EXPECT_EQ(RecordVerdict::Refused, judge(kCodes, R"({"code":"400"})").records.at(0).verdict);
    EXPECT_EQ(RecordVerdict::Later, judge(kCodes, R"({"code":"503"})").records.at(0).verdict);
    const auto about_us = judge(kCodes, R"({"code":"401"})");
    EXPECT_EQ(BatchVerdict::Busy, about_us.verdict);
    EXPECT_EQ(base::ErrorCode::PeerRefused, about_us.error);
    for (const char* silence : {R"({"code":"999"})", "{}", "", "<html/>"}) {
        EXPECT_EQ(BatchVerdict::Unknown, judge(kCodes, silence).verdict) << silence;
    }
}

TEST_F(SingleAnswerTest, SuccessInsideASoapEnvelope) {
    const char* rules =
        "  single: true\n  soap: SubmitThirdResult\n  code: Success\n  item: { number: Number, accepted: [\"true\"], refused: [\"false\"] }\n";
    const auto envelope = [](const std::string& text) {
        return "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><R xmlns=\"http://tempuri.org/\">"
               "<SubmitThirdResult>" + text + "</SubmitThirdResult></R></s:Body></s:Envelope>";
    };
    const auto taken = judge(rules, envelope("{&quot;Success&quot;:true,&quot;Number&quot;:&quot;20180124&quot;}"));
    ASSERT_EQ(BatchVerdict::Answered, taken.verdict) << taken.error_detail;
    EXPECT_EQ(RecordVerdict::Accepted, taken.records.at(0).verdict);
    EXPECT_EQ("20180124", taken.records.at(0).peer_number);
    EXPECT_EQ(RecordVerdict::Refused, judge(rules, envelope("{\"Success\":false}")).records.at(0).verdict);
    EXPECT_EQ(BatchVerdict::Unknown, judge(rules, "<s:Fault/>").verdict);
    EXPECT_EQ(BatchVerdict::Unknown, judge(rules, R"({"Success":true})").verdict);
}

TEST_F(SingleAnswerTest, ACallHoldsOurTextWhateverIsInIt) {
    const SoapCallRules rules{"SubmitThird", "http://tempuri.org/", "a", "strThird", {{"SessionID", "a<b"}}};
    const std::string call = soapCall(rules, R"({"t":"]]> & <x>"})");
    EXPECT_EQ(R"({"t":"]]> & <x>"})", soapAnswer(call, "strThird"));
    EXPECT_EQ("a<b", soapAnswer(call, "SessionID"));
    EXPECT_FALSE(soapAnswer(call, "Other"));
}

TEST_F(SingleAnswerTest, OneAnswerForSeveralRecordsIsRefusedAtLoad) {
    folder.write("profile.yaml", profileText(kCodes, ", batch_max: 5"));
    const auto loaded = Profile::load(folder.path());
    ASSERT_FALSE(loaded.ok());
    EXPECT_THAT(loaded.error().detail, testing::HasSubstr("single needs batch_max 1"));
}

}  // namespace
}  // namespace yht::kit
