// From a plan's steps to records: source, numbers, times and references filled in. Pure.
// Uses: base, stage. Used by: desk.
#pragma once

#include <string>
#include <vector>

#include "gateway/base/clock.h"

namespace yht::centre_sim {

/// Of the ticket that is handled.
struct StoryOf {
    std::string source;
    std::string number;     // our own: ticket_ref
    std::string ticket_no;  // the gateway's, "" where not known yet
    base::UnixMillis appeal_ms = 0;
    base::UnixMillis now_ms = 0;
    std::int64_t delay_ms = 0;  // between steps
};

struct StoryRecord {
    std::string json;
    base::UnixMillis due_ms = 0;
};

inline constexpr std::size_t kStepsMax = 200;

/// One record a step. A step's event time is appeal + after_minutes; one that would lie in the
/// future happens when it is due. Throws std::runtime_error where a step is wrong.
std::vector<StoryRecord> tellStory(const std::string& steps_json, const StoryOf& of);

}  // namespace yht::centre_sim
