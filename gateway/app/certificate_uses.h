// Every certificate and CRL that a deployment stands on, and what each is used for: configuration keys, partners, destinations,
// sources; and those of authorities that are named. A file that can't be read is a problem of the inventory, never its end.
//   yht.yaml           *.certificate: ours, with the chain in its file; *_ca: CAs; *crl*: CRLs (files, or directories of them)
//   partners.yaml      partners' certificates, held against partner.client_ca
//   destinations.yaml  ours, the far side's, its CA, for each
//   sources/*/source.yaml   ca and certificate as file:NAME
//   an authority       its certificate and CRL; what it has issued as peers, unless revoked or over
// Uses: certs, kit (YAML), config. Used by: commands_certs, certificate_watch.
#pragma once

#include <string>
#include <vector>

#include "gateway/certs/inventory.h"

namespace yht::app {

/// Errors: ConfigInvalid where yht.yaml is not one.
base::Result<certs::Inventory> inventoryOf(const std::string& deployment);
/// Adds to it. Errors: CryptoFailed, IoFailed where it is no authority.
base::Status addAuthority(const std::string& directory, base::UnixMillis now_ms, certs::Inventory& inventory);

}  // namespace yht::app
