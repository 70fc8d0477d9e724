// The databases that tests ask over ODBC: SQLite in a file, PostgreSQL and MariaDB as children of the test program, with this
// machine's drivers.
//   emptyDatabase(Dbms)   connection string of a database that nobody else has
//   …Server::shared()     the program's one server of that kind: started when it is first asked for, ended with the program
// Uses: server_process, port_lease. Used by: tests of what speaks SQL.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>

#include "tests/unit/adapters/kit/transport/server_process.h"
#include "tools/stage/port_lease.h"

namespace yht::kit {

enum class Dbms : std::uint8_t { Sqlite, Postgresql, Mariadb };
inline constexpr Dbms kEveryDbms[] = {Dbms::Sqlite, Dbms::Postgresql, Dbms::Mariadb};
const char* nameOf(Dbms dbms);
void PrintTo(Dbms dbms, std::ostream* out);  // gtest

std::string emptyDatabase(Dbms dbms);

/// Listens on 127.0.0.1; its superuser has a password.
class PostgresqlServer {
public:
    static const PostgresqlServer& shared();
    std::string connection(const std::string& database = "postgres", const std::string& password = "secret-word") const;

private:
    PostgresqlServer();
    TestDirectory directory_;
    stage::PortLease port_;
    std::unique_ptr<ServerProcess> server_;
};

/// Listens on 127.0.0.1; root has no password. Its dialect is the one that it is shipped with.
class MariadbServer {
public:
    static const MariadbServer& shared();
    std::string connection(const std::string& database = "", const std::string& password = "") const;

private:
    MariadbServer();
    TestDirectory directory_;
    stage::PortLease port_;
    std::unique_ptr<ServerProcess> server_;
};

}  // namespace yht::kit
