// A cursor's values: read from items, compared, moved back by the overlap, written as requests want them. What the source
// wrote is kept as it stands (microseconds, leading zeros); only what we compute ourselves is written anew.
// Uses: inbound. Used by: pull_http, pull_database.
#pragma once

#include "adapters/kit/inbound/pull_rules.h"
#include "adapters/kit/inbound/time_formats.h"

namespace yht::kit {

class CursorValues {
public:
    /// Errors: ManifestInvalid.
    static base::Result<CursorValues> make(const CursorRule& rule);

    /// Milliseconds, or the number; nullopt where the text is none. Times with more decimals than the format has are
    /// read without them.
    std::optional<std::int64_t> read(const std::string& text) const;
    /// `text`, moved back by the overlap. A text that is none stays.
    std::string withOverlap(const std::string& text) const;
    /// now − lag, in the cursor's format; "" for a sequence.
    std::string until(base::UnixMillis now_ms) const;
    std::string write(std::int64_t value) const;
    bool isTime() const { return rule_.kind == CursorRule::Kind::Time; }
    const CursorRule& rule() const { return rule_; }

private:
    CursorValues(CursorRule rule, TimeFormats formats) : rule_(std::move(rule)), formats_(std::move(formats)) {}
    CursorRule rule_;
    TimeFormats formats_;
    std::int32_t offset_seconds_ = base::kShanghaiOffsetSeconds;
};

}  // namespace yht::kit
