// A ledger of nine entries in memory, and the evidence files that one would export of it. Signed
// for real: the log by a key of its own, two messages by a partner whose certificate openssl made.
//   1 key
//   2 message, carries 3        3 record of kTicket
//   4 message, carries 5 and 6  5 record of kTicket    6 record of kOtherTicket
//   7 outcome of kTicket, erased
//   8 outcome of kTicket
//   9 message of a form without signature
// Commits end at 1, 3, 6, 8 and 9.
// Uses: ledger/format, tests/support. Used by: evidence tests, evidence_vectors.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/crypto/certificate.h"
#include "gateway/ledger/format/checkpoint.h"
#include "gateway/ledger/format/evidence.h"
#include "gateway/ledger/format/tree.h"

namespace yht::ledger {

inline constexpr const char* kTicket = "430200-20190418-0000001-6";
inline constexpr const char* kOtherTicket = "430200-20190418-0000002-4";
inline constexpr const char* kOrigin = "yht.example/430200/1";

using Frames = std::vector<EvidenceFrame>;

class EvidenceLedger {
public:
    struct Options {
        std::uint8_t digest_algorithm = kDigestSha256;
        std::uint64_t wrong_second_digest = 0;  // the entry whose SM3 is another payload's, signed into the tree; 0: none
    };
    EvidenceLedger() : EvidenceLedger(Options{}) {}
    explicit EvidenceLedger(const Options& options);

    Frames whole() const { return range(EvidenceScope::Whole, 1, size()); }
    Frames range(std::uint64_t from, std::uint64_t to) const {
        return range(EvidenceScope::Range, from, to);
    }
    Frames ticket() const;

    std::uint64_t size() const { return entries_.size(); }
    const EvidenceEntry& entry(std::uint64_t seq) const { return entries_.at(seq - 1); }
    std::string note(std::uint64_t size) const;
    std::string verifierKey() const;
    /// The same log, as somebody without its key would make it.
    std::string forgedNote(std::uint64_t size) const;
    std::vector<base::Bytes> path(std::uint64_t seq, std::uint64_t size) const;

private:
    Frames range(EvidenceScope scope, std::uint64_t from, std::uint64_t to) const;
    void append(
        LeafHeader header, const std::string& payload, PayloadIs payload_is = PayloadIs::There
    );
    std::string signedMessage(const std::string& body) const;
    TreeEdge::NodeReader nodes() const;
    std::string noteBy(const crypto::PrivateKey& key, std::uint64_t size) const;

    const Options options_;
    const crypto::PrivateKey log_key_;
    crypto::PrivateKey partner_key_;
    crypto::Certificate partner_;
    std::vector<EvidenceEntry> entries_;
    std::map<std::pair<std::uint8_t, std::uint64_t>, base::Bytes> nodes_;
    TreeEdge edge_;
    std::vector<base::Bytes> roots_;  // roots_[n]: of the first n entries
};

/// The octets of a file. The last frame is written by the writer, with a digest that fits.
std::string encode(const Frames& frames);

}  // namespace yht::ledger
