// SOAP as .asmx services of the 2000s speak it: an operation, texts as its arguments, one of them JSON. A stranger's own reader
// and writer, for these calls and nothing more. Uses: message. Used by: answers, grid_file, home, main.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/sources-sim/message.h"

namespace yht::sources_sim {

/// The call of `message` (its name is the operation): members "@…" beside strThird, which holds `json`.
std::string soapCallOf(const Message& message, const std::string& session, const std::string& json);

/// An answer's envelope: the text in <OPERATIONResult>.
std::string soapAnswerOf(const std::string& operation, const std::string& text);

/// Text as it stands between tags and in attributes' quotes.
std::string escaped(std::string_view text);

/// The text of the first element whose local name is, or ends with, `name`, entities resolved.
std::optional<std::string> elementOf(std::string_view xml, std::string_view name);
std::optional<std::string> elementEndingWith(std::string_view xml, std::string_view ending);

}  // namespace yht::sources_sim
