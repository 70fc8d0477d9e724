// Places inside JSON: a member by its path in a parsed text, and its bytes as they were sent.
// Signatures of strangers are made over bytes on the wire; parsing and writing again would not give
// them back. Uses: json. Used by: answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/json/json.h"

namespace yht::kit {

/// Member names joined with "/", a leading "/" allowed: "/receipt/SIGN". "" is the value itself.
/// nullptr where a step is absent. No array steps, no escapes.
const rapidjson::Value* findPath(const rapidjson::Value& value, std::string_view path);
/// Its text (a number's, too; "true" and "false"), "" where absent or of another type.
std::string textAt(const rapidjson::Value& value, std::string_view path);

/// The bytes of that member's value in `text`, from its first to its last. nullopt where absent,
/// and where a name on the way is written with escapes. Requires: text that json::parse() took.
std::optional<std::string_view> rawAt(std::string_view text, std::string_view path);

}  // namespace yht::kit
