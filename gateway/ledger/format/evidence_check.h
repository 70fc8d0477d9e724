// Checks an evidence file as an auditor would, from its octets and the log's key alone: leaves,
// commitments, tree, checkpoints, signatures of the senders. What can't be read is an error; what
// is read and differs is a finding, with the sequence number that it is about. Uses: base, crypto,
// evidence. Used by: tools/ledger-verify.
#pragma once

#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "gateway/ledger/format/evidence.h"

namespace yht::ledger {

inline constexpr std::size_t kEvidenceDifferencesMax = 50;     // told; all are counted
inline constexpr std::size_t kEvidenceCertificatesMax = 4096;  // of one file

struct EvidenceDifference {
    std::uint64_t seq = 0;  // 0: of the file as a whole
    std::string what;
    std::string expected;
    std::string found;
};

/// How often something was looked at, and how often it was not as it must be.
struct EvidenceCount {
    std::uint64_t checked = 0, differ = 0;
};

struct EvidenceReport {
    EvidenceHead head;
    bool log_key_given = false;   // false: the file's own, which anybody could have made
    std::string origin;           // of the newest checkpoint
    std::uint64_t tree_size = 0;  // likewise
    base::Bytes root;             // likewise
    std::uint64_t first_seq = 0, last_seq = 0;
    base::UnixMillis first_committed_ms = 0, last_committed_ms = 0;

    EvidenceCount leaves;       // readable, their numbers in order
    EvidenceCount commitments;  // of the payloads that are there
    EvidenceCount second_digests;  // likewise by SM3, of leaves that have it
    EvidenceCount tree;         // roots, inclusion paths, consistency
    EvidenceCount checkpoints;  // signatures of the log
    EvidenceCount digests;      // message bodies against the digest that was signed
    EvidenceCount signatures;   // messages against the sender's certificate
    EvidenceCount kept;         // checkpoints that the auditor kept, against the tree
    EvidenceCount file;         // the end: count, digest, range
    std::uint64_t erased = 0, left_out = 0;
    std::uint64_t without_certificate = 0;  // signed messages whose certificate is not in the file
    std::uint64_t unsigned_messages = 0;    // messages of a form without signature
    std::vector<std::uint64_t>
        kept_outside;  // sizes of kept checkpoints whose last entry is not in this file

    std::uint64_t difference_count = 0;
    std::vector<EvidenceDifference> differences;  // the first kEvidenceDifferencesMax

    /// Counts one difference under `count`, a member of this report.
    void add(EvidenceCount& count, EvidenceDifference difference);
};

struct EvidenceCheckOptions {
    std::string log_key;                  // verifier key text; "" takes the file's own
    std::vector<std::string> kept_notes;  // checkpoints that the auditor has from before
    std::function<void(std::uint64_t entries)> progress = {};  // now and then
};

/// Errors: EvidenceUnreadable where the file breaks the grammar or its order; ParameterInvalid
/// where an option can't be read or a kept checkpoint is not by the log's key; IoFailed.
base::Result<EvidenceReport> checkEvidence(std::istream& in, const EvidenceCheckOptions& options);

}  // namespace yht::ledger
