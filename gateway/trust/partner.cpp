#include "gateway/trust/partner.h"

#include <algorithm>

namespace yht::trust {

bool Partner::may(Right right) const {
    return right == Right::None ||
           std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
               return grant.right == right;
           });
}

TrustSnapshot::TrustSnapshot(std::vector<Partner> partners, std::vector<Source> sources)
    : partners_(std::move(partners)), sources_(std::move(sources)) {
    std::size_t certificates = 0;
    for (std::size_t partner = 0; partner < partners_.size(); ++partner) {
        partner_by_id_.emplace(partners_[partner].id, partner);
        const auto& own = partners_[partner].certificates;
        certificates += own.size();
        for (std::size_t index = 0; index < own.size(); ++index) {
            by_fingerprint_.emplace(
                own[index].certificate.fingerprint(), std::pair(partner, index)
            );
        }
    }
    for (std::size_t source = 0; source < sources_.size(); ++source) {
        source_by_id_.emplace(sources_[source].id, source);
    }
    // Two owners of one name would make it a matter of order who speaks.
    YHT_ASSERT(partner_by_id_.size() == partners_.size());
    YHT_ASSERT(source_by_id_.size() == sources_.size());
    YHT_ASSERT(by_fingerprint_.size() == certificates);
}

std::optional<TrustSnapshot::Match> TrustSnapshot::findCertificate(const std::string& fingerprint
) const {
    const auto found = by_fingerprint_.find(fingerprint);
    if (found == by_fingerprint_.end()) return std::nullopt;
    const Partner& partner = partners_[found->second.first];
    return Match{&partner, &partner.certificates[found->second.second]};
}

const Partner* TrustSnapshot::findPartner(const std::string& id) const {
    const auto found = partner_by_id_.find(id);
    return found == partner_by_id_.end() ? nullptr : &partners_[found->second];
}

const Source* TrustSnapshot::findSource(const std::string& id) const {
    const auto found = source_by_id_.find(id);
    return found == source_by_id_.end() ? nullptr : &sources_[found->second];
}

std::shared_ptr<const TrustSnapshot> TrustHolder::current() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
}

void TrustHolder::replace(std::shared_ptr<const TrustSnapshot> snapshot) {
    {
        const std::lock_guard lock(mutex_);
        snapshot_.swap(snapshot);
    }
    // The old one, perhaps the last owner's, is freed here, outside the lock.
}

}  // namespace yht::trust
