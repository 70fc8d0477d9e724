// POST /soap/v1 over real TLS: the same as REST, in envelopes.
#include <filesystem>

#include "gateway/crypto/digest.h"
#include "gateway/intake/admission/prepare.h"
#include "gateway/intake/soap/answer_text.h"
#include "gateway/intake/soap/attachment_content.h"
#include "gateway/intake/soap/envelope_text.h"
#include "gateway/intake/soap/handlers.h"
#include "gateway/intake/soap/record_xml.h"
#include "gateway/intake/soap/request_reader.h"
#include "gateway/trust/soap_signing.h"
#include "tests/unit/gateway/intake/admission/admission_fixture.h"
#include "tests/unit/gateway/intake/admission/line_adapter.h"
#include "tests/unit/gateway/intake/http/door_fixture.h"
#include "tests/unit/gateway/intake/soap/generated_records.h"

namespace yht::http {
namespace {

using intake::appeal;
using intake::assignment;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using trust::SoapVersion;

struct SoapAnswer {
    int status = 0;
    std::map<std::string, std::string> fields;
    std::string text;
    std::optional<xml::Document> document;

    /// Text of the first element of that name anywhere; "" where absent.
    std::string first(std::string_view name) const { return document ? find(document->root(), name).value_or("") : ""; }
    std::string fault() const { return first("code"); }
    /// Texts of all elements of that name.
    std::multiset<std::string> all(std::string_view name) const {
        std::multiset<std::string> texts;
        if (document) gather(document->root(), name, texts);
        return texts;
    }

private:
    static void gather(const xml::Element& element, std::string_view name, std::multiset<std::string>& texts) {
        if (element.localName() == name) texts.insert(element.text());
        for (auto child = element.firstChild(); child; child = child->nextSibling()) gather(*child, name, texts);
    }
    static std::optional<std::string> find(const xml::Element& element, std::string_view name) {
        if (element.localName() == name) return element.text();
        for (auto child = element.firstChild(); child; child = child->nextSibling()) {
            if (auto found = find(*child, name)) return found;
        }
        return std::nullopt;
    }
};

/// Pointers of a problem document's errors.
std::multiset<std::string> pointersOf(const test::ReceivedAnswer& answer) {
    std::multiset<std::string> pointers;
    const auto document = json::parse(answer.body);
    const auto* errors = document.ok() ? json::findMember(*document, "errors") : nullptr;
    if (errors == nullptr) return pointers;
    for (const auto& error : errors->GetArray()) {
        if (json::findMember(error, "pointer") != nullptr) pointers.insert(json::textMember(error, "pointer"));
    }
    return pointers;
}

class SoapDoorTest : public DoorTest {
protected:
    SoapDoorTest() {
        char name[] = "/tmp/yht-soap-attachments-XXXXXX";
        folder_ = ::mkdtemp(name);
        files_ = *attachments::Store::open({.directory = folder_, .kek = base::Bytes(32, 'k'), .random = random, .clock = clock, .scan = {}});
        reopen([this](DoorOptions& options) {
            options.soap_verifier = &verifier_;
            options.further_routes = soap::soapRoutes();
            options.attachments = files_.get();
            options.source_messages = &messages_;
            options.source_adapters = &adapters_;
        });
    }
    ~SoapDoorTest() override {
        door.reset();
        std::filesystem::remove_all(folder_);
    }

    std::string envelope(const std::string& name, const std::string& body, SoapVersion version = SoapVersion::V11) {
        return *trust::signedEnvelope({.version = version, .body = body, .relates_to = {}}, keyOf(name), clock.nowMillis());
    }
    SoapAnswer send(const std::string& name, const std::string& content_type, const std::string& body) {
        const auto received = connect(name).ask(
            "POST /soap/v1 HTTP/1.1\r\nhost: gateway.test:8443\r\ncontent-type: " + content_type +
            "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body
        );
        SoapAnswer answer{.status = received.status, .fields = received.fields, .text = received.body, .document = {}};
        if (auto document = xml::Document::parse(received.body)) answer.document.emplace(*std::move(document));
        return answer;
    }
    SoapAnswer call(const std::string& name, const std::string& body, SoapVersion version = SoapVersion::V11) {
        return send(name, version == SoapVersion::V11 ? "text/xml; charset=utf-8" : "application/soap+xml", envelope(name, body, version));
    }

    static std::string operation(const std::string& name, const std::string& inner) {
        return "<" + name + " xmlns=\"" + soap::kNamespace + "\">" + inner + "</" + name + ">";
    }
    /// The record's JSON, as XML.
    static std::string record(const std::string& text) {
        auto document = *json::parse(text);
        soap::flagsAsText(document);
        std::string out = "<record>";
        soap::appendRecordXml(out, *ticket::findKind(json::textMember(document, "kind")), document);
        return out + "</record>";
    }
    SoapAnswer submit(const std::string& name, const std::string& records) { return call(name, operation("SubmitRecord", records)); }

    /// What the gateway signed is what it says, by the code that reads partners' envelopes.
    std::string answerVerdict(const SoapAnswer& answer) {
        trust::Partner gateway;
        gateway.id = "gateway";
        gateway.certificates.push_back(
            {.certificate = *crypto::Certificate::fromDer(keyOf("gateway").certificate_der), .algorithm = crypto::SignatureAlgorithm::EcdsaP256Sha256}
        );
        auto snapshot = std::make_shared<trust::TrustSnapshot>(std::vector{gateway}, std::vector<trust::Source>{});
        const auto* speaker = snapshot->findPartner("gateway");
        const auto verified =
            verifier_.verify(*answer.document, *trust::findEnvelope(*answer.document), {snapshot, speaker});
        return verified ? "valid" : verified.error().row().wire;
    }

    static std::string upload(const std::string& element, const std::string& sha256, std::size_t size) {
        return operation("UploadAttachment", "<sha256>" + sha256 + "</sha256><size_bytes>" + std::to_string(size) +
                                                 "</size_bytes><media_type>image/png</media_type><content>" + element + "</content>");
    }
    SoapAnswer sendMtom(const std::string& name, const std::string& body, const std::string& id, const std::string& content) {
        const std::string parts = "--mime-b\r\nContent-Type: application/xop+xml; type=\"text/xml\"\r\nContent-ID: <root>\r\n\r\n" +
                                  envelope(name, body) + "\r\n--mime-b\r\nContent-Type: image/png\r\nContent-ID: <" + id +
                                  ">\r\nContent-Transfer-Encoding: binary\r\n\r\n" + content + "\r\n--mime-b--\r\n";
        return send(name, "multipart/related; type=\"application/xop+xml\"; start=\"<root>\"; start-info=\"text/xml\"; boundary=\"mime-b\"", parts);
    }

    trust::SoapVerifier verifier_{clock};
    std::string folder_;
    std::unique_ptr<attachments::Store> files_;
    intake::SourceAdaptersHolder adapters_{intake::SourceAdapters{{"zz110", std::make_shared<intake::LineAdapter>("zz110")}}};
    intake::SourceMessages messages_{ledger.store(), random, std::function<void(const std::string&)>()};
};

const std::string kPng = std::string("\x89PNG\r\n\x1A\n") + std::string(300'000, 'p');
const std::string kPngDigest = base::toHex(crypto::sha256(kPng));
const std::string kInclude = R"(<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:photo%40x"></xop:Include>)";

TEST_F(SoapDoorTest, AMessageInTheSourcesOwnFormatIsAnsweredItemByItem) {
    const std::string message = appeal("zz110", "J-1") + "\nignore heartbeat\n";
    const std::string body =
        operation("SubmitMessage", "<source>zz110</source><content>" + base::toBase64(message) + "</content>");
    const auto answer = call("police", body);
    EXPECT_EQ(200, answer.status) << answer.text;
    EXPECT_EQ("2", answer.first("received"));
    EXPECT_EQ("1", answer.first("accepted"));
    EXPECT_EQ("1", answer.first("message_seq"));
    EXPECT_EQ("speaker.source_not_own", call("centre", body).fault());
}

TEST_F(SoapDoorTest, ARecordBecomesATicketAndTheAnswerIsSigned) {
    const auto answer = submit("police", record(appeal("zz110", "S-1")));
    EXPECT_EQ(200, answer.status) << answer.text;
    EXPECT_EQ("201", answer.first("status"));
    EXPECT_EQ("created", answer.first("verdict"));
    EXPECT_EQ("valid", answerVerdict(answer));
    EXPECT_EQ(200, get("police", "/v1/tickets/" + answer.first("ticket_no")).status);
}

TEST_F(SoapDoorTest, TheReceiptIsTheOneThatRestGives) {
    const auto answer = submit("centre", record(appeal("zz12345", "S-1")));
    EXPECT_EQ(get("centre", "/v1/receipts/" + answer.first("seq")).body, answer.first("receipt"));
}

TEST_F(SoapDoorTest, TheSameRecordByRestAndBySoapIsADuplicate) {
    const auto ticket_no = mustTake("police", appeal("zz110", "S-1"));
    const auto answer = submit("police", record(appeal("zz110", "S-1")));
    EXPECT_EQ("duplicate", answer.first("verdict"));
    EXPECT_EQ(ticket_no, answer.first("ticket_no"));
}

TEST_F(SoapDoorTest, GeneratedRecordsAreTheSameByRestAndBySoap) {
    soap::GeneratedRecords records(54321);
    std::size_t taken = 0, refused = 0;
    for (int round = 0; round < 60; ++round) {
        for (const auto& kind : ticket::kindTable()) {
            const auto text = json::write(records.next(kind.kind, "zz110", "G-" + std::to_string(round)));
            const auto by_rest = post("police", text);
            const auto by_soap = submit("police", record(text));
            if (by_rest.status == 201) {
                ++taken;
                ASSERT_EQ("duplicate", by_soap.first("verdict")) << text << by_soap.text;
                ASSERT_EQ(member(by_rest, "ticket_no"), by_soap.first("ticket_no")) << text;
                ASSERT_EQ(rawMember(by_rest, "receipt"), by_soap.first("receipt")) << text;
            } else {
                ++refused;
                ASSERT_EQ(codeOf(by_rest), by_soap.fault()) << text << by_rest.body << by_soap.text;
                ASSERT_EQ(pointersOf(by_rest), by_soap.all("pointer")) << text;
            }
        }
    }
    EXPECT_LE(50U, taken);
    EXPECT_LE(50U, refused);
}

TEST_F(SoapDoorTest, AnEnvelopeSentAgainIsADuplicate) {
    const auto text = envelope("police", operation("SubmitRecord", record(appeal("zz110", "S-1"))));
    const auto first = send("police", "text/xml", text);
    const auto second = send("police", "text/xml", text);
    EXPECT_EQ("created", first.first("verdict"));
    EXPECT_EQ("duplicate", second.first("verdict"));
    EXPECT_EQ(first.first("receipt"), second.first("receipt"));
}

TEST_F(SoapDoorTest, SeveralRecordsAreAnsweredOneByOne) {
    const auto answer = submit(
        "police", record(appeal("zz110", "S-1")) + record(appeal("zz110", "S-2", {{"title", ""}})) + record(appeal("zz110", "S-3"))
    );
    EXPECT_EQ(200, answer.status);
    EXPECT_THAT(answer.text, HasSubstr("<status>201</status>"));
    EXPECT_THAT(answer.text, HasSubstr("<status>422</status>"));
    EXPECT_THAT(answer.text, HasSubstr("<pointer>/1/title</pointer>"));
}

TEST_F(SoapDoorTest, ARequestCarriesAsManyRecordsAsAnArrayOfRest) {
    static_assert(soap::kRecordsInRequestMax == intake::kItemsMax);
    std::string records;
    for (std::size_t i = 0; i < soap::kRecordsInRequestMax; ++i) records += record(appeal("zz110", "M-" + std::to_string(i)));
    const auto refused = submit("police", records + record(appeal("zz110", "M-more")));
    EXPECT_EQ("request.too_many_items", refused.fault());
    EXPECT_THAT(refused.text, HasSubstr("A request carries at most 500 records."));  // by the reader, not by admission, which has read them all
    EXPECT_EQ(200, submit("police", records).status);
}

TEST_F(SoapDoorTest, ARefusedRecordIsAFaultInBothVersions) {
    const auto bad = operation("SubmitRecord", record(appeal("zz110", "S-1", {{"title", ""}})));
    const auto v11 = call("police", bad);
    EXPECT_EQ(500, v11.status);
    EXPECT_EQ("s:Client", v11.first("faultcode"));
    EXPECT_EQ("record.invalid", v11.fault());
    EXPECT_EQ("valid", answerVerdict(v11));
    const auto v12 = call("police", bad, SoapVersion::V12);
    EXPECT_EQ(400, v12.status);
    EXPECT_EQ("s:Sender", v12.first("Value"));
    EXPECT_THAT(v12.text, HasSubstr("xml:lang=\"zh-CN\""));
    EXPECT_EQ("valid", answerVerdict(v12));
}

TEST_F(SoapDoorTest, SomebodyElsesEnvelopeIsRefused) {
    const auto answer = send("police", "text/xml", envelope("centre", operation("SubmitRecord", record(appeal("zz12345", "S-1")))));
    EXPECT_EQ("signature.key_unknown", answer.fault());
}

TEST_F(SoapDoorTest, AnOperationNeedsItsRight) {
    EXPECT_EQ("speaker.right_missing", submit("guest", record(appeal("zz110", "S-1"))).fault());
    EXPECT_EQ(200, call("guest", operation("GetCodes", "<list>channel</list>")).status);
    EXPECT_EQ("speaker.right_missing", call("guest", operation("GetChanges", "")).fault());
}

TEST_F(SoapDoorTest, ATicketIsTheOneThatRestShows) {
    const auto ticket_no = mustTake("police", appeal("zz110", "S-1"));
    const auto by_no = call("police", operation("GetTicket", "<ticket_no>" + ticket_no + "</ticket_no>"));
    const auto by_ref = call("police", operation("GetTicket", "<source>zz110</source><ticket_ref>S-1</ticket_ref>"));
    EXPECT_EQ(ticket_no, by_no.first("ticket_no")) << by_no.text;
    EXPECT_EQ(ticket_no, by_ref.first("ticket_no")) << by_ref.text;
    EXPECT_EQ("S-1", by_no.first("record_ref"));
    EXPECT_EQ("request.not_found", call("water", operation("GetTicket", "<ticket_no>" + ticket_no + "</ticket_no>")).fault());
}

TEST_F(SoapDoorTest, ChangesAreFollowedByTheirCursor) {
    const auto ticket_no = mustTake("police", appeal("zz110", "S-1"));
    mustTake("centre", assignment("zz12345", "D-1", {{"ticket_no", ticket_no}}));
    const auto first = call("police", operation("GetChanges", "<limit>10</limit>"));
    EXPECT_EQ("D-1", first.first("record_ref")) << first.text;
    const auto second = call("police", operation("GetChanges", "<after>" + first.first("next") + "</after>"));
    EXPECT_EQ("", second.first("record_ref"));
    EXPECT_EQ("request.parameter_invalid", call("police", operation("GetChanges", "<limit>0</limit>")).fault());
}

TEST_F(SoapDoorTest, CodesComeWithTheirDates) {
    const auto answer = call("police", operation("GetCodes", "<list> channel </list>"));
    EXPECT_EQ("channel", answer.first("list")) << answer.text;
    EXPECT_THAT(answer.text, HasSubstr("<valid_from>"));
    EXPECT_EQ("request.not_found", call("police", operation("GetCodes", "<list>nothing</list>")).fault());
}

TEST_F(SoapDoorTest, ArgumentsAreHeldToTheSchema) {
    const auto code = [&](const std::string& name, const std::string& inner) { return call("police", operation(name, inner)).fault(); };
    EXPECT_EQ("soap.argument_invalid", code("GetCodes", ""));
    EXPECT_EQ("soap.argument_invalid", code("GetCodes", "<list>a</list><list>b</list>"));
    EXPECT_EQ("soap.argument_invalid", code("GetCodes", "<list>a</list><lists>b</lists>"));
    EXPECT_EQ("soap.argument_invalid", code("GetCodes", "<list><b></b></list>"));
    EXPECT_EQ("soap.argument_invalid", code("SubmitRecord", "<record><dog></dog></record>"));
    EXPECT_EQ("soap.operation_unknown", code("DropAll", ""));
}

TEST_F(SoapDoorTest, AnAttachmentComesByMtom) {
    const auto answer = sendMtom("police", upload(kInclude, kPngDigest, kPng.size()), "photo@x", kPng);
    EXPECT_EQ(200, answer.status) << answer.text;
    EXPECT_EQ(kPngDigest, answer.first("digest"));
    EXPECT_EQ(kPng, get("police", "/v1/attachments/" + kPngDigest).body);
}

TEST_F(SoapDoorTest, AnAttachmentThatIsNotWhatWasSignedIsNotKept) {
    auto other = kPng;
    other.back() = 'q';
    EXPECT_EQ("signature.digest_mismatch", sendMtom("police", upload(kInclude, kPngDigest, kPng.size()), "photo@x", other).fault());
    EXPECT_EQ("signature.digest_mismatch", sendMtom("police", upload(kInclude, kPngDigest, kPng.size() - 1), "photo@x", kPng).fault());
    EXPECT_EQ("soap.attachment_refused", sendMtom("police", upload(kInclude, kPngDigest, kPng.size()), "other@x", kPng).fault());
    EXPECT_EQ(404, get("police", "/v1/attachments/" + kPngDigest).status);
}

TEST_F(SoapDoorTest, ASmallAttachmentMayComeInline) {
    const std::string content = kPng.substr(0, 1000);
    const auto digest = base::toHex(crypto::sha256(content));
    const auto answer = call("police", upload(base::toBase64(content), digest, content.size()));
    EXPECT_EQ(digest, answer.first("digest")) << answer.text;
    const std::string large(soap::kInlineAttachmentBytesMax + 1, 'x');
    EXPECT_EQ("request.body_too_large", call("police", upload(base::toBase64(large), digest, large.size())).fault());
    EXPECT_EQ("soap.argument_invalid", call("police", upload("@@", digest, content.size())).fault());
}

TEST_F(SoapDoorTest, IncludeIsTakenNowhereElse) {
    EXPECT_EQ("soap.argument_invalid", sendMtom("police", operation("GetCodes", "<list>a" + kInclude + "</list>"), "photo@x", kPng).fault());
    const std::string hidden = "<record><appeal><ext><entry name=\"a\">" + kInclude + "</entry></ext></appeal></record>";
    EXPECT_EQ("soap.attachment_refused", sendMtom("police", operation("SubmitRecord", hidden), "photo@x", kPng).fault());
    EXPECT_EQ("soap.attachment_refused", sendMtom("police", upload(kInclude + kInclude, kPngDigest, kPng.size()), "photo@x", kPng).fault());
    EXPECT_EQ("soap.attachment_refused", call("police", upload(kInclude, kPngDigest, kPng.size())).fault());
}

TEST_F(SoapDoorTest, CharsetsOfThePrologAreTaken) {
    const auto recode = [](std::string text, const std::string& name, const std::vector<std::pair<std::string, std::string>>& bytes) {
        text.replace(text.find("UTF-8"), 5, name);
        for (const auto& [utf8, native] : bytes) {
            for (auto at = text.find(utf8); at != text.npos; at = text.find(utf8, at)) text.replace(at, utf8.size(), native);
        }
        return text;
    };
    const std::vector<std::pair<std::string, std::string>> gbk = {{"路", "\xC2\xB7"}, {"灯", "\xB5\xC6"}};
    int number = 0;
    for (const char* name : {"GBK", "GB18030"}) {
        const auto text = R"({"kind":"call","source":"zz110","record_ref":"C-)" + std::to_string(++number) +
                          R"(","event_time":"2026-11-28T10:00:00+08:00","operator_no":"路灯"})";
        const auto utf8 = envelope("police", operation("SubmitRecord", record(text)));
        const auto answer = send("police", "text/xml", recode(utf8, name, gbk));
        EXPECT_THAT(answer.fault(), Not(HasSubstr("signature."))) << answer.text;
        EXPECT_THAT(answer.fault(), Not(HasSubstr("soap."))) << answer.text;
    }
    const auto torn = recode(envelope("police", operation("GetCodes", "<list>路</list>")), "GBK", {{"路", "\xC2"}});
    EXPECT_EQ("soap.charset_refused", send("police", "text/xml", torn).fault());
}

TEST_F(SoapDoorTest, WhatIsNoSoapIsAFault) {
    EXPECT_EQ("request.media_type_unsupported", send("police", "application/json", "{}").fault());
    EXPECT_EQ("soap.malformed", send("police", "text/xml", "<a/>").fault());
    EXPECT_EQ("soap.malformed", send("police", "text/xml", "not xml").fault());
    EXPECT_EQ("soap.malformed", send("police", "text/xml", "").fault());
    EXPECT_EQ("soap.dtd_refused", send("police", "text/xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>").fault());
}

TEST_F(SoapDoorTest, EveryBoundIsKept) {
    const auto deep = [](std::size_t depth) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i) text += "<a>";
        for (std::size_t i = 0; i < depth; ++i) text += "</a>";
        return text;
    };
    EXPECT_EQ("soap.too_deep", call("police", operation("GetCodes", deep(soap::kEnvelopeDepthMax))).fault());
    std::string attributes = "<list";
    for (std::size_t i = 0; i <= soap::kElementAttributesMax; ++i) attributes += " a" + std::to_string(i) + "=\"\"";
    EXPECT_EQ("soap.too_many_attributes", call("police", operation("GetCodes", attributes + "></list>")).fault());
    std::string many;
    for (std::size_t i = 0; i <= soap::kEnvelopeNodesMax; ++i) many += "<a/>";
    EXPECT_EQ("request.body_too_large", send("police", "text/xml", "<e>" + many + "</e>").fault());
    EXPECT_EQ("request.body_too_large", send("police", "text/xml", std::string(soap::kEnvelopeBytesMax + 1, ' ')).fault());
    // What libxml2 alone would call "not well-formed": one text that is too long.
    for (const char* cdata : {"", "<![CDATA["}) {
        const auto text = std::string("<content>") + cdata + std::string(xml::kTextBytesMax + 1, 'A') + (*cdata == '\0' ? "" : "]]>") + "</content>";
        const auto answer = send("police", "text/xml", "<e>" + text + "</e>");
        EXPECT_EQ("request.body_too_large", answer.fault());
        EXPECT_THAT(answer.text, AllOf(HasSubstr("bytes in one text"), HasSubstr("attachments by MTOM")));
        EXPECT_THAT(answer.first("detail_zh"), HasSubstr("附件用 MTOM 上传"));
    }
}

TEST_F(SoapDoorTest, AnEnvelopeThatComesTooSlowlyIsCut) {
    reopen([this](DoorOptions& options) {
        options.soap_verifier = &verifier_;
        options.further_routes = soap::soapRoutes();
        options.partner_limits.body_deadline_ms = 200;
    });
    const auto text = envelope("police", operation("GetCodes", "<list>channel</list>"));
    auto client = connect("police");
    client.send("POST /soap/v1 HTTP/1.1\r\nhost: gateway.test:8443\r\ncontent-type: text/xml\r\ncontent-length: " +
                std::to_string(text.size()) + "\r\n\r\n" + text.substr(0, text.size() - 1));
    EXPECT_TRUE(client.closedByPeer());
}

TEST_F(SoapDoorTest, TheWsdlNamesTheAddressThatWasCalled) {
    const auto answer = get("police", "/soap/v1?wsdl");
    EXPECT_EQ(200, answer.status);
    EXPECT_THAT(answer.body, HasSubstr(std::string(kBaseUrl) + "/soap/v1"));
    EXPECT_EQ(404, get("police", "/soap/v1").status);
}

}  // namespace
}  // namespace yht::http
