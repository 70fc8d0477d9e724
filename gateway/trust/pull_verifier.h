// Who a pulled message is from: we asked, so the proof is what the transport knows of the far side (peer_evidence.h).
//   authenticated_pull  the host key, certificate or account was checked, or the operator vouches for the connection
//   allow_list          nobody checked: an address is all there is
// The speaker is the partner that the manifest names, or the only one that may speak for the source.
// Uses: partner, verified_message, peer_evidence. Used by: intake/pull.
#pragma once

#include <string>

#include "gateway/trust/peer_evidence.h"
#include "gateway/trust/verified_message.h"

namespace yht::trust {

/// What was asked for, and under whose name it comes in.
struct PulledOrder {
    std::string source;   // what records carry as `source`
    std::string partner;  // "": the only one that may speak for the source
    std::string what;     // "GD_20260401.csv", "rows to 2026-04-01 08:00:00": kept as proof, no personal data
};

std::uint8_t assuranceOf(const PeerEvidence& evidence);

/// Thread-safety: any thread.
class PullVerifier {
public:
    PullVerifier(const TrustHolder& trust, const base::Clock& clock) : trust_(trust), clock_(clock) {}

    /// Errors: SourceNotOwn (no partner, or several and none is named), PartnerStopped.
    base::Result<VerifiedMessage> verify(const PulledOrder& order, const PeerEvidence& evidence, std::string body) const;

private:
    const TrustHolder& trust_;
    const base::Clock& clock_;
};

}  // namespace yht::trust
