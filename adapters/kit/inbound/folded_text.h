// Full-width forms (全角) as the half-width characters that they are, white space at the ends gone: "（１）" is "(1)". People who
// type into a report mix them; nothing is meant by it. Uses: table (trimmed). Used by: code_table, code_table_file.
#pragma once

#include <string>
#include <string_view>

namespace yht::kit {

/// U+FF01 to U+FF5E as ASCII, U+3000 as a space. What is no UTF-8 stays as it is.
std::string foldedText(std::string_view text);

}  // namespace yht::kit
