// tests/README.md says which test stands for which of the thirty pitfalls: here against the sources of the tests.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace yht::kit {
namespace {

constexpr int kPitfalls = 30;

std::string numberOf(int pitfall) { return (pitfall < 10 ? "P0" : "P") + std::to_string(pitfall); }

/// "CourierTest.P02_…" of every test that bears a number.
std::set<std::string> namedTests() {
    static const std::regex kTest(R"(^TEST(?:_F|_P)?\((\w+), (P\d\d_\w+)\))");
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(YHT_SOURCE_DIR "/tests")) {
        if (entry.path().extension() != ".cpp") continue;
        std::ifstream file(entry.path());
        std::smatch match;
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("TEST") && std::regex_search(line, match, kTest)) found.insert(match[1].str() + "." + match[2].str());
        }
    }
    return found;
}

/// Of each row of the table: the tests that it names.
std::map<std::string, std::set<std::string>> tableRows() {
    static const std::regex kRow(R"(^\| P\d\d \|)"), kName(R"((\w+\.P\d\d_\w+))");
    std::map<std::string, std::set<std::string>> rows;
    std::ifstream file(YHT_SOURCE_DIR "/tests/README.md");
    for (std::string line; std::getline(file, line);) {
        if (!std::regex_search(line, kRow)) continue;
        auto& row = rows[line.substr(2, 3)];
        for (std::sregex_iterator at(line.begin(), line.end(), kName), end; at != end; ++at) row.insert(at->str());
    }
    return rows;
}

TEST(PitfallsTable, NamesEveryTestAndNothingElseAndEveryPitfallHasOne) {
    const auto rows = tableRows();
    std::set<std::string> told;
    for (int pitfall = 1; pitfall <= kPitfalls; ++pitfall) {
        const std::string number = numberOf(pitfall);
        ASSERT_TRUE(rows.contains(number)) << number << " has no row";
        EXPECT_THAT(rows.at(number), ::testing::Not(::testing::IsEmpty())) << number << " has no test";
        for (const auto& name : rows.at(number)) {
            EXPECT_NE(std::string::npos, name.find("." + number + "_")) << name << " stands in the row of " << number;
            told.insert(name);
        }
    }
    EXPECT_EQ(static_cast<std::size_t>(kPitfalls), rows.size());
    EXPECT_EQ(namedTests(), told);
}

}  // namespace
}  // namespace yht::kit
