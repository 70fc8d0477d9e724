// Bytes inside an envelope: base64 in an element, or xop:Include (XOP 1.0), which stands for the other MIME part.
// Uses: xml. Used by: handlers.
#pragma once

#include <optional>
#include <string>

#include "gateway/xml/document.h"

namespace yht::soap {

inline constexpr const char* kXopNamespace = "http://www.w3.org/2004/08/xop/include";

/// The Content-ID that the one xop:Include of the whole envelope names; nullopt where there is none.
/// Errors: SoapAttachment (several; href is no "cid:").
base::Result<std::optional<std::string>> includeOf(const xml::Element& root);

/// The element holds xop:Include and nothing else.
bool isIncludeOnly(const xml::Element& element);

/// base64, white space allowed. Errors: SoapArgument (no base64), BodyTooLarge (more than `bytes_max`).
base::Result<std::string> bytesOf(const xml::Element& element, std::size_t bytes_max);

}  // namespace yht::soap
