// Places in the ledger that readers outside keep (`next` of the change feed, a province's pull).
// After a restore the same numbers stand for other entries: a place carries its epoch (epoch.h).
//   cursor = seq | epoch "." seq        decimal; a plain seq is of the first epoch
// A place of an earlier epoch beyond what was restored leads back to the restored end: what came
// after is read again, nothing is missed.
// Uses: epoch. Used by: whoever hands out cursors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/ledger/store/epoch.h"

namespace yht::ledger {

/// Requires: epochs as View::epochs() gives them.
std::string feedCursor(const std::vector<Epoch>& epochs, Seq seq);
/// The entry to go on behind. Errors: ParameterInvalid where it can't be read, or is of an epoch
/// that never was, or lies beyond `last` in the present one.
base::Result<Seq> readFeedCursor(const std::vector<Epoch>& epochs, std::string_view text, Seq last);

}  // namespace yht::ledger
