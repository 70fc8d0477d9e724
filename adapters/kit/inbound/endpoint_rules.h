// The `endpoints` section of a manifest: calls that old systems make already, which product declares them, how their
// caller is known and what it hears. How to write one: adapters/README.md. Nothing here listens or answers.
// Uses: reply_template, trust (caller rules). Used by: manifest, intake/channels.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "adapters/kit/inbound/reply_template.h"
#include "gateway/trust/caller_rules.h"

namespace yht::kit {

inline constexpr std::size_t kEndpointsMax = 32;       // of one source
inline constexpr std::size_t kEndpointPathsMax = 32;   // of one endpoint
inline constexpr std::size_t kEndpointPathBytesMax = 256;
inline constexpr std::int64_t kEndpointBodyBytesMax = 16 << 20;
inline constexpr std::int64_t kEndpointBodyBytesDefault = 4 << 20;
inline constexpr std::int64_t kEndpointRequestsPerMinuteDefault = 6'000;
inline constexpr std::int64_t kEndpointRequestsPerMinuteMax = 600'000;

/// What the caller is told, by what became of its message.
enum class ReplyCase : std::uint8_t { Accepted, Duplicate, Quarantined, Ignored, Refused, Unauthorized, Busy };
inline constexpr std::size_t kReplyCases = 7;
const char* replyCaseName(ReplyCase reply_case);

struct Reply {
    int status = 200;
    ReplyTemplate body;
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
};

struct SoapRules {
    std::vector<std::string> operations;
    std::string namespace_uri;
    std::string result;  // element name; "{operation}" in it stands for the operation's
    std::string wsdl;    // the file's text; "" none
};

struct EndpointRules {
    enum class Message : std::uint8_t { Body, Query, FormField };

    std::string name;
    std::vector<std::string> paths;
    std::vector<std::string> methods;
    bool own_path = true;
    std::string partner;  // "": the only one that speaks for the source
    Message message = Message::Body;
    std::string form_field;
    std::string content_type;  // "": as the caller says
    std::size_t body_bytes_max = 0;
    std::int64_t requests_per_minute = 0;
    bool is_soap = false;
    SoapRules soap;
    trust::CallerRules caller;
    std::string reply_content_type, reply_charset;
    std::array<Reply, kReplyCases> replies;

    const Reply& reply(ReplyCase reply_case) const { return replies[static_cast<std::size_t>(reply_case)]; }
};

}  // namespace yht::kit
