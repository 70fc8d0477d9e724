// Why a signature may not fit: the slips that senders really make, tried one at a time. It turns a
// bare "invalid" into the one line of the base that the sender built differently. It never makes a
// message accepted. Uses: message_signature. Used by: verifier.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/trust/message_signature.h"

namespace yht::trust {

struct Difference {
    bool in_target = false;  // the sender signed another address
    std::string en, zh;      // which component differs, and how
};

struct Suspect {
    const HttpHead& head;  // target_uri as we first tried it
    const SignatureInput& input;
    crypto::SignatureAlgorithm algorithm;
    const std::vector<std::string>& public_base_urls;
    const std::string& path_and_query;
};

/// `fits(base)` tells whether the signature verifies over `base`; it is asked at most
/// `attempts_max` times.
std::optional<Difference> findDifference(
    const Suspect& suspect, int attempts_max,
    const std::function<bool(const std::string& base)>& fits
);

}  // namespace yht::trust
