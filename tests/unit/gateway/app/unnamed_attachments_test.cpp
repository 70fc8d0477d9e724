// What no record names in its time goes, told in the ledger; whatever a record names in time stays.
#include "gateway/app/unnamed_attachments.h"

#include <future>

#include "gateway/json/json.h"
#include "tests/unit/gateway/app/named_attachments_fixture.h"

namespace yht::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::int64_t kHoursMax = 48;
constexpr std::int64_t kHourMillis = 3'600'000;

class UnnamedAttachmentsTest : public NamedAttachmentsFixture {
protected:
    /// The shared clock of the fixture is the system's: what has passed is the sweep's word alone.
    base::ManualClock later{clock.nowMillis() + (kHoursMax + 1) * kHourMillis};

    UnnamedServices services(ledger::Store& store, attachments::Store& files) {
        return {store, files, later, random, [this] { return trust::loadTrust(directory); }, kHoursMax, {}};
    }
    std::size_t turn(ledger::Store& store) {
        auto files = openFiles(store);
        const auto done = giveUpUnnamed(services(store, *files));
        EXPECT_TRUE(done.ok()) << base::describe(done.error());
        return done->destroyed;
    }
    /// Payloads of the audit entries.
    static std::vector<std::string> audits(ledger::Store& store) {
        std::vector<std::string> payloads;
        auto view = *store.snapshot();
        for (const auto& header : view->scan(0, 1000)) {
            if (header.type == ledger::EntryType::Audit) payloads.push_back(view->entry(header.seq)->payload);
        }
        return payloads;
    }
};

TEST_F(UnnamedAttachmentsTest, WhatNoRecordNamesInItsTimeGoesAndTheLedgerSaysWhoseItWas) {
    auto store = openLedger();
    const auto photo = bring(*store, "photo", "police");
    EXPECT_EQ(1U, turn(*store));
    EXPECT_FALSE(openFiles(*store)->find(photo).ok());
    // The partner is not in the registry: its key stands for it.
    EXPECT_THAT(audits(*store), ElementsAre(testing::AllOf(
        HasSubstr(R"("attachment":")" + photo), HasSubstr(R"("command":"attachments.unnamed")"),
        HasSubstr(R"("operator":"gateway")"), HasSubstr(attachments::partnerKeyOf("police")), HasSubstr("within 48 h"))));
    EXPECT_EQ(0U, turn(*store));
    EXPECT_EQ(1U, audits(*store).size());
}

TEST_F(UnnamedAttachmentsTest, WhatARecordOfItsPartnerNamesStaysAndIsNotAskedAgain) {
    auto store = openLedger();
    const auto photo = bring(*store, "photo");
    put(*store, record("A-1", photo), "A-1", photo);
    EXPECT_EQ(0U, turn(*store));
    EXPECT_TRUE(openFiles(*store)->find(photo).ok());
    EXPECT_THAT(audits(*store), IsEmpty());
    EXPECT_THAT(*openFiles(*store)->unjudged(later.nowMillis(), 10), IsEmpty());
}

TEST_F(UnnamedAttachmentsTest, WhoOnlyNamesItDoesNotKeepIt) {
    auto store = openLedger();
    const auto photo = bring(*store, "photo", "police");
    put(*store, record("A-1", photo), "A-1", photo, "water");
    EXPECT_EQ(1U, turn(*store));
}

TEST_F(UnnamedAttachmentsTest, WhoNamedItKeepsItFromTheTimeOfWhoDidNot) {
    auto store = openLedger();
    const auto photo = bring(*store, "photo", "police");
    bring(*store, "photo");
    put(*store, record("A-1", photo), "A-1", photo);
    EXPECT_EQ(0U, turn(*store));
    EXPECT_EQ(1U, audits(*store).size());
    EXPECT_FALSE(openFiles(*store)->broughtBy(photo, "police"));
    EXPECT_TRUE(openFiles(*store)->broughtBy(photo, "centre"));
}

TEST_F(UnnamedAttachmentsTest, NothingGoesBeforeItsTimeNorWhereTheTimeIsWithoutEnd) {
    auto store = openLedger();
    const auto photo = bring(*store, "photo");
    later.stepTo(clock.nowMillis() + (kHoursMax - 1) * kHourMillis);
    EXPECT_EQ(0U, turn(*store));
    later.advance(100 * kHourMillis);
    auto files = openFiles(*store);
    auto for_ever = services(*store, *files);
    for_ever.hours_max = 0;
    EXPECT_EQ(0U, giveUpUnnamed(for_ever)->judged);
    EXPECT_TRUE(files->find(photo).ok());
}

TEST_F(UnnamedAttachmentsTest, ARecordThatNamesItWhileATurnIsUnderWayKeepsIt) {
    auto store = openLedger();
    std::vector<std::string> both{bring(*store, "one"), bring(*store, "two")};
    std::sort(both.begin(), both.end());  // they go in this order
    auto files = openFiles(*store);
    auto under_way = services(*store, *files);
    bool named = false;
    under_way.pause = [&] {
        if (!std::exchange(named, true)) put(*store, record("A-1", both[1]), "A-1", both[1]);
    };
    EXPECT_EQ(1U, giveUpUnnamed(under_way)->destroyed);
    EXPECT_FALSE(files->find(both[0]).ok());
    EXPECT_TRUE(files->find(both[1]).ok());
    EXPECT_EQ(2U, audits(*store).size());
}

TEST_F(UnnamedAttachmentsTest, AKillAfterTheNoteIsEndedByTheNextStartAndOneBeforeItByTheNextTurn) {
    auto store = openLedger();
    const auto told = bring(*store, "told"), noted = bring(*store, "noted");
    auto files = openFiles(*store);
    std::vector<attachments::Unjudged> marks = *files->unjudged(later.nowMillis(), 10);
    std::erase_if(marks, [&](const auto& mark) { return mark.digest != noted; });
    ASSERT_TRUE(files->noteUnnamed(marks).ok());
    files.reset();
    EXPECT_FALSE(openFiles(*store)->find(noted).ok());  // by the start
    EXPECT_TRUE(openFiles(*store)->find(told).ok());
    EXPECT_EQ(1U, turn(*store));
    EXPECT_FALSE(openFiles(*store)->find(told).ok());
}

TEST_F(UnnamedAttachmentsTest, TheThreadTakesMoreThanATurnHasAndSaysSo) {
    auto store = openLedger();
    constexpr std::size_t kCount = kUnnamedTurnMarks + 1;
    for (std::size_t i = 0; i < kCount; ++i) bring(*store, "photo " + std::to_string(i));
    auto files = openFiles(*store);
    std::promise<void> done;
    std::size_t lines = 0;
    auto running = services(*store, *files);
    running.log = [&](const std::string& line) {
        EXPECT_THAT(line, HasSubstr("no record named"));
        if (++lines == 2) done.set_value();
    };
    UnnamedAttachments thread(running);
    thread.start();
    done.get_future().wait();
    thread.stop();
    EXPECT_EQ(0U, files->counters().files);
    EXPECT_EQ(kCount, audits(*store).size());
}

TEST_F(UnnamedAttachmentsTest, TheListTellsWhatWaitsToBeNamedAndHowLongItStays) {
    auto store = openLedger();
    const auto named = bring(*store, "named"), unnamed = bring(*store, "unnamed");
    put(*store, record("A-1", named), "A-1", named);
    store.reset();
    EXPECT_EQ(kExitOk, yht({"attachments", "unnamed", "--json"})) << err;
    const auto list = json::parse(out);
    ASSERT_TRUE(list.ok() && list->IsArray() && list->Size() == 1) << out;
    EXPECT_EQ(unnamed, json::textMember((*list)[0], "attachment"));
    EXPECT_FALSE(json::textMember((*list)[0], "stays_until").empty());
    EXPECT_EQ(kExitOk, yht({"attachments", "unnamed"})) << err;
    EXPECT_THAT(out, testing::AllOf(HasSubstr(unnamed), Not(HasSubstr(named))));
}

}  // namespace
}  // namespace yht::app
