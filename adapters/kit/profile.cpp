#include "adapters/kit/profile.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/sm3.h"

namespace yht::kit {
namespace {

constexpr int kDaysPerWeek = 7;

std::optional<std::uint32_t> numberOf(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::string SignedPart::textOf(base::BytesView bytes) const {
    switch (digest) {
        case PartDigest::None: return std::string(bytes);
        case PartDigest::Sha256: return base::toHex(crypto::sha256(bytes));
        case PartDigest::Sm3: return base::toHex(crypto::sm3(bytes));
    }
    YHT_ASSERT(false);
}

void CodeSet::add(const std::string& code_or_range) {
    const std::size_t dash = code_or_range.find('-');
    if (dash != std::string::npos) {
        const auto first = numberOf(std::string_view(code_or_range).substr(0, dash));
        const auto last = numberOf(std::string_view(code_or_range).substr(dash + 1));
        if (first && last) {
            ranges_.emplace_back(*first, *last);
            return;
        }
    }
    codes_.insert(code_or_range);
}

bool CodeSet::has(const std::string& code) const {
    if (codes_.contains(code)) return true;
    const auto number = numberOf(code);
    return number && std::any_of(ranges_.begin(), ranges_.end(), [&](const auto& range) {
               return range.first <= *number && *number <= range.second;
           });
}

const KindRules* Profile::findKind(ticket::Kind kind) const {
    return kinds_[static_cast<std::size_t>(kind)].get();
}

std::int64_t Profile::maintenanceLeftMillis(base::UnixMillis now_ms) const {
    constexpr std::int64_t kMinuteMillis = 60'000;
    constexpr std::int64_t kDayMillis = 24 * 60 * kMinuteMillis;
    const auto civil = base::toCivil(now_ms, base::kShanghaiOffsetSeconds);
    // Day 0, 1970-01-01, was a Thursday.
    const int weekday = (base::shanghaiDay(now_ms) + 3) % kDaysPerWeek + 1;
    const int week_of_month = (civil.day - 1) / kDaysPerWeek + 1;
    const std::int64_t of_day_ms =
        (now_ms + std::int64_t{base::kShanghaiOffsetSeconds} * 1000) % kDayMillis;
    for (const auto& window : transport_.maintenance) {
        if (window.weekday != 0 && window.weekday != weekday) continue;
        if (window.week_of_month != 0 && window.week_of_month != week_of_month) continue;
        const std::int64_t ends_ms = window.to_minute * kMinuteMillis;
        if (of_day_ms >= window.from_minute * kMinuteMillis && of_day_ms < ends_ms)
            return ends_ms - of_day_ms;
    }
    return 0;
}

}  // namespace yht::kit
