#include "gateway/intake/pull/cursor_text.h"

#include <charconv>

#include "gateway/base/time_text.h"

namespace yht::intake {
namespace {

std::optional<std::int64_t> numberOf(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::int32_t offsetOf(const kit::CursorRule& rule) { return rule.zone == "UTC" ? 0 : base::kShanghaiOffsetSeconds; }

/// A database or a JSON time may carry decimals that the format does not name.
std::string withoutDecimals(const std::string& text, const std::string& format) {
    if (format.find("%L") != format.npos || !format.ends_with("%S")) return text;
    const auto dot = text.rfind('.');
    const bool digits = dot != text.npos && text.find_first_not_of("0123456789", dot + 1) == text.npos;
    return digits ? text.substr(0, dot) : text;
}

}  // namespace

std::optional<base::UnixMillis> cursorMillis(const kit::CursorRule& rule, const std::string& text) {
    if (rule.format == "rfc3339") return base::parseRfc3339(text);
    if (rule.format == "epoch_ms") return numberOf(text);
    if (rule.format == "epoch_s") {
        const auto seconds = numberOf(text);
        return seconds ? std::optional(*seconds * 1000) : std::nullopt;
    }
    const auto civil = base::parseCivil(withoutDecimals(text, rule.format), rule.format);
    return civil ? base::fromCivil(*civil, offsetOf(rule)) : std::nullopt;
}

std::string cursorText(const kit::CursorRule& rule, base::UnixMillis at_ms) {
    if (rule.format == "rfc3339") return base::formatRfc3339(at_ms);
    if (rule.format == "epoch_ms") return std::to_string(at_ms);
    if (rule.format == "epoch_s") return std::to_string(at_ms / 1000);
    return base::formatCivil(base::toCivil(at_ms, offsetOf(rule)), rule.format);
}

std::string fromText(const kit::CursorRule& rule, const std::string& cursor) {
    const std::string& at = cursor.empty() ? rule.start : cursor;
    if (rule.overlap == 0) return at;
    if (rule.kind == kit::CursorRule::Kind::Sequence) {
        const auto number = numberOf(at);
        return number ? std::to_string(*number > rule.overlap ? *number - rule.overlap : 0) : at;
    }
    const auto at_ms = cursorMillis(rule, at);
    return at_ms ? cursorText(rule, *at_ms - rule.overlap * 1000) : at;
}

std::string untilText(const kit::CursorRule& rule, base::UnixMillis now_ms) {
    if (rule.kind == kit::CursorRule::Kind::Sequence) return {};
    return cursorText(rule, now_ms - rule.lag_s * 1000);
}

bool isAfter(const kit::CursorRule& rule, const std::string& a, const std::string& b) {
    if (rule.kind == kit::CursorRule::Kind::Time) {
        const auto left = cursorMillis(rule, a), right = cursorMillis(rule, b);
        if (left && right) return *left > *right;
    }
    const auto left = numberOf(a), right = numberOf(b);
    if (left && right) return *left > *right;
    return a.size() != b.size() ? a.size() > b.size() : a > b;
}

}  // namespace yht::intake
