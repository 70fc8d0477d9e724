#include "gateway/app/store_destinations.h"

#include "adapters/kit/outward/file_destination.h"
#include "adapters/kit/outward/table_destination.h"
#include "gateway/app/config.h"
#include "gateway/app/deployment.h"
#include "gateway/crypto/provider/key_provider.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using base::makeError;

constexpr std::int64_t kPortMax = 65'535;

/// The value in a file; "" where none is named. Its last line break is not part of it.
base::Result<std::string> secretIn(const std::string& path) {
    if (path.empty()) return std::string();
    auto text = crypto::readPrivateFile(path);
    if (!text.ok()) return text;
    if (text->ends_with('\n')) text->pop_back();
    if (text->ends_with('\r')) text->pop_back();
    return text;
}

base::Result<std::unique_ptr<kit::FileStore>> openSftpOf(const StoreRow& row, const kit::TransferTimes& times) {
    auto password = secretIn(row.password);
    if (!password.ok()) return std::move(password).error();
    auto passphrase = secretIn(row.key_passphrase);
    if (!passphrase.ok()) return std::move(passphrase).error();
    kit::SftpSettings settings;
    settings.host = row.host;
    if (row.port != 0) settings.port = static_cast<std::uint16_t>(row.port);
    settings.user = row.user;
    settings.host_keys = row.host_keys;
    settings.private_key_path = row.key;
    settings.private_key_passphrase = *std::move(passphrase);
    settings.password = *std::move(password);
    settings.times = times;
    return kit::openSftp(std::move(settings));
}

base::Result<std::unique_ptr<kit::FileStore>> openFtpsOf(const StoreRow& row, const kit::TransferTimes& times) {
    auto password = secretIn(row.password);
    if (!password.ok()) return std::move(password).error();
    kit::FtpsSettings settings;
    settings.host = row.host;
    if (row.port != 0) settings.port = static_cast<std::uint16_t>(row.port);
    settings.tls_name = row.tls_name;
    settings.user = row.user;
    settings.password = *std::move(password);
    settings.ca_path = row.peer_ca;
    settings.times = times;
    return kit::openFtps(std::move(settings));
}

base::Result<std::unique_ptr<kit::FileStore>> openStore(const StoreRow& row, const kit::TransportRules& transport) {
    const kit::TransferTimes times{transport.connect_timeout_ms, transport.timeout_ms};
    if (row.store == "folder") return kit::openFolder({});
    return row.store == "sftp" ? openSftpOf(row, times) : openFtpsOf(row, times);
}

}  // namespace

StoreRow readStoreRow(kit::YamlMap& map, const std::string& directory, bool is_table) {
    const auto path = [&](const char* key) {
        const std::string text = map.text(key, "");
        return text.empty() ? text : resolvePath(directory, text);
    };
    StoreRow row;
    row.is_table = is_table;
    row.id = map.text("id");
    row.profile = resolvePath(directory, map.text("profile"));
    row.sender_id = map.text("sender_id");
    row.reporting_unit = map.text("reporting_unit", "");
    row.accepting_region = map.text("accepting_region", "");
    row.store = map.text("store", is_table ? "" : nullptr);
    row.host = map.text("host", "");
    row.port = map.integer("port", 0, 1, kPortMax);
    row.user = map.text("user", "");
    row.tls_name = map.text("tls_name", "");
    row.host_keys = map.texts("host_keys");
    row.key = path("key");
    row.key_passphrase = path("key_passphrase");
    row.password = path("password");
    row.peer_ca = path("peer_ca");
    row.connection = path("connection");
    const bool known = row.store == "folder" || row.store == "sftp" || row.store == "ftps";
    if (!is_table && !known) map.problem("store is folder, sftp or ftps 应为 folder、sftp 或 ftps");
    const bool remote = row.store == "sftp" || row.store == "ftps";
    if (remote && (row.host.empty() || row.user.empty())) map.problem("host and user are wanted 须写 host 与 user");
    if (row.store == "sftp" && (row.host_keys.empty() || (row.key.empty() && row.password.empty()))) {
        map.problem("sftp: host_keys, and key or password 须写 host_keys,以及 key 或 password");
    }
    if (row.store == "ftps" && row.password.empty()) map.problem("ftps: password is wanted 须写 password");
    if (is_table && row.connection.empty()) map.problem("connection is wanted: a file with the ODBC connection string 须写 connection");
    map.finish(kStoreDestinationKeys);
    return row;
}

base::Result<std::unique_ptr<kit::Destination>> makeStoreDestination(const StoreRow& row, const base::Clock& clock) {
    auto profile = kit::Profile::load(row.profile);
    if (!profile.ok()) return std::move(profile).error();
    const bool fits = row.is_table ? (*profile)->table().has_value() : (*profile)->file().has_value();
    if (!fits) {
        return makeError(
            ErrorCode::ConfigInvalid, "destinations.yaml: " + row.id + ": its profile has no section " +
                                          (row.is_table ? "table" : "file") + " 其对端配置缺少该节"
        );
    }
    kit::StoreDestinationSettings settings{row.id, row.sender_id, row.reporting_unit, row.accepting_region};
    const auto& transport = (*profile)->transport();
    if (!row.is_table) {
        auto store = openStore(row, transport);
        if (!store.ok()) return std::move(store).error();
        return std::unique_ptr<kit::Destination>(std::make_unique<kit::FileDestination>(
            std::move(settings), *std::move(profile), *std::move(store), clock
        ));
    }
    auto connection = secretIn(row.connection);
    if (!connection.ok()) return std::move(connection).error();
    auto opened = kit::OdbcConnection::open({.connection = *std::move(connection),
                                             .charset = (*profile)->table()->charset,
                                             .connect_timeout_ms = transport.connect_timeout_ms,
                                             .timeout_ms = transport.timeout_ms});
    if (!opened.ok()) return std::move(opened).error();
    return std::unique_ptr<kit::Destination>(std::make_unique<kit::TableDestination>(
        std::move(settings), *std::move(profile), *std::move(opened), clock
    ));
}

}  // namespace yht::app
