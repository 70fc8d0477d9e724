// Entries of destinations.yaml with protocol `file` or `table`: far sides that are handed files or rows. Their keys are
// explained in README.md of this folder; secrets are names of files that nobody else may read.
//
//   - id: zz-urban
//     protocol: file                    # a profile with a section `file`
//     profile: profiles/zz-urban
//     sender_id: YHT430200
//     store: sftp                       # folder | sftp | ftps
//     host: files.urban.example
//     user: yht
//     host_keys: ["SHA256:…"]
//     key: urban.key
//   - id: zz-exchange
//     protocol: table                   # a profile with a section `table`
//     profile: profiles/zz-exchange
//     sender_id: YHT430200
//     connection: exchange.odbc         # file with the whole ODBC connection string
// Uses: kit/outward, kit/transport. Used by: destinations.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/destination.h"
#include "adapters/kit/yaml_map.h"
#include "gateway/base/clock.h"

namespace yht::app {

inline constexpr const char* kStoreDestinationKeys[] = {
    "id",   "protocol", "profile",   "sender_id", "reporting_unit", "accepting_region", "store",   "host",
    "port", "user",     "host_keys", "key",       "key_passphrase", "password",         "tls_name", "peer_ca",
    "connection"};

struct StoreRow {
    bool is_table = false;
    std::string id, profile, sender_id, reporting_unit, accepting_region;  // profile: its folder
    std::string store, host, user, tls_name;
    std::int64_t port = 0;  // 0: the usual one
    std::vector<std::string> host_keys;
    std::string key, key_passphrase, password, peer_ca, connection;  // paths; "" none
};

/// Reads and finishes the map. Mistakes go to its problems.
StoreRow readStoreRow(kit::YamlMap& map, const std::string& directory, bool is_table);

/// Connects to nobody yet. Errors: ConfigInvalid, ProfileInvalid, IoFailed.
base::Result<std::unique_ptr<kit::Destination>> makeStoreDestination(const StoreRow& row, const base::Clock& clock);

}  // namespace yht::app
