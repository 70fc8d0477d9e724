// What goes home by a manifest's word: as rows of the routing table, and beside what runs already.
#include <gmock/gmock.h>

#include <filesystem>

#include "gateway/app/results_home.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ticket::Kind;

class ResultsHomeTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        std::filesystem::create_directories(directory + "/products/p/results");
        write("products/p/product.yaml", "product: p\nproduct_title: p\nproduct_version: \"1\"\ndecode: {format: json}\nassurance_min: token\n"
              "results: {kinds: [result], sender_id: YHT, folder: {}}\n");
        write("products/p/mapping.yaml", "records: {a: {kind: appeal, rows: {record_ref: NO, event_time: TIME}}}\n");
        write("products/p/results/profile.yaml", "name: back\ntime_format: \"%Y\"\ntransport: {batch_max: 1, resend: idempotent}\n"
              "file: {directory: /out, staging: /staging, name: \"{seq}.json\", format: json}\n"
              "kinds:\n  result: {type: JG, rows: [{to: NR, from: public_reply, max: 200, overflow: cut}]}\n");
        source("zz-a", "");
    }
    void source(const std::string& id, const std::string& more, const std::string& lifecycle = "live") const {
        std::filesystem::create_directories(directory + "/sources/" + id);
        write("sources/" + id + "/source.yaml", "id: " + id + "\ntitle: t\nproduct: p\nsource: zz-x\nparty: x-party\nlifecycle: " + lifecycle + "\n"
              "owner: {unit: 局, person: 班长}\n" + more);
    }
    delivery::RouteTable table() const {
        auto made = deploymentRoutes(directory);
        EXPECT_TRUE(made.ok()) << base::describe(made.error());
        return made.ok() ? *std::move(made) : delivery::RouteTable();
    }
    static bool sends(const delivery::RouteTable& table, const std::string& source, const std::vector<std::string>& parties, Kind kind = Kind::Result) {
        const auto* row = table.findDestination("zz-a.results");
        return row != nullptr && table.sends(*row, {.kind = kind, .source = source, .region = "430200", .parties = parties});
    }
};

TEST_F(ResultsHomeTest, OthersResultsOfItsTicketsGoHomeAndNothingElse) {
    const auto routes = table();
    const auto* row = routes.findDestination("zz-a.results");
    ASSERT_NE(nullptr, row);
    EXPECT_EQ("x-party", row->party);
    EXPECT_EQ(delivery::StartFrom::Now, row->from);
    EXPECT_TRUE(sends(routes, "centre", {"x-party", "centre"}));
    EXPECT_FALSE(sends(routes, "centre", {"centre"})) << "a ticket that others numbered";
    EXPECT_FALSE(sends(routes, "zz-x", {"x-party"})) << "its own record";
    EXPECT_FALSE(sends(routes, "centre", {"x-party"}, Kind::Process)) << "a kind that was not asked for";
    const auto homes = resultsHome(directory);
    ASSERT_TRUE(homes.ok());
    ASSERT_EQ(1U, homes->size());
    EXPECT_EQ(directory + "/products/p/results", homes->front().rules.profile);
}

TEST_F(ResultsHomeTest, SourcesThatAreNotInUseGetNothing) {
    source("zz-a", "", "retired");
    EXPECT_EQ(nullptr, table().findDestination("zz-a.results"));
    source("zz-a", "results: null\n");
    EXPECT_EQ(nullptr, table().findDestination("zz-a.results"));
}

TEST_F(ResultsHomeTest, AMistakeInAManifestAndANameThatIsTakenAreTold) {
    source("zz-b", "results: {kinds: [reslut]}\n");
    const auto wrong = deploymentRoutes(directory);
    ASSERT_FALSE(wrong.ok());
    EXPECT_THAT(wrong.error().detail, HasSubstr("did you mean result?"));
    std::filesystem::remove_all(directory + "/sources/zz-b");
    write("routes.yaml", "destinations:\n  zz-a.results: {}\n");
    EXPECT_FALSE(deploymentRoutes(directory).ok());
}

TEST_F(ResultsHomeTest, BesideWhatRunsANewWayWaitsAndOneThatIsGoneGetsNothing) {
    const auto running = table();
    std::vector<std::string> waiting;
    source("zz-c", "");
    source("zz-a", "results: {mask_secret: false}\n");
    const auto more = fittedTo(table(), running, waiting).value();
    EXPECT_THAT(waiting, ElementsAre("zz-a.results", "zz-c.results"));
    EXPECT_EQ(nullptr, more.findDestination("zz-c.results"));
    ASSERT_NE(nullptr, more.findDestination("zz-a.results"));
    EXPECT_TRUE(more.findDestination("zz-a.results")->mask_secret) << "as it runs";
    waiting.clear();
    source("zz-a", "results: null\n");
    source("zz-c", "results: null\n");
    const auto less = fittedTo(table(), running, waiting).value();
    EXPECT_THAT(waiting, IsEmpty());
    ASSERT_NE(nullptr, less.findDestination("zz-a.results")) << "destinations go with a start";
    EXPECT_FALSE(sends(less, "centre", {"x-party"}));
}

}  // namespace
}  // namespace yht::app
