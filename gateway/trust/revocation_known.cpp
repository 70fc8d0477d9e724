#include "gateway/trust/revocation_known.h"

#include <limits>

#include "gateway/base/time_text.h"

namespace yht::trust {

using base::ErrorCode;

void RevocationKnown::putList(const std::string& from, crypto::RevocationList list) {
    list_faults_.erase(from);
    const auto known = lists_.find(from);
    // Somebody on the way may hand us yesterday's list for ever.
    if (known != lists_.end() && known->second->issuer() == list.issuer() && known->second->isNewerThan(list)) return;
    lists_.insert_or_assign(from, std::make_shared<const crypto::RevocationList>(std::move(list)));
    checked_.clear();
}

RevocationKnown::List RevocationKnown::listOf(
    const base::Bytes& issuer_der, const std::string& issuer, base::UnixMillis now_ms, std::optional<base::Error>& fault
) {
    List newest;
    for (const auto& [from, list] : lists_) {
        auto [at, fresh] = checked_.try_emplace({list.get(), issuer});
        if (fresh) {
            at->second = list->namesIssuer(issuer_der) ? list->checkSignature(issuer_der) : base::makeError(ErrorCode::NotFound);
        }
        if (!at->second.ok()) {
            if (at->second.error().code == ErrorCode::CertCrlUntrusted) fault = at->second.error();
            continue;
        }
        if (list->thisUpdateMillis() > now_ms + crypto::kOcspClockSkewMillis) continue;  // made tomorrow
        if (!newest || list->isNewerThan(*newest)) newest = list;
    }
    return newest;
}

void RevocationKnown::judgeOne(const PeerChain& chain, std::size_t index, base::UnixMillis now_ms, LeafStanding& standing) {
    const auto& certificate = chain.chain[index];
    const std::string& fingerprint = chain.fingerprints[index];
    const std::string& of = chain.texts[index];
    std::optional<base::Error> fault;
    const List list = listOf(chain.chain[index + 1], chain.fingerprints[index + 1], now_ms, fault);
    const auto answer = answers.find(fingerprint);
    const bool asked = answer != answers.end();
    if (list) {
        if (const auto revoked = list->find(certificate)) {
            standing.revoked = base::makeError(ErrorCode::CertRevokedCrl, crypto::revocationText(*revoked) + ": " + of);
        }
    }
    if (asked && answer->second.answer && answer->second.answer->revoked) {
        standing.revoked = base::makeError(ErrorCode::CertRevokedOcsp, crypto::revocationText(*answer->second.answer->revoked) + ": " + of);
    }
    base::UnixMillis until_ms = list ? list->nextUpdateMillis() : 0;
    const bool answered = asked && answer->second.answer && !answer->second.answer->revoked;
    if (answered) until_ms = std::max(until_ms, answer->second.answer->next_update_ms);
    if (until_ms >= standing.good_until_ms) return;
    standing.good_until_ms = until_ms;
    if (asked && answer->second.fault) {
        standing.why = answer->second.fault->code;
        standing.detail = of + ": " + answer->second.fault->detail;
    } else if (list) {
        standing.why = ErrorCode::CertCrlStale;
        standing.detail = of + ": the list of " + list->issuer() + " was to be followed at " + base::formatRfc3339(list->nextUpdateMillis());
    } else if (fault) {
        standing.why = fault->code;
        standing.detail = of + ": " + fault->detail;
    } else {
        standing.why = answered ? ErrorCode::CertOcspUnavailable : ErrorCode::CertCrlMissing;
        standing.detail = of;
        for (const auto& [from, error] : list_faults_) standing.detail += "; " + from + ": " + error.detail;
    }
}

std::map<std::string, LeafStanding> RevocationKnown::standings(base::UnixMillis now_ms) {
    std::map<std::string, LeafStanding> all;
    for (const auto& [fingerprint, chain] : chains) {
        LeafStanding standing{.peer = chain.peer, .policy = chain.policy, .revoked = {}, .good_until_ms = std::numeric_limits<base::UnixMillis>::max(),
                              .why = ErrorCode::CertCrlMissing, .detail = {}};
        for (std::size_t i = 0; i + 1 < chain.chain.size(); ++i) judgeOne(chain, i, now_ms, standing);
        if (!chain.complete) {
            standing.good_until_ms = 0;
            standing.why = ErrorCode::CertChainIncomplete;
            standing.detail = chain.chain.empty() ? "" : chain.texts.front() + ": no CA here that it leads to";
        }
        all.emplace(fingerprint, std::move(standing));
    }
    return all;
}

}  // namespace yht::trust
