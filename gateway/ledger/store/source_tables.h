// What the ledger keeps of messages in sources' own formats, beside their entries: items in quarantine (隔离), the
// account of every source, answers kept for Idempotency-Key, and how far a message of several commits has come.
//   quarantine     an item that could not become records: ours until an operator decides. Its raw bytes are a slice of
//                  its message's entry, or all of it. Rows are never deleted; decisions change their state.
//   source account one line a source and day (Asia/Shanghai): received = accepted + duplicate + quarantined + refused
//                  + ignored, always; added to in the commit of what it counts
//   attachment     what an item brought or named, until its record is admitted
//   history        records of before the link existed that no destination is to have yet
//   kept answer    by keyed digest: the key itself is the partner's word and may be anything
// None of it can be made anew from leaves (rebuild.h keeps it). Erasure (erasure.h) takes the raw bytes of a ticket's
// messages, so of the items in quarantine that came in the same messages; the rows stay and tell reasons only.
// Uses: ledger/format. Used by: store, admission, app.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"

namespace yht::ledger {

inline constexpr const char* kQuarantineOpen = "open";
inline constexpr const char* kQuarantineFixed = "fixed";         // with an operator's changes
inline constexpr const char* kQuarantineReplayed = "replayed";   // as it came, by a later adapter
inline constexpr const char* kQuarantineDiscarded = "discarded";

/// A raw item that could not become a record.
struct QuarantineRow {
    std::uint64_t id = 0;
    std::uint64_t message_seq = 0;
    std::string source;
    std::string reason;       // error wire code
    std::string detail_json;  // what and where: names and limits only
    base::UnixMillis since_ms = 0;
    std::string state = kQuarantineOpen;
    std::uint64_t item_index = 0;  // in its message
    std::string place;             // for people; never content
    std::uint64_t raw_offset = 0, raw_bytes = 0;  // 0, 0: the whole message
    base::Bytes item_digest = {};  // SHA-256 of what a repeat would bring; only written, kept as a keyed digest
    std::string fingerprint = {};  // of the reason: the same trouble has the same
    std::string content_type = {}; // of the message
    std::string adapter_version = {};  // that judged it last
    std::uint64_t decision_seq = 0;    // of the entry that closed it; 0 while open
};

/// Empty members choose everything.
struct QuarantineFilter {
    std::string source, reason, fingerprint, state = kQuarantineOpen;
    base::UnixMillis since_ms = 0;  // not before
    std::uint64_t after_id = 0;
};

/// Open items with the same trouble.
struct QuarantineGroup {
    std::string source, reason, fingerprint;
    std::uint64_t count = 0, first_id = 0;
    base::UnixMillis first_ms = 0, last_ms = 0;
};

/// Items of one source, as many as are counted together.
struct SourceAccount {
    std::uint64_t received = 0;
    std::uint64_t accepted = 0;
    std::uint64_t stale = 0;  // of the accepted: older versions, kept
    std::uint64_t duplicate = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t refused = 0;
    std::map<std::string, std::uint64_t> ignored;  // by the rule's name
    // What the adapter found beside: not items.
    std::uint64_t unmapped_codes = 0, unknown_members = 0, cut_texts = 0;

    std::uint64_t ignoredCount() const;
    bool balances() const;
    bool empty() const;
    void add(const SourceAccount& other);
    bool operator==(const SourceAccount&) const = default;
};

struct SourceDay {
    std::string source;
    std::int32_t day = 0;  // base::shanghaiDay()
    SourceAccount account;
};

inline constexpr const char* kAttachmentPending = "pending";
inline constexpr const char* kAttachmentFailed = "failed";  // not tried any more, unless an operator says so

/// An attachment that an item brought or named and that is not admitted yet. What it is called at its source and where
/// it lies stands in the message's entry only, and goes with it. A row ends when its record is admitted.
struct SourceAttachmentRow {
    std::uint64_t id = 0;
    std::uint64_t message_seq = 0;
    std::uint64_t record_seq = 0;  // that it belongs to
    std::string source;            // the manifest's id
    std::string ticket_no;
    std::uint64_t item_index = 0;  // in its message
    std::uint64_t ordinal = 0;     // among the attachments of its item
    std::string record_ref;        // of the record that is to be made
    std::string content_type = {}; // of the message
    std::string state = kAttachmentPending;
    std::uint32_t attempts = 0;
    base::UnixMillis next_ms = 0;  // not before
    base::UnixMillis since_ms = 0;
    std::string reason = {};       // error wire code of the last attempt
};

/// Empty members choose everything.
struct SourceAttachmentFilter {
    std::string source, state, ticket_no;
    base::UnixMillis due_ms = std::numeric_limits<base::UnixMillis>::max();  // next_ms not after
    std::uint64_t after_id = 0;
};

struct SourceAttachmentCount {
    std::string source, state;
    std::uint64_t count = 0;
    base::UnixMillis oldest_ms = 0;  // since_ms
    bool operator==(const SourceAttachmentCount&) const = default;
};

/// A record of before the link existed (origin=history 历史): goes nowhere until an operator releases it.
struct HistoryRow {
    std::uint64_t seq = 0;
    std::string source;     // of the record
    std::string ticket_no;
    base::UnixMillis event_ms = 0;
};

/// Of one source.
struct HistoryCount {
    std::string source;
    std::uint64_t held = 0;
    std::uint64_t released = 0;  // and not routed yet
    base::UnixMillis first_event_ms = 0, last_event_ms = 0;  // of the held ones
    bool operator==(const HistoryCount&) const = default;
};

/// Which of them: event times in [from_ms, to_ms).
struct HistoryRange {
    std::string source;
    base::UnixMillis from_ms = 0, to_ms = 0;
};

/// What was answered to a message with an Idempotency-Key.
struct KeptAnswer {
    bool same_body = false;  // as the message that is asked for
    std::string answer;      // "": that message is under way, or was cut off by a crash
};

}  // namespace yht::ledger
