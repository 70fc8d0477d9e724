// The whole tree of commands, walked: --json, examples of its own that are lines which it takes, and where -c stands against the environment.
#include "gateway/app/command_line.h"

#include <stdlib.h>

#include <CLI/CLI.hpp>

#include <set>

#include "gateway/app/command_help.h"
#include "gateway/app/commands.h"
#include "gateway/json/json.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;

/// A tree as runCommandLine makes it. Parsing runs nothing.
struct Tree {
    Tree() {
        describeCommands(top, options, run, [](const std::string&) { return 0; });
    }
    CLI::App top;
    CommandOptions options;
    std::function<int()> run;
};

std::vector<const CLI::App*> childrenOf(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

/// Calls `look` with every command below `app` and its path, groups included.
void walk(const CLI::App& app, const std::string& path, const std::function<void(const std::string&, const CLI::App&)>& look) {
    for (const auto* child : childrenOf(app)) {
        const std::string name = path + (path.empty() ? "" : " ") + child->get_name();
        look(name, *child);
        walk(*child, name, look);
    }
}

bool runsSomething(const CLI::App& app) { return childrenOf(app).empty() || app.get_require_subcommand_min() == 0; }

/// A footer as it is printed: its lines, those that end in a backslash with the next.
std::vector<std::string> linesOf(const std::string& footer) {
    std::vector<std::string> lines{""};
    for (std::size_t i = 0; i < footer.size(); ++i) {
        if (footer.compare(i, 2, "\\\n") == 0) {
            lines.back() += ' ';
            ++i;
        } else if (footer[i] == '\n') {
            lines.emplace_back();
        } else {
            lines.back() += footer[i];
        }
    }
    return lines;
}

/// Words as a shell makes them, of one simple command per list: quotes, backslashes, $(…) kept as one text; comments, redirections and
/// assignments before the program's name are no words of it.
class ShellWords {
public:
    explicit ShellWords(std::string line) : line_(std::move(line)) {}

    /// The commands that are joined by |, &&, ||, ; or &.
    std::vector<std::vector<std::string>> commands() {
        for (at_ = 0; at_ < line_.size(); ++at_) take(line_[at_]);
        endCommand();
        return commands_;
    }

private:
    void take(char c) {
        if (quote_ != 0) return takeQuoted(c);
        if (line_.compare(at_, 2, "$(") == 0) return takeSubstitution();
        if (c == '\'' || c == '"') {
            quote_ = c;
            in_word_ = true;
        } else if (c == '\\') {
            add(line_[++at_]);
        } else if (c == ' ') {
            endWord();
        } else if (c == '#' && !in_word_) {
            at_ = line_.size();
        } else if (c == '>' || c == '<') {
            endWord();
            skips_next_ = true;
        } else if (c == '|' || c == '&' || c == ';' || c == '(' || c == ')') {
            endCommand();
        } else {
            add(c);
        }
    }
    void takeQuoted(char c) {
        if (c == quote_) quote_ = 0;
        else if (c == '\\' && quote_ == '"') add(line_[++at_]);
        else if (quote_ == '"' && line_.compare(at_, 2, "$(") == 0) takeSubstitution();
        else add(c);
    }
    void takeSubstitution() {
        int depth = 0;
        do {
            if (line_[at_] == '(') ++depth;
            if (line_[at_] == ')') --depth;
            add(line_[at_++]);
        } while (at_ < line_.size() && (depth > 0 || line_[at_ - 1] == '$'));
        --at_;
    }
    void add(char c) {
        word_ += c;
        in_word_ = true;
    }
    void endWord() {
        if (!in_word_) return;
        const bool assigns = words_.empty() && word_.find('=') != std::string::npos;
        if (!skips_next_ && !assigns) words_.push_back(word_);
        skips_next_ = false;
        in_word_ = false;
        word_.clear();
    }
    void endCommand() {
        endWord();
        if (!words_.empty()) commands_.push_back(std::move(words_));
        words_.clear();
    }

    const std::string line_;
    std::size_t at_ = 0;
    std::string word_;
    std::vector<std::string> words_;
    std::vector<std::vector<std::string>> commands_;
    char quote_ = 0;
    bool in_word_ = false, skips_next_ = false;
};

/// What `yht` is given in the examples of a footer: lines that are indented by two blanks.
std::vector<std::vector<std::string>> examplesIn(const std::string& footer) {
    std::vector<std::vector<std::string>> examples;
    for (const auto& line : linesOf(footer)) {
        if (!line.starts_with("  ")) continue;
        for (auto& words : ShellWords(line).commands()) {
            if (words.front() != "yht") continue;
            words.erase(words.begin());
            examples.push_back(std::move(words));
        }
    }
    return examples;
}

std::string pathOf(const CLI::App& top, const std::vector<std::string>& words) {
    std::string path;
    const CLI::App* at = &top;
    for (const auto& word : words) {
        const auto children = childrenOf(*at);
        const auto found = std::find_if(children.begin(), children.end(), [&](const auto* child) { return child->get_name() == word; });
        if (found == children.end()) break;
        at = *found;
        path += (path.empty() ? "" : " ") + word;
    }
    return path;
}

TEST(CommandLineTree, EveryCommandTakesJsonOrIsAnExceptionWithItsReason) {
    const Tree tree;
    std::set<std::string> without;
    walk(tree.top, "", [&](const std::string& path, const CLI::App& app) {
        if (runsSomething(app) && app.get_option_no_throw("--json") == nullptr) without.insert(path);
    });
    std::set<std::string> excused;
    for (const auto& each : kWithoutJson) {
        excused.insert(each.command);
        EXPECT_NE("", std::string(each.reason));
    }
    EXPECT_EQ(excused, without);
    ASSERT_EQ(1U, excused.size());
    const std::string readme = readFile(YHT_SOURCE_DIR "/README.md").value();
    EXPECT_THAT(readme, HasSubstr("Every command but `" + *excused.begin() + "` takes `--json`"));
}

TEST(CommandLineTree, EveryCommandTeachesByExamplesOfItsOwn) {
    const Tree tree;
    std::size_t commands = 0;
    walk(tree.top, "", [&](const std::string& path, const CLI::App& app) {
        ++commands;
        const std::string footer = app.get_footer();
        EXPECT_NE(app.get_parent()->get_footer(), footer) << path << " shows the examples of the command above";
        std::size_t own = 0;
        for (const auto& words : examplesIn(footer)) own += (pathOf(tree.top, words) + " ").starts_with(path + " ") ? 1 : 0;
        EXPECT_LT(0U, own) << "no example of yht " << path << ":\n" << footer;
    });
    EXPECT_LT(90U, commands);
}

TEST(CommandLineTree, EveryExampleIsALineThatItTakes) {
    const Tree tree;
    std::size_t examples = 0;
    const auto check = [&](const std::string& path, const CLI::App& app) {
        for (const auto& words : examplesIn(app.get_footer())) {
            ++examples;
            std::string line;
            for (const auto& word : words) line += " [" + word + "]";
            EXPECT_EQ("", commandLineFault(words)) << path << ": yht" << line;
        }
    };
    check("yht", tree.top);
    walk(tree.top, "", check);
    EXPECT_LT(120U, examples);
}

TEST(CommandLineTree, TheManualHasTheExamplesOfCommandsThatHaveSubcommandsToo) {
    const Tree tree;
    const auto page = manualPage(tree.top);
    for (const char* command : {"tickets", "deliveries", "ledger verify", "schema codes", "config diff"}) {
        const auto begin = page.find(".SS " + std::string(command) + "\n");
        ASSERT_NE(std::string::npos, begin) << command;
        EXPECT_THAT(page.substr(begin, page.find(".SS ", begin + 1) - begin), HasSubstr(".nf\n")) << command;
    }
}

TEST(ExamplesOfFooters, AreReadAsAShellReadsThem) {
    const auto commands = ShellWords("  (umask 077; A=1 yht a \"b  c\" '$d' > e.$(date +%F)) && f $(g -h i) \\#j # yht k").commands();
    ASSERT_EQ(3U, commands.size());
    EXPECT_EQ((std::vector<std::string>{"umask", "077"}), commands[0]);
    EXPECT_EQ((std::vector<std::string>{"yht", "a", "b  c", "$d"}), commands[1]);
    EXPECT_EQ((std::vector<std::string>{"f", "$(g -h i)", "#j"}), commands[2]);
    EXPECT_EQ(1U, examplesIn("yht told in passing\n  yht one \\\n      --more\n").size());
}

class CommandLineTest : public DeploymentFixture {
protected:
    void TearDown() override {
        ::unsetenv("YHT_CONFIG");
        ::unsetenv("YHT_ADAPTERS");
        DeploymentFixture::TearDown();
    }
};

TEST_F(CommandLineTest, WhatTheLineSaysCountsMoreThanTheEnvironment) {
    write("sources.yaml", "sources: []\n");
    write("partners.yaml", "partners: []\n");
    ::setenv("YHT_CONFIG", "/nowhere", 1);
    EXPECT_EQ(kExitOk, yht({"config", "check"})) << err;
    EXPECT_EQ(kExitOk, yht({"certs", "list", "--json"})) << err;
    EXPECT_EQ(kExitConfig, yhtWithout({"config", "check"}));
    EXPECT_THAT(err, HasSubstr("/nowhere/yht.yaml"));
    ::setenv("YHT_CONFIG", directory.c_str(), 1);
    EXPECT_EQ(kExitOk, yhtWithout({"config", "check"})) << err;
    ::setenv("YHT_ADAPTERS", "/nowhere", 1);
    EXPECT_EQ(kExitOk, yhtWithout({"adapters", "list", "--json", "-d", YHT_SOURCE_DIR "/adapters"})) << err;
    EXPECT_THAT(out, HasSubstr("\"source\":\"zz-12315\""));
}

TEST_F(CommandLineTest, ACommandBelowOneThatRunsTooTakesTheSameOptions) {
    openLedger();
    EXPECT_EQ(kExitOk, yht({"deliveries", "list", "--json"})) << err;
    EXPECT_TRUE(json::parse(out).ok()) << out;
    EXPECT_EQ(kExitOk, yhtWithout({"deliveries", "--config", directory, "--json", "list"})) << err;
    EXPECT_TRUE(json::parse(out).ok()) << out;
}

TEST_F(CommandLineTest, ADocumentComesAsItIsOrInsideJson) {
    for (const char* what : {"spec", "openapi", "xsd", "wsdl"}) {
        EXPECT_EQ(kExitOk, yhtWithout({"schema", what}));
        const std::string plain = out;
        EXPECT_EQ(kExitOk, yhtWithout({"schema", what, "--json"}));
        const auto document = json::parse(out);
        ASSERT_TRUE(document.ok()) << what;
        EXPECT_EQ(plain, json::textMember(*document, "document")) << what;
        EXPECT_NE("", json::textMember(*document, "media_type"));
    }
    for (const char* page : {"man", "completion"}) {
        EXPECT_EQ(kExitOk, yhtWithout({page}));
        const std::string plain = out;
        EXPECT_EQ(kExitOk, yhtWithout({page, "--json"}));
        EXPECT_EQ(plain, json::textMember(json::parse(out).value(), "document")) << page;
    }
    for (const char* what : {"json", "codes", "docs"}) {
        EXPECT_EQ(kExitOk, yhtWithout({"schema", what, "--json"}));
        EXPECT_TRUE(json::parse(out, {.values_max = 1'000'000}).ok()) << what;
    }
}

TEST_F(CommandLineTest, TheReferenceOfKeysAsRowsHasEveryKey) {
    EXPECT_EQ(kExitOk, yhtWithout({"config", "reference", "--json"}));
    const auto rows = json::parse(out);
    ASSERT_TRUE(rows.ok()) << out;
    ASSERT_EQ(configTable().size(), rows->Size());
    for (rapidjson::SizeType i = 0; i < rows->Size(); ++i) {
        const auto& row = configTable()[i];
        EXPECT_EQ(row.name, json::textMember((*rows)[i], "key"));
        EXPECT_EQ(row.fallback == nullptr, (*rows)[i]["required"].GetBool()) << row.name;
        EXPECT_EQ(row.fallback == nullptr ? "" : row.fallback, json::textMember((*rows)[i], "default"));
        EXPECT_EQ(row.type == KeyType::Integer ? std::to_string(row.max) : "", json::textMember((*rows)[i], "max"));
    }
}

}  // namespace
}  // namespace yht::app
