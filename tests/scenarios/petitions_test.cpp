// Thousands of real petitions with their replies, through the source written for that file, as the history that they are. The data are
// nobody's to publish: they are found by the environment, YHT_PETITIONS (the workbook) and YHT_CATEGORIES (the subject tree); without
// them the test is skipped. What must come out is read from the workbook by a script that uses nothing of ours.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

constexpr std::size_t kPetitions = 2'816;  // each with its reply
// Whose title holds a name of the tree's third level that stands there once; counted without us. The others' subject is nobody's to invent.
constexpr std::size_t kOfTheTree = 93;
constexpr const char* kSource = "cs-wenzheng";

std::string fileNamedBy(const char* variable) {
    const char* path = std::getenv(variable);
    return path != nullptr && std::filesystem::exists(path) ? path : "";
}

struct Times {
    std::string posted, replied;
};

/// By number, as the script reads the workbook.
std::map<std::string, Times> timesIn(const std::string& workbook, const std::string& log) {
    const auto read = runToEnd({"/usr/bin/python3", YHT_SOURCE_DIR "/tests/scenarios/petition_rows.py", workbook}, log);
    EXPECT_EQ(0, read.exit_code) << read.output.substr(0, 500);
    std::map<std::string, Times> all;
    std::istringstream lines(read.output);
    for (std::string number, posted, replied; lines >> number >> posted >> replied;) all[number] = {posted, replied};
    return all;
}

/// "一级/二级/三级" of the subject tree; puts the table that is made from it into the source's folder.
std::set<std::string> takeSubjects(const Federation& federation, const std::string& categories) {
    const auto table = runToEnd(
        {YHT_BINARY_DIR "/bin/yht", "adapters", "table", categories, "--native", "三级分类", "--canonical",
         "一级分类/二级分类/三级分类"},
        federation.directory() + "/table.err"
    );
    // Names that mean several things are told; the others make the table.
    EXPECT_TRUE(table.exit_code == 0 || table.exit_code == 3) << table.output;
    const auto csv = table.output.substr(table.output.find("native,canonical"));
    std::ofstream(federation.deployment() + "/sources/" + kSource + "/subject.csv", std::ios::binary) << csv;
    std::set<std::string> subjects;
    std::istringstream lines(csv);
    for (std::string line; std::getline(lines, line);) subjects.insert(line.substr(line.find(',') + 1));
    return subjects;
}

std::string pathOf(const rapidjson::Value& record) {
    std::string path;
    for (const auto& level : record["category_path"].GetArray()) path += (path.empty() ? "" : "/") + std::string(level.GetString());
    return path;
}

/// What one ticket holds against what the workbook says of its number; counts those whose subject is of the tree.
void compare(const rapidjson::Document& ticket, const std::map<std::string, Times>& expected, const std::set<std::string>& subjects, std::size_t& in_tree) {
    ASSERT_TRUE(ticket.IsObject() && ticket.HasMember("records"));
    ASSERT_EQ(2u, ticket["records"].Size());
    std::string number;
    for (const auto& each : ticket["records"].GetArray()) {
        const auto& record = each["record"];
        EXPECT_EQ("history", json::textMember(record, "origin"));
        if (json::textMember(each, "kind") == "appeal") {
            number = json::textMember(record, "record_ref");
            ASSERT_TRUE(expected.contains(number)) << number;
            EXPECT_EQ(expected.at(number).posted, json::textMember(record, "event_time")) << number;
            in_tree += subjects.contains(pathOf(record)) ? 1 : 0;
        }
    }
    for (const auto& each : ticket["records"].GetArray()) {
        if (json::textMember(each, "kind") == "appeal") continue;
        EXPECT_EQ("result", json::textMember(each, "kind"));
        EXPECT_EQ(number + "-DF", json::textMember(each["record"], "record_ref"));
        EXPECT_EQ(expected.at(number).replied, json::textMember(each["record"], "event_time")) << number;
        EXPECT_EQ(expected.at(number).replied, json::textMember(each["record"], "finish_time")) << number;
    }
}

TEST(Petitions, AnArchiveOfThousandsIsHistoryWholeAndOnce) {
    const auto petitions = fileNamedBy("YHT_PETITIONS"), categories = fileNamedBy("YHT_CATEGORIES");
    if (petitions.empty() || categories.empty())
        GTEST_SKIP() << "YHT_PETITIONS and YHT_CATEGORIES name no files: the real petitions are not here";
    Federation federation;
    shipSource(federation, kSource, "petition-workbook", "430100", "zz-media");
    const auto subjects = takeSubjects(federation, categories);
    const auto expected = timesIn(petitions, federation.directory() + "/rows.err");
    ASSERT_EQ(kPetitions, expected.size());
    federation.startGateway();

    const auto import = [&] {
        const auto done = federation.yht({"history", "import", kSource, petitions, "--why", "the board's archive", "--json"});
        EXPECT_EQ(0, done.exit_code) << done.output.substr(0, 2'000);
        return Reply{200, done.output, ""};
    };
    const std::string all = std::to_string(kPetitions);
    const auto first = import();
    EXPECT_EQ(all, accountOf(first, "received"));
    EXPECT_EQ(all, accountOf(first, "accepted"));
    for (const char* none : {"duplicate", "quarantined", "refused", "ignored"}) EXPECT_EQ("0", accountOf(first, none)) << none;

    const auto listed = federation.yht({"tickets", "--json", "--limit", "1000000"}).output;
    const auto tickets = Reply{200, listed, ""}.json();
    ASSERT_TRUE(tickets.IsArray()) << listed.substr(0, 500);
    ASSERT_EQ(kPetitions, tickets.Size());
    auto board = federation.partner("media-platform");
    std::size_t in_tree = 0;
    for (const auto& ticket : tickets.GetArray()) {
        const auto shown = board.get("/v1/tickets/" + json::textMember(ticket, "ticket_no"));
        ASSERT_EQ(200, shown.status) << shown.body.substr(0, 500);
        ASSERT_NO_FATAL_FAILURE(compare(shown.json(), expected, subjects, in_tree));
    }
    EXPECT_EQ(kOfTheTree, in_tree);

    // All of it waits for its release; once more it is nothing new.
    const auto held = federation.yht({"history", "list", "--json"}).output;
    EXPECT_THAT(held, testing::HasSubstr("\"held\":" + std::to_string(2 * kPetitions)));
    const auto again = import();
    EXPECT_EQ(all, accountOf(again, "received"));
    EXPECT_EQ(all, accountOf(again, "duplicate"));
    EXPECT_EQ("0", accountOf(again, "accepted"));
    EXPECT_EQ(listed, federation.yht({"tickets", "--json", "--limit", "1000000"}).output);
    EXPECT_EQ(held, federation.yht({"history", "list", "--json"}).output);
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

}  // namespace
}  // namespace yht::scenarios
