// The integrators' page: every command on it is one of the program, every file and folder that it names is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "gateway/app/command_line.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kRoot = YHT_SOURCE_DIR;

std::string withoutLineBreaks(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

/// As a shell parts them, up to a pipe, a redirection or a remark.
std::vector<std::string> wordsOf(const std::string& command) {
    std::vector<std::string> words;
    std::istringstream in(command);
    while (in >> std::ws && in.peek() != std::istringstream::traits_type::eof()) {
        const char first = static_cast<char>(in.peek());
        if (std::string_view("|>#&").find(first) != std::string_view::npos) break;
        std::string word;
        if (first == '"' || first == '\'') std::getline(in.ignore(), word, first);
        else in >> word;
        words.push_back(word);
    }
    return words;
}

class AdaptersPage : public ::testing::Test {
protected:
    AdaptersPage() {
        std::ifstream in(kRoot / "adapters/README.md");
        const std::string whole{std::istreambuf_iterator<char>(in), {}};
        EXPECT_FALSE(whole.empty());
        const std::regex fence("```[a-z]*\n([^`]*)```");
        for (std::sregex_iterator at(whole.begin(), whole.end(), fence), end; at != end; ++at) fences.push_back((*at)[1]);
        // No backquote of a fence may pair with one of the text.
        const std::string text = withoutLineBreaks(std::regex_replace(whole, fence, ""));
        const std::regex span("`([^`]+)`"), link(R"(\]\(([^)#]+)\))");
        for (std::sregex_iterator at(text.begin(), text.end(), span), end; at != end; ++at) spans.push_back((*at)[1]);
        for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) links.push_back((*at)[1]);
        for (std::size_t begin = 0; (begin = whole.find("\n| `", begin)) != std::string::npos; ++begin)
            rows.push_back(whole.substr(begin + 1, whole.find('\n', begin + 1) - begin - 1));
    }
    /// What follows `yht`, each.
    std::vector<std::string> commands() const {
        std::vector<std::string> found;
        const auto take = [&](const std::string& text) {
            const std::regex begin(R"((^|&& |\n)yht ([^\n]*))");
            for (std::sregex_iterator at(text.begin(), text.end(), begin), end; at != end; ++at) found.push_back((*at)[2]);
        };
        for (const auto& text : fences) take(text);
        for (const auto& text : spans) take(text);
        return found;
    }
    static std::set<std::string> foldersOf(const char* folder) {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(kRoot / "adapters" / folder)) {
            if (entry.is_directory()) names.insert(entry.path().filename());
        }
        return names;
    }

    std::vector<std::string> fences, spans, links, rows;
};

TEST_F(AdaptersPage, EveryCommandIsOneOfTheProgram) {
    EXPECT_GT(commands().size(), 30u);
    for (const auto& command : commands()) EXPECT_EQ("", commandLineFault(wordsOf(command))) << "yht " << command;
}

TEST_F(AdaptersPage, WhatIsNoCommandIsFound) {
    EXPECT_NE("", commandLineFault({"adapters", "nwe", "zz-media"}));
    EXPECT_THAT(commandLineFault({"adapters", "new", "zz-media"}), HasSubstr("--from"));
    EXPECT_NE("", commandLineFault({"adapters", "list", "--yaml"}));
    EXPECT_EQ((std::vector<std::string>{"config", "apply", "--why", "two words"}), wordsOf("config apply --why \"two words\"  # so"));
}

TEST_F(AdaptersPage, EveryFileThatItNamesIsThere) {
    EXPECT_GE(links.size(), 3u);
    for (const auto& target : links) EXPECT_TRUE(fs::exists(kRoot / "adapters" / target)) << target;
    const std::regex path("(tools|tests|schemas|gateway|certs|kit|products|sources)/[A-Za-z0-9_./-]+");
    std::set<std::string> named;
    for (const auto& text : spans) {
        if (std::regex_match(text, path)) named.insert(text);
    }
    for (const auto& text : fences) {
        std::istringstream words(text);
        for (std::string word; words >> word;) {
            if (word.starts_with("tools/")) named.insert(word);
        }
    }
    EXPECT_GE(named.size(), 8u) << testing::PrintToString(named);
    for (const auto& name : named) {
        bool there = false;
        for (const char* from : {".", "adapters"}) {
            for (const char* ending : {"", ".h"}) there = there || fs::exists(kRoot / from / (name + ending));
        }
        EXPECT_TRUE(there) << name;
    }
}

TEST_F(AdaptersPage, TheTableOfProductsIsWhatShips) {
    const std::regex row(R"(\| `([a-z0-9]+-[a-z0-9-]+)` \| [^|]+ \| `([a-z0-9]+-[a-z0-9-]+)` \|)");
    std::set<std::string> products, sources;
    for (const auto& line : rows) {
        std::smatch found;
        if (!std::regex_match(line, found, row)) continue;
        products.insert(found[1]);
        sources.insert(found[2]);
    }
    EXPECT_EQ(foldersOf("products"), products);
    EXPECT_EQ(foldersOf("sources"), sources);
}

}  // namespace
}  // namespace yht::app
