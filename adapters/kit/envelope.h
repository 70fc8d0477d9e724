// Puts mapped records into a profile's envelope, JSON or XML, and signs it. The signature is over bytes as they
// go out, so the envelope is written once, by hand, in the profile's order, with no white space. Of a document/literal
// SOAP call it is what stands inside the operation's element (soap_call.h).
// Uses: profile, crypto. Used by: profile_destination.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/kit/profile.h"
#include "gateway/trust/message_signature.h"

namespace yht::kit {

struct EnvelopeInput {
    std::string sender_id, batch_id, type, nonce;
    base::UnixMillis now_ms = 0;
    const std::vector<std::string>* records = nullptr;  // as Mapping writes them
    const trust::SigningKey* key = nullptr;
};

struct SealedEnvelope {
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// Errors: SignatureAlgorithm where the profile has no name for the key's algorithm; CryptoFailed.
/// Requires: at least one record; exactly one where the profile's member is `record`.
base::Result<SealedEnvelope> sealEnvelope(const EnvelopeRules& rules, const EnvelopeInput& input);

}  // namespace yht::kit
