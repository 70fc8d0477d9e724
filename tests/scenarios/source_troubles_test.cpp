// What the gateway shows of each knob for trouble, for every source that the simulator plays: what of it is quarantined, what is
// known, what waits, and that the account balances whatever comes. Real program, real ways: calls, SFTP, folders, ODBC, HTTPS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "gateway/base/clock.h"
#include "tests/scenarios/samples.h"
#include "tests/scenarios/shipped_source.h"
#include "tests/scenarios/sources_world.h"

namespace yht::scenarios {
namespace {

using testing::HasSubstr;

/// What becomes of two cases of a source. Duplicates are at least so many: rows and threads within an overlap are asked for again.
struct Fate {
    std::uint64_t accepted = 0, quarantined = 0, duplicate = 0;
};
using Fates = std::map<std::string, Fate>;

class SourceTroubles : public testing::Test {
protected:
    SourceTroubles() {
        world.start();
        federation.startGateway();
    }
    static void expectFate(const std::string& source, const Fate& wanted, const SourceAccount& account) {
        SCOPED_TRACE(source);
        EXPECT_TRUE(account.balances);
        EXPECT_EQ(wanted.accepted, account.accepted);
        EXPECT_EQ(wanted.quarantined, account.quarantined);
        EXPECT_EQ(wanted.quarantined, account.open_quarantine);
        EXPECT_EQ(0u, account.refused);
        EXPECT_LE(wanted.duplicate, account.duplicate);
    }
    void expectFate(const std::string& source, const Fate& wanted) { expectFate(source, wanted, world.account(source)); }
    /// Everybody says two cases under that trouble; waits for each source's items and compares.
    void expectWith(const std::vector<std::string>& words, const Fates& expected) {
        std::vector<std::string> all{"--cases", "2"};
        all.insert(all.end(), words.begin(), words.end());
        world.everybodySays(all);
        for (const auto& [source, wanted] : expected) {
            world.waitUntilDecided(source, wanted.accepted + wanted.quarantined);
            if (wanted.duplicate > 0) Federation::waitUntil(source + " repeats", [&] { return world.account(source).duplicate >= wanted.duplicate; });
        }
        const auto accounts = world.accounts();
        for (const auto& [source, wanted] : expected) expectFate(source, wanted, accounts.at(source));
    }

    Federation federation;
    SourcesWorld world{federation};
};

const Fates kWell{{"zz-110", {6}}, {"zz-12315", {6}}, {"zz-street", {3}}, {"zz-12319", {4}},
                  {"zz-hetang", {2}}, {"zz-12348", {2}}, {"bj-12355", {2}}, {"zz-shifeng", {2}}, {"zz-zhizhuxia", {2}}};

TEST_F(SourceTroubles, WithoutAnyEverythingIsAcceptedAndAllAreHealthy) {
    expectWith({}, kWell);
    for (const auto& [source, account] : world.accounts()) EXPECT_EQ("healthy", account.state) << source;
}

TEST_F(SourceTroubles, ARenamedMemberIsQuarantinedAndARenamedColumnStopsThePull) {
    expectWith({"--trouble", "renamed-member"}, {{"zz-110", {0, 6}},    {"zz-12315", {0, 6}}, {"zz-street", {0, 3}}, {"zz-hetang", {0, 1}},
                                                 {"zz-12348", {0, 1}}, {"bj-12355", {0, 2}}, {"zz-shifeng", {0, 2}}, {"zz-zhizhuxia", {0, 2}}});
    Federation::waitUntil("the pull of the database is in trouble", [&] { return !world.account("zz-12319").reason.empty(); });
    EXPECT_EQ(0u, world.account("zz-12319").received);
    EXPECT_THAT(world.account("zz-12319").reason, HasSubstr("delivery.refused"));
}

TEST_F(SourceTroubles, AnUnknownCodeIsQuarantinedTheRestOfItsSourceIsNot) {
    expectWith({"--trouble", "unknown-code"}, {{"zz-110", {4, 2}}, {"zz-12315", {4, 2}}, {"zz-street", {0, 3}}, {"zz-12319", {1, 3}},
                                               {"zz-hetang", {0, 2}}, {"zz-12348", {1, 1}}, {"bj-12355", {0, 2}}, {"zz-shifeng", {0, 2}}, {"zz-zhizhuxia", {0, 2}}});
    for (const auto& [source, account] : world.accounts()) EXPECT_EQ("degraded", account.state) << source;
    const auto status = federation.yht({"status"});
    EXPECT_EQ(3, status.exit_code);
    for (const char* source : kPlayedSources) EXPECT_THAT(status.output, HasSubstr(std::string(source) + ": 质量下降 degraded"));
}

TEST_F(SourceTroubles, WhatTheCentreSaysOfAGridsCaseGoesHomeAsItsManifestSays) {
    ASSERT_EQ(0, world.say("grid", {"--cases", "1"}));
    world.waitUntilDecided("zz-shifeng", 1);
    const std::string ticket_no = json::textMember(federation.tickets()[0], "ticket_no");
    auto centre = federation.partner("centre");
    ASSERT_EQ(201, centre.post("/v1/records", result("zz-12345", "JG-1", {{"ticket_no", ticket_no}})).status);
    ASSERT_EQ(201, centre.post("/v1/records", visit("zz-12345", "HF-1", {{"ticket_no", ticket_no}})).status);
    Federation::waitUntil("both have come home", [&] {
        std::error_code none;
        const std::filesystem::directory_iterator files(world.path("zz-shifeng/in/taken"), none);
        return !none && std::distance(begin(files), end(files)) == 2;
    });
    EXPECT_EQ(0, world.stopServing()) << "the simulator has judged what came home";
}

TEST_F(SourceTroubles, TheSameBatchTwiceIsADuplicate) {
    Fates twice = kWell;
    for (auto& [source, fate] : twice) fate.duplicate = fate.accepted;
    expectWith({"--trouble", "duplicate"}, twice);
    ASSERT_EQ(0, world.say("district", {"--cases", "2", "--name", "BJ_again.csv", "--marker", "BJ_again.ok"}));
    Federation::waitUntil("the same file under another name", [&] { return world.account("zz-hetang").duplicate == 4; });
}

TEST_F(SourceTroubles, LastThingsFirstAreAcceptedAllTheSame) {
    // The third party's envelope tells the whole state: a step that comes late says nothing that is not known.
    Fates expected = kWell;
    expected["zz-street"] = {2, 0, 1};
    expectWith({"--trouble", "reordered"}, expected);
}

TEST_F(SourceTroubles, TheWrongCharsetIsNeverGuessed) {
    // An acknowledgement of 110 has no Chinese in it; an envelope that is no XML is refused at the door, and stays the caller's.
    expectWith({"--trouble", "wrong-charset"},
               {{"zz-110", {2, 4}}, {"zz-12315", {0, 6}}, {"zz-12319", {0, 4}}, {"zz-hetang", {0, 1}}, {"bj-12355", {0, 2}}, {"zz-shifeng", {0, 1}}});
    EXPECT_EQ(4, world.say("third", {"--cases", "2", "--trouble", "wrong-charset"}));
    EXPECT_EQ(0u, world.account("zz-street").received);
    Federation::waitUntil("the board's page is no answer", [&] { return !world.account("zz-zhizhuxia").reason.empty(); });
}

TEST_F(SourceTroubles, WhatIsTornIsQuarantinedAndWhatIsNoAnswerMovesNothing) {
    expectWith({"--trouble", "torn"}, {{"zz-110", {0, 6}}, {"zz-12315", {0, 6}}, {"zz-street", {0, 3}}, {"zz-12348", {0, 1}}, {"zz-shifeng", {0, 1}}});
    Federation::waitUntil("the board's answer is no answer", [&] { return !world.account("zz-zhizhuxia").reason.empty(); });
    EXPECT_EQ(0u, world.account("zz-zhizhuxia").received);
    world.serve({"--cases", "2"});
    world.waitUntilDecided("zz-zhizhuxia", 2);
    expectFate("zz-zhizhuxia", {2});
}

TEST_F(SourceTroubles, HalfAFileIsNeverTakenForTheWhole) {
    // No marker; a temporary name.
    ASSERT_EQ(0, world.say("district", {"--cases", "2", "--writing", "half"}));
    ASSERT_EQ(0, world.say("foxpro", {"--cases", "2", "--name", "a.dbf.tmp", "--writing", "half"}));
    // What is whole passes by: those pulls have seen the halves.
    ASSERT_EQ(0, world.say("district", {"--cases", "1", "--first-no", "50"}));
    ASSERT_EQ(0, world.say("foxpro", {"--cases", "1", "--first-no", "50", "--writing", "renamed"}));
    world.waitUntilDecided("zz-hetang", 1);
    world.waitUntilDecided("bj-12355", 1);
    expectFate("zz-hetang", {1});
    expectFate("bj-12355", {1});
    ASSERT_EQ(0, world.say("district", {"--cases", "2"}));
    world.waitUntilDecided("zz-hetang", 3);
    expectFate("zz-hetang", {3});
}

/// Of a file that has stood still for a second the pull may think that it is whole. False where its program was held up for as long.
bool aFileThatStillGrowsIsReadWhole() {
    constexpr std::int64_t kStableMillis = 1'000;
    Federation federation;
    SourcesWorld world(federation);
    world.start();
    federation.startGateway();
    EXPECT_EQ(0, world.say("workbook", {"--cases", "2", "--writing", "in-halves", "--pause-ms", "500"}));
    const auto left = json::parse(world.said());
    if (!left.ok() || std::stoll(json::textMember(*left, "half_ms")) >= kStableMillis) return false;
    world.waitUntilDecided("zz-12348", 1);
    const auto account = world.account("zz-12348");
    EXPECT_EQ(2u, account.accepted);
    EXPECT_EQ(0u, account.quarantined + account.refused);
    return true;
}

/// What came of a half that stood for too long is no trouble of another federation's.
TEST(HalfAFile, ThatStillGrowsIsNeverTakenForTheWhole) {
    Federation::waitUntil("a file was written in time and read", aFileThatStillGrowsIsReadWhole);
}

TEST_F(SourceTroubles, AClockThatRunsAheadLosesNothingThatComesAfterIt) {
    constexpr std::int64_t kBookBegins = 1'571'099'400, kBetweenCases = 1'800, kDay = 86'400;
    const std::int64_t now = base::SystemClock().nowMillis() / 1000;
    world.everybodySays({"--cases", "2", "--clock-skew-s", std::to_string(now - kBookBegins + kDay)});
    // Who pushes or leaves files is taken at its word; a board that is asked for what has changed until now has nothing to say yet.
    for (const auto& [source, fate] : kWell) {
        if (source != "zz-zhizhuxia") world.waitUntilDecided(source, fate.accepted);
    }
    for (const auto& [source, account] : world.accounts()) expectFate(source, {source == "zz-zhizhuxia" ? 0 : kWell.at(source).accepted}, account);
    // Their clocks are put right: what is dated before the wrong moment comes in all the same. The table's cursor has gone no
    // further than now.
    for (const char* shape : {"110", "12315", "third", "district", "workbook", "foxpro", "grid"}) {
        ASSERT_EQ(0, world.say(shape, {"--cases", "2", "--first-no", "8"})) << shape;
    }
    ASSERT_EQ(0, world.say("exchange", {"--cases", "1", "--first-no", "8", "--clock-skew-s", std::to_string(now - kBookBegins - 7 * kBetweenCases)}));
    world.serve({"--cases", "2"});
    for (const auto& [source, fate] : kWell) {
        if (source == "zz-12319") world.waitUntilDecided(source, fate.accepted + 2);
        else world.waitUntilDecided(source, source == "zz-zhizhuxia" ? fate.accepted : 2 * fate.accepted);
    }
    for (const auto& [source, account] : world.accounts()) EXPECT_EQ(0u, account.quarantined) << source;
}

/// Sources that are expected to speak at any hour, and don't.
class SilentSources : public testing::Test {
protected:
    SilentSources() {
        for (const char* source : kPlayedSources) {
            std::ofstream(federation.deployment() + "/sources/" + source + "/source.yaml", std::ios::app)
                << "health: { workday_hour_min: 1, weekend_hour_min: 1, night_hour_min: 1, silent_after_s: 1 }\n";
        }
    }
    Federation federation;
    SourcesWorld world{federation};
};

TEST_F(SilentSources, AreNamedOnTheStatusScreen) {
    world.start();
    federation.startGateway();
    Federation::waitUntil("all are silent", [&] {
        const auto status = federation.yht({"status"});
        return status.exit_code == 3 && std::all_of(std::begin(kPlayedSources), std::end(kPlayedSources), [&](const char* source) {
                   return status.output.find(std::string(source) + ": 静默 silent") != std::string::npos;
               });
    });
    const auto json = federation.yht({"status", "--json"});
    EXPECT_EQ(3, json.exit_code);
    EXPECT_THAT(json.output, HasSubstr("\"source\":\"zz-hetang\",\"way\":\"sftp\",\"state\":\"silent\""));
}

/// The sources themselves are asked, and nothing changes by it.
class LiveTrial : public testing::Test {
protected:
    LiveTrial() {
        // A ledger, and no gateway that would pull meanwhile.
        federation.startGateway();
        EXPECT_EQ(0, federation.stopGateway());
        world.start();
    }
    Finished tried(const std::string& source, const std::string& how = "--json") {
        return federation.yht({"adapters", "try", source, "--dry-run", "--live", "-d", federation.deployment(), how});
    }
    Federation federation;
    SourcesWorld world{federation};
};

TEST_F(LiveTrial, AnSftpServerIsAskedAndItsFilesStay) {
    ASSERT_EQ(0, world.say("district", {"--cases", "41"}));
    ASSERT_EQ(0, world.say("district", {"--cases", "3", "--first-no", "100", "--trouble", "unknown-code"}));
    const auto first = tried("zz-hetang");
    EXPECT_EQ(3, first.exit_code);
    EXPECT_THAT(first.output, HasSubstr("\"would_accept\":41,\"duplicate\":0,\"would_quarantine\":3"));
    EXPECT_THAT(first.output, HasSubstr("adapter.item_unmapped"));
    EXPECT_EQ(first.output, tried("zz-hetang").output) << "its cursor has not moved";
    EXPECT_TRUE(std::filesystem::exists(world.path("sftp/out/BJ_000001.csv")));
    const auto text = tried("zz-hetang", "--limit=41");
    EXPECT_THAT(text.output, HasSubstr("would accept 41"));
    EXPECT_THAT(text.output, HasSubstr("SHA256:"));
    federation.startGateway();
    world.waitUntilDecided("zz-hetang", 44);
    EXPECT_EQ(41u, world.account("zz-hetang").accepted);
    EXPECT_EQ(3u, world.account("zz-hetang").quarantined);
}

TEST_F(LiveTrial, ABoardIsAskedOverHttpsPageByPageAndAnswersAgainToTheGateway) {
    replaceInDeployment(federation, "products/petition-board-pull/product.yaml", "size: 100", "size: 4");
    world.serve({"--cases", "10"});
    const auto first = tried("zz-zhizhuxia");
    EXPECT_EQ(0, first.exit_code) << first.output;
    EXPECT_THAT(first.output, HasSubstr("\"portions\":3"));
    EXPECT_THAT(first.output, HasSubstr("\"would_accept\":10"));
    federation.startGateway();
    world.waitUntilDecided("zz-zhizhuxia", 10);
    EXPECT_EQ(0, federation.stopGateway());
    // What the ledger has is no news; what is behind the cursor is not asked for.
    EXPECT_THAT(tried("zz-zhizhuxia").output, HasSubstr("\"would_accept\":0"));
    world.stopServing();
    const auto gone = tried("zz-zhizhuxia");
    EXPECT_EQ(69, gone.exit_code);
    EXPECT_EQ(0, world.say("exchange", {"--cases", "2"}));
    EXPECT_THAT(tried("zz-12319").output, HasSubstr("\"would_accept\":4"));
    EXPECT_EQ(65, tried("zz-110").exit_code) << "it pushes";
}

}  // namespace
}  // namespace yht::scenarios
