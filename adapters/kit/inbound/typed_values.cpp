#include "adapters/kit/inbound/typed_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "adapters/kit/inbound/folded_text.h"
#include "gateway/ticket/validate.h"

namespace yht::kit {
namespace {

constexpr std::size_t kNumberBytesMax = 64;
// Wide enough for full-width digits and what people write around them.
constexpr std::size_t kPhoneBytesMax = 128;
constexpr std::size_t kIdNumberBytesMax = 128;
constexpr std::size_t kDigestBytesMax = 128;  // SHA-512 in hex
constexpr std::size_t kRegionBytesMax = 12;
// A Gauss-Krüger easting with its zone before it has eight digits: 38 512 345.
constexpr double kPlaneMetresMax = 99'999'999;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool allDigits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), isDigit);
}
bool isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// "4.30203E+17": digits, and an exponent.
bool isScientific(std::string_view text) {
    if (text.size() > kNumberBytesMax) return false;
    const auto exponent = text.find_first_of("eE");
    if (exponent == std::string_view::npos || exponent == 0 || exponent + 1 == text.size())
        return false;
    double value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc{} && end == text.data() + text.size() && isDigit(text.front());
}

void replaceAll(std::string& text, std::string_view from, std::string_view to) {
    std::string made;
    std::size_t at = 0;
    for (std::size_t next; (next = text.find(from, at)) != std::string::npos;
         at = next + from.size())
        made.append(text, at, next - at).append(to);
    if (at > 0) text = made.append(text, at);
}

/// Digits with at most one point between; sign taken off.
bool isPlainDecimal(std::string_view text) {
    const auto point = text.find('.');
    return allDigits(text.substr(0, point)) &&
           (point == std::string_view::npos || allDigits(text.substr(point + 1)));
}

/// A decimal text moved by `places` to the left of its point: "1.5", 4 → "15000".
std::string shifted(std::string text, std::size_t places) {
    auto point = text.find('.');
    std::string fraction = point == std::string::npos ? "" : text.substr(point + 1);
    std::string whole = text.substr(0, point);
    fraction.resize(std::max(fraction.size(), places), '0');
    whole += fraction.substr(0, places);
    fraction.erase(0, places);
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
    return fraction.empty() ? whole : whole + "." + fraction;
}

/// The part after 转, ext or x, taken off `number`; "" where there is none.
std::string takeExtension(std::string& number) {
    for (const std::string_view word : {"转", "分机", "ext.", "ext", "EXT", "x", "X", "#"}) {
        const auto at = number.find(word);
        if (at == std::string::npos || at == 0) continue;
        std::string extension = number.substr(at + word.size());
        std::erase_if(extension, [](char c) { return isSpace(c) || c == '-'; });
        if (!allDigits(extension) || extension.size() > 6) return "";
        number.erase(at);
        return extension;
    }
    return "";
}

/// "0731" + "88881234"; nullopt where the digits are no such number.
std::optional<std::string> fixedLine(const std::string& digits) {
    if (digits.size() < 10 || digits.size() > 12 || digits[0] != '0') return std::nullopt;
    // 010 and 02x are area codes of three digits, all others of four.
    const std::size_t area = digits[1] == '1' || digits[1] == '2' ? 3 : 4;
    return digits.substr(0, area) + "-" + digits.substr(area);
}

bool isMobile(std::string_view digits) {
    return digits.size() == 11 && digits[0] == '1' && digits[1] >= '3';
}

}  // namespace

std::string plainLines(std::string_view text) {
    if (text.find('\r') == std::string_view::npos) return std::string(text);
    std::string lines;
    lines.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r')
            lines.push_back(text[i]);
        else if (i + 1 == text.size() || text[i + 1] != '\n')
            lines.push_back('\n');
    }
    return lines;
}

Typed readReference(std::string_view text, ItemType type) {
    // Only a number can have lost digits; "12E4" typed as text is somebody's own number.
    const bool damaged = type == ItemType::Number || text.find('+') != std::string_view::npos;
    if (damaged && isScientific(text)) return MappingError::NumberDamaged;
    return std::string(text);
}

Typed readInteger(std::string_view text) {
    if (text.size() > kNumberBytesMax) return MappingError::IntegerInvalid;
    if (const auto point = text.find('.'); point != std::string_view::npos) {
        if (text.find_first_not_of('0', point + 1) != std::string_view::npos)
            return MappingError::IntegerInvalid;
        text = text.substr(0, point);
    }
    if (!allDigits(text)) return MappingError::IntegerInvalid;
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
    return std::string(text);
}

Typed readDecimal(std::string_view text) {
    if (text.size() > kNumberBytesMax) return MappingError::DecimalInvalid;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::string plain = text.starts_with('.') ? "0" + std::string(text) : std::string(text);
    if (!isPlainDecimal(plain)) return MappingError::DecimalInvalid;
    while (plain.size() > 1 && plain[0] == '0' && isDigit(plain[1])) plain.erase(0, 1);
    return negative ? "-" + plain : plain;
}

namespace {

Typed readWithin(std::string_view text, double bound) {
    Typed made = readDecimal(text);
    if (made.error) return made;
    double value = 0;
    std::from_chars(made.text.data(), made.text.data() + made.text.size(), value);
    if (std::abs(value) > bound) return MappingError::OutOfRange;
    return made;
}

}  // namespace

Typed readDegrees(std::string_view text, double bound) {
    return readWithin(text, bound);
}

Typed readPlane(std::string_view text) {
    return readWithin(text, kPlaneMetresMax);
}

Typed readMoney(std::string_view text) {
    if (text.size() > kNumberBytesMax) return MappingError::MoneyInvalid;
    std::string plain = halfWidth(text);
    for (const auto mark : {"人民币", "RMB", "CNY", "¥", "￥", "元", "圆", ",", " "})
        replaceAll(plain, mark, "");
    std::size_t places = 0;
    for (const auto& [unit, zeros] : {std::pair{"亿", 8U}, std::pair{"万", 4U}}) {
        if (!plain.ends_with(unit)) continue;
        plain.erase(plain.size() - std::string_view(unit).size());
        places = zeros;
        break;
    }
    Typed made = readDecimal(plain);
    if (made.error || made.text.starts_with('-')) return MappingError::MoneyInvalid;
    return places == 0 ? made : Typed(shifted(made.text, places));
}

Typed readRegion(std::string_view text) {
    if (text.size() > kRegionBytesMax) return MappingError::RegionUnknown;
    std::string code(text);
    if (code.size() == 2 || code.size() == 4) code.resize(6, '0');
    const bool fits = code.size() == 6 || code.size() == 9 || code.size() == 12;
    const bool plain = std::all_of(code.begin(), code.end(), [](char c) {
        return isDigit(c) || (c >= 'A' && c <= 'Z');
    });
    if (!fits || !plain || !isDigit(code.front())) return MappingError::RegionUnknown;
    return code;
}

Typed readPhone(std::string_view text) {
    if (text.size() > kPhoneBytesMax) return MappingError::PhoneInvalid;
    std::string number(trimmed(halfWidth(text)));
    for (const auto dash : {"—", "–", "－", "‐"}) replaceAll(number, dash, "-");
    if (isScientific(number)) return MappingError::NumberDamaged;
    if (number.starts_with("+86"))
        number.erase(0, 3);
    else if (number.starts_with("0086"))
        number.erase(0, 4);
    const std::string extension = takeExtension(number);
    std::string digits;
    for (const char c : number) {
        if (isDigit(c))
            digits.push_back(c);
        else if (!isSpace(c) && c != '-' && c != '(' && c != ')' && c != '+')
            return MappingError::PhoneInvalid;
    }
    if (digits.size() == 13 && digits.starts_with("86") &&
        isMobile(std::string_view(digits).substr(2)))
        digits.erase(0, 2);
    if (digits.size() < ticket::kPhoneDigitsMin || digits.size() > 20)
        return MappingError::PhoneInvalid;
    std::string made = digits;
    if (number.starts_with('+'))
        made = "+" + digits;
    else if (!isMobile(digits)) {
        // A dash before the last digits of a long number is how an extension is also written.
        const auto last = number.rfind('-');
        const std::string tail = last == std::string::npos ? "" : number.substr(last + 1);
        std::string head = digits.substr(0, digits.size() - std::min(tail.size(), digits.size()));
        if (const auto line = fixedLine(digits);
            line && (tail.empty() || tail.size() > 5 || !fixedLine(head)))
            made = *line;
        else if (const auto main = fixedLine(head); main && allDigits(tail))
            made = *main + "-" + tail;
    }
    return extension.empty() ? made : made + "-" + extension;
}

Typed readIdNumber(std::string_view text, ItemType type) {
    if (text.size() > kIdNumberBytesMax) return MappingError::TooLong;
    std::string number = halfWidth(text);
    std::erase_if(number, isSpace);
    if (type == ItemType::Number || number.find('+') != std::string::npos) {
        if (isScientific(number)) return MappingError::NumberDamaged;
    }
    if (number.size() == 18 && allDigits(std::string_view(number).substr(0, 17))) {
        if (number.back() == 'x') number.back() = 'X';
        if (!ticket::isResidentId(number)) return MappingError::IdNumberInvalid;
    }
    return number;
}

Typed readDigest(std::string_view text) {
    if (text.size() > kDigestBytesMax) return MappingError::TooLong;
    std::string digest(text);
    std::transform(digest.begin(), digest.end(), digest.begin(), [](unsigned char c) {
        return std::tolower(c);
    });
    return digest;
}

FlagWords FlagWords::usual() {
    return {
        {"1", "true", "True", "TRUE", "Y", "y", "yes", "是", "有"},
        {"0", "false", "False", "FALSE", "N", "n", "no", "否"}};
}

Typed FlagWords::read(std::string_view text) const {
    if (std::find(yes.begin(), yes.end(), text) != yes.end()) return std::string("true");
    if (std::find(no.begin(), no.end(), text) != no.end()) return std::string("false");
    return MappingError::FlagUnknown;
}

}  // namespace yht::kit
