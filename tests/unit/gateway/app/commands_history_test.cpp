// `yht history` on a real deployment whose ledger holds records of before a source was linked.
#include "gateway/app/control_history.h"

#include "gateway/base/time_text.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class CommandsHistoryTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        write("sources.yaml", "sources: []\n");
        write("partners.yaml", "partners: []\n");
        auto store = openLedger();
        const auto held = store->run([](ledger::Transaction& transaction) -> base::Status {
            ledger::Seq seq = 10;
            for (const char* time : {"2018-03-31T23:59:59.999+08:00", "2018-04-01T00:00:00.000+08:00",
                                     "2018-04-30T23:59:59.999+08:00", "2018-05-01T00:00:00.000+08:00"}) {
                const auto status = transaction.holdHistory({++seq, "zz-media", "T-1", *base::parseRfc3339(time)});
                if (!status.ok()) return status;
            }
            return {};
        });
        ASSERT_TRUE(held.ok());
    }
    std::vector<ledger::Seq> released() { return openLedger()->snapshot().value()->historyReleased(100); }
    std::string newestAudit() {
        auto store = openLedger();
        auto snapshot = store->snapshot().value();
        std::string payload;
        for (const auto& header : snapshot->scan(0, 1000)) {
            if (header.type == ledger::EntryType::Audit) payload = snapshot->entry(header.seq).value().payload;
        }
        return payload;
    }
};

TEST_F(CommandsHistoryTest, ListAndStatusShowWhatWaits) {
    EXPECT_EQ(kExitOk, yht({"history", "list", "--json"})) << err;
    EXPECT_THAT(out, HasSubstr(R"({"source":"zz-media","held":4,"released":0,"first_event_time":"2018-03-31T23:59:59.999+08:00")"));
    EXPECT_EQ(kExitOk, yht({"history", "list"})) << err;
    EXPECT_THAT(out, HasSubstr("zz-media"));
    yht({"status", "--json"});
    EXPECT_THAT(out, HasSubstr(R"("history":[{"source":"zz-media","held":4,"released":0}])"));
}

TEST_F(CommandsHistoryTest, ReleaseTakesWholeDaysAndLeavesWhoAndWhy) {
    EXPECT_EQ(kExitOk, yht({"history", "release", "zz-media", "--from", "2018-04-01", "--to", "2018-04-30", "--why", "agreed"})) << err;
    EXPECT_THAT(out, HasSubstr("2 条"));
    EXPECT_THAT(released(), testing::ElementsAre(12, 13));
    EXPECT_THAT(newestAudit(), HasSubstr("history.release"));
    EXPECT_THAT(newestAudit(), HasSubstr("\"why\":\"agreed\""));
    EXPECT_THAT(newestAudit(), HasSubstr("2018-05-01T00:00:00.000+08:00"));
}

TEST_F(CommandsHistoryTest, NothingToReleaseIsAnErrorAndLeavesNoEntry) {
    EXPECT_EQ(kExitData, yht({"history", "release", "zz-media", "--from", "2017-01-01", "--to", "2017-12-31", "--why", "x"}));
    EXPECT_EQ(kExitData, yht({"history", "release", "other", "--from", "2018-04-01", "--to", "2018-04-30", "--why", "x"}));
    EXPECT_EQ(kExitData, yht({"history", "release", "zz-media", "--from", "April", "--to", "2018-04-30", "--why", "x"}));
    EXPECT_EQ(kExitData, yht({"history", "release", "zz-media", "--from", "2018-05-02", "--to", "2018-04-30", "--why", "x"}));
    EXPECT_NE(kExitOk, yht({"history", "release", "zz-media", "--from", "2018-04-01", "--to", "2018-04-30"}));
    EXPECT_THAT(released(), IsEmpty());
    EXPECT_THAT(newestAudit(), IsEmpty());
}

}  // namespace
}  // namespace yht::app
