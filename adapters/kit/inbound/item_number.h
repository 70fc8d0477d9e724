// The number by which people at the source know an item (编号), of what its mapping found: for lists of what waits or went
// wrong. Uses: adapter, ticket. Used by: inbound mapping.
#pragma once

#include <string>
#include <vector>

#include "adapters/kit/inbound/adapter.h"

namespace yht::kit {

/// What the first record that has a number calls its ticket, else itself. "" where none has one, and where somebody's name,
/// number or address stands in it: such a number is for no list.
std::string itemNumber(const std::vector<AdaptedRecord>& records);

}  // namespace yht::kit
