#include "gateway/json/json.h"
#include "tests/unit/gateway/app/named_attachments_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class CommandsEraseTest : public NamedAttachmentsFixture {
protected:
    /// How many attachments went with the ticket.
    std::string erase(const std::string& number) {
        EXPECT_EQ(kExitOk, yht({"ledger", "erase", number, "--why", "request 7", "--json"})) << err;
        const auto answer = json::parse(out);
        return answer.ok() ? json::textMember(*answer, "attachments") : out;
    }
    bool isKept(const std::string& digest) {
        auto store = openLedger();
        return openFiles(*store)->find(digest).ok();
    }
    std::string codeOf(ledger::Seq seq) {
        auto store = openLedger();
        const auto entry = (*store->snapshot())->entry(seq);
        return entry.ok() ? "there" : entry.error().row().wire;
    }
};

TEST_F(CommandsEraseTest, ErasesTheTicketAndEveryMessageThatCarriedIt) {
    auto store = openLedger();
    const auto number = put(*store, record("A-1"), "A-1");                // 1, 2
    put(*store, "[" + record("A-2") + "," + record("A-1") + "]", "A-2");  // 3, 4
    put(*store, record("A-3"), "A-3");                                    // 5, 6
    store.reset();
    EXPECT_EQ(kExitOk, yht({"ledger", "erase", number, "--why", "request 7", "--json"})) << err;
    const auto answer = json::parse(out);
    ASSERT_TRUE(answer.ok()) << out;
    EXPECT_EQ("2", json::textMember(*answer, "messages"));
    EXPECT_EQ("1", json::textMember(*answer, "other_records"));
    EXPECT_EQ("ledger.erased", codeOf(1));
    EXPECT_EQ("ledger.erased", codeOf(2));
    EXPECT_EQ("ledger.erased", codeOf(3));
    EXPECT_EQ("there", codeOf(4));
    EXPECT_EQ("there", codeOf(5));
    EXPECT_EQ(kExitOk, yht({"ledger", "verify"})) << out;
}

TEST_F(CommandsEraseTest, AttachmentsGoWithTheOnlyTicketThatNamesThem) {
    auto store = openLedger();
    const auto here = bring(*store, "here"), shared = bring(*store, "shared");
    const auto first = put(*store, record("A-1", here), "A-1", here);
    const auto second = put(*store, record("A-2", shared), "A-2", shared);
    const auto third = put(*store, record("A-3", shared), "A-3", shared);
    store.reset();
    EXPECT_EQ("1", erase(first));
    EXPECT_FALSE(isKept(here));
    EXPECT_EQ("0", erase(second));
    EXPECT_TRUE(isKept(shared));
    EXPECT_EQ("1", erase(third));
    EXPECT_FALSE(isKept(shared));
}

TEST_F(CommandsEraseTest, WhoBroughtAnAttachmentAndHasNotNamedItYetKeepsIt) {
    auto store = openLedger();
    const auto photo = bring(*store, "photo", "police");
    bring(*store, "photo");
    const auto number = put(*store, record("A-1", photo), "A-1", photo);
    store.reset();
    EXPECT_EQ("0", erase(number));
    store = openLedger();
    EXPECT_TRUE(openFiles(*store)->broughtBy(photo, "police"));
    EXPECT_FALSE(openFiles(*store)->broughtBy(photo, "centre"));
    EXPECT_TRUE(openFiles(*store)->find(photo).ok());
}

TEST_F(CommandsEraseTest, WhoOnlyNamesAnAttachmentKeepsItFromNobodysErasure) {
    auto store = openLedger();
    const auto photo = bring(*store, "photo");
    const auto number = put(*store, record("A-1", photo), "A-1", photo);
    put(*store, record("A-2", photo), "A-2", photo, "water");
    store.reset();
    EXPECT_EQ("1", erase(number));
    EXPECT_FALSE(isKept(photo));
}

TEST_F(CommandsEraseTest, TheTicketOfWhoOnlyNamesAnAttachmentTakesNothingAlong) {
    auto store = openLedger();
    const auto photo = bring(*store, "photo");
    const auto number = put(*store, record("A-2", photo), "A-2", photo, "water");
    store.reset();
    EXPECT_EQ("0", erase(number));
    EXPECT_TRUE(isKept(photo));
}

TEST_F(CommandsEraseTest, WhatAKillAfterTheErasureLeftIsDestroyedByTheNextStart) {
    auto store = openLedger();
    const auto gone = bring(*store, "gone"), spared = bring(*store, "spared");
    put(*store, record("A-1", spared), "A-1", spared);
    // As it stands between the ledger's commit and the file's end.
    EXPECT_TRUE(openFiles(*store)->noteErasing({{gone, "centre"}, {spared, "centre"}}).ok());
    store.reset();
    EXPECT_FALSE(isKept(gone));
    EXPECT_TRUE(isKept(spared));
}

TEST_F(CommandsEraseTest, StoryTellsTheErasureAndNothingElse) {
    auto store = openLedger();
    const auto number = put(*store, record("A-1"), "A-1");
    store.reset();
    EXPECT_EQ(kExitOk, yht({"ledger", "erase", number, "--why", "request 7"})) << err;
    EXPECT_THAT(out, HasSubstr(number));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", number})) << err;
    EXPECT_THAT(out, HasSubstr("request 7"));
    EXPECT_THAT(out, HasSubstr("erased records: 1"));
    EXPECT_THAT(out, Not(HasSubstr("A-1")));
    EXPECT_THAT(out, Not(HasSubstr("lamp")));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "centre-zz/A-1"})) << err;
}

TEST_F(CommandsEraseTest, RefusalsSayWhatIsWrong) {
    auto store = openLedger();
    const auto number = put(*store, record("A-1"), "A-1");
    store.reset();
    EXPECT_EQ(kExitUsage, yht({"ledger", "erase", number}));
    EXPECT_EQ(kExitData, yht({"ledger", "erase", "430200-20190418-9999999-0", "--why", "x"}));
    EXPECT_THAT(err, HasSubstr("没有工单"));
    EXPECT_EQ(kExitOk, yht({"ledger", "erase", number, "--why", "x"}));
    EXPECT_EQ(kExitData, yht({"ledger", "erase", number, "--why", "x"}));
    EXPECT_THAT(err, HasSubstr("erased before"));
}

}  // namespace
}  // namespace yht::app
