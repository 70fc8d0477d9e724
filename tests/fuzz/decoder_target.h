// What every decoder must keep, whatever bytes it is handed.
// Uses: kit. Used by: decode_*_fuzz.cpp.
#pragma once

#include <set>
#include <string>

#include "adapters/kit/decode_rules.h"
#include "gateway/base/text.h"
#include "tests/fuzz/claim.h"

namespace yht::fuzz {

inline constexpr std::size_t kItemsMax = 2'000, kItemBytesMax = 64U << 10;

inline kit::DecodeRules rulesFor(kit::Format format, const char* charset) {
    kit::DecodeRules rules;
    rules.format = format;
    rules.charset = charset;
    rules.limits.items_max = kItemsMax;
    rules.limits.item_bytes_max = kItemBytesMax;
    rules.limits.depth_max = 16;
    rules.limits.members_max = 100;
    rules.limits.expanded_bytes_max = 8U << 20;
    return rules;
}

/// Well-formed UTF-8, names once, depth and bytes within the bounds.
inline void claimValue(
    const kit::ItemValue& value, const kit::DecodeLimits& limits, std::size_t depth,
    std::size_t& bytes
) {
    FUZZ_CLAIM(depth <= limits.depth_max + 1);
    FUZZ_CLAIM(base::countCodePoints(value.text()).has_value());
    bytes += value.text().size();
    FUZZ_CLAIM(value.isScalar() || value.text().empty());
    FUZZ_CLAIM(value.type() != kit::ItemType::Null || value.text().empty());
    for (const auto& each : value.items()) claimValue(each, limits, depth + 1, bytes);
    FUZZ_CLAIM(value.members().size() <= limits.members_max);
    std::set<std::string_view> names;
    for (const auto& [name, member] : value.members()) {
        FUZZ_CLAIM(names.insert(name).second);
        FUZZ_CLAIM(base::countCodePoints(name).has_value());
        claimValue(member, limits, depth + 1, bytes);
    }
}

inline bool isDecodeError(const base::Error& error) {
    return error.code == base::ErrorCode::ItemUndecodable ||
           error.code == base::ErrorCode::ItemTooLarge;
}

inline void claimDecoder(const kit::DecodeRules& rules, std::string_view message) {
    const auto decoder = kit::makeDecoder(rules);
    FUZZ_CLAIM(decoder.ok());
    std::uint64_t count = 0;
    const auto status = (*decoder)->decode(message, [&](kit::DecodedItem&& item) {
        FUZZ_CLAIM(item.index == count++);
        FUZZ_CLAIM(count <= rules.limits.items_max);
        FUZZ_CLAIM(item.raw_offset + item.raw_bytes <= message.size());
        FUZZ_CLAIM(!item.place.empty());
        if (item.failure || !item.ignored_by.empty())
            FUZZ_CLAIM(item.value.type() == kit::ItemType::Null);
        if (item.failure) FUZZ_CLAIM(isDecodeError(*item.failure));
        std::size_t bytes = 0;
        claimValue(item.value, rules.limits, 0, bytes);
        FUZZ_CLAIM(bytes <= rules.limits.item_bytes_max);
        return true;
    });
    if (!status) FUZZ_CLAIM(isDecodeError(status.error()));
    if (count < 2) return;
    // A sink that has enough is asked no more.
    std::uint64_t seen = 0;
    const auto stopped =
        (*decoder)->decode(message, [&](kit::DecodedItem&&) { return ++seen < 1; });
    FUZZ_CLAIM(stopped.ok() && seen == 1);
}

}  // namespace yht::fuzz
