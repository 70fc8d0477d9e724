// Refusals as RFC 9457 problem documents, from the one error table:
//   {"type":"urn:yht:error:record.invalid", "title", "title_zh", "status":422, "detail",
//    "detail_zh", "code":"record.invalid", "retry":"fixed",
//    "errors": [{"pointer","code","limit","en","zh"}…], "signature_base"}
// `errors` and `signature_base` only where there are any. Never a value of the request: errors name
// places and limits.
// Uses: base, json, wire. Used by: dispatch, handlers.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/intake/http/wire.h"
#include "gateway/json/json.h"

namespace yht::http {

/// What Retry-After says where a refusal is "Later" and names no time itself.
inline constexpr std::uint32_t kRetryAfterDefaultS = 5;

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void writeProblem(JsonWriter& out, const base::Error& error);
Answer problemAnswer(const base::Error& error);

/// Writers for what recurs in our answers. Numbers beyond 53 bits travel as strings, as in
/// receipts.
void writeText(JsonWriter& out, const char* name, std::string_view value);
void writeSeq(JsonWriter& out, const char* name, std::uint64_t value);
/// RFC 3339 in +08:00; null where 0.
void writeTime(JsonWriter& out, const char* name, base::UnixMillis time_ms);
Answer jsonAnswer(const rapidjson::StringBuffer& text, int status = 200);

}  // namespace yht::http
