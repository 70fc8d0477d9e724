// How a text file of rows looks (表格样貌): which character parts its cells, which line names the columns below titles of other
// widths, whether a total line ends it. Guesses for a draft, from counts of characters. Uses: decode_rules, charset_decode.
// Used by: draft.
#pragma once

#include <string_view>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

/// Sets format (csv, tsv), delimiter and header_row.
void guessColumns(std::string_view sample, DecodeRules& rules);
/// Sets total_row where the last line is narrower than the rows and begins with text. Requires: guessColumns(), the charset.
void guessTotalRow(std::string_view sample, DecodeRules& rules);

}  // namespace yht::kit
