// What holds for a peer while nobody can tell whether its certificate is revoked (吊销策略). Known to be revoked is refused under every
// policy; "can't be told" is never taken for good.
//   off            nobody asks
//   hard_fail      refused
//   last_good:N    the last answer that said good counts until N hours after it should have been followed by another; then refused
//   queue          put off: a partner is asked to send again, deliveries wait
// Uses: std. Used by: partner, revocation_book, app.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yht::trust {

inline constexpr std::int64_t kLastGoodHoursMax = 24 * 31;

struct RevocationPolicy {
    enum class Mode : std::uint8_t { Off, HardFail, LastGood, Queue };
    Mode mode = Mode::Off;
    std::int64_t last_good_ms = 0;  // LastGood only
    bool operator==(const RevocationPolicy&) const = default;
};

/// nullopt where the text is none of them, or N is not 1 to kLastGoodHoursMax.
std::optional<RevocationPolicy> parseRevocationPolicy(std::string_view text);
std::string revocationPolicyText(const RevocationPolicy& policy);
inline constexpr const char* kRevocationPolicyForms = "off, hard_fail, last_good:HOURS, queue";

}  // namespace yht::trust
