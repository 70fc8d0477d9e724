// SQLite's C API behind RAII. The only files that include <sqlite3.h> are this one's twin and its
// users' sources here. A fault is thrown as SqliteFault and caught by the few functions of this
// room that answer others: nothing else could stop a task in the middle of its look-ups. Uses:
// base. Used by: ledger/store only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace yht::ledger {

/// What SQLite said. `code` is its extended result code.
struct SqliteFault {
    int code;
    std::string message;

    /// A row that SQLite gives and we can't read: as bad as a page that it can't.
    static SqliteFault unreadable(std::string why);
    /// Undone completely, and possible again once there is room.
    bool isDiskFull() const;
    /// Another connection holds the lock; nothing was done.
    bool isBusy() const;
    /// DiskFull, Unavailable, LedgerCorrupt or IoFailed.
    base::Error toError() const;
};

/// How long a connection waits for locks unless it is told otherwise: an operator's sqlite3 shell, a
/// checkpoint being finished.
inline constexpr int kBusyTimeoutMillis = 10'000;

/// One connection. Thread-safety: one thread at a time.
class Database {
public:
    enum class Access : std::uint8_t { Read, Write };

    /// Opens; Write makes the file where it is not there. Throws SqliteFault.
    Database(const std::string& path, Access access);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Statements without parameters and without rows of interest.
    void execute(const char* sql);
    /// Prepared once per connection. Requires: a string literal (its address is the key).
    sqlite3_stmt* statement(const char* sql);
    void setBusyTimeout(int ms);
    bool inTransaction() const;
    /// Rows of the last insert, update or delete.
    int changes() const;
    sqlite3* handle() const { return handle_; }
    const std::string& path() const { return path_; }
    [[noreturn]] void fail(int code) const;

private:
    const std::string path_;
    sqlite3* handle_ = nullptr;
    std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

/// Marks a parameter as octets, not text.
struct Blob {
    base::BytesView bytes;
};

/// One use of a prepared statement: binds its parameters in order, gives rows, resets at its end.
/// Requires: texts and blobs given outlive it; the same literal is not in use on this connection.
class Query {
public:
    template <class... Parameters>
    Query(Database& database, const char* sql, const Parameters&... parameters)
        : Query(database, database.statement(sql)) {
        (bind(parameters), ...);
    }
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    /// True: a row to read. False: no more.
    bool next();
    std::int64_t integer(int column) const;
    std::uint64_t unsignedInteger(int column) const {
        return static_cast<std::uint64_t>(integer(column));
    }
    std::string text(int column) const { return std::string(bytes(column)); }
    /// Valid until next() or the end.
    base::BytesView bytes(int column) const;
    bool isNull(int column) const;

private:
    Query(Database& database, sqlite3_stmt* statement);
    void bindInteger(std::int64_t value);
    void bind(std::string_view text);
    void bind(Blob blob);
    template <class Integer>
    requires std::is_integral_v<Integer>
    void bind(Integer value) { bindInteger(static_cast<std::int64_t>(value)); }

    Database& database_;
    sqlite3_stmt* const statement_;
    int bound_ = 0;
};

/// Runs an insert, update or delete; the number of rows changed.
template <class... Parameters>
int change(Database& database, const char* sql, const Parameters&... parameters) {
    Query query(database, sql, parameters...);
    query.next();
    return database.changes();
}

}  // namespace yht::ledger
