// What a message of normalized records must not keep: items that lead to a ticket that was erased, beside new ones. Their
// slices are blanked in the payload before it is sealed (message_payload.h).
// Uses: ledger, prepare. Used by: decide.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "gateway/intake/admission/prepare.h"
#include "gateway/ledger/store/store.h"

namespace yht::intake {

/// Where each element of a JSON array stands in its text, without the space around it; in order. Requires: json::parse()
/// takes the text as an array.
std::vector<Blank> elementSlices(std::string_view array);

/// The same message with a payload that leaves such items out; nullopt where there is none, and for a single record, which
/// is not kept at all when it is refused.
std::optional<PreparedMessage> withoutErased(ledger::View& view, const PreparedMessage& message);

}  // namespace yht::intake
