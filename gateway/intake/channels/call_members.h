// What stands in the body of a call, as far as the caller's proof and its answer need it: a token in a JSON member, a
// session id in a SOAP call, the number that is echoed. Read at most once, by the bounds of the decoders; what the
// message means is the adapter's business.
//   SOAP       paths begin at the call, the first child of the Body: "SessionID", "head/token" (local names)
//   form       names of fields
//   JSON, XML  paths of path.h from the root
// Uses: kit (decoders), xml. Used by: channel_desk.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/trust/http_message.h"
#include "gateway/xml/document.h"

namespace yht::channels {

enum class SoapVersion : std::uint8_t { V11, V12 };

/// Thread-safety: one thread.
class CallMembers {
public:
    CallMembers(const kit::EndpointRules& rules, const kit::Manifest& manifest, const trust::HttpHead& head, std::string_view body)
        : rules_(rules), manifest_(manifest), head_(head), body_(body) {}

    /// The one text at that path; nullopt where there is none, or several.
    std::optional<std::string> text(const std::string& path);
    /// Top members of a JSON object or a form that have a text, in their order.
    std::vector<std::pair<std::string, std::string>> top();
    /// SOAP: the local name of the call; "" where there is none.
    std::string operation();
    SoapVersion soapVersion();

private:
    void read();
    void readXml();
    void readItem();
    bool isForm() const;

    const kit::EndpointRules& rules_;
    const kit::Manifest& manifest_;
    const trust::HttpHead& head_;
    const std::string_view body_;
    bool read_ = false;
    std::optional<kit::ItemValue> item_;   // JSON, form
    std::optional<xml::Document> xml_;
    std::optional<xml::Element> start_;    // where paths begin, within xml_
    SoapVersion version_ = SoapVersion::V11;
};

/// Fields of "a=1&b=2" in their order, decoded, at most kit::DecodeLimits::members_max of them. Errors: ItemUndecodable,
/// ItemTooLarge.
base::Result<std::vector<std::pair<std::string, std::string>>> formFields(std::string_view text, const std::string& charset);

}  // namespace yht::channels
