// Outcome entries (EntryType::Outcome): what a destination said of a record, as the ledger keeps
// it. One entry a record; header.source is the destination's id, header.ticket_no the record's.
// The payload is RFC 8785 JSON, every scalar a string:
//   outcome  = {"answer":verdict,"batch_id":text,"code":text,"destination":id
//               [,"exchange":exchange | ,"exchange_seq":seq],"fields":[field…][,"finding":text],
//               "format":"yht-outcome-1","kind":kind,"late":flag,"peer_number":text,
//               "peer_receipt":base64,"record_seq":seq,"supersedes":[seq…],"times":times}
//   verdict  = "accepted" | "duplicate" | "refused"  the far side's
//            | "unmappable"  ours, before anything was sent: its fields say why
//            | "stale"       ours: a newer version had gone before it came
//            | "withheld"    ours: attachments of a 保密 ticket, which this destination is not to have
//   times    = {"acknowledged":ms,"committed":ms,"event":ms,"received":ms,"sent":ms}, 0: never
//   exchange = {"request_bytes":count,"request_sha256":hex,
//               "response":base64,"response_sha256":hex}
//   field    = {"code":text,"en":text,"limit":text,"pointer":text,"zh":text}
// A batch of one carries its exchange; a greater one has it in an entry of its own, without a
// ticket, before its outcomes:
//   shared   = {"batch_id":text,"destination":id,"exchange":exchange,"format":"yht-exchange-1"}
// `finding` "alias_conflict": the far side's number for the ticket names another one; it was not
// taken over. A response longer than kResponseBytesMax is kept by its digest alone.
// Uses: base, crypto, json, ledger. Used by: courier, status, ledger show.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/ledger/store/store.h"

namespace yht::delivery {

inline constexpr std::size_t kResponseBytesMax = 1024 * 1024;
inline constexpr std::size_t kFieldErrorsMax = 64;  // of one record's answer
inline constexpr std::size_t kFieldTextCodePointsMax = 200;

enum class Verdict : std::uint8_t { Accepted, Duplicate, Refused, Unmappable, Stale, Withheld };
const char* verdictName(Verdict verdict);

struct Exchange {
    std::uint64_t request_size_bytes = 0;
    base::Bytes request_sha256;
    base::Bytes response;  // "" where too long
    base::Bytes response_sha256;
};
Exchange makeExchange(base::BytesView request, base::BytesView response);

struct FiveTimes {
    base::UnixMillis event_ms = 0, received_ms = 0, committed_ms = 0, sent_ms = 0,
                     acknowledged_ms = 0;
};

struct Outcome {
    Verdict verdict = Verdict::Accepted;
    std::string destination;
    std::string batch_id;
    ledger::Seq record_seq = 0;
    ticket::Kind kind = ticket::Kind::Appeal;
    bool late = false;
    std::string code;
    std::string finding;
    std::string peer_number;
    base::Bytes peer_receipt;
    std::vector<base::FieldError> fields;
    std::vector<ledger::Seq> supersedes;  // dead letters that this acceptance made moot
    FiveTimes times;
    std::optional<Exchange> exchange;
    ledger::Seq exchange_seq = 0;  // 0: none
};

struct SharedExchange {
    std::string destination;
    std::string batch_id;
    Exchange exchange;
};

std::string encodeOutcome(const Outcome& outcome);
/// Errors: LedgerCorrupt.
base::Result<Outcome> decodeOutcome(std::string_view payload);

std::string encodeSharedExchange(const SharedExchange& shared);
/// Errors: LedgerCorrupt.
base::Result<SharedExchange> decodeSharedExchange(std::string_view payload);

/// DeliveryRow::reason of a dead row: {"code":…,"fields":[…],"peer_code":…}.
struct DeadReason {
    std::string code;       // our wire code
    std::string peer_code;  // the far side's
    std::vector<base::FieldError> fields;
};
std::string encodeDeadReason(const DeadReason& reason);
/// A text that is no such object is taken as the code.
DeadReason decodeDeadReason(const std::string& text);

}  // namespace yht::delivery
