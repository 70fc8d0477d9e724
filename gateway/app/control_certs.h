// A credential of ours taken into use while the gateway runs (证书启用与回退), as control commands:
//   certs.activate  {"slot": name, "certificate": path, "private_key": path or ""}   the files are copied; "" the key stays as it is
//   certs.rollback  {"slot": name}                                                   what stood there before the last switch goes back
// Slots: own_credentials.h. Order: the new pair is checked for every use of the files that it takes the place of; the files are
// switched together (credential_switch.h); the running gateway reads everything anew; what it refuses is put back. The audit entry
// names the certificate. Answers {"slot","uses":[…],"fingerprint","not_after","before"}.
// Uses: control, own_credentials, credential_switch. Used by: control_client, commands of certs.
#pragma once

#include <vector>

#include "gateway/app/control.h"
#include "gateway/app/own_credentials.h"

namespace yht::app {

inline constexpr const char* kActivateCertificate = "certs.activate";
inline constexpr const char* kRollbackCertificate = "certs.rollback";

std::vector<ControlCommand> certificateCommands();

/// Every slot of the deployment, destinations included. Errors: ConfigInvalid.
base::Result<std::vector<CredentialSlot>> allSlots(const std::string& directory);
/// Errors: CertSlotUnknown naming those that there are.
base::Result<CredentialSlot> findSlot(const std::vector<CredentialSlot>& slots, const std::string& name);

}  // namespace yht::app
