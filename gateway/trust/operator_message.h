// A message that an operator of the gateway hands in for a source: files of before the source was linked. Whoever may give
// the gateway orders speaks here, so the proof is the audit entry of the order, and the assurance is the gateway's own.
// Uses: partner, verified_message. Used by: app (control commands), behind the control socket's check of who asks.
#pragma once

#include <memory>
#include <string>

#include "gateway/trust/verified_message.h"

namespace yht::trust {

/// Stands in the message's leaf as who handed it in.
inline constexpr const char* kOperatorSpeaker = "operator";

class OperatorMessages {
public:
    /// Errors: SourceUnknown where sources.yaml has no such source.
    static base::Result<VerifiedMessage> make(
        const TrustSnapshot& registry, const std::string& source, std::string body, base::UnixMillis received_ms
    );
};

}  // namespace yht::trust
