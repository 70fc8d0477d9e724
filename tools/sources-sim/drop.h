// A source that leaves files in a folder, as exports of old systems do: whole and under their final name at once, by a
// temporary name and a rename, or in halves with time between, which a reader must not take for the whole.
// Uses: std. Used by: main.
#pragma once

#include <cstdint>
#include <string>

namespace yht::sources_sim {

enum class Writing : std::uint8_t { AtOnce, Renamed, InHalves };

/// False where the folder can't be written. InHalves: blocks for `pause_ms` between the halves.
bool drop(
    const std::string& folder, const std::string& name, const std::string& bytes, Writing writing, std::int64_t pause_ms
);

}  // namespace yht::sources_sim
