// JSON messages: one value, a list of items somewhere inside, or one value a line. Numbers keep
// their text; a name twice in one object fails the item. Nothing is built but the item at hand.
// Uses: decoder, path, json. Used by: decode.cpp.
#pragma once

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

/// Rules used: charset, items, items_required, lines, array_paths, limits.
base::Result<std::shared_ptr<const Decoder>> makeJsonDecoder(const DecodeRules& rules);

}  // namespace yht::kit
