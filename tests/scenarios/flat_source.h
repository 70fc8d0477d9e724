// A source whose messages are one flat JSON object each, and to which what became of its tickets goes home as files in a folder. The
// hotline speaks for it. Uses: federation. Used by: results_test, source_points_test.
#pragma once

#include <string>
#include <vector>

#include "tests/scenarios/federation.h"

namespace yht::scenarios {

/// Where its messages are posted.
inline constexpr const char* kFlatMessages = "/v1/sources/zz-flat/messages";

/// Before the gateway starts.
void shipFlatSource(const Federation& federation);
/// An item under its own number; `more`: members, each with a comma before it.
std::string flatItem(const std::string& number, const std::string& more = "");
/// Content of the files that went home to it.
std::vector<std::string> flatResults(const Federation& federation);

}  // namespace yht::scenarios
