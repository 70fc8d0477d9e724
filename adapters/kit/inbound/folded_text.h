// Full-width forms (全角) as the half-width characters that they are, white space at the ends gone: "（１）" is "(1)". People who
// type into a report mix them; nothing is meant by it. Uses: charset, table (trimmed). Used by: code_table, code_table_file, typed_values.
#pragma once

#include <string>
#include <string_view>

namespace yht::kit {

/// Full-width digits, letters and signs (U+FF01 to U+FF5E) as ASCII, U+3000 and U+00A0 as a space. Requires: UTF-8; a character cut off at the end stays.
std::string halfWidth(std::string_view text);
/// The same, without white space at its ends.
std::string foldedText(std::string_view text);

}  // namespace yht::kit
