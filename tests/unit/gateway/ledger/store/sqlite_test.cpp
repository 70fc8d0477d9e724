#include "gateway/ledger/store/sqlite.h"

#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

class SqliteTest : public testing::Test {
protected:
    SqliteTest() { database_.execute("CREATE TABLE t (n INTEGER, s TEXT, b BLOB)"); }
    base::ErrorCode faultOf(const char* sql) {
        try {
            database_.execute(sql);
        } catch (const SqliteFault& fault) {
            return fault.toError().code;
        }
        return base::ErrorCode::Internal;
    }
    TestFolder folder_;
    Database database_{folder_ / "x.db", Database::Access::Write};
};

TEST_F(SqliteTest, ParametersComeBackAsGiven) {
    const std::string text = "张\0三";
    const base::Bytes blob("\x00\xff", 2);
    EXPECT_EQ(1, change(database_, "INSERT INTO t VALUES (?, ?, ?)", -5, text, Blob{blob}));
    Query query(database_, "SELECT n, s, b, NULL FROM t");
    ASSERT_TRUE(query.next());
    EXPECT_EQ(-5, query.integer(0));
    EXPECT_EQ(text, query.text(1));
    EXPECT_EQ(blob, query.bytes(2));
    EXPECT_TRUE(query.isNull(3));
    EXPECT_FALSE(query.next());
}

TEST_F(SqliteTest, EmptyTextAndBlobAreNotNull) {
    change(database_, "INSERT INTO t VALUES (1, ?, ?)", std::string_view(), Blob{});
    Query query(database_, "SELECT s IS NULL, b IS NULL FROM t");
    ASSERT_TRUE(query.next());
    EXPECT_EQ(0, query.integer(0));
    EXPECT_EQ(0, query.integer(1));
}

TEST_F(SqliteTest, StatementIsReusedWithFreshParameters) {
    const auto insert = [&](int n) { change(database_, "INSERT INTO t (n) VALUES (?)", n); };
    insert(1);
    insert(2);
    Query query(database_, "SELECT count(*), sum(n) FROM t");
    ASSERT_TRUE(query.next());
    EXPECT_EQ(2, query.integer(0));
    EXPECT_EQ(3, query.integer(1));
}

TEST_F(SqliteTest, FaultsHaveCodes) {
    EXPECT_EQ(base::ErrorCode::IoFailed, faultOf("no sql"));
    database_.execute("PRAGMA max_page_count = 2; BEGIN");
    EXPECT_EQ(base::ErrorCode::DiskFull, faultOf("INSERT INTO t (b) VALUES (zeroblob(100000))"));
}

TEST_F(SqliteTest, FolderThatIsNotThereIsAFault) {
    EXPECT_THROW(Database("/nowhere/x.db", Database::Access::Write), SqliteFault);
}

TEST_F(SqliteTest, ReaderCanNotWrite) {
    Database reader(folder_ / "x.db", Database::Access::Read);
    EXPECT_THROW(reader.execute("INSERT INTO t (n) VALUES (1)"), SqliteFault);
}

}  // namespace
}  // namespace yht::ledger
