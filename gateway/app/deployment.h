// A deployment directory, opened: configuration, keys, partners, calendar. What `serve` and the commands share.
//   yht.yaml  partners.yaml  sources.yaml  routes.yaml  destinations.yaml  *.pem  *.key  profiles by path
// Uses: base, ledger, trust, ticket, kit, delivery. Used by: app.
#pragma once

#include <memory>
#include <string>

#include "gateway/app/config.h"
#include "gateway/delivery/routing.h"
#include "gateway/ledger/store/sqlite_store.h"
#include "gateway/ticket/calendar.h"
#include "gateway/ticket/fold.h"
#include "gateway/trust/message_signature.h"
#include "gateway/trust/partner.h"

namespace yht::app {

/// Reads a whole file of at most `bytes_max`. Errors: IoFailed naming the path.
base::Result<std::string> readFile(const std::string& path, std::size_t bytes_max = 4U << 20);

/// The key-encryption keys: ledger.kek, and ledger.kek_former where it is set; 64 hexadecimal digits in a file each.
/// Errors: ConfigInvalid, IoFailed.
base::Result<crypto::KeyRing> readKeks(const Config& config);
/// Options of the ledger named by the configuration, keys read. `read_only` for commands beside a running gateway.
base::Result<ledger::SqliteStoreOptions> storeOptions(const Config& config, const base::Clock& clock,
                                                      base::Random& random, bool read_only);

/// A key that signs messages, named by its certificate. The pair is checked to belong together.
base::Result<trust::SigningKey> readSigningKey(const std::string& certificate_path, const std::string& key_path);
/// The pair of its own that signs SOAP answers; nullopt where none is set. Errors: ConfigInvalid (half a pair; Ed25519).
base::Result<std::optional<trust::SigningKey>> readSoapSigningKey(const Config& config);

/// routes.yaml, as far as it concerns the live ledger or the trial ledger. Errors: ConfigInvalid, IoFailed.
base::Result<delivery::RouteTable> routesOf(const std::string& directory, bool trial = false);

base::Result<ticket::Calendar> calendar(const Config& config);
/// How the deployment's tickets are folded.
ticket::FoldRules foldRules(const Config& config);

}  // namespace yht::app
