// What the revocation book has been told, and what follows from it. No lock, no clock, no files: who holds these guards them.
// Uses: crypto, revocation_policy. Used by: revocation_book.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "gateway/crypto/certificate_chain.h"
#include "gateway/crypto/ocsp.h"
#include "gateway/crypto/revocation_list.h"
#include "gateway/trust/revocation_policy.h"

namespace yht::trust {

/// A certificate that matters, with the CAs that it leads to.
struct PeerChain {
    std::string peer;
    RevocationPolicy policy;
    crypto::CertificateChain chain;      // leaf first
    std::vector<std::string> fingerprints;
    std::vector<std::string> texts;      // crypto::certificateText of each: reading a certificate costs more than all that is judged
    bool complete = false;               // the last is a trust anchor
};

/// What all that was said means for one leaf.
struct LeafStanding {
    std::string peer;
    RevocationPolicy policy;
    std::optional<base::Error> revoked;
    base::UnixMillis good_until_ms = 0;  // 0: never heard of
    base::ErrorCode why = base::ErrorCode::CertCrlMissing;  // past that
    std::string detail;
    bool operator==(const LeafStanding& other) const {
        return peer == other.peer && policy == other.policy && revoked.has_value() == other.revoked.has_value() &&
               good_until_ms == other.good_until_ms && why == other.why && detail == other.detail;
    }
};

struct OcspKnown {
    std::optional<crypto::OcspAnswer> answer;  // the last that could be believed
    std::optional<base::Error> fault;          // of the last time it was asked; none: it was answered
};

class RevocationKnown {
public:
    void putList(const std::string& from, crypto::RevocationList list);
    void listFault(const std::string& from, base::Error error) { list_faults_.insert_or_assign(from, std::move(error)); }

    std::map<std::string, PeerChain> chains;   // by the leaf's fingerprint
    std::map<std::string, OcspKnown> answers;  // by certificate
    /// Of every chain, from everything that is known.
    std::map<std::string, LeafStanding> standings(base::UnixMillis now_ms);

private:
    using List = std::shared_ptr<const crypto::RevocationList>;
    /// The newest list of that CA that it has signed; nullptr none, and then `fault` says where one that names it failed.
    List listOf(const base::Bytes& issuer_der, const std::string& issuer, base::UnixMillis now_ms, std::optional<base::Error>& fault);
    /// Adds what is known of one certificate of a chain.
    void judgeOne(const PeerChain& chain, std::size_t index, base::UnixMillis now_ms, LeafStanding& standing);

    std::map<std::string, List> lists_;  // by where they came from
    std::map<std::string, base::Error> list_faults_;
    std::map<std::pair<const crypto::RevocationList*, std::string>, base::Status> checked_;  // by list and issuer
};

}  // namespace yht::trust
