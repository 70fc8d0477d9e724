// Texts with places to fill in: "{page}", "{secret:api_token}". A word in braces that is none of the known is a mistake;
// any other brace is plain text, so that JSON bodies need no escapes.
// Uses: base. Used by: manifest_pull, kit/pull.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace yht::kit {

inline constexpr const char* kTemplateWords[] = {"from", "until", "cursor", "tie_break", "page", "offset",
                                                 "page_size", "now", "next", "token"};

/// What a text asks for: "page", "secret:api_token". In their order, each as often as it stands there.
std::vector<std::string> templateWords(std::string_view text);

/// Fills in; `value` gives the text for a word, already escaped for its place. Errors: those of `value`.
base::Result<std::string> fillTemplate(
    std::string_view text, const std::function<base::Result<std::string>(const std::string& word)>& value
);

}  // namespace yht::kit
