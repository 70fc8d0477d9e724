// A message whose speaker is established. Only the verifiers of this room can make
// one, so nothing behind the door can skip the check.
// Uses: base, ledger assurance values by number. Used by: intake.
#pragma once

#include <memory>
#include <string>

#include "gateway/trust/partner.h"
#include "gateway/trust/replay_key.h"

namespace yht::trust {

/// What an auditor needs to check the speaker again, years later.
struct Proof {
    std::string signature_base;
    base::Bytes signature;
    std::string keyid;      // certificate fingerprint
    std::string algorithm;
    base::Bytes replay_key; // replay_key.h, or what a channel or a pull is known by
};

class VerifiedMessage {
public:
    const Partner& speaker() const { return *speaker_; }
    /// The registry that the speaker was found in: one request, one registry.
    const TrustSnapshot& registry() const { return *snapshot_; }
    std::uint8_t assurance() const { return assurance_; }  // ledger::Assurance value
    const Proof& proof() const { return proof_; }
    const std::string& body() const { return body_; }
    base::UnixMillis receivedMillis() const { return received_ms_; }
    /// What stood in a SOAP Body, in base64, with the speaker and the proof of the whole: the base is SignedInfo and,
    /// behind it, the Body that it digests.
    VerifiedMessage withContent(std::string content) const {
        VerifiedMessage inner = *this;
        inner.proof_.signature_base += body_;
        inner.proof_.replay_key = replayKey(inner.proof_.signature_base, inner.proof_.signature);
        inner.body_ = std::move(content);
        return inner;
    }

private:
    friend class RequestVerifier;
    friend class ChannelVerifier;
    friend class SoapVerifier;
    friend class OperatorMessages;
    friend class PullVerifier;
    VerifiedMessage() = default;
    std::shared_ptr<const TrustSnapshot> snapshot_;  // keeps speaker_ alive
    const Partner* speaker_ = nullptr;
    std::uint8_t assurance_ = 0;
    Proof proof_;
    std::string body_;
    base::UnixMillis received_ms_ = 0;
};

/// A head whose speaker is established, and the digest that its body must turn out to have. The body is not
/// checked yet: who streams it compares.
class VerifiedHead {
public:
    const Partner& speaker() const { return *speaker_; }
    const TrustSnapshot& registry() const { return *snapshot_; }
    const Proof& proof() const { return proof_; }
    /// SHA-256 of the body that was signed for.
    const base::Bytes& bodySha256() const { return body_sha256_; }

private:
    friend class RequestVerifier;
    VerifiedHead() = default;
    std::shared_ptr<const TrustSnapshot> snapshot_;  // keeps speaker_ alive
    const Partner* speaker_ = nullptr;
    Proof proof_;
    base::Bytes body_sha256_;
};

}  // namespace yht::trust
