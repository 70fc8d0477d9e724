// The part of an evidence check that looks at payloads: what the leaf commits to, and who signed it.
// Uses: evidence, message_evidence. Used by: evidence_check.cpp only.
#pragma once

#include <map>

#include "gateway/crypto/certificate.h"
#include "gateway/ledger/format/evidence_check.h"

namespace yht::ledger {

/// Counts into `report`, which must outlive it.
class PayloadCheck {
public:
    explicit PayloadCheck(EvidenceReport& report) : report_(report) {}

    /// A sender's certificate; `seq` is the entry that it stands before.
    /// Errors: EvidenceUnreadable where there are more than kEvidenceCertificatesMax.
    base::Status take(const EvidenceCertificate& certificate, std::uint64_t seq);
    void check(const EvidenceEntry& entry, const Leaf& leaf);

private:
    void checkMessage(std::uint64_t seq, const base::Bytes& payload);

    EvidenceReport& report_;
    std::map<std::string, crypto::Certificate> certificates_;  // by fingerprint
};

}  // namespace yht::ledger
