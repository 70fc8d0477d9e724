#include "tests/unit/adapters/kit/transport/database_server.h"

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "adapters/kit/transport/odbc.h"

namespace yht::kit {
namespace {

const std::string kDrivers = "Driver=/usr/lib/x86_64-linux-gnu/odbc/";

void execute(const std::string& connection, const std::string& statement) {
    const auto done = (*OdbcConnection::open({connection}))->execute(statement, {});
    if (!done.ok()) throw std::runtime_error(statement + ": " + base::describe(done.error()));
}

template <class Server>
std::string emptyDatabaseOf(const Server& server) {
    static int databases = 0;
    const std::string name = "yht_" + std::to_string(++databases);
    execute(server.connection(), "CREATE DATABASE " + name);
    return server.connection(name);
}

std::string emptyFile() {
    static const TestDirectory directory;
    static int databases = 0;
    return kDrivers + "libsqlite3odbc.so;Database=" + (directory / std::to_string(++databases));
}

}  // namespace

const char* nameOf(Dbms dbms) {
    constexpr const char* kNames[] = {"Sqlite", "Postgresql", "Mariadb"};
    return kNames[static_cast<std::size_t>(dbms)];
}

void PrintTo(Dbms dbms, std::ostream* out) { *out << nameOf(dbms); }

std::string emptyDatabase(Dbms dbms) {
    switch (dbms) {
        case Dbms::Sqlite: return emptyFile();
        case Dbms::Postgresql: return emptyDatabaseOf(PostgresqlServer::shared());
        case Dbms::Mariadb: return emptyDatabaseOf(MariadbServer::shared());
    }
    throw std::logic_error("no such database");
}

const PostgresqlServer& PostgresqlServer::shared() {
    static const PostgresqlServer server;
    return server;
}

PostgresqlServer::PostgresqlServer() {
    const std::string data = directory_ / "data", programs = "/usr/lib/postgresql/15/bin/";
    std::filesystem::create_directories(data);
    runCommand({"chown", "-R", "postgres", directory_.path().string()});
    writeText(directory_ / "word", "secret-word");
    runCommand({"chmod", "644", directory_ / "word"});
    const auto as_postgres = [](std::vector<std::string> words) {
        // With another user a process loses the wish to end with its parent (PR_SET_PDEATHSIG), unless it is told again.
        words.insert(words.begin(), {"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=KILL", "--"});
        return words;
    };
    runCommand(as_postgres({programs + "initdb", "-D", data, "-E", "UTF8", "--no-sync", "-A", "scram-sha-256", "--pwfile", directory_ / "word"}));
    const auto serve = as_postgres({programs + "postgres", "-D", data, "-p", std::to_string(port_), "-c", "listen_addresses=127.0.0.1", "-c",
                                    "fsync=off", "-k", data});
    server_ = std::make_unique<ServerProcess>(serve, port_, directory_ / "log");
    // It listens before it has started up.
    const auto waiting = *OdbcConnection::open({connection()});
    while (!waiting->query("SELECT 1", {}).ok()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

std::string PostgresqlServer::connection(const std::string& database, const std::string& password) const {
    return kDrivers + "psqlodbcw.so;Servername=127.0.0.1;Username=postgres;Port=" + std::to_string(port_) + ";Database=" + database +
           ";Password=" + password;
}

const MariadbServer& MariadbServer::shared() {
    static const MariadbServer server;
    return server;
}

MariadbServer::MariadbServer() {
    const std::string data = directory_ / "data";
    // Each server removes what others have left in its folder for temporary files: it has one of its own.
    const std::string temporary = "--tmpdir=" + (directory_ / "temporary");
    std::filesystem::create_directory(directory_ / "temporary");
    runCommand({"mariadb-install-db", "--no-defaults", "--user=root", "--auth-root-authentication-method=normal", "--skip-test-db",
                "--datadir=" + data, temporary});
    server_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{"/usr/sbin/mariadbd", "--no-defaults", "--user=root", "--datadir=" + data, temporary, "--bind-address=127.0.0.1",
                                 "--port=" + std::to_string(port_), "--socket=" + (directory_ / "socket"), "--character-set-server=utf8mb4"},
        port_, directory_ / "log"
    );
}

std::string MariadbServer::connection(const std::string& database, const std::string& password) const {
    return kDrivers + "libmaodbc.so;Server=127.0.0.1;User=root;Port=" + std::to_string(port_) + ";Charset=utf8mb4" +
           (database.empty() ? "" : ";Database=" + database) + ";Password=" + password;
}

}  // namespace yht::kit
