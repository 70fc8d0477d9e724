// Rows of a report grid: <row><cell name="status">1</cell>…</row>. The cells become members called as their attribute says,
// as if they stood in the row itself: <row status="1"/>. So one mapping reads both forms that report tools write.
// Uses: item, member_list. Used by: decode_xml.
#pragma once

#include <string>

#include "adapters/kit/item.h"
#include "gateway/base/result.h"

namespace yht::kit {

/// Immutable. Thread-safety: any thread.
class XmlCells {
public:
    /// "cell/@name"; "" none. Errors: ManifestInvalid.
    static base::Result<XmlCells> parse(const std::string& cells);

    /// `cell`s of the item become members "@" and what their `name` says; two of one name a list. A cell without a name stays
    /// what it was. Errors: ItemTooLarge (more than `members_max` different names).
    base::Status apply(ItemValue& item, std::size_t members_max) const;

private:
    std::string element_;    // "" none
    std::string attribute_;  // as the member is called: "@name"
};

}  // namespace yht::kit
