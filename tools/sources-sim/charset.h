// GBK and back, strict. Uses: iconv (glibc). Used by: trouble, dbf_file, home.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yht::sources_sim {

/// Bytes in GB18030; nullopt where the text is no UTF-8.
std::optional<std::string> inGbk(std::string_view utf8);
/// nullopt where the bytes are no GB18030.
std::optional<std::string> fromGbk(std::string_view bytes);

}  // namespace yht::sources_sim
