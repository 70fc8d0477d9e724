#include "gateway/json/members.h"

#include "gateway/base/time_text.h"

namespace yht::json {
namespace {

void writeName(Writer& out, std::string_view name) { out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }

void writeString(Writer& out, std::string_view text) { out.String(text.data(), static_cast<rapidjson::SizeType>(text.size())); }

}  // namespace

void writeText(Writer& out, std::string_view name, std::string_view text) {
    writeName(out, name);
    writeString(out, text);
}

void writeTextIfAny(Writer& out, std::string_view name, std::string_view text) {
    if (!text.empty()) writeText(out, name, text);
}

void writeTexts(Writer& out, std::string_view name, const std::vector<std::string>& texts) {
    writeName(out, name);
    out.StartArray();
    for (const auto& text : texts) writeString(out, text);
    out.EndArray();
}

void writeNumber(Writer& out, std::string_view name, std::uint64_t value) {
    writeName(out, name);
    out.Uint64(value);
}

void writeCounts(Writer& out, std::string_view name, const std::map<std::string, std::uint64_t>& counts) {
    writeName(out, name);
    out.StartObject();
    for (const auto& [what, times] : counts) writeNumber(out, what, times);
    out.EndObject();
}

void writeTime(Writer& out, std::string_view name, base::UnixMillis time_ms) {
    if (time_ms != 0) return writeText(out, name, base::formatRfc3339(time_ms));
    writeName(out, name);
    out.Null();
}

}  // namespace yht::json
