// The evidence file: entries of the ledger taken away to be checked years later, with no database
// and no gateway. `yht ledger export` writes it, tools/ledger-verify checks it (evidence_check.h).
// Read and written front to back; nobody holds more than one frame of it in memory.
//
//   file   = magic frame* end-frame       nothing follows the end frame
//   magic  = "yht-evidence-1\n"           15 octets; another number is another format
//   frame  = tag(1) length(4) body(length)
//   text   = length(2) octet*length       integers are big-endian, as in a leaf
//
//   tag       body
//   'H' head  scope(1: 1 whole, 2 range, 3 ticket) payloads(1: 0 left out, 1 there)
//             from(8) to(8) exported_ms(8) text(ticket_no) text(verifier_key)
//   'K' checkpoint   note                 C2SP signed note (checkpoint.h)
//   'E' edge         hash(32)*            roots of the complete subtrees over seq 1 to from-1,
//                                         largest first
//   'C' certificate  DER                  of a partner that signed a message of this file
//   'L' entry        payload_is(1: 0 left out, 1 there, 2 erased)
//                    leaf_length(2) leaf [salt(16) payload]
//   'P' path         seq(8) hash(32)*     inclusion proof of the entry before it, leaf upwards
//   'S' consistency  first(8) second(8) hash(32)*     RFC 9162 section 2.1.4 proof
//   'Z' end          entry_count(8) digest(32)        SHA-256 of all octets before this tag
//
//   whole, range  H K E? (C* L K?)* S? Z
//                 The first K is the newest checkpoint of the ledger when it was exported, the
//                 others stand after the entry whose seq is their size; E where from > 1; S from
//                 the tree of `to` entries to the newest one where that is larger.
//   ticket        H K (C* L P)* Z
//                 from = to = 0; every path leads to the root of K.
//
// A range is whole in itself: its leaves, appended to the edge, must give the roots of every
// checkpoint in it, and of the newest one by the consistency proof. A ticket's entries are each in
// the ledger; that there are no others of the ticket is not shown: leaves are not ordered by
// ticket.
//
// Valid (readable) when: 1. the magic fits; 2. each length is in its bound and the file holds that
// many octets; 3. each body has just the parts named above; 4. the order is that of the scope;
// 5. the end frame is there, nothing after it. What is readable may still differ from what is
// signed: that is for evidence_check to say, entry by entry.
//
// Example, one frame: an end frame of a file with 2 entries
//   5a 00000028 0000000000000002 <32 octets>
// A whole file, octet by octet, stands in README.md in this folder; a test holds the program to it.
// Uses: base, crypto. Used by: evidence_check, app (export), tools/ledger-verify.
#pragma once

#include <functional>
#include <istream>
#include <variant>
#include <vector>

#include "gateway/crypto/digest.h"
#include "gateway/ledger/format/leaf.h"

namespace yht::ledger {

inline constexpr std::string_view kEvidenceMagic = "yht-evidence-1\n";
inline constexpr std::size_t kEvidencePayloadBytesMax = 64 * 1024 * 1024;
inline constexpr std::size_t kEvidenceFrameBytesMax = kEvidencePayloadBytesMax + 4096;
inline constexpr std::size_t kEvidenceTextBytesMax = 512;        // verifier key, ticket number
inline constexpr std::size_t kEvidenceNoteBytesMax = 64 * 1024;  // witnesses may add lines
inline constexpr std::size_t kEvidenceCertificateBytesMax = 16 * 1024;
inline constexpr std::size_t kEvidenceHashesMax =
    128;  // of one proof; a path has at most 64, consistency 65

/// Permanent values.
enum class EvidenceScope : std::uint8_t { Whole = 1, Range = 2, Ticket = 3 };
enum class PayloadIs : std::uint8_t { LeftOut = 0, There = 1, Erased = 2 };

struct EvidenceHead {
    EvidenceScope scope = EvidenceScope::Whole;
    bool payloads = true;    // false: left out on request
    std::uint64_t from = 0;  // what is claimed; 0 for a ticket
    std::uint64_t to = 0;
    base::UnixMillis exported_ms = 0;
    std::string ticket_no;     // "" where the scope is not a ticket
    std::string verifier_key;  // of the log, as note tools take it
    bool operator==(const EvidenceHead&) const = default;
};
struct EvidenceCheckpoint {
    std::string note;
    bool operator==(const EvidenceCheckpoint&) const = default;
};
struct EvidenceEdge {
    std::vector<base::Bytes> roots;
    bool operator==(const EvidenceEdge&) const = default;
};
struct EvidenceCertificate {
    base::Bytes der;
    bool operator==(const EvidenceCertificate&) const = default;
};
struct EvidenceEntry {
    PayloadIs payload_is = PayloadIs::LeftOut;
    base::Bytes leaf;
    base::Bytes salt;  // these two only where the payload is there
    base::Bytes payload;
    bool operator==(const EvidenceEntry&) const = default;
};
struct EvidencePath {
    std::uint64_t seq = 0;
    std::vector<base::Bytes> hashes;
    bool operator==(const EvidencePath&) const = default;
};
struct EvidenceConsistency {
    std::uint64_t first = 0, second = 0;
    std::vector<base::Bytes> hashes;
    bool operator==(const EvidenceConsistency&) const = default;
};
struct EvidenceEnd {
    std::uint64_t entry_count = 0;
    base::Bytes digest;        // as it stands there
    base::Bytes found_digest;  // of what was read
    bool operator==(const EvidenceEnd&) const = default;
};

using EvidenceFrame = std::variant<
    EvidenceHead, EvidenceCheckpoint, EvidenceEdge, EvidenceCertificate, EvidenceEntry,
    EvidencePath, EvidenceConsistency, EvidenceEnd>;

/// Writes one file, frame by frame. The order is the caller's to keep.
class EvidenceWriter {
public:
    /// `sink` takes octets in order; its error ends the writing.
    using Sink = std::function<base::Status(base::BytesView)>;
    explicit EvidenceWriter(Sink sink) : sink_(std::move(sink)) {}

    /// Requires: any frame but EvidenceEnd, each part within its bound; the head first.
    /// Errors: what the sink says; ParameterInvalid where a payload is beyond
    /// kEvidencePayloadBytesMax.
    base::Status write(const EvidenceFrame& frame);
    /// The end frame. Once.
    base::Status finish();

private:
    base::Status put(base::BytesView bytes);
    const Sink sink_;
    crypto::Sha256 digest_;
    bool begun_ = false;
    std::uint64_t entry_count_ = 0;
};

/// Reads one file, frame by frame. Holds at most one frame; what a length claims is taken only as
/// far as the file has it. Checks points 1, 2, 3 and 5 of the list above.
class EvidenceReader {
public:
    explicit EvidenceReader(std::istream& in) : in_(in) {}
    /// Requires: not called again after the end frame or an error.
    /// Errors: EvidenceUnreadable, saying at which octet; IoFailed.
    base::Result<EvidenceFrame> next();
    /// Octets read so far.
    std::uint64_t offset() const { return offset_; }

private:
    base::Status take(std::size_t count, base::Bytes& out);
    base::Status begin();
    base::Result<EvidenceFrame> readEnd(base::BytesView header);
    base::Error unreadable(const std::string& why) const;

    std::istream& in_;
    crypto::Sha256 digest_;
    std::uint64_t offset_ = 0;
    std::uint64_t frame_offset_ = 0;
};

}  // namespace yht::ledger
