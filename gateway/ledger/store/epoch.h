// Epochs (纪元) of a ledger: one more each time it is opened again after a restore. Between the
// backup and the loss the log had signed entries that are gone; what is appended now takes their
// numbers. So that nobody takes the one for the other:
//   origin   the last part counts: "yht.example/430200/1" → "yht.example/430200/2". Checkpoints of
//            the old epoch beyond `after` are of entries that were lost
//   serials  numbers of the day begin behind a floor (kSerialJump beyond the last one known): what
//   was
//            given out and lost is not given out again
//   cursors  a reader's place carries the epoch: feed_cursor.h
//   sent     a far side knows an entry by a number that no entry of another epoch has: formerNumbers()
// The first entry of an epoch is of type audit and says so, in RFC 8785 JSON, scalars as strings:
//   {"after":seq,"epoch":number,"former_origin":…,"format":"yht-reopen-1","operator":id,"origin":…,
//    "serial_day":day,"serial_floor":serial,"why":text}
//   after: the last entry that was restored. serial_day: days since 1970-01-01.
// Uses: ledger/store, json. Used by: ledger/store, app.
#pragma once

#include "gateway/ledger/store/store.h"

namespace yht::ledger {

inline constexpr std::uint32_t kSerialJump = 1'000'000;
inline constexpr std::uint64_t kSentNumbersOfEpoch = 1'000'000'000'000;  // more than a ledger will ever have entries

struct Epoch {
    std::uint32_t number = 1;  // rising; counts epochs that were lost, too
    Seq after = 0;             // checkpoints of a greater size are signed under `origin`
    std::string origin;
    std::int32_t serial_day = 0;     // up to and with this day …
    std::uint32_t serial_floor = 0;  // … serials begin behind this one
    bool operator==(const Epoch&) const = default;
};

struct EpochOrder {
    std::string operator_id, why;
    base::Bytes salt;
    /// Epochs that were begun after the backup was taken and are lost with it: only an operator can
    /// know. The origin counts past them, and serials jump once for each.
    std::uint32_t lost_epochs = 0;
};

struct EpochNote {
    std::string operator_id, why, former_origin;
    Epoch epoch;
};
std::string encodeEpoch(const EpochNote& note);
/// Errors: LedgerCorrupt.
base::Result<EpochNote> decodeEpoch(std::string_view payload);

/// "a/1" → "a/2"; an origin that does not count is its own first. Requires: steps > 0.
std::string nextOrigin(const std::string& origin, std::uint32_t steps = 1);
/// The epoch that a checkpoint of that size is signed under. Requires: epochs in order, at least
/// one.
const Epoch& epochOf(const std::vector<Epoch>& epochs, std::uint64_t size);
/// How much higher than its seq the number is under which entry `seq` is sent (上报序号), so that it is never used for two entries and
/// grows with every entry: 0 in the first epoch, kSentNumbersOfEpoch more in each further one. Requires: as epochOf().
std::uint64_t formerNumbers(const std::vector<Epoch>& epochs, Seq seq);

}  // namespace yht::ledger
