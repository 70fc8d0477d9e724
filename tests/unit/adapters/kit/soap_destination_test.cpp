// A profile's destination against a far side that speaks SOAP: signed calls, signed answers, Faults by class.
#include <gmock/gmock.h>

#include "adapters/kit/profile_destination.h"
#include "adapters/kit/soap_answer.h"
#include "gateway/crypto/digest.h"
#include "gateway/trust/soap_signing.h"
#include "tests/unit/adapters/kit/fake_peer.h"

namespace yht::kit {
namespace {

using testing::HasSubstr;
using ticket::Kind;
using Talk = FakePeer::Talk;

constexpr const char* kSpace = "http://exchange.xiang.example/hotline/report/1";

/// Checks each request's signature and answers every record; a test tells it how.
class SmallExchange {
public:
    void serve(Talk& talk) {
        for (;;) {
            const std::string request = talk.request();
            if (request.empty()) return;
            head = request.substr(0, request.find("\r\n\r\n"));
            body = bodyOfRequest(request);
            talk.answer(answer(), "", status);
        }
    }

    std::string answer() {
        const auto document = *xml::Document::parse(body);
        const auto envelope = *trust::findEnvelope(document);
        const crypto::Certificate gateway = certificateOf(test::sharedPki().gateway());
        const auto algorithm = *trust::soapAlgorithmOf(gateway.publicKey());
        const auto proof = trust::SoapVerifier(clock).verifySigned(document, envelope, {{&gateway, algorithm}});
        verdict = proof ? "signed" : proof.error().row().wire;
        message_id = envelope.header->child("MessageID")->text();
        const auto operation = *envelope.body.firstChild();
        const std::string name(operation.localName());
        std::string content = "<" + name + "Response xmlns=\"" + kSpace + "\"><BatchNo>" +
                              (batch_no.empty() ? operation.child("BatchNo")->text() : batch_no) +
                              "</BatchNo><ReceiptNo>RC1</ReceiptNo><ReceivedAt>2019-04-18T09:30:16</ReceivedAt>"
                              "<ResultCode>OK</ResultCode>";
        for (auto record = operation.child("Records")->firstChild(); record; record = record->nextSibling()) {
            content += "<Result><SerialNo>" + record->child("SerialNo")->text() + "</SerialNo><CenterNo>JH1</CenterNo><Code>" + code +
                       "</Code><Text>说明</Text>" + fields + "</Result>";
        }
        content += "</" + name + "Response>";
        if (!fault.empty()) content = fault;
        const auto say = [&](const std::string& text) {
            return *trust::signedEnvelope(
                {.version = envelope.version, .body = text, .relates_to = relates_to.empty() ? message_id : relates_to},
                key, clock.nowMillis() + skew_ms
            );
        };
        if (!is_signed) return trust::plainEnvelope({.version = envelope.version, .body = content});
        std::string sent = say(content);
        if (!forged.empty()) sent.replace(sent.find("<Code>" + code), 6 + code.size(), "<Code>" + forged);
        return sent;
    }

    static std::string faultOf(const std::string& detail, const std::string& more = "") {
        return "<s:Fault><faultcode>s:Client</faultcode><faultstring>x</faultstring><detail><ServiceFault xmlns=\"" + std::string(kSpace) +
               "\"><Code>" + detail + "</Code><Text>x</Text>" + more + "</ServiceFault></detail></s:Fault>";
    }

    std::string code = "00", fields, fault, forged, relates_to, batch_no;
    bool is_signed = true;
    int status = 200;
    std::int64_t skew_ms = 0;
    trust::SigningKey key = *trust::soapSigningKey(signingKeyOf(test::sharedPki().province()));
    base::ManualClock clock{kApril};

    std::string head, body, verdict, message_id;
};

/// Stands at a civil time, runs at the system's pace.
class ClockAt final : public base::Clock {
public:
    explicit ClockAt(base::UnixMillis now_ms) : now_ms_(now_ms) {}
    base::UnixMillis nowMillis() const override { return now_ms_; }
    std::int64_t steadyMillis() const override { return system_.steadyMillis(); }

private:
    base::SystemClock system_;
    base::UnixMillis now_ms_;
};

class SoapDestinationTest : public ::testing::Test {
protected:
    SmallExchange province;
    FakePeer peer{[this](Talk& talk) { province.serve(talk); }};
    ClockAt clock{kApril};
    base::SeededRandom random{1};
    ProfileDestinationSettings settings{
        .id = "exchange",
        .base_url = peer.url(),
        .sender_id = "ZZ4302",
        .reporting_unit = "",
        .accepting_region = "430200",
        .key = signingKeyOf(test::sharedPki().gateway()),
        .receipt_certificates = std::vector{certificateOf(test::sharedPki().province())}};

    std::unique_ptr<ProfileDestination> make() {
        auto made = ProfileDestination::make(settings, exchange(), gatewayContexts(), clock, random);
        EXPECT_TRUE(made) << (made ? "" : made.error().detail);
        return *std::move(made);
    }
    BatchAnswer sendOne() { return make()->send("b1", {appeal(17)}); }
    BatchAnswer sendTwo() { return make()->send("b1", {appeal(17), appeal(18)}); }
};

TEST_F(SoapDestinationTest, ABatchIsSignedSentAndAnswered) {
    const auto answer = sendTwo();
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    EXPECT_EQ(province.verdict, "signed");
    EXPECT_THAT(province.head, HasSubstr("POST /exchange/services/HotlineReport HTTP/1.1"));
    EXPECT_THAT(province.head, HasSubstr("SOAPAction: \"" + std::string(kSpace) + "/SubmitRecords\""));
    EXPECT_THAT(province.head, HasSubstr("Content-Type: text/xml; charset=utf-8"));
    EXPECT_THAT(
        province.body,
        HasSubstr("<SubmitRecords xmlns=\"" + std::string(kSpace) + "\"><Sender>ZZ4302</Sender><BatchNo>b1</BatchNo>")
    );
    EXPECT_THAT(province.body, HasSubstr("<Count>2</Count><Records><Record><SerialNo>17</SerialNo>"));
    ASSERT_EQ(answer.records.size(), 2U);
    EXPECT_EQ(answer.records[1].seq, 18U);
    EXPECT_EQ(answer.records[1].verdict, RecordVerdict::Accepted);
    EXPECT_EQ(answer.records[1].peer_number, "JH1");
    EXPECT_EQ(answer.request_bytes, province.body);
}

TEST_F(SoapDestinationTest, TheReceiptIsTheAnswersSignatureAndHoldsWithoutXml) {
    const auto answer = sendOne();
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    const std::string receipt = answer.records.at(0).peer_receipt;
    EXPECT_EQ(member(receipt, "format"), "yht-soap-receipt-1");
    const auto certificate = certificateOf(test::sharedPki().province());
    EXPECT_EQ(member(receipt, "keyid"), certificate.fingerprint());
    const auto signed_info = *base::fromBase64(member(receipt, "signed_info"));
    const auto verdict = certificate.publicKey().verify(
        *crypto::findAlgorithm(member(receipt, "algorithm")), signed_info, *base::fromBase64(member(receipt, "signature"))
    );
    EXPECT_EQ(*verdict, crypto::SignatureVerdict::Valid);
    // What the Body says is what SignedInfo digests, and both are in what is kept.
    const auto from = answer.response_bytes.find("<s:Body "), to = answer.response_bytes.find("</s:Body>") + 9;
    const auto digest = crypto::sha256(answer.response_bytes.substr(from, to - from));
    EXPECT_EQ(member(receipt, "body_sha256"), base::toHex(digest));
    EXPECT_THAT(signed_info, HasSubstr("<ds:DigestValue>" + base::toBase64(digest)));
}

TEST_F(SoapDestinationTest, Soap12IsASetting) {
    const TemporaryDirectory directory;
    std::filesystem::copy(std::string(YHT_SOURCE_DIR) + "/schemas/profiles/xiang-exchange", directory.path(),
                          std::filesystem::copy_options::recursive);
    std::string text = test::readFile(directory.path() + "/profile.yaml");
    text.replace(text.find("version: \"1.1\""), 14, "version: \"1.2\"");
    directory.write("profile.yaml", text);
    const auto profile = Profile::load(directory.path());
    ASSERT_TRUE(profile) << profile.error().detail;
    const auto destination = *ProfileDestination::make(settings, *profile, gatewayContexts(), clock, random);
    const auto answer = destination->send("b1", {appeal(17)});
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    EXPECT_EQ(province.verdict, "signed");
    EXPECT_THAT(province.body, HasSubstr("http://www.w3.org/2003/05/soap-envelope"));
    EXPECT_THAT(province.head, HasSubstr("application/soap+xml; charset=utf-8; action=\"" + std::string(kSpace) + "/SubmitRecords\""));
    EXPECT_THAT(province.head, testing::Not(HasSubstr("SOAPAction")));
    province.status = 400;
    province.fault = "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">x</s:Text></s:Reason>"
                     "<s:Detail><ServiceFault xmlns=\"" + std::string(kSpace) + "\"><Code>2101</Code></ServiceFault></s:Detail></s:Fault>";
    // 400 is in no list of the profile.
    EXPECT_EQ(destination->send("b2", {appeal(17)}).verdict, BatchVerdict::Unknown);
    province.status = 500;
    EXPECT_EQ(destination->send("b3", {appeal(17)}).records.at(0).verdict, RecordVerdict::Refused);
}

TEST_F(SoapDestinationTest, ASecondSendingHasTheSameBatchAndAnotherMessageId) {
    const auto destination = make();
    (void)destination->send("b1", {appeal()});
    const std::string first = province.message_id;
    EXPECT_THAT(first, testing::StartsWith("urn:uuid:"));
    (void)destination->send("b1", {appeal()});
    EXPECT_NE(first, province.message_id);
    EXPECT_THAT(province.body, HasSubstr("<BatchNo>b1</BatchNo>"));
}

TEST_F(SoapDestinationTest, AQueryIsAnOperationOfItsOwn) {
    province.code = "60";
    const auto answer = make()->query("q1", {appeal()});
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    EXPECT_EQ(answer.records[0].verdict, RecordVerdict::Later);
    EXPECT_THAT(province.head, HasSubstr("/QueryRecords\""));
    EXPECT_THAT(province.body, HasSubstr(
        "<Records><Record><SerialNo>17</SerialNo><Kind>APPEAL</Kind><SheetNo>430200-20190418-0000123-7</SheetNo></Record></Records>"
    ));
}

TEST_F(SoapDestinationTest, CodesOfARecordDecideAndFieldsAreNamedAsOurs) {
    province.code = "43";
    province.fields = "<Field><Name>Appeal/Title</Name><Code>43</Code></Field>";
    const auto answer = sendOne();
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    EXPECT_EQ(answer.records[0].verdict, RecordVerdict::Refused);
    EXPECT_EQ(answer.records[0].code, "43");
    ASSERT_EQ(answer.records[0].fields.size(), 1U);
    EXPECT_EQ(answer.records[0].fields[0].pointer, "/title");
    province.fields += "<Field><Name>Appeal/Category</Name><Code>43</Code></Field>";
    EXPECT_EQ(sendOne().records[0].fields.size(), 2U);
    province.fields.clear();
    province.code = "01";
    EXPECT_EQ(sendOne().records[0].verdict, RecordVerdict::Duplicate);
    province.code = "51";
    EXPECT_EQ(sendOne().records[0].verdict, RecordVerdict::Later);
    province.code = "77";
    EXPECT_EQ(sendOne().verdict, BatchVerdict::Unknown);
}

// ---- an answer that is not surely theirs, now, and to this very request is none

struct Doubt {
    const char* name;
    void (*make)(SmallExchange&);
    const char* why;
};

class DoubtfulAnswer : public SoapDestinationTest, public ::testing::WithParamInterface<Doubt> {};

TEST_P(DoubtfulAnswer, CountsAsNone) {
    GetParam().make(province);
    const auto answer = sendOne();
    EXPECT_EQ(answer.verdict, BatchVerdict::Unknown);
    EXPECT_EQ(answer.error, base::ErrorCode::PeerAnswerInvalid);
    EXPECT_THAT(answer.error_detail, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Ways, DoubtfulAnswer,
    ::testing::Values(
        Doubt{"Unsigned", [](SmallExchange& p) { p.is_signed = false; }, "signature.missing"},
        Doubt{"ChangedAfterSigning", [](SmallExchange& p) { p.code = "41"; p.forged = "00"; }, "signature.digest_mismatch"},
        Doubt{"SignedByAnother",
              [](SmallExchange& p) { p.key = *trust::soapSigningKey(signingKeyOf(test::sharedPki().gateway())); },
              "signature.key_unknown"},
        Doubt{"Old", [](SmallExchange& p) { p.skew_ms = -301'000; }, "signature.expired"},
        Doubt{"OfTheFuture", [](SmallExchange& p) { p.skew_ms = 301'000; }, "signature.future"},
        Doubt{"ToAnotherRequest", [](SmallExchange& p) { p.relates_to = "urn:uuid:0"; }, "relates to another request"},
        Doubt{"OfAnotherBatch", [](SmallExchange& p) { p.batch_no = "b0"; }, "another batch"},
        Doubt{"FaultThatNoRowNames", [](SmallExchange& p) { p.status = 500; p.fault = SmallExchange::faultOf("8000"); },
              "unclassified Fault Client 8000"},
        Doubt{"UnsignedFault",
              [](SmallExchange& p) { p.status = 500; p.is_signed = false; p.fault = SmallExchange::faultOf("2101"); },
              "unsigned Fault Client 2101"},
        Doubt{"AnotherOperation",
              [](SmallExchange& p) {
                  p.fault = "<QueryRecordsResponse xmlns=\"http://exchange.xiang.example/hotline/report/1\"></QueryRecordsResponse>";
              },
              "not of the operation"}
    ),
    [](const auto& doubt) { return doubt.param.name; }
);

/// Blanks behind the envelope: within the bound they are none of its nodes.
TEST(SoapAnswerTest, BytesOfAnAnswerAreBounded) {
    const SoapCallRules rules{.namespace_uri = "urn:a", .send = {.name = "Send", .action = "", .response = "Sent"}};
    const std::vector<crypto::Certificate> nobody;
    const std::string no_id;
    const auto broken = [&](const std::string& answer) {
        return openSoapAnswer({.rules = rules, .verifier = nullptr, .certificates = nobody, .message_id = no_id}, answer).broken;
    };
    std::string answer = trust::plainEnvelope({.version = trust::SoapVersion::V11, .body = "<Sent xmlns=\"urn:a\"/>"});
    answer.resize(kSoapAnswerBytesMax, ' ');
    EXPECT_EQ("", broken(answer));
    EXPECT_EQ("the answer is no XML", broken(answer + ' '));
}

// ---- Faults by class

TEST_F(SoapDestinationTest, AFaultToRetryTookNothing) {
    province.status = 500;
    province.fault = SmallExchange::faultOf("3101", "<RetryAfter>7</RetryAfter>");
    const auto answer = sendTwo();
    EXPECT_EQ(answer.verdict, BatchVerdict::Busy);
    EXPECT_EQ(answer.error, base::ErrorCode::PeerBusy);
    EXPECT_EQ(answer.retry_after_ms, 7'000);
    EXPECT_FALSE(answer.stops || answer.one_by_one);
}

TEST_F(SoapDestinationTest, AFaultAboutUsStops) {
    province.status = 500;
    province.fault = SmallExchange::faultOf("1103");
    const auto answer = sendOne();
    EXPECT_EQ(answer.verdict, BatchVerdict::Busy);
    EXPECT_EQ(answer.error, base::ErrorCode::PeerRefused);
    EXPECT_TRUE(answer.stops);
    EXPECT_EQ(answer.error_detail, "Fault Client 1103");
}

TEST_F(SoapDestinationTest, ARefusalOfOneIsTheRecordsAndKeepsItsSignature) {
    province.status = 500;
    province.fault = SmallExchange::faultOf("2101", "<Field><SerialNo>17</SerialNo><Name>Appeal/Urgency</Name><Code>2101</Code></Field>");
    const auto answer = sendOne();
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    EXPECT_EQ(answer.records.at(0).verdict, RecordVerdict::Refused);
    EXPECT_EQ(answer.records[0].code, "2101");
    EXPECT_EQ(answer.records[0].fields.at(0).pointer, "/urgency");
    EXPECT_EQ(member(answer.records[0].peer_receipt, "format"), "yht-soap-receipt-1");
}

TEST_F(SoapDestinationTest, ARefusalOfSeveralSendsThemOneByOne) {
    province.status = 500;
    province.fault = SmallExchange::faultOf("2101");
    const auto answer = sendTwo();
    EXPECT_EQ(answer.verdict, BatchVerdict::Busy);
    EXPECT_EQ(answer.error, base::ErrorCode::PeerRefused);
    EXPECT_TRUE(answer.one_by_one);
    EXPECT_FALSE(answer.stops);
    EXPECT_TRUE(answer.records.empty());
}

TEST_F(SoapDestinationTest, ARefusedQuestionRefusesNoRecord) {
    province.status = 500;
    province.fault = SmallExchange::faultOf("2101");
    const auto answer = make()->query("q1", {appeal()});
    EXPECT_EQ(answer.verdict, BatchVerdict::Busy);
    EXPECT_FALSE(answer.one_by_one);
}

TEST_F(SoapDestinationTest, WhatFitsByItsCheckFitsTheRequest) {
    const auto destination = make();
    std::size_t bytes = 0;
    std::vector<OutboundRecord> records{appeal(17), appeal(18), appeal(19)};
    for (auto& record : records) {
        record.record.set(ticket::Field::title, "<&>\"" + std::string(20, '&'));
        const auto fit = destination->check(record);
        ASSERT_TRUE(fit.errors.empty());
        bytes += fit.bytes;
    }
    (void)destination->send("b1", {records[0]});
    const std::size_t one = province.body.size();
    (void)destination->send("b1", records);
    EXPECT_EQ(province.body.size() - one, bytes - destination->check(records[0]).bytes);
}

TEST_F(SoapDestinationTest, KeysThatSoapHasNoWordForAreRefused) {
    const auto ed = test::sharedPki().issue({.name = "soap-ed-key", .key = test::KeyKind::Ed25519});
    auto wrong = settings;
    wrong.key = trust::Held(signingKeyOf(ed));
    EXPECT_EQ(ProfileDestination::make(wrong, exchange(), gatewayContexts(), clock, random).error().code, base::ErrorCode::ConfigInvalid);
    wrong = settings;
    wrong.receipt_certificates = trust::Held(std::vector{certificateOf(ed)});
    EXPECT_EQ(ProfileDestination::make(wrong, exchange(), gatewayContexts(), clock, random).error().code, base::ErrorCode::ConfigInvalid);
}

}  // namespace
}  // namespace yht::kit
