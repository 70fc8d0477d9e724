// An element of an answer as a JSON value, so that one set of rules judges both: members by local name, several of one
// name a list, attributes "@name", text "#text" beside them, text alone a string.
// Uses: json, xml. Used by: answer, soap_fault.
#pragma once

#include <optional>

#include "gateway/json/json.h"
#include "gateway/xml/document.h"

namespace yht::kit {

inline constexpr std::size_t kXmlMembersMax = 256;  // different names in one element

/// nullopt where an element has more different members. Requires: a document of bounded depth.
std::optional<rapidjson::Document> xmlValue(const xml::Element& element);

}  // namespace yht::kit
