#include "gateway/trust/http_message.h"

#include <algorithm>

namespace yht::trust {
namespace {

std::string_view trimmed(std::string_view value) {
    constexpr std::string_view kWhiteSpace = " \t\r\n";
    const auto first = value.find_first_not_of(kWhiteSpace);
    if (first == std::string_view::npos) return {};
    return value.substr(first, value.find_last_not_of(kWhiteSpace) - first + 1);
}

// RFC 9112 section 5.2: a line break before white space is old folding, read as one space. Any
// other line break stays, for the signature base to refuse.
void appendUnfolded(std::string& out, std::string_view value) {
    for (std::size_t at = 0; at < value.size(); ++at) {
        const bool crlf = value.substr(at, 2) == "\r\n";
        const std::size_t next = at + (crlf ? 2 : 1);
        if ((crlf || value[at] == '\n') && next < value.size() &&
            (value[next] == ' ' || value[next] == '\t')) {
            out += ' ';
            at = value.find_first_not_of(" \t", next) - 1;  // trimmed: something follows
        } else {
            out += value[at];
        }
    }
}

}  // namespace

bool HttpHead::has(std::string_view lower_name) const {
    return std::any_of(fields.begin(), fields.end(), [&](const auto& entry) {
        return entry.first == lower_name;
    });
}

std::string HttpHead::field(std::string_view lower_name) const {
    std::string joined;
    bool first = true;
    for (const auto& [name, value] : fields) {
        if (name != lower_name) continue;
        if (!first) joined += ", ";
        first = false;
        appendUnfolded(joined, trimmed(value));
    }
    return joined;
}

void HttpHead::set(std::string_view lower_name, std::string value) {
    std::erase_if(fields, [&](const auto& entry) { return entry.first == lower_name; });
    fields.emplace_back(std::string(lower_name), std::move(value));
}

}  // namespace yht::trust
