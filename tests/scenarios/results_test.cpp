// What became of a source's tickets goes back to it as files of its own format; what it brought itself never does, and a
// ticket of ours that it mirrors back is no new one. And to each shipped source as its manifest says: calls, rows, files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/scenarios/federation.h"
#include "tests/scenarios/flat_source.h"
#include "tests/scenarios/samples.h"
#include "tests/scenarios/sources_world.h"

namespace yht::scenarios {
namespace {

using testing::HasSubstr;

class ResultsScenario : public ::testing::Test {
protected:
    ResultsScenario() { shipFlatSource(federation); }
    std::string read(const std::string& name) const {
        std::ifstream in(federation.deployment() + "/" + name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(federation.deployment() + "/" + name, std::ios::binary) << text;
    }
    std::vector<std::string> files() const { return flatResults(federation); }

    Federation federation;
};

TEST_F(ResultsScenario, ResultsGoHomeAndNothingGoesRound) {
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    auto centre = federation.partner("centre");
    const auto first = hotline.post(kFlatMessages, flatItem("J-1"));
    ASSERT_EQ(200, first.status) << first.body;
    const auto answer = first.json();
    const std::string ticket_no = json::textMember(answer["items"][0], "ticket_no");
    ASSERT_EQ(201, centre.post("/v1/records", result("zz-12345", "JG-1", {{"ticket_no", ticket_no}})).status);
    Federation::waitUntil("the result has gone home", [&] { return files().size() == 1; });
    EXPECT_THAT(files().front(), HasSubstr("\"JJDBH\":\"J-1\""));
    EXPECT_THAT(files().front(), HasSubstr("\"FLOWID\":\"" + ticket_no + "\""));
    EXPECT_THAT(files().front(), HasSubstr("\"CLJG\":"));

    // The source shows us our ticket as an item of its own, under a new number; and one that says where it is from.
    const auto mirrored = hotline.post(kFlatMessages, flatItem("M-1", ",\"OURS\":\"" + ticket_no + "\""));
    EXPECT_EQ(200, mirrored.status) << mirrored.body;
    EXPECT_THAT(mirrored.body, HasSubstr("\"ticket_no\":\"" + ticket_no + "\""));
    EXPECT_THAT(hotline.post(kFlatMessages, flatItem("M-2", ",\"ORIGIN\":\"12345\"")).body, HasSubstr("\"ignored_by\":{\"mirrored\":1}"));
    EXPECT_EQ(1u, federation.tickets().Size());

    // What it brought, mirrored or not, is not sent back: the next file is the next result.
    federation.killGateway();
    federation.startGateway();
    auto again = federation.partner("centre");
    ASSERT_EQ(201, again.post("/v1/records", result("zz-12345", "JG-2", {{"ticket_no", ticket_no}})).status);
    Federation::waitUntil("the second result has gone home", [&] { return files().size() == 2; });
    for (const auto& text : files()) EXPECT_THAT(text, HasSubstr("\"CLJG\":"));
}

TEST_F(ResultsScenario, AManifestThatTakesItBackIsReloadedAndNobodySaysItTwice) {
    federation.startGateway();
    EXPECT_THAT(federation.yht({"deliveries"}).output, HasSubstr("zz-flat.results"));
    const std::string manifest = read("sources/zz-flat/source.yaml");
    write("sources/zz-flat/source.yaml", manifest.substr(0, manifest.find("results:")) + "results: null\n");
    EXPECT_EQ(0, federation.yht({"reload"}).exit_code);
    write("sources/zz-flat/source.yaml", manifest);
    EXPECT_EQ(0, federation.yht({"reload"}).exit_code);
    std::string routes = read("routes.yaml");
    routes.replace(0, std::string("destinations:\n").size(), "destinations:\n  zz-flat.results: {}\n");
    write("routes.yaml", routes);
    EXPECT_NE(0, federation.yht({"reload"}).exit_code);
}

class ShippedResults : public ::testing::Test {
protected:
    /// Of a source that has brought one ticket.
    std::string ticketOf(const std::string& source) {
        const auto tickets = federation.tickets();
        for (const auto& ticket : tickets.GetArray()) {
            for (const auto& name : json::findMember(ticket, "names")->GetArray()) {
                if (std::string(name.GetString()).starts_with(source + "/")) return json::textMember(ticket, "ticket_no");
            }
        }
        ADD_FAILURE() << source << " has no ticket";
        return "";
    }
    /// Lines in which the simulator tells that something of that ticket came home to a source.
    std::vector<std::string> cameHome(const std::string& shape, const std::string& ticket_no) const {
        std::ifstream log(federation.log("serving"));
        std::vector<std::string> lines;
        for (std::string line; std::getline(log, line);) {
            const bool is_it = line.find("{\"came_home\":\"" + shape + "\"") != std::string::npos && line.find(ticket_no) != std::string::npos;
            if (is_it) lines.push_back(line);
        }
        return lines;
    }
    Federation federation;
    SourcesWorld world{federation};
};

TEST_F(ShippedResults, GoHomeToEachSourceOverTheWayOfItsManifest) {
    const std::map<std::string, std::string> sources{
        {"110", "zz-110"}, {"third", "zz-street"}, {"exchange", "zz-12319"}, {"district", "zz-hetang"}, {"board", "zz-zhizhuxia"}};
    world.startSftp();
    world.serve({"--cases", "1"});
    federation.startGateway();
    for (const auto& [shape, source] : sources) {
        if (shape != "board") {
            ASSERT_EQ(0, world.say(shape, {"--cases", "1"})) << shape;
        }
    }
    auto centre = federation.partner("centre");
    std::map<std::string, std::string> tickets;
    for (const auto& [shape, source] : sources) {
        world.waitUntilDecided(source, 1);
        tickets[shape] = ticketOf(source);
        ASSERT_EQ(201, centre.post("/v1/records", result("zz-12345", "JG-" + shape, {{"ticket_no", tickets[shape]}})).status);
    }
    // 110 hears of returns and of more time, too; a step that has no code of its own comes by its name.
    const FieldMap to_110{{"ticket_no", tickets["110"]}};
    const auto extension = [&](const std::string& state, FieldMap more) {
        more.merge(FieldMap{{"kind", "extension"}, {"source", "zz-12345"}, {"record_ref", "YQ-" + state}, {"event_time", "2026-03-03T09:00:00+08:00"},
                            {"org_code", "430200-ZJ"}, {"extension_reason", "管网图纸待核"}, {"extension_state", state}, {"ticket_no", tickets["110"]}});
        return recordJson(std::move(more));
    };
    const std::vector<std::string> more_of_110{
        visit("zz-12345", "HF-110", to_110), process("zz-12345", "TD-110", "32", {{"ticket_no", tickets["110"]}, {"return_reason", "01"}, {"opinion", "非本单位职责"}}),
        process("zz-12345", "QS-110", "30", to_110), extension("1", {}), extension("2", {{"extended_deadline", "2026-03-20T18:00:00+08:00"}})};
    for (const auto& record : more_of_110) ASSERT_EQ(201, centre.post("/v1/records", record).status) << record;
    for (const auto& [shape, ticket_no] : tickets) {
        Federation::waitUntil(sources.at(shape) + " has it", [&] { return cameHome(shape, ticket_no).size() == (shape == "110" ? 1 + more_of_110.size() : 1); });
        federation.waitUntilDrained(sources.at(shape) + ".results");
    }
    EXPECT_EQ(0, world.stopServing()) << "the simulator has judged what came home";
}

/// The board shows the public whatever it is sent.
TEST_F(ShippedResults, AReplyWhoseAnswerWasLostIsAskedForAndNotPublishedTwice) {
    world.serve({"--cases", "1", "--lose-answers", "1"});
    federation.startGateway();
    world.waitUntilDecided("zz-zhizhuxia", 1);
    const std::string ticket_no = ticketOf("zz-zhizhuxia");
    ASSERT_EQ(201, federation.partner("centre").post("/v1/records", result("zz-12345", "JG-1", {{"ticket_no", ticket_no}})).status);
    Federation::waitUntil("the board has published it", [&] { return !cameHome("board", ticket_no).empty(); });
    federation.waitUntilDrained("zz-zhizhuxia.results");
    EXPECT_EQ(0, world.stopServing()) << "it was sent again";
    const auto lines = cameHome("board", ticket_no);
    ASSERT_EQ(1u, lines.size());
    EXPECT_THAT(lines[0], HasSubstr("\"unheard\":true"));
}

}  // namespace
}  // namespace yht::scenarios
