#include "adapters/kit/inbound/draft_values.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "adapters/kit/inbound/invented.h"
#include "adapters/kit/inbound/typed_values.h"
#include "gateway/ticket/validate.h"

namespace yht::kit {
namespace {

bool allFit(const Seen& seen, bool (*fits)(std::string_view)) {
    return !seen.values.empty() && std::all_of(seen.values.begin(), seen.values.end(), fits);
}
bool isBetween(std::string_view text, double from, double until) {
    const auto point = text.find('.');
    if (point == std::string_view::npos || text.size() - point < 4 || readDecimal(text).error) return false;
    const double value = std::strtod(std::string(text).c_str(), nullptr);
    return value > from && value < until;
}
/// Of China, and not of anything else: numbers with three decimals at least.
bool isLongitude(std::string_view text) { return isBetween(text, 73, 136); }
bool isLatitude(std::string_view text) { return isBetween(text, 17, 54); }
bool isMobileNumber(std::string_view text) { return text.size() == 11 && isNumberOfPerson(text); }
bool isNumber(std::string_view text) {
    const auto digits = std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits >= 6 && !isNumberOfPerson(text) && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    });
}

constexpr ValueGuess kValueGuesses[] = {
    {"record_ref", [](const Seen& seen) { return seen.formats.empty() && seen.values.size() == seen.count && allFit(seen, isNumber); }},
    {"event_time", [](const Seen& seen) { return !seen.formats.empty(); }},
    {"contact_phone", [](const Seen& seen) { return allFit(seen, isMobileNumber); }},
    {"id_number", [](const Seen& seen) { return allFit(seen, ticket::isResidentId); }},
    {"longitude", [](const Seen& seen) { return allFit(seen, isLongitude); }},
    {"latitude", [](const Seen& seen) { return allFit(seen, isLatitude); }},
};

}  // namespace

std::span<const ValueGuess> valueGuesses() { return kValueGuesses; }

}  // namespace yht::kit
