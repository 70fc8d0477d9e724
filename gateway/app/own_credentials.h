// The credentials that the gateway itself shows and signs with (自有凭据), by the name of their use: what a reload checks before it takes
// anything, and what `yht certs` lists, checks and switches.
//   partner   the partner listener's certificate      signing   signs answers
//   channels  the channels listener's, where it has its own
//   front     the front listener's, where it has its own
//   destination ID   towards a destination, which also signs to it (destination_credentials.h)
// Uses: trust (credential), config, destinations. Used by: gateway, commands of certs.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/app/config.h"
#include "gateway/base/clock.h"
#include "gateway/trust/credential.h"

namespace yht::app {

struct CredentialSlot {
    std::string name;
    trust::CredentialQuestion question;
};
/// Those of yht.yaml.
std::vector<CredentialSlot> ownSlots(const Config& config);

/// Fingerprint of each slot's certificate.
using CredentialsInForce = std::map<std::string, std::string>;

/// Checks every slot. One that is in force already may be out of its dates, since refusing it again would keep every other change
/// out; `in_force` nullptr: the gateway starts, and any may; what is out of its dates is then told to `log`.
/// Errors: "certificate.*".
base::Result<CredentialsInForce> checkOwnCredentials(
    const Config& config, base::UnixMillis now_ms, const CredentialsInForce* in_force,
    const std::function<void(const std::string&)>& log
);

}  // namespace yht::app
