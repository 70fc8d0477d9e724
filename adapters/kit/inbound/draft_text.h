// A draft's decode section as YAML. Uses: decode_rules. Used by: draft.
#pragma once

#include <string>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

bool isTextTable(const DecodeRules& rules);
std::string inQuotes(const std::string& text);
std::string decodeSection(const DecodeRules& rules);

}  // namespace yht::kit
