#include "gateway/ticket/free_text.h"

namespace yht::ticket {
namespace {

constexpr std::string_view kStars = "****";
/// 7 is a local telephone number.
constexpr std::size_t kDigitRunMin = 7;
constexpr std::string_view kFullWidthDigit = "\xEF\xBC";  // then 90 … 99
constexpr std::string_view kPlateDot = "·";
constexpr std::size_t kPlateTailMin = 5, kPlateTailMax = 6;
constexpr std::size_t kCharacterBytes = 3;  // of a Chinese character
constexpr std::string_view kPlateProvinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使";

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// Bytes of the digit that stands there; 0 where none does.
std::size_t digitBytes(std::string_view text, std::size_t at) {
    if (at >= text.size()) return 0;
    if (isDigit(text[at])) return 1;
    const bool full = text.substr(at).starts_with(kFullWidthDigit) && at + 2 < text.size() && text[at + 2] >= '\x90' && text[at + 2] <= '\x99';
    return full ? kFullWidthDigit.size() + 1 : 0;
}

/// Bytes of the run of digits that begins there, whatever its length; `digits` of them.
std::size_t runBytes(std::string_view text, std::size_t at, std::size_t& digits) {
    std::size_t end = at;
    for (digits = 0;;) {
        if (const auto bytes = digitBytes(text, end); bytes != 0) {
            ++digits;
            end += bytes;
        } else if (end < text.size() && (text[end] == '-' || text[end] == ' ') && digitBytes(text, end + 1) != 0) {
            ++end;
        } else {
            break;
        }
    }
    if (digits >= kDigitRunMin && end < text.size() && (text[end] == 'X' || text[end] == 'x')) ++end;
    return end - at;
}

std::string withoutNumbers(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t digits = 0;
        const auto bytes = runBytes(text, i, digits);
        if (bytes == 0) {
            out.push_back(text[i++]);
            continue;
        }
        out += digits < kDigitRunMin ? text.substr(i, bytes) : kStars;
        i += bytes;
    }
    return out;
}

std::string withoutEmails(std::string_view text) {
    const auto in_name = [](char c) { return isLetter(c) || isDigit(c) || std::string_view("._%+-").find(c) != std::string_view::npos; };
    const auto in_domain = [](char c) { return isLetter(c) || isDigit(c) || c == '.' || c == '-'; };
    std::string out;
    std::size_t done = 0;
    for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
        std::size_t from = at, to = at + 1;
        while (from > done && in_name(text[from - 1])) --from;
        while (to < text.size() && in_domain(text[to])) ++to;
        if (from == at || text.substr(at, to - at).find('.') == std::string_view::npos) continue;
        out.append(text.substr(done, from - done)).append(kStars);
        done = to;
    }
    return out.append(text.substr(done));
}

/// Bytes of the plate whose province's character ends at `at`, from there; 0 where there is none.
std::size_t plateTail(std::string_view text, std::size_t at) {
    std::size_t end = at;
    if (end >= text.size() || !isLetter(text[end])) return 0;
    ++end;
    if (text.substr(end).starts_with(kPlateDot)) end += kPlateDot.size();
    const std::size_t from = end;
    while (end < text.size() && (isLetter(text[end]) || isDigit(text[end]))) ++end;
    const std::size_t tail = end - from;
    return tail >= kPlateTailMin && tail <= kPlateTailMax ? end - at : 0;
}

std::string withoutPlates(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto character = text.substr(i, kCharacterBytes);
        const bool province = character.size() == kCharacterBytes && (static_cast<unsigned char>(character[0]) & 0xF0U) == 0xE0 &&
                              kPlateProvinces.find(character) != std::string_view::npos;
        if (!province) {
            out.push_back(text[i++]);
            continue;
        }
        out += character;
        i += kCharacterBytes;
        if (const auto tail = plateTail(text, i); tail != 0) {
            out += kStars;
            i += tail;
        }
    }
    return out;
}

}  // namespace

std::string withoutTellingForms(std::string_view text) { return withoutNumbers(withoutPlates(withoutEmails(text))); }

std::string shownTyping(std::string_view name) {
    std::string shown;
    for (const char c : withoutTellingForms(name)) {
        const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
        const bool kept = isLetter(c) || isDigit(c) || std::string_view("_-.*").find(c) != std::string_view::npos;
        if (!continues) shown += kept ? c : '?';
    }
    return shown;
}

}  // namespace yht::ticket
