// "Did you mean …?": which of the names known here somebody meant. Uses: text. Used by: whoever refuses an unknown name.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yht::base {

struct NearestName {
    std::string_view name;     // of `names`; "" where there are none
    bool is_near = false;      // near enough to be offered where offering nothing is possible, too
};

/// A name that begins with what was given, or that it begins with, is nearer than any other (at least three bytes); then the fewest
/// edits; then the first. The view is into `names`.
NearestName nearestName(std::string_view given, std::span<const std::string> names);

}  // namespace yht::base
