// One file behind a URL that came from outside, as the allow list of its source lets us have it.
//   host      must stand in the list, with its port; no user, no fragment is asked for
//   address   judged as the socket is made (address_rules.h), so that no name, no second look-up leads inside
//   scheme    https; http only where the source's manifest says so. TLS 1.2 or newer, certificate and name verified
//   redirect  followed to the same scheme, host and port only, kRedirectsMax times
//   size      bounded while it streams; nothing is decompressed
//   time      one deadline for all of it
// Uses: http_exchange, address_rules. Used by: intake/attach.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "adapters/kit/transport/http_exchange.h"
#include "gateway/base/result.h"

namespace yht::kit {

inline constexpr int kRedirectsMax = 3;
inline constexpr std::size_t kFetchUrlBytesMax = 4096;

struct FetchRules {
    std::vector<std::string> hosts;  // lower case; "host" or "host:port"
    bool plain_http = false;
    std::string ca_path;             // PEM; "" the system's authorities
    std::int64_t timeout_ms = 60'000;
    std::uint64_t bytes_max = 0;
};

/// Blocks for at most the deadline. Errors: AttachmentHost (not to be asked: list, scheme, address, redirect),
/// BodyTooLarge, PeerUnreachable (nothing was asked), PeerUntrusted (certificate), PeerAnswerLost (cut, or past the
/// deadline), PeerAnswerInvalid (no HTTP), PeerRefused (status 4xx and every other that is no 200), PeerBusy (429, 5xx); the
/// sink's. Details never hold the URL's path. Thread-safety: any thread.
base::Status guardedFetch(const HttpAsk& ask, const FetchRules& rules, const HttpSink& sink, std::stop_token stop = {});

}  // namespace yht::kit
