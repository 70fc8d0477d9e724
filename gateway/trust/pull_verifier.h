// The verifier of what we fetch ourselves (取数): a source that is pulled signs nothing, so who speaks rests on what the
// transport has checked of the far side. This is the one place that says what such a check is worth:
//   TlsCertificate, SshHostKey, LocalAccount, Operator   authenticated_pull
//   None                                                 allow_list: an address or a folder answered, nobody checked whose
// The speaker is the partner of partners.yaml that may speak for the source. A pulled message has no signature; its
// proof is a statement of ours, kept with it: what was fetched, from whom, how it was checked, the digest of its bytes.
// Its replay key is made of the source, the portion's number and the bytes: the same portion, fetched again after a
// crash, goes on where it stopped; later the same bytes are a new message, whose items are known.
// Uses: base, crypto. Used by: intake/pull.
#pragma once

#include "gateway/trust/peer_evidence.h"
#include "gateway/trust/verified_message.h"

namespace yht::trust {

/// Where a message was fetched.
struct PulledFrom {
    std::string source;   // id of sources.yaml
    std::string partner;  // "": the only one that may speak for the source
    PeerEvidence evidence;
    std::uint64_t portion = 0;  // counts up with every portion of the source that is decided to its end
};

/// The class of proof, in the numbering of leaf headers.
std::uint8_t assuranceOf(const PeerEvidence& evidence);

/// In whose name a pulled source's messages are taken: the partner `named`, "" the only one that may speak for the source.
/// Errors: SourceNotOwn (no partner, or several, may), PartnerStopped. The pointer is into `snapshot`.
base::Result<const Partner*> pullSpeaker(const TrustSnapshot& snapshot, const std::string& source, const std::string& named);

/// Thread-safety: any thread.
class PullVerifier {
public:
    PullVerifier(const TrustHolder& trust, const base::Clock& clock) : trust_(trust), clock_(clock) {}

    /// Errors: SourceNotOwn (no partner, or several, may speak for the source), PartnerStopped.
    base::Result<VerifiedMessage> verify(const PulledFrom& from, std::string body) const;

private:
    const TrustHolder& trust_;
    const base::Clock& clock_;
};

}  // namespace yht::trust
