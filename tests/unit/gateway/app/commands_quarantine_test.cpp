// `yht quarantine` and `yht tickets correct` on a real deployment: a product, a source, a ledger with an item that
// waits. The message is put there as the door would.
#include "gateway/app/commands_quarantine.h"

#include <unistd.h>

#include "gateway/app/bundle.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_quarantine.h"
#include "gateway/app/quarantine_numbers.h"
#include "gateway/app/source_folders.h"
#include "gateway/intake/admission/message_payload.h"
#include "gateway/intake/admission/source_decide.h"
#include "gateway/json/json.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kProduct =
    "product: desk\nproduct_title: desk\nproduct_version: \"1\"\ndecode:\n  format: json\n  charset: UTF-8\n";
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
constexpr const char* kItem =
    R"({"NO":"Q-1","TIME":"2019-10-15T08:30:00+08:00","TYPE":"疑难","CLASS":"排水","TITLE":"下水道反味"})";

class CommandsQuarantineTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        for (const char* folder : {"/sources", "/sources/desk-1", "/products", "/products/desk"}) {
            std::filesystem::create_directory(directory + folder);
        }
        write("sources.yaml", "sources:\n  - {id: desk-1, name: 热线, region: \"430200\"}\n");
        write("partners.yaml", "partners: []\n");
        write("products/desk/product.yaml", kProduct);
        write("products/desk/mapping.yaml", kMapping);
        write("products/desk/kinds.csv", "native,canonical\n投诉,3\n");
        write("sources/desk-1/source.yaml",
              "id: desk-1\ntitle: 热线\nproduct: desk\nlifecycle: live\nowner: {unit: 热线, person: 班长}\n");
        auto store = openLedger();
        take(*store);
    }
    /// What source_messages does, without the signature of a partner.
    void take(ledger::Store& store, const std::string& body = kItem) {
        const auto trust = trust::loadTrust(directory).value();
        const auto adapters = loadSourceAdapters(directory, *trust);
        ASSERT_TRUE(adapters.ok()) << base::describe(adapters.error());
        const auto adapter = (*adapters)->at("desk-1");
        trust::Partner speaker;
        speaker.id = "desk";
        speaker.sources = {"desk-1"};
        intake::PreparedMessage message;
        message.speaker = &speaker;
        message.registry = trust.get();
        message.payload = intake::encodeMessagePayload({.body = body});
        message.salt = random.bytes(ledger::kSaltBytes);
        const intake::SourceItems maker(body, "desk-1", random);
        std::vector<intake::SourceItem> items;
        ASSERT_TRUE(adapter->adapt(body, {.trace = true}, {}, [&](kit::AdaptedItem&& item) {
            items.push_back(maker.prepare(std::move(item)));
            return true;
        }).ok());
        const auto done = store.run([&](ledger::Transaction& transaction) -> base::Status {
            intake::Decider decider(transaction, message);
            intake::CarriedTickets carried;
            for (const auto& item : items) {
                auto answer = intake::decideItem(
                    transaction, decider, item, {"desk-1", "application/json", adapter->version(), clock.nowMillis()}, carried
                );
                if (!answer.ok()) return answer.error();
            }
            return {};
        });
        ASSERT_TRUE(done.ok()) << base::describe(done.error());
    }
    std::string stateOf(std::uint64_t id) {
        auto store = openLedger();
        return store->snapshot().value()->quarantined(id)->state;
    }
    /// Payloads of the ledger's last entries of that type.
    std::string newest(ledger::EntryType type) {
        auto store = openLedger();
        auto snapshot = store->snapshot().value();
        std::string payload;
        for (const auto& header : snapshot->scan(0, 1000)) {
            if (header.type == type) payload = snapshot->entry(header.seq).value().payload;
        }
        return payload;
    }
};

TEST_F(CommandsQuarantineTest, ListSaysWhereAndWhyButNotWhat) {
    EXPECT_EQ(kExitFound, yht({"quarantine", "list"})) << err;
    EXPECT_THAT(out, HasSubstr("adapter.item_unmapped"));
    EXPECT_THAT(out, HasSubstr("/TYPE"));
    EXPECT_THAT(out, Not(HasSubstr("下水道反味")));
    EXPECT_EQ(kExitFound, yht({"quarantine", "list", "--by-reason", "--json"}));
    EXPECT_THAT(out, HasSubstr("\"items\":1"));
    EXPECT_EQ(kExitOk, yht({"quarantine", "list", "--source", "another"}));
    EXPECT_EQ(kExitFound, yht({"status"}));
    EXPECT_THAT(out, HasSubstr("items in quarantine"));
}

TEST_F(CommandsQuarantineTest, ListAndShowNameTheSourcesOwnNumberAndTheFirstFieldAtFault) {
    EXPECT_EQ(kExitFound, yht({"quarantine", "list"}));
    EXPECT_THAT(out, HasSubstr("Q-1"));
    EXPECT_THAT(out, HasSubstr("/TYPE code_unmapped"));
    EXPECT_EQ(kExitFound, yht({"quarantine", "list", "--json"}));
    const auto listed = json::parse(out).value();
    EXPECT_EQ("Q-1", json::textMember(listed[0], "number"));
    EXPECT_EQ("/TYPE", json::textMember(listed[0]["errors"][0], "pointer"));
    EXPECT_EQ(kExitOk, yht({"quarantine", "show", "1"}));
    EXPECT_THAT(out, HasSubstr("Q-1"));
    EXPECT_EQ(kExitOk, yht({"quarantine", "show", "1", "--json"}));
    EXPECT_EQ("Q-1", json::textMember(json::parse(out).value(), "number"));
}

TEST_F(CommandsQuarantineTest, AnItemThatIsMappedButNoRecordIsListedByItsNumberToo) {
    std::string mapping = kMapping;
    const std::string anonymous = "is_anonymous: { const: \"true\" }";
    mapping.replace(mapping.find(anonymous), anonymous.size(), "is_anonymous: { const: \"false\" }");
    write("products/desk/mapping.yaml", mapping);
    std::string item = kItem;
    item.replace(item.find("Q-1"), 3, "Q-2");
    item.replace(item.find("疑难"), std::string("疑难").size(), "投诉");
    take(*openLedger(), item);
    EXPECT_EQ(kExitOk, yht({"quarantine", "show", "2", "--json"})) << err;
    const auto shown = json::parse(out).value();
    EXPECT_EQ("Q-2", json::textMember(shown, "number")) << out;
    EXPECT_NE("item.unmapped", json::textMember(shown, "reason")) << "the mapping had nothing against it";
}

TEST_F(CommandsQuarantineTest, ANumberThatTellsOfSomebodyIsListedNowhere) {
    std::string mapping = kMapping;
    mapping.replace(mapping.find("      title: TITLE"), 0, "      caller_phone: TEL\n");
    write("products/desk/mapping.yaml", mapping);
    std::string item = kItem;
    item.replace(item.find("Q-1"), 3, "20191015-13876543210\",\"TEL\":\"13876543210");
    take(*openLedger(), item);
    EXPECT_EQ(kExitFound, yht({"quarantine", "list"}));
    EXPECT_THAT(out, HasSubstr("Q-1"));
    EXPECT_THAT(out, HasSubstr("\n2  "));
    EXPECT_THAT(out, Not(HasSubstr("13876543210")));
}

TEST_F(CommandsQuarantineTest, OfMoreMessagesThanAreReadForOneListTheRestShowTheirPlace) {
    const std::string padding(kNumberedBytesMax / 2, ' ');
    for (const char* number : {"Q-2", "Q-3", "Q-4"}) {
        auto store = openLedger();
        std::string item = kItem;
        item.replace(item.find("Q-1"), 3, number);
        take(*store, item + padding);
    }
    EXPECT_EQ(kExitFound, yht({"quarantine", "list", "--json"})) << err;
    const auto listed = json::parse(out).value();
    std::vector<std::string> numbers;
    for (const auto& row : listed.GetArray()) numbers.push_back(json::textMember(row, "number"));
    EXPECT_THAT(numbers, testing::ElementsAre("Q-1", "Q-2", "Q-3", ""));
}

TEST_F(CommandsQuarantineTest, WithoutAnAdapterThatLoadsAnItemIsListedByItsPlace) {
    write("products/desk/mapping.yaml", "records: {}\n");
    EXPECT_EQ(kExitFound, yht({"quarantine", "list", "--json"})) << err;
    const auto listed = json::parse(out).value();
    EXPECT_EQ("", json::textMember(listed[0], "number"));
    EXPECT_EQ("/", json::textMember(listed[0], "place"));
}

TEST_F(CommandsQuarantineTest, ShowHasNoContentUnlessItIsNoted) {
    EXPECT_EQ(kExitOk, yht({"quarantine", "show", "1"})) << err;
    EXPECT_THAT(out, Not(HasSubstr("下水道反味")));
    EXPECT_NE(kExitOk, yht({"quarantine", "show", "1", "--raw"}));
    EXPECT_EQ(kExitOk, yht({"quarantine", "show", "1", "--raw", "--why", "asked the hotline"})) << err;
    EXPECT_THAT(out, HasSubstr("下水道反味"));
    EXPECT_THAT(newest(ledger::EntryType::Audit), HasSubstr("quarantine.raw"));
}

TEST_F(CommandsQuarantineTest, FixAdmitsAndTheTextStandsInTheRecordAlone) {
    EXPECT_EQ(kExitOk, yht({"quarantine", "fix", "1", "--set", "/TYPE=投诉", "--why", "asked"})) << err;
    EXPECT_EQ("fixed", stateOf(1));
    EXPECT_THAT(newest(ledger::EntryType::Record), HasSubstr("\"appeal_type\":\"3\""));
    const auto uid = "uid:" + std::to_string(::geteuid());
    EXPECT_THAT(newest(ledger::EntryType::Audit), HasSubstr(uid));
    EXPECT_THAT(newest(ledger::EntryType::Audit), Not(HasSubstr("投诉")));
    EXPECT_THAT(newest(ledger::EntryType::Decision), HasSubstr("\"paths\":[\"/TYPE\"]"));
    EXPECT_EQ(kExitData, yht({"quarantine", "fix", "1", "--set", "/TYPE=投诉", "--why", "again"}));
}

TEST_F(CommandsQuarantineTest, FixThatDoesNotMendSaysSo) {
    EXPECT_NE(kExitOk, yht({"quarantine", "fix", "1", "--set", "/TYPE=别的", "--why", "guess"}));
    EXPECT_THAT(err, HasSubstr("adapter.item_unmapped"));
    EXPECT_THAT(err, HasSubstr("/TYPE: code_unmapped: "));
    EXPECT_EQ("open", stateOf(1));
}

TEST_F(CommandsQuarantineTest, AnAnswerOfManyItemsAndFieldsFitsItsLine) {
    std::string mapping = kMapping, items;
    for (const std::string field : {"address", "caller_name", "caller_phone", "contact_phone", "caller_email"}) {
        mapping.insert(mapping.find("      title: TITLE"), "      " + field + ": { from: A_MEMBER_THAT_NO_ITEM_HAS_" + field + ", required: true }\n");
    }
    write("products/desk/mapping.yaml", mapping);
    for (int i = 0; i < 200; ++i) items += R"({"NO":"R-)" + std::to_string(i) + R"(","TYPE":"投诉"},)";
    items.back() = ']';
    {
        auto store = openLedger();
        take(*store, "[" + items);
    }
    EXPECT_EQ(kExitFound, yht({"quarantine", "replay", "--source", "desk-1", "--why", "all", "--json"})) << err;
    EXPECT_LT(out.size(), kControlBytesMax);
    // Not the number of items alone bounds it here.
    EXPECT_LT(201 - kDecidedShownMax, std::stoul(json::textMember(*json::parse(out), "items_not_shown")));
    const auto told = json::parse(out);
    ASSERT_TRUE(told.ok());
    EXPECT_EQ("201", json::textMember(*told, "still_open"));
    EXPECT_EQ(201u, (*told)["items"].Size() + std::stoul(json::textMember(*told, "items_not_shown")));
    EXPECT_THAT(out, HasSubstr(R"({"pointer":"/TYPE","code":"code_unmapped"})"));
}

TEST_F(CommandsQuarantineTest, ReplayAfterTheVocabularyWasMended) {
    EXPECT_EQ(kExitFound, yht({"quarantine", "replay", "1", "--why", "too early"}));
    EXPECT_THAT(out, HasSubstr("adapter.item_unmapped /TYPE:code_unmapped"));
    EXPECT_EQ("open", stateOf(1));
    write("products/desk/kinds.csv", "native,canonical\n投诉,3\n疑难,3\n");
    EXPECT_EQ(kExitOk, yht({"quarantine", "replay", "--source", "desk-1", "--reason", "adapter.item_unmapped", "--why", "code added"})) << err;
    EXPECT_EQ("replayed", stateOf(1));
    EXPECT_EQ(kExitOk, yht({"quarantine", "list"}));
}

TEST_F(CommandsQuarantineTest, DiscardNeedsAReason) {
    EXPECT_NE(kExitOk, yht({"quarantine", "discard", "1"}));
    EXPECT_EQ(kExitOk, yht({"quarantine", "discard", "1", "--why", "a test"})) << err;
    EXPECT_EQ("discarded", stateOf(1));
    EXPECT_THAT(newest(ledger::EntryType::Decision), HasSubstr("\"why\":\"a test\""));
}

TEST_F(CommandsQuarantineTest, DiscardTellsWhatBecameOfEachWhereOneIsUnknown) {
    EXPECT_EQ(kExitFound, yht({"quarantine", "discard", "1", "99", "--why", "a test", "--json"})) << err;
    const auto document = json::parse(out).value();
    EXPECT_EQ("discarded", json::textMember(document["items"][0], "state"));
    EXPECT_EQ("99", json::textMember(document["items"][1], "id"));
    EXPECT_FALSE(json::textMember(document["items"][1], "code").empty());
    EXPECT_EQ("discarded", stateOf(1));
}

TEST_F(CommandsQuarantineTest, CorrectionOfATicketIsARecordOfItsOwn) {
    ASSERT_EQ(kExitOk, yht({"quarantine", "fix", "1", "--set", "/TYPE=投诉", "--why", "asked", "--json"}));
    const auto document = json::parse(out).value();
    const auto ticket_no = json::textMember(document["items"][0], "ticket_no");
    EXPECT_EQ(kExitOk, yht({"tickets", "correct", ticket_no, "--set", "title=更正后的标题", "--why", "typing error"})) << err;
    EXPECT_THAT(newest(ledger::EntryType::Record), HasSubstr("更正后的标题"));
    EXPECT_THAT(newest(ledger::EntryType::Audit), HasSubstr("tickets.correct"));
    EXPECT_THAT(newest(ledger::EntryType::Audit), Not(HasSubstr("更正后的标题")));
    EXPECT_NE(kExitOk, yht({"tickets", "correct", ticket_no, "--set", "urgency=99", "--why", "wrong"}));
    EXPECT_EQ(kExitFound, yht({"tickets", "--unsettled"}));
}

TEST_F(CommandsQuarantineTest, TheBundleHoldsWhatAdaptersAreMadeOfAndNotTheirTests) {
    std::filesystem::create_directory(directory + "/sources/desk-1/tests");
    write("sources/desk-1/tests/case.yaml", "a: 1\n");
    const auto files = readBundle(directory).value().files;
    EXPECT_TRUE(files.contains("products/desk/kinds.csv"));
    EXPECT_TRUE(files.contains("sources/desk-1/source.yaml"));
    EXPECT_FALSE(files.contains("sources/desk-1/tests/case.yaml"));
    const auto before = bundleDigest({files});
    write("products/desk/kinds.csv", "native,canonical\n投诉,1\n");
    EXPECT_NE(before, bundleDigest(readBundle(directory).value()));
}

TEST_F(CommandsQuarantineTest, AWrongManifestIsToldWithItsFile) {
    write("sources/desk-1/source.yaml", "id: desk-1\ntitle: 热线\nproduct: desk\nlifecycel: live\n");
    EXPECT_NE(kExitOk, yht({"config", "check"}));
    EXPECT_THAT(err, HasSubstr("source.yaml"));
    EXPECT_THAT(err, HasSubstr("lifecycle"));
}

TEST_F(CommandsQuarantineTest, AManifestOfASourceThatNobodyNumbersIsRefused) {
    write("sources.yaml", "sources: []\n");
    EXPECT_NE(kExitOk, yht({"quarantine", "replay", "1", "--why", "x"}));
    EXPECT_THAT(err, HasSubstr("desk-1"));
}

}  // namespace
}  // namespace yht::app
