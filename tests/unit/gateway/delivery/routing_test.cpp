#include "gateway/delivery/routing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace yht::delivery {
namespace {

class RoutingTest : public testing::Test {
protected:
    base::Result<RouteTable> load(const std::string& yaml) {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        path = (std::filesystem::temp_directory_path() /
                ("yht-routes-" + std::to_string(::getpid()) + "-" + test->name() + ".yaml"))
                   .string();
        std::ofstream(path) << yaml;
        auto table = loadRoutes(path);
        std::filesystem::remove(path);
        return table;
    }
    /// The destinations that are to have it, "province centre".
    static std::string sentTo(const RouteTable& table, const RouteFacts& facts) {
        std::string ids;
        for (const auto& row : table.destinations()) {
            if (table.sends(row, facts)) ids += (ids.empty() ? "" : " ") + row.id;
        }
        return ids;
    }
    void expectRefused(const std::string& yaml, int line, const std::string& says) {
        const auto table = load(yaml);
        ASSERT_FALSE(table.ok());
        EXPECT_EQ(base::ErrorCode::ConfigInvalid, table.error().code);
        EXPECT_EQ(path + ":" + std::to_string(line) + ": " + says, table.error().public_en);
        EXPECT_FALSE(table.error().public_zh.empty());
    }
    std::string path;
};

TEST_F(RoutingTest, SecretTicketsAreMaskedUnlessItIsSaidOtherwise) {
    const auto table = load(
        "destinations:\n  silent: {}\n  masked: {mask_secret: true}\n  open: {mask_secret: false}\n"
    );
    ASSERT_TRUE(table.ok());
    EXPECT_TRUE(table->findDestination("silent")->mask_secret);
    EXPECT_TRUE(table->findDestination("masked")->mask_secret);
    EXPECT_FALSE(table->findDestination("open")->mask_secret);
}

TEST_F(RoutingTest, AttachmentsHaveAQueueOfTheirOwnUnderTheSameRules) {
    const auto table = load(
        "destinations:\n"
        "  centre: {party: centre-zz, attachments: true, lanes: 1}\n"
        "routes:\n"
        "  - {destination: centre, kinds: [appeal]}\n"
    );
    ASSERT_TRUE(table.ok());
    const auto* queue = table->findDestination("centre.attachments");
    ASSERT_NE(nullptr, queue);
    EXPECT_EQ("centre-zz", queue->party);
    EXPECT_EQ("centre", queue->attachments_of);
    RouteFacts facts{.kind = ticket::Kind::Appeal, .source = "police"};
    EXPECT_EQ("centre centre.attachments", sentTo(*table, facts));
    facts.kind = ticket::Kind::Result;
    EXPECT_EQ("", sentTo(*table, facts));
    for (const char* own : {"centre", "centre-zz"}) {
        EXPECT_EQ("", sentTo(*table, {.kind = ticket::Kind::Appeal, .source = own})) << own;
    }
}

TEST_F(RoutingTest, NobodyElseHasTheNameOfAQueue) {
    const auto table = load("destinations:\n  centre: {attachments: true}\n  centre.attachments: {}\n");
    ASSERT_FALSE(table.ok());
    EXPECT_EQ(base::ErrorCode::ConfigInvalid, table.error().code);
    EXPECT_FALSE(load(
        "destinations:\n  centre: {attachments: true}\nroutes:\n  - {destination: centre.attachments}\n"
    ).ok());
}

constexpr const char* kModes =
    "destinations:\n"
    "  centre: {dispatches: true}\n"
    "  province: {}\n"
    "  supervisor: {}\n"
    "routes:\n"
    "  - {destination: centre}\n"
    "  - {destination: province, not_modes: [branch]}\n"
    "  - {destination: supervisor, modes: [branch, excluded]}\n";

TEST_F(RoutingTest, IntegrationModesChooseAndWhoDispatchesNeverHasExcludedSources) {
    const auto table = load(kModes);
    ASSERT_TRUE(table.ok()) << base::describe(table.error());
    EXPECT_TRUE(table->needsModes());
    EXPECT_TRUE(table->findDestination("centre")->dispatches);
    const auto sent = [&](const char* mode) {
        return sentTo(*table, {.kind = ticket::Kind::Appeal, .source = "s", .region = "430200", .mode = mode});
    };
    EXPECT_EQ("centre province", sent(""));
    EXPECT_EQ("centre province", sent("merged"));
    EXPECT_EQ("centre province", sent("dual_number"));
    EXPECT_EQ("centre supervisor", sent("branch"));
    EXPECT_EQ("province supervisor", sent("excluded"));
}

TEST_F(RoutingTest, ModesAreAskedForOnlyWhereTheTableNeedsThem) {
    EXPECT_FALSE(load("destinations:\n  province: {}\nroutes:\n  - {destination: province}\n")->needsModes());
    EXPECT_TRUE(load("destinations:\n  centre: {dispatches: true}\n")->needsModes());
}

TEST_F(RoutingTest, UnknownModeIsRefused) {
    expectRefused(
        "destinations:\n  centre: {}\nroutes:\n  - {destination: centre, modes: [half]}\n", 4,
        "routes[0].modes: \"modes\": \"half\" is not known here; did you mean \"branch\"?"
    );
}

constexpr const char* kTwo =
    "destinations:\n"
    "  province:\n"
    "    party: province-hn\n"
    "  centre:\n"
    "    from: now\n"
    "    lanes: 2\n"
    "    late_after_s: 60\n"
    "    maintenance:\n"
    "      - {from: \"2019-04-18T01:00:00+08:00\", to: \"2019-04-18T03:00:00+08:00\"}\n"
    "routes:\n"
    "  - destination: province\n"
    "    regions: [\"4302\"]\n"
    "    not_sources: [trial]\n"
    "    not_from: [province-down]\n"
    "  - destination: centre\n"
    "    kinds: [appeal]\n"
    "  - destination: centre\n"
    "    kinds: [appeal]\n"
    "    sources: [petition]\n"
    "    priority: 10\n"
    "    send: false\n";

TEST_F(RoutingTest, TheTableIsReadAsWritten) {
    const auto table = load(kTwo);
    ASSERT_TRUE(table.ok()) << base::describe(table.error());
    const DestinationRow* centre = table->findDestination("centre");
    ASSERT_NE(nullptr, centre);
    EXPECT_EQ("centre", centre->party);
    EXPECT_EQ(StartFrom::Now, centre->from);
    EXPECT_EQ(2U, centre->lanes);
    EXPECT_EQ(60'000, centre->late_after_ms);
    ASSERT_EQ(1U, centre->maintenance.size());
    EXPECT_EQ(7'200'000, centre->maintenance[0].to_ms - centre->maintenance[0].from_ms);
    EXPECT_EQ("province-hn", table->findDestination("province")->party);
}

TEST_F(RoutingTest, KindsSourcesAndRegionsChoose) {
    const auto table = load(kTwo);
    ASSERT_TRUE(table.ok());
    using ticket::Kind;
    EXPECT_EQ(
        "province centre", sentTo(*table, {.kind = Kind::Appeal, .source = "p", .region = "430200"})
    );
    EXPECT_EQ(
        "province", sentTo(*table, {.kind = Kind::Result, .source = "p", .region = "430211"})
    );
    EXPECT_EQ("centre", sentTo(*table, {.kind = Kind::Appeal, .source = "p", .region = "430100"}));
    EXPECT_EQ(
        "centre", sentTo(*table, {.kind = Kind::Appeal, .source = "trial", .region = "430200"})
    );
}

TEST_F(RoutingTest, TheGreaterPriorityDecides) {
    const auto table = load(kTwo);
    ASSERT_TRUE(table.ok());
    EXPECT_EQ(
        "province",
        sentTo(*table, {.kind = ticket::Kind::Appeal, .source = "petition", .region = "430200"})
    );
}

TEST_F(RoutingTest, NothingGoesBackToWhereItCameFrom) {
    const auto table = load(kTwo);
    ASSERT_TRUE(table.ok());
    using ticket::Kind;
    EXPECT_EQ(
        "province", sentTo(*table, {.kind = Kind::Appeal, .source = "centre", .region = "430200"})
    );
    EXPECT_EQ(
        "centre",
        sentTo(*table, {.kind = Kind::Appeal, .source = "province-hn", .region = "430200"})
    );
    EXPECT_EQ(
        "centre",
        sentTo(*table, {.kind = Kind::Appeal, .source = "province-down", .region = "430200"})
    );
}

TEST_F(RoutingTest, ResultsGoHomeToWhoNamedTheTicket) {
    const auto table = load(
        "destinations: {p110: {}}\nroutes:\n"
        "  - {destination: p110, kinds: [result], tickets_of: [p110]}\n"
    );
    ASSERT_TRUE(table.ok());
    EXPECT_TRUE(table->needsParties());
    RouteFacts facts{
        .kind = ticket::Kind::Result,
        .source = "centre",
        .region = "430200",
        .parties = {"centre"}};
    EXPECT_EQ("", sentTo(*table, facts));
    facts.parties.push_back("p110");
    EXPECT_EQ("p110", sentTo(*table, facts));
}

TEST_F(RoutingTest, AnUnknownKeyIsRefusedWithItsLine) {
    expectRefused("destinations:\n  a:\n    mask: true\n", 3, "destinations.a.mask: Key \"mask\" is not known here; did you mean \"mask_secret\"?");
    expectRefused(
        "destinations: {a: {}}\nroutes:\n  - destination: a\n    kind: [appeal]\n", 4,
        "routes[0].kind: Key \"kind\" is not known here; did you mean \"kinds\"?"
    );
}

TEST_F(RoutingTest, ARuleForNobodyIsRefused) {
    expectRefused(
        "destinations: {a: {}}\nroutes:\n  - destination: b\n", 3, "routes[0].destination: \"destination\": \"b\" is not known here; did you mean \"a\"?"
    );
}

TEST_F(RoutingTest, AnUnknownKindIsRefused) {
    expectRefused(
        "destinations: {a: {}}\nroutes:\n  - {destination: a, kinds: [letter]}\n", 3,
        "routes[0].kinds: \"kinds\": \"letter\" is not known here; did you mean \"result\"?"
    );
}

TEST_F(RoutingTest, ALaneCountBeyondItsBoundIsRefused) {
    expectRefused("destinations:\n  a:\n    lanes: 9\n", 3, "destinations.a.lanes: \"lanes\" is a number from 1 to 8.");
}

TEST_F(RoutingTest, AnIdThatDoesNotFitALeafIsRefused) {
    expectRefused(
        "destinations:\n  " + std::string(65, 'a') + ": {}\n", 2,
        "destinations." + std::string(64, 'a') + ": A destination's id has 1 to 64 bytes."
    );
    expectRefused(
        "destinations:\n  " + std::string(53, 'a') + ": {attachments: true}\n", 2,
        "destinations." + std::string(53, 'a') + ": With attachments a destination's id has at most 52 bytes."
    );
}

TEST_F(RoutingTest, AWindowThatEndsBeforeItBeginsIsRefused) {
    expectRefused(
        "destinations:\n  a:\n    maintenance:\n"
        "      - {from: \"2019-04-18T03:00:00+08:00\", to: \"2019-04-18T01:00:00+08:00\"}\n",
        4, "destinations.a.maintenance[0]: The window ends before it begins."
    );
}

TEST_F(RoutingTest, EverythingWrongIsToldAtOnce) {
    const auto table = load("destinations: {a: {lane: 2, from: later}}\nroutes:\n  - {destination: a, kinds: []}\n  - {send: false}\n");
    ASSERT_FALSE(table.ok());
    std::vector<std::string> told;
    for (const auto& field : table.error().fields) told.push_back(field.pointer.substr(field.pointer.rfind(':')) + " " + field.en);
    EXPECT_EQ(
        (std::vector<std::string>{
            ":1 destinations.a.lane: Key \"lane\" is not known here; did you mean \"lanes\"?", ":1 destinations.a.from: \"from\": \"later\" is not known here; did you mean \"start\"?",
            ":3 routes[0].kinds: \"kinds\" has at least one item.", ":4 routes[1]: \"destination\" is required."}),
        told
    );
}

TEST_F(RoutingTest, WhatIsNoYamlIsRefusedWithItsLine) {
    const auto table = load("destinations:\n  a: [\n");
    ASSERT_FALSE(table.ok());
    EXPECT_EQ(base::ErrorCode::ConfigInvalid, table.error().code);
    EXPECT_NE(std::string::npos, table.error().public_en.find("This is not YAML")) << table.error().public_en;
}

TEST_F(RoutingTest, AMissingFileCannotBeRead) {
    const auto table = loadRoutes("/nowhere/routes.yaml");
    ASSERT_FALSE(table.ok());
    EXPECT_EQ(base::ErrorCode::IoFailed, table.error().code);
}

}  // namespace
}  // namespace yht::delivery
