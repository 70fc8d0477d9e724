#include "gateway/ledger/store/sqlite.h"

#include <sqlite3.h>

#include "gateway/base/assert.h"

namespace yht::ledger {
namespace {

int primaryCode(int code) {
    return code & 0xff;
}

/// SQLite's own count of its memory, which nobody reads, is one lock around every allocation of every
/// thread. Once, before it is used first; later it would refuse.
void countNoMemory() {
    static const int refused = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    YHT_ASSERT(refused == SQLITE_OK || refused == SQLITE_MISUSE);
}

}  // namespace

SqliteFault SqliteFault::unreadable(std::string why) {
    return {SQLITE_CORRUPT, std::move(why)};
}

bool SqliteFault::isDiskFull() const {
    // Growing the shared-memory index fails before anything is written, and only for want of room.
    return primaryCode(code) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE;
}

bool SqliteFault::isBusy() const {
    return primaryCode(code) == SQLITE_BUSY || primaryCode(code) == SQLITE_LOCKED;
}

base::Error SqliteFault::toError() const {
    const std::string detail = "SQLite " + std::to_string(code) + ": " + message;
    if (isDiskFull()) return base::makeError(base::ErrorCode::DiskFull, detail);
    if (isBusy()) return base::makeError(base::ErrorCode::Unavailable, detail);
    if (primaryCode(code) == SQLITE_CORRUPT || primaryCode(code) == SQLITE_NOTADB) {
        return base::makeError(base::ErrorCode::LedgerCorrupt, detail);
    }
    // A reader can't end what a killed writer has begun.
    if (code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY) {
        return base::makePublicError(
            base::ErrorCode::NotReady,
            "Who wrote the ledger last was killed, and the next who writes it ends what was begun: give that command again, or start the gateway.",
            "上一个写账本的进程被强行终止,其未竟步骤由下一个写入者完成:请再次执行该命令,或启动网关。", detail
        );
    }
    return base::makeError(base::ErrorCode::IoFailed, detail);
}

Database::Database(const std::string& path, Access access) : path_(path) {
    countNoMemory();
    const int flags =
        access == Access::Write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code = sqlite3_open_v2(path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK) {
        const SqliteFault fault{
            code, handle_ != nullptr ? sqlite3_errmsg(handle_) : "out of memory"};
        sqlite3_close(handle_);
        throw fault;
    }
    sqlite3_extended_result_codes(handle_, 1);
    setBusyTimeout(kBusyTimeoutMillis);
}

void Database::setBusyTimeout(int ms) {
    sqlite3_busy_timeout(handle_, ms);
}

Database::~Database() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    // Every statement is finalized, so this can't be refused; faults of its last checkpoint leave
    // the WAL in place.
    sqlite3_close(handle_);
}

void Database::fail(int code) const {
    throw SqliteFault{code, sqlite3_errmsg(handle_)};
}

void Database::execute(const char* sql) {
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
}

sqlite3_stmt* Database::statement(const char* sql) {
    auto& statement = statements_[sql];
    if (statement == nullptr) {
        const int code =
            sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK) fail(code);
    }
    YHT_ASSERT(sqlite3_stmt_busy(statement) == 0);
    return statement;
}

bool Database::inTransaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

int Database::changes() const {
    return sqlite3_changes(handle_);
}

Query::Query(Database& database, sqlite3_stmt* statement)
    : database_(database), statement_(statement) {}

Query::~Query() {
    // Whatever reset() reports, step() has reported already.
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

bool Query::next() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) database_.fail(code);
    return false;
}

std::int64_t Query::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

base::BytesView Query::bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {
        data == nullptr ? "" : data,
        static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Query::isNull(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Query::bindInteger(std::int64_t value) {
    const int code = sqlite3_bind_int64(statement_, ++bound_, value);
    if (code != SQLITE_OK) database_.fail(code);
}

void Query::bind(std::string_view text) {
    const int code = sqlite3_bind_text64(
        statement_, ++bound_, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
        SQLITE_UTF8
    );
    if (code != SQLITE_OK) database_.fail(code);
}

void Query::bind(Blob blob) {
    // A null pointer would bind NULL, not an empty blob.
    const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
    const int code =
        sqlite3_bind_blob64(statement_, ++bound_, data, blob.bytes.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) database_.fail(code);
}

}  // namespace yht::ledger
