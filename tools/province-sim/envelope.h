// The envelope of a message (profile README, sections 2 and 3): read strictly, so that the bytes
// that were signed are the bytes that are read. Uses: stage. Used by: platform.
#pragma once

#include <optional>
#include <string>

#include "tools/stage/json_text.h"

namespace yht::province_sim {

struct Envelope {
    std::string appid, msgid, timestamp, nonce, algorithm, fingerprint, count, signature;
    std::string list_bytes;  // SJLB as it came, from "[" to "]"
    stage::Json document;    // holds SJLB
    const stage::JsonValue& list() const { return document["SJLB"]; }
    /// APPID & MSGID & TIMESTAMP & NONCE & hex(SHA-256(SJLB)).
    std::string textToSign() const;
};

/// Whether the members but SJLB have their forms.
bool formsHold(const Envelope& envelope);

/// nullopt where the body is not the nine members in their order without white space, a member
/// breaks its form, SJTS is not the number of records, or there are none or more than kRecordsMax.
inline constexpr std::size_t kRecordsMax = 200;
std::optional<Envelope> readEnvelope(const std::string& body);

}  // namespace yht::province_sim
