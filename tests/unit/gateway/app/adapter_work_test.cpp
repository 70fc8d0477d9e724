// `yht ledger show --why` and the work commands of `yht adapters` on a real deployment: a product, a source, a ledger with
// a message of the source in it and the bundle that was in force. The message is put there as the door would.
#include <unistd.h>

#include "gateway/app/bundle.h"
#include "gateway/app/control_client.h"
#include "gateway/app/replaying.h"
#include "gateway/app/shadow.h"
#include "gateway/app/source_folders.h"
#include "gateway/app/source_watch.h"
#include "gateway/base/text.h"
#include "gateway/base/time_text.h"
#include "gateway/intake/admission/kept_context.h"
#include "gateway/intake/admission/readmission.h"
#include "gateway/intake/admission/source_decide.h"
#include "gateway/json/json.h"
#include "gateway/ledger/store/ticket_reader.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kProduct =
    "product: desk\nproduct_title: desk\nproduct_version: \"1\"\ndecode:\n  format: json\n  charset: UTF-8\n  items: data/rows\n";
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
      content: TEXT
      caller_name: WHO
      caller_phone: TEL
      handling_way: { const: "0" }
      is_anonymous: { const: "false" }
      is_secret: { const: "false" }
      area_code: { const: "430211" }
      urgency: { const: "3" }
      ext/DESK: DESK
vocabularies:
  kinds: { unmapped: quarantine }
)";
constexpr const char* kSource =
    "id: desk-1\ntitle: 热线\nproduct: desk\nlifecycle: live\nowner: {unit: 热线, person: 班长, phone: \"12345\"}\n"
    "health: {workday_hour_min: 1, silent_after_s: 3600, lag_s_max: 600}\n";

std::string row(const std::string& number, const std::string& type = "投诉", const std::string& title = "下水道反味") {
    return R"({"NO":")" + number + R"(","TIME":"2019-10-15T08:30:00+08:00","TYPE":")" + type + R"(","CLASS":"排水","TITLE":")" +
           title + R"(","TEXT":"张三丰来电:楼下下水道反味,电话13876543210","WHO":"张三丰","TEL":"13876543210","DESK":"7","LATER":"李四光"})";
}
std::string message(const std::string& rows) { return R"({"sender":"王小二","data":{"rows":[)" + rows + "]}}"; }

class AdapterWorkTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        for (const char* folder : {"/sources", "/sources/desk-1", "/products", "/products/desk"})
            std::filesystem::create_directory(directory + folder);
        write("sources.yaml", "sources:\n  - {id: desk-1, name: 热线, region: \"430200\"}\n");
        write("partners.yaml", "partners: []\n");
        write("products/desk/product.yaml", kProduct);
        write("products/desk/mapping.yaml", kMapping);
        write("products/desk/kinds.csv", "native,canonical\n投诉,3\n");
        write("sources/desk-1/source.yaml", kSource);
        takeIntoUse();
    }
    void takeIntoUse() {
        auto store = openLedger();
        ASSERT_TRUE(recordBundleAtStart(*store, directory, clock, random).ok());
    }
    std::shared_ptr<const kit::Adapter> adapter() const {
        const auto loaded = kit::Adapter::load(directory + "/sources", directory + "/products", "desk-1");
        EXPECT_TRUE(loaded.ok()) << base::describe(loaded.error());
        return *loaded;
    }
    /// What source_messages does, without the signature of a partner.
    void take(const std::string& body) {
        auto store = openLedger();
        take(*store, body);
    }
    void take(ledger::Store& store, const std::string& body) {
        const auto trust = trust::loadTrust(directory).value();
        const auto made_by = adapter();
        trust::Partner speaker;
        speaker.id = "desk";
        speaker.sources = {"desk-1"};
        intake::PreparedMessage prepared;
        prepared.speaker = &speaker;
        prepared.registry = trust.get();
        prepared.received_ms = received_ms_ == 0 ? clock.nowMillis() : received_ms_;
        prepared.adapter = "desk-1";
        prepared.adapter_version = made_by->version();
        const intake::BesideBytes beside{"application/json", file_name_, origin_};
        prepared.payload = intake::encodeMessagePayload({.body = body, .beside = beside});
        prepared.salt = random.bytes(ledger::kSaltBytes);
        const intake::SourceItems maker(body, "desk-1", random);
        std::vector<intake::SourceItem> items;
        ASSERT_TRUE(made_by->adapt(body, intake::adaptingContext(beside, prepared.received_ms), {}, [&](kit::AdaptedItem&& item) {
            items.push_back(maker.prepare(std::move(item)));
            return true;
        }).ok());
        const auto done = store.run([&](ledger::Transaction& transaction) -> base::Status {
            intake::Decider decider(transaction, prepared);
            intake::CarriedTickets carried;
            for (const auto& item : items) {
                auto answer = intake::decideItem(
                    transaction, decider, item, {"desk-1", "application/json", made_by->version(), clock.nowMillis()}, carried
                );
                if (!answer.ok()) return answer.error();
            }
            return {};
        });
        ASSERT_TRUE(done.ok()) << base::describe(done.error());
    }
    std::size_t entries(ledger::EntryType type) {
        auto store = openLedger();
        std::size_t count = 0;
        for (const auto& header : store->snapshot().value()->scan(0, 1000)) count += header.type == type ? 1 : 0;
        return count;
    }
    std::string newest(ledger::EntryType type) {
        auto store = openLedger();
        auto snapshot = store->snapshot().value();
        std::string payload;
        for (const auto& header : snapshot->scan(0, 1000)) {
            if (header.type == type) payload = snapshot->entry(header.seq).value().payload;
        }
        return payload;
    }
    void mapTitleToContent() {
        std::string changed = kMapping;
        changed.replace(changed.find("title: TITLE"), 12, "title: TEXT");
        write("products/desk/mapping.yaml", changed);
    }
    /// modified_time is the day of the file's name.
    void versionFromTheFilesName() {
        std::string mapping = kMapping;
        mapping.insert(mapping.find("      title: TITLE"), "      modified_time: { from: $file_name, formats: [\"desk_%Y%m%d.json\"], required: true }\n");
        write("products/desk/mapping.yaml", mapping);
        file_name_ = "desk_20191015.json";
        takeIntoUse();
    }
    void copyFolders(const std::string& to) const {
        for (const char* folder : {"sources", "products"}) {
            std::filesystem::create_directories(to);
            std::filesystem::copy(directory + "/" + folder, to + "/" + folder, std::filesystem::copy_options::recursive);
        }
    }
    std::string file_name_, origin_;  // that messages come with
    base::UnixMillis received_ms_ = 0;  // when they come; 0 now
};

TEST_F(AdapterWorkTest, WhyTellsPathRuleAndTableRow) {
    take(message(row("A-1")));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "appeal/appeal_type", "--json"})) << err;
    EXPECT_THAT(out, HasSubstr("\"path\":\"TYPE\""));
    EXPECT_THAT(out, HasSubstr("\"rule\":\"desk/mapping.yaml:"));
    EXPECT_THAT(out, HasSubstr("\"vocabulary_row\":\"desk/kinds.csv:2\""));
    EXPECT_THAT(out, HasSubstr("\"adapter_version\":\"" + adapter()->version()));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "channel", "--json"}));
    EXPECT_THAT(out, HasSubstr("\"how\":\"constant\""));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "ext/DESK", "--json"}));
    EXPECT_THAT(out, HasSubstr("\"path\":\"DESK\""));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "source", "--json"}));
    EXPECT_THAT(out, HasSubstr("\"how\":\"engine\""));
    EXPECT_EQ(kExitData, yht({"ledger", "show", "desk-1/A-1", "--why", "finish_time"}));
    EXPECT_THAT(err, HasSubstr("No record of the ticket has the field finish_time"));
}

TEST_F(AdapterWorkTest, WhatCameBesideTheBytesIsKnownWhenAMessageIsMappedAgain) {
    versionFromTheFilesName();
    origin_ = "history";
    take(message(row("A-1")));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "modified_time", "--json"})) << err;
    EXPECT_THAT(out, HasSubstr("\"path\":\"$file_name\""));
    EXPECT_THAT(out, HasSubstr("\"how\":\"mapped\""));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "title", "--json"}));
    EXPECT_THAT(out, HasSubstr("\"path\":\"TITLE\""));
    EXPECT_EQ(kExitOk, yht({"adapters", "replay", "desk-1", "--from", "2019-10-01", "-d", directory, "--json"})) << err << out;
    EXPECT_THAT(out, HasSubstr("\"records_same\":1,\"records_differ\":0"));
}

TEST_F(AdapterWorkTest, WhyOfAMistypedFieldNamesTheOneThatWasMeant) {
    take(message(row("A-1")));
    for (const auto& [typed, meant] : {std::pair{"tilte", "title"}, {"appeal/caler_phone", "caller_phone"}, {"appael/title", "appeal"}, {"标题", "title"}}) {
        EXPECT_EQ(kExitData, yht({"ledger", "show", "desk-1/A-1", "--why", typed}));
        EXPECT_THAT(err, HasSubstr(std::string("did you mean \"") + meant + "\"?")) << typed;
        EXPECT_THAT(err, HasSubstr(std::string("是否应为 \"") + meant + "\"?")) << typed;
    }
    // A field of another kind is none of this one.
    EXPECT_EQ(kExitData, yht({"ledger", "show", "desk-1/A-1", "--why", "appeal/satisfaction"}));
    EXPECT_THAT(err, HasSubstr("There is no field \"appeal/satisfaction\""));
}

TEST_F(AdapterWorkTest, WhyEchoesNothingThatIsNoName) {
    take(message(row("A-1")));
    const std::string typed = "13876543210张三丰" + std::string(5'000, 'x');
    EXPECT_EQ(kExitData, yht({"ledger", "show", "desk-1/A-1", "--why", typed}));
    for (const char* told : {"13876543210", "张三丰"}) EXPECT_THAT(err, Not(HasSubstr(told)));
    EXPECT_THAT(err, Not(HasSubstr("did you mean")));
    EXPECT_LT(err.size(), 1'000u);
    EXPECT_EQ(kExitData, yht({"ledger", "show", "desk-1/A-1", "--why", "\xFF\xFE"}));
    // Nor does it become an entry, or something that a second person is asked for.
    EXPECT_EQ(kExitData, yht({"ledger", "show", "desk-1/A-1", "--why", typed, "--clear", "--reason", "x"}));
    EXPECT_EQ(0u, entries(ledger::EntryType::Audit));
}

TEST_F(AdapterWorkTest, WhyAsksTheVersionThatMadeIt) {
    take(message(row("A-1")));
    const auto then = adapter()->version();
    mapTitleToContent();
    takeIntoUse();
    ASSERT_NE(then, adapter()->version());
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "title", "--json"})) << out << err;
    EXPECT_THAT(out, HasSubstr("\"path\":\"TITLE\""));
    EXPECT_THAT(out, HasSubstr(then));
    // The files are gone altogether: the ledger still has them.
    std::filesystem::remove_all(directory + "/sources/desk-1");
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "title", "--json"})) << out << err;
    EXPECT_THAT(out, HasSubstr("\"path\":\"TITLE\""));
}

TEST_F(AdapterWorkTest, WhyMasksUnlessAReasonIsGiven) {
    take(message(row("A-1")));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "caller_phone"}));
    EXPECT_THAT(out, Not(HasSubstr("13876543210")));
    EXPECT_THAT(out, HasSubstr("TEL"));
    EXPECT_EQ(kExitUsage, yht({"ledger", "show", "desk-1/A-1", "--why", "caller_phone", "--clear"}));
    EXPECT_EQ(0u, entries(ledger::EntryType::Audit));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "caller_phone", "--clear", "--reason", "asked by the citizen"})) << err;
    EXPECT_THAT(out, HasSubstr("13876543210"));
    EXPECT_THAT(newest(ledger::EntryType::Audit), HasSubstr("asked by the citizen"));
}

TEST_F(AdapterWorkTest, WhySaysWhenAVersionIsNowhere) {
    std::string unrecorded = kMapping;
    unrecorded.replace(unrecorded.find("urgency: { const: \"3\" }"), 23, "urgency: { const: \"2\" }");
    write("products/desk/mapping.yaml", unrecorded);
    take(message(row("A-1")));
    write("products/desk/mapping.yaml", kMapping);
    EXPECT_EQ(kExitFound, yht({"ledger", "show", "desk-1/A-1", "--why", "title", "--json"}));
    EXPECT_THAT(out, HasSubstr("\"how\":\"unknown\""));
    EXPECT_THAT(out, Not(HasSubstr("\"path\"")));
}

TEST_F(AdapterWorkTest, WhyOfAFixAndOfACorrectionNamesTheOperator) {
    take(message(row("A-1", "疑难")));
    ASSERT_EQ(kExitOk, yht({"quarantine", "fix", "1", "--set", "/TYPE=投诉", "--why", "asked"})) << out << err;
    // What the operator put there is not kept beside the record: it says so, and which decision it was.
    EXPECT_EQ(kExitFound, yht({"ledger", "show", "desk-1/A-1", "--why", "title", "--json"})) << out << err;
    EXPECT_THAT(out, HasSubstr("\"how\":\"unknown\",\"decision_seq\":4"));
    EXPECT_THAT(out, HasSubstr("/TYPE"));
    take(message(row("B-1")));
    const auto ticket_no = openLedger()->snapshot().value()->findTicket("desk-1", "B-1").value();
    ASSERT_EQ(kExitOk, yht({"tickets", "correct", ticket_no, "--set", "urgency=2", "--why", "asked"})) << out << err;
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/B-1", "--why", "urgency", "--json"})) << out << err;
    EXPECT_THAT(out, HasSubstr("\"value\":\"2\",\"how\":\"operator\""));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/B-1", "--why", "title", "--json"})) << out << err;
    EXPECT_THAT(out, HasSubstr("left it as it was"));
}

TEST_F(AdapterWorkTest, TheStoryTellsWhichVersionOfARecordIsInForce) {
    take(message(row("A-1")));
    take(message(row("A-1", "投诉", "更正后的标题")));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1"})) << err;
    EXPECT_THAT(out, HasSubstr("第 1 版 version 1 / 2 · 已被取代 superseded by #5 ("));
    EXPECT_THAT(out, HasSubstr("第 2 版 version 2 / 2 · "));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--json"}));
    const auto story = json::parse(out).value();
    EXPECT_EQ("5", json::textMember(story["timeline"][0], "superseded_by"));
    EXPECT_EQ(json::textMember(story["timeline"][1], "committed"), json::textMember(story["timeline"][0], "superseded_at"));
    EXPECT_EQ("2", json::textMember(story["timeline"][1], "version_number"));
    EXPECT_FALSE(story["timeline"][1].HasMember("superseded_by"));
    take(message(row("B-1")));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/B-1"}));
    EXPECT_THAT(out, Not(HasSubstr("version")));
}

TEST_F(AdapterWorkTest, AnOlderVersionThatComesLateIsSupersededAsItComes) {
    std::string mapping = kMapping;
    mapping.replace(mapping.find("      title: TITLE"), 0, "      version: DESK\n");
    write("products/desk/mapping.yaml", mapping);
    std::string older = row("A-1", "投诉", "早先的标题");
    older.replace(older.find("\"DESK\":\"7\""), 10, "\"DESK\":\"6\"");
    take(message(row("A-1")));
    take(message(older));
    ASSERT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--json"})) << err;
    const auto story = json::parse(out).value();
    const auto& newest = story["timeline"][0];
    const auto& late = story["timeline"][1];
    EXPECT_EQ("2", json::textMember(newest, "version_number"));
    EXPECT_EQ(json::textMember(newest, "seq"), json::textMember(late, "superseded_by"));
    EXPECT_EQ(json::textMember(late, "committed"), json::textMember(late, "superseded_at"));
}

TEST_F(AdapterWorkTest, TryCountsAndWritesNothing) {
    take(message(row("A-1")));
    const auto before = openLedger()->snapshot().value()->lastSeq();
    write("input.json", message(row("A-1") + "," + row("A-2") + "," + row("A-3", "疑难") + "," + row("A-2")));
    EXPECT_EQ(kExitFound, yht({"adapters", "try", "desk-1", "--dry-run", "-d", directory, directory + "/input.json", "--json"})) << err;
    EXPECT_THAT(out, HasSubstr("\"received\":4,\"would_accept\":1,\"duplicate\":2,\"would_quarantine\":1,\"ignored\":0"));
    EXPECT_THAT(out, HasSubstr("\"adapter.item_unmapped /TYPE:code_unmapped (appeal_type)\":1"));
    EXPECT_THAT(out, HasSubstr("\"kinds 疑难\":1"));
    EXPECT_THAT(out, HasSubstr("\"/LATER\":4"));
    EXPECT_EQ(before, openLedger()->snapshot().value()->lastSeq());
    EXPECT_EQ(kExitUsage, yht({"adapters", "try", "desk-1", "-d", directory, directory + "/input.json"}));
}

TEST_F(AdapterWorkTest, TryNamesNoCodeThatTellsOfSomebody) {
    write("input.json", message(row("A-1", "13876543210") + "," + row("A-2", "13876543211")));
    EXPECT_EQ(kExitFound, yht({"adapters", "try", "desk-1", "--dry-run", "-d", directory, directory + "/input.json", "--json"})) << err;
    EXPECT_THAT(out, HasSubstr("\"kinds ****\":2"));
}

TEST_F(AdapterWorkTest, RecordMasksWhatTheLedgerHas) {
    take(message(row("A-1")));
    EXPECT_EQ(kExitOk, yht({"adapters", "record", "desk-1", "-d", directory, "--message", "2", "--case", "one"})) << out << err;
    const std::string input = read(directory + "/sources/desk-1/tests/one/input.json");
    for (const char* private_text : {"张三丰", "13876543210", "李四光", "王小二", "反味"}) EXPECT_THAT(input, Not(HasSubstr(private_text)));
    EXPECT_THAT(input, HasSubstr("1990000"));
    EXPECT_THAT(input, HasSubstr("\"TYPE\":\"投诉\""));
    EXPECT_EQ(kExitOk, yht({"adapters", "record", "desk-1", "-d", directory, "--message", "2"})) << "a second name is found";
    EXPECT_EQ(kExitData, yht({"adapters", "record", "desk-1", "-d", directory, "--message", "1"})) << "that is the bundle";
}

TEST_F(AdapterWorkTest, ReplayTellsWhatDiffersAndAdmitsOnlyCorrections) {
    take(message(row("A-1") + "," + row("A-2")));
    const auto records = entries(ledger::EntryType::Record);
    EXPECT_EQ(kExitOk, yht({"adapters", "replay", "desk-1", "--from", "2019-01-01"})) << out << err;
    mapTitleToContent();
    takeIntoUse();
    EXPECT_EQ(kExitFound, yht({"adapters", "replay", "desk-1", "--from", "2019-01-01", "--json"})) << err;
    EXPECT_THAT(out, HasSubstr("\"records_differ\":2"));
    EXPECT_THAT(out, HasSubstr("\"appeal/title\":{\"count\":2"));
    EXPECT_THAT(out, Not(HasSubstr("13876543210")));
    EXPECT_THAT(out, Not(HasSubstr("张三丰")));
    EXPECT_EQ(records, entries(ledger::EntryType::Record));
    EXPECT_EQ(kExitUsage, yht({"adapters", "replay", "desk-1", "--from", "2019-01-01", "--apply"}));
    EXPECT_EQ(kExitOk, yht({"adapters", "replay", "desk-1", "--from", "2019-01-01", "--apply", "--why", "titles were too short", "--json"})) << out << err;
    EXPECT_THAT(out, HasSubstr("\"corrected\":2"));
    EXPECT_EQ(records + 2, entries(ledger::EntryType::Record));
    EXPECT_THAT(newest(ledger::EntryType::Record), HasSubstr("\"correction\":\"1\""));
    EXPECT_THAT(newest(ledger::EntryType::Audit), HasSubstr("titles were too short"));
    // Once more: everything is as this version makes it.
    EXPECT_EQ(kExitOk, yht({"adapters", "replay", "desk-1", "--from", "2019-01-01", "--apply", "--why", "again"})) << out;
    EXPECT_EQ(records + 2, entries(ledger::EntryType::Record));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "desk-1/A-1", "--why", "title", "--json"})) << out << err;
    EXPECT_THAT(out, HasSubstr("\"path\":\"TEXT\""));
    EXPECT_THAT(out, HasSubstr("\"path\":\"TITLE\"")) << "what the old version made stays";
    EXPECT_EQ(kExitData, yht({"adapters", "replay", "desk-1", "--from", "April"}));
}

TEST_F(AdapterWorkTest, ReplayLeavesWhatHasMovedOnAndWhatWaits) {
    take(message(row("A-1") + "," + row("A-2", "疑难")));
    take(message(row("A-1", "投诉", "更正后的标题")));
    mapTitleToContent();
    write("products/desk/kinds.csv", "native,canonical\n投诉,3\n疑难,3\n");
    takeIntoUse();
    const auto records = entries(ledger::EntryType::Record);
    EXPECT_EQ(kExitOk, yht({"adapters", "replay", "desk-1", "--from", "2019-01-01", "--apply", "--why", "x", "--json"})) << out << err;
    EXPECT_THAT(out, HasSubstr("\"corrected\":1"));
    EXPECT_THAT(out, HasSubstr("\"passed_over\":1"));
    EXPECT_THAT(out, HasSubstr("\"waiting\":1"));
    EXPECT_EQ(records + 1, entries(ledger::EntryType::Record));
}

TEST_F(AdapterWorkTest, ReplayWantsTheVersionInForce) {
    take(message(row("A-1")));
    copyFolders(directory + "/new");
    std::string changed = kMapping;
    changed.replace(changed.find("title: TITLE"), 12, "title: TEXT");
    write("new/products/desk/mapping.yaml", changed);
    EXPECT_EQ(kExitFound, yht({"adapters", "replay", "desk-1", "--from", "2019-01-01", "-d", directory + "/new"})) << out << err;
    EXPECT_EQ(kExitData, yht({"adapters", "replay", "desk-1", "--from", "2019-01-01", "-d", directory + "/new", "--apply", "--why", "x"}));
    EXPECT_THAT(err, HasSubstr("yht adapters apply"));
}

TEST_F(AdapterWorkTest, ShadowComparesLiveMessagesAndSurvivesARestart) {
    copyFolders(directory + "/new");
    std::string changed = kMapping;
    changed.replace(changed.find("title: TITLE"), 12, "title: TEXT");
    write("new/products/desk/mapping.yaml", changed);
    EXPECT_EQ(kExitData, yht({"adapters", "shadow", "show", "desk-1"}));
    ASSERT_EQ(kExitOk, yht({"adapters", "shadow", "start", "desk-1", "--from", directory + "/new"})) << out << err;
    const auto turn = [&](ledger::Store& store) {
        const auto adapters = std::make_shared<const intake::SourceAdapters>(intake::SourceAdapters{{"desk-1", adapter()}});
        return shadowTurn({store, clock, random, directory, directory + "/data", [&] { return adapters; }, {}}, "desk-1");
    };
    take(message(row("OLD-1")));
    {
        auto store = openLedger();
        ASSERT_TRUE(turn(*store).ok());  // begins behind what is there
        take(*store, message(row("A-1") + "," + row("A-2")));
        ASSERT_TRUE(turn(*store).ok());
    }
    {
        auto store = openLedger();
        take(*store, message(row("A-3")));
        ASSERT_TRUE(turn(*store).ok());
        ASSERT_TRUE(turn(*store).ok());
    }
    EXPECT_EQ(kExitFound, yht({"adapters", "shadow", "show", "desk-1", "--json"})) << out << err;
    EXPECT_THAT(out, HasSubstr("\"messages\":2,\"items\":3,\"items_differ\":3"));
    EXPECT_THAT(out, HasSubstr("\"appeal/title\":{\"count\":3"));
    EXPECT_THAT(out, Not(HasSubstr("张三丰")));
    EXPECT_THAT(out, Not(HasSubstr("13876543210")));
    EXPECT_EQ(4u, entries(ledger::EntryType::Record)) << "nothing of it becomes a record";
    ASSERT_EQ(kExitOk, yht({"adapters", "shadow", "stop", "desk-1", "--json"})) << err;
    EXPECT_EQ("{\"source\":\"desk-1\",\"running\":false}\n", out);
    EXPECT_EQ(kExitData, yht({"adapters", "shadow", "show", "desk-1"}));
}

TEST_F(AdapterWorkTest, ShadowStateIsBounded) {
    Differences differences;
    for (int i = 0; i < 2000; ++i) differences.count("appeal/f" + std::to_string(i), {"A-1", "a", "b"});
    EXPECT_EQ(kDifferencePathsMax + 1, differences.paths().size());
    EXPECT_EQ(2000 - kDifferencePathsMax, differences.paths().at(kOtherPaths).count);
    ShadowState state;
    state.differences = differences;
    const auto read = decodeShadow(encodeShadow(state));
    ASSERT_TRUE(read.ok()) << base::describe(read.error());
    EXPECT_EQ(encodeShadow(state), encodeShadow(*read));
    EXPECT_FALSE(decodeShadow("{}").ok());
}

TEST_F(AdapterWorkTest, GradeSaysWhatIsMissing) {
    EXPECT_EQ(kExitFound, yht({"adapters", "grade", "desk-1", "-d", directory, "--json"})) << err;
    EXPECT_THAT(out, HasSubstr("\"grade\":\"-\""));
    EXPECT_THAT(out, HasSubstr("{\"fact\":\"reviewed_samples\",\"grade\":\"C\",\"state\":\"unmet\",\"detail\":\"0 / 3\""));
    EXPECT_THAT(out, HasSubstr("{\"fact\":\"owner\",\"grade\":\"C\",\"state\":\"met\""));
    EXPECT_THAT(out, HasSubstr("\"fact\":\"no_loss\",\"grade\":\"S\",\"state\":\"unknown\""));
    EXPECT_EQ(kExitOk, yht({"adapters", "list", "-d", directory, "--json"}));
    EXPECT_THAT(out, HasSubstr("\"grade\":\"-\""));
}

TEST_F(AdapterWorkTest, AGradesFactsOfTheLedgerAreItsMessages) {
    const auto fact = [&](const std::string& id) {
        (void)yht({"adapters", "grade", "desk-1", "-d", directory, "--json"});
        const auto list = json::parse(out).value();
        for (const auto& each : list[0]["facts"].GetArray()) {
            if (json::textMember(each, "fact") == id) return json::textMember(each, "state") + ": " + json::textMember(each, "detail");
        }
        return std::string();
    };
    EXPECT_THAT(fact("replay_identical"), HasSubstr("unknown: 0 份报文"));
    take(message(row("A-1")));
    EXPECT_THAT(fact("replay_identical"), HasSubstr("met: 1 份报文"));
    EXPECT_THAT(fact("upgrade_replayed"), HasSubstr("unknown: 0 份旧版本报文"));
    EXPECT_THAT(fact("lag_below_minute"), HasSubstr("unknown: 1 份报文"));
    EXPECT_THAT(fact("members_read"), HasSubstr("unmet: ")) << "sender and LATER are read by nobody";
    EXPECT_THAT(fact("members_read"), HasSubstr("1 份报文"));
    mapTitleToContent();
    takeIntoUse();
    EXPECT_THAT(fact("upgrade_replayed"), HasSubstr("unmet: 1 份旧版本报文"));
    EXPECT_THAT(fact("replay_identical"), HasSubstr("unmet: 1 份报文"));
    EXPECT_THAT(fact("no_loss"), HasSubstr("unknown: 来源未给总数"));
}

TEST_F(AdapterWorkTest, LagIsOfEachMessagesNewestEventAndHistorySaysNothing) {
    const auto lag = [&] {
        (void)yht({"adapters", "grade", "desk-1", "-d", directory, "--json"});
        const auto list = json::parse(out).value();
        for (const auto& each : list[0]["facts"].GetArray()) {
            if (json::textMember(each, "fact") == "lag_below_minute") return json::textMember(each, "state");
        }
        return std::string();
    };
    // Events of half past eight; all of it arrives ten seconds later, history a year later.
    const auto come = [&](const char* prefix, int messages, const char* at, const char* origin) {
        received_ms_ = *base::parseRfc3339(at);
        origin_ = origin;
        auto store = openLedger();
        for (int i = 0; i < messages; ++i) take(*store, message(row(prefix + std::to_string(i))));
    };
    come("A-", 20, "2019-10-15T08:30:10+08:00", "");
    EXPECT_EQ("met", lag());
    come("H-", 20, "2020-10-15T08:30:10+08:00", "history");
    EXPECT_EQ("met", lag());
    come("L-", 2, "2020-10-15T08:30:10+08:00", "");
    EXPECT_EQ("unmet", lag());
}

TEST_F(AdapterWorkTest, AManifestThatCantBeReadHasNoGradeAndSaysWhy) {
    write("sources/desk-1/source.yaml", std::string(kSource) + "lifecicle: live\n");
    EXPECT_EQ(kExitFound, yht({"adapters", "grade", "desk-1", "-d", directory, "--json"})) << err;
    EXPECT_THAT(out, HasSubstr("\"grade\":\"-\""));
    EXPECT_THAT(out, HasSubstr("{\"fact\":\"manifest_valid\",\"grade\":\"C\",\"state\":\"unmet\",\"detail\":\"desk-1/source.yaml"));
    EXPECT_THAT(out, HasSubstr("{\"fact\":\"owner\",\"grade\":\"C\",\"state\":\"unknown\""));
}

TEST_F(AdapterWorkTest, TheHealthPageShowsTheGradeThatTheGatewayLastSaw) {
    (void)yht({"sources", "list", "--json"});  // by day it is silent: 3
    EXPECT_THAT(out, HasSubstr("\"grade\":\"\""));
    {
        auto store = openLedger();
        const intake::SourceAdaptersHolder holder(intake::SourceAdapters{{"desk-1", adapter()}});
        base::ManualClock time(clock.nowMillis());
        prometheus::Registry metrics;
        SourceWatch watch(metrics, {*store, holder, time, {}, [](const std::string&) {}, random, directory});
        const auto grade = [&] { return intake::keptGrade(*store->snapshot().value(), "desk-1").grade; };
        watch.gradeNext([] { return false; });
        EXPECT_EQ("", grade()) << "it has just begun";
        time.advance(kGradedAfterMillis);
        int steps = 0;
        watch.gradeNext([&] { return ++steps > 2; });
        EXPECT_EQ("", grade()) << "it was told to stop";
        watch.gradeNext([] { return false; });
        const auto kept = intake::keptGrade(*store->snapshot().value(), "desk-1");
        EXPECT_EQ("-", kept.grade);
        EXPECT_EQ(base::shanghaiDay(time.nowMillis()), kept.day);
        EXPECT_EQ(adapter()->version(), kept.adapter_version);
    }
    (void)yht({"sources", "list", "--json"});
    EXPECT_THAT(out, HasSubstr("\"grade\":\"-\""));
}

TEST_F(AdapterWorkTest, WhoReadsForLongHoldsNoSnapshotForLongAndEndsWhenItIsTold) {
    auto store = openLedger();
    base::ManualClock time(clock.nowMillis());
    bool stopping = false;
    LongReader reader(*store, time, [&] { return stopping; });
    const auto entries = [&] { return reader.view().value()->lastSeq(); };
    const auto before = entries();
    take(*store, message(row("A-1")));
    EXPECT_EQ(before, entries());
    time.advance(kSnapshotHeldMillis);
    EXPECT_LT(before, entries());
    stopping = true;
    EXPECT_EQ(base::ErrorCode::NotReady, reader.view().error().code);
    const auto replayed = replayMessages(reader, *adapter(), {0, time.nowMillis() + 1}, random);
    EXPECT_EQ(base::ErrorCode::NotReady, replayed.error().code);
}

TEST_F(AdapterWorkTest, APulledSourceThatNoPartnerOwnsIsNamedWhereverItIsLookedAt) {
    write("sources/desk-1/source.yaml", std::string(kSource) +
          "assurance_min: allow_list\npull: {folder: {directory: /var/spool/yht/desk-1}}\n");
    const std::string named = "partners.yaml 中没有可代表来源 desk-1 的对接方";
    EXPECT_EQ(kExitFound, yht({"adapters", "lint", "desk-1", "-d", directory})) << err;
    EXPECT_THAT(out, HasSubstr("desk-1: pull: " + named));
    EXPECT_EQ(kExitOk, yht({"config", "check"})) << err;
    EXPECT_THAT(err, HasSubstr("would be blocked: desk-1: " + named));
    EXPECT_EQ(kExitFound, yht({"adapters", "apply", "desk-1", "--why", "x"}));
    EXPECT_THAT(err, HasSubstr("desk-1: " + named));

    const std::string partner = "partners:\n  - {id: desk, name: 热线, stage: live, sources: [desk-1], certificates: []}\n";
    write("partners.yaml", partner);
    EXPECT_EQ(kExitFound, yht({"adapters", "lint", "desk-1", "-d", directory}));
    EXPECT_THAT(out, Not(HasSubstr("pull:")));
    EXPECT_EQ(kExitOk, yht({"config", "check"})) << err;
    EXPECT_EQ("", err);
    std::string stopped = partner;
    stopped.replace(stopped.find("live"), 4, "stopped");
    write("partners.yaml", stopped);
    EXPECT_EQ(kExitOk, yht({"config", "check"})) << err;
    EXPECT_THAT(err, HasSubstr("partner desk"));
}

TEST_F(AdapterWorkTest, ApplyWantsTheFilesThatResultsNeedToGoHome) {
    std::filesystem::create_directories(directory + "/sources/desk-1/results");
    write("sources/desk-1/results/profile.yaml", "name: back\ntime_format: \"%Y\"\ntransport: {path: /p, batch_max: 1, resend: idempotent}\n"
          "envelope: {members: [{name: data, value: record}]}\nsignature: {}\nanswer: {http_answered: [200], single: true, code: c, item: {accepted: [\"0\"]}}\n"
          "receipt: {}\nkinds:\n  result: {type: JG, rows: [{to: NR, from: public_reply, max: 200, overflow: cut}]}\n");
    write("sources/desk-1/source.yaml", std::string(kSource) + "secrets: {back: file:back.key}\nresults: {kinds: [result], sender_id: YHT, http: "
          "{url: \"https://h\", certificate: file:back.pem, key: back, ca: file:root.pem, peer_certificate: file:gateway.pem}}\n");
    EXPECT_EQ(kExitFound, yht({"adapters", "apply", "desk-1", "--why", "x"}));
    EXPECT_THAT(err, HasSubstr("no file back.pem"));
    EXPECT_THAT(err, HasSubstr("no file back.key"));
    EXPECT_THAT(err, Not(HasSubstr("no file root.pem")));
    write("back.pem", "x");
    write("back.key", "x");
    EXPECT_EQ(kExitFound, yht({"adapters", "apply", "desk-1", "--why", "x"}));
    EXPECT_THAT(err, Not(HasSubstr("no file")));
    EXPECT_THAT(err, HasSubstr("no sample")) << "what else there is to say";
}

TEST_F(AdapterWorkTest, ApplyWantsSamplesThatHoldAndPutsBackWhatItRefuses) {
    copyFolders(directory + "/new");
    write("new/products/desk/kinds.csv", "native,canonical\n投诉,3\n疑难,3\n");
    EXPECT_EQ(kExitFound, yht({"adapters", "apply", "desk-1", "--from", directory + "/new", "--why", "code added"})) << out;
    EXPECT_THAT(err, HasSubstr("no sample"));
    EXPECT_THAT(read(directory + "/products/desk/kinds.csv"), Not(HasSubstr("疑难"))) << "put back";
    EXPECT_FALSE(std::filesystem::exists(directory + "/.staged-desk-1"));
}

}  // namespace
}  // namespace yht::app
