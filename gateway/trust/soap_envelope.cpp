#include "gateway/trust/soap_security.h"

namespace yht::trust {

using base::ErrorCode;

namespace {

base::Error malformed(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::SoapMalformed, en, zh);
}

}  // namespace

const char* soapNamespace(SoapVersion version) {
    return version == SoapVersion::V11 ? kSoap11Namespace : kSoap12Namespace;
}

base::Result<SoapEnvelope> findEnvelope(const xml::Document& document) {
    const xml::Element root = document.root();
    SoapEnvelope envelope{.version = SoapVersion::V11, .header = {}, .body = root};
    if (root.namespaceUri() == kSoap12Namespace) envelope.version = SoapVersion::V12;
    const std::string_view space = soapNamespace(envelope.version);
    if (root.localName() != "Envelope" || root.namespaceUri() != space) {
        return malformed(
            "The root must be an Envelope of SOAP 1.1 or 1.2.", "根元素须为 SOAP 1.1 或 1.2 的 Envelope。"
        );
    }
    bool has_body = false;
    for (auto part = root.firstChild(); part; part = part->nextSibling()) {
        const bool ours = part->namespaceUri() == space;
        if (ours && part->localName() == "Header" && !envelope.header && !has_body) {
            envelope.header = *part;
        } else if (ours && part->localName() == "Body" && !has_body) {
            envelope.body = *part;
            has_body = true;
        } else {
            return malformed(
                "An Envelope holds at most one Header, then exactly one Body, and nothing else.",
                "Envelope 中只能依次有至多一个 Header 和恰好一个 Body,不得有其他元素。"
            );
        }
    }
    if (!has_body) return malformed("The Envelope has no Body.", "Envelope 中没有 Body。");
    return envelope;
}

}  // namespace yht::trust
