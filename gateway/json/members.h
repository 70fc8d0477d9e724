// Members of JSON objects as our answers, commands and control lines write them: one spelling of a text, a count, a time and of lists of
// them. What needs another order or form of numbers (records, receipts) is written by json.h's canonical form.
// Uses: base. Used by: ticket, intake, app.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/json/json.h"

namespace yht::json {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// "name":"text". Requires, here and below: an object is open, texts are well-formed UTF-8.
void writeText(Writer& out, std::string_view name, std::string_view text);
/// As writeText; nothing where the text is empty.
void writeTextIfAny(Writer& out, std::string_view name, std::string_view text);
/// "name":["text",…]
void writeTexts(Writer& out, std::string_view name, const std::vector<std::string>& texts);
/// "name":value, a JSON number. Values beyond 53 bits travel as texts instead: writeText of std::to_string.
void writeNumber(Writer& out, std::string_view name, std::uint64_t value);
/// "name":{"what":times,…}
void writeCounts(Writer& out, std::string_view name, const std::map<std::string, std::uint64_t>& counts);
/// "name":"RFC 3339 in +08:00"; null where the time is 0, which means never.
void writeTime(Writer& out, std::string_view name, base::UnixMillis time_ms);

}  // namespace yht::json
