// What a person reads on a terminal: tables whose columns line up although Chinese characters are two cells wide.
// Uses: std. Used by: the commands of app.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace yht::app {

/// Cells that `text` takes on a terminal: 2 for East Asian wide and fullwidth characters, 0 for combining
/// marks, else 1. Requires: well-formed UTF-8.
std::size_t displayWidth(std::string_view text);

/// Control characters, and those that turn the direction of writing, as '?': whatever a text came from, it
/// can't move a terminal. Requires: well-formed UTF-8.
std::string printable(std::string_view text);

/// The longest prefix of at most `cells` cells, "…" at its end where something was cut.
std::string clipped(std::string_view text, std::size_t cells);

struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;  // each as long as header
};
/// Cells are made printable first.
void print(std::ostream& out, const Table& table);

/// "3 s", "5 min", "2 h 10 min", "3 d": for ages and times to drain.
std::string humanDuration(std::int64_t ms);

}  // namespace yht::app
