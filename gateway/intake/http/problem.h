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
#include "gateway/json/members.h"

namespace yht::http {

/// What Retry-After says where a refusal is "Later" and names no time itself.
inline constexpr std::uint32_t kRetryAfterDefaultS = 5;

using JsonWriter = json::Writer;

void writeProblem(JsonWriter& out, const base::Error& error);
Answer problemAnswer(const base::Error& error);

/// A number of the ledger: beyond 53 bits, and so a string, as in receipts.
void writeSeq(JsonWriter& out, const char* name, std::uint64_t value);
Answer jsonAnswer(const rapidjson::StringBuffer& text, int status = 200);

}  // namespace yht::http
