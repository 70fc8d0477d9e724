// The text of an envelope, in whatever charset it came, as a document: step 1 of the door (handlers.h) behind the body.
// Uses: xml, kit (charsets). Used by: handlers.
#pragma once

#include <string>
#include <string_view>

#include "gateway/xml/document.h"

namespace yht::soap {

inline constexpr std::size_t kEnvelopeBytesMax = 24U << 20;
inline constexpr std::size_t kEnvelopeDepthMax = 32;
inline constexpr std::size_t kEnvelopeNodesMax = 250'000;
inline constexpr std::size_t kElementAttributesMax = 64;

/// `charset`: of the transport, "" none: the byte order mark's, the prolog's, UTF-8.
/// Errors: SoapCharset, SoapMalformed (not well-formed), SoapDtd (DTD, entity), SoapTooDeep, SoapAttributes, BodyTooLarge (another bound).
base::Result<xml::Document> readEnvelope(std::string_view text, const std::string& charset);

}  // namespace yht::soap
