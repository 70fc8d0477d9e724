// A table's total line (合计行): the row after the last item, which begins with a word and may say how many items there are. A file
// without it was cut off, and one that says another number holds another number: either ends as a torn message does, so that the
// rest waits in quarantine instead of half an answer going to a citizen.
// Uses: decode_rules, item. Used by: decode_csv, decode_xlsx.
#pragma once

#include <vector>

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/item.h"
#include "gateway/base/result.h"

namespace yht::kit {

/// Of one message. One thread. Requires: the rules outlive it.
class TotalRow {
public:
    explicit TotalRow(const TotalRowRules& rules) : rules_(rules) {}

    /// True: the row is the total line, or stands behind it; no item.
    bool takes(const std::vector<ItemValue>& cells);
    /// At the end of the message. Errors: ItemUndecodable: no total line, rows behind it, another number than `items`.
    base::Status finish(std::uint64_t items) const;

private:
    const TotalRowRules& rules_;
    bool seen_ = false, more_behind_ = false;
    std::string count_;  // as it is written
};

}  // namespace yht::kit
