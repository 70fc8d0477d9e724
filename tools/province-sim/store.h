// The province's own store: what it took, what it holds now, its numbers, its receipts. Survives
// kill -9.
//   taken    every record stored, one row for each (APPID, XH): never changed
//   held     for each identity the row that is in force
//   ticket   for each GDBH the province's number and what it has of it
// Uses: base, stage. Used by: judge, platform, control.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "gateway/base/clock.h"
#include "tools/stage/database.h"
#include "tools/stage/json_text.h"

namespace yht::province_sim {

/// The members of a record that the rules between records look at.
struct RecordKey {
    std::string appid, number /* XH */, kind, ticket /* GDBH */, source /* LYBS */, ref /* JLBH */;
    std::string version /* BBH */;
};

struct TakenRow {
    RecordKey key;
};

struct TicketRow {
    std::string province_number;  // "" until its appeal is here
    std::string handling_way;     // BLFS of the appeal held
    bool has_appeal = false, has_result = false;
};

/// Thread-safety: none; the platform holds lock() around a batch, control around a question.
class Store {
public:
    explicit Store(const std::string& path);

    std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
    stage::Database& database() { return database_; }

    /// False where the nonce was seen within the last kNonceKeptMillis.
    bool useNonce(const std::string& appid, const std::string& nonce, base::UnixMillis now_ms);
    std::optional<TakenRow> findTaken(const std::string& appid, const std::string& number);
    /// The row in force of the same identity.
    std::optional<TakenRow> findHeld(const RecordKey& key);
    TicketRow ticket(const std::string& ticket);
    /// Stores a record and makes it the one in force; an appeal's first arrival numbers its ticket.
    void put(
        const RecordKey& key, const std::string& handling_way, const std::string& message_id,
        const std::string& body, base::UnixMillis now_ms
    );
    /// "HZ" + day + nine digits.
    std::string nextReceiptNumber(base::UnixMillis now_ms);
    void saveReceipt(
        const std::string& number, const std::string& message_id, const std::string& json
    );
    /// Adds one to a counter that /stats shows.
    void count(const char* name);

    /// For control: bounded, newest last.
    void writeCounts(stage::JsonWriter& writer);
    void writeTickets(stage::JsonWriter& writer);
    /// The last row id written, 0 where none was left.
    std::int64_t writeRecords(
        stage::JsonWriter& writer, std::int64_t after, std::int64_t limit, const std::string& ticket
    );
    void writeReceipts(stage::JsonWriter& writer, std::int64_t after, std::int64_t limit);

private:
    std::int64_t next(const std::string& counter);

    std::mutex mutex_;
    stage::Database database_;
};

inline constexpr std::int64_t kNonceKeptMillis = 10 * 60 * 1000;

}  // namespace yht::province_sim
