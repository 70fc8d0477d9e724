// The day a disk is lost, as an operator lives it.
#include <filesystem>

#include "gateway/json/json.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;

class CommandsUpkeepTest : public DeploymentFixture {
protected:
    void append(ledger::Store& store, const std::string& text) {
        const auto status = store.run([&](ledger::Transaction& transaction) -> base::Status {
            ledger::EntryDraft draft;
            draft.header.source = "centre-zz";
            draft.payload = text;
            draft.salt = random.bytes(ledger::kSaltBytes);
            auto seq = transaction.append(std::move(draft));
            return seq.ok() ? base::Status() : base::Status(seq.error());
        });
        EXPECT_TRUE(status.ok());
    }
    std::string copy() const { return directory + "/copy.db"; }
    void loseLedger() const {
        for (const char* part : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) {
            std::filesystem::remove(directory + "/data/" + part);
        }
    }
    base::ErrorCode refusalOfServing() {
        auto config = Config::load(directory);
        auto options = storeOptions(*config, clock, random, false);
        auto store = ledger::SqliteStore::open(*std::move(options));
        EXPECT_FALSE(store.ok());
        return store.ok() ? base::ErrorCode::Internal : store.error().code;
    }
};

TEST_F(CommandsUpkeepTest, BackupRestoreReopen) {
    auto store = openLedger();
    append(*store, "one");
    ASSERT_EQ(kExitOk, yht({"ledger", "backup", "--out", copy(), "--json"}))
        << err;  // while it is held
    const auto made = json::parse(out);
    ASSERT_TRUE(made.ok()) << out;
    EXPECT_EQ("1", json::textMember(*made, "entries"));
    append(*store, "two");
    EXPECT_EQ(kExitUnavailable, yht({"ledger", "reopen", "--why", "x"}));  // a gateway runs
    EXPECT_THAT(err, HasSubstr("systemctl stop"));
    store.reset();
    EXPECT_EQ(kExitData, yht({"ledger", "restore", "--from", copy()}));  // a ledger is there
    loseLedger();
    EXPECT_EQ(kExitOk, yht({"ledger", "restore", "--from", copy()})) << err;
    EXPECT_THAT(out, HasSubstr("yht ledger reopen"));
    EXPECT_EQ(base::ErrorCode::NotReady, refusalOfServing());
    EXPECT_EQ(kExitOk, yht({"ledger", "verify"})) << out;
    EXPECT_EQ(kExitUsage, yht({"ledger", "reopen"}));
    EXPECT_EQ(kExitOk, yht({"ledger", "reopen", "--why", "disk lost", "--json"})) << err;
    const auto reopened = json::parse(out);
    ASSERT_TRUE(reopened.ok()) << out;
    EXPECT_EQ("yht.example/430200/2", json::textMember(*reopened, "origin"));
    EXPECT_EQ("1", json::textMember(*reopened, "after"));
    EXPECT_EQ("yht.example/430200/2", openLedger()->origin());
    EXPECT_EQ(kExitOk, yht({"ledger", "verify"})) << out;
}

TEST_F(CommandsUpkeepTest, BackupOfNothingAndOverSomethingIsRefused) {
    EXPECT_EQ(kExitData, yht({"ledger", "backup", "--out", copy()}));
    append(*openLedger(), "one");
    write("copy.db", "somebody's");
    EXPECT_EQ(kExitData, yht({"ledger", "backup", "--out", copy()}));
    EXPECT_EQ("somebody's", read(copy()));
}

TEST_F(CommandsUpkeepTest, HonourSaysWhyAReceiptIsNone) {
    append(*openLedger(), "one");
    write("receipt.json", "{}");
    write("record.json", "{}");
    EXPECT_EQ(
        kExitFound, yht(
                        {"ledger", "honour", "--receipt", directory + "/receipt.json", "--record",
                         directory + "/record.json", "--why", "x"}
                    )
    );
    EXPECT_THAT(err, HasSubstr("ledger.corrupt"));
}

TEST_F(CommandsUpkeepTest, RebuildTellsEachTable) {
    auto store = openLedger();
    append(*store, "one");
    EXPECT_EQ(kExitUnavailable, yht({"ledger", "rebuild"}));
    store.reset();
    EXPECT_EQ(kExitOk, yht({"ledger", "rebuild", "--json"})) << err;
    const auto report = json::parse(out);
    ASSERT_TRUE(report.ok()) << out;
    EXPECT_EQ("1", json::textMember(*report, "entries"));
    EXPECT_EQ(10u, json::findMember(*report, "tables")->Size());
    EXPECT_EQ(kExitOk, yht({"ledger", "verify"})) << out;
}

}  // namespace
}  // namespace yht::app
