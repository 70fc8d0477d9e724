// Which host key algorithms an SSH server offers: asked only where the handshake found none in common, so that the
// operator is told what the server would have to change. RFC 4253 sections 4.2, 6 and 7.1, as far as that list.
// Uses: base, Poco. Used by: remote_store.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace yht::kit {

inline constexpr std::size_t kSshOfferBytesMax = 35'000;  // RFC 4253 6.1: no packet is larger

/// Blocks for at most timeout_ms to connect, and as long again. Errors: PeerUnreachable, PeerAnswerInvalid.
base::Result<std::vector<std::string>> offeredHostKeys(
    const std::string& host, std::uint16_t port, std::int64_t timeout_ms
);
/// `packet`: SSH_MSG_KEXINIT, without its length and padding. Errors: PeerAnswerInvalid.
base::Result<std::vector<std::string>> readOfferedHostKeys(std::string_view packet);

/// Nothing but RSA with SHA-2 for the host key: what libssh2 1.10 can't do.
bool offersOnlyRsaSha2(const std::vector<std::string>& algorithms);

}  // namespace yht::kit
