// What the simulator says of itself on standard output, a line each: JSON for programs, or a line for people.
// Uses: caller, home. Used by: ways.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "tools/sources-sim/caller.h"
#include "tools/sources-sim/home.h"
#include "tools/sources-sim/trouble.h"

namespace yht::sources_sim {

enum class Lines : std::uint8_t { Json, People };

/// Thread-safety: any thread.
class Telling {
public:
    explicit Telling(Lines lines) : lines_(lines) {}
    /// {"message","ref","tries","status","done","reply"}
    void call(const Shape& shape, const Message& message, const Heard& heard);
    /// {"shape","where","items","bytes","half_ms"}: something was left where it will be fetched; half of it stood alone for so long (drop).
    void left(const Shape& shape, const std::string& where, std::size_t items, std::size_t bytes, std::int64_t half_ms = 0);
    /// {"came_home","what","ref","ticket_no","again","unheard","problem"}
    void home(const CameHome& home);

private:
    void line(const std::string& text);
    const Lines lines_;
    std::mutex mutex_;
};

}  // namespace yht::sources_sim
