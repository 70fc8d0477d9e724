// JSON for the simulators: bounded, strict UTF-8.
// Not gateway/json on purpose: a stranger reads and writes with code of its own.
// Uses: RapidJSON. Used by: the simulators.
#pragma once

#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <optional>
#include <string>
#include <string_view>

namespace yht::stage {

inline constexpr std::size_t kJsonDepthMax = 12;

using Json = rapidjson::Document;
using JsonValue = rapidjson::Value;
using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

/// How numbers become values: as the text they came in, or as numbers (to tell them from strings).
enum class Numbers : std::uint8_t { AsText, AsNumbers };

/// nullopt where the text is no JSON, not UTF-8, or nested deeper than kJsonDepthMax.
std::optional<Json> parseJson(std::string_view text, Numbers numbers = Numbers::AsText);

/// The member's text (a number's digits, "true"/"false"), or "" where it is absent or of another
/// type.
std::string textOf(const JsonValue& object, const char* name);
/// The member as a whole number, `otherwise` where absent or no number.
std::int64_t integerOf(const JsonValue& object, const char* name, std::int64_t otherwise);
/// The member, or nullptr.
const JsonValue* memberOf(const JsonValue& object, const char* name);

std::string jsonText(const JsonValue& value);
/// "name":"text" in an object that is open.
void writeText(JsonWriter& writer, const char* name, const std::string& text);

}  // namespace yht::stage
