// A province's own store: what it took, what it holds now, its numbers, its receipts. Survives
// kill -9.
//   taken    every record stored, one row for each (APPID, XH): never changed
//   held     for each identity the row that is in force
//   ticket   for each GDBH the province's number and what it has of it
//   file     what was said of each file, and how many records were there before it
// Names are those of profiles/xiang-province; other languages have others for the same.
// Uses: base, stage. Used by: books, judge, platform, control, exchange-sim.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "gateway/base/clock.h"
#include "tools/stage/database.h"
#include "tools/stage/json_text.h"

namespace yht::province_sim {

/// What the books must know of the language that records come in.
struct Language {
    std::string appeal, result, visit;           // kinds
    std::set<std::string> free_kinds;            // stand on nothing
    std::set<std::string> ways_without_handler;  // of handling: a visit needs no result
    std::string ticket_prefix, receipt_prefix;   // of numbers: two capitals
};

/// The members of a record that the rules between records look at.
struct RecordKey {
    std::string appid, number /* XH */, kind, ticket /* GDBH */, source /* LYBS */, ref /* JLBH */;
    std::string version /* BBH */;
};

struct TakenRow {
    RecordKey key;
};

struct FileRow {
    std::string digest /* FJZY */, media_type, name, size, appid, message_id;
};

struct TicketRow {
    std::string province_number;  // "" until its appeal is here
    std::string handling_way;     // BLFS of the appeal held
    bool has_appeal = false, has_result = false;
};

/// Thread-safety: none; the platform holds lock() around a batch, control around a question.
class Store {
public:
    Store(const std::string& path, const Language& language);

    std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
    stage::Database& database() { return database_; }
    const Language& language() const { return language_; }

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
    /// False where the file is there already.
    bool putFile(const FileRow& file);
    /// Prefix + day + nine digits.
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
    void writeFiles(stage::JsonWriter& writer, std::int64_t after, std::int64_t limit);
    void writeReceipts(stage::JsonWriter& writer, std::int64_t after, std::int64_t limit);

private:
    std::int64_t next(const std::string& counter);

    const Language& language_;
    std::mutex mutex_;
    stage::Database database_;
};

inline constexpr std::int64_t kNonceKeptMillis = 10 * 60 * 1000;

}  // namespace yht::province_sim
