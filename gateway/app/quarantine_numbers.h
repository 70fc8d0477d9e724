// The numbers by which the sources know what waits in quarantine (条目编号): the item's message is adapted once more and its
// mapping asked (kit/inbound/item_number.h). No row keeps them: a number goes with the raw bytes when its ticket is erased.
// Uses: readapting, kit/inbound, ledger. Used by: commands_quarantine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/ledger/store/store.h"

namespace yht::app {

inline constexpr std::size_t kNumberedBytesMax = 64U << 20;  // of messages read for one list; what is beyond shows its place alone

/// By id. Left out: items whose mapping finds no number, whose message can't be read any more, or whose adapter in force does
/// not load or finds another item in that place. `directory` holds sources/ and products/.
std::map<std::uint64_t, std::string> quarantineNumbers(
    ledger::View& view, const std::string& directory, const std::vector<ledger::QuarantineRow>& rows
);

}  // namespace yht::app
