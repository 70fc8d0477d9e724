// Completion and manual page, made from a command line's tree.
#include "gateway/app/command_help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>

#include <fstream>

#include "tests/unit/gateway/ledger/store/ledger_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class CommandHelp : public testing::Test {
protected:
    CommandHelp() {
        top_.footer("Top's example");
        auto* ledger = top_.add_subcommand("ledger", "Look into the ledger");
        auto* show = ledger->add_subcommand("show", ".dots and \\ are text");
        show->add_flag("--json", json_, "For machines");
        show->footer("yht ledger show 1");
        top_.add_subcommand("serve", "Run");
    }
    /// What bash offers after `words`.
    std::string offered(const std::string& words, int index) {
        std::ofstream(folder_ / "script") << bashCompletion(top_);
        const std::string command = "bash -c 'source " + (folder_ / "script") + "; COMP_WORDS=(" + words +
                                    "); COMP_CWORD=" + std::to_string(index) +
                                    "; _yht; echo ${COMPREPLY[@]}' > " + (folder_ / "out");
        EXPECT_EQ(0, ::system(command.c_str()));
        std::string line;
        std::ifstream in(folder_ / "out");
        std::getline(in, line);
        return line;
    }
    CLI::App top_{"Top", "yht"};
    bool json_ = false;
    ledger::TestFolder folder_;
};

TEST_F(CommandHelp, BashOffersWhatTheTreeHas) {
    EXPECT_EQ("ledger serve --help", offered("yht \"\"", 1));
    EXPECT_EQ("show --help", offered("yht ledger \"\"", 2));
    EXPECT_EQ("--json", offered("yht ledger show --j", 3));
}

TEST_F(CommandHelp, TheManualPageHasEveryCommandAndOnlyItsOwnExamples) {
    const auto page = manualPage(top_);
    EXPECT_THAT(page, HasSubstr(".SS ledger show\n\\&.dots and \\e are text"));
    EXPECT_THAT(page, HasSubstr("\\-\\-json"));
    EXPECT_THAT(page, HasSubstr("yht ledger show 1"));
    const auto serve = page.substr(page.find(".SS serve"), page.find(".SH EXAMPLES") - page.find(".SS serve"));
    EXPECT_THAT(serve, Not(HasSubstr("Top's example")));
}

}  // namespace
}  // namespace yht::app
