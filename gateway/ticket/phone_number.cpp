#include "gateway/ticket/phone_number.h"

#include <algorithm>

#include "gateway/ticket/validate.h"

namespace yht::ticket {
namespace {

constexpr std::size_t kExtensionDigitsMax = 6;
constexpr std::size_t kDigitsMax = 20;
constexpr std::size_t kMobileDigits = 11;
// Without the 0: 731 8888 1234; at least 10 8888 123 and the like.
constexpr std::size_t kAreaAndNumberDigits = 11;
constexpr std::size_t kAreaAndNumberDigitsMin = 9;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

std::string digitsOf(std::string_view text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits), isDigit);
    return digits;
}

bool isMobile(std::string_view digits) {
    return digits.size() == kMobileDigits && digits[0] == '1' && digits[1] >= '3';
}

/// Area code of three or four digits, and seven or eight behind it.
bool isFixedLine(std::string_view digits) {
    return digits.size() >= 10 && digits.size() <= 12 && digits[0] == '0';
}

/// A mobile number alone, a fixed line behind its 0. `national`: written behind the country's code, which takes the 0.
std::string domestic(std::string digits, bool national) {
    for (const std::string_view prefix : {"86", "0"}) {
        const auto rest = std::string_view(digits).substr(std::min(prefix.size(), digits.size()));
        if (digits.starts_with(prefix) && isMobile(rest)) return std::string(rest);
    }
    if (isMobile(digits) || digits.starts_with('0')) return digits;
    const bool lost = digits.size() == kAreaAndNumberDigits && digits[0] != '1';
    if (lost || (national && digits.size() >= kAreaAndNumberDigitsMin)) digits.insert(0, "0");
    return digits;
}

/// The number before the last dash, where it is a whole one and what is behind it an extension; "" otherwise.
std::string mainNumber(std::string_view text, bool national) {
    const auto dash = text.rfind('-');
    if (dash == std::string_view::npos || digitsOf(text.substr(dash + 1)).size() > kExtensionDigitsMax) return "";
    auto number = domestic(digitsOf(text.substr(0, dash)), national);
    return isMobile(number) || isFixedLine(number) ? number : "";
}

}  // namespace

std::string comparedPhone(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" ("), text.size()));
    bool national = false;
    for (const std::string_view code : {"+86", "0086"}) {
        if (!text.starts_with(code)) continue;
        text.remove_prefix(code.size());
        national = true;
        break;
    }
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return isDigit(c) || c == ' ' || c == '-' || c == '(' || c == ')' || c == '+';
    });
    const auto digits = digitsOf(text);
    const bool is_number = plain && digits.size() >= kPhoneDigitsMin && digits.size() <= kDigitsMax;
    if (!is_number || digits.find_first_not_of('0') == std::string::npos) return "";
    if (!national && (text.starts_with('+') || text.starts_with("00"))) {
        return "+" + digits.substr(digits.find_first_not_of('0'));
    }
    auto number = mainNumber(text, national);
    return number.empty() ? domestic(digits, national) : number;
}

std::vector<std::string> namedPhones(const Record& record) {
    std::vector<std::string> numbers;
    for (const auto field : {Field::caller_phone, Field::contact_phone, Field::accused_phone}) {
        if (!record.has(field)) continue;
        if (auto number = comparedPhone(record.text(field)); !number.empty()) numbers.push_back(std::move(number));
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

}  // namespace yht::ticket
