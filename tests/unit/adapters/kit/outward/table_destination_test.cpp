// Rows of an exchange table, in a real SQLite database over ODBC.
#include "adapters/kit/outward/table_destination.h"

#include <gmock/gmock.h>

#include "tests/unit/adapters/kit/outward/outward_fixture.h"

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

class TableDestinationTest : public ::testing::Test {
protected:
    TableDestinationTest() {
        sql("CREATE TABLE t_gd (XH INTEGER NOT NULL PRIMARY KEY, GDBH TEXT NOT NULL, BT TEXT CHECK (BT <> '不收'), "
            "CLZT TEXT, SLBH TEXT)");
    }
    std::unique_ptr<OdbcConnection> connect() {
        auto opened = OdbcConnection::open({.connection = "Driver=SQLite3;Database=" + folder.path() + "/x.db"});
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
    TemporaryDirectory folder, profiles;
    Where where = Where::Nowhere;
    base::ManualClock clock{kApril};
};

TEST_F(TableDestinationTest, WhateverBreaksARowIsThereOnce) {
    const std::vector<OutboundRecord> batch{appeal(17), appeal(18)};
    for (const Where each : {Where::Query, Where::Execute, Where::BeforeCommit, Where::AfterCommit}) {
        SCOPED_TRACE(static_cast<int>(each));
        sql("DELETE FROM t_gd");
        where = each;
        const auto first = start(false)->send("b1", batch);
        const bool committing = each == Where::BeforeCommit || each == Where::AfterCommit;
        EXPECT_EQ(committing ? BatchVerdict::Unknown : BatchVerdict::NotSent, first.verdict);
        if (!committing) EXPECT_EQ("0", count());
        where = Where::Nowhere;
        const auto second = start(false)->send("b1", batch);
        ASSERT_EQ(BatchVerdict::Answered, second.verdict) << second.error_detail;
        EXPECT_EQ(each == Where::AfterCommit ? RecordVerdict::Duplicate : RecordVerdict::Accepted, second.records[0].verdict);
        EXPECT_EQ("2", count());
    }
}

TEST_F(TableDestinationTest, ARowWaitsForItsAnswerColumns) {
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

TEST_F(TableDestinationTest, ATableThatIsNotThereRefusesNobody) {
    sql("DROP TABLE t_gd");
    const auto answer = start(false)->send("b1", {appeal(17)});
    EXPECT_EQ(BatchVerdict::NotSent, answer.verdict);
    EXPECT_TRUE(answer.records.empty());
}

}  // namespace
}  // namespace yht::kit
