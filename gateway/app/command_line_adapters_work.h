// yht adapters try, record, replay, shadow, grade, apply: names, options, help by example.
// Uses: CLI11, commands_adapters_work. Used by: command_line_adapters.cpp.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace yht::app {

/// `adapters`: the command whose subcommands these are.
void addAdapterWork(CLI::App& adapters, std::function<int()>& run);

}  // namespace yht::app
