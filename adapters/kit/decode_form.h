// application/x-www-form-urlencoded (WHATWG URL 5.1): the message is one item, its fields the members, all of them
// Text. A name that comes twice is a List. "%" and two hexadecimal digits are a byte, "+" is a space; any other use
// of "%" is an error, and so is a byte that the declared charset does not have (its offset is where its "%" stands).
// Uses: charset_decode. Used by: decode.
#pragma once

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/decoder.h"

namespace yht::kit {

/// Errors: ManifestInvalid (charset; UTF-16, array_paths).
base::Result<std::shared_ptr<const Decoder>> makeFormDecoder(const DecodeRules& rules);

}  // namespace yht::kit
