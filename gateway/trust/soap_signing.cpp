#include "gateway/trust/soap_signing.h"

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/xml/text.h"

namespace yht::trust {
namespace {

using base::ErrorCode;
using crypto::SignatureAlgorithm;

/// "2026-11-28T13:00:00.000Z": the form that every toolkit reads.
std::string utcText(base::UnixMillis at_ms) {
    return base::formatCivil(base::toCivil(at_ms, 0), "%Y-%m-%dT%H:%M:%S.%LZ");
}

std::string quoted(std::string_view value) { return '"' + std::string(value) + '"'; }

std::string openBody(SoapVersion version) {
    return "<s:Body xmlns:s=" + quoted(soapNamespace(version)) + " xmlns:wsu=" + quoted(kSecurityUtilityNamespace) +
           " wsu:Id=\"body\">";
}

std::string timestampText(base::UnixMillis now_ms) {
    return "<wsu:Timestamp xmlns:wsu=" + quoted(kSecurityUtilityNamespace) + " wsu:Id=\"timestamp\"><wsu:Created>" +
           utcText(now_ms) + "</wsu:Created><wsu:Expires>" + utcText(now_ms + kSoapExpiresMs) +
           "</wsu:Expires></wsu:Timestamp>";
}

struct AddressingHeader {
    const char* name;
    std::string id, text;  // text: of the whole element
};

void addAddressing(std::vector<AddressingHeader>& headers, const char* name, std::string_view value) {
    if (value.empty()) return;
    AddressingHeader header{.name = name, .id = std::string("wsa-") + name, .text = {}};
    const std::string tag = std::string("wsa:") + name;
    header.text = "<" + tag + " xmlns:wsa=" + quoted(kAddressingNamespace) + " xmlns:wsu=" +
                  quoted(kSecurityUtilityNamespace) + " wsu:Id=\"" + header.id + "\">";
    xml::appendText(header.text, value);
    header.text += "</" + tag + ">";
    headers.push_back(std::move(header));
}

std::vector<AddressingHeader> addressingOf(const OutgoingEnvelope& envelope) {
    std::vector<AddressingHeader> headers;
    addAddressing(headers, "Action", envelope.action);
    addAddressing(headers, "MessageID", envelope.message_id);
    addAddressing(headers, "RelatesTo", envelope.relates_to);
    addAddressing(headers, "To", envelope.to);
    return headers;
}

std::string referenceText(const std::string& id, std::string_view canonical) {
    return "<ds:Reference URI=\"#" + id + "\"><ds:Transforms><ds:Transform Algorithm=" + quoted(kExclusiveC14n) +
           "></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=" + quoted(kDigestSha256) +
           "></ds:DigestMethod><ds:DigestValue>" + base::toBase64(crypto::sha256(canonical)) +
           "</ds:DigestValue></ds:Reference>";
}

std::string signedInfoText(const char* method, const std::vector<std::string>& references) {
    std::string text = "<ds:SignedInfo xmlns:ds=" + quoted(kSignatureNamespace) +
                       "><ds:CanonicalizationMethod Algorithm=" + quoted(kExclusiveC14n) +
                       "></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=" + quoted(method) +
                       "></ds:SignatureMethod>";
    for (const auto& reference : references) text += reference;
    return text + "</ds:SignedInfo>";
}

std::string tokenText(const SigningKey& key) {
    return "<wsse:BinarySecurityToken xmlns:wsu=" + quoted(kSecurityUtilityNamespace) + " EncodingType=" +
           quoted(kBase64Encoding) + " ValueType=" + quoted(kX509TokenType) + " wsu:Id=\"token\">" +
           base::toBase64(key.certificate_der) + "</wsse:BinarySecurityToken>";
}

std::string keyInfoText() {
    return "<ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI=\"#token\" ValueType=" + quoted(kX509TokenType) +
           "></wsse:Reference></wsse:SecurityTokenReference></ds:KeyInfo>";
}

std::string openEnvelope(SoapVersion version) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<s:Envelope xmlns:s=" + quoted(soapNamespace(version)) + ">";
}

}  // namespace

base::Result<SigningKey> soapSigningKey(const SigningKey& key) {
    SigningKey chosen = key;
    if (key.algorithm == SignatureAlgorithm::RsaPssSha512) chosen.algorithm = SignatureAlgorithm::RsaV15Sha256;
    if (xmlSignatureUri(chosen.algorithm) != nullptr) return chosen;
    return base::makeError(
        ErrorCode::ConfigInvalid, "SOAP needs an EC P-256 or RSA signing key; SOAP 需要 EC P-256 或 RSA 签名密钥"
    );
}

base::Result<std::string> signedEnvelope(
    const OutgoingEnvelope& envelope, const SigningKey& key, base::UnixMillis now_ms
) {
    const std::string body = openBody(envelope.version) + std::string(envelope.body) + "</s:Body>";
    const std::string timestamp = timestampText(now_ms);
    std::vector<std::string> references = {referenceText("body", body), referenceText("timestamp", timestamp)};
    std::string addressing;
    for (const auto& header : addressingOf(envelope)) {
        references.push_back(referenceText(header.id, header.text));
        addressing += header.text;
    }
    const std::string info = signedInfoText(xmlSignatureUri(key.algorithm), references);
    const auto value = key.key.sign(key.algorithm, info);
    if (!value) return value.error();
    return openEnvelope(envelope.version) + "<s:Header>" + addressing + "<wsse:Security xmlns:wsse=" +
           quoted(kSecurityNamespace) + " s:mustUnderstand=\"1\">" + tokenText(key) + timestamp +
           "<ds:Signature xmlns:ds=" + quoted(kSignatureNamespace) + ">" + info + "<ds:SignatureValue>" +
           base::toBase64(*value) + "</ds:SignatureValue>" + keyInfoText() +
           "</ds:Signature></wsse:Security></s:Header>" + body + "</s:Envelope>";
}

std::string plainEnvelope(const OutgoingEnvelope& envelope) {
    return openEnvelope(envelope.version) + "<s:Body>" + std::string(envelope.body) + "</s:Body></s:Envelope>";
}

}  // namespace yht::trust
