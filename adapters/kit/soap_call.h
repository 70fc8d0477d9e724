// A request as a SOAP call, document/literal wrapped, 1.1 or 1.2: our message is what stands inside the operation's
// element, or the text of one argument (services of the 2000s take JSON or XML so); signed with WS-Security where the
// far side asks for it.
// Uses: base, trust (soap_signing), xml. Used by: profile, profile_destination, soap_answer.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/trust/soap_signing.h"

namespace yht::kit {

struct SoapOperation {
    std::string name, action;
    std::string response;  // element of the answer
};

/// `transport.soap` of a profile.
struct SoapCallRules {
    trust::SoapVersion version = trust::SoapVersion::V11;
    std::string namespace_uri;
    SoapOperation send, query;  // query.name "": as send
    bool qualified = true;      // whether elements inside the operation's are of its namespace
    std::string argument;       // whose text our message is; "": it is the operation's content
    std::vector<std::pair<std::string, std::string>> arguments;  // beside it, as they are
    bool is_signed = false;   // X.509 token profile over Body and Timestamp; answers too
    bool addressing = false;  // WS-Addressing Action, MessageID and To, signed; answers: RelatesTo

    const SoapOperation& operation(bool is_query) const {
        return is_query && !query.name.empty() ? query : send;
    }
};

struct SoapCall {
    bool is_query = false;
    std::string_view message;
    std::string_view message_id, to;  // where rules.addressing
};

struct SoapRequest {
    std::string body, content_type;
    std::vector<std::pair<std::string, std::string>> fields;  // SOAPAction, where the version has it
};

/// Requires: `key` is of trust::soapSigningKey() where rules.is_signed. Errors: CryptoFailed.
base::Result<SoapRequest> soapRequest(
    const SoapCallRules& rules, const SoapCall& call, const trust::SigningKey* key, base::UnixMillis now_ms
);

/// How many bytes `text` takes as the text of an element.
std::size_t bytesAsText(std::string_view text);

}  // namespace yht::kit
