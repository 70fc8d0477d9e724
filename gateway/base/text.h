// UTF-8 text: what we accept, and how long it is.
// Uses: std. Used by: ticket, kit, intake.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace yht::base {

/// Number of Unicode code points, or nullopt where `text` is not well-formed UTF-8 (Unicode 15, table 3-7:
/// no overlong forms, no surrogates, nothing above U+10FFFF). Characters of GB 18030-2022 outside the BMP
/// count as one.
std::optional<std::size_t> countCodePoints(std::string_view text);

/// The longest prefix with at most `code_points_max` code points. Requires: well-formed UTF-8.
std::string_view prefixByCodePoints(std::string_view text, std::size_t code_points_max);

/// True when there is a control character other than tab, line feed and carriage return (C0, DEL, C1).
/// Requires: well-formed UTF-8.
bool hasControlCharacters(std::string_view text);

/// Number of edits (insert, delete, replace a byte) between two short names; for "did you mean".
std::size_t editDistance(std::string_view a, std::string_view b);

}  // namespace yht::base
