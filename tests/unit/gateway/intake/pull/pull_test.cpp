// The ways of asking a source, on real files and a real database, and the worker on a real ledger's terms: what was taken
// is never asked for again, and nothing is remembered that was not taken.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <utime.h>

#include <filesystem>
#include <fstream>

#include "adapters/kit/transport/odbc.h"
#include "gateway/base/time_text.h"
#include "gateway/intake/pull/cursor_text.h"
#include "gateway/intake/pull/pull_worker.h"

namespace yht::intake {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

class Pulling : public ::testing::Test {
protected:
    Pulling() {
        char name[] = "/tmp/yht-pull-XXXXXX";
        directory = ::mkdtemp(name);
        fs::create_directory(directory + "/in");
        fs::create_directory(directory + "/done");
    }
    ~Pulling() override { fs::remove_all(directory); }

    void write(const std::string& name, const std::string& bytes) { std::ofstream(directory + "/in/" + name, std::ios::binary) << bytes; }
    kit::FilesPull folder() const {
        kit::FilesPull files;
        files.directory = directory + "/in";
        files.at = kit::FolderPull{};
        files.finished = {.kind = kit::FinishedRule::Kind::Temporary, .marker = {}, .temporary = {"*.tmp"}};
        return files;
    }
    void use(kit::PullRules rules) {
        manifest.id = "zz-test";
        manifest.pull = std::move(rules);
        auto made = makePuller({.manifest = manifest, .directory = directory,
                                .secret = [this](const std::string&) { return base::Result<std::string>(secret); },
                                .secret_path = [](const std::string&) { return std::string(); }, .stop = {}});
        ASSERT_TRUE(made.ok()) << base::describe(made.error());
        puller = *std::move(made);
    }
    void use(kit::FilesPull files) {
        kit::PullRules rules;
        rules.way = std::move(files);
        use(std::move(rules));
    }
    base::Result<PullRound> pull() {
        return puller->pull(state, {.take = [this](PulledMessage message) -> base::Result<std::uint64_t> {
                                        if (refuse_after-- == 0) return base::makeError(ErrorCode::QueueFull);
                                        taken.push_back(message.file_name + ":" + message.bytes);
                                        return 1;
                                    },
                                    .remember = [this]() -> base::Status { kept = encodePullState(state); return {}; },
                                    .pace = [] { return true; },
                                    .now_ms = now_ms});
    }
    /// As after a crash: what was kept on the disk is all that is known.
    void restart() {
        state = kept.empty() ? PullState{} : *decodePullState(kept);
        taken.clear();
        refuse_after = -1;
    }

    std::string directory, kept, secret;
    kit::Manifest manifest;
    std::unique_ptr<Puller> puller;
    PullState state;
    std::vector<std::string> taken;
    int refuse_after = -1;
    base::UnixMillis now_ms = 1'700'000'000'000;
};

using Texts = std::vector<std::string>;

TEST_F(Pulling, AFileIsReadOnceAndAnewWhenItChanges) {
    write("b.csv", "2");
    write("a.csv", "1");
    use(folder());
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ((Texts{"a.csv:1", "b.csv:2"}), taken);
    restart();
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(Texts{}, taken);
    write("a.csv", "11");
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(Texts{"a.csv:11"}, taken);
}

TEST_F(Pulling, WhatTheLedgerDidNotTakeIsAskedForAgain) {
    write("a.csv", "1");
    write("b.csv", "2");
    use(folder());
    refuse_after = 1;
    EXPECT_EQ(ErrorCode::QueueFull, pull().error().code);
    restart();
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(Texts{"b.csv:2"}, taken);
}

TEST_F(Pulling, UnfinishedFilesWait) {
    auto files = folder();
    write("a.csv.tmp", "1");
    use(files);
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(Texts{}, taken);
    files.finished = {.kind = kit::FinishedRule::Kind::Marker, .marker = "{stem}.ok", .temporary = {}};
    files.pattern = "*.csv";
    write("b.csv", "2");
    use(files);
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(Texts{}, taken);
    write("b.ok", "");
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(Texts{"b.csv:2"}, taken);
}

TEST_F(Pulling, AFileThatStillGrowsWaitsUntilItStandsStill) {
    auto files = folder();
    files.finished = {.kind = kit::FinishedRule::Kind::Stable, .stable_s = 30, .marker = {}, .temporary = {}};
    write("a.csv", "half");
    use(files);
    ASSERT_TRUE(pull().ok());
    now_ms += 29'000;
    write("a.csv", "half and half");
    ASSERT_TRUE(pull().ok());
    now_ms += 29'000;
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(Texts{}, taken);
    now_ms += 1'000;
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(Texts{"a.csv:half and half"}, taken);
}

TEST_F(Pulling, ReadFilesAreMovedAfterTheyWereTaken) {
    auto files = folder();
    files.after = kit::AfterFile::Move;
    files.move_to = directory + "/done";
    write("a.csv", "1");
    use(files);
    refuse_after = 0;
    EXPECT_FALSE(pull().ok());
    EXPECT_TRUE(fs::exists(directory + "/in/a.csv"));
    restart();
    ASSERT_TRUE(pull().ok());
    EXPECT_FALSE(fs::exists(directory + "/in/a.csv"));
    EXPECT_TRUE(fs::exists(directory + "/done/a.csv"));
}

TEST_F(Pulling, AFileBeyondItsBoundIsPassedOverAndSaid) {
    auto files = folder();
    files.file_bytes_max = 3;
    write("a.csv", "1234");
    write("b.csv", "1");
    use(files);
    const auto round = pull();
    ASSERT_TRUE(round.ok());
    EXPECT_NE("", round->complaint);
    EXPECT_EQ(Texts{"b.csv:1"}, taken);
}

TEST_F(Pulling, ARoundEndsAtItsBoundAndSaysThatThereIsMore) {
    auto files = folder();
    files.files_max = 1;
    write("a.csv", "1");
    write("b.csv", "2");
    use(files);
    EXPECT_TRUE(pull()->more);
    EXPECT_FALSE(pull()->more);
    EXPECT_EQ((Texts{"a.csv:1", "b.csv:2"}), taken);
}

class PullingRows : public Pulling {
protected:
    PullingRows() {
        secret = "Driver=SQLite3;Database=" + directory + "/middle.db";
        execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, title TEXT, updated TEXT, taken INTEGER DEFAULT 0)");
    }
    void execute(const std::string& statement) {
        auto connection = kit::OdbcConnection::open({.connection = secret});
        ASSERT_TRUE(connection.ok());
        const auto done = (*connection)->execute(statement, {});
        ASSERT_TRUE(done.ok()) << base::describe(done.error());
    }
    void add(int id, const std::string& updated) {
        execute("INSERT INTO orders (id, title, updated) VALUES (" + std::to_string(id) + ", '路灯', '" + updated + "')");
    }
    kit::DatabasePull table(std::uint32_t rows_max) const {
        kit::DatabasePull database;
        database.connection = "db";
        database.rows_max = rows_max;
        database.select = "SELECT id, title, updated FROM orders WHERE updated > :cursor OR (updated = :cursor AND id > :tie_break) "
                          "ORDER BY updated, id LIMIT :rows";
        kit::CursorRule cursor;
        cursor.place = "updated";
        cursor.format = "%Y-%m-%d %H:%M:%S";
        cursor.zone = "Asia/Shanghai";
        cursor.start = "2026-01-01 00:00:00";
        cursor.tie_break = "id";
        cursor.tie_break_start = "0";
        database.cursor = cursor;
        return database;
    }
    void useTable(kit::DatabasePull database) {
        kit::PullRules rules;
        rules.way = std::move(database);
        use(std::move(rules));
    }
    std::size_t rowsTaken() const {
        std::size_t rows = 0;
        for (const auto& text : taken) rows += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
        return rows;
    }
};

TEST_F(PullingRows, RowsOfEqualTimeAcrossAPagesEdgeAreAllTakenOnce) {
    for (int id = 1; id <= 5; ++id) add(id, "2026-03-01 08:00:00");
    useTable(table(2));
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(5U, rowsTaken());
    EXPECT_EQ("2026-03-01 08:00:00", state.cursor);
    EXPECT_EQ("5", state.tie_break);
    restart();
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(0U, rowsTaken());
    add(6, "2026-03-01 08:00:00");
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(Texts{":{\"id\":\"6\",\"title\":\"路灯\",\"updated\":\"2026-03-01 08:00:00\"}\n"}, taken);
}

TEST_F(PullingRows, APageThatWasNotTakenDoesNotMoveTheCursor) {
    for (int id = 1; id <= 4; ++id) add(id, "2026-03-01 08:00:0" + std::to_string(id));
    useTable(table(2));
    refuse_after = 1;
    EXPECT_FALSE(pull().ok());
    restart();
    EXPECT_EQ("2026-03-01 08:00:02", state.cursor);
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(2U, rowsTaken());
}

TEST_F(PullingRows, AnOverlapLooksBackOnceARound) {
    add(1, "2026-03-01 08:00:00");
    auto database = table(10);
    database.cursor->overlap = 60;
    useTable(database);
    ASSERT_TRUE(pull().ok());
    taken.clear();
    add(2, "2026-03-01 07:59:30");  // came late into the table
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(2U, rowsTaken());
}

TEST_F(PullingRows, RowsAreMarkedAfterTheyWereTaken) {
    add(1, "2026-03-01 08:00:00");
    kit::DatabasePull database;
    database.connection = "db";
    database.select = "SELECT id, title FROM orders WHERE taken = 0 LIMIT :rows";
    database.mark = "UPDATE orders SET taken = 1 WHERE id = :id";
    useTable(database);
    refuse_after = 0;
    EXPECT_FALSE(pull().ok());
    restart();
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(1U, rowsTaken());
    taken.clear();
    ASSERT_TRUE(pull().ok());
    EXPECT_EQ(0U, rowsTaken());
}

TEST_F(PullingRows, AMomentWithMoreRowsThanAPageIsSaidWhereNothingTellsThemApart) {
    for (int id = 1; id <= 3; ++id) add(id, "2026-03-01 08:00:00");
    auto database = table(2);
    database.select = "SELECT id, title, updated FROM orders WHERE updated >= :cursor ORDER BY updated LIMIT :rows";
    database.cursor->tie_break.clear();
    useTable(database);
    EXPECT_EQ(ErrorCode::ManifestInvalid, pull().error().code);
}

TEST(PullTimes, QuietHoursMayPassMidnight) {
    kit::PullRules rules;
    rules.quiet_hours = {{22 * 60, 6 * 60}};
    const auto at = [](const char* text) { return *base::parseRfc3339(text); };
    EXPECT_EQ(0, quietMillis(rules, at("2026-03-01T21:59:59+08:00")));
    EXPECT_EQ(8 * 3600 * 1000, quietMillis(rules, at("2026-03-01T22:00:00+08:00")));
    EXPECT_EQ(1000, quietMillis(rules, at("2026-03-01T05:59:59+08:00")));
    EXPECT_EQ(0, quietMillis(rules, at("2026-03-01T06:00:00+08:00")));
}

TEST(PullTimes, FailuresWaitLongerUpToABound) {
    kit::PullRules rules;
    rules.every_s = 7;
    EXPECT_EQ(7'000, waitMillis(rules, 0, 0.5));
    EXPECT_EQ(kPullRetryFirstMs, waitMillis(rules, 1, 0.5));
    EXPECT_EQ(2 * kPullRetryFirstMs, waitMillis(rules, 2, 0.5));
    EXPECT_EQ(kPullRetryMaxMs, waitMillis(rules, 60, 0.5));
    EXPECT_LT(waitMillis(rules, 3, 0.0), waitMillis(rules, 3, 1.0));
}

TEST(PullCursor, GoesBackByItsOverlapInItsOwnFormat) {
    kit::CursorRule rule;
    rule.zone = "Asia/Shanghai";
    rule.overlap = 300;
    for (const auto& [format, cursor, back] : std::vector<std::array<const char*, 3>>{
             {"%Y-%m-%d %H:%M:%S", "2026-03-01 00:01:00", "2026-02-28 23:56:00"},
             {"%Y-%m-%d %H:%M:%S", "2026-03-01 00:01:00.123", "2026-02-28 23:56:00"},
             {"rfc3339", "2026-03-01T00:01:00.000+08:00", "2026-02-28T23:56:00.000+08:00"},
             {"epoch_s", "1700000000", "1699999700"}}) {
        rule.format = format;
        EXPECT_EQ(back, fromText(rule, cursor));
    }
    rule.kind = kit::CursorRule::Kind::Sequence;
    EXPECT_EQ("700", fromText(rule, "1000"));
    EXPECT_EQ("0", fromText(rule, "10"));
    EXPECT_TRUE(isAfter(rule, "10", "9"));
}

TEST_F(Pulling, AStateIsReadBackAsItWasWritten) {
    PullState written;
    written.cursor = "2026-03-01 00:00:00";
    written.files["名.csv"] = {7, 9, "ab"};
    written.epoch = 1;
    written.seq = 42;
    written.trouble = "peer.untrusted";
    const PullStateFile file(directory, "zz-test");
    ASSERT_TRUE(file.store(written).ok());
    EXPECT_EQ(encodePullState(written), encodePullState(file.load()));
    std::ofstream(directory + "/zz-test.json") << "half";
    EXPECT_EQ(encodePullState(PullState{}), encodePullState(file.load()));
}

TEST_F(Pulling, APauseOutlivesTheProcess) {
    EXPECT_FALSE(loadPause(directory, "zz-test"));
    ASSERT_TRUE(storePause(directory, "zz-test", Pause{"uid:0", "their server moves", 5}).ok());
    EXPECT_EQ("their server moves", loadPause(directory, "zz-test")->why);
    ASSERT_TRUE(storePause(directory, "zz-test", std::nullopt).ok());
    EXPECT_FALSE(loadPause(directory, "zz-test"));
}

}  // namespace
}  // namespace yht::intake
