// A cursor as it is kept: a JSON object of texts, {"at":"2026-04-18 10:21:00","tie":"77",…}.
// Uses: json. Used by: pull_http, pull_database.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/base/result.h"

namespace yht::kit {

struct KeptCursor {
    std::string at, tie;  // of the last item that is covered
    // A window that was begun and not ended: its bounds, what comes next in it, and the greatest seen so far.
    std::string from, until, next, seen, seen_tie;
    std::int64_t page = -1;  // -1: no window is open
    bool operator==(const KeptCursor&) const = default;
};

inline constexpr std::size_t kCursorBytesMax = 4'096;

/// Errors: PeerAnswerInvalid: more than kCursorBytesMax, as its texts are the source's.
base::Result<std::string> encodeCursor(const KeptCursor& cursor);
/// Errors: PeerAnswerInvalid where it is none of ours.
base::Result<KeptCursor> decodeCursor(const std::string& text);

}  // namespace yht::kit
