// The leaf: what one ledger entry puts into the Merkle tree. Byte grammar with a worked example:
// README.md in this folder. No personal data stands in a leaf.
//   leaf      = header commitment
//   leaf_hash = SHA-256(0x00 ‖ leaf)                      (RFC 9162 section 2.1.1)
//   commitment = SHA-256(salt(16) ‖ payload)              digest algorithm 1
//              | SHA-256(salt ‖ payload) SM3(salt ‖ payload)  digest algorithm 2: whoever trusts one of both has a proof.
//                The tree is over SHA-256 in either case
// Uses: base, crypto. Used by: ledger/store, tools/ledger-verify.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace yht::ledger {

/// Permanent values.
enum class EntryType : std::uint8_t {
    Message = 1,   // raw bytes as received, with their proof
    Record = 2,    // one normalized record, canonical text
    Outcome = 3,   // what a destination said of an entry
    Decision = 4,  // quarantine, dead letter and stale-version decisions
    Audit = 5,     // who commanded what
    Key = 6,       // a log key or KEK taken into use
    Config = 7,    // a deployment bundle taken into use, by digest
    Erasure = 8,   // a data key destroyed
};

/// How surely we know who spoke, strongest first (DESIGN 5). Permanent values.
enum class Assurance : std::uint8_t {
    Internal = 0,  // the gateway itself: outcomes, decisions, audit
    PartnerSignature = 1, ChannelSignature = 2, AuthenticatedPull = 3, Token = 4, AllowList = 5,
};

const char* entryTypeName(EntryType type);
const char* assuranceName(Assurance assurance);

inline constexpr std::size_t kSaltBytes = 16;
inline constexpr std::size_t kHashBytes = 32;
inline constexpr std::size_t kLeafTextBytesMax = 64;  // each text of the header
inline constexpr std::size_t kLeafBytesMax = 77 + 4 * (1 + kLeafTextBytesMax) + 2 * kHashBytes;
inline constexpr std::uint8_t kLeafVersion = 1;
/// Digest algorithms. Permanent values.
inline constexpr std::uint8_t kDigestSha256 = 1;
inline constexpr std::uint8_t kDigestSha256Sm3 = 2;

struct LeafHeader {
    EntryType type = EntryType::Message;
    std::uint8_t kind = 0;            // ticket::Kind, 0 for entries that are no record
    Assurance assurance = Assurance::Internal;
    std::uint8_t digest_algorithm = kDigestSha256;
    std::uint64_t seq = 0;            // 1-based; tree size N covers 1..N
    std::uint64_t message_seq = 0;    // the message this came in; its own seq for a message; 0: none
    base::UnixMillis event_ms = 0;    // 0: none
    base::UnixMillis received_ms = 0;
    base::UnixMillis committed_ms = 0;
    std::string source;               // source, destination or operator id; "" none
    std::string ticket_no;            // "" none
    std::string adapter;              // "normalized" for records posted in our own format
    std::string adapter_version;
    base::Bytes config_digest;        // 32 octets: the deployment bundle in force
    bool operator==(const LeafHeader&) const = default;
};

/// 32 octets, or 64 with a second digest. Requires: one of the algorithms above; salt.size() == kSaltBytes.
base::Bytes commitmentOf(
    base::BytesView salt, base::BytesView payload, std::uint8_t digest_algorithm = kDigestSha256
);
/// Requires: every text at most kLeafTextBytesMax bytes, config_digest of kHashBytes, the commitment of the header's algorithm.
base::Bytes encodeLeaf(const LeafHeader& header, base::BytesView commitment);
struct Leaf {
    LeafHeader header;
    base::Bytes commitment;
    /// The part of it that every leaf has.
    base::BytesView sha256Commitment() const { return base::BytesView(commitment).substr(0, kHashBytes); }
};
/// Where salt and payload are not what the leaf commits to.
struct CommitmentDifference {
    const char* digest;           // "SHA-256" or "SM3": of the first that differs
    base::Bytes expected, found;  // what the leaf says, what they give
};
std::optional<CommitmentDifference> compareCommitment(const Leaf& leaf, base::BytesView salt, base::BytesView payload);
/// Errors: LedgerCorrupt on any byte that encodeLeaf would not have written.
base::Result<Leaf> decodeLeaf(base::BytesView leaf);

}  // namespace yht::ledger
