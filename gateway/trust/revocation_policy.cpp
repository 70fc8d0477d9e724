#include "gateway/trust/revocation_policy.h"

#include <charconv>

namespace yht::trust {
namespace {

constexpr std::string_view kLastGood = "last_good:";
constexpr std::int64_t kHourMillis = 3'600'000;

}  // namespace

std::optional<RevocationPolicy> parseRevocationPolicy(std::string_view text) {
    using Mode = RevocationPolicy::Mode;
    if (text == "off") return RevocationPolicy{Mode::Off, 0};
    if (text == "hard_fail") return RevocationPolicy{Mode::HardFail, 0};
    if (text == "queue") return RevocationPolicy{Mode::Queue, 0};
    if (!text.starts_with(kLastGood)) return std::nullopt;
    text.remove_prefix(kLastGood.size());
    std::int64_t hours = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hours);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || hours < 1 || hours > kLastGoodHoursMax) return std::nullopt;
    return RevocationPolicy{Mode::LastGood, hours * kHourMillis};
}

std::string revocationPolicyText(const RevocationPolicy& policy) {
    switch (policy.mode) {
        case RevocationPolicy::Mode::Off: return "off";
        case RevocationPolicy::Mode::HardFail: return "hard_fail";
        case RevocationPolicy::Mode::LastGood: return std::string(kLastGood) + std::to_string(policy.last_good_ms / kHourMillis);
        case RevocationPolicy::Mode::Queue: return "queue";
    }
    return "off";
}

}  // namespace yht::trust
