// Records that one courier has opened and that another is about to need: decrypting and parsing one
// is the dearest step of choosing it, and every destination of it would do that again. Kept for as
// many couriers as share, for a short time, within bounds of number and bytes.
//
// An erased record must not be served from here: who finds one asks the ledger whether its ticket was
// erased (parcel.cpp does). Records without a ticket are not kept. Masks are a destination's own and are put on a copy.
// Uses: ticket. Used by: parcel, deliveries.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "gateway/base/clock.h"
#include "gateway/ledger/store/store.h"
#include "gateway/ticket/record.h"

namespace yht::delivery {

inline constexpr std::size_t kOpenedRecordsMax = 4'096;
inline constexpr std::size_t kOpenedBytesMax = 8 * 1024 * 1024;  // of their canonical texts
inline constexpr std::int64_t kOpenedMillisMax = 30'000;

/// A record with its version, and what its leaf says of its times.
struct OpenedRecord {
    ticket::Record record{ticket::Kind::Appeal};
    base::UnixMillis event_ms = 0, received_ms = 0;
    std::uint64_t former_numbers = 0;  // ledger::formerNumbers()
};

/// Thread-safety: any thread.
class OpenedRecords {
public:
    /// `takers`: how often each is found before it is forgotten.
    OpenedRecords(std::size_t takers, const base::Clock& clock) : takers_(takers), clock_(clock) {}

    /// nullptr where it is not kept.
    std::shared_ptr<const OpenedRecord> find(ledger::Seq seq);
    /// `bytes`: of its canonical text. Nothing where it is kept already or too large.
    void put(ledger::Seq seq, std::shared_ptr<const OpenedRecord> opened, std::size_t bytes);
    void forget(ledger::Seq seq);

    std::size_t size() const;
    std::size_t bytes() const;

private:
    struct Item {
        ledger::Seq seq;
        std::shared_ptr<const OpenedRecord> opened;
        std::size_t bytes;
        std::size_t takers;
        std::int64_t until_ms;
    };
    void dropOld();
    void drop(std::list<Item>::iterator item);

    const std::size_t takers_;
    const base::Clock& clock_;
    mutable std::mutex mutex_;
    // Protected by mutex_.
    std::list<Item> items_;  // the oldest first
    std::unordered_map<ledger::Seq, std::list<Item>::iterator> by_seq_;
    std::size_t bytes_ = 0;
};

}  // namespace yht::delivery
