// tests/BOUNDS.md, held to the sources: its values are the headers', its tests exist, and no bound of a room that faces strangers is
// missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace yht {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

const fs::path kRoot = YHT_SOURCE_DIR;
// Rooms that face strangers; the first ones with all that is below them.
constexpr const char* kWholeRooms[] = {"gateway/intake"};
constexpr const char* kRooms[] = {"gateway/trust", "gateway/json", "gateway/xml", "gateway/attachments", "gateway/ledger/format",
                                  "adapters/kit",  "adapters/kit/transport", "adapters/kit/pull"};

std::string textOf(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<std::smatch> matches(const std::string& text, const std::regex& pattern) {
    return {std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()};
}

/// Values by name, as one file gives them: constants and members with a default.
std::map<std::string, std::string> valuesOf(const fs::path& file) {
    static const std::regex comment("//[^\n]*"), space("\\s+");
    static const std::regex given(R"((\w+)\s*=\s*([^;,={}]+?)\s*[;,])");
    const std::string text = std::regex_replace(textOf(file), comment, "");
    std::map<std::string, std::string> values;
    for (const auto& match : matches(text, given)) values[match[1]] = std::regex_replace(match[2].str(), space, " ");
    return values;
}

struct Bound {
    std::string file, name, value;  // value: "" where the row has none
    std::vector<std::string> tests;
};

std::vector<std::string> quoted(const std::string& cell) {
    static const std::regex quotes("`([^`]+)`");
    std::vector<std::string> texts;
    for (const auto& match : matches(cell, quotes)) texts.push_back(match[1]);
    return texts;
}

std::vector<std::string> cellsOf(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream rest(line.substr(1));
    for (std::string cell; std::getline(rest, cell, '|');) cells.push_back(cell);
    return cells;
}

/// The page's rows: of four cells those with a test, of two the lists of those without.
std::vector<Bound> bounds() {
    const std::string page = textOf(kRoot / "tests/BOUNDS.md");
    std::istringstream lines(page);
    std::vector<Bound> rows;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| ")) continue;
        const auto cells = cellsOf(line);
        const bool shown = cells.size() == 4;
        const auto names = quoted(cells.at(shown ? 1 : 0));
        const auto value = shown ? quoted(cells[2]) : std::vector<std::string>{""};
        const auto tests = shown ? quoted(cells[3]) : std::vector<std::string>();
        for (std::size_t i = 1; i < names.size(); ++i) rows.push_back({names[0], names[i], value.at(0), tests});
    }
    return rows;
}

void addBoundsOf(const fs::path& header, Names& names) {
    static const std::regex bound("k[A-Z]\\w*(Max|Deadline)\\w*");
    for (const auto& [name, value] : valuesOf(header)) {
        if (std::regex_match(name, bound)) names.insert(fs::relative(header, kRoot).string() + ' ' + name);
    }
}

Names boundsOfStrangersRooms() {
    Names names;
    const auto look = [&](auto entries) {
        for (const auto& entry : entries) {
            if (entry.path().extension() == ".h") addBoundsOf(entry.path(), names);
        }
    };
    for (const char* room : kWholeRooms) look(fs::recursive_directory_iterator(kRoot / room));
    for (const char* room : kRooms) look(fs::directory_iterator(kRoot / room));
    return names;
}

Names everyTest() {
    static const std::regex test(R"(\nTEST(?:_F|_P)?\((\w+),\s*(\w+)\))");
    Names names;
    for (auto at = fs::recursive_directory_iterator(kRoot / "tests"); at != fs::recursive_directory_iterator(); ++at) {
        if (at->path().filename() == "node_modules") at.disable_recursion_pending();
        if (at->path().extension() != ".cpp") continue;
        for (const std::string text = textOf(at->path()); const auto& match : matches(text, test)) {
            names.insert(match[1].str() + '.' + match[2].str());
        }
    }
    return names;
}

TEST(Bounds, ValuesAreThoseOfTheHeaders) {
    std::size_t compared = 0;
    std::map<std::string, std::map<std::string, std::string>> files;
    for (const auto& bound : bounds()) {
        const auto [file, fresh] = files.try_emplace(bound.file);
        auto& values = file->second;
        if (fresh) values = valuesOf(kRoot / bound.file);
        const auto found = values.find(bound.name);
        ASSERT_NE(values.end(), found) << bound.file << " has no " << bound.name;
        if (bound.value.empty()) continue;
        EXPECT_EQ(bound.value, found->second) << bound.file << ' ' << bound.name;
        ++compared;
    }
    EXPECT_LT(100U, compared);
}

TEST(Bounds, TestsThatShowThemExist) {
    const auto known = everyTest();
    for (const auto& bound : bounds()) {
        if (!bound.value.empty()) {
            EXPECT_FALSE(bound.tests.empty()) << bound.name << " names no test";
        }
        for (const auto& test : bound.tests) EXPECT_TRUE(known.contains(test)) << bound.name << ": there is no test " << test;
    }
}

TEST(Bounds, EachOfARoomThatFacesStrangersStandsThereOnce) {
    Names listed;
    for (const auto& bound : bounds()) {
        const auto name = bound.file + ' ' + bound.name;
        EXPECT_TRUE(listed.insert(name).second) << name << " stands there twice";
    }
    for (const auto& name : boundsOfStrangersRooms()) EXPECT_TRUE(listed.contains(name)) << name << " is missing in tests/BOUNDS.md";
}

}  // namespace
}  // namespace yht
