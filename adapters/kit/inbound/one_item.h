// One item of a message with everything around it: what `yht adapters record --quarantine` makes a case of. A file of a day
// holds thousands, and only one of them is in question.
// Uses: decoder, decode_rules. Used by: app (yht adapters record).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

/// The message without its other items; its bytes are the message's own. A count that it declares in an attribute
/// (items_expected) becomes 1. The message itself where it has one item only.
/// Errors: NotFound (there is no such item: it is the rest of a message that breaks off), ItemUndecodable (formats whose items
/// are no slices: xlsx, dbf, form, multipart, soap_string; XML by XPath or in UTF-16).
base::Result<std::string> oneItemOf(const DecodeRules& rules, std::string_view message, std::uint64_t index);

}  // namespace yht::kit
