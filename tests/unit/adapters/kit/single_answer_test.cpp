// Far sides that take one record and answer about it, as old systems do: 200 with a code of their own, a number, JSON inside
// a SOAP call.
#include <gmock/gmock.h>

#include "adapters/kit/answer.h"
#include "adapters/kit/soap_call.h"
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
    BatchAnswer judge(const std::string& answer, const std::string& body, const std::string& transport = "") {
        folder.write("profile.yaml", profileText(answer, transport));
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

constexpr const char* kCall =
    ", soap: { operation: SubmitThird, namespace: \"http://tempuri.org/\", argument: strThird, arguments: { SessionID: \"a<b\" } }";

std::string soapAnswer(const std::string& text) {
    return "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><R xmlns=\"http://tempuri.org/\">"
           "<SubmitThirdResult>" + text + "</SubmitThirdResult></R></s:Body></s:Envelope>";
}

TEST_F(SingleAnswerTest, SuccessInsideASoapEnvelope) {
    const char* rules =
        "  single: true\n  soap: SubmitThirdResult\n  code: Success\n"
        "  item: { number: Number, accepted: [\"true\"], refused: [\"false\"] }\n";
    const auto taken =
        judge(rules, soapAnswer("{&quot;Success&quot;:true,&quot;Number&quot;:&quot;20180124&quot;}"), kCall);
    ASSERT_EQ(BatchVerdict::Answered, taken.verdict) << taken.error_detail;
    EXPECT_EQ(RecordVerdict::Accepted, taken.records.at(0).verdict);
    EXPECT_EQ("20180124", taken.records.at(0).peer_number);
    EXPECT_EQ(RecordVerdict::Refused, judge(rules, soapAnswer("{\"Success\":false}"), kCall).records.at(0).verdict);
    EXPECT_EQ(BatchVerdict::Unknown, judge(rules, soapAnswer("</R>"), kCall).verdict);
    EXPECT_EQ(BatchVerdict::Unknown, judge(rules, "<s:Fault/>", kCall).verdict);
    EXPECT_EQ(BatchVerdict::Unknown, judge(rules, R"({"Success":true})", kCall).verdict);
}

TEST_F(SingleAnswerTest, XmlInsideTheTextIsTheSameSetting) {
    const char* rules =
        "  single: true\n  soap: SubmitThirdResult\n  format: xml\n  code: Head/Code\n"
        "  item: { number: Body/No, accepted: [\"0\"], refused: [\"1\"] }\n";
    const auto taken = judge(
        rules, soapAnswer("<![CDATA[<Response><Head><Code>0</Code></Head><Body><No>GD-1</No></Body></Response>]]>"), kCall
    );
    ASSERT_EQ(BatchVerdict::Answered, taken.verdict) << taken.error_detail;
    EXPECT_EQ(RecordVerdict::Accepted, taken.records.at(0).verdict);
    EXPECT_EQ("GD-1", taken.records.at(0).peer_number);
    const auto refused = judge(
        rules, soapAnswer("&lt;Response&gt;&lt;Head&gt;&lt;Code&gt;1&lt;/Code&gt;&lt;/Head&gt;&lt;/Response&gt;"), kCall
    );
    EXPECT_EQ(RecordVerdict::Refused, refused.records.at(0).verdict);
    for (const char* bad : {"{&quot;Code&quot;:0}", "", "&lt;Response&gt;", "&lt;!DOCTYPE a []&gt;&lt;a/&gt;"}) {
        EXPECT_EQ(BatchVerdict::Unknown, judge(rules, soapAnswer(bad), kCall).verdict) << bad;
    }
}

TEST_F(SingleAnswerTest, AnUnsignedServicesFaultsHaveClassesToo) {
    const std::string rules =
        "  single: true\n  soap: R\n  code: c\n  item: { accepted: [\"0\"] }\nfaults:\n  rows:\n"
        "    - { code: Server, then: retry }\n    - { code: Client, then: refuse }\n";
    const auto fault = [](const std::string& code) {
        return "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault><faultcode>s:" + code +
               "</faultcode></s:Fault></s:Body></s:Envelope>";
    };
    EXPECT_EQ(BatchVerdict::Busy, judge(rules, fault("Server"), kCall).verdict);
    EXPECT_EQ(RecordVerdict::Refused, judge(rules, fault("Client"), kCall).records.at(0).verdict);
    EXPECT_EQ(BatchVerdict::Unknown, judge(rules, fault("VersionMismatch"), kCall).verdict);
}

TEST_F(SingleAnswerTest, ACallHoldsOurTextWhateverIsInIt) {
    SoapCallRules rules;
    rules.namespace_uri = "http://tempuri.org/";
    rules.send = {"SubmitThird", "a", "SubmitThirdResponse"};
    rules.argument = "strThird";
    rules.arguments = {{"SessionID", "a<b"}};
    for (const bool qualified : {true, false}) {
        rules.qualified = qualified;
        for (const std::string text : {R"({"t":"]]> & <x>"})", "<?xml version=\"1.0\"?><t>]]&gt;</t>\r\n"}) {
            const auto call = soapRequest(rules, {.message = text}, nullptr, kApril);
            ASSERT_TRUE(call.ok());
            const auto document = xml::Document::parse(call->body);
            ASSERT_TRUE(document.ok()) << call->body;
            const auto operation = *document->root().child("Body")->firstChild();
            EXPECT_EQ(rules.namespace_uri, operation.namespaceUri());
            EXPECT_EQ(text, operation.child("strThird")->text());
            EXPECT_EQ(qualified ? rules.namespace_uri : "", operation.child("strThird")->namespaceUri());
            EXPECT_EQ("a<b", operation.child("SessionID")->text());
            EXPECT_EQ("SOAPAction", call->fields.at(0).first);
        }
    }
}

TEST_F(SingleAnswerTest, OneAnswerForSeveralRecordsIsRefusedAtLoad) {
    folder.write("profile.yaml", profileText(kCodes, ", batch_max: 5"));
    const auto loaded = Profile::load(folder.path());
    ASSERT_FALSE(loaded.ok());
    EXPECT_THAT(loaded.error().detail, testing::HasSubstr("single needs batch_max 1"));
}

}  // namespace
}  // namespace yht::kit
