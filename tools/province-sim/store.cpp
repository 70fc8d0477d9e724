#include "tools/province-sim/store.h"

#include <iomanip>
#include <sstream>

#include "gateway/base/time_text.h"

namespace yht::province_sim {

namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS taken(
    id INTEGER PRIMARY KEY, appid TEXT NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL,
    ticket TEXT NOT NULL, source TEXT NOT NULL, ref TEXT NOT NULL, version TEXT NOT NULL,
    message_id TEXT NOT NULL, taken_ms INTEGER NOT NULL, body TEXT NOT NULL,
    UNIQUE(appid, number));
CREATE INDEX IF NOT EXISTS taken_by_ticket ON taken(ticket);
CREATE TABLE IF NOT EXISTS held(
    source TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL, taken_id INTEGER NOT NULL,
    PRIMARY KEY(source, kind, ref));
CREATE TABLE IF NOT EXISTS ticket(
    ticket TEXT PRIMARY KEY, province_number TEXT NOT NULL, handling_way TEXT NOT NULL,
    has_appeal INTEGER NOT NULL, has_result INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS receipt(
    id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, message_id TEXT NOT NULL,
    json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS file(
    id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, media_type TEXT NOT NULL, name TEXT NOT NULL,
    size TEXT NOT NULL, appid TEXT NOT NULL, message_id TEXT NOT NULL, rows_before INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS nonce(
    appid TEXT NOT NULL, nonce TEXT NOT NULL, seen_ms INTEGER NOT NULL, PRIMARY KEY(appid, nonce));
CREATE TABLE IF NOT EXISTS counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
)sql";

std::string day(base::UnixMillis now_ms) {
    return base::formatCivil(base::toCivil(now_ms, base::kShanghaiOffsetSeconds), "%Y%m%d");
}

std::string padded(std::int64_t value, int width) {
    std::ostringstream out;
    out << std::setw(width) << std::setfill('0') << value;
    return out.str();
}

TakenRow readTaken(const stage::Statement& row) {
    return {
        {row.textAt(0), row.textAt(1), row.textAt(2), row.textAt(3), row.textAt(4), row.textAt(5),
         row.textAt(6)}};
}

}  // namespace

Store::Store(const std::string& path, const Language& language)
    : language_(language), database_(path, kSchema) {}

bool Store::useNonce(const std::string& appid, const std::string& nonce, base::UnixMillis now_ms) {
    stage::Statement(database_, "DELETE FROM nonce WHERE seen_ms < ?")
        .integer(now_ms - kNonceKeptMillis)
        .run();
    stage::Statement(database_, "INSERT OR IGNORE INTO nonce VALUES(?, ?, ?)")
        .text(appid)
        .text(nonce)
        .integer(now_ms)
        .run();
    return database_.changes() == 1;
}

std::optional<TakenRow> Store::findTaken(const std::string& appid, const std::string& number) {
    stage::Statement row(
        database_,
        "SELECT appid, number, kind, ticket, source, ref, version FROM taken"
        " WHERE appid = ? AND number = ?"
    );
    if (!row.text(appid).text(number).step()) return std::nullopt;
    return readTaken(row);
}

std::optional<TakenRow> Store::findHeld(const RecordKey& key) {
    stage::Statement row(
        database_,
        "SELECT t.appid, t.number, t.kind, t.ticket, t.source, t.ref, t.version"
        " FROM held h JOIN taken t ON t.id = h.taken_id"
        " WHERE h.source = ? AND h.kind = ? AND h.ref = ?"
    );
    if (!row.text(key.source).text(key.kind).text(key.ref).step()) return std::nullopt;
    return readTaken(row);
}

TicketRow Store::ticket(const std::string& ticket) {
    stage::Statement row(
        database_,
        "SELECT province_number, handling_way, has_appeal, has_result FROM ticket WHERE ticket = ?"
    );
    if (ticket.empty() || !row.text(ticket).step()) return {};
    return {row.textAt(0), row.textAt(1), row.integerAt(2) != 0, row.integerAt(3) != 0};
}

void Store::put(
    const RecordKey& key, const std::string& handling_way, const std::string& message_id,
    const std::string& body, base::UnixMillis now_ms
) {
    stage::Statement(
        database_,
        "INSERT INTO taken(appid, number, kind, ticket, source, ref, version, message_id, taken_ms,"
        " body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
        .text(key.appid)
        .text(key.number)
        .text(key.kind)
        .text(key.ticket)
        .text(key.source)
        .text(key.ref)
        .text(key.version)
        .text(message_id)
        .integer(now_ms)
        .text(body)
        .run();
    stage::Statement(database_, "INSERT OR REPLACE INTO held VALUES(?, ?, ?, last_insert_rowid())")
        .text(key.source)
        .text(key.kind)
        .text(key.ref)
        .run();
    const bool is_appeal = key.kind == language_.appeal, is_result = key.kind == language_.result;
    if (key.ticket.empty() || (!is_appeal && !is_result)) return;
    TicketRow row = ticket(key.ticket);
    if (is_appeal && !row.has_appeal) {
        const std::string series = language_.ticket_prefix + day(now_ms);
        row.province_number = series + padded(next(series), 8);
    }
    // A void appeal names no way of handling: what was known stays.
    if (!handling_way.empty()) row.handling_way = handling_way;
    stage::Statement(database_, "INSERT OR REPLACE INTO ticket VALUES(?, ?, ?, ?, ?)")
        .text(key.ticket)
        .text(row.province_number)
        .text(row.handling_way)
        .integer(row.has_appeal || is_appeal)
        .integer(row.has_result || is_result)
        .run();
}

bool Store::putFile(const FileRow& file) {
    stage::Statement(
        database_,
        "INSERT OR IGNORE INTO file(digest, media_type, name, size, appid, message_id, rows_before)"
        " VALUES(?, ?, ?, ?, ?, ?, (SELECT count(*) FROM taken))"
    )
        .text(file.digest)
        .text(file.media_type)
        .text(file.name)
        .text(file.size)
        .text(file.appid)
        .text(file.message_id)
        .run();
    return database_.changes() == 1;
}

std::string Store::nextReceiptNumber(base::UnixMillis now_ms) {
    const std::string series = language_.receipt_prefix + day(now_ms);
    return series + padded(next(series), 9);
}

void Store::saveReceipt(
    const std::string& number, const std::string& message_id, const std::string& json
) {
    stage::Statement(database_, "INSERT INTO receipt(number, message_id, json) VALUES(?, ?, ?)")
        .text(number)
        .text(message_id)
        .text(json)
        .run();
}

std::int64_t Store::next(const std::string& counter) {
    stage::Statement row(
        database_,
        "INSERT INTO counter VALUES(?, 1) ON CONFLICT(name) DO UPDATE SET value = value + 1"
        " RETURNING value"
    );
    row.text(counter).step();
    const std::int64_t value = row.integerAt(0);
    row.step();
    return value;
}

void Store::count(const char* name) {
    next(name);
}

}  // namespace yht::province_sim
