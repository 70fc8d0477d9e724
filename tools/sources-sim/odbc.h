// A database that a source shares, over ODBC: SQLite in the demonstration, PostgreSQL or another where there is one. A
// stranger's own few calls. Uses: unixODBC. Used by: exchange.
#pragma once

#include <sql.h>

#include <optional>
#include <string>
#include <vector>

namespace yht::sources_sim {

/// One connection, each statement its own transaction. Thread-safety: none.
class Odbc {
public:
    using Row = std::vector<std::optional<std::string>>;

    /// Throws std::runtime_error, as everything here.
    explicit Odbc(const std::string& connection);
    ~Odbc();
    Odbc(const Odbc&) = delete;
    Odbc& operator=(const Odbc&) = delete;

    /// Every parameter is bound as text, none as NULL. Rows, where the statement gives some.
    std::vector<Row> run(const std::string& statement, const Row& parameters = {});
    bool succeeds(const std::string& statement);

private:
    SQLHENV environment_ = nullptr;
    SQLHDBC connection_ = nullptr;
};

}  // namespace yht::sources_sim
