// A text inside a SOAP call that is itself JSON, XML …, as .asmx services of the 2000s take it: the envelope is read
// as XML, the text of one element of the call goes to another decoder, and that decoder's items are the items.
//   where     Envelope / Body / the call (InnerRules::operation, "" any) / any depth / InnerRules::element. Local names; the
//             version of SOAP does not matter. The element several times: each text in order
//   charset   the envelope's; the inner text is characters by then, whatever its own prolog says
//   one bad   a text that can't be read costs one failed item, behind the items that came out of it; the next text is read
//   beside    elements of the call that the manifest names (InnerRules::beside, direct children of the call): each item that
//             is an object has their texts as members "@name"; what the inner text itself calls so is replaced
//   empty     an empty text is no item; no such element at all is an error
// Uses: gateway/xml, xml_text, decode_rules. Used by: decode.
#pragma once

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/decoder.h"

namespace yht::kit {

inline constexpr std::size_t kSoapEnvelopeBytesMax = 32U << 20;

/// Errors: ManifestInvalid (no element, no inner rules, and what the inner decoder says; SOAP in SOAP).
base::Result<std::shared_ptr<const Decoder>> makeSoapStringDecoder(const DecodeRules& rules);

}  // namespace yht::kit
