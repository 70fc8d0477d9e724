// Tables of a far side over ODBC (unixODBC): one connection, its statements, rows as texts. Values go in as parameters,
// never into the statement's text. Everything has a bound: seconds of a statement, bytes of a value, rows of a call.
//   dialect  standard SQL as far as quotes go: "x" is a name, || joins texts. MariaDB and MySQL, which read both otherwise by
//            themselves, are told so with each connection
//   charset  of the text that the driver takes and gives; what can't be converted is an error, never "?"
//   errors   carry SQLSTATE and our words. The driver's text may quote a value: it goes nowhere
// What a driver can't do: a statement that waits on the server ends after timeout_ms where the driver honours the
// statement time-out, and by SQLCancel from a stop. Uses: base, charset. Used by: pull, destinations that are tables.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/base/result.h"

namespace yht::kit {

inline constexpr std::size_t kSqlColumnsMax = 1'000;
inline constexpr std::size_t kSqlValueBytesMax = 4U << 20;
inline constexpr std::size_t kSqlRowBytesMax = 8U << 20;
inline constexpr std::size_t kSqlStatementBytesMax = 64U << 10;

struct OdbcSettings {
    std::string connection;  // the whole connection string: a secret
    std::string charset = "UTF-8";
    std::int64_t connect_timeout_ms = 10'000;
    std::int64_t timeout_ms = 60'000;  // of a statement
    /// A text outside the charset comes as its bytes and kNoCharacter behind them, so that whoever decodes it refuses it, and it
    /// alone; else the query fails.
    bool keep_undecodable = false;
};

inline constexpr char kNoCharacter = '\xFF';  // in no text of any charset that databases have, UTF-8 least of all

/// NULL, a text, or an integer.
using SqlValue = std::variant<std::monostate, std::string, std::int64_t>;

struct SqlColumn {
    std::string name;
    bool number = false;  // of a numeric type
    bool time = false;    // a date with a time of day
};

/// Values as the driver writes them, in UTF-8: times "YYYY-MM-DD HH:MM:SS" and as many decimals as the database has,
/// dates "YYYY-MM-DD"; binary as Base64; nullopt: NULL.
struct SqlRows {
    std::vector<SqlColumn> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
    std::uint64_t bytes = 0;  // of all values
};

struct SqlBounds {
    std::size_t rows_max = 5'000;            // further rows are left unread
    std::uint64_t bytes_max = 16U << 20;     // of all values; the row that passes it is the last
};

/// Used by one thread at a time; its destructor closes the connection.
/// Errors of all: PeerUnreachable, PeerLoginRefused, PeerAnswerLost (the connection broke, time is over; it is closed and
/// opened anew at the next call), PeerRefused (the database says no: SQLSTATE in the text), PeerBusy (deadlock, locked),
/// PeerAnswerInvalid (a value too large, text outside its charset).
class OdbcConnection {
public:
    /// Connects at the first call. Errors: ConfigInvalid (no such charset).
    static base::Result<std::unique_ptr<OdbcConnection>> open(
        OdbcSettings settings, std::stop_token stop = {}
    );
    virtual ~OdbcConnection() = default;

    /// `?` in the statement stand for the parameters, in their order. Outside a begun transaction it commits itself.
    virtual base::Result<SqlRows> query(
        const std::string& statement, const std::vector<SqlValue>& parameters, const SqlBounds& bounds = {}
    ) = 0;
    /// Gives the number of rows changed, 0 where the driver does not know.
    virtual base::Result<std::int64_t> execute(
        const std::string& statement, const std::vector<SqlValue>& parameters
    ) = 0;
    virtual base::Status begin() = 0;
    virtual base::Status commit() = 0;
    virtual void rollback() = 0;
};

/// A statement with named parameters (`:cursor`), as `?` with the names in their order. Text in quotes, comments and
/// PostgreSQL's `::` are left alone.
struct NamedStatement {
    std::string statement;
    std::vector<std::string> names;
};
/// Errors: ManifestInvalid (a quote that does not end).
base::Result<NamedStatement> namedStatement(const std::string& text);

}  // namespace yht::kit
