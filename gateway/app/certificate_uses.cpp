#include "gateway/app/certificate_uses.h"

#include <algorithm>
#include <filesystem>

#include "adapters/kit/yaml_map.h"
#include "gateway/app/config.h"
#include "gateway/base/durable_file.h"
#include "gateway/certs/authority.h"
#include "gateway/crypto/certificate_bundle.h"

namespace yht::app {
namespace {

using certs::ObjectRole;
using certs::ObjectUse;
using crypto::CertificatePurpose;

constexpr std::size_t kSourceFoldersMax = 500;
constexpr std::size_t kCrlFilesMax = 200;
constexpr std::string_view kFilePrefix = "file:";

std::string scalar(const YAML::Node& node, const char* key) {
    if (!node.IsMap()) return {};
    const YAML::Node value = node[key];
    return value && value.IsScalar() ? value.Scalar() : "";
}

class Gatherer {
public:
    explicit Gatherer(std::string directory) : directory_(std::move(directory)) {}

    base::Status gather() {
        auto config = Config::load(directory_);
        if (!config) return std::move(config).error();
        readKeys(*config);
        const std::string client_ca = config->text("partner.client_ca");
        readPartners(ders(client_ca));
        readDestinations();
        readSources();
        return {};
    }
    certs::Inventory take() { return std::move(inventory_); }

private:
    std::optional<crypto::Bundle> read(const std::string& path, const std::string& where) {
        auto content = base::readBounded(path, crypto::kBundleBytesMax);
        auto bundle = content.ok() ? crypto::readBundle(*content) : base::Result<crypto::Bundle>(content.error());
        if (bundle.ok()) return *std::move(bundle);
        inventory_.problems.push_back({path, where, bundle.error()});
        return std::nullopt;
    }

    std::vector<base::Bytes> ders(const std::string& path) {
        std::vector<base::Bytes> all;
        auto content = base::readBounded(path, crypto::kBundleBytesMax);
        if (!content.ok()) return all;  // told where the file itself is looked at
        const auto bundle = crypto::readBundle(*content);
        if (!bundle.ok()) return all;
        for (const auto& one : bundle->certificates) all.push_back(one.der);
        return all;
    }

    /// The first is the certificate, the others came with it; `anchors` empty: the chain is the far side's to judge.
    void addChain(ObjectRole role, const std::string& path, ObjectUse use) {
        const auto bundle = read(path, use.where);
        if (!bundle || bundle->certificates.empty()) {
            if (bundle) inventory_.problems.push_back({path, use.where, crypto::refusal(crypto::FindingCode::Unreadable, path)});
            return;
        }
        for (std::size_t index = 1; index < bundle->certificates.size(); ++index) use.others.push_back(bundle->certificates[index].der);
        for (std::size_t index = 1; index < bundle->certificates.size(); ++index) {
            inventory_.add(
                ObjectRole::Ca, path, bundle->certificates[index],
                {.where = use.where + " (chain)", .what_en = "chain of " + use.what_en, .what_zh = use.what_zh + "的证书链"}
            );
        }
        inventory_.add(role, path, bundle->certificates.front(), std::move(use));
    }

    void addAll(ObjectRole role, const std::string& path, const ObjectUse& use) {
        const auto bundle = read(path, use.where);
        if (!bundle) return;
        for (const auto& one : bundle->certificates) inventory_.add(role, path, one, use);
        for (const auto& one : bundle->crls) inventory_.add(path, one, use);
    }

    void addCrls(const std::string& path, const ObjectUse& use) {
        std::error_code fault;
        if (!std::filesystem::is_directory(path, fault)) return addAll(ObjectRole::Crl, path, use);
        std::vector<std::string> files;
        for (const auto& item : std::filesystem::directory_iterator(path, fault)) files.push_back(item.path().string());
        std::sort(files.begin(), files.end());
        if (files.size() > kCrlFilesMax) files.resize(kCrlFilesMax);
        for (const auto& file : files) addAll(ObjectRole::Crl, file, use);
    }

    /// By the names of the keys, so that a new listener's certificates are in the inventory by themselves.
    void readKeys(const Config& config) {
        for (const auto& row : configTable()) {
            const std::string name = row.name;
            if (row.type != KeyType::Path && row.type != KeyType::Texts) continue;
            const ObjectUse use{.where = "yht.yaml " + name, .what_en = row.en, .what_zh = row.zh};
            for (const auto& value : config.texts(name)) {
                const std::string path = row.type == KeyType::Path ? value : resolvePath(directory_, value);  // paths are resolved already
                if (path.empty()) continue;
                if (name.ends_with(".certificate"))
                    addChain(ObjectRole::Own, path, use);
                else if (name.ends_with("_ca"))
                    addAll(ObjectRole::Ca, path, use);
                else if (name.find("crl") != std::string::npos && value.find("://") == std::string::npos)
                    addCrls(path, use);
            }
        }
    }

    void readPartner(const YAML::Node& partner, const std::vector<base::Bytes>& anchors) {
        const std::string id = scalar(partner, "id");
        const YAML::Node list = partner.IsMap() ? partner["certificates"] : YAML::Node();
        if (!list || !list.IsSequence()) return;
        for (const auto& entry : list) {
            const std::string file = scalar(entry, "file");
            if (file.empty()) continue;
            bool connects = true;
            if (const YAML::Node use = entry["use"]; use && use.IsSequence()) {
                connects = std::any_of(use.begin(), use.end(), [](const auto& one) { return one.IsScalar() && one.Scalar() == "connect"; });
            }
            const std::string name = scalar(partner, "name");
            addChain(
                ObjectRole::Peer, resolvePath(directory_, file),
                {.where = "partners.yaml " + id,
                 .what_en = std::string(connects ? "connects and signs" : "signs") + ": " + id + " " + name,
                 .what_zh = std::string(connects ? "接入并签名" : "签名") + ":" + id + " " + name,
                 .purpose = connects ? CertificatePurpose::TlsClient : CertificatePurpose::Signing,
                 .chain_wanted = connects,
                 .others = {},
                 .anchors = anchors,
                 .revoked_by_us =
                     scalar(entry, "revoked") == "true" || scalar(partner, "stage") == "stopped" || scalar(partner, "stage") == "停用"}
            );
        }
    }

    template <class Use>
    void eachOf(const char* file, const char* list_key, Use use) {
        const std::string path = resolvePath(directory_, file);
        std::error_code fault;
        if (!std::filesystem::exists(path, fault)) return;
        auto root = kit::parseYamlFile(path);
        if (!root.ok()) {
            inventory_.problems.push_back({path, file, root.error()});
            return;
        }
        const YAML::Node list = root->IsMap() ? (*root)[list_key] : YAML::Node();
        if (!list || !list.IsSequence()) return;
        for (const auto& entry : list) use(entry);
    }

    void readPartners(const std::vector<base::Bytes>& anchors) {
        eachOf("partners.yaml", "partners", [&](const YAML::Node& partner) { readPartner(partner, anchors); });
    }

    void readDestinations() {
        eachOf("destinations.yaml", "destinations", [&](const YAML::Node& entry) {
            const std::string id = scalar(entry, "id"), where = "destinations.yaml " + id;
            const auto path = [&](const char* key) { return resolvePath(directory_, scalar(entry, key)); };
            const auto anchors = ders(path("peer_ca"));
            if (const auto file = path("certificate"); !file.empty()) {
                addChain(
                    ObjectRole::Own, file,
                    {.where = where + " certificate", .what_en = "connects to and signs for " + id, .what_zh = "连接并签署上报:" + id}
                );
            }
            if (const auto file = path("peer_ca"); !file.empty()) {
                addAll(
                    ObjectRole::Ca, file, {.where = where + " peer_ca", .what_en = "CA of the far side " + id, .what_zh = "对端 CA:" + id}
                );
            }
            if (const auto file = path("peer_certificate"); !file.empty()) {
                addChain(
                    ObjectRole::Peer, file,
                    {.where = where + " peer_certificate",
                     .what_en = "signs receipts of " + id,
                     .what_zh = "签署回执:" + id,
                     .purpose = CertificatePurpose::Signing,
                     .chain_wanted = !anchors.empty(),
                     .others = {},
                     .anchors = anchors}
                );
            }
        });
    }

    /// ca: file:NAME and certificate: file:NAME anywhere in a manifest.
    void walk(const YAML::Node& node, const std::string& where, int depth) {
        constexpr int kDepthMax = 12;
        if (depth > kDepthMax) return;
        if (node.IsSequence()) {
            for (const auto& item : node) walk(item, where, depth + 1);
        }
        if (!node.IsMap()) return;
        for (const auto& member : node) {
            const std::string key = member.first.IsScalar() ? member.first.Scalar() : "";
            const std::string value = member.second.IsScalar() ? member.second.Scalar() : "";
            if (value.starts_with(kFilePrefix) && (key == "ca" || key == "certificate")) {
                const std::string path = resolvePath(directory_, value.substr(kFilePrefix.size()));
                if (key == "ca")
                    addAll(ObjectRole::Ca, path, {.where = where + " ca", .what_en = "CA of the source", .what_zh = "来源的 CA"});
                else
                    addChain(
                        ObjectRole::Own, path, {.where = where + " certificate", .what_en = "connects to the source", .what_zh = "连接来源"}
                    );
            } else {
                walk(member.second, where, depth + 1);
            }
        }
    }

    void readSources() {
        std::error_code fault;
        std::vector<std::filesystem::path> folders;
        for (const auto& item : std::filesystem::directory_iterator(directory_ + "/sources", fault)) folders.push_back(item.path());
        std::sort(folders.begin(), folders.end());
        if (folders.size() > kSourceFoldersMax) folders.resize(kSourceFoldersMax);
        for (const auto& folder : folders) {
            const std::string file = (folder / "source.yaml").string();
            if (!std::filesystem::exists(file, fault)) continue;
            const auto root = kit::parseYamlFile(file);
            if (root.ok())
                walk(*root, "sources/" + folder.filename().string(), 0);
            else
                inventory_.problems.push_back({file, "sources/" + folder.filename().string(), root.error()});
        }
    }

    const std::string directory_;
    certs::Inventory inventory_;
};

void addFile(certs::Inventory& inventory, ObjectRole role, const std::string& path, const ObjectUse& use) {
    std::error_code fault;
    if (!std::filesystem::exists(path, fault)) return;
    auto content = base::readBounded(path, crypto::kBundleBytesMax);
    auto bundle = content.ok() ? crypto::readBundle(*content) : base::Result<crypto::Bundle>(content.error());
    if (!bundle.ok()) {
        inventory.problems.push_back({path, use.where, bundle.error()});
        return;
    }
    for (const auto& one : bundle->certificates) inventory.add(role, path, one, use);
    for (const auto& one : bundle->crls) inventory.add(path, one, use);
}

}  // namespace

base::Result<certs::Inventory> inventoryOf(const std::string& deployment) {
    Gatherer gatherer(deployment);
    if (auto done = gatherer.gather(); !done) return std::move(done).error();
    return gatherer.take();
}

base::Status addAuthority(const std::string& directory, base::UnixMillis now_ms, certs::Inventory& inventory) {
    auto authority = certs::Authority::open(directory);
    if (!authority) return std::move(authority).error();
    const std::string& name = authority->settings().name;
    addFile(
        inventory, ObjectRole::Ca, directory + "/trust.pem",
        {.where = "CA " + name, .what_en = "issues as " + name, .what_zh = "签发:" + name}
    );
    addFile(
        inventory, ObjectRole::Crl, directory + "/crl.pem",
        {.where = "CA " + name, .what_en = "CRL of " + name, .what_zh = name + " 的 CRL"}
    );
    for (const auto& row : authority->issued()) {
        if (row.revoked() || row.not_after_ms < now_ms) continue;
        const auto certificate = authority->readIssuedCertificate(row.serial);
        if (!certificate.ok()) continue;  // recorded, and never handed out
        inventory.add(
            ObjectRole::Peer, directory + "/certificates/" + row.serial + ".pem", *certificate,
            {.where = "CA " + name + ": " + certificate->common_name,
             .what_en = "issued by " + name + " (" + row.profile + ")",
             .what_zh = "由 " + name + " 签发(" + row.profile + ")"}
        );
    }
    return {};
}

}  // namespace yht::app
