#include "gateway/trust/operator_message.h"

namespace yht::trust {

base::Result<VerifiedMessage> OperatorMessages::make(
    const TrustSnapshot& registry, const std::string& source, std::string body, base::UnixMillis received_ms
) {
    if (registry.findSource(source) == nullptr) return base::makeError(base::ErrorCode::SourceUnknown);
    // The registry as it is, and the operator, who speaks for this source alone and has no certificate to come with.
    Partner speaker;
    speaker.id = kOperatorSpeaker;
    speaker.name_zh = "网关运维人员";
    speaker.stage = Stage::Live;
    speaker.sources = {source};
    std::vector<Partner> partners = registry.partners();
    std::erase_if(partners, [](const Partner& each) { return each.id == kOperatorSpeaker; });
    partners.push_back(std::move(speaker));
    VerifiedMessage message;
    message.snapshot_ = std::make_shared<const TrustSnapshot>(std::move(partners), registry.sources());
    message.speaker_ = message.snapshot_->findPartner(kOperatorSpeaker);
    message.body_ = std::move(body);
    message.received_ms_ = received_ms;
    return message;
}

}  // namespace yht::trust
