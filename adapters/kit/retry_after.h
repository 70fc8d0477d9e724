// How long a far side asks us to wait (RFC 9110 10.2.3), and how far we believe it: a stranger's
// word can't silence us for longer than kRetryAfterMillisMax, in whatever form it is said.
// Uses: base. Used by: answer, native_destination, delivery.
#pragma once

#include <string_view>

#include "gateway/base/clock.h"

namespace yht::kit {

inline constexpr std::int64_t kRetryAfterMillisMax = 3600LL * 1000;

/// From "120" or "Wed, 21 Oct 2026 07:28:00 GMT". Range: [0, kRetryAfterMillisMax]; 0 where it is
/// absent, negative, in the past or unreadable: then our own back-off decides.
std::int64_t retryAfterMillis(std::string_view text, base::UnixMillis now_ms);

}  // namespace yht::kit
