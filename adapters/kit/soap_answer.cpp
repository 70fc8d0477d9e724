#include "adapters/kit/soap_answer.h"

#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"

namespace yht::kit {
namespace {

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kNodesMax = 200'000;

/// Counts and keeps elements of that name at and below `at`.
void collect(const xml::Element& at, const std::string& name, std::vector<std::string>& texts) {
    if (at.localName() == name) texts.push_back(at.text());
    for (auto child = at.firstChild(); child; child = child->nextSibling()) collect(*child, name, texts);
}

/// Whether exactly one RelatesTo names the request. Which of the Header's blocks are signed is checked before.
bool relatesTo(const trust::SoapEnvelope& envelope, const std::string& message_id) {
    std::size_t found = 0;
    bool ours = false;
    if (!envelope.header) return false;
    for (auto block = envelope.header->firstChild(); block; block = block->nextSibling()) {
        if (block->localName() != "RelatesTo" || block->namespaceUri() != trust::kAddressingNamespace) continue;
        ++found;
        ours = block->text() == message_id;
    }
    return found == 1 && ours;
}

std::string receiptOf(const trust::SoapProof& proof) {
    std::string text = "{\"algorithm\":";
    json::appendCanonicalString(text, crypto::algorithmName(proof.algorithm));
    text += ",\"body_sha256\":\"" + base::toHex(crypto::sha256(proof.body)) +
            "\",\"format\":\"yht-soap-receipt-1\",\"keyid\":\"" + proof.keyid + "\",\"signature\":\"" +
            base::toBase64(proof.signature) + "\",\"signed_info\":\"" + base::toBase64(proof.signed_info) + "\"}";
    return text;
}

/// "" where the signature holds, else what is wrong with it.
std::string checkSignature(
    const SoapAnswerCheck& check, const trust::SoapEnvelope& envelope, SoapAnswer& answer
) {
    std::vector<trust::SoapSigner> signers;
    for (const auto& certificate : check.certificates) {
        if (const auto algorithm = trust::soapAlgorithmOf(certificate.publicKey()))
            signers.push_back({&certificate, *algorithm});
    }
    const auto proof = check.verifier->verifySigned(*answer.document, envelope, signers);
    if (!proof) return base::errorRow(proof.error().code).wire;
    if (check.rules.addressing && !relatesTo(envelope, check.message_id)) return "it relates to another request";
    answer.receipt = receiptOf(*proof);
    return "";
}

}  // namespace

xml::Limits soapAnswerLimits() {
    xml::Limits limits;
    limits.bytes_max = kSoapAnswerBytesMax;
    limits.depth_max = kDepthMax;
    limits.nodes_max = kNodesMax;
    return limits;
}

SoapAnswer openSoapAnswer(const SoapAnswerCheck& check, std::string_view body) {
    SoapAnswer answer;
    auto document = xml::Document::parse(body, soapAnswerLimits());
    if (!document) {
        answer.broken = "the answer is no XML";
        return answer;
    }
    answer.document = *std::move(document);
    const auto envelope = trust::findEnvelope(*answer.document);
    const auto content = envelope ? envelope->body.firstChild() : std::nullopt;
    if (!content || content->nextSibling()) {
        answer.broken = "the answer is no SOAP envelope with one element in its Body";
        return answer;
    }
    answer.content = content;
    answer.is_fault =
        content->localName() == "Fault" && content->namespaceUri() == trust::soapNamespace(envelope->version);
    const std::string fault = check.rules.is_signed ? checkSignature(check, *envelope, answer) : "";
    answer.is_signed = fault.empty();
    if (answer.is_fault) return answer;
    if (!fault.empty()) answer.broken = "the answer's signature: " + fault;
    const auto& operation = check.rules.operation(check.is_query);
    const bool expected =
        content->localName() == operation.response && content->namespaceUri() == check.rules.namespace_uri;
    if (check.rules.argument.empty() && !expected) answer.broken = "the answer is not of the operation that was called";
    return answer;
}

std::optional<std::string> textInside(const xml::Element& content, const std::string& element) {
    std::vector<std::string> texts;
    collect(content, element, texts);
    if (texts.size() != 1) return std::nullopt;
    return texts.front();
}

}  // namespace yht::kit
