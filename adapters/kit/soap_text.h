// A text inside a SOAP call, and the text inside its answer: services of the 2000s take and give JSON so.
// Uses: base, xml, escaped_text. Used by: profile, profile_destination, answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yht::kit {

/// `transport.soap` of a profile.
struct SoapCallRules {
    std::string operation, namespace_uri, action;
    std::string argument;                                         // whose text our message is
    std::vector<std::pair<std::string, std::string>> arguments;   // beside it, as they are
};

/// A SOAP 1.1 envelope around `text`.
std::string soapCall(const SoapCallRules& rules, const std::string& text);

inline constexpr std::size_t kSoapAnswerBytesMax = 16U << 20;

/// The text of the only element of that local name in the Body; nullopt where there is none, several, or no envelope.
std::optional<std::string> soapAnswer(std::string_view envelope, const std::string& element);

}  // namespace yht::kit
