// A new credential tried before it is taken into use (启用前核验): every check that activation makes, then a whole handshake with it. Towards
// a destination that is with the live far side, up to its first answer, since TLS 1.3 tells a client late that it is refused; nothing
// is delivered. A listener's is served on loopback for one handshake, as a partner would see it.
// Uses: control_certs, kit (http_connection), trust. Used by: commands of certs.
#pragma once

#include <string>
#include <vector>

#include "gateway/app/control_certs.h"

namespace yht::app {

struct LiveStep {
    std::string what;    // "files", "handshake", "answer"
    std::string detail;
    base::Status outcome;
};

struct LiveQuestion {
    std::string directory;
    std::string slot;
    std::string certificate, private_key;  // paths; "": what is in use
    std::string ca;                        // a listener's: CAs that partners trust; "" its own chain
};

/// The steps, in order, up to the first that fails. Errors: ConfigInvalid, CertSlotUnknown.
base::Result<std::vector<LiveStep>> checkLive(const LiveQuestion& question, base::UnixMillis now_ms);

}  // namespace yht::app
