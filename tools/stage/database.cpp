#include "tools/stage/database.h"

namespace yht::stage {

Statement::Statement(Database& database, const char* sql) : database_(database) {
    if (sqlite3_prepare_v2(database.handle(), sql, -1, &statement_, nullptr) != SQLITE_OK)
        database.fail("prepare");
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

Statement& Statement::text(std::string_view value) {
    if (sqlite3_bind_text64(
            statement_, ++bound_, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8
        ) != SQLITE_OK)
        database_.fail("bind");
    return *this;
}

Statement& Statement::integer(std::int64_t value) {
    if (sqlite3_bind_int64(statement_, ++bound_, value) != SQLITE_OK) database_.fail("bind");
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) database_.fail("step");
    return false;
}

std::string Statement::textAt(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Statement::integerAt(int column) const {
    return sqlite3_column_int64(statement_, column);
}

Database::Database(const std::string& path, const char* schema) {
    if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) {
        const std::string why = sqlite3_errmsg(handle_);
        sqlite3_close(handle_);
        throw DatabaseFault("open " + path + ": " + why);
    }
    try {
        sqlite3_busy_timeout(handle_, 5000);
        execute("PRAGMA journal_mode=WAL");
        execute("PRAGMA synchronous=FULL");
        execute(schema);
    } catch (...) {
        sqlite3_close(handle_);
        throw;
    }
}

Database::~Database() {
    sqlite3_close(handle_);
}

void Database::execute(const char* sql) {
    if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("execute");
}

void Database::fail(const char* what) const {
    throw DatabaseFault(std::string(what) + ": " + sqlite3_errmsg(handle_));
}

Transaction::~Transaction() {
    // A destructor may not throw; a failed rollback ends with the connection.
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    database_.execute("COMMIT");
    open_ = false;
}

}  // namespace yht::stage
