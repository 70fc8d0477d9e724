// The one interface between deliveries and a far side: a batch of records goes out, an answer per
// record comes back. Implementations speak a protocol (native.h: our own records over RFC 9421;
// profile_destination.h: a stranger described by a profile). They keep no queue and retry nothing:
// delivery/ does. Uses: base, ticket. Used by: delivery, app.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/ticket/fold.h"
#include "gateway/ticket/record.h"

namespace yht::kit {

/// How often mapping had to make do, in requests that were made; for metrics.
struct MappingCounts {
    std::uint64_t fallbacks = 0, substitutions = 0, cuts = 0;
};

/// One record in the far side's form, as it stands in a request.
struct RecordText {
    std::string text;  // "": not made yet
    MappingCounts counts;
};

/// One entry to be delivered, with what the mapping may need beside it.
struct OutboundRecord {
    std::uint64_t seq = 0;  // of the entry, here
    /// The far side knows it by a number that is so much higher, as it has numbers of a ledger that was lost and restored since.
    std::uint64_t former_numbers = 0;
    std::uint64_t sentNumber() const { return former_numbers + seq; }  // never of two entries; the same on a resend
    ticket::Record record{ticket::Kind::Appeal};
    std::string ticket_no;
    /// Numbers that others have for this ticket: party → number (the far side's own under its party
    /// id).
    std::map<std::string, std::string> numbers;
    base::UnixMillis committed_ms = 0;
    bool late = false;  // 补报: it waited longer than the profile calls real time
    bool for_information = false;  // 知悉: somebody else handles the ticket; it is not the far side's to dispatch
    bool masked = false;  // 保密: without its citizen, who must stay unknown to the far side
    /// What check() of the same destination made of all of the above, so that send() need not.
    RecordText made;
};

enum class RecordVerdict : std::uint8_t {
    Accepted,   // taken now
    Duplicate,  // had it already, same content: as good as Accepted
    Refused,    // will not take this content; a correction is a new entry
    Later,      // this record again later; the far side said so
    Unmappable,  // ours: it can't be put into the far side's form, and was left out of the request
    Withheld,    // ours: the far side is not to have it; nothing of it was sent
};

struct RecordAnswer {
    std::uint64_t seq = 0;
    RecordVerdict verdict = RecordVerdict::Later;
    std::string peer_number;   // the far side's own ticket number, "" if none
    std::string peer_receipt;  // its receipt for this record, as it came, "" if none
    std::string code;          // its code, as peerToken() leaves it; so are codes of fields
    std::vector<base::FieldError> fields;
};

enum class BatchVerdict : std::uint8_t {
    Answered,  // one RecordAnswer for every record
    NotSent,   // nothing can have reached the far side: send again freely
    Unknown,   // sent, but no (trustworthy) answer: `resend` of the profile decides
    Busy,      // 429, 503, maintenance: nothing was taken
};

struct BatchAnswer {
    BatchVerdict verdict = BatchVerdict::NotSent;
    /// One for every record where Answered; else those alone that are Unmappable.
    std::vector<RecordAnswer> records;
    std::int64_t retry_after_ms = 0;                           // 0: none given
    bool announced = false;  // Busy: a window of the profile, nothing was tried; no trouble
    /// Busy with PeerRefused: on account of one of its records, so that each is to go alone …
    bool one_by_one = false;
    /// … or on account of us, so that nothing more is to go before a probe has got through.
    bool stops = false;
    bool nothing_sent = false;  // Answered without asking the far side: nothing was learnt of it
    base::ErrorCode error = base::ErrorCode::PeerUnreachable;  // where not Answered
    std::string error_detail;                                  // log only
    std::string request_bytes,
        response_bytes;  // what went over the wire: becomes part of the outcome entry
    base::UnixMillis sent_ms = 0, answered_ms = 0;
};

/// What check() finds of one record, before anything is sent.
struct RecordFit {
    /// Every field that can't be put into the far side's form; where there is one, it is not sent.
    std::vector<base::FieldError> errors;
    /// What it adds to a batch's body.
    std::size_t bytes = 0;
    RecordText made{};  // for OutboundRecord::made
};
/// The record by itself is more than one request may hold; pointer "", limit in bytes.
base::FieldError recordTooLarge(std::size_t bytes_max);

/// How a batch whose answer was lost is sent again (profile key `resend`).
enum class Resend : std::uint8_t { Idempotent, QueryFirst, Operator };

/// Which records must have been accepted before this one may go (profile key `dependencies`).
struct Dependency {
    ticket::Kind kind;
    std::vector<ticket::Kind> needs;  // at least one accepted record of each, of the same ticket
};

class Destination {
public:
    virtual ~Destination() = default;
    virtual const std::string& id() const = 0;
    virtual std::size_t batchMax() const = 0;
    /// A batch of several records adds up to at most this much (RecordFit::bytes).
    virtual std::size_t batchBytesMax() const = 0;
    virtual Resend resend() const = 0;
    virtual const std::vector<Dependency>& dependencies() const = 0;
    /// 补报: a record that waited longer than this goes out marked late (profile key
    /// `late_after_ms`).
    virtual std::int64_t lateAfterMillis() const { return 10 * 60 * 1000; }
    /// Whether it takes records of this kind at all.
    virtual bool takes(ticket::Kind kind) const = 0;
    /// Whether records of a ticket go one after the other, in the order of their seq.
    virtual bool keepsOrder() const { return true; }
    /// A record that names attachments waits so long at most for them to be there first; 0: it does not wait.
    virtual std::int64_t attachmentsWaitMillis() const { return 0; }
    /// A send under way that may take long should end soon: the gateway stops. Any thread.
    virtual void hurry() {}
    virtual RecordFit check(const OutboundRecord& record) const = 0;
    virtual MappingCounts mappingCounts() const { return {}; }
    /// Blocks for at most the destination's timeout. Never throws. A record that can't be mapped
    /// (a repeat after the profile was changed) is answered Unmappable and stops nobody else. `batch_id` is the idempotency
    /// key: the same batch sent again carries the same. Requires: 1..batchMax() records that
    /// check() passed, several of them within batchBytesMax().
    virtual BatchAnswer send(
        const std::string& batch_id, const std::vector<OutboundRecord>& records
    ) = 0;
    /// Resend::QueryFirst only: asks what the far side has of these; Later = it has not.
    virtual BatchAnswer query(
        const std::string& batch_id, const std::vector<OutboundRecord>& records
    ) = 0;
};

}  // namespace yht::kit
