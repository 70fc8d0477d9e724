#include "adapters/kit/transport/odbc.h"

#include <sql.h>
#include <sqlext.h>

#include <algorithm>
#include <array>
#include <functional>

#include "adapters/kit/charset_decode.h"
#include "adapters/kit/transport/odbc_text.h"
#include "gateway/base/bytes.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

constexpr std::size_t kPieceBytes = 16U << 10;
constexpr std::size_t kColumnNameBytes = 512;

SQLCHAR* sqlText(const std::string& text) {
    return reinterpret_cast<SQLCHAR*>(const_cast<char*>(text.c_str()));  // NOLINT: ODBC reads it only
}
SQLPOINTER sqlNumber(std::int64_t number) {
    return reinterpret_cast<SQLPOINTER>(static_cast<std::intptr_t>(number));  // NOLINT: how ODBC takes integers
}

template <SQLSMALLINT Type>
class Handle {
public:
    Handle() = default;
    explicit Handle(SQLHANDLE parent) { valid_ = SQL_SUCCEEDED(SQLAllocHandle(Type, parent, &handle_)); }
    ~Handle() { reset(); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    Handle(Handle&& other) noexcept { swap(other); }
    Handle& operator=(Handle&& other) noexcept {
        swap(other);
        return *this;
    }
    SQLHANDLE get() const { return handle_; }
    bool valid() const { return valid_; }
    void reset() {
        if (valid_) SQLFreeHandle(Type, handle_);
        valid_ = false;
        handle_ = SQL_NULL_HANDLE;
    }

private:
    void swap(Handle& other) {
        std::swap(handle_, other.handle_);
        std::swap(valid_, other.valid_);
    }
    SQLHANDLE handle_ = SQL_NULL_HANDLE;
    bool valid_ = false;
};

/// What the driver says went wrong. `text` is for recognising, never for showing: it may quote a value.
struct Diagnosis {
    std::string state;
    std::int64_t native = 0;
    std::string text;
};

Diagnosis diagnosisOf(SQLSMALLINT type, SQLHANDLE handle) {
    std::array<SQLCHAR, 6> state{};
    std::array<SQLCHAR, 1'024> text{};
    SQLINTEGER native = 0;
    SQLSMALLINT bytes = 0;
    if (!SQL_SUCCEEDED(SQLGetDiagRec(type, handle, 1, state.data(), &native, text.data(), text.size(), &bytes))) return {"HY000", 0, ""};
    return {reinterpret_cast<const char*>(state.data()), native, reinterpret_cast<const char*>(text.data())};
}

base::Error errorOf(ErrorCode code, const Diagnosis& diagnosis) {
    return base::makeError(code, "SQLSTATE " + diagnosis.state + ", native " + std::to_string(diagnosis.native));
}

bool saysLoginRefused(const Diagnosis& diagnosis) {
    if (diagnosis.state.starts_with("28")) return true;
    // PostgreSQL's driver has one state for everything that ends a log-in.
    constexpr const char* kWords[] = {"password authentication failed", "Access denied", "no pg_hba.conf entry", "role \""};
    return std::any_of(std::begin(kWords), std::end(kWords), [&](const char* word) {
        return diagnosis.text.find(word) != std::string::npos;
    });
}

base::Error connectError(const Diagnosis& diagnosis) {
    if (saysLoginRefused(diagnosis)) return errorOf(ErrorCode::PeerLoginRefused, diagnosis);
    const bool ours = diagnosis.state.starts_with("IM") || diagnosis.text.find("Can't open lib") != std::string::npos;
    return errorOf(ours ? ErrorCode::ConfigInvalid : ErrorCode::PeerUnreachable, diagnosis);
}

base::Error statementError(const Diagnosis& diagnosis) {
    constexpr std::string_view kBusy[] = {"40001", "40P01", "55P03"};
    constexpr std::int64_t kMariaLockTimeout = 1205, kMariaDeadlock = 1213, kSqliteBusy = 5, kSqliteLocked = 6;
    const bool locked = diagnosis.native == kMariaLockTimeout || diagnosis.native == kMariaDeadlock ||
                        (diagnosis.state == "HY000" && (diagnosis.native == kSqliteBusy || diagnosis.native == kSqliteLocked));
    if (locked || std::find(std::begin(kBusy), std::end(kBusy), diagnosis.state) != std::end(kBusy)) {
        return errorOf(ErrorCode::PeerBusy, diagnosis);
    }
    // Gone, timed out, cancelled, shut down by an administrator.
    constexpr std::string_view kLost[] = {"08", "HYT", "HY008", "57P", "57014"};
    for (const std::string_view lost : kLost) {
        if (diagnosis.state.starts_with(lost)) return errorOf(ErrorCode::PeerAnswerLost, diagnosis);
    }
    constexpr std::int64_t kMariaGone = 2006, kMariaLost = 2013;
    if (diagnosis.native == kMariaGone || diagnosis.native == kMariaLost) return errorOf(ErrorCode::PeerAnswerLost, diagnosis);
    return errorOf(ErrorCode::PeerRefused, diagnosis);
}

bool isBinary(SQLSMALLINT type) { return type == SQL_BINARY || type == SQL_VARBINARY || type == SQL_LONGVARBINARY; }
bool isNumber(SQLSMALLINT type) {
    constexpr SQLSMALLINT kNumbers[] = {SQL_NUMERIC, SQL_DECIMAL, SQL_INTEGER, SQL_SMALLINT, SQL_FLOAT,
                                        SQL_REAL,    SQL_DOUBLE,  SQL_BIGINT,  SQL_TINYINT};
    return std::find(std::begin(kNumbers), std::end(kNumbers), type) != std::end(kNumbers);
}

class Connection final : public OdbcConnection {
public:
    Connection(OdbcSettings settings, CharsetDecoder charset, std::stop_token stop)
        : settings_(std::move(settings)), charset_(std::move(charset)), stop_(std::move(stop)) {}
    ~Connection() override { close(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    base::Result<SqlRows> query(
        const std::string& statement, const std::vector<SqlValue>& parameters, const SqlBounds& bounds
    ) override {
        SqlRows rows;
        const base::Status ran = run(statement, parameters, [&](SQLHANDLE handle) { return fetch(handle, bounds, rows); });
        if (!ran.ok()) return ran.error();
        return rows;
    }

    base::Result<std::int64_t> execute(
        const std::string& statement, const std::vector<SqlValue>& parameters
    ) override {
        SQLLEN changed = 0;
        const base::Status ran = run(statement, parameters, [&](SQLHANDLE handle) {
            SQLRowCount(handle, &changed);
            return base::Status();
        });
        if (!ran.ok()) return ran.error();
        return std::max<std::int64_t>(changed, 0);
    }

    base::Status begin() override {
        if (auto connected = connect(); !connected.ok()) return connected;
        if (!SQL_SUCCEEDED(SQLSetConnectAttr(connection_.get(), SQL_ATTR_AUTOCOMMIT, sqlNumber(SQL_AUTOCOMMIT_OFF), SQL_IS_UINTEGER))) return lost();
        in_transaction_ = true;
        return {};
    }
    base::Status commit() override {
        if (!in_transaction_) return base::makeError(ErrorCode::PeerAnswerLost, "the connection broke");
        const bool done = SQL_SUCCEEDED(SQLEndTran(SQL_HANDLE_DBC, connection_.get(), SQL_COMMIT));
        if (!done) return lost();
        endTransaction();
        return {};
    }
    void rollback() override {
        if (!in_transaction_) return;
        SQLEndTran(SQL_HANDLE_DBC, connection_.get(), SQL_ROLLBACK);
        endTransaction();
    }

private:
    base::Status connect() {
        if (connected_) return {};
        if (stop_.stop_requested()) return base::makeError(ErrorCode::PeerAnswerLost, "stopped");
        environment_ = Handle<SQL_HANDLE_ENV>(SQL_NULL_HANDLE);
        if (!environment_.valid()) return base::makeError(ErrorCode::Internal, "ODBC environment");
        SQLSetEnvAttr(environment_.get(), SQL_ATTR_ODBC_VERSION, sqlNumber(SQL_OV_ODBC3), 0);
        connection_ = Handle<SQL_HANDLE_DBC>(environment_.get());
        if (!connection_.valid()) return base::makeError(ErrorCode::Internal, "ODBC connection");
        const std::int64_t seconds = std::max<std::int64_t>(1, settings_.connect_timeout_ms / 1'000);
        SQLSetConnectAttr(connection_.get(), SQL_ATTR_LOGIN_TIMEOUT, sqlNumber(seconds), SQL_IS_UINTEGER);
        const SQLRETURN code = SQLDriverConnect(
            connection_.get(), nullptr, sqlText(settings_.connection), SQL_NTS, nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT
        );
        if (!SQL_SUCCEEDED(code)) {
            const Diagnosis diagnosis = diagnosisOf(SQL_HANDLE_DBC, connection_.get());
            connection_.reset();
            return connectError(diagnosis);
        }
        connected_ = true;
        base::Status understood = askForAnsi();
        if (!understood.ok()) close();
        return understood;
    }

    /// One manifest must do for every database.
    base::Status askForAnsi() {
        std::array<SQLCHAR, 128> name{};
        SQLSMALLINT bytes = 0;
        if (!SQL_SUCCEEDED(SQLGetInfo(connection_.get(), SQL_DBMS_NAME, name.data(), name.size(), &bytes))) return lost();
        const std::string_view system = reinterpret_cast<const char*>(name.data());
        const bool reads_otherwise = system.find("MariaDB") != std::string_view::npos || system.find("MySQL") != std::string_view::npos;
        if (!reads_otherwise) return {};
        return runOn("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES,PIPES_AS_CONCAT')", {}, [](SQLHANDLE) { return base::Status(); });
    }

    void close() {
        if (in_transaction_) SQLEndTran(SQL_HANDLE_DBC, connection_.get(), SQL_ROLLBACK);
        in_transaction_ = false;
        if (connected_) SQLDisconnect(connection_.get());
        connected_ = false;
        connection_.reset();
        environment_.reset();
    }

    void endTransaction() {
        in_transaction_ = false;
        SQLSetConnectAttr(connection_.get(), SQL_ATTR_AUTOCOMMIT, sqlNumber(SQL_AUTOCOMMIT_ON), SQL_IS_UINTEGER);
    }

    base::Error lost() {
        const Diagnosis diagnosis = diagnosisOf(SQL_HANDLE_DBC, connection_.get());
        close();
        return errorOf(ErrorCode::PeerAnswerLost, diagnosis);
    }

    base::Status run(
        const std::string& statement, const std::vector<SqlValue>& parameters,
        const std::function<base::Status(SQLHANDLE)>& then
    ) {
        if (statement.size() > kSqlStatementBytesMax) return base::makeError(ErrorCode::ConfigInvalid, "statement: too long");
        if (auto connected = connect(); !connected.ok()) return connected;
        base::Status done = runOn(statement, parameters, then);
        if (!done.ok() && done.error().code == ErrorCode::PeerAnswerLost) close();
        return done;
    }

    base::Status runOn(
        const std::string& statement, const std::vector<SqlValue>& parameters,
        const std::function<base::Status(SQLHANDLE)>& then
    ) {
        const Handle<SQL_HANDLE_STMT> handle(connection_.get());
        if (!handle.valid()) return base::makeError(ErrorCode::PeerAnswerLost, "ODBC statement");
        const std::int64_t seconds = std::max<std::int64_t>(1, settings_.timeout_ms / 1'000);
        SQLSetStmtAttr(handle.get(), SQL_ATTR_QUERY_TIMEOUT, sqlNumber(seconds), SQL_IS_UINTEGER);
        std::vector<Bound> bound(parameters.size());
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (auto set = bind(handle.get(), i, parameters[i], bound[i]); !set.ok()) return set;
        }
        const std::stop_callback cancel(stop_, [&] { SQLCancel(handle.get()); });
        auto encoded = encodeText(statement, charset_.name());
        if (!encoded.ok()) return std::move(encoded).error();
        const SQLRETURN code = SQLExecDirect(handle.get(), sqlText(*encoded), SQL_NTS);
        if (!SQL_SUCCEEDED(code) && code != SQL_NO_DATA) return statementError(diagnosisOf(SQL_HANDLE_STMT, handle.get()));
        return then(handle.get());
    }

    /// What a bound parameter points to while the statement runs.
    struct Bound {
        std::string text;
        std::int64_t number = 0;
        SQLLEN bytes = SQL_NULL_DATA;
    };

    base::Status bind(SQLHANDLE handle, std::size_t index, const SqlValue& value, Bound& bound) {
        SQLSMALLINT c_type = SQL_C_CHAR, sql_type = SQL_VARCHAR;
        SQLPOINTER data = nullptr;
        SQLLEN room = 0;
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            bound.number = *number;
            bound.bytes = sizeof bound.number;
            c_type = SQL_C_SBIGINT;
            sql_type = SQL_BIGINT;
            data = &bound.number;
        } else if (const auto* text = std::get_if<std::string>(&value)) {
            auto encoded = encodeText(*text, charset_.name());
            if (!encoded.ok()) return std::move(encoded).error();
            if (encoded->size() > kSqlValueBytesMax) return base::makeError(ErrorCode::ItemTooLarge, "parameter");
            bound.text = *std::move(encoded);
            bound.bytes = static_cast<SQLLEN>(bound.text.size());
            data = bound.text.data();
            room = bound.bytes;
            constexpr SQLLEN kVarcharBytesMax = 4'000;
            if (room > kVarcharBytesMax) sql_type = SQL_LONGVARCHAR;
        }
        const SQLULEN size = static_cast<SQLULEN>(std::max<SQLLEN>(room, 1));
        const SQLRETURN code = SQLBindParameter(
            handle, static_cast<SQLUSMALLINT>(index + 1), SQL_PARAM_INPUT, c_type, sql_type, size, 0, data, room, &bound.bytes
        );
        if (!SQL_SUCCEEDED(code)) return statementError(diagnosisOf(SQL_HANDLE_STMT, handle));
        return {};
    }

    base::Status describe(SQLHANDLE handle, SqlRows& rows, std::vector<SQLSMALLINT>& types) {
        SQLSMALLINT count = 0;
        if (!SQL_SUCCEEDED(SQLNumResultCols(handle, &count))) return statementError(diagnosisOf(SQL_HANDLE_STMT, handle));
        if (count < 1) return base::makeError(ErrorCode::ConfigInvalid, "the statement gives no rows");
        if (static_cast<std::size_t>(count) > kSqlColumnsMax) return base::makeError(ErrorCode::PeerAnswerInvalid, "more than 1000 columns");
        for (SQLSMALLINT i = 1; i <= count; ++i) {
            std::array<SQLCHAR, kColumnNameBytes> name{};
            SQLSMALLINT bytes = 0, type = 0, digits = 0, nullable = 0;
            SQLULEN size = 0;
            const SQLRETURN code = SQLDescribeCol(
                handle, static_cast<SQLUSMALLINT>(i), name.data(), name.size(), &bytes, &type, &size, &digits, &nullable
            );
            if (!SQL_SUCCEEDED(code)) return statementError(diagnosisOf(SQL_HANDLE_STMT, handle));
            SqlColumn column;
            const std::string_view raw(reinterpret_cast<const char*>(name.data()));
            if (charset_.appendWhole(raw, column.name)) return base::makeError(ErrorCode::PeerAnswerInvalid, "a column's name is not " + charset_.name());
            column.number = isNumber(type);
            column.time = type == SQL_TYPE_TIMESTAMP;
            rows.columns.push_back(std::move(column));
            types.push_back(type);
        }
        return {};
    }

    base::Status fetch(SQLHANDLE handle, const SqlBounds& bounds, SqlRows& rows) {
        std::vector<SQLSMALLINT> types;
        if (auto described = describe(handle, rows, types); !described.ok()) return described;
        while (rows.rows.size() < bounds.rows_max && rows.bytes < bounds.bytes_max) {
            const SQLRETURN code = SQLFetch(handle);
            if (code == SQL_NO_DATA) return {};
            if (!SQL_SUCCEEDED(code)) return statementError(diagnosisOf(SQL_HANDLE_STMT, handle));
            std::vector<std::optional<std::string>> row;
            std::uint64_t row_bytes = 0;
            for (std::size_t i = 0; i < types.size(); ++i) {
                auto value = read(handle, i, types[i]);
                if (!value.ok()) return std::move(value).error();
                row_bytes += *value ? (*value)->size() : 0;
                if (row_bytes > kSqlRowBytesMax) return base::makeError(ErrorCode::PeerAnswerInvalid, "a row of more than 8 MiB");
                row.push_back(*std::move(value));
            }
            rows.bytes += row_bytes;
            rows.rows.push_back(std::move(row));
        }
        return {};
    }

    base::Result<std::optional<std::string>> read(SQLHANDLE handle, std::size_t index, SQLSMALLINT type) {
        const bool binary = isBinary(type);
        std::string raw;
        for (;;) {
            std::array<char, kPieceBytes> piece{};
            SQLLEN bytes = 0;
            const SQLRETURN code = SQLGetData(
                handle, static_cast<SQLUSMALLINT>(index + 1), binary ? SQL_C_BINARY : SQL_C_CHAR, piece.data(), piece.size(), &bytes
            );
            if (code == SQL_NO_DATA) break;
            if (!SQL_SUCCEEDED(code)) return statementError(diagnosisOf(SQL_HANDLE_STMT, handle));
            if (bytes == SQL_NULL_DATA) return std::optional<std::string>();
            // A piece that did not hold everything is full, but for the NUL behind a text.
            const std::size_t room = binary ? piece.size() : piece.size() - 1;
            const bool more = bytes == SQL_NO_TOTAL || static_cast<std::size_t>(bytes) > room;
            raw.append(piece.data(), more ? room : static_cast<std::size_t>(bytes));
            if (raw.size() > kSqlValueBytesMax) return base::makeError(ErrorCode::PeerAnswerInvalid, "a value of more than 4 MiB");
            if (!more) break;
        }
        if (binary) return std::optional<std::string>(base::toBase64(raw));
        std::string text;
        if (const auto wrong = charset_.appendWhole(raw, text)) {
            if (settings_.keep_undecodable) return std::optional<std::string>(raw + kNoCharacter);
            return base::makeError(
                ErrorCode::PeerAnswerInvalid, "column " + std::to_string(index + 1) + ", byte " + std::to_string(*wrong) + " is not " + charset_.name()
            );
        }
        return std::optional<std::string>(std::move(text));
    }

    const OdbcSettings settings_;
    CharsetDecoder charset_;
    const std::stop_token stop_;
    Handle<SQL_HANDLE_ENV> environment_;  // before connection_: freed after it
    Handle<SQL_HANDLE_DBC> connection_;
    bool connected_ = false, in_transaction_ = false;
};

}  // namespace

base::Result<std::unique_ptr<OdbcConnection>> OdbcConnection::open(OdbcSettings settings, std::stop_token stop) {
    auto charset = CharsetDecoder::open(settings.charset);
    if (!charset.ok()) return base::makeError(ErrorCode::ConfigInvalid, charset.error().detail);
    return std::unique_ptr<OdbcConnection>(
        std::make_unique<Connection>(std::move(settings), *std::move(charset), std::move(stop))
    );
}

}  // namespace yht::kit
