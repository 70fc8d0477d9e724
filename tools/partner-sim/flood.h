// Many appeals that differ and are valid, the same ones for the same seed: about 2 KB of Chinese
// text each. Uses: base, json. Used by: main, tests.
#pragma once

#include <cstdint>
#include <string>

namespace yht::partner_sim {

inline constexpr std::uint64_t kFloodMax = 10'000'000;

struct FloodOptions {
    std::uint64_t seed = 1;
    std::string source;
};

/// JSON of appeal `index`; record_ref is "FL-<seed>-<index>". Citizens and phones are visibly made
/// up.
std::string floodRecord(const FloodOptions& options, std::uint64_t index);

}  // namespace yht::partner_sim
