#include "gateway/app/destinations.h"

#include "adapters/kit/native_destination.h"
#include "adapters/kit/profile_destination.h"
#include "adapters/kit/yaml_map.h"
#include "gateway/app/config.h"
#include "gateway/app/deployment.h"
#include "gateway/app/store_destinations.h"
#include "gateway/delivery/routing.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using base::makeError;

constexpr const char* kFile = "destinations.yaml";

/// One entry of the file, its paths resolved.
struct Row {
    std::string id, protocol, profile, url, sender_id, reporting_unit, accepting_region;
    std::string certificate, private_key, peer_ca, peer_certificate, attachments_url;
    std::optional<StoreRow> store;  // protocol file or table
    bool needs_signed_answer = true;
    std::int64_t batch_max = 100, batch_bytes_max = kit::kNativeBatchBytesMax, timeout_ms = 30'000;
};

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
    row.certificate = path("certificate");
    row.private_key = path("private_key");
    row.peer_ca = path("peer_ca");
    row.peer_certificate = path("peer_certificate");
    if (row.protocol == "profile") {
        row.profile = path("profile");
        row.sender_id = map.text("sender_id");
        row.reporting_unit = map.text("reporting_unit", "");
        row.accepting_region = map.text("accepting_region", "");
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
    return rows;
}

base::Result<crypto::Certificate> readCertificate(const std::string& path) {
    auto pem = readFile(path);
    if (!pem.ok()) return std::move(pem).error();
    return crypto::Certificate::fromPem(*pem);
}

base::Result<std::unique_ptr<kit::Destination>> makeProfile(const Row& row, trust::SigningKey key,
                                                            crypto::Certificate peer,
                                                            const trust::TlsContextHolder& contexts,
                                                            const base::Clock& clock, base::Random& random) {
    auto profile = kit::Profile::load(row.profile);
    if (!profile.ok()) return std::move(profile).error();
    if (!(*profile)->isHttp()) {
        return makeError(ErrorCode::ConfigInvalid, std::string(kFile) + ": " + row.id +
                                                       ": its profile hands over files or rows: protocol file or table");
    }
    kit::ProfileDestinationSettings settings{.id = row.id,
                                             .base_url = row.url,
                                             .sender_id = row.sender_id,
                                             .reporting_unit = row.reporting_unit,
                                             .accepting_region = row.accepting_region,
                                             .key = std::move(key),
                                             .receipt_certificates = {std::move(peer)}};
    auto made = kit::ProfileDestination::make(std::move(settings), *std::move(profile), contexts, clock, random);
    if (!made.ok()) return std::move(made).error();
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

trust::VerifyingKey answerKey(const crypto::Certificate& peer) {
    return {peer.publicKey(), peer.fingerprint(), peer.publicKey().defaultAlgorithm()};
}

base::Result<std::unique_ptr<kit::Destination>> makeAttachments(const Row& row, trust::SigningKey key,
                                                                const crypto::Certificate& peer,
                                                                const trust::TlsContextHolder& contexts,
                                                                const base::Clock& clock,
                                                                const kit::ContentFinder& contents) {
    auto address = addressOf(row, "attachments_url", row.attachments_url, "/v1/attachments");
    if (!address.ok()) return std::move(address).error();
    auto made = kit::NativeAttachments::make({.id = delivery::attachmentsQueueOf(row.id),
                                              .base_url = std::move(address->base_url),
                                              .path = std::move(address->path),
                                              .key = std::move(key),
                                              .answer_keys = {answerKey(peer)},
                                              .needs_signed_answer = row.needs_signed_answer,
                                              .timeout_ms = row.timeout_ms,
                                              .contents = contents},
                                             contexts, clock);
    if (!made.ok()) return std::move(made).error();
    return std::unique_ptr<kit::Destination>(*std::move(made));
}

base::Result<std::unique_ptr<kit::Destination>> makeNative(const Row& row, trust::SigningKey key,
                                                           const crypto::Certificate& peer,
                                                           const trust::TlsContextHolder& contexts,
                                                           const base::Clock& clock) {
    auto address = addressOf(row, "url", row.url, "/deliveries");
    if (!address.ok()) return std::move(address).error();
    kit::NativeDestinationSettings settings{.id = row.id,
                                            .base_url = std::move(address->base_url),
                                            .path = std::move(address->path),
                                            .key = std::move(key),
                                            .answer_keys = {answerKey(peer)}};
    settings.needs_signed_answer = row.needs_signed_answer;
    settings.batch_max = static_cast<std::size_t>(row.batch_max);
    settings.batch_bytes_max = static_cast<std::size_t>(row.batch_bytes_max);
    settings.timeout_ms = row.timeout_ms;
    auto made = kit::NativeDestination::make(std::move(settings), contexts, clock);
    if (!made.ok()) return std::move(made).error();
    return std::unique_ptr<kit::Destination>(*std::move(made));
}

}  // namespace

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

base::Result<DestinationSet> loadDestinations(const std::string& directory, const base::Clock& clock,
                                              base::Random& random, const kit::ContentFinder& contents) {
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
        auto context = trust::clientContext({.certificate_chain_pem = row.certificate,
                                             .private_key_pem = row.private_key,
                                             .peer_ca_pem = row.peer_ca});
        if (!context.ok()) return std::move(context).error();
        auto key = readSigningKey(row.certificate, row.private_key);
        if (!key.ok()) return std::move(key).error();
        auto peer = readCertificate(row.peer_certificate);
        if (!peer.ok()) return std::move(peer).error();
        set.contexts.push_back(std::make_unique<trust::TlsContextHolder>(*std::move(context)));
        const auto& contexts = *set.contexts.back();
        if (!row.attachments_url.empty()) {
            auto attachments = makeAttachments(row, *key, *peer, contexts, clock, contents);
            if (!attachments.ok()) return std::move(attachments).error();
            set.destinations.push_back(*std::move(attachments));
        }
        auto made = row.protocol == "native"
                        ? makeNative(row, *std::move(key), *peer, contexts, clock)
                        : makeProfile(row, *std::move(key), *std::move(peer), contexts, clock, random);
        if (!made.ok()) return std::move(made).error();
        set.destinations.push_back(*std::move(made));
    }
    return set;
}

}  // namespace yht::app
