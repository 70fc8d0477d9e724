// The Range field (RFC 9110 section 14), as far as we take it: one range of bytes. What is no such
// range, several at once among them, is passed over and the whole content given, as the RFC lets us.
// Uses: wire. Used by: handlers (attachments).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/base/result.h"

namespace yht::http {

/// [first, first + count)
struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    bool operator==(const ByteRange&) const = default;
};

/// nullopt: the whole. Errors: RangeUnsatisfiable.
base::Result<std::optional<ByteRange>> parseRange(std::string_view field, std::uint64_t size_bytes);

}  // namespace yht::http
