// Knobs for trouble: what old systems do to their messages. Each is applied to all messages of a run, in this order.
// Uses: shapes, iconv (glibc). Used by: main.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tools/sources-sim/shapes.h"

namespace yht::sources_sim {

enum class Trouble : std::uint8_t {
    RenamedMember,  // every first member comes under another name: the source's number is gone
    UnknownCode,    // codes that stand in no table
    WrongCharset,   // GBK bytes in what should be UTF-8
    Torn,           // the second half is missing
    Duplicate,      // the whole run again
    Reordered,      // last things first
    Silence,        // nothing is said at all
};

struct TroubleRow {
    Trouble trouble;
    const char* name;  // on the command line
    const char* zh;
};
std::span<const TroubleRow> troubleTable();
std::optional<Trouble> findTrouble(std::string_view name);

std::vector<Message> troubled(std::vector<Message> messages, Trouble trouble);

/// Bytes in GB18030; nullopt where the text is no UTF-8.
std::optional<std::string> inGbk(std::string_view utf8);

}  // namespace yht::sources_sim
