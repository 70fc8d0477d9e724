// What differs between two texts, line by line, in the form of diff -u: the fewest lines taken out and put in, with a few equal
// ones around them. Uses: std. Used by: commands_config.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yht::app {

inline constexpr std::size_t kEqualLinesAround = 3;
/// Time is at most lines × this, memory this squared. Texts that differ in more lines are one block from the first change to the last.
inline constexpr std::size_t kLineEditsMax = 1000;

struct DifferenceLine {
    char sign;         // ' ' in both, '-' in the text before, '+' in the text after
    std::string text;  // with its line feed, where it has one
    bool operator==(const DifferenceLine&) const = default;
};

/// Lines that stand together. Numbers begin with 1; where a count is 0, `first` is the line before, as diff -u writes it.
struct DifferenceHunk {
    std::size_t old_first = 0, old_count = 0, new_first = 0, new_count = 0;
    std::vector<DifferenceLine> lines;
};

/// Empty where the texts are equal.
std::vector<DifferenceHunk> differenceOf(std::string_view before, std::string_view after);

}  // namespace yht::app
