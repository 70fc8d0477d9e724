#include "tools/stage/json_text.h"

#include <charconv>

namespace yht::stage {

namespace {

/// Nesting by brackets outside strings: enough to refuse before the parser works.
bool depthFits(std::string_view text) {
    std::size_t depth = 0;
    bool in_string = false, escaped = false;
    for (const char c : text) {
        if (in_string) {
            if (escaped)
                escaped = false;
            else if (c == '\\')
                escaped = true;
            else if (c == '"')
                in_string = false;
            continue;
        }
        if (c == '"') in_string = true;
        if ((c == '{' || c == '[') && ++depth > kJsonDepthMax) return false;
        if ((c == '}' || c == ']') && depth > 0) --depth;
    }
    return true;
}

}  // namespace

std::optional<Json> parseJson(std::string_view text, Numbers numbers) {
    if (!depthFits(text)) return std::nullopt;
    constexpr unsigned kFlags =
        rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
    Json document;
    if (numbers == Numbers::AsText)
        document.Parse<kFlags | rapidjson::kParseNumbersAsStringsFlag>(text.data(), text.size());
    else
        document.Parse<kFlags>(text.data(), text.size());
    if (document.HasParseError()) return std::nullopt;
    return document;
}

const JsonValue* memberOf(const JsonValue& object, const char* name) {
    if (!object.IsObject()) return nullptr;
    const auto found = object.FindMember(name);
    return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string textOf(const JsonValue& object, const char* name) {
    const JsonValue* member = memberOf(object, name);
    if (member == nullptr) return {};
    if (member->IsString()) return {member->GetString(), member->GetStringLength()};
    if (member->IsBool()) return member->GetBool() ? "true" : "false";
    return {};
}

std::int64_t integerOf(const JsonValue& object, const char* name, std::int64_t otherwise) {
    const std::string text = textOf(object, name);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

std::string jsonText(const JsonValue& value) {
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

void writeText(JsonWriter& writer, const char* name, const std::string& text) {
    writer.Key(name);
    writer.String(text);
}

}  // namespace yht::stage
