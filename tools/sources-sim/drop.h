// A source that leaves files in a folder, as exports of old systems do: whole and under their final name at once, by a
// temporary name and a rename, or in halves with time between, which a reader must not take for the whole; or the first half
// only, because its program died. A marker file comes after the end, if the source makes one. Uses: std. Used by: ways.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace yht::sources_sim {

enum class Writing : std::uint8_t { AtOnce, Renamed, InHalves, Half };

struct DropOptions {
    std::string folder, name;
    Writing writing = Writing::AtOnce;
    std::int64_t pause_ms = 2000;  // between the halves: blocks
    std::string marker;            // name of an empty file that says "finished"; "" none
};

/// For how long in ms the first of two halves may have stood alone, at the most; 0 where there were no two. It is longer than the pause
/// where this program was held up, and a reader is right then that the half did not grow any more. nullopt where the folder can't be
/// written.
std::optional<std::int64_t> drop(const DropOptions& options, const std::string& bytes);

}  // namespace yht::sources_sim
