// The number by which people at the source know an item (编号), of what its mapping found: for lists of what waits or went
// wrong. Uses: adapter, ticket. Used by: inbound mapping (of what fails), app.
#pragma once

#include <string>

#include "adapters/kit/inbound/adapter.h"

namespace yht::kit {

/// What the first record that has a number calls its ticket, else itself. "" where none has one, and where somebody's name,
/// number or address stands in it: such a number is for no list.
/// Looks through all that the records hold: for the few items that are listed, not for each that comes.
std::string itemNumber(const AdaptedItem& item);

}  // namespace yht::kit
