// The answer to a SOAP call, opened: an envelope, its signature where the far side signs, and the one element of its Body.
// What was signed is what is judged: the signature's references are checked by position (gateway/trust/soap_security.h)
// and the element is taken from the Body that they cover.
//
// The far side's signature over its answer is its receipt. It is kept as text that can be checked without any XML:
//   {"algorithm":name,"body_sha256":hex,"format":"yht-soap-receipt-1","keyid":hex,"signature":base64,"signed_info":base64}
// `signature` is over `signed_info`, in which the base64 of body_sha256 stands as the Body's DigestValue; `keyid` is the
// SHA-256 of the certificate. The answer itself is kept with the exchange.
// Uses: soap_call, trust (soap_security), xml. Used by: answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/soap_call.h"
#include "gateway/crypto/certificate.h"
#include "gateway/trust/soap_security.h"
#include "gateway/xml/document.h"

namespace yht::kit {

inline constexpr std::size_t kSoapAnswerBytesMax = 16U << 20;

/// Bounds of an answer's XML, also of one that stands as a text inside it.
xml::Limits soapAnswerLimits();

struct SoapAnswerCheck {
    const SoapCallRules& rules;
    const trust::SoapVerifier* verifier;  // where rules.is_signed
    const std::vector<crypto::Certificate>& certificates;  // that may sign
    const std::string& message_id;                         // of the request, where rules.addressing
    bool is_query = false;
};

/// Moves. `content` is valid as long as `document`.
struct SoapAnswer {
    std::string broken;  // not "": why it counts as no answer
    std::optional<xml::Document> document;
    std::optional<xml::Element> content;  // the response's element, or Fault
    bool is_fault = false;
    bool is_signed = false;  // by whom we know, now, and to this request; always where rules do not ask for it
    std::string receipt;     // "" where rules do not ask for a signature, or it does not hold
};

/// A Fault without a valid signature is opened all the same: what it is worth its row says. Any other answer without one
/// is broken.
SoapAnswer openSoapAnswer(const SoapAnswerCheck& check, std::string_view body);

/// The text of the only element of that local name inside `content`; nullopt where there is none, or several.
std::optional<std::string> textInside(const xml::Element& content, const std::string& element);

}  // namespace yht::kit
