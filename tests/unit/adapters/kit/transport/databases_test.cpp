#include <gmock/gmock.h>

#include <thread>

#include "adapters/kit/transport/odbc.h"
#include "tests/unit/adapters/kit/transport/database_server.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;

constexpr const char* kDriver = "Driver=/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so";

/// What every database has to do, whatever it is.
void doesEverything(OdbcConnection& connection) {
    const auto made = connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, title VARCHAR(200), at TIMESTAMP NULL)", {});
    ASSERT_TRUE(made.ok()) << base::describe(made.error());
    const auto put = connection.execute("INSERT INTO t VALUES (?, ?, ?)", {std::int64_t{7}, std::string("噪声扰民 'x'; DROP TABLE t"), std::string("2019-04-18 09:30:15")});
    ASSERT_TRUE(put.ok()) << base::describe(put.error());
    ASSERT_TRUE(connection.execute("INSERT INTO t VALUES (?, ?, ?)", {std::int64_t{8}, SqlValue(), SqlValue()}).ok());
    const auto rows = connection.query("SELECT id, title, at FROM t WHERE id > ? ORDER BY id", {std::int64_t{0}});
    ASSERT_TRUE(rows.ok()) << base::describe(rows.error());
    ASSERT_EQ(2U, rows->rows.size());
    EXPECT_EQ("title", rows->columns[1].name);
    EXPECT_TRUE(rows->columns[0].number);
    EXPECT_EQ("7", rows->rows[0][0]);
    EXPECT_EQ("噪声扰民 'x'; DROP TABLE t", rows->rows[0][1]);
    EXPECT_THAT(*rows->rows[0][2], ::testing::StartsWith("2019-04-18 09:30:15"));
    EXPECT_EQ(std::nullopt, rows->rows[1][1]);
    EXPECT_EQ(1U, connection.query("SELECT id FROM t", {}, {1, 1'000}).value().rows.size());

    ASSERT_TRUE(connection.begin().ok());
    ASSERT_TRUE(connection.execute("DELETE FROM t WHERE id = ?", {std::int64_t{7}}).ok());
    connection.rollback();
    ASSERT_TRUE(connection.begin().ok());
    EXPECT_EQ(1, connection.execute("UPDATE t SET title = ? WHERE id = ?", {std::string("办结"), std::int64_t{8}}).value());
    ASSERT_TRUE(connection.commit().ok());
    EXPECT_EQ("办结", *connection.query("SELECT title FROM t WHERE id = 8", {}).value().rows[0][0]);
    EXPECT_EQ(2U, connection.query("SELECT id FROM t", {}).value().rows.size());

    const auto wrong = connection.query("SELECT nothing FROM nowhere WHERE x = ?", {std::string("13800000000")});
    ASSERT_FALSE(wrong.ok());
    EXPECT_EQ(ErrorCode::PeerRefused, wrong.error().code);
    EXPECT_EQ(std::string::npos, base::describe(wrong.error()).find("13800000000"));
    EXPECT_TRUE(connection.query("SELECT id FROM t", {}).ok());  // the connection lives on
}

TEST(OdbcTest, SqliteDoesEverything) {
    doesEverything(**OdbcConnection::open({emptyDatabase(Dbms::Sqlite)}));
}

TEST(OdbcTest, TextOutsideTheCharsetIsAnErrorAndNeverAQuestionMark) {
    const std::string database = emptyDatabase(Dbms::Sqlite);
    const auto connection = *OdbcConnection::open({database});
    ASSERT_TRUE(connection->execute("CREATE TABLE t (x TEXT)", {}).ok());
    ASSERT_TRUE(connection->execute("INSERT INTO t VALUES (CAST(X'D4EB' AS TEXT))", {}).ok());  // GBK in a UTF-8 database
    EXPECT_EQ(ErrorCode::PeerAnswerInvalid, connection->query("SELECT x FROM t", {}).error().code);
    EXPECT_EQ(ErrorCode::ConfigInvalid, OdbcConnection::open({database, "NO-SUCH"}).error().code);
}

bool failsWith(ErrorCode code, const base::Result<SqlRows>& rows) { return !rows.ok() && rows.error().code == code; }

TEST(OdbcTest, ColumnsOfARowAreBounded) {
    const auto connection = *OdbcConnection::open({emptyDatabase(Dbms::Sqlite)});
    const auto columns = [&](std::size_t count) {
        std::string statement = "SELECT 1";
        for (std::size_t i = 1; i < count; ++i) statement += ",1";
        return connection->query(statement, {});
    };
    EXPECT_EQ(kSqlColumnsMax, columns(kSqlColumnsMax).value().rows.at(0).size());
    EXPECT_TRUE(failsWith(ErrorCode::PeerAnswerInvalid, columns(kSqlColumnsMax + 1)));
}

TEST(OdbcTest, AValueIsBoundedOnItsWayInAndOut) {
    const auto connection = *OdbcConnection::open({emptyDatabase(Dbms::Sqlite)});
    const std::string most = "SELECT hex(zeroblob(" + std::to_string(kSqlValueBytesMax / 2) + "))";
    EXPECT_EQ(kSqlValueBytesMax, connection->query(most, {}).value().rows.at(0).at(0)->size());
    EXPECT_TRUE(failsWith(ErrorCode::PeerAnswerInvalid, connection->query(most + " || 'x'", {})));
    std::string given(kSqlValueBytesMax, 'x');
    EXPECT_EQ(std::to_string(given.size()), connection->query("SELECT length(?)", {given}).value().rows.at(0).at(0));
    EXPECT_TRUE(failsWith(ErrorCode::ItemTooLarge, connection->query("SELECT length(?)", {given + 'x'})));
}

/// Each of its values may be as long as a value may be.
TEST(OdbcTest, ARowIsBoundedAsAWhole) {
    const auto connection = *OdbcConnection::open({emptyDatabase(Dbms::Sqlite)});
    const std::string half = "hex(zeroblob(" + std::to_string(kSqlRowBytesMax / 4) + "))";
    EXPECT_EQ(kSqlRowBytesMax, connection->query("SELECT " + half + ", " + half + ", ''", {}).value().bytes);
    EXPECT_TRUE(failsWith(ErrorCode::PeerAnswerInvalid, connection->query("SELECT " + half + ", " + half + ", 'x'", {})));
}

TEST(OdbcTest, NobodyThereIsUnreachableAndNoDriverIsOurMistake) {
    const stage::PortLease port;
    const auto nobody = *OdbcConnection::open({std::string(kDriver) + ";Servername=127.0.0.1;Port=" + std::to_string(port) + ";Database=x;Username=x"});
    EXPECT_EQ(ErrorCode::PeerUnreachable, nobody->query("SELECT 1", {}).error().code);
    EXPECT_EQ(ErrorCode::ConfigInvalid, (*OdbcConnection::open({"Driver=/no/such.so"}))->query("SELECT 1", {}).error().code);
}

TEST(OdbcTest, PostgresqlDoesEverything) {
    const PostgresqlServer& server = PostgresqlServer::shared();
    doesEverything(**OdbcConnection::open({emptyDatabase(Dbms::Postgresql)}));
    const auto refused = (*OdbcConnection::open({server.connection("postgres", "wrong")}))->query("SELECT 1", {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(ErrorCode::PeerLoginRefused, refused.error().code);
    // A statement that does not end is ended by a stop.
    std::stop_source stop;
    const auto slow = *OdbcConnection::open({server.connection()}, stop.get_token());
    ASSERT_TRUE(slow->query("SELECT 1", {}).ok());
    std::jthread stopping([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        stop.request_stop();
    });
    EXPECT_EQ(ErrorCode::PeerAnswerLost, slow->query("SELECT pg_sleep(3600)", {}).error().code);
}

TEST(OdbcTest, MariadbDoesEverything) {
    doesEverything(**OdbcConnection::open({emptyDatabase(Dbms::Mariadb)}));
    const auto refused = (*OdbcConnection::open({MariadbServer::shared().connection("", "wrong")}))->query("SELECT 1", {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(ErrorCode::PeerLoginRefused, refused.error().code);
}

/// MariaDB alone reads "x" as a text, and || as OR, unless it is told.
TEST(OdbcTest, AStatementInStandardSqlIsReadAsSuchByEveryDatabase) {
    for (const Dbms dbms : kEveryDbms) {
        SCOPED_TRACE(nameOf(dbms));
        const auto connection = *OdbcConnection::open({emptyDatabase(dbms)});
        const auto rows = connection->query("SELECT 'a' || t.x AS \"BH\" FROM (SELECT ? AS \"x\") AS t WHERE t.\"x\" = ?", {std::string("b"), std::string("b")});
        ASSERT_TRUE(rows.ok()) << base::describe(rows.error());
        EXPECT_EQ("BH", rows->columns[0].name);
        EXPECT_EQ("ab", rows->rows.at(0).at(0));
    }
}

}  // namespace
}  // namespace yht::kit
