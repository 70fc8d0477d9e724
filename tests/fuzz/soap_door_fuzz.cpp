// A SOAP message from its Content-Type to its records, as the door takes it: MIME parts, charset, envelope, WS-Security,
// operation, arguments, records. The input: a line with the Content-Type, then the body; an envelope alone (it begins with
// "<" or a byte order mark) is text/xml, so that the vectors of tests/vectors/soap are inputs as they stand.
// What does not verify is mapped all the same: the code behind the signature is to hold by itself.
#include <fstream>
#include <iterator>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/intake/soap/attachment_content.h"
#include "gateway/intake/soap/envelope_text.h"
#include "gateway/intake/soap/record_xml.h"
#include "gateway/intake/soap/related_parts.h"
#include "gateway/intake/soap/request_reader.h"
#include "gateway/ticket/record_json.h"
#include "gateway/trust/soap_security.h"
#include "gateway/xml/text.h"
#include "tests/fuzz/claim.h"

namespace {

using namespace yht;
using base::ErrorCode;

constexpr std::size_t kBytesMax = 1U << 20;

/// The partner and the hour of the vectors.
struct Door {
    base::ManualClock clock{*base::parseRfc3339("2026-12-01T13:00:00Z")};
    trust::SoapVerifier verifier{clock};
    trust::RequestVerifier::Speaker speaker;

    Door() {
        trust::Partner partner;
        partner.id = "vector-partner";
        partner.certificates = {certificate("partner-ec.pem", crypto::SignatureAlgorithm::EcdsaP256Sha256),
                                certificate("partner-rsa.pem", crypto::SignatureAlgorithm::RsaV15Sha256)};
        speaker.snapshot = std::make_shared<trust::TrustSnapshot>(std::vector{partner}, std::vector<trust::Source>{});
        speaker.partner = speaker.snapshot->findPartner("vector-partner");
    }
    static trust::PartnerCertificate certificate(const std::string& name, crypto::SignatureAlgorithm algorithm) {
        std::ifstream file(YHT_SOURCE_DIR "/tests/vectors/soap/" + name);
        const std::string pem{std::istreambuf_iterator<char>(file), {}};
        return {.certificate = *crypto::Certificate::fromPem(pem), .algorithm = algorithm};
    }
};

bool isOneOf(const base::Error& error, std::initializer_list<ErrorCode> codes) {
    return std::find(codes.begin(), codes.end(), error.code) != codes.end();
}

/// Whatever is refused is the sender's to put right, and told in words that a Fault can hold.
void claimFault(const base::Error& error) {
    FUZZ_CLAIM(error.row().fault == base::Fault::Sender);
    std::string text = "<e>";
    xml::appendText(text, error.public_en);
    xml::appendText(text, error.public_zh);
    for (const auto& field : error.fields) xml::appendText(text, field.pointer);
    FUZZ_CLAIM(xml::Document::parse(text + "</e>").ok());
}

void claimRecord(const xml::Element& element) {
    rapidjson::Document holder;
    const auto value = soap::recordFromXml(element, holder.GetAllocator());
    if (!value) {
        FUZZ_CLAIM(value.error().code == ErrorCode::SoapArgument);
        return claimFault(value.error());
    }
    const auto record = ticket::readRecord(*value);
    if (!record) {
        FUZZ_CLAIM(!record.error().fields.empty());
        return claimFault(record.error());
    }
    std::string text = std::string("<record xmlns=\"") + soap::kNamespace + "\">";
    soap::appendRecordXml(text, record->kind(), *value);
    const auto document = xml::Document::parse(text + "</record>");
    FUZZ_CLAIM(document.ok());
    const auto again = soap::recordFromXml(document->root(), holder.GetAllocator());
    FUZZ_CLAIM(again.ok());
    const auto read = ticket::readRecord(*again);
    FUZZ_CLAIM(read.ok() && ticket::canonicalText(*read) == ticket::canonicalText(*record));
}

void claimCall(const xml::Document& document, const trust::SoapEnvelope& envelope) {
    const auto call = soap::findCall(envelope.body);
    if (!call) {
        FUZZ_CLAIM(call.error().code == ErrorCode::SoapOperation);
        return claimFault(call.error());
    }
    const auto arguments = soap::readArguments(call->wrapper, *call->operation);
    if (!arguments) {
        FUZZ_CLAIM(isOneOf(arguments.error(), {ErrorCode::SoapArgument, ErrorCode::TooManyItems}));
        return claimFault(arguments.error());
    }
    const auto included = soap::includeOf(document.root());
    if (!included) FUZZ_CLAIM(included.error().code == ErrorCode::SoapAttachment);
    for (const auto& element : arguments->all("record")) claimRecord(element);
    for (const auto& element : arguments->all("content")) {
        const auto bytes = soap::bytesOf(element, soap::kInlineAttachmentBytesMax);
        if (bytes) FUZZ_CLAIM(bytes->size() <= soap::kInlineAttachmentBytesMax);
        else FUZZ_CLAIM(isOneOf(bytes.error(), {ErrorCode::SoapArgument, ErrorCode::BodyTooLarge}));
    }
}

base::Status open(const std::string& text, const std::string& charset) {
    static const Door door;
    const auto document = soap::readEnvelope(text, charset);
    if (!document) {
        FUZZ_CLAIM(isOneOf(
            document.error(), {ErrorCode::SoapMalformed, ErrorCode::SoapCharset, ErrorCode::SoapDtd, ErrorCode::SoapTooDeep,
                               ErrorCode::SoapAttributes, ErrorCode::BodyTooLarge}
        ));
        claimFault(document.error());
        return {};
    }
    const auto envelope = trust::findEnvelope(*document);
    if (!envelope) {
        FUZZ_CLAIM(envelope.error().code == ErrorCode::SoapMalformed);
        claimFault(envelope.error());
        return {};
    }
    const auto message = door.verifier.verify(*document, *envelope, door.speaker);
    if (message) {
        FUZZ_CLAIM(message->proof().signature_base.find(base::toBase64(crypto::sha256(message->body()))) != std::string::npos);
    } else {
        const std::string wire = message.error().row().wire;
        FUZZ_CLAIM(wire.starts_with("signature.") || wire.starts_with("soap."));
        claimFault(message.error());
    }
    claimCall(*document, *envelope);
    return {};
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > kBytesMax) return 0;
    std::string_view input = fuzz::viewOf(data, size);
    std::string_view content_type = "text/xml";
    if (!input.empty() && input.front() != '<' && static_cast<unsigned char>(input.front()) < 0x80) {
        const auto end = std::min(input.find('\n'), input.size());
        content_type = input.substr(0, end);
        input.remove_prefix(std::min(end + 1, input.size()));
    }
    const auto type = soap::readSoapContentType(content_type);
    if (!type) {
        FUZZ_CLAIM(type.error().code == ErrorCode::MediaTypeUnsupported);
        return 0;
    }
    if (!type->multipart) {
        (void)open(std::string(input), type->charset);
        return 0;
    }
    soap::RelatedParts parts(type->boundary, soap::kEnvelopeBytesMax,
                             {.envelope = [&](const std::string& text) { return open(text, type->charset); },
                              .begin = [](const std::string&) { return base::Status(); },
                              .content = [](std::string_view) { return base::Status(); }});
    const auto fed = parts.feed(input);
    const auto whole = fed ? parts.finish() : fed;
    if (!whole) claimFault(whole.error());
    return 0;
}
