// The commands of `yht adapters`: names, options, help by example.
// Uses: CLI11, commands_adapters. Used by: command_line.cpp.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace yht::app {

/// `run` is what the command line has chosen.
void addAdapters(CLI::App& top, std::function<int()>& run);

}  // namespace yht::app
