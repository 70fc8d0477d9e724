#include "gateway/ticket/ticket_number.h"

#include <algorithm>
#include <cstdio>

#include "gateway/base/assert.h"
#include "gateway/base/time_text.h"

namespace yht::ticket {
namespace {

constexpr std::size_t kRegionChars = 6;
constexpr std::size_t kDayChars = 8;
constexpr std::size_t kSerialChars = 7;
constexpr std::size_t kTextChars = kRegionChars + 1 + kDayChars + 1 + kSerialChars + 1 + 1;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isUpper(char c) {
    return c >= 'A' && c <= 'Z';
}

/// The 21 digits under the check digit: letters count as their value (A = 10) mod 10.
std::string digitsOf(std::string_view region, std::string_view day, std::string_view serial) {
    std::string digits;
    for (const char c : region)
        digits.push_back(isUpper(c) ? static_cast<char>('0' + (c - 'A') % 10) : c);
    digits += day;
    digits += serial;
    return digits;
}

}  // namespace

char checkDigit(std::string_view digits) {
    int product = 10;
    for (const char c : digits) {
        YHT_ASSERT(isDigit(c));
        const int sum = (product + (c - '0')) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return static_cast<char>('0' + (11 - product) % 10);
}

std::string formatTicketNumber(const TicketNumber& number) {
    YHT_ASSERT(number.region.size() == kRegionChars && number.serial <= kSerialMax);
    const std::string day = base::formatDay(number.day);
    char serial[16];
    std::snprintf(serial, sizeof serial, "%07u", number.serial);
    const char check = checkDigit(digitsOf(number.region, day, serial));
    return number.region + "-" + day + "-" + serial + "-" + check;
}

std::optional<TicketNumber> parseTicketNumber(std::string_view text) {
    if (text.size() != kTextChars || text[6] != '-' || text[15] != '-' || text[23] != '-') {
        return std::nullopt;
    }
    const auto region = text.substr(0, kRegionChars);
    const auto day = text.substr(7, kDayChars);
    const auto serial = text.substr(16, kSerialChars);
    const bool region_ok =
        std::all_of(region.begin(), region.end(), [](char c) { return isDigit(c) || isUpper(c); });
    const auto civil = base::parseCivil(day, "%Y%m%d");
    if (!region_ok || !civil || !std::all_of(serial.begin(), serial.end(), isDigit))
        return std::nullopt;
    const auto start = base::fromCivil(*civil, base::kShanghaiOffsetSeconds);
    if (!start || text[24] != checkDigit(digitsOf(region, day, serial))) return std::nullopt;

    TicketNumber number{std::string(region), base::shanghaiDay(*start), 0};
    for (const char c : serial)
        number.serial = number.serial * 10 + static_cast<std::uint32_t>(c - '0');
    return number;
}

}  // namespace yht::ticket
