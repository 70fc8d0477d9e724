#include "gateway/trust/pull_verifier.h"

namespace yht::trust {
namespace {

using base::ErrorCode;

// ledger::Assurance, which this room does not depend on.
constexpr std::uint8_t kAuthenticatedPull = 3;
constexpr std::uint8_t kAllowList = 5;

const char* checkName(PeerCheck check) {
    switch (check) {
        case PeerCheck::None:
            return "none";
        case PeerCheck::TlsCertificate:
            return "tls_certificate";
        case PeerCheck::SshHostKey:
            return "ssh_host_key";
        case PeerCheck::LocalAccount:
            return "local_account";
        case PeerCheck::Operator:
            return "operator";
    }
    return "none";
}

base::Result<const Partner*> speakerOf(const TrustSnapshot& snapshot, const PulledOrder& order) {
    const Partner* found = nullptr;
    for (const Partner& partner : snapshot.partners()) {
        if (!partner.speaksFor(order.source)) continue;
        if (!order.partner.empty() && partner.id != order.partner) continue;
        if (found != nullptr) {
            return base::makeError(ErrorCode::SourceNotOwn, order.source + ": several partners speak for it; name one in pull.partner");
        }
        found = &partner;
    }
    if (found == nullptr) return base::makeError(ErrorCode::SourceNotOwn, order.source + ": no partner of partners.yaml speaks for it");
    if (found->stage == Stage::Stopped) return base::makeError(ErrorCode::PartnerStopped);
    return found;
}

}  // namespace

std::uint8_t assuranceOf(const PeerEvidence& evidence) {
    return evidence.check == PeerCheck::None ? kAllowList : kAuthenticatedPull;
}

base::Result<VerifiedMessage> PullVerifier::verify(
    const PulledOrder& order, const PeerEvidence& evidence, std::string body
) const {
    auto snapshot = trust_.current();
    const auto speaker = speakerOf(*snapshot, order);
    if (!speaker) return speaker.error();
    VerifiedMessage message;
    message.speaker_ = *speaker;
    message.snapshot_ = std::move(snapshot);
    message.assurance_ = assuranceOf(evidence);
    message.proof_ = Proof{
        .signature_base = "pulled from: " + evidence.peer + "\nwhat: " + order.what + "\nchecked: " + checkName(evidence.check) +
                          ' ' + evidence.proof + "\nour credential: " + evidence.credential,
        .signature = {},
        .keyid = {},
        .algorithm = "pull",
        .replay_key = {}};
    message.body_ = std::move(body);
    message.received_ms_ = clock_.nowMillis();
    return message;
}

}  // namespace yht::trust
