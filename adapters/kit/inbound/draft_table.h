// How a text file of rows looks (表格样貌): which character parts its cells, which line names the columns below titles of other
// widths, whether a total line ends it. Guesses for a draft, by rows as the decoder reads them. Uses: decode_rules, csv_scanner,
// table. Used by: draft.
#pragma once

#include <cstddef>
#include <string_view>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

/// Sets format (csv, tsv), delimiter and header_row. Returns how many of the first rows have that width.
std::size_t guessColumns(std::string_view sample, DecodeRules& rules);
/// Sets total_row where the last row begins with a word like 合计, and its cell where that is the number of the rows. Requires:
/// guessColumns(), the charset.
void guessTotalRow(std::string_view sample, DecodeRules& rules);

}  // namespace yht::kit
