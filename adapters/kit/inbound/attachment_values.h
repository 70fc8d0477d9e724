// The entries that a path of a section means, and the attachments that they name. Uses: path,
// native_values. Used by: inbound mapping.
#pragma once

#include <vector>

#include "adapters/kit/inbound/adapter.h"
#include "adapters/kit/inbound/mapping_rules.h"
#include "adapters/kit/inbound/native_values.h"

namespace yht::kit {

/// A path to a list means each of its entries, with or without "*" at its end; null is no entry.
std::vector<const ItemValue*> flatEntries(const std::vector<const ItemValue*>& found);

/// Adds what the rule finds in the scope to the attachments of into's last record. False: it would
/// be more than kValuesMax; those before stand.
bool addAttachments(
    const AttachmentRules& rules, const RowScope& scope, const Words& null_tokens, AdaptedItem& into
);

}  // namespace yht::kit
