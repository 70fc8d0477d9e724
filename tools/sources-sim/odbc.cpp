#include "tools/sources-sim/odbc.h"

#include <sqlext.h>

#include <stdexcept>

namespace yht::sources_sim {
namespace {

std::string told(SQLSMALLINT kind, SQLHANDLE handle) {
    SQLCHAR state[6] = {}, text[512] = {};
    SQLINTEGER native = 0;
    SQLSMALLINT size = 0;
    if (!SQL_SUCCEEDED(SQLGetDiagRec(kind, handle, 1, state, &native, text, sizeof text, &size))) return "no word of why";
    return std::string(reinterpret_cast<char*>(state)) + " " + reinterpret_cast<char*>(text);
}

SQLCHAR* chars(const std::string& text) { return reinterpret_cast<SQLCHAR*>(const_cast<char*>(text.c_str())); }

class Statement {
public:
    explicit Statement(SQLHDBC connection) { SQLAllocHandle(SQL_HANDLE_STMT, connection, &handle_); }
    ~Statement() { SQLFreeHandle(SQL_HANDLE_STMT, handle_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    SQLHSTMT operator*() const { return handle_; }

private:
    SQLHSTMT handle_ = nullptr;
};

}  // namespace

Odbc::Odbc(const std::string& connection) {
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_);
    SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3), 0);
    SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_);
    const auto done = SQLDriverConnect(connection_, nullptr, chars(connection), SQL_NTS, nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT);
    if (SQL_SUCCEEDED(done)) return;
    const std::string why = told(SQL_HANDLE_DBC, connection_);
    SQLFreeHandle(SQL_HANDLE_DBC, connection_);
    SQLFreeHandle(SQL_HANDLE_ENV, environment_);
    throw std::runtime_error("can't reach the database: " + why);
}

Odbc::~Odbc() {
    SQLDisconnect(connection_);
    SQLFreeHandle(SQL_HANDLE_DBC, connection_);
    SQLFreeHandle(SQL_HANDLE_ENV, environment_);
}

std::vector<Odbc::Row> Odbc::run(const std::string& text, const Row& parameters) {
    const Statement statement(connection_);
    const auto check = [&](SQLRETURN done) {
        if (!SQL_SUCCEEDED(done) && done != SQL_NO_DATA) throw std::runtime_error(text + ": " + told(SQL_HANDLE_STMT, *statement));
    };
    check(SQLPrepare(*statement, chars(text), SQL_NTS));
    std::vector<SQLLEN> sizes;
    sizes.reserve(parameters.size());
    for (const auto& value : parameters) {
        sizes.push_back(value ? static_cast<SQLLEN>(value->size()) : SQL_NULL_DATA);
        static const std::string kNone;
        const std::string& bytes = value ? *value : kNone;
        check(SQLBindParameter(
            *statement, static_cast<SQLUSMALLINT>(sizes.size()), SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR,
            bytes.empty() ? 1 : bytes.size(), 0, chars(bytes), static_cast<SQLLEN>(bytes.size()), &sizes.back()
        ));
    }
    check(SQLExecute(*statement));
    SQLSMALLINT columns = 0;
    check(SQLNumResultCols(*statement, &columns));
    std::vector<Row> rows;
    while (columns > 0 && SQL_SUCCEEDED(SQLFetch(*statement))) {
        Row& row = rows.emplace_back();
        for (SQLSMALLINT i = 1; i <= columns; ++i) {
            char value[16'384];
            SQLLEN size = 0;
            check(SQLGetData(*statement, static_cast<SQLUSMALLINT>(i), SQL_C_CHAR, value, sizeof value, &size));
            if (size == SQL_NULL_DATA) row.emplace_back();
            else row.emplace_back(value);
        }
    }
    return rows;
}

bool Odbc::succeeds(const std::string& statement) {
    try {
        run(statement);
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace yht::sources_sim
