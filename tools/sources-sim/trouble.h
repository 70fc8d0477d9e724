// Knobs for trouble: what old systems do to what they say. The first group changes messages, the second the bytes that they
// are written in; each is applied to everything of a run, in the order given. README.md says what each shape makes of each.
// Uses: shapes, charset. Used by: the ways, main.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sources-sim/shapes.h"

namespace yht::sources_sim {

enum class Trouble : std::uint8_t {
    RenamedMember,  // the source's number comes under another name
    UnknownCode,    // codes that stand in no table
    Duplicate,      // the whole run again
    Reordered,      // last things first
    Silence,        // nothing is said at all
    WrongCharset,   // GBK bytes in what should be UTF-8, or the other way about
    Torn,           // the second half is missing
};
using Troubles = std::vector<Trouble>;

struct TroubleRow {
    Trouble trouble;
    const char* name;  // on the command line
    const char* zh;
};
std::span<const TroubleRow> troubleTable();
std::optional<Trouble> findTrouble(std::string_view name);
bool has(const Troubles& troubles, Trouble trouble);

/// What a shape says under these troubles.
std::vector<Message> said(const Shape& shape, const ShapeOptions& options, const Troubles& troubles);
/// UTF-8 text in the bytes that the source writes: its charset, then what the troubles make of them.
std::string written(const Shape& shape, std::string_view utf8, const Troubles& troubles);

}  // namespace yht::sources_sim
