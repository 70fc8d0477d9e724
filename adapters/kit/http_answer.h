// What came of one HTTP request, with the one question that matters to a courier answered: can it
// have arrived? Uses: base. Used by: http_connection, http_client, answer, native_destination.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/error.h"

namespace yht::kit {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

enum class HttpOutcome : std::uint8_t { NotSent, Unknown, Answered };

struct HttpAnswer {
    HttpOutcome outcome = HttpOutcome::NotSent;
    int status = 0;
    HttpFields fields;  // names in lower case
    std::string body;
    bool unreadable = false;  // Unknown: an answer began, and was too large or no HTTP
    std::string detail;       // log only
    base::ErrorCode error = base::ErrorCode::PeerUnreachable;  // why it was NotSent
    /// "" where absent.
    std::string field(const std::string& lower_name) const;
};

}  // namespace yht::kit
