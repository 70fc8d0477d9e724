#include "gateway/base/nearest_name.h"

#include <algorithm>
#include <limits>

#include "gateway/base/text.h"

namespace yht::base {
namespace {

constexpr std::size_t kBeginningBytesMin = 3;
constexpr std::size_t kEditsAlwaysNear = 2;

bool oneBeginsTheOther(std::string_view a, std::string_view b) {
    return std::min(a.size(), b.size()) >= kBeginningBytesMin && (a.starts_with(b) || b.starts_with(a));
}

}  // namespace

NearestName nearestName(std::string_view given, std::span<const std::string> names) {
    NearestName nearest;
    std::size_t best = std::numeric_limits<std::size_t>::max();
    const std::size_t edits_max = std::max(kEditsAlwaysNear, given.size() / 3);
    for (const auto& name : names) {
        const bool begins = oneBeginsTheOther(given, name);
        const std::size_t edits = begins ? 0 : editDistance(given, name);
        if (edits < best) {
            best = edits;
            nearest = {name, edits <= edits_max};
        }
    }
    return nearest;
}

}  // namespace yht::base
