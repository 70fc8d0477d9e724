// partners.yaml and sources.yaml as partner.h describes them, read strictly: everything wrong is
// told at once, each with its line and what to write. yaml-cpp's exceptions end here.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include "gateway/base/durable_file.h"
#include "gateway/crypto/certificate_use.h"
#include "gateway/crypto/certificate_chain.h"
#include "gateway/trust/partner.h"
#include "gateway/yaml/entry.h"

namespace yht::trust {
namespace {

using base::ErrorCode;
using yaml::Entry;
using yaml::kIdCharactersMax;
using yaml::Findings;
using yaml::Names;
using yaml::namesIn;

constexpr std::size_t kFileBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kPemFileBytesMax = 64 * 1024;
constexpr std::size_t kNameCharactersMax = 100;
constexpr std::size_t kScopeCharactersMax = 32;
constexpr std::size_t kCertificatesMax = 32;
constexpr std::size_t kPartnersMax = 10'000;
constexpr std::uint32_t kConnectionsMax = 1024;
constexpr std::size_t kRegionCharacters = 6;

struct StageRow {
    const char* name;
    const char* zh;
    Stage stage;
};
constexpr StageRow kStages[] = {
    {"joint_test", "联调", Stage::JointTest},
    {"trial", "试运行", Stage::Trial},
    {"live", "正式", Stage::Live},
    {"stopped", "停用", Stage::Stopped}};

struct RightRow {
    const char* name;
    Right right;
    bool scoped;
};
constexpr RightRow kRights[] = {
    {"submit_own", Right::SubmitOwn, false},       {"read_own", Right::ReadOwn, false},
    {"read_unit", Right::ReadUnit, true},          {"read_city", Right::ReadCity, true},
    {"read_province", Right::ReadProvince, false}, {"read_evidence", Right::ReadEvidence, false},
    {"join_city", Right::JoinCity, true}};

template <class Rows>
Names namesOf(const Rows& rows) {
    Names names;
    for (const auto& row : rows) names.emplace_back(row.name);
    return names;
}

Names algorithmNames() {
    Names names;
    for (const auto algorithm : crypto::signatureAlgorithms()) names.emplace_back(crypto::algorithmName(algorithm));
    return names;
}

struct CertificateUse {
    bool connect = false, sign = false, encrypt = false;
};

/// Reads both files into one registry.
class Loader {
public:
    explicit Loader(std::filesystem::path directory) : directory_(std::move(directory)) {}

    base::Result<std::shared_ptr<const TrustSnapshot>> load();

private:
    /// Each entry of the file's one list.
    template <class Read>
    void readFile(const char* file, const char* list, Read read);
    void readSource(const YAML::Node& node, Findings& findings);
    void readPartner(const YAML::Node& node, Findings& findings);
    Stage readStage(Entry& entry, Findings& findings);
    Grant readGrant(const YAML::Node& node, Findings& findings);
    void readCertificate(const YAML::Node& node, Partner& partner, Findings& findings);
    static CertificateUse readUse(Entry& entry, const crypto::Certificate& certificate, Findings& findings);
    struct Pem {
        crypto::Certificate certificate;
        std::vector<base::Bytes> issuers;
    };
    std::optional<Pem> readPem(Entry& entry);
    std::optional<RevocationPolicy> readRevocation(Entry& entry);

    const std::filesystem::path directory_;
    std::vector<base::FieldError> errors_;
    std::vector<Partner> partners_;
    std::vector<Source> sources_;
    Names source_ids_;
    std::set<std::string> partner_ids_, fingerprints_;
};

template <class Read>
void Loader::readFile(const char* file, const char* list, Read read) {
    Findings findings(file, errors_);
    const auto content = base::readBounded((directory_ / file).string(), kFileBytesMax);
    if (!content) {
        findings.add(
            0, "unreadable", "The file can't be read or is longer than 4 MiB.",
            "文件无法读取或超过 4 MiB。"
        );
        return;
    }
    yaml::readTree(*content, findings, [&](const YAML::Node& root) {
        Entry top(root, {list}, findings);
        for (const auto& node : top.list(list, kPartnersMax)) read(node, findings);
    });
}

void Loader::readSource(const YAML::Node& node, Findings& findings) {
    Entry entry(node, namesIn(kSourceKeys), findings);
    Source source;
    source.id = entry.id();
    source.name_zh = entry.text("name", nullptr, kNameCharactersMax);
    source.region = entry.text("region", nullptr, kRegionCharacters);
    const bool six = source.region.size() == kRegionCharacters &&
                     std::all_of(source.region.begin(), source.region.end(), [](unsigned char c) {
                         return std::isalnum(c) != 0;
                     });
    if (!six && !source.region.empty()) {
        entry.bad(
            entry.find("region"), "region", "has six letters or digits", "应为六位字母或数字"
        );
    }
    source.channel_default = entry.text("channel_default", "", kIdCharactersMax);
    source.is_centre = entry.flag("is_centre", false);
    if (std::find(source_ids_.begin(), source_ids_.end(), source.id) != source_ids_.end()) {
        entry.bad(node, "id", "stands twice", "重复");
        return;
    }
    source_ids_.push_back(source.id);
    sources_.push_back(std::move(source));
}

Stage Loader::readStage(Entry& entry, Findings& findings) {
    const std::string name = entry.text("stage", nullptr, kIdCharactersMax);
    for (const auto& row : kStages) {
        if (name == row.name || name == row.zh) return row.stage;
    }
    if (!name.empty()) {
        findings.addUnknown(entry.find("stage"), "Stage", "阶段", name, namesOf(kStages));
    }
    return Stage::Stopped;
}

Grant Loader::readGrant(const YAML::Node& node, Findings& findings) {
    if (node.IsMap()) {  // "read_unit: 43" with a space is YAML for a mapping
        findings.add(
            node, "invalid", "Write read_unit:<prefix> without a space.",
            "应写作 read_unit:<前缀>,中间无空格。"
        );
        return {};
    }
    const std::string text = node.IsScalar() ? node.Scalar() : "";
    const auto colon = std::min(text.find(':'), text.size());
    const std::string name = text.substr(0, colon);
    const std::string scope = text.substr(std::min(colon + 1, text.size()));
    for (const auto& row : kRights) {
        if (name != row.name) continue;
        if (!row.scoped && colon != text.size()) {
            findings.add(node, "invalid", name + " takes no scope.", name + " 不带范围。");
        } else if (row.scoped && (scope.empty() || scope.size() > kScopeCharactersMax)) {
            findings.add(
                node, "invalid",
                "Write " + name + ":<prefix>, 1 to 32 characters, without a space.",
                "应写作 " + name + ":<前缀>(1 至 32 个字符,无空格)。"
            );
        }
        return {row.right, scope};
    }
    findings.addUnknown(node, "Right", "权限", name, namesOf(kRights));
    return {};
}

std::optional<Loader::Pem> Loader::readPem(Entry& entry) {
    constexpr std::size_t kPathCharactersMax = 255;
    const std::filesystem::path file = entry.text("file", nullptr, kPathCharactersMax);
    if (file.empty()) return std::nullopt;
    const bool inside =
        file.is_relative() && std::find(file.begin(), file.end(), "..") == file.end();
    if (!inside) {
        entry.bad(
            entry.find("file"), "file", "is relative to this directory and has no \"..\"",
            "应为本目录内的相对路径,不含 \"..\""
        );
        return std::nullopt;
    }
    const auto pem = base::readBounded((directory_ / file).string(), kPemFileBytesMax);
    auto certificate =
        pem ? crypto::Certificate::fromPem(*pem)
            : base::makeError(
                  ErrorCode::IoFailed, "the file can't be read or is longer than 64 KiB"
              );
    if (!certificate) {
        entry.bad(
            entry.find("file"), "file",
            "is no certificate that can be used: " + certificate.error().detail, "不是可用的证书"
        );
        return std::nullopt;
    }
    Pem read{std::move(*certificate), {}};
    if (auto all = crypto::certificatesOfPem(*pem)) read.issuers.assign(all->begin() + 1, all->end());
    return read;
}

std::optional<RevocationPolicy> Loader::readRevocation(Entry& entry) {
    if (!entry.find("revocation")) return std::nullopt;
    const auto policy = parseRevocationPolicy(entry.text("revocation", "", kIdCharactersMax));
    if (!policy) {
        entry.bad(
            entry.find("revocation"), "revocation", std::string("is one of ") + kRevocationPolicyForms,
            std::string("应为 ") + kRevocationPolicyForms + " 之一"
        );
    }
    return policy;
}

CertificateUse Loader::readUse(Entry& entry, const crypto::Certificate& certificate, Findings& findings) {
    CertificateUse use;
    for (const auto& node : entry.list("use", 3)) {
        const std::string word = node.IsScalar() ? node.Scalar() : "";
        if (word == "connect")
            use.connect = true;
        else if (word == "sign")
            use.sign = true;
        else if (word == "encrypt")
            use.encrypt = true;
        else
            findings.addUnknown(node, "Use", "用途", word, {"connect", "sign", "encrypt"});
    }
    if (!entry.find("use")) {
        use.encrypt = crypto::isEncryptionOnly(certificate);
        use.connect = use.sign = !use.encrypt;
    }
    if (use.encrypt && (use.sign || use.connect)) {
        entry.bad(
            entry.find("use"), "use", "has encrypt alone: the signing certificate of a pair is an entry of its own",
            "中 encrypt 须单独使用:签名证书另列一项"
        );
    } else if (use.encrypt ? !crypto::mayEncrypt(certificate) : use.sign && !crypto::maySign(certificate)) {
        entry.bad(
            entry.find("use"), "use", "is not what the certificate's keyUsage allows (signing or encryption certificate?)",
            "与证书的 keyUsage 不符(签名证书与加密证书是否用反?)"
        );
    }
    return use;
}

void Loader::readCertificate(const YAML::Node& node, Partner& partner, Findings& findings) {
    Entry entry(node, namesIn(kCertificateKeys), findings);
    const bool revoked = entry.flag("revoked", false);
    const std::string name = entry.text("algorithm", "", kIdCharactersMax);
    const auto algorithm = crypto::findAlgorithm(name);
    if (!name.empty() && !algorithm) {
        findings.addUnknown(entry.find("algorithm"), "Algorithm", "算法", name, algorithmNames());
    }
    auto pem = readPem(entry);
    if (!pem) return;
    auto* certificate = &pem->certificate;
    const CertificateUse use = readUse(entry, *certificate, findings);
    const auto bound = algorithm.value_or(certificate->publicKey().defaultAlgorithm());
    if (!certificate->publicKey().supports(bound)) {
        entry.bad(
            entry.find("algorithm"), "algorithm",
            "does not go with this key; it can be " +
                std::string(crypto::algorithmName(certificate->publicKey().defaultAlgorithm())),
            "与该证书的密钥类型不符"
        );
        return;
    }
    if (!fingerprints_.insert(certificate->fingerprint()).second) {
        entry.bad(
            entry.find("file"), "file", "is a certificate that stands here already",
            "所指证书已登记过"
        );
        return;
    }
    partner.certificates.push_back({std::move(*certificate), bound, use.connect, use.sign, revoked, use.encrypt,
                                    std::move(pem->issuers)});
}

void Loader::readPartner(const YAML::Node& node, Findings& findings) {
    constexpr std::size_t kSourcesMax = 256, kGrantsMax = 64;
    Entry entry(node, namesIn(kPartnerKeys), findings);
    Partner partner;
    partner.id = entry.id();
    partner.name_zh = entry.text("name", nullptr, kNameCharactersMax);
    partner.stage = readStage(entry, findings);
    partner.connections_max =
        entry.number("connections_max", partner.connections_max, kConnectionsMax);
    partner.revocation = readRevocation(entry);
    for (const auto& item : entry.list("sources", kSourcesMax)) {
        const std::string id = item.IsScalar() ? item.Scalar() : "";
        const bool known =
            std::find(source_ids_.begin(), source_ids_.end(), id) != source_ids_.end();
        if (known)
            partner.sources.insert(id);
        else if (!source_ids_.empty()) {
            findings.addUnknown(item, "Source", "来源", id, source_ids_);
        } else
            findings.add(
                item, "unknown", "sources.yaml has no sources.", "sources.yaml 中没有来源。"
            );
    }
    for (const auto& item : entry.list("rights", kGrantsMax))
        partner.grants.push_back(readGrant(item, findings));
    for (const auto& item : entry.list("certificates", kCertificatesMax))
        readCertificate(item, partner, findings);
    if (!partner_ids_.insert(partner.id).second) {
        entry.bad(node, "id", "stands twice", "重复");
        return;
    }
    partners_.push_back(std::move(partner));
}

base::Result<std::shared_ptr<const TrustSnapshot>> Loader::load() {
    readFile("sources.yaml", "sources", [&](const YAML::Node& node, Findings& findings) {
        readSource(node, findings);
    });
    readFile("partners.yaml", "partners", [&](const YAML::Node& node, Findings& findings) {
        readPartner(node, findings);
    });
    if (errors_.empty()) {
        return std::shared_ptr<const TrustSnapshot>(
            std::make_shared<TrustSnapshot>(std::move(partners_), std::move(sources_))
        );
    }
    return yaml::refusal(ErrorCode::ConfigInvalid, directory_.string(), std::move(errors_));
}

}  // namespace

const char* rightName(Right right) {
    for (const auto& row : kRights) {
        if (row.right == right) return row.name;
    }
    return "none";
}

base::Result<std::shared_ptr<const TrustSnapshot>> loadTrust(const std::string& directory) {
    return Loader(directory).load();
}

StageWords stageWords(Stage stage) {
    for (const auto& row : kStages) {
        if (row.stage == stage) return {row.name, row.zh};
    }
    YHT_ASSERT(false);
}

}  // namespace yht::trust
