#include "gateway/trust/revocation_book.h"

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"

namespace yht::trust {
namespace {

using base::ErrorCode;
using Mode = RevocationPolicy::Mode;

constexpr std::size_t kIntermediatesMax = 500;
constexpr std::size_t kFarSidesMax = 1'000;
constexpr std::int64_t kTellAfterMillis = 2'000;  // a first answer may be on its way

constexpr const char* kGood = "good";
constexpr const char* kRevoked = "revoked";
constexpr const char* kLastGood = "last_good";
constexpr const char* kUnchecked = "unchecked";

const char* stateOf(const LeafStanding& standing, const RevocationPolicy& policy, base::UnixMillis now_ms) {
    if (standing.revoked) return kRevoked;
    if (now_ms < standing.good_until_ms) return kGood;
    const bool lasts = policy.mode == Mode::LastGood && standing.good_until_ms > 0 &&
                       now_ms < standing.good_until_ms + policy.last_good_ms;
    return lasts ? kLastGood : kUnchecked;
}

std::string fingerprintOf(base::BytesView der) { return base::toHex(crypto::sha256(der)); }

/// Up to the first that can't be read.
std::vector<crypto::CertificateFacts> factsOf(const crypto::CertificateChain& chain) {
    std::vector<crypto::CertificateFacts> members;
    for (const auto& der : chain) {
        auto facts = crypto::readCertificateFacts(der);
        if (!facts.ok()) break;
        members.push_back(*std::move(facts));
    }
    return members;
}

}  // namespace

RevocationBook::RevocationBook(RevocationSettings settings, const base::Clock& clock)
    : settings_(std::move(settings)), clock_(clock), published_(std::make_shared<const Standings>()) {
    const std::lock_guard lock(mutex_);
    readKept();
    renewAsks();
}

RevocationBook::~RevocationBook() = default;

std::shared_ptr<const RevocationBook::Standings> RevocationBook::current() const {
    const std::lock_guard lock(published_mutex_);
    return published_;
}

bool RevocationBook::publish() {
    judged_ms_ = clock_.nowMillis();
    auto next = std::make_shared<const Standings>(known_.standings(judged_ms_));
    const std::lock_guard lock(published_mutex_);
    const bool differs = *next != *published_;
    published_.swap(next);
    return differs;
}

PeerChain RevocationBook::peerChain(
    const std::string& peer, const std::optional<RevocationPolicy>& policy, const std::vector<crypto::CertificateFacts>& members, bool complete
) const {
    PeerChain made{.peer = peer, .policy = policy.value_or(settings_.policy), .chain = {}, .fingerprints = {}, .texts = {}, .complete = complete};
    for (const auto& member : members) {
        made.chain.push_back(member.der);
        made.fingerprints.push_back(member.fingerprint);
        made.texts.push_back(crypto::certificateText(member));
    }
    return made;
}

void RevocationBook::addChain(PeerChain chain) {
    if (chain.chain.empty()) return;
    const std::string leaf = chain.fingerprints.front();
    if (known_.chains.size() >= settings_.chains_max && !known_.chains.contains(leaf)) {
        ++chains_left_out_;
        return;
    }
    known_.chains.insert_or_assign(leaf, std::move(chain));
}

void RevocationBook::renewPartnerChains() {
    known_.chains = far_sides_;
    chains_left_out_ = 0;
    if (!partners_) return;
    const auto now_ms = clock_.nowMillis();
    std::set<base::Bytes> anchors(authorities_.begin(), authorities_.end());
    for (const auto& partner : partners_->partners()) {
        for (const auto& each : partner.certificates) {
            crypto::ChainQuestion question{.others = each.issuers, .anchors = authorities_};
            for (const auto& [fingerprint, der] : intermediates_) question.others.push_back(der);
            // Whether it is in its dates is judged per request; here it matters which CAs stand above it.
            question.at_ms = std::clamp(now_ms, each.certificate.notBeforeMillis(), each.certificate.notAfterMillis());
            const auto built = crypto::checkChain(each.certificate.toDer(), question).members;
            const bool complete = !built.empty() && anchors.contains(built.back().der);
            addChain(peerChain("partner " + partner.id, partner.revocation, built, complete));
        }
    }
}

void RevocationBook::usePartners(
    const std::shared_ptr<const TrustSnapshot>& partners, const crypto::CertificateChain& authorities
) {
    bool differs = false;
    {
        const std::lock_guard lock(mutex_);
        partners_ = partners;
        authorities_ = authorities;
        renewPartnerChains();
        renewAsks();
        differs = publish();
    }
    if (differs && changed_) changed_();
}

void RevocationBook::noteChain(
    const std::string& peer, const std::optional<RevocationPolicy>& policy, const crypto::CertificateChain& chain
) {
    if (chain.empty()) return;
    const std::lock_guard lock(mutex_);
    bool news = false;
    for (std::size_t i = 1; i + 1 < chain.size() && intermediates_.size() < kIntermediatesMax; ++i) {
        news = intermediates_.emplace(fingerprintOf(chain[i]), chain[i]).second || news;
    }
    if (!peer.empty() && far_sides_.size() < kFarSidesMax) {
        const std::string leaf = fingerprintOf(chain.front());
        const auto known = far_sides_.find(leaf);
        if (known == far_sides_.end() || known->second.chain != chain || known->second.peer != peer) {
            std::erase_if(far_sides_, [&](const auto& entry) { return entry.second.peer == peer; });
            const auto members = factsOf(chain);
            far_sides_.insert_or_assign(leaf, peerChain(peer, policy, members, members.size() == chain.size()));
            news = true;
        }
    }
    if (!news) return;
    renewPartnerChains();
    renewAsks();
    publish();
}

base::Status RevocationBook::judgeWith(
    const std::string& fingerprint, const std::optional<RevocationPolicy>& policy, bool far_side
) const {
    const RevocationPolicy& holds = policy ? *policy : settings_.policy;
    const auto standings = current();
    const auto found = standings->find(fingerprint);
    if (found == standings->end()) {
        if (holds.mode == Mode::Off) return {};
        return base::makeError(far_side ? ErrorCode::CertCrlMissing : ErrorCode::RevocationPending, "nobody has been asked about it yet");
    }
    const LeafStanding& standing = found->second;
    if (standing.revoked) return *standing.revoked;
    if (holds.mode == Mode::Off) return {};
    const std::string state = stateOf(standing, holds, clock_.nowMillis());
    if (state != kUnchecked) return {};
    if (far_side) return base::makeError(standing.why, standing.detail + "; policy " + revocationPolicyText(holds));
    const auto code = holds.mode == Mode::Queue ? ErrorCode::RevocationPending : ErrorCode::RevocationUnchecked;
    base::Error error = base::makeError(code, std::string(base::errorRow(standing.why).wire) + ": " + standing.detail);
    constexpr std::uint32_t kAskAgainSeconds = 30;
    if (code == ErrorCode::RevocationPending) error.retry_after_s = kAskAgainSeconds;
    return error;
}

base::Status RevocationBook::judge(const std::string& fingerprint, const std::optional<RevocationPolicy>& policy) const {
    return judgeWith(fingerprint, policy, false);
}

base::Status RevocationBook::judgeFarSide(const std::string& fingerprint, const std::optional<RevocationPolicy>& policy) const {
    return judgeWith(fingerprint, policy, true);
}

std::string RevocationBook::tellChange(const std::string& fingerprint, const LeafStanding& standing, const std::string& state) {
    const auto steady_ms = clock_.steadyMillis();
    auto [at, first] = told_.try_emplace(fingerprint, Told{state, clock_.nowMillis(), steady_ms, kGood});
    Told& told = at->second;
    if (told.state != state) {
        told.state = state;
        told.since_ms = clock_.nowMillis();
        told.since_steady_ms = steady_ms;
    }
    if (told.told == state) return {};
    if (state == kUnchecked && steady_ms - told.since_steady_ms < kTellAfterMillis) return {};
    told.told = state;
    const std::string who = "revocation 吊销核验: " + standing.peer + " (sha256 " + fingerprint.substr(0, 16) + "…): ";
    const std::string why = std::string(base::errorRow(standing.why).wire) + ", " + standing.detail;
    if (state == kRevoked) return who + "revoked 已吊销: " + base::describe(*standing.revoked);
    if (state == kUnchecked) {
        return who + "can't be checked, policy 无法核验,策略 " + revocationPolicyText(standing.policy) + ": " + why;
    }
    if (state == kLastGood) {
        return who + "taken on its last good answer until 沿用上次良好应答至 " +
               base::formatRfc3339(standing.good_until_ms + standing.policy.last_good_ms) + ": " + why;
    }
    return who + "checked again, good 恢复核验,状态良好";
}

std::string RevocationBook::tellLeftOut() {
    const bool is_left_out = chains_left_out_ + asks_left_out_ > 0;
    if (is_left_out == left_out_told_) return {};
    left_out_told_ = is_left_out;
    if (!is_left_out) return "revocation 吊销核验: everything is looked at again 已恢复全部核验";
    return "revocation 吊销核验: more than is looked at 超出核验上限: " + std::to_string(chains_left_out_) +
           " certificate chains not followed 条证书链未核验 (at most 上限 " + std::to_string(settings_.chains_max) + "), " +
           std::to_string(asks_left_out_) + " lists and OCSP answers not fetched 项吊销列表与应答未获取 (at most 上限 " +
           std::to_string(settings_.asks_max) +
           "); a CA's list under revocation.crl_urls covers all its certificates at once 在 revocation.crl_urls 配置签发机构吊销列表可一次覆盖其全部证书";
}

void RevocationBook::tick() {
    std::vector<std::string> lines;
    {
        const std::lock_guard lock(mutex_);
        const auto standings = current();
        std::erase_if(told_, [&](const auto& entry) { return !standings->contains(entry.first); });
        for (const auto& [fingerprint, standing] : *standings) {
            if (standing.policy.mode == Mode::Off && !standing.revoked) continue;
            auto line = tellChange(fingerprint, standing, stateOf(standing, standing.policy, clock_.nowMillis()));
            if (!line.empty()) lines.push_back(std::move(line));
        }
        if (auto line = tellLeftOut(); !line.empty()) lines.push_back(std::move(line));
    }
    if (!settings_.log) return;
    for (const auto& line : lines) settings_.log(line);
}

std::vector<PeerStanding> RevocationBook::standings() const {
    const std::lock_guard lock(mutex_);
    std::vector<PeerStanding> all;
    for (const auto& [fingerprint, standing] : *current()) {
        if (standing.policy.mode == Mode::Off && !standing.revoked) continue;
        PeerStanding row{.peer = standing.peer, .fingerprint = fingerprint, .policy = standing.policy,
                         .state = stateOf(standing, standing.policy, clock_.nowMillis()), .code = {}, .detail = {},
                         .good_until_ms = standing.good_until_ms, .since_ms = 0};
        if (const auto told = told_.find(fingerprint); told != told_.end()) row.since_ms = told->second.since_ms;
        if (row.state == kRevoked) {
            row.code = standing.revoked->row().wire;
            row.detail = standing.revoked->detail;
        } else if (row.state != kGood) {
            row.code = base::errorRow(standing.why).wire;
            row.detail = standing.detail;
        }
        all.push_back(std::move(row));
    }
    return all;
}

}  // namespace yht::trust
