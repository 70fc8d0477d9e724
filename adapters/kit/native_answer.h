// What answers of the native protocol have in common (schemas/native-delivery.md): signed where we
// ask for it, and statuses that say that nothing was taken. Uses: http_answer, trust. Used by:
// native_destination, native_attachments.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/destination.h"
#include "adapters/kit/http_answer.h"
#include "gateway/trust/message_signature.h"

namespace yht::kit {

/// Asks for an answer signed as signatureFault() wants it.
inline constexpr const char* kAcceptSignature =
    "yht=(\"@status\" \"content-type\" \"content-digest\" \"@method\";req \"@target-uri\";req)"
    ";created;keyid;alg;tag=\"yht\"";

/// "" where the answer is signed under one of `keys` for this request, else why not.
std::string signatureFault(
    const HttpAnswer& http, const trust::HttpHead& request,
    const std::vector<trust::VerifyingKey>& keys, base::UnixMillis now_ms
);

BatchAnswer settled(
    BatchVerdict verdict, base::ErrorCode error, std::string detail, std::int64_t retry_after_ms = 0
);
/// An answer that can't be trusted or read is none.
BatchAnswer invalidAnswer(std::string detail);

/// What follows from connection and status alone; nullopt where the answer's body decides.
std::optional<BatchAnswer> judgeStatus(const HttpAnswer& http, base::UnixMillis now_ms);

}  // namespace yht::kit
