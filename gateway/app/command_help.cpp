#include "gateway/app/command_help.h"

#include <CLI/CLI.hpp>

namespace yht::app {
namespace {

std::vector<const CLI::App*> subcommandsOf(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string wordsOf(const CLI::App& app) {
    std::string words;
    for (const auto* child : subcommandsOf(app)) words += child->get_name() + " ";
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) words += "--" + name + " ";
    }
    if (!words.empty()) words.pop_back();
    return words;
}

/// One case of the script per command: "yht ledger" → its words.
void addCases(std::string& out, const CLI::App& app, const std::string& path) {
    out += "        '" + path + "') words='" + wordsOf(app) + "' ;;\n";
    for (const auto* child : subcommandsOf(app)) addCases(out, *child, path + " " + child->get_name());
}

/// Text as roff takes it: backslashes and leading dots are its own.
std::string roff(const std::string& text) {
    std::string out;
    bool line_start = true;
    for (const char c : text) {
        if (line_start && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\') out += "\\e";
        else if (c == '-') out += "\\-";
        else out += c;
        line_start = c == '\n';
    }
    return out;
}

void addOptions(std::string& out, const CLI::App& app) {
    for (const auto* option : app.get_options()) {
        out += ".TP\n\\fB" + roff(option->get_name(false, true)) + "\\fR\n" + roff(option->get_description()) + "\n";
    }
}

void addCommand(std::string& out, const CLI::App& app, const std::string& path) {
    const auto children = subcommandsOf(app);
    // Of those with subcommands some do something without one.
    if (children.empty() || app.get_require_subcommand_min() == 0) {
        out += ".SS " + roff(path) + "\n" + roff(app.get_description()) + "\n";
        addOptions(out, app);
        // CLI11 hands footers down: only the command's own is an example of it.
        if (!app.get_footer().empty() && app.get_footer() != app.get_parent()->get_footer())
            out += ".PP\n.nf\n" + roff(app.get_footer()) + "\n.fi\n";
    }
    for (const auto* child : children) addCommand(out, *child, path + " " + child->get_name());
}

}  // namespace

std::string bashCompletion(const CLI::App& top) {
    std::string out =
        "# bash completion for yht; zsh: autoload -U bashcompinit && bashcompinit, then the same.\n"
        "# Made by: yht completion > /usr/share/bash-completion/completions/yht\n"
        "_yht() {\n"
        "    local word='' path='yht' words='' i\n"
        "    COMPREPLY=()\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        word=${COMP_WORDS[i]}\n"
        "        [[ $word == -* ]] && break\n"
        "        path+=\" $word\"\n"
        "    done\n"
        "    case $path in\n";
    addCases(out, top, "yht");
    out +=
        "    esac\n"
        "    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
        "}\n"
        "complete -o default -F _yht yht\n";
    return out;
}

std::string manualPage(const CLI::App& top) {
    std::string out = ".TH YHT 1 \"\" \"Yihaotong\" \"User Commands\"\n.SH NAME\nyht \\- " +
                      roff("integration gateway of a province's 12345 federation 一号通") +
                      "\n.SH SYNOPSIS\n\\fByht\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n" +
                      roff(top.get_description()) + "\n.SH COMMANDS\n";
    for (const auto* child : subcommandsOf(top)) addCommand(out, *child, child->get_name());
    out += ".SH EXAMPLES\n.nf\n" + roff(top.get_footer()) + "\n.fi\n";
    return out;
}

}  // namespace yht::app
