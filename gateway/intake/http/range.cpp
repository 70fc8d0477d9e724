#include "gateway/intake/http/range.h"

#include <algorithm>
#include <charconv>

namespace yht::http {

namespace {

constexpr std::string_view kUnit = "bytes=";

/// nullopt: no digits, something else among them, or more than 64 bits hold.
std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

base::Result<std::optional<ByteRange>> within(
    std::uint64_t first, std::uint64_t last, std::uint64_t size_bytes
) {
    if (first >= size_bytes) return base::makeError(base::ErrorCode::RangeUnsatisfiable);
    const auto end = std::min(last, size_bytes - 1);
    return std::optional(ByteRange{first, end - first + 1});
}

}  // namespace

base::Result<std::optional<ByteRange>> parseRange(std::string_view field, std::uint64_t size_bytes) {
    const std::optional<ByteRange> whole;
    if (!field.starts_with(kUnit)) return whole;
    field.remove_prefix(kUnit.size());
    const auto dash = field.find('-');
    if (dash == field.npos) return whole;
    const auto first = number(field.substr(0, dash));
    const auto last = number(field.substr(dash + 1));
    if (dash == 0) {  // the last so many
        if (!last) return whole;
        const auto count = std::min(*last, size_bytes);
        return within(*last == 0 ? size_bytes : size_bytes - count, UINT64_MAX, size_bytes);
    }
    if (!first) return whole;
    if (dash + 1 == field.size()) return within(*first, UINT64_MAX, size_bytes);
    if (!last || *last < *first) return whole;
    return within(*first, *last, size_bytes);
}

}  // namespace yht::http
