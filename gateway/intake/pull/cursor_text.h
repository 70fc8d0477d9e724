// Cursors as the source writes them: times in its own format, or numbers.
// Uses: kit (pull_rules), base. Used by: http_puller, database_puller.
#pragma once

#include <optional>
#include <string>

#include "adapters/kit/inbound/pull_rules.h"
#include "gateway/base/clock.h"

namespace yht::intake {

/// nullopt where the text is none in the rule's format.
std::optional<base::UnixMillis> cursorMillis(const kit::CursorRule& rule, const std::string& text);
std::string cursorText(const kit::CursorRule& rule, base::UnixMillis at_ms);

/// Where a request begins: the cursor, or the rule's start, moved back by its overlap. What can't be moved stays.
std::string fromText(const kit::CursorRule& rule, const std::string& cursor);
/// Where it ends: now, moved back by the rule's lag. "" for a sequence.
std::string untilText(const kit::CursorRule& rule, base::UnixMillis now_ms);
/// Whether `a` stands after `b`: by time or number, else by length and bytes.
bool isAfter(const kit::CursorRule& rule, const std::string& a, const std::string& b);

}  // namespace yht::intake
