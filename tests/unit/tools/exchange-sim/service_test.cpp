// The platform judged from outside: envelopes signed and answers checked by other code than its own.
#include "tools/exchange-sim/service.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "gateway/base/time_text.h"
#include "gateway/trust/soap_security.h"
#include "gateway/trust/soap_signing.h"
#include "gateway/trust/xml_signature.h"
#include "tests/support/pki.h"
#include "tools/stage/process.h"

namespace yht {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSpace = exchange_sim::kReportNamespace;
constexpr base::UnixMillis kNow = 1'555'551'015'000;
const std::string kFolder = std::string(YHT_SOURCE_DIR) + "/schemas/profiles/xiang-exchange";

std::string record(const std::string& serial, const std::string& more = "") {
    return "<Record><SerialNo>" + serial + "</SerialNo><Kind>APPEAL</Kind><Unit>R4302</Unit><SheetNo>T-" + serial +
           "</SheetNo><Origin>zz</Origin><RecordNo>R-" + serial +
           "</RecordNo><Version>1</Version><Action>SAVE</Action><Mode>LIVE</Mode><HappenedAt>2019-04-18T09:30:01</HappenedAt>"
           "<StoredAt>2019-04-18T09:30:15</StoredAt><Appeal><Channel>TEL</Channel><AppealType>HELP</AppealType><Category>环境</Category>"
           "<Title>下水道</Title><Content>异味</Content><AppealAt>2019-04-18T09:30:01</AppealAt><AcceptRegion>430200000000</AcceptRegion>"
           "<Region>430211000000</Region><Handling>DISPATCH</Handling>" + more +
           "<CallerName>张先生</CallerName><Anonymous>N</Anonymous><Secret>N</Secret><Urgency>C</Urgency></Appeal></Record>";
}

std::string submission(const std::string& records, const std::string& count = "1", const std::string& sender = "ZZ4302") {
    return "<SubmitRecords xmlns=\"" + std::string(kSpace) + "\"><Sender>" + sender +
           "</Sender><BatchNo>b1</BatchNo><SentAt>2019-04-18T09:30:15</SentAt><Count>" + count + "</Count><Records>" + records +
           "</Records></SubmitRecords>";
}

class ExchangeServiceTest : public testing::Test {
protected:
    // Here both speakers are one process, and a library that is set up twice loses what the first had: the gateway's does it for both.
    ExchangeServiceTest() { trust::setUpXmlSecurity(); }

    /// A request as the gateway makes it; `spoil` may change what was signed.
    std::string envelope(const std::string& content, base::UnixMillis created_ms = kNow) {
        const std::string id = "urn:uuid:" + std::to_string(++messages_);
        return *trust::signedEnvelope(
            {.version = version_, .body = content, .message_id = id, .action = "urn:a", .to = "https://x"}, key_, created_ms
        );
    }
    stage::HttpAnswer post(const std::string& body) {
        stage::HttpRequest request;
        request.method = "POST";
        request.path = request.target = exchange_sim::kServicePath;
        request.body = body;
        request.peer_certificate_der = connection_.toDer();
        return service_.handle(request);
    }
    /// The code of the Fault, or of the first record.
    std::string codeOf(const stage::HttpAnswer& answer) {
        const auto at = answer.body.rfind("<Code>");
        return at == answer.body.npos ? "" : answer.body.substr(at + 6, answer.body.find('<', at + 6) - at - 6);
    }
    /// "signed", or why not.
    std::string signatureOf(const stage::HttpAnswer& answer) {
        const auto document = xml::Document::parse(answer.body);
        const auto found = document ? trust::findEnvelope(*document) : base::Result<trust::SoapEnvelope>(document.error());
        if (!found) return "no envelope";
        const auto proof = trust::SoapVerifier(clock_).verifySigned(
            *document, *found, {{&province_, *trust::soapAlgorithmOf(province_.publicKey())}}
        );
        return proof ? "signed" : proof.error().row().wire;
    }
    void misbehave(const std::string& json) { ASSERT_EQ("", misbehaviour_.apply(*stage::parseJson(json))); }

    const test::CertificateFiles files_ = test::sharedPki().province(), gateway_ = test::sharedPki().gateway();
    const trust::SigningKey key_ =
        *trust::soapSigningKey(*trust::signingKey(gateway_.certificatePem(), gateway_.privateKeyPem()));
    const crypto::Certificate province_ = *crypto::Certificate::fromPem(files_.certificatePem());
    crypto::Certificate connection_ = *crypto::Certificate::fromPem(gateway_.certificatePem());
    trust::SoapVersion version_ = trust::SoapVersion::V11;
    int messages_ = 0;
    base::ManualClock clock_{kNow};
    stage::Misbehaviour misbehaviour_{clock_};
    province_sim::Store store_{":memory:", exchange_sim::language()};
    exchange_sim::Service service_{
        clock_, store_, misbehaviour_, {exchange_sim::readSender("ZZ4302:R4302:" + gateway_.certificate)},
        exchange_sim::Seal(files_.certificate, files_.private_key),
        {stage::readFile(kFolder + "/HotlineReport.wsdl").text, exchange_sim::Schema(kFolder + "/report.xsd")}};
};

TEST_F(ExchangeServiceTest, AGoodBatchIsTakenAndTheAnswerIsSignedAndRelatesToIt) {
    for (const auto version : {trust::SoapVersion::V11, trust::SoapVersion::V12}) {
        version_ = version;
        const std::string serial = version == trust::SoapVersion::V11 ? "1" : "2";
        const auto answer = post(envelope(submission(record(serial))));
        EXPECT_EQ(200, answer.status) << answer.body;
        EXPECT_EQ("signed", signatureOf(answer));
        EXPECT_EQ("00", codeOf(answer)) << answer.body;
        EXPECT_THAT(answer.body, HasSubstr("urn:uuid:" + std::to_string(messages_)));
        EXPECT_THAT(answer.body, HasSubstr("<CenterNo>JH20190418"));
        EXPECT_THAT(answer.body, HasSubstr(trust::soapNamespace(version)));
    }
}

TEST_F(ExchangeServiceTest, ASerialIsTakenOnceAndAQuestionFindsIt) {
    EXPECT_EQ("00", codeOf(post(envelope(submission(record("1"))))));
    EXPECT_EQ("01", codeOf(post(envelope(submission(record("1"))))));
    const auto ask = [&](const std::string& serial) {
        std::string text = submission("<Record><SerialNo>" + serial + "</SerialNo><Kind>APPEAL</Kind><SheetNo>T-1</SheetNo></Record>");
        for (const std::string from : {"SubmitRecords", "SubmitRecords"}) text.replace(text.rfind(from), from.size(), "QueryRecords");
        return codeOf(post(envelope(text)));
    };
    EXPECT_EQ("00", ask("1"));
    EXPECT_EQ("60", ask("2"));
}

TEST_F(ExchangeServiceTest, WhoIsNotSurelyTheSenderIsFaulted) {
    const std::string good = envelope(submission(record("1")));
    const auto changed = [&](const std::string& from, const std::string& to) {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        return codeOf(post(text));
    };
    EXPECT_EQ("2101", codeOf(post("<a")));
    EXPECT_EQ("2101", codeOf(post("<!DOCTYPE a [<!ENTITY e \"x\">]>" + good.substr(good.find("<s:Envelope")))));
    EXPECT_EQ("1101", codeOf(post(trust::plainEnvelope({.body = submission(record("1"))}))));
    EXPECT_EQ("1101", changed("下水道", "上水道"));
    EXPECT_EQ("1101", changed("wsu:Id=\"body\"", "wsu:Id=\"bodx\""));
    EXPECT_EQ("1101", changed("urn:uuid:1", "urn:uuid:9"));
    EXPECT_EQ("1102", codeOf(post(envelope(submission(record("1")), kNow - 301'000))));
    EXPECT_EQ("1104", codeOf(post(envelope(submission(record("1"), "1", "ZZ4303")))));
    connection_ = province_;
    EXPECT_EQ("1103", codeOf(post(good)));
}

TEST_F(ExchangeServiceTest, ABodyThatWasNotSignedIsNotRead) {
    const std::string good = envelope(submission(record("1")));
    const auto from = good.find("<s:Body"), to = good.find("</s:Body>") + 9;
    const std::string signed_body = good.substr(from, to - from);
    std::string forged = signed_body;
    forged.replace(forged.find("\"body\""), 6, "\"forged\"");
    forged.replace(forged.find("下水道"), 9, "伪造");
    std::string wrapped = good;
    wrapped.replace(from, to - from, forged);
    wrapped.insert(wrapped.find("</s:Header>"), "<kept>" + signed_body + "</kept>");
    EXPECT_EQ("1101", codeOf(post(wrapped)));
}

TEST_F(ExchangeServiceTest, AMessageComesOnce) {
    const std::string good = envelope(submission(record("1")));
    EXPECT_EQ("00", codeOf(post(good)));
    const auto again = post(good);
    EXPECT_EQ("3103", codeOf(again));
    EXPECT_EQ("signed", signatureOf(again));
}

TEST_F(ExchangeServiceTest, WhatTheSchemaDoesNotHaveIsFaultedWithItsPlace) {
    const auto answer = post(envelope(submission(record("7", "<Extra>x</Extra>"))));
    EXPECT_EQ(500, answer.status);
    EXPECT_THAT(answer.body, HasSubstr("<Field><SerialNo>7</SerialNo><Name>Appeal/Extra</Name><Code>2101</Code></Field>"));
    EXPECT_EQ("2102", codeOf(post(envelope(submission(record("1"), "2")))));
}

TEST_F(ExchangeServiceTest, MisbehaviourIsWhatItSays) {
    const auto one = [&](const std::string& json) {
        misbehave(json);
        return post(envelope(submission(record(std::to_string(100 + messages_)))));
    };
    EXPECT_EQ("signature.missing", signatureOf(one(R"({"unsigned":1})")));
    EXPECT_EQ("signature.invalid", signatureOf(one(R"({"wrong_signature":1})")));
    EXPECT_EQ("signature.key_unknown", signatureOf(one(R"({"wrong_key":1})")));
    EXPECT_EQ("signature.expired", signatureOf(one(R"({"stale_answer":1})")));
    const auto wrapped = one(R"({"refuse_next":1,"refuse_code":"43","wrapped_answer":1})");
    EXPECT_NE("signed", signatureOf(wrapped));
    EXPECT_EQ("00", codeOf(wrapped)) << wrapped.body;
    EXPECT_THAT(wrapped.body, HasSubstr("<Code>43</Code>"));
    const auto replayed = one(R"({"replayed_answer":1})");
    EXPECT_THAT(replayed.body, Not(HasSubstr("urn:uuid:" + std::to_string(messages_))));
    const auto fault = one(R"({"refuse_batch":1,"refuse_batch_code":"1103"})");
    EXPECT_EQ("1103", codeOf(fault));
    EXPECT_EQ("signed", signatureOf(fault));
    EXPECT_EQ("signature.missing", signatureOf(one(R"({"refuse_batch":1,"refuse_batch_code":"1103","unsigned":1})")));
    EXPECT_EQ("", codeOf(one(R"({"refuse_batch":1,"refuse_batch_code":"none"})")));
    const std::string where = R"({"refuse_batch_code":"2101","refuse_batch_where":{"field":"SerialNo","value":)";
    EXPECT_EQ("2101", codeOf(one(where + "\"" + std::to_string(100 + messages_) + "\"}}")));
    EXPECT_EQ("00", codeOf(one("{}"))) << "another record";
    const auto busy = one(R"({"busy503":1,"retry_after_s":9})");
    EXPECT_EQ(503, busy.status);
    EXPECT_EQ("00", codeOf(one("{}")));
}

TEST_F(ExchangeServiceTest, ItPublishesItsWsdlAndSchema) {
    stage::HttpRequest request;
    request.method = "GET";
    request.path = exchange_sim::kServicePath;
    request.target = request.path + "?wsdl";
    EXPECT_THAT(service_.handle(request).body, HasSubstr("schemaLocation=\"HotlineReport?xsd\""));
    request.target = request.path + "?xsd";
    EXPECT_EQ(stage::readFile(kFolder + "/report.xsd").text, service_.handle(request).body);
}

}  // namespace
}  // namespace yht
