#include "gateway/app/destinations.h"

#include "adapters/kit/native_attachments.h"
#include "adapters/kit/native_destination.h"
#include "adapters/kit/profile_attachments.h"
#include "adapters/kit/profile_destination.h"
#include "adapters/kit/yaml_map.h"
#include "gateway/app/config.h"
#include "gateway/app/deployment.h"
#include "gateway/app/results_home.h"
#include "gateway/app/store_destinations.h"
#include "gateway/crypto/certificate_use.h"
#include "gateway/delivery/routing.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using base::makeError;

constexpr const char* kFile = "destinations.yaml";

/// One entry of the file, its paths resolved.
struct Row {
    std::string id, protocol, profile, url, sender_id, reporting_unit, accepting_region;
    std::string attachments_url;
    DestinationFiles files;
    std::optional<StoreRow> store;  // protocol file or table
    bool needs_signed_answer = true;
    std::int64_t batch_max = 100, batch_bytes_max = kit::kNativeBatchBytesMax, timeout_ms = 30'000;
};

/// TLS and signing keys may differ: a far side that wants SM2 signatures is still reached over TLS with another key.
void readSigningPair(kit::YamlMap& map, const std::string& directory, DestinationFiles& files) {
    const auto certificate = map.text("signing_certificate", ""), key = map.text("signing_private_key", "");
    if (certificate.empty() != key.empty()) {
        map.problem("signing_certificate and signing_private_key go together 须同时设置");
    }
    files.signing_certificate = certificate.empty() ? files.certificate : resolvePath(directory, certificate);
    files.signing_private_key = key.empty() ? files.private_key : resolvePath(directory, key);
}

Row readRow(const YAML::Node& node, const std::string& directory, kit::YamlProblems& problems) {
    kit::YamlMap map(node, "destination", problems);
    const auto path = [&](const char* key) { return resolvePath(directory, map.text(key)); };
    Row row;
    row.id = map.text("id");
    row.protocol = map.text("protocol");
    if (row.protocol == "file" || row.protocol == "table") {
        row.store = readStoreRow(map, directory, row.protocol == "table");
        row.profile = row.store->profile;
        return row;
    }
    row.url = map.text("url");
    row.files = {.id = row.id, .certificate = path("certificate"), .private_key = path("private_key"),
                  .issuer_ca = resolvePath(directory, map.text("issuer_ca", "")), .peer_ca = path("peer_ca"),
                  .peer_certificate = path("peer_certificate"), .revocation = {}};
    readSigningPair(map, directory, row.files);
    if (const auto policy = map.text("revocation", ""); !policy.empty()) {
        row.files.revocation = trust::parseRevocationPolicy(policy);
        if (!row.files.revocation) map.problem(std::string("revocation: write one of 请写其一: ") + trust::kRevocationPolicyForms);
    }
    if (row.protocol == "profile") {
        row.profile = path("profile");
        row.sender_id = map.text("sender_id");
        row.reporting_unit = map.text("reporting_unit", "");
        row.accepting_region = map.text("accepting_region", "");
        row.attachments_url = map.text("attachments_url", "");
        map.finish(kProfileDestinationKeys);
    } else if (row.protocol == "native") {
        row.needs_signed_answer = map.flag("needs_signed_answer", true);
        row.batch_max = map.integer("batch_max", 100, 1, kit::NativeDestination::kBatchMax);
        row.batch_bytes_max = map.integer("batch_bytes_max", kit::kNativeBatchBytesMax, kit::kNativeBatchBytesMin,
                                          kit::kNativeBatchBytesMax);
        row.timeout_ms = map.integer("timeout_ms", 30'000, 1, 600'000);
        row.attachments_url = map.text("attachments_url", "");
        map.finish(kNativeDestinationKeys);
    } else {
        map.problem("protocol is profile, native, file or table 协议应为 profile、native、file 或 table");
    }
    return row;
}

/// The same of a source's manifest: what it names stands in the deployment's directory, secrets under the names of its own.
Row rowOf(const ResultsHome& home, const std::string& directory) {
    const auto path = [&](const std::string& name) { return name.empty() ? name : resolvePath(directory, name); };
    const auto secret = [&](const std::string& name) { return name.empty() ? name : path(home.secrets.at(name)); };
    Row row;
    row.id = home.id;
    row.profile = home.rules.profile;
    row.sender_id = home.rules.sender_id;
    if (const auto* http = std::get_if<kit::HttpResults>(&home.rules.way)) {
        row.protocol = "profile";
        row.url = http->url;
        row.files = {.id = row.id, .certificate = path(http->certificate), .private_key = secret(http->key), .issuer_ca = {},
                     .peer_ca = path(http->ca), .peer_certificate = path(http->peer_certificate), .revocation = {}};
        row.files.signing_certificate = row.files.certificate;
        row.files.signing_private_key = row.files.private_key;
        return row;
    }
    StoreRow store{.id = row.id, .profile = row.profile, .sender_id = row.sender_id, .store = "folder"};
    if (const auto* sftp = std::get_if<kit::SftpPull>(&home.rules.way)) {
        store.store = "sftp";
        store.host = sftp->host;
        store.port = sftp->port;
        store.user = sftp->user;
        store.host_keys = sftp->host_keys;
        store.key = secret(sftp->key);
        store.key_passphrase = secret(sftp->key_passphrase);
        store.password = secret(sftp->password);
    } else if (const auto* ftps = std::get_if<kit::FtpsPull>(&home.rules.way)) {
        store.store = "ftps";
        store.host = ftps->host;
        store.port = ftps->port;
        store.user = ftps->user;
        store.tls_name = ftps->tls_name;
        store.password = secret(ftps->password);
        store.peer_ca = path(ftps->ca);
    } else if (const auto* table = std::get_if<kit::DatabaseResults>(&home.rules.way)) {
        store.is_table = true;
        store.connection = secret(table->connection);
    }
    row.protocol = store.is_table ? "table" : "file";
    row.store = std::move(store);
    return row;
}

base::Result<std::vector<Row>> readRows(const std::string& directory) {
    const auto file = resolvePath(directory, kFile);
    auto root = kit::parseYamlFile(file);
    if (!root.ok()) return std::move(root).error();
    kit::YamlProblems problems(file);
    kit::YamlMap map(*root, kFile, problems);
    std::vector<Row> rows;
    const auto list = map.node("destinations");
    if (!list || !list.IsSequence()) map.problem("destinations: a list is expected 应为列表");
    for (const auto& node : list) rows.push_back(readRow(node, directory, problems));
    map.finish();
    if (!problems.empty()) return problems.error();
    const auto homes = resultsHome(directory);
    if (!homes.ok()) return homes.error();
    for (const ResultsHome& home : *homes) {
        const bool taken = std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.id == home.id; });
        if (taken) return makeError(ErrorCode::ConfigInvalid, std::string(kFile) + ": " + home.id + " is declared by a source's manifest 已由来源清单声明");
        rows.push_back(rowOf(home, directory));
    }
    return rows;
}

/// Errors: ConfigInvalid where the profile is not about HTTP.
base::Result<std::shared_ptr<const kit::Profile>> httpProfile(const Row& row) {
    auto profile = kit::Profile::load(row.profile);
    if (profile.ok() && !(*profile)->isHttp()) {
        return makeError(ErrorCode::ConfigInvalid, std::string(kFile) + ": " + row.id +
                                                       ": its profile hands over files or rows: protocol file or table");
    }
    return profile;
}

base::Result<std::unique_ptr<kit::Destination>> makeProfile(
    const Row& row, DestinationCredential& credential, const base::Clock& clock, base::Random& random
) {
    auto profile = httpProfile(row);
    if (!profile.ok()) return std::move(profile).error();
    kit::ProfileDestinationSettings settings{.id = row.id,
                                             .base_url = row.url,
                                             .sender_id = row.sender_id,
                                             .reporting_unit = row.reporting_unit,
                                             .accepting_region = row.accepting_region,
                                             .key = credential.key,
                                             .receipt_certificates = credential.peers};
    auto made = kit::ProfileDestination::make(std::move(settings), *profile, credential.contexts, clock, random);
    if (!made.ok()) return std::move(made).error();
    credential.accepts = [profile = *profile](const trust::SigningKey& key) { return kit::ProfileDestination::takesKey(*profile, key); };
    return std::unique_ptr<kit::Destination>(*std::move(made));
}

/// "https://host:port/path": the client wants the two apart.
struct Address {
    std::string base_url, path;
};
base::Result<Address> addressOf(const Row& row, const char* key, const std::string& url, const char* example) {
    const auto scheme_end = url.find("://");
    const auto slash = scheme_end == std::string::npos ? std::string::npos : url.find('/', scheme_end + 3);
    if (slash == std::string::npos) {
        return makeError(ErrorCode::ConfigInvalid, std::string(kFile) + ": " + row.id + ": " + key +
                                                       " needs a path, for example https://host:8444" + example);
    }
    return Address{url.substr(0, slash), url.substr(slash)};
}

base::Result<std::unique_ptr<kit::Destination>> makeAttachments(
    const Row& row, const DestinationCredential& credential, const base::Clock& clock, const kit::ContentFinder& contents
) {
    auto address = addressOf(row, "attachments_url", row.attachments_url, "/v1/attachments");
    if (!address.ok()) return std::move(address).error();
    auto made = kit::NativeAttachments::make({.id = delivery::attachmentsQueueOf(row.id),
                                              .base_url = std::move(address->base_url),
                                              .path = std::move(address->path),
                                              .key = credential.key,
                                              .answer_keys = credential.answer_keys,
                                              .needs_signed_answer = row.needs_signed_answer,
                                              .timeout_ms = row.timeout_ms,
                                              .contents = contents},
                                             credential.contexts, clock);
    if (!made.ok()) return std::move(made).error();
    return std::unique_ptr<kit::Destination>(*std::move(made));
}

base::Result<std::unique_ptr<kit::Destination>> makeProfileAttachments(
    const Row& row, const DestinationCredential& credential, const base::Clock& clock, base::Random& random,
    const kit::ContentFinder& contents
) {
    auto profile = httpProfile(row);
    if (!profile.ok()) return std::move(profile).error();
    if ((*profile)->attachments() == nullptr) {
        return makeError(ErrorCode::ConfigInvalid, std::string(kFile) + ": " + row.id +
                                                       ": attachments_url, but its profile has no section attachments");
    }
    auto made = kit::ProfileAttachments::make({.id = delivery::attachmentsQueueOf(row.id),
                                               .base_url = row.attachments_url,
                                               .sender_id = row.sender_id,
                                               .key = credential.key,
                                               .receipt_certificates = credential.peers,
                                               .contents = contents},
                                              *std::move(profile), credential.contexts, clock, random);
    if (!made.ok()) return std::move(made).error();
    return std::unique_ptr<kit::Destination>(*std::move(made));
}

base::Result<std::unique_ptr<kit::Destination>> makeNative(
    const Row& row, const DestinationCredential& credential, const base::Clock& clock
) {
    auto address = addressOf(row, "url", row.url, "/deliveries");
    if (!address.ok()) return std::move(address).error();
    kit::NativeDestinationSettings settings{.id = row.id,
                                            .base_url = std::move(address->base_url),
                                            .path = std::move(address->path),
                                            .key = credential.key,
                                            .answer_keys = credential.answer_keys};
    settings.needs_signed_answer = row.needs_signed_answer;
    settings.batch_max = static_cast<std::size_t>(row.batch_max);
    settings.batch_bytes_max = static_cast<std::size_t>(row.batch_bytes_max);
    settings.timeout_ms = row.timeout_ms;
    auto made = kit::NativeDestination::make(std::move(settings), credential.contexts, clock);
    if (!made.ok()) return std::move(made).error();
    return std::unique_ptr<kit::Destination>(*std::move(made));
}

}  // namespace

base::Result<std::vector<DestinationFiles>> destinationFiles(const std::string& directory) {
    auto rows = readRows(directory);
    if (!rows.ok()) return std::move(rows).error();
    std::vector<DestinationFiles> all;
    for (auto& row : *rows) {
        if (row.store) continue;
        row.files.url = row.url;
        all.push_back(std::move(row.files));
    }
    return all;
}

base::Result<kit::Resend> resendOf(const std::string& directory, const std::string& id) {
    auto rows = readRows(directory);
    if (!rows.ok()) return std::move(rows).error();
    for (const auto& row : *rows) {
        if (!row.attachments_url.empty() && delivery::attachmentsQueueOf(row.id) == id) return kit::Resend::Idempotent;
        if (row.id != id) continue;
        if (row.protocol == "native") return kit::Resend::Idempotent;
        auto profile = kit::Profile::load(row.profile);
        if (!profile.ok()) return std::move(profile).error();
        return (*profile)->transport().resend;
    }
    return makeError(ErrorCode::NotFound, std::string(kFile) + " has no destination " + id);
}

base::Result<std::map<std::string, std::shared_ptr<const kit::Profile>>> destinationProfiles(const std::string& directory) {
    const auto rows = readRows(directory);
    if (!rows.ok()) return rows.error();
    std::map<std::string, std::shared_ptr<const kit::Profile>> profiles;
    for (const auto& row : *rows) {
        if (row.profile.empty()) continue;
        const auto profile = kit::Profile::load(row.profile);
        if (!profile.ok()) return profile.error();
        profiles.emplace(row.id, *profile);
        profiles.emplace(delivery::attachmentsQueueOf(row.id), *profile);
    }
    return profiles;
}

base::Result<DestinationSet> loadDestinations(
    const std::string& directory, const base::Clock& clock, base::Random& random, const kit::ContentFinder& contents,
    trust::RevocationBook* book
) {
    auto rows = readRows(directory);
    if (!rows.ok()) return std::move(rows).error();
    DestinationSet set;
    for (const auto& row : *rows) {
        if (row.store) {
            auto made = makeStoreDestination(*row.store, clock);
            if (!made.ok()) return std::move(made).error();
            set.destinations.push_back(*std::move(made));
            continue;
        }
        auto material = readMaterial(row.files, book, clock.nowMillis(), std::nullopt);
        if (!material.ok()) return std::move(material).error();
        set.credentials.push_back(std::make_unique<DestinationCredential>(row.files, *std::move(material)));
        auto& credential = *set.credentials.back();
        if (!row.attachments_url.empty()) {
            auto attachments = row.protocol == "native"
                                   ? makeAttachments(row, credential, clock, contents)
                                   : makeProfileAttachments(row, credential, clock, random, contents);
            if (!attachments.ok()) return std::move(attachments).error();
            set.destinations.push_back(*std::move(attachments));
        }
        auto made = row.protocol == "native" ? makeNative(row, credential, clock) : makeProfile(row, credential, clock, random);
        if (!made.ok()) return std::move(made).error();
        set.destinations.push_back(*std::move(made));
    }
    return set;
}

}  // namespace yht::app
