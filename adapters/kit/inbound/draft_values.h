// What the values of a member can only be, whatever it is called: names of strangers are pinyin initials as a rule.
// Uses: typed_values, invented, ticket. Used by: draft.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>

namespace yht::kit {

inline constexpr std::size_t kDistinctMax = 30;  // values of one member: more is no code list

/// What was seen of one member over the items.
struct Seen {
    std::set<std::string> values;   // at most kDistinctMax + 1
    std::set<std::string> formats;  // time formats that all values have; filled by the first
    std::size_t count = 0;
};

struct ValueGuess {
    const char* field;  // of an appeal
    bool (*fits)(const Seen& seen);
};
/// In the order in which fields are given away: numbers before times, which may be digits, too.
std::span<const ValueGuess> valueGuesses();

}  // namespace yht::kit
