// An HTTP message as signatures see it (RFC 9421 section 2): no sockets, no Poco.
// Uses: base. Used by: trust, intake/http, kit, tools.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yht::trust {

/// Field names in lower case, in the order received; a repeated field stands more than once.
struct HttpHead {
    std::string method;      // requests: "POST"
    std::string target_uri;  // requests: absolute, as the client must have seen it (public base URL + path + query)
    int status = 0;          // responses
    std::vector<std::pair<std::string, std::string>> fields;

    bool has(std::string_view lower_name) const;
    /// RFC 9421 section 2.1: values trimmed, folded lines joined, several values joined with ", ". "" where absent:
    /// has() tells.
    std::string field(std::string_view lower_name) const;
    /// Replaces every value of that name.
    void set(std::string_view lower_name, std::string value);
};

}  // namespace yht::trust
