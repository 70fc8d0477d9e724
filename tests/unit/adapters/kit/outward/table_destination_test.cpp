// Rows of an exchange table over ODBC, in a real database of each kind.
#include "adapters/kit/outward/table_destination.h"

#include <gmock/gmock.h>

#include "tests/unit/adapters/kit/outward/outward_fixture.h"
#include "tests/unit/adapters/kit/transport/database_server.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

/// A real connection whose n-th statement, or COMMIT, breaks as a test says.
class BreakingConnection final : public OdbcConnection {
public:
    enum class Where { Nowhere, Query, Execute, BeforeCommit, AfterCommit };
    BreakingConnection(std::unique_ptr<OdbcConnection> real, Where& where) : real_(std::move(real)), where_(where) {}

    base::Result<SqlRows> query(
        const std::string& statement, const std::vector<SqlValue>& parameters, const SqlBounds& bounds
    ) override {
        if (where_ == Where::Query) return broken();
        return real_->query(statement, parameters, bounds);
    }
    base::Result<std::int64_t> execute(const std::string& statement, const std::vector<SqlValue>& parameters) override {
        if (where_ == Where::Execute) return broken();
        return real_->execute(statement, parameters);
    }
    base::Status begin() override { return real_->begin(); }
    base::Status commit() override {
        if (where_ == Where::BeforeCommit) {
            real_->rollback();
            return broken();
        }
        auto done = real_->commit();
        if (where_ == Where::AfterCommit && done) return broken();
        return done;
    }
    void rollback() override { real_->rollback(); }

private:
    static base::Error broken() { return base::makeError(ErrorCode::PeerAnswerLost, "the test says so"); }
    std::unique_ptr<OdbcConnection> real_;
    Where& where_;
};
using Where = BreakingConnection::Where;

class TableDestinationTest : public ::testing::TestWithParam<Dbms> {
protected:
    TableDestinationTest() {
        sql("CREATE TABLE t_gd (XH INTEGER NOT NULL PRIMARY KEY, GDBH VARCHAR(40) NOT NULL, BT VARCHAR(100) CHECK (BT <> '不收'), "
            "CLZT VARCHAR(8), SLBH VARCHAR(40))");
    }
    std::unique_ptr<OdbcConnection> connect() {
        auto opened = OdbcConnection::open({.connection = database});
        EXPECT_TRUE(opened.ok());
        return *std::move(opened);
    }
    void sql(const std::string& statement) {
        const auto done = connect()->execute(statement, {});
        EXPECT_TRUE(done.ok()) << statement << ": " << (done.ok() ? "" : done.error().detail);
    }
    std::string count() {
        auto rows = connect()->query("SELECT count(*) FROM t_gd", {}, {});
        return rows.ok() ? rows->rows.at(0).at(0).value_or("") : rows.error().detail;
    }
    std::unique_ptr<TableDestination> start(bool answer, int batch_max = 10) {
        profiles.write(
            "profile.yaml",
            storeProfile(
                std::string("table:\n  name: t_gd\n  columns: [XH, GDBH, BT]\n  key: [XH]\n  integers: [XH]\n") +
                    (answer ? "  answer: { code: CLZT, number: SLBH, accepted: [\"1\"], refused: [\"2\"] }\n" : ""),
                batch_max
            )
        );
        auto profile = Profile::load(profiles.path());
        EXPECT_TRUE(profile.ok()) << (profile.ok() ? "" : profile.error().detail);
        return std::make_unique<TableDestination>(
            StoreDestinationSettings{.id = "zz", .sender_id = "YHT"}, *profile,
            std::make_unique<BreakingConnection>(connect(), where), clock
        );
    }
    const std::string database = emptyDatabase(GetParam());
    TemporaryDirectory profiles;
    Where where = Where::Nowhere;
    base::ManualClock clock{kApril};
};

INSTANTIATE_TEST_SUITE_P(On, TableDestinationTest, ::testing::ValuesIn(kEveryDbms), [](const auto& of) { return nameOf(of.param); });

TEST_P(TableDestinationTest, WhateverBreaksARowIsThereOnce) {
    const std::vector<OutboundRecord> batch{appeal(17), appeal(18)};
    for (const Where each : {Where::Query, Where::Execute, Where::BeforeCommit, Where::AfterCommit}) {
        SCOPED_TRACE(static_cast<int>(each));
        sql("DELETE FROM t_gd");
        where = each;
        const auto first = start(false)->send("b1", batch);
        const bool committing = each == Where::BeforeCommit || each == Where::AfterCommit;
        EXPECT_EQ(committing ? BatchVerdict::Unknown : BatchVerdict::NotSent, first.verdict);
        if (!committing) {
            EXPECT_EQ("0", count());
        }
        where = Where::Nowhere;
        const auto second = start(false)->send("b1", batch);
        ASSERT_EQ(BatchVerdict::Answered, second.verdict) << second.error_detail;
        EXPECT_EQ(each == Where::AfterCommit ? RecordVerdict::Duplicate : RecordVerdict::Accepted, second.records[0].verdict);
        EXPECT_EQ("2", count());
    }
}

TEST_P(TableDestinationTest, ARowWaitsForItsAnswerColumns) {
    auto destination = start(true);
    EXPECT_EQ(RecordVerdict::Later, destination->send("b1", {appeal(17)}).records.at(0).verdict);
    EXPECT_EQ(RecordVerdict::Later, destination->send("b2", {appeal(17)}).records.at(0).verdict);
    EXPECT_EQ("1", count());
    sql("UPDATE t_gd SET CLZT = '1', SLBH = 'SL-7'");
    const auto taken = destination->send("b3", {appeal(17)});
    EXPECT_EQ(RecordVerdict::Accepted, taken.records.at(0).verdict);
    EXPECT_EQ("SL-7", taken.records.at(0).peer_number);
    sql("UPDATE t_gd SET CLZT = '2'");
    EXPECT_EQ(RecordVerdict::Refused, destination->send("b4", {appeal(17)}).records.at(0).verdict);
}

TEST_P(TableDestinationTest, ATableThatIsNotThereRefusesNobody) {
    sql("DROP TABLE t_gd");
    const auto answer = start(false)->send("b1", {appeal(17)});
    EXPECT_EQ(BatchVerdict::NotSent, answer.verdict);
    EXPECT_TRUE(answer.records.empty());
}

TEST_P(TableDestinationTest, ARowThatTheDatabaseRefusesHoldsUpNoOther) {
    if (GetParam() == Dbms::Sqlite) GTEST_SKIP() << "its driver has one SQLSTATE for everything";
    std::vector<OutboundRecord> batch{appeal(17), appeal(18), appeal(19)};
    batch[1].record.set(ticket::Field::title, "不收");
    const auto answer = start(true)->send("b1", batch);
    ASSERT_EQ(BatchVerdict::Answered, answer.verdict) << answer.error_detail;
    EXPECT_EQ(RecordVerdict::Later, answer.records.at(0).verdict);
    EXPECT_EQ(RecordVerdict::Refused, answer.records.at(1).verdict);
    EXPECT_EQ("sqlstate-class-23", answer.records.at(1).code);
    EXPECT_EQ(RecordVerdict::Later, answer.records.at(2).verdict);
    EXPECT_EQ("2", count());
}

/// What zz-12319's manifest sends home, into the table as the department made it.
TEST_P(TableDestinationTest, AShippedResultIsWrittenAndItsAnswerIsRead) {
    sql("CREATE TABLE t_hf (hfbh BIGINT NOT NULL PRIMARY KEY, gdbh VARCHAR(40), fdbh VARCHAR(40), lx VARCHAR(8), dw VARCHAR(100), "
        "jglb VARCHAR(8), yj TEXT, sj VARCHAR(30), clzt VARCHAR(8), slbh VARCHAR(40))");
    OutboundRecord result = recordOf(ticket::Kind::Result, 21);
    result.numbers = {{"zz-12319", "190418101108115410"}};
    result.record.set(ticket::Field::result_type, "1");
    result.record.set(ticket::Field::public_reply, std::string(4'500, 'a'));
    const auto profile = Profile::load(YHT_SOURCE_DIR "/adapters/sources/zz-12319/results");
    ASSERT_TRUE(profile.ok());
    const auto destination = std::make_unique<TableDestination>(
        StoreDestinationSettings{.id = "zz-12319.results", .sender_id = "YHT430200"}, *profile, connect(), clock
    );
    EXPECT_EQ(RecordVerdict::Later, destination->send("b1", {result}).records.at(0).verdict);
    const auto rows = connect()->query("SELECT hfbh, gdbh, fdbh, lx, sj, yj FROM t_hf", {}, {});
    ASSERT_TRUE(rows.ok()) << base::describe(rows.error());
    ASSERT_EQ(1U, rows->rows.size());
    EXPECT_EQ("21", rows->rows[0][0]);
    EXPECT_EQ("190418101108115410", rows->rows[0][1]);
    EXPECT_EQ(result.ticket_no, rows->rows[0][2]);
    EXPECT_EQ("JG", rows->rows[0][3]);
    EXPECT_EQ("2019-04-18 09:30:01", rows->rows[0][4]);
    EXPECT_EQ(4'000U, rows->rows[0][5].value_or("").size());
    sql("UPDATE t_hf SET clzt = '1', slbh = 'HF21' WHERE hfbh = 21");
    EXPECT_EQ(RecordVerdict::Accepted, destination->send("b2", {result}).records.at(0).verdict);
    sql("UPDATE t_hf SET clzt = '2' WHERE hfbh = 21");
    EXPECT_EQ(RecordVerdict::Refused, destination->send("b3", {result}).records.at(0).verdict);
}

}  // namespace
}  // namespace yht::kit
