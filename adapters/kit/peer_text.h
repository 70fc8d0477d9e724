// Texts that a stranger wrote and that we print, log, count by or keep as a reason: codes, names of
// fields, pointers. A far side that puts a citizen's phone, an escape sequence or a page of HTML
// where its code belongs must not get it into any of these. The answer as it came is kept, sealed,
// with the outcome. Uses: std. Used by: answer, native_destination.
#pragma once

#include <string>
#include <string_view>

namespace yht::kit {

inline constexpr std::size_t kPeerCodeCharactersMax = 64;
inline constexpr std::size_t kPeerPointerCharactersMax = 256;
inline constexpr std::size_t kPeerNumberCharactersMax = 64;  // as ticket references
/// So many digits in a row may be a phone or an identity number; they become '*'.
inline constexpr std::size_t kPeerDigitsMax = 6;

/// ASCII letters, digits and "._:/~-+#[]" stay as they are; any other character becomes '?', digits
/// beyond kPeerDigitsMax in a row become '*' each. At most `characters_max` characters.
std::string peerToken(std::string_view text, std::size_t characters_max = kPeerCodeCharactersMax);

/// The far side's own number of a ticket is data and stays as it is. "" where it can't be one: too
/// long, control characters, no UTF-8.
std::string peerNumber(std::string_view text);

}  // namespace yht::kit
