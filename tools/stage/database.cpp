#include "tools/stage/database.h"

namespace yht::stage {

Statement::Statement(Database& database, const char* sql)
    : database_(database), sql_(sql), statement_(database.take(sql_)) {}

Statement::~Statement() {
    database_.giveBack(sql_, statement_);
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
    for (const auto& [sql, statement] : kept_) sqlite3_finalize(statement);
    sqlite3_close(handle_);
}

sqlite3_stmt* Database::take(const std::string& sql) {
    if (const auto kept = kept_.find(sql); kept != kept_.end())
        return kept_.extract(kept).mapped();
    sqlite3_stmt* statement = nullptr;
    const auto bytes = static_cast<int>(sql.size());
    if (sqlite3_prepare_v2(handle_, sql.data(), bytes, &statement, nullptr) != SQLITE_OK)
        fail("prepare");
    return statement;
}

void Database::giveBack(const std::string& sql, sqlite3_stmt* statement) {
    // Whatever reset() reports, step() has reported already.
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (kept_.size() < kStatementsKeptMax)
        kept_.emplace(sql, statement);
    else
        sqlite3_finalize(statement);
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
