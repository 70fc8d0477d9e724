// The part of an evidence check that holds the tree against checkpoints which the auditor kept from before.
// Uses: evidence, checkpoint. Used by: evidence_check.cpp only.
#pragma once

#include <map>

#include "gateway/ledger/format/checkpoint.h"
#include "gateway/ledger/format/evidence_check.h"

namespace yht::ledger {

/// Counts into `report`, which must outlive it.
class KeptCheckpoints {
public:
    explicit KeptCheckpoints(EvidenceReport& report) : report_(report) {}

    /// Errors: ParameterInvalid where one is not by this log's key.
    base::Status read(
        const std::vector<std::string>& notes, std::string_view key_name,
        const crypto::PublicKey& key
    );
    /// The root of the tree's first `size` entries, as this file has it.
    void compare(std::uint64_t size, const base::Bytes& root);
    /// What is left over at the end: no root of the file could be compared with it.
    void settle();

private:
    EvidenceReport& report_;
    std::map<std::uint64_t, base::Bytes> root_of_size_;
};

}  // namespace yht::ledger
