// Text where it is going to stand: inside a JSON string, inside an XML element or attribute.
// Uses: json. Used by: reply_template, file_text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace yht::kit {

enum class Escape : std::uint8_t { None, Json, Xml };
/// By media type: JSON, XML, else none.
Escape escapeOf(std::string_view content_type);
/// Characters that XML 1.0 does not have become "?". Requires: well-formed UTF-8.
std::string escaped(std::string_view text, Escape escape);
/// One CDATA section, or several where the text has its end in it. Requires: no control characters but tab and LF.
std::string cdata(std::string text);

}  // namespace yht::kit
