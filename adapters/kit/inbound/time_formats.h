// Times as sources write them: a list of formats, tried in their order.
//   rfc3339 epoch_s epoch_ms excel   by name; excel: days since 1899-12-30 as a number in text
//   %Y-%m-%d %H:%M:%S                anything else: %Y %y %m %d %H %M %S %L (fraction) %b (Jul) %a
//   (Mon) %z (+0800) %%,
//                                    all other characters as they are, Chinese too
// Where no other directive follows directly, %m %d %H %M %S also take one digit: people type
// 2019/4/8 9:05. A format without hours is a date: midnight. A date cell of a spreadsheet needs no
// format. Uses: base, item. Used by: mapping rules, typed values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kit/item.h"
#include "gateway/base/result.h"
#include "gateway/base/time_text.h"

namespace yht::kit {

/// Immutable. Thread-safety: any thread.
class TimeFormats {
public:
    static constexpr std::size_t kFormatsMax = 16;
    static constexpr std::size_t kFormatBytesMax = 64;

    /// What is usual and can't be confused: rfc3339, year first with - or /, seconds or not, date
    /// only. Shanghai.
    static TimeFormats usual();
    /// `zone`: Asia/Shanghai, UTC, +08:00. Errors: ManifestInvalid with what is wrong as `detail`.
    static base::Result<TimeFormats> parse(
        const std::vector<std::string>& formats, const std::string& zone
    );

    std::optional<base::UnixMillis> read(std::string_view text, ItemType type) const;

private:
    std::vector<std::string> formats_;
    std::int32_t offset_seconds_ = base::kShanghaiOffsetSeconds;
};

}  // namespace yht::kit
