// A shared table over ODBC, in a real database of each kind.
#include "adapters/kit/transport/odbc.h"
#include "gateway/base/time_text.h"
#include "tests/unit/adapters/kit/pull/pull_fixture.h"
#include "tests/unit/adapters/kit/transport/database_server.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PullDatabaseTest : public PullTest, public ::testing::WithParamInterface<Dbms> {
protected:
    PullDatabaseTest() {
        secrets_["word"] = emptyDatabase(GetParam());
        connection_ = *OdbcConnection::open({secrets_["word"]});
        run("CREATE TABLE t (id INTEGER, at VARCHAR(30), title VARCHAR(100), done INTEGER DEFAULT 0)");
        DatabasePull table;
        table.connection = "word";
        table.select = "SELECT id, at, title FROM t WHERE at > :cursor OR (at = :cursor AND id > :tie_break) ORDER BY at, id LIMIT :rows";
        table.rows_max = 2;
        CursorRule cursor;
        cursor.place = "at";
        cursor.format = "%Y-%m-%d %H:%M:%S";
        cursor.zone = "Asia/Shanghai";
        cursor.start = "2019-01-01 00:00:00";
        cursor.tie_break = "id";
        cursor.tie_break_start = "0";
        table.cursor = cursor;
        manifest_.pull.emplace();
        manifest_.pull->way = table;
        manifest_.decode.lines = true;
    }
    DatabasePull& table() { return std::get<DatabasePull>(manifest_.pull->way); }
    void run(const std::string& statement) {
        const auto done = connection_->execute(statement, {});
        ASSERT_TRUE(done.ok()) << base::describe(done.error());
    }
    void insert(int id, const std::string& at, const std::string& title = "x") {
        run("INSERT INTO t (id, at, title) VALUES (" + std::to_string(id) + ", '" + at + "', '" + title + "')");
    }
    static std::string line(int id, const std::string& at, const std::string& title = "x") {
        return R"({"id":")" + std::to_string(id) + R"(","at":")" + at + R"(","title":")" + title + "\"}\n";
    }
    /// `at` becomes a column of the database's own time type, where it has one. What a statement compares with it.
    std::string ownTime() {
        run("DROP TABLE t");
        const char* type = GetParam() == Dbms::Postgresql ? "TIMESTAMP" : GetParam() == Dbms::Mariadb ? "DATETIME" : "VARCHAR(30)";
        run(std::string("CREATE TABLE t (id INTEGER, at ") + type + ", title VARCHAR(100))");
        return GetParam() == Dbms::Postgresql ? "CAST(:cursor AS timestamp)" : ":cursor";
    }
    std::unique_ptr<OdbcConnection> connection_;
};

INSTANTIATE_TEST_SUITE_P(On, PullDatabaseTest, ::testing::ValuesIn(kEveryDbms), [](const auto& of) { return nameOf(of.param); });

TEST_P(PullDatabaseTest, P04_RowsOfOneTimeAcrossStatementsAreNeitherLostNorDoubled) {
    for (int id = 1; id <= 5; ++id) insert(id, "2019-04-18 09:00:00");
    const std::string at = "2019-04-18 09:00:00";
    EXPECT_THAT(pull(), ElementsAre(line(1, at) + line(2, at), line(3, at) + line(4, at), line(5, at)));
    EXPECT_THAT(pull(), IsEmpty());
    insert(6, at);
    insert(7, "2019-04-18 09:00:01", "噪声");
    EXPECT_THAT(pull(), ElementsAre(line(6, at) + line(7, "2019-04-18 09:00:01", "噪声")));
}

TEST_P(PullDatabaseTest, ACrashGoesOnFromTheLastDurablePortion) {
    for (int id = 1; id <= 5; ++id) insert(id, "2019-04-18 09:00:0" + std::to_string(id));
    EXPECT_EQ(1U, pull(1).size());
    puller_.reset();
    EXPECT_THAT(pull(), ElementsAre(line(3, "2019-04-18 09:00:03") + line(4, "2019-04-18 09:00:04"), line(5, "2019-04-18 09:00:05")));
}

TEST_P(PullDatabaseTest, TheOverlapFindsWhatWasCommittedLate) {
    table().cursor->overlap = 60;
    insert(2, "2019-04-18 09:01:00");
    EXPECT_EQ(1U, pull().size());
    insert(1, "2019-04-18 09:00:30");  // its transaction ended after ours began
    EXPECT_THAT(pull(), ElementsAre(line(1, "2019-04-18 09:00:30") + line(2, "2019-04-18 09:01:00")));
}

TEST_P(PullDatabaseTest, ATimeOfTheDatabasesOwnTypeIsACursorAsATextIs) {
    const std::string cursor = ownTime();
    table().select = "SELECT id, at, title FROM t WHERE at > " + cursor + " OR (at = " + cursor + " AND id > :tie_break) ORDER BY at, id LIMIT :rows";
    const std::string at = "2019-04-18 09:00:00";
    for (int id = 1; id <= 3; ++id) insert(id, at);
    EXPECT_THAT(pull(), ElementsAre(line(1, at) + line(2, at), line(3, at)));
    puller_.reset();
    insert(4, at);
    insert(5, "2019-04-18 09:00:01");
    EXPECT_THAT(pull(), ElementsAre(line(4, at) + line(5, "2019-04-18 09:00:01")));
}

TEST_P(PullDatabaseTest, TheTieBreakMayBeATextOfDigits) {
    run("DROP TABLE t");
    run("CREATE TABLE t (id VARCHAR(20), at VARCHAR(30), title VARCHAR(100))");
    table().cursor->tie_break_start.clear();
    const std::string at = "2019-04-18 09:00:00";
    for (const char* id : {"0007", "0008", "0009", "0010", "10", "9"}) run(std::string("INSERT INTO t VALUES ('") + id + "', '" + at + "', 'x')");
    std::string all;
    for (int pulls = 0; pulls < 4; ++pulls) {  // each statement in a pull of its own, after a restart
        for (const std::string& body : pull(1)) all += body;
        puller_.reset();
    }
    const auto of = [&](const std::string& id) { return R"({"id":")" + id + R"(","at":")" + at + "\",\"title\":\"x\"}\n"; };
    EXPECT_EQ(of("0007") + of("0008") + of("0009") + of("0010") + of("10") + of("9"), all);
}

TEST_P(PullDatabaseTest, ARowFromTheFutureTakesTheCursorNoFurtherThanNow) {
    insert(1, "2019-04-18 09:00:00");
    insert(2, "2099-01-01 00:00:00");  // a clock that ran ahead, or a slip of the pen
    insert(3, "2099-01-01 00:00:00");
    const std::string future = line(2, "2099-01-01 00:00:00"), later = line(3, "2099-01-01 00:00:00");
    EXPECT_THAT(pull(), ElementsAre(line(1, "2019-04-18 09:00:00") + future, later)) << "the pull itself goes on to its end";
    clock_.advance(60'000);
    insert(4, base::formatCivil(base::toCivil(clock_.nowMillis(), base::kShanghaiOffsetSeconds), "%Y-%m-%d %H:%M:%S"), "right again");
    EXPECT_THAT(pull().at(0), ::testing::HasSubstr("right again")) << "kept at " << cursor_;
    EXPECT_THAT(cursor_, ::testing::Not(::testing::HasSubstr("2099")));
}

TEST_P(PullDatabaseTest, ATextOutsideTheCharsetFailsItsOwnLineAlone) {
    if (GetParam() != Dbms::Sqlite) GTEST_SKIP() << "it keeps no bytes that are no text";
    insert(1, "2019-04-18 09:00:00");
    run("INSERT INTO t (id, at, title) VALUES (2, '2019-04-18 09:00:01', CAST(X'D6D0' AS TEXT))");  // GBK
    insert(3, "2019-04-18 09:00:02");
    const auto bodies = pull();
    ASSERT_EQ(2U, bodies.size()) << bodies.front();
    EXPECT_EQ(line(1, "2019-04-18 09:00:00") + line(2, "2019-04-18 09:00:01", "\xD6\xD0\xFF"), bodies[0]);
    EXPECT_EQ(line(3, "2019-04-18 09:00:02"), bodies[1]);
}

TEST_P(PullDatabaseTest, ADryPullMarksNothing) {
    table().cursor.reset();
    table().select = "SELECT id, at, title FROM t WHERE done = 0 ORDER BY id LIMIT :rows";
    table().mark = "UPDATE t SET done = 1 WHERE id = :id";
    insert(1, "a");
    auto looking = surroundings();
    looking.dry = true;
    puller_ = Puller::make(manifest_, std::move(looking)).value();
    EXPECT_THAT(pull(), ElementsAre(line(1, "a")));
    EXPECT_THAT(pull(), ElementsAre(line(1, "a")));
}

TEST_P(PullDatabaseTest, RowsOutOfOrderAreRefusedBeforeTheCursorMoves) {
    table().select = "SELECT id, at, title FROM t WHERE at > :cursor ORDER BY id";
    insert(1, "2019-04-18 09:01:00");
    insert(2, "2019-04-18 09:00:00");
    EXPECT_THAT(pull(), ElementsAre("!delivery.answer_invalid"));
    EXPECT_EQ("", cursor_);
}

TEST_P(PullDatabaseTest, RowsAreMarkedAfterTheCommitAndComeAgainWhereThatFailed) {
    table().cursor.reset();
    table().select = "SELECT id, at, title FROM t WHERE done = 0 ORDER BY id LIMIT :rows";
    table().mark = "UPDATE t SET done = 1 WHERE id = :id";
    insert(1, "a");
    settle_ = false;
    EXPECT_THAT(pull(), ElementsAre(line(1, "a")));
    settle_ = true;
    puller_.reset();
    EXPECT_THAT(pull(), ElementsAre(line(1, "a")));
    EXPECT_THAT(pull(), IsEmpty());
    insert(2, "b");
    EXPECT_THAT(pull(), ElementsAre(line(2, "b")));
}

}  // namespace
}  // namespace yht::kit
