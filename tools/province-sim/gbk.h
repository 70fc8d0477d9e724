// How long a text is in the province's GBK database, and whether it fits in there at all.
// Uses: iconv (glibc). Used by: checker.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace yht::province_sim {

/// Bytes of `utf8` in GBK; nullopt where a character has none there.
std::optional<std::size_t> gbkBytes(std::string_view utf8);

}  // namespace yht::province_sim
