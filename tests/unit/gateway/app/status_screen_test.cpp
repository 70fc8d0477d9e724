// `yht status` fits one screen, whatever there is, and says what it leaves out.
#include "gateway/app/status_screen.h"

#include <sstream>

#include "gateway/app/maintenance_look.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t kAnHour = 3'600'000;
constexpr base::UnixMillis kScreenNow = 1'555'000'000'000;

/// `own` sources in their own formats and `plain` ones, all well; a destination, a few certificates.
Status wellWith(std::size_t own, std::size_t plain) {
    Status status;
    status.serving = status.ready = true;
    status.disk_free_bytes = 100ULL << 30;
    for (std::size_t i = 0; i < own; ++i) {
        const std::string id = "own-" + std::to_string(100 + i);
        SourceHealthStatus one{.way = "sftp", .owner = "unit person"};
        one.health.source = id;
        one.health.state = "healthy";
        status.healths.push_back(one);
        status.sources.push_back({id, "自有格式", kScreenNow - kAnHour});
        status.accounts_today.push_back({.source = id, .day = 18'000, .account = {.received = 3, .accepted = 3}});
    }
    for (std::size_t i = 0; i < plain; ++i) status.sources.push_back({"plain-" + std::to_string(100 + i), "直报", kScreenNow - kAnHour});
    status.destinations.resize(1);
    status.destinations[0].destination = "province";
    for (int days = 100; days < 105; ++days) status.certificates.push_back({"partner " + std::to_string(days), kScreenNow + days * 24 * kAnHour});
    return status;
}

std::string screenOf(const Status& status) {
    std::ostringstream out;
    printScreen(out, status, troubles(status, kScreenNow), kScreenNow);
    return out.str();
}

std::size_t lineCount(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

TEST(StatusScreen, OfFewSourcesEachHasARowAndOneOnly) {
    const std::string screen = screenOf(wellWith(3, 2));
    EXPECT_THAT(screen, AllOf(HasSubstr("一切正常 all is well"), HasSubstr("own-100"), HasSubstr("own-102"), HasSubstr("plain-101"), HasSubstr("province")));
    EXPECT_THAT(screen, Not(HasSubstr("自有格式"))) << "a source with a health stands there, not among those without";
    EXPECT_THAT(screen, Not(HasSubstr("more")));
    EXPECT_GE(kScreenLinesMax, lineCount(screen));
}

TEST(StatusScreen, FortyEightSourcesThatAreWellAreCounted) {
    const std::string screen = screenOf(wellWith(38, 10));
    EXPECT_GE(kScreenLinesMax, lineCount(screen)) << screen;
    EXPECT_THAT(screen, AllOf(HasSubstr("38 个来源 sources 正常 healthy: yht sources\n"), HasSubstr("10 个来源未静默 sources are not silent: yht status --json\n")));
    EXPECT_THAT(screen, AllOf(Not(HasSubstr("own-1")), Not(HasSubstr("plain-1"))));
    EXPECT_THAT(screen, testing::ContainsRegex("合计 all +114 +114 +0"));
}

TEST(StatusScreen, TroublesComeFirstAndHaveRows) {
    auto status = wellWith(38, 10);
    status.healths[20].health.state = "late";
    status.healths[20].health.reason = "can't be asked";
    status.accounts_today[21].account.quarantined = 2;
    status.sources.back().last_received_ms = kScreenNow - 50 * kAnHour;
    const std::string screen = screenOf(status);
    EXPECT_GE(kScreenLinesMax, lineCount(screen)) << screen;
    EXPECT_LT(screen.find("! own-120: "), screen.find("来源健康 health"));
    EXPECT_LT(screen.find("! plain-109: 已静默"), screen.find("来源健康 health"));
    EXPECT_THAT(screen, AllOf(HasSubstr("\nown-120  "), HasSubstr("\nown-121  "), HasSubstr("\nplain-109  "), HasSubstr("37 个来源 sources 正常 healthy"),
                              HasSubstr("9 个来源未静默")));
    EXPECT_THAT(screen, Not(HasSubstr("own-122")));
}

TEST(StatusScreen, ItFitsWhereEverythingIsInTroubleAndSaysWhereTheRestIs) {
    auto status = wellWith(38, 10);
    status.archive_count = 3;
    for (auto& one : status.healths) one.health.state = "blocked";
    for (auto& day : status.accounts_today) day.account.quarantined = 1;
    for (auto& one : status.sources) one.last_received_ms = kScreenNow - 50 * kAnHour;
    for (int i = 0; i < 48; ++i) {
        const std::string id = "far-" + std::to_string(100 + i);
        status.history.push_back({.source = id, .held = 1});
        status.attachments.push_back({.source = id, .state = ledger::kAttachmentFailed, .count = 1});
        status.destinations.emplace_back().destination = id;
        status.destinations.back().dead = 1;
    }
    const std::string screen = screenOf(status);
    EXPECT_GE(kScreenLinesMax, lineCount(screen)) << screen;
    EXPECT_THAT(screen, testing::ContainsRegex("\n! [^\n]*\n… 另有 and [0-9]+ more: yht status --json\n"));
    for (const char* where : {"yht sources\n", "yht history list\n", "yht attachments list\n", "yht deliveries\n", "yht certs list\n"}) {
        EXPECT_THAT(screen, HasSubstr(std::string(" more: ") + where));
    }
    std::size_t told = 0;
    for (auto at = screen.find("\n! "); at != screen.npos; at = screen.find("\n! ", at + 1)) ++told;
    EXPECT_LE(10U, told);
}

TEST(StatusScreen, WhatDoesNotFitIsCutAlikeAndTheScreenIsUsed) {
    auto status = wellWith(12, 0);
    for (int i = 0; i < 12; ++i) {
        status.destinations.emplace_back().destination = "far-" + std::to_string(100 + i);
        status.destinations.back().ready = 1;
    }
    const std::string screen = screenOf(status);
    EXPECT_GE(kScreenLinesMax, lineCount(screen)) << screen;
    EXPECT_LE(kScreenLinesMax - 4, lineCount(screen)) << "a row more in each table would not fit\n" << screen;
}

/// The commands, on a deployment.
class StatusCommand : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        std::string sources = "sources:\n";
        for (int i = 0; i < 48; ++i) sources += "  - {id: src-" + std::to_string(100 + i) + ", name: 来源, region: \"430200\"}\n";
        write("sources.yaml", sources);
        write("partners.yaml", "partners: []\n");
        auto store = openLedger();
        const auto put = store->run([&](ledger::Transaction& transaction) {
            return transaction.putDelivery({.destination = "centre", .seq = 1, .kind = 1, .state = ledger::DeliveryState::Ready,
                                            .committed_ms = clock.nowMillis() - kAnHour});
        });
        ASSERT_TRUE(put.ok()) << base::describe(put.error());
    }
    /// One window of the centre's, from and to so many hours from now.
    void announce(int from, int to) {
        const auto at = [&](int hours) { return base::formatRfc3339(clock.nowMillis() + hours * kAnHour); };
        write("routes.yaml", "destinations:\n  centre:\n    party: centre-zz\n    maintenance:\n      - {from: \"" + at(from) + "\", to: \"" + at(to) +
                                 "\"}\nroutes:\n  - {destination: centre}\n");
    }
};

TEST_F(StatusCommand, ForPeopleItFitsTheScreenAndAsJsonItIsComplete) {
    EXPECT_EQ(kExitFound, yht({"status"})) << err;
    EXPECT_GE(kScreenLinesMax, lineCount(out)) << out;
    EXPECT_THAT(out, HasSubstr("48 个来源未静默"));
    EXPECT_EQ(kExitFound, yht({"status", "--json"})) << err;
    EXPECT_EQ(48U, json::parse(out).value()["sources"].Size());
}

TEST_F(StatusCommand, AnAnnouncedWindowIsShownAndNoTrouble) {
    yht({"status"});
    ASSERT_THAT(out, HasSubstr("! centre: 积压 1 条 waiting"));
    announce(-2, 1);
    yht({"status"});
    EXPECT_THAT(out, AllOf(Not(HasSubstr("积压 1 条")), HasSubstr("维护中 in maintenance until 20")));
    yht({"status", "--json"});
    EXPECT_THAT(json::textMember(json::parse(out).value()["destinations"][0], "maintenance_until_time"), StartsWith("20"));
    EXPECT_EQ(kExitOk, yht({"deliveries"})) << err;
    EXPECT_THAT(out, HasSubstr("centre: 维护中 in maintenance until 20"));
    EXPECT_EQ(kExitOk, yht({"deliveries", "--json"})) << err;
    EXPECT_THAT(json::textMember(json::parse(out).value()[0], "maintenance_until_time"), StartsWith("20"));
    announce(1, 2);
    yht({"status"});
    EXPECT_THAT(out, AllOf(HasSubstr("! centre: 积压 1 条 waiting"), Not(HasSubstr("in maintenance"))));
    EXPECT_EQ(kExitOk, yht({"deliveries", "--json"})) << err;
    EXPECT_THAT(out, HasSubstr("\"maintenance_until_time\":null"));
}

TEST_F(StatusCommand, AWindowOfAProfileCountsTooForItsAttachmentsAsWell) {
    write("destinations.yaml", "destinations:\n  - id: centre\n    protocol: profile\n    profile: " YHT_SOURCE_DIR
                               "/schemas/profiles/xiang-exchange\n    url: https://127.0.0.1:1\n    sender_id: X\n    certificate: gateway.pem\n"
                               "    private_key: gateway.key\n    peer_ca: root.pem\n    peer_certificate: gateway.pem\n");
    const auto table = delivery::loadRoutes(directory + "/routes.yaml").value();
    std::vector<delivery::DestinationStatus> all(2);
    all[0].destination = "centre";
    all[1].destination = "centre.attachments";
    // Its window: the second Saturday of a month, two to four in the morning.
    const auto until = *base::parseRfc3339("2026-03-14T04:00:00+08:00");
    const auto at = [&](const char* time) {
        lookAtMaintenance(directory, table, *base::parseRfc3339(time), all);
        EXPECT_EQ(all[0].maintenance_until_ms, all[1].maintenance_until_ms);
        return all[0].maintenance_until_ms;
    };
    EXPECT_EQ(0, at("2026-03-14T01:59:59+08:00"));
    EXPECT_EQ(until, at("2026-03-14T02:00:00+08:00"));
    EXPECT_EQ(until, at("2026-03-14T04:09:59+08:00")) << "its backlog may drain for ten minutes";
    EXPECT_EQ(0, at("2026-03-14T04:10:00+08:00"));
    EXPECT_EQ(0, at("2026-03-07T03:00:00+08:00"));
}

}  // namespace
}  // namespace yht::app
