// How long a text is in a province's database, and whether it fits in there at all.
// Uses: iconv (glibc). Used by: checker, exchange-sim.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace yht::province_sim {

/// Bytes of `utf8` in that charset; nullopt where a character has none there. One descriptor a thread.
std::optional<std::size_t> gbkBytes(std::string_view utf8);
std::optional<std::size_t> gb18030Bytes(std::string_view utf8);

}  // namespace yht::province_sim
