// SQLite behind RAII for the simulators' own stores: write-ahead log, synchronous=FULL, so that
// what was answered survives kill -9. Uses: SQLite. Used by: province-sim, centre-sim.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace yht::stage {

/// The store failed. Caught once, where a request ends (Listener) or the process does.
class DatabaseFault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Database;

/// One use of a prepared statement, by one thread at a time. The database keeps it for the next use
/// of the same text: preparing costs more than most of what is asked.
class Statement {
public:
    Statement(Database& database, const char* sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Positions count from 1, in the order of the calls: text(a).text(b) binds 1 and 2.
    Statement& text(std::string_view value);
    Statement& integer(std::int64_t value);
    /// True while there is a row. Throws DatabaseFault.
    bool step();
    /// For statements without rows; throws DatabaseFault.
    void run() { step(); }

    std::string textAt(int column) const;
    std::int64_t integerAt(int column) const;

private:
    Database& database_;
    const std::string sql_;
    sqlite3_stmt* statement_ = nullptr;
    int bound_ = 0;
};

inline constexpr std::size_t kStatementsKeptMax = 64;

/// One connection. Thread-safety: none; the owner serialises.
class Database {
public:
    /// Opens or creates, and runs `schema` (CREATE TABLE IF NOT EXISTS …). Throws DatabaseFault.
    Database(const std::string& path, const char* schema);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void execute(const char* sql);
    std::int64_t changes() const { return sqlite3_changes64(handle_); }
    sqlite3* handle() { return handle_; }
    [[noreturn]] void fail(const char* what) const;

private:
    friend class Statement;
    /// A kept one of that text, or a new one. Throws DatabaseFault.
    sqlite3_stmt* take(const std::string& sql);
    void giveBack(const std::string& sql, sqlite3_stmt* statement);

    sqlite3* handle_ = nullptr;
    std::multimap<std::string, sqlite3_stmt*> kept_;  // not in use
};

/// BEGIN IMMEDIATE at construction; ROLLBACK at destruction where commit() was not reached.
class Transaction {
public:
    explicit Transaction(Database& database) : database_(database) {
        database_.execute("BEGIN IMMEDIATE");
    }
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Database& database_;
    bool open_ = true;
};

}  // namespace yht::stage
