#include "adapters/kit/inbound/byte_replacements.h"

#include <iconv.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "adapters/kit/charset.h"
#include "gateway/base/text.h"

namespace yht::kit {
namespace {

bool isAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

std::optional<std::string> encoded(const std::string& text, const std::string& charset) {
    const iconv_t to = ::iconv_open(charset.c_str(), "UTF-8");
    if (to == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
    std::string out(text.size() * 4 + 8, '\0');
    std::string in = text;
    char *from = in.data(), *into = out.data();
    std::size_t left = in.size(), room = out.size();
    const auto done = ::iconv(to, &from, &left, &into, &room);
    ::iconv_close(to);
    if (done == static_cast<std::size_t>(-1) || left > 0) return std::nullopt;
    out.resize(out.size() - room);
    return out;
}

std::string percent(const std::string& bytes, const char* digits) {
    std::string out;
    for (const unsigned char c : bytes) {
        if (isAsciiWord(c)) out += static_cast<char>(c);
        else (out += '%') += std::string{digits[c >> 4], digits[c & 15]};
    }
    return out;
}

std::string jsonEscaped(std::string_view text, const char* digits) {
    std::string out;
    const auto appendUnit = [&](char32_t unit) {
        out += std::string("\\u") + digits[(unit >> 12) & 15] + digits[(unit >> 8) & 15] + digits[(unit >> 4) & 15] + digits[unit & 15];
    };
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = nextCodePoint(text, at);
        if (c < 0x80) out += static_cast<char>(c);
        else if (c < 0x10000) appendUnit(c);
        else {
            appendUnit(0xD800 + ((c - 0x10000) >> 10));
            appendUnit(0xDC00 + ((c - 0x10000) & 0x3FF));
        }
    }
    return out;
}

bool endsEscape(std::string_view message, std::size_t at) {
    for (const std::size_t rest : {1U, 2U, 5U}) {
        if (at > rest && restOfEscape(message, at - rest) == rest) return true;
    }
    return false;
}

/// How a text may stand in the bytes; in the same order for the old and the new.
std::vector<std::string> written(const std::string& text, const std::set<std::string>& charsets) {
    constexpr const char *kSmall = "0123456789abcdef", *kLarge = "0123456789ABCDEF";
    std::vector<std::string> ways;
    for (const auto& charset : charsets) {
        const auto bytes = encoded(text, charset).value_or("");
        ways.push_back(bytes);
        ways.push_back(isAscii(text) ? "" : percent(bytes, kSmall));
        ways.push_back(isAscii(text) ? "" : percent(bytes, kLarge));
    }
    ways.push_back(isAscii(text) ? "" : jsonEscaped(text, kSmall));
    ways.push_back(isAscii(text) ? "" : jsonEscaped(text, kLarge));
    return ways;
}

}  // namespace

bool isWide(char32_t c) {
    constexpr char32_t kRareFirst = 0x20000, kRareEnd = 0x40000;  // planes 2 and 3: characters of names (生僻字)
    return (c >= 0x2E80 && c < 0xFF00) || (c >= kRareFirst && c < kRareEnd);
}
bool isAsciiWord(char32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::size_t restOfEscape(std::string_view text, std::size_t at) {
    constexpr std::size_t kUnitDigits = 4, kByteDigits = 2;
    const auto hex = [&](std::size_t from, std::size_t count) {
        const auto digits = text.substr(std::min(from, text.size()), count);
        return digits.size() == count && std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
    };
    if (at == 0 || at >= text.size()) return 0;
    if (text[at - 1] == '%' && hex(at, kByteDigits)) return kByteDigits;
    if (text[at - 1] != '\\') return 0;
    if (text[at] == 'u' && hex(at + 1, kUnitDigits)) return 1 + kUnitDigits;
    return std::string_view("bfnrt").find(text[at]) == std::string_view::npos ? 0 : 1;
}

std::vector<std::string_view> runsOf(std::string_view text) {
    std::vector<std::string_view> runs;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = nextCodePoint(text, at);
        if ((isWide(c) || isAsciiWord(c)) && restOfEscape(text, start) != 1) continue;
        if (start > begin) runs.push_back(text.substr(begin, start - begin));
        begin = at;
    }
    if (begin < text.size()) runs.push_back(text.substr(begin));
    return runs;
}

bool isTelling(std::string_view run) {
    return isAscii(run) ? run.size() >= 5 : base::countCodePoints(run).value_or(0) >= 2;
}

bool isPlain(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) {
        return c < 0x20 || c == '"' || c == '\\' || c == '/' || c == '\'' || c == '<' || c == '>' || c == '&' || c == ',';
    });
}

std::set<std::string> charsetsOf(const DecodeRules& rules) {
    std::set<std::string> charsets = {"UTF-8", "GB18030"};
    for (const auto* each = &rules; each != nullptr; each = each->inner_rules.get()) {
        if (!each->charset.empty()) charsets.insert(each->charset);
    }
    return charsets;
}

void ByteReplacements::add(const std::string& text, const std::string& instead) {
    if (text == instead || !known_.insert(text).second) return;
    const auto before = written(text, charsets_), after = written(instead, charsets_);
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i].empty() || after[i].empty()) continue;
        if (by_bytes_.emplace(before[i], after[i]).second) lengths_.insert(before[i].size());
    }
}

std::string ByteReplacements::apply(const std::string& message) const {
    std::string out;
    out.reserve(message.size());
    for (std::size_t at = 0; at < message.size();) {
        const auto* hit = find(message, at);
        if (hit == nullptr) {
            out += message[at++];
            continue;
        }
        out += hit->second;
        at += hit->first.size();
    }
    return out;
}

const ByteReplacements::Entry* ByteReplacements::find(const std::string& message, std::size_t at) const {
    for (auto length = lengths_.rbegin(); length != lengths_.rend(); ++length) {
        if (*length > message.size() - at) continue;
        const auto found = by_bytes_.find(message.substr(at, *length));
        if (found == by_bytes_.end()) continue;
        // A number within a longer one is another number.
        const auto word = [&](std::size_t i) { return isAsciiWord(static_cast<unsigned char>(message[i])); };
        const bool inside = isAscii(found->first) && ((at > 0 && word(at - 1) && !endsEscape(message, at)) ||
                                                      (at + *length < message.size() && word(at + *length)));
        if (!inside) return &*found;
    }
    return nullptr;
}

}  // namespace yht::kit
