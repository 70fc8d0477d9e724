#include "adapters/kit/inbound/invented.h"

#include <algorithm>

#include "adapters/kit/charset.h"
#include "adapters/kit/inbound/byte_replacements.h"
#include "gateway/base/text.h"
#include "gateway/ticket/validate.h"

namespace yht::kit {
namespace {

constexpr std::string_view kMobile = "1990000", kIdNumber = "99999919000101";
constexpr const char* kSymbols[] = {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"};
/// As many bytes as any character beyond the BMP: a rare one stays a rare one, which is what such a sample is kept for.
constexpr const char* kRareSymbols[] = {"𠀀", "𠀁", "𠀂", "𠀃", "𠀄", "𠀅", "𠀆", "𠀇", "𠀈", "𠀉"};
constexpr char32_t kRareFirst = 0x20000;
constexpr const char* kEscapedSymbol = "\\u67d0";  // 某, in a text whose characters are written as escapes
constexpr std::size_t kMobileDigits = 11, kIdCharacters = 18;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string padded(unsigned number, std::size_t digits) {
    std::string text = std::to_string(number);
    if (text.size() < digits) text.insert(0, digits - text.size(), '0');
    return text.substr(text.size() - digits);
}

std::string withCheckDigit(std::string number) {
    for (const char check : std::string_view("0123456789X")) {
        if (ticket::isResidentId(number + check)) return number + check;
    }
    return number + "0";
}

std::string digitsOf(std::string_view text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits), isDigit);
    return digits;
}

/// `digits` in the places of the digits of `text`, from the last on.
std::string inPlaceOfDigits(std::string text, std::string_view digits) {
    std::size_t left = digits.size();
    for (std::size_t i = text.size(); i-- > 0 && left > 0;) {
        if (isDigit(text[i])) text[i] = digits[--left];
    }
    return text;
}

bool isMobile(std::string_view run) {
    return run.size() == kMobileDigits && run[0] == '1' && run[1] >= '3' && std::all_of(run.begin(), run.end(), isDigit);
}

}  // namespace

bool isNumberOfPerson(std::string_view run) { return isMobile(run) || ticket::isResidentId(run); }

bool Inventions::isInvented(std::string_view digits) {
    return digits.starts_with(kMobile) || digits.starts_with(kIdNumber);
}

unsigned Inventions::numberOf(char sort, const std::string& text) {
    const auto [found, is_new] = known_.try_emplace({sort, text}, 0);
    if (is_new) found->second = ++used_[sort];
    return found->second;
}

std::string Inventions::name(const std::string& text) {
    const auto length = base::countCodePoints(text).value_or(0);
    const unsigned number = numberOf('n', text);
    std::string made;
    std::size_t position = 0;
    unsigned rest = number - 1;
    for (std::size_t at = 0; at < text.size(); ++position) {
        const std::size_t start = at;
        const char32_t c = nextCodePoint(text, at);
        if (c < 0x80) {
            made += isLetter(text[start]) && restOfEscape(text, start) != 1 ? 'X' : text[start];
        } else if (c >= kRareFirst) {
            made += kRareSymbols[rest % 10];
            rest /= 10;
        } else if (position == 0) {
            made += length > 1 ? "测" : "某";
        } else if (position == 1 && length > 3) {
            made += "试";
        } else {
            made += kSymbols[rest % 10];
            rest /= 10;
        }
    }
    return made;
}

std::string Inventions::phone(const std::string& text) {
    const std::string digits = digitsOf(text);
    // Of a number with the country's code, or with an extension, too.
    const auto at = digits.starts_with("86") ? 2U : digits.starts_with("0086") ? 4U : 0U;
    if (digits.size() >= at + kMobileDigits && isMobile(std::string_view(digits).substr(at, kMobileDigits))) {
        const auto number = numberOf('p', digits.substr(at, kMobileDigits));
        const std::string rest(digits.size() - at - kMobileDigits, '1');
        return inPlaceOfDigits(text, digits.substr(0, at) + std::string(kMobile) + padded(number, 4) + rest);
    }
    if (digits.size() < 5) return text;  // 110, 12345: nobody's
    const auto number = numberOf('p', digits);
    const std::string made = "555" + padded(number, 4);
    // The area code stays: a fixed line without a right one would be no telephone number.
    const auto changed = std::min<std::size_t>(made.size(), digits.size() - std::min<std::size_t>(digits.size(), 3));
    return inPlaceOfDigits(text, made.substr(made.size() - changed));
}

std::string Inventions::idNumber(const std::string& text) {
    if (text.size() == kIdCharacters)
        return withCheckDigit(std::string(kIdNumber) + padded(numberOf('i', text), 3));
    std::string made = text;
    for (char& c : made) {
        if (isDigit(c)) c = '1';
        else if (isLetter(c)) c = 'X';
    }
    return made;
}

std::string Inventions::text(const std::string& text) const {
    std::string made;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        if (const auto rest = text[start] == '\\' ? restOfEscape(text, start + 1) : 0; rest > 0) {
            made += rest == 1 ? text.substr(start, 2) : kEscapedSymbol;
            at += 1 + rest;
            continue;
        }
        const char32_t c = nextCodePoint(text, at);
        if (c >= 0x2E80 && c < 0xFF00) made += c >= 0x3000 && c < 0x3040 ? text.substr(start, at - start) : "某";
        else if (c >= kRareFirst && isWide(c)) made += kRareSymbols[0];
        else if (c < 0x80) made += isDigit(text[start]) ? '1' : isLetter(text[start]) ? 'x' : text[start];
        else made += text.substr(start, at - start);
    }
    return made;
}

std::string Inventions::withoutNumbersOfPersons(const std::string& text) {
    std::string made;
    for (std::size_t at = 0; at < text.size();) {
        if (at > 0 && text[at - 1] == '\\') {
            made += text.substr(at, restOfEscape(text, at));
            at += restOfEscape(text, at);
        }
        std::size_t end = at;
        while (end < text.size() && (isDigit(text[end]) || isLetter(text[end]))) ++end;
        const std::string run = text.substr(at, end - at);
        if (isMobile(run)) made += phone(run);
        else if (ticket::isResidentId(run)) made += idNumber(run);
        else made += run;
        if (end < text.size()) made += text[end++];
        at = end;
    }
    return made;
}

}  // namespace yht::kit
