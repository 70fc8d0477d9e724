// `yht history` on a real deployment whose ledger holds records of before a source was linked.
#include "gateway/app/control_history.h"
#include "gateway/app/control_import.h"

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
            ledger::Seq seq = 1'000'010;  // beyond what a test appends
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
    EXPECT_THAT(released(), testing::ElementsAre(1'000'012, 1'000'013));
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

constexpr const char* kMapping = R"(records:
  appeal:
    kind: appeal
    rows:
      record_ref: NO
      ticket_ref: NO
      event_time: TIME
      appeal_time: TIME
      channel: { const: "10" }
      appeal_type: { from: TYPE, vocabulary: kinds }
      category_path: { from: CLASS }
      title: TITLE
      content: TITLE
      handling_way: { const: "0" }
      is_anonymous: { const: "true" }
      is_secret: { const: "false" }
      area_code: { const: "430211" }
      urgency: { const: "3" }
vocabularies:
  kinds: { unmapped: quarantine }
)";

class ImportTest : public CommandsHistoryTest {
protected:
    void SetUp() override {
        CommandsHistoryTest::SetUp();
        for (const char* folder : {"/sources", "/sources/desk-1", "/products", "/products/desk"}) {
            std::filesystem::create_directory(directory + folder);
        }
        write("sources.yaml", "sources:\n  - {id: desk-1, name: 热线, region: \"430200\"}\n");
        write("partners.yaml", "partners: []\n");
        write("products/desk/product.yaml",
              "product: desk\nproduct_title: desk\nproduct_version: \"1\"\ndecode: {format: json, charset: UTF-8, lines: true}\n");
        write("products/desk/mapping.yaml", kMapping);
        write("products/desk/kinds.csv", "native,canonical\n投诉,3\n");
        write("sources/desk-1/source.yaml",
              "id: desk-1\ntitle: 热线\nproduct: desk\nlifecycle: live\nowner: {unit: 热线, person: 班长}\n");
        std::string lines;
        for (int i = 1; i <= kItems; ++i) {
            lines += R"({"NO":"Q-)" + std::to_string(i) + R"(","TIME":"2016-10-15T08:30:00+08:00","TYPE":"投诉","CLASS":"排水","TITLE":"下水道反味"})" "\n";
        }
        write("zhang-san.jsonl", lines);
    }
    int import(const std::string& name) {
        return yht({"history", "import", "desk-1", directory + "/" + name, "--why", "asked by the city"});
    }
    ledger::Seq entries() { return openLedger()->snapshot().value()->lastSeq(); }
    static constexpr int kItems = 700;  // more than one commit takes
};

TEST_F(ImportTest, AFileBecomesHistoryAndASecondTimeChangesNothing) {
    EXPECT_EQ(kExitOk, import("zhang-san.jsonl")) << err;
    EXPECT_THAT(out, HasSubstr("received 700, 入账 accepted 700, 重复 duplicate 0"));
    EXPECT_EQ(kExitOk, yht({"history", "list", "--json"}));
    EXPECT_THAT(out, HasSubstr("{\"source\":\"desk-1\",\"held\":700,"));
    EXPECT_THAT(newestAudit(), HasSubstr("history.import"));
    EXPECT_THAT(newestAudit(), HasSubstr("sha256:"));
    EXPECT_THAT(newestAudit(), testing::Not(HasSubstr("zhang-san")));
    const ledger::Seq before = entries();
    EXPECT_EQ(kExitOk, import("zhang-san.jsonl")) << err;
    EXPECT_THAT(out, HasSubstr("received 700, 入账 accepted 0, 重复 duplicate 700"));
    EXPECT_EQ(before + 1, entries());  // the order itself
    EXPECT_EQ(kExitOk, yht({"history", "release", "desk-1", "--from", "2016-10-15", "--to", "2016-10-15", "--why", "agreed"})) << err;
    EXPECT_EQ(700U, openLedger()->snapshot().value()->historyReleased(1000).size());
}

TEST_F(ImportTest, AFileMayHoldMoreItemsThanAMessageThatIsPushed) {
    write("products/desk/mapping.yaml", std::string("ignore: {heartbeat: {when: {TYPE: PING}}}\n") + kMapping);
    const std::size_t items = intake::kSourceItemsMax + 1;
    std::string lines;
    for (std::size_t i = 0; i < items; ++i) lines += "{\"TYPE\":\"PING\"}\n";
    write("year.jsonl", lines);
    EXPECT_EQ(kExitOk, import("year.jsonl")) << err;
    EXPECT_THAT(out, HasSubstr("隔离 quarantined 0, 拒收 refused 0, 忽略 ignored " + std::to_string(items)));
}

TEST_F(ImportTest, WhatCannotBeMappedWaitsAndTheExitCodeSaysSo) {
    write("odd.jsonl", R"({"NO":"Q-1","TIME":"2016-10-15T08:30:00+08:00","TYPE":"别的","CLASS":"排水","TITLE":"x"})" "\n");
    EXPECT_EQ(kExitFound, import("odd.jsonl")) << err;
    EXPECT_THAT(out, HasSubstr("quarantined 1"));
}

TEST_F(ImportTest, FilesAndSourcesThatAreNotThereAreSaid) {
    const ledger::Seq before = entries();
    EXPECT_EQ(kExitData, import("nothing.jsonl"));
    write("empty.jsonl", "");
    EXPECT_EQ(kExitData, import("empty.jsonl"));
    write("large.jsonl", "");
    std::filesystem::resize_file(directory + "/large.jsonl", kImportFileBytesMax + 1);
    EXPECT_EQ(kExitData, import("large.jsonl"));
    EXPECT_NE(kExitOk, yht({"history", "import", "desk-2", directory + "/zhang-san.jsonl", "--why", "x"}));
    EXPECT_EQ(before, entries());
}

}  // namespace
}  // namespace yht::app
