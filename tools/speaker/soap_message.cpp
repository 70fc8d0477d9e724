#include "tools/speaker/soap_message.h"

#include "gateway/crypto/digest.h"
#include "gateway/intake/soap/operations.h"
#include "gateway/intake/soap/record_xml.h"
#include "gateway/json/json.h"

namespace yht::speaker {
namespace {

using soap::Content;
using soap::Shape;
using xml::Element;

constexpr const char* kBoundary = "yht-mime-boundary-7f3a";

std::string recordXml(const std::string& text) {
    auto record = json::parse(text);
    YHT_ASSERT(record.ok() && record->IsObject());
    for (auto& member : record->GetObject()) {
        if (member.value.IsBool()) member.value.SetString(rapidjson::StringRef(member.value.GetBool() ? "true" : "false"));
    }
    const auto kind = ticket::findKind(json::textMember(*record, "kind"));
    YHT_ASSERT(kind.has_value());
    std::string out = "<record>";
    soap::appendRecordXml(out, *kind, *record);
    return out + "</record>";
}

std::string operation(const char* name, const std::string& inner) {
    return std::string("<") + name + " xmlns=\"" + soap::kNamespace + "\">" + inner + "</" + name + ">";
}

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void writeMembers(Writer& out, std::span<const Shape> shapes, const Element& parent);

void writeValue(Writer& out, const Shape& shape, const Element& element) {
    const std::string text = element.text();
    if (shape.content == Content::Object) return writeMembers(out, shape.members, element);
    const bool as_it_stands = shape.content == Content::Json || shape.content == Content::Number || shape.content == Content::Flag;
    if (as_it_stands) out.RawValue(text.data(), text.size(), rapidjson::kObjectType);
    else out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void writeMembers(Writer& out, std::span<const Shape> shapes, const Element& parent) {
    out.StartObject();
    for (const Shape& shape : shapes) {
        bool begun = false;
        for (auto child = parent.firstChild(); child; child = child->nextSibling()) {
            if (child->localName() != shape.name) continue;
            if (!begun) {
                out.Key(shape.name);
                if (shape.many) out.StartArray();
                begun = true;
            }
            writeValue(out, shape, *child);
            if (!shape.many) break;
        }
        if (begun && shape.many) out.EndArray();
    }
    out.EndObject();
}

std::string jsonOf(std::span<const Shape> shapes, const Element& element) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    writeMembers(out, shapes, element);
    return buffer.GetString();
}

std::span<const Shape> itemShape() {
    return soap::findOperation("SubmitRecord")->answer.front().members;
}

/// The Problem of a Fault of either version; nullopt where the Body holds no Fault of ours.
std::optional<Element> problemOf(const Element& body) {
    const auto fault = body.child("Fault");
    if (!fault) return std::nullopt;
    const auto detail = fault->child("detail") ? fault->child("detail") : fault->child("Detail");
    return detail ? detail->child("Problem") : std::nullopt;
}

int statusOf(const Element& element) {
    const auto status = element.child("status");
    return status ? std::atoi(status->text().c_str()) : 0;
}

}  // namespace

base::Result<std::string> submitRecordEnvelope(
    const std::vector<std::string>& records, const trust::SigningKey& key, base::UnixMillis now_ms
) {
    std::string inner;
    for (const auto& record : records) inner += recordXml(record);
    const std::string body = operation("SubmitRecord", inner);
    return trust::signedEnvelope({.version = trust::SoapVersion::V11, .body = body, .relates_to = {}}, key, now_ms);
}

base::Result<MtomMessage> uploadMessage(
    const std::string& content, const std::string& media_type, const trust::SigningKey& key, base::UnixMillis now_ms
) {
    const std::string body = operation(
        "UploadAttachment",
        "<sha256>" + base::toHex(crypto::sha256(content)) + "</sha256><size_bytes>" + std::to_string(content.size()) +
            "</size_bytes><media_type>" + media_type +
            "</media_type><content><xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:content@example\">"
            "</xop:Include></content>"
    );
    auto envelope = trust::signedEnvelope({.version = trust::SoapVersion::V11, .body = body, .relates_to = {}}, key, now_ms);
    if (!envelope) return std::move(envelope).error();
    MtomMessage message;
    message.content_type = std::string("multipart/related; type=\"application/xop+xml\"; start=\"<root@example>\"; "
                                       "start-info=\"text/xml\"; boundary=\"") + kBoundary + '"';
    const std::string line = std::string("--") + kBoundary;
    message.body = line + "\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\n"
                          "Content-Transfer-Encoding: 8bit\r\nContent-ID: <root@example>\r\n\r\n" + *envelope + "\r\n" + line +
                   "\r\nContent-Type: " + media_type +
                   "\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <content@example>\r\n\r\n";
    message.body.reserve(message.body.size() + content.size() + line.size() + 8);
    message.body.append(content).append("\r\n").append(line).append("--\r\n");
    return message;
}

SoapAnswers::SoapAnswers(const crypto::Certificate& gateway, const base::Clock& clock) : verifier_(clock) {
    trust::Partner partner;
    partner.id = "gateway";
    const auto& key = gateway.publicKey();
    auto algorithm = key.defaultAlgorithm();
    if (algorithm == crypto::SignatureAlgorithm::RsaPssSha512) algorithm = crypto::SignatureAlgorithm::RsaV15Sha256;
    partner.certificates.push_back({.certificate = gateway, .algorithm = algorithm});
    gateway_.snapshot = std::make_shared<trust::TrustSnapshot>(std::vector{partner}, std::vector<trust::Source>{});
    gateway_.partner = gateway_.snapshot->findPartner("gateway");
}

bool SoapAnswers::isSigned(const std::string& text) const {
    const auto document = xml::Document::parse(text);
    if (!document) return false;
    const auto envelope = trust::findEnvelope(*document);
    return envelope.ok() && verifier_.verify(*document, *envelope, gateway_).ok();
}

std::optional<RestAnswer> SoapAnswers::read(const std::string& text, std::size_t records) const {
    const auto document = xml::Document::parse(text);
    if (!document) return std::nullopt;
    const auto envelope = trust::findEnvelope(*document);
    if (!envelope || !verifier_.verify(*document, *envelope, gateway_)) return std::nullopt;
    if (const auto problem = problemOf(envelope->body)) {
        return RestAnswer{statusOf(*problem), jsonOf(soap::problemShape(), *problem)};
    }
    const auto answer = envelope->body.child("SubmitRecordResponse");
    const auto first = answer ? answer->child("items") : std::nullopt;
    if (!first) return std::nullopt;
    if (records == 1) return RestAnswer{statusOf(*first), jsonOf(itemShape(), *first)};
    return RestAnswer{200, jsonOf(soap::findOperation("SubmitRecord")->answer, *answer)};
}

}  // namespace yht::speaker
