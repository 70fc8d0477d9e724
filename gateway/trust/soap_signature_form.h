// What a Security header must look like before any cryptography (soap_security.h, checks 3 to 6), and where what it
// signs stands. Inside the room only.
// Uses: xml. Used by: soap_security.
#pragma once

#include <string>
#include <vector>

#include "gateway/trust/soap_security.h"

namespace yht::trust {

/// Something that a Reference covers: the element at its place, and the attribute that names it.
struct CoveredElement {
    xml::Element element;
    std::string id;
};

/// A Security header that is as it must be; valid as long as its document.
struct SecurityForm {
    xml::Element signature;
    xml::Element key_info;  // of the signature: its one SecurityTokenReference
    std::optional<xml::Element> token;  // BinarySecurityToken
    xml::Element created;
    std::optional<xml::Element> expires;
    std::string signature_method;  // URI
    std::string signature_value;   // base64, without white space
    std::vector<CoveredElement> covered;  // the Body first
};

/// Checks 3 to 6. Errors: SoapMustUnderstand, SignatureMissing, SignatureMalformed, SignatureAmbiguous, SignatureIds,
/// SignatureTransform, SignatureReference, SignatureAlgorithm, SignatureUncovered, SignatureTimestamp.
base::Result<SecurityForm> readSecurity(const xml::Document& document, const SoapEnvelope& envelope);

/// An element's own name for a Reference: wsu:Id, or Id without a namespace. "" where it has neither.
std::string referenceIdOf(const xml::Element& element);

/// Text without white space at its ends and, as base64 is written, inside.
std::string withoutSpace(const std::string& text);

}  // namespace yht::trust
