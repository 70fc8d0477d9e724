// XML: every element that `items` selects is an item; see xml_item.h for what becomes of it.
//   items ""            the root element is the one item
//   items "Body/Row"    the elements at that path below the root. A step is a local name in any namespace, or
//                       prefix:name with a prefix of XmlRules::namespaces. Read as a stream: memory holds one item, and
//                       items before a torn end stand
//   items "/a/b[@c=1]"  an XPath 1.0 expression (it begins with "/"), for what a path can't say. The document is held
//                       whole (kXPathMessageBytesMax), the work is bounded; nothing stands where the end is torn
// Encoding: byte order mark, else the manifest's charset, else the prolog's, strictly. No DTD, no entities: gateway/xml.
// Items are no slices of the message.
// Uses: gateway/xml, xml_item, xml_text, array_paths. Used by: decode, decode_soap_string.
#pragma once

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/decoder.h"

namespace yht::kit {

inline constexpr std::size_t kXPathMessageBytesMax = 32U << 20;

/// Errors: ManifestInvalid (charset, items, namespaces, array_paths).
base::Result<std::shared_ptr<const Decoder>> makeXmlDecoder(const DecodeRules& rules);

}  // namespace yht::kit
