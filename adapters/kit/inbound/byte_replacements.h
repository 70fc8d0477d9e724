// A text where it stands in bytes of some format (字节替换): found as any of the charsets and escapes would write it, and
// replaced by another of the same length in characters. For samples only: a text that is written in a way that nobody
// thought of is not found, so whoever replaces must look afterwards whether it is gone.
// Uses: charset. Used by: sample_mask.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

bool isWide(char32_t c);  // Chinese characters and what is as wide
bool isAsciiWord(char32_t c);

/// How many of the letters and digits from `at` on are the rest of an escape that began before it: 1 of \n, 5 of \u5f20, 2 of %E5. What
/// follows them is a word of its own, and no longer one with them.
std::size_t restOfEscape(std::string_view text, std::size_t at);

/// The parts of a value that are replaced: letters, digits and Chinese characters between everything else, and no letter of a
/// line break that is written as \n.
std::vector<std::string_view> runsOf(std::string_view text);
/// Enough of a run to know somebody by: shorter ones are in everything.
bool isTelling(std::string_view run);
/// Without what some format escapes.
bool isPlain(std::string_view text);

/// Every charset that a message of these rules may be written in, those of its inner parts too.
std::set<std::string> charsetsOf(const DecodeRules& rules);

/// Old bytes → new bytes, the longest at a place first. A number within a longer one is another number.
class ByteReplacements {
public:
    explicit ByteReplacements(std::set<std::string> charsets) : charsets_(std::move(charsets)) {}

    /// The first replacement of a text stands.
    void add(const std::string& text, const std::string& instead);
    std::string apply(const std::string& message) const;

private:
    using Entry = std::pair<const std::string, std::string>;
    const Entry* find(const std::string& message, std::size_t at) const;

    const std::set<std::string> charsets_;
    std::set<std::string> known_;
    std::unordered_map<std::string, std::string> by_bytes_;
    std::set<std::size_t> lengths_;
};

}  // namespace yht::kit
