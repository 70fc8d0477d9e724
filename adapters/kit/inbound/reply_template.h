// What an old system hears when it has called its endpoint: a text with places that are filled in, escaped for where
// they stand. Braces that hold no word of ours are plain text, as JSON needs them.
//   {ticket_no} {ticket_nos} {message_no} {quarantine_no}   of what was committed; "" where there is none
//   {received} {accepted} {duplicate} {quarantined} {refused} {ignored}   counts of items
//   {now} {epoch_s} {operation} {error_code} {error_zh} {error_en}
//   {request header NAME}, {request query NAME}, {request body PATH}   the caller's own, at most kEchoBytesMax bytes
// Uses: trust (places). Used by: endpoint rules, intake/channels.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kit/escaped_text.h"
#include "gateway/base/result.h"
#include "gateway/trust/caller_rules.h"

namespace yht::kit {

enum class ReplyWord : std::uint8_t {
    TicketNo, TicketNos, MessageNo, QuarantineNo, Received, Accepted, Duplicate, Quarantined, Refused, Ignored,
    Now, EpochSeconds, Operation, ErrorCode, ErrorZh, ErrorEn,
};

struct ReplySource {
    std::function<std::string(ReplyWord)> word;
    std::function<std::string(const trust::Place&)> request;
};

/// Immutable.
class ReplyTemplate {
public:
    static constexpr std::size_t kBytesMax = 64 * 1024;
    static constexpr std::size_t kEchoBytesMax = 256;

    ReplyTemplate() = default;
    /// Errors: ManifestInvalid with what is wrong as `detail`.
    static base::Result<ReplyTemplate> parse(std::string_view text);
    std::string render(const ReplySource& source, Escape escape) const;

private:
    struct Piece {
        std::string text;
        std::optional<ReplyWord> word;
        std::optional<trust::Place> request;
    };
    std::vector<Piece> pieces_;
};

}  // namespace yht::kit
