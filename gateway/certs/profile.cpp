#include "gateway/certs/profile.h"

#include <embedded/kProfileCaIntermediate.h>
#include <embedded/kProfileCaRoot.h>
#include <embedded/kProfileFront.h>
#include <embedded/kProfileGateway.h>
#include <embedded/kProfileOperator.h>
#include <embedded/kProfilePartner.h>
#include <embedded/kProfileProvince.h>

#include <algorithm>
#include <filesystem>

#include "gateway/base/durable_file.h"
#include "gateway/base/text.h"
#include "gateway/yaml/entry.h"

namespace yht::certs {
namespace {

using crypto::Finding;
using crypto::FindingCode;

constexpr std::size_t kProfileBytesMax = 64 * 1024;
constexpr std::size_t kProfilesMax = 100;
constexpr std::size_t kItemsMax = 32;
constexpr std::size_t kTextCharactersMax = 100;
constexpr std::uint32_t kDaysMax = 36'500;

struct Embedded {
    const char* file;
    std::string_view text;
};
constexpr Embedded kEmbedded[] = {
    {"ca-intermediate.yaml", embedded::kProfileCaIntermediate},
    {"ca-root.yaml", embedded::kProfileCaRoot},
    {"front.yaml", embedded::kProfileFront},
    {"gateway.yaml", embedded::kProfileGateway},
    {"operator.yaml", embedded::kProfileOperator},
    {"partner.yaml", embedded::kProfilePartner},
    {"province.yaml", embedded::kProfileProvince},
};

const yaml::Names kKeys = {"profile",       "title",          "kind",      "path_length", "subject_required",   "subject_defaults",
                            "names_allowed", "names_required", "key_kinds", "key_usage",   "extended_key_usage", "days_default",
                            "days_max",      "issues",         "crl_days"};
const yaml::Names kUsages = {"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
                              "keyAgreement",     "keyCertSign",    "cRLSign"};
const yaml::Names kPurposes = {"serverAuth", "clientAuth", "emailProtection", "codeSigning", "timeStamping", "OCSPSigning"};
constexpr std::int64_t kPathLengthMax = 8;
const yaml::Names kNameTypes = {"dns", "ip", "uri", "email"};
const yaml::Names kKeyKinds = {"p256", "p384", "rsa2048", "rsa3072", "rsa4096", "ed25519", "sm2"};

class Reader {
public:
    Reader(const YAML::Node& root, yaml::Findings& findings) : entry_(root, kKeys, findings), findings_(findings) {}

    Profile read() {
        Profile profile;
        profile.name = entry_.text("profile", nullptr, yaml::kIdCharactersMax);
        profile.title = entry_.text("title", nullptr, kTextCharactersMax);
        const std::string kind = oneOf(entry_.find("kind"), entry_.text("kind", nullptr, kTextCharactersMax), {"end_entity", "ca"});
        profile.is_ca = kind == "ca";
        if (entry_.find("path_length")) profile.path_length = static_cast<std::uint32_t>(entry_.integer("path_length", 0, 0, kPathLengthMax));
        profile.subject_required = texts("subject_required", {});
        readDefaults(profile);
        for (const auto& name : texts("names_allowed", kNameTypes)) profile.names_allowed.push_back(nameType(name));
        profile.names_required = entry_.flag("names_required", false);
        for (const auto& name : texts("key_kinds", kKeyKinds)) {
            if (const auto key_kind = crypto::findKeyKind(name)) profile.key_kinds.push_back(*key_kind);
        }
        if (profile.key_kinds.empty()) entry_.bad(entry_.find("key_kinds"), "key_kinds", "names at least one kind", "至少应有一种");
        profile.key_usage = texts("key_usage", kUsages);
        profile.extended_key_usage = texts("extended_key_usage", kPurposes);
        profile.days_max = entry_.number("days_max", profile.days_max, kDaysMax);
        profile.days_default = entry_.number("days_default", std::min(profile.days_default, profile.days_max), profile.days_max);
        profile.issues = texts("issues", {});
        profile.crl_days = entry_.number("crl_days", profile.crl_days, kDaysMax);
        if (profile.is_ca && std::find(profile.key_usage.begin(), profile.key_usage.end(), "keyCertSign") == profile.key_usage.end()) {
            entry_.bad(entry_.find("key_usage"), "key_usage", "of a CA holds keyCertSign", "CA 须含 keyCertSign");
        }
        return profile;
    }

private:
    static crypto::NameType nameType(const std::string& name) {
        if (name == "dns") return crypto::NameType::Dns;
        if (name == "ip") return crypto::NameType::Ip;
        return name == "uri" ? crypto::NameType::Uri : crypto::NameType::Email;
    }

    std::string oneOf(const YAML::Node& at, const std::string& given, const yaml::Names& allowed) {
        if (!allowed.empty() && !given.empty() && std::find(allowed.begin(), allowed.end(), given) == allowed.end()) {
            findings_.addUnknown(at, "Value", "值", given, allowed);
            return {};
        }
        return given;
    }

    std::vector<std::string> texts(const char* key, const yaml::Names& allowed) {
        std::vector<std::string> items;
        for (const auto& node : entry_.list(key, kItemsMax)) {
            const std::string text = oneOf(node, node.IsScalar() ? node.Scalar() : "", allowed);
            if (!node.IsScalar() || node.Scalar().empty())
                entry_.bad(node, key, "has texts as items", "各项应为文本");
            else if (!text.empty())
                items.push_back(text);
        }
        return items;
    }

    void readDefaults(Profile& profile) {
        const YAML::Node defaults = entry_.find("subject_defaults");
        if (!defaults) return;
        if (!defaults.IsMap() || defaults.size() > kItemsMax) {
            entry_.bad(defaults, "subject_defaults", "is a mapping, as {C: CN}", "应为映射,如 {C: CN}");
            return;
        }
        for (const auto& member : defaults) {
            if (member.first.IsScalar() && member.second.IsScalar())
                profile.subject_defaults.emplace_back(member.first.Scalar(), member.second.Scalar());
        }
    }

    yaml::Entry entry_;
    yaml::Findings& findings_;
};

/// What a person can read in one line.
bool isPlain(const std::string& text) {
    return base::countCodePoints(text) && text.find_first_of("\r\n\t") == std::string::npos && !base::hasControlCharacters(text);
}

/// A host's own name: no wildcard, which would be good for hosts that nobody asked for.
bool isHostName(const std::string& text) {
    return !text.empty() && text.size() <= 253 &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '.' || c == '_'; });
}

base::Error wrong(std::vector<base::FieldError> errors) {
    base::Error error = crypto::refusal(FindingCode::ProfileInvalid, errors.front().pointer, errors.front().en);
    error.public_zh = errors.front().pointer + ": " + errors.front().zh;
    for (auto& one : errors) {
        one.code = "certificate.profile_invalid";
        error.fields.push_back(std::move(one));
    }
    return error;
}

}  // namespace

crypto::DistinguishedName Profile::completed(crypto::DistinguishedName subject) const {
    for (auto it = subject_defaults.rbegin(); it != subject_defaults.rend(); ++it) {
        if (subject.find(it->first).empty()) subject.parts.insert(subject.parts.begin(), *it);
    }
    return subject;
}

std::vector<Finding> Profile::check(
    const crypto::DistinguishedName& subject, const std::vector<crypto::AlternativeName>& names, const crypto::KeyFacts& key,
    std::uint32_t days
) const {
    std::vector<Finding> findings;
    for (const std::string& part : subject_required) {
        if (subject.find(part).empty()) findings.push_back({FindingCode::SubjectMissing, subject.text(), part});
    }
    for (const auto& [type, value] : subject.parts) {
        if (!isPlain(value)) findings.push_back({FindingCode::NameNotAllowed, type, "control characters"});
    }
    for (const auto& one : names) {
        if (one.type == crypto::NameType::Dns && !isHostName(one.text)) {
            findings.push_back({FindingCode::NameNotAllowed, "dns:" + one.text, "a host's name of letters, digits, - and ."});
            continue;
        }
        if (std::find(names_allowed.begin(), names_allowed.end(), one.type) != names_allowed.end()) continue;
        findings.push_back({FindingCode::NameNotAllowed, std::string(crypto::nameTypeName(one.type)) + ":" + one.text, name});
    }
    if (names_required && names.empty()) findings.push_back({FindingCode::NameMissing, subject.text(), name});
    const auto kind = crypto::findKeyKind(key.kind);
    if (!kind)
        findings.push_back({FindingCode::KeyWeak, subject.text(), key.text});
    else if (std::find(key_kinds.begin(), key_kinds.end(), *kind) == key_kinds.end()) {
        findings.push_back({FindingCode::KeyKindNotAllowed, subject.text(), key.text});
    }
    if (days > days_max)
        findings.push_back({FindingCode::LifetimeTooLong, subject.text(), std::to_string(days) + " > " + std::to_string(days_max) + " days"}
        );
    return findings;
}

base::Result<Profile> readProfile(const std::string& text, const std::string& file) {
    std::vector<base::FieldError> errors;
    yaml::Findings findings(file, errors);
    Profile profile;
    yaml::readTree(text, findings, [&](const YAML::Node& root) { profile = Reader(root, findings).read(); });
    if (!errors.empty()) return wrong(std::move(errors));
    return profile;
}

base::Result<Profiles> Profiles::load(const std::string& directory) {
    Profiles profiles;
    for (const Embedded& one : kEmbedded) {
        auto profile = readProfile(std::string(one.text), one.file);
        if (!profile) return std::move(profile).error();
        profiles.profiles_.push_back(*std::move(profile));
    }
    if (directory.empty()) return profiles;
    std::error_code fault;
    std::vector<std::string> files;
    for (const auto& item : std::filesystem::directory_iterator(directory, fault)) {
        if (item.path().extension() == ".yaml") files.push_back(item.path().string());
    }
    if (fault || files.size() > kProfilesMax) return crypto::refusal(FindingCode::ProfileInvalid, directory, fault.message());
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) {
        auto text = base::readBounded(file, kProfileBytesMax);
        if (!text) return std::move(text).error();
        auto profile = readProfile(*text, file);
        if (!profile) return std::move(profile).error();
        std::erase_if(profiles.profiles_, [&](const Profile& one) { return one.name == profile->name; });
        profiles.profiles_.push_back(*std::move(profile));
    }
    return profiles;
}

base::Result<Profile> Profiles::find(const std::string& name) const {
    for (const Profile& one : profiles_) {
        if (one.name == name) return one;
    }
    std::string known;
    for (const std::string& one : names()) known += (known.empty() ? "" : ", ") + one;
    return crypto::refusal(FindingCode::ProfileUnknown, name, known);
}

std::vector<std::string> Profiles::names() const {
    std::vector<std::string> names;
    for (const Profile& one : profiles_) names.push_back(one.name);
    return names;
}

}  // namespace yht::certs
