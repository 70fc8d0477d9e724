// Follows GET /v1/changes from a cursor: what came back, a line a record.
// Uses: speaker, json. Used by: main, tests.
#pragma once

#include <functional>
#include <string>

#include "tools/speaker/submission.h"

namespace yht::partner_sim {

struct ChangesOptions {
    std::string after = "0";
    std::string
        cursor_file;  // "" none; its number wins over `after`, and it is written after every answer
    std::size_t limit = 100;
    bool follow = false;      // go on until stopped; else until nothing is new
    std::int64_t wait_s = 5;  // of a long poll; also how long a stop may take
};

enum class ChangesEnd : std::uint8_t { Done, Unreachable, Refused };

/// `line` gets "430200-… appeal zz-12345 seq 7 …". Blocks.
ChangesEnd followChanges(
    speaker::GatewayClient& client, const ChangesOptions& options,
    const std::function<void(const std::string&)>& line, speaker::StopToken& stop
);

}  // namespace yht::partner_sim
