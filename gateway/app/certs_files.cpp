#include "gateway/app/certs_files.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/terminal.h"
#include "gateway/base/text.h"
#include "gateway/base/time_text.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

using crypto::FindingCode;
using crypto::refusal;

constexpr std::size_t kPassphraseFileBytesMax = 4096;

/// The file's name before what is wrong with it.
base::Error inFile(const std::string& path, base::Error error) {
    error.public_en = path + ": " + error.public_en;
    error.public_zh = path + ": " + error.public_zh;
    for (auto& field : error.fields) field.pointer = field.pointer.empty() ? path : path + ", " + field.pointer;
    return error;
}

std::string legible(const std::string& text) { return base::countCodePoints(text) ? printable(text) : base::toHex(text); }

std::string accountId() {
    const char* operator_id = std::getenv("YHT_OPERATOR");
    return operator_id != nullptr && *operator_id != '\0' ? operator_id : "uid:" + std::to_string(::getuid());
}

std::string accountName() {
    constexpr std::size_t kBufferBytes = 4096;
    char buffer[kBufferBytes];
    struct passwd entry {};
    struct passwd* found = nullptr;
    if (::getpwuid_r(::getuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) return found->pw_name;
    return "uid " + std::to_string(::getuid());
}

}  // namespace

int reportRefusal(const base::Error& error) {
    if (error.fields.empty()) return reportError(error);
    for (const auto& field : error.fields) {
        const std::string at = field.pointer.empty() ? "" : legible(field.pointer) + ": ";
        const std::string limit = field.limit.empty() ? "" : " (" + legible(field.limit) + ")";
        std::cerr << field.code << '\n' << "  " << at << field.zh << limit << '\n' << "  " << at << field.en << limit << '\n';
    }
    return kExitData;
}

base::Result<std::optional<std::string>> readPassphrase(const std::string& file) {
    if (file.empty()) return std::optional<std::string>();
    std::string text;
    if (file == "-") {
        std::getline(std::cin, text);
    } else {
        if (base::isOpenToOthers(file)) return refusal(FindingCode::KeyReadableByOthers, file, "chmod 600 " + file);
        auto content = base::readBounded(file, kPassphraseFileBytesMax);
        if (!content) return std::move(content).error();
        text = content->substr(0, content->find('\n'));
    }
    if (text.ends_with('\r')) text.pop_back();
    if (text.empty()) {
        return base::makePublicError(
            base::ErrorCode::ParameterInvalid, file + ": its first line, the passphrase, is empty.", file + ":首行(口令)为空。"
        );
    }
    return std::optional(text);
}

base::Result<crypto::KeyMaterial> readKeyFile(const std::string& path, const std::optional<std::string>& passphrase) {
    if (base::isOpenToOthers(path)) return refusal(FindingCode::KeyReadableByOthers, path, "chmod 600 " + path);
    auto pem = base::readBounded(path, crypto::kKeyFileBytesMax);
    if (!pem) return std::move(pem).error();
    auto key = crypto::KeyMaterial::fromPem(*pem, passphrase);
    if (!key) return inFile(path, std::move(key).error());
    return key;
}

base::Result<crypto::Bundle> readBundleFile(const std::string& path, const std::optional<std::string>& passphrase) {
    auto content = base::readBounded(path, crypto::kBundleBytesMax);
    if (!content) return std::move(content).error();
    auto bundle = crypto::readBundle(*content, passphrase);
    if (!bundle) return inFile(path, std::move(bundle).error());
    return bundle;
}

base::Status writeKeyFile(const std::string& path, const crypto::KeyMaterial& key, const std::optional<std::string>& passphrase) {
    if (auto status = checkCanBeMade({path}); !status) return status;
    return base::createDurably(path, passphrase ? key.toEncryptedPem(*passphrase) : key.toPem(), base::FileSecrecy::Private);
}

base::Status writeFile(const std::string& path, const std::string& content, bool overwrite) {
    if (overwrite) return base::writeDurably(path, content, base::FileSecrecy::Public);
    if (auto status = checkCanBeMade({path}); !status) return status;
    return base::createDurably(path, content, base::FileSecrecy::Public);
}

base::Status checkCanBeMade(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        if (path.empty()) continue;
        std::error_code fault;
        if (std::filesystem::exists(path, fault)) return refusal(FindingCode::FileExists, path);
        const auto parent = std::filesystem::path(path).parent_path();
        const std::string directory = parent.empty() ? "." : parent.string();
        if (::access(directory.c_str(), W_OK | X_OK) == 0) continue;
        const std::string why = std::strerror(errno);
        return base::makePublicError(
            base::ErrorCode::IoFailed, path + " can't be made: its directory can't be written to.", "无法建立 " + path + ":所在目录不可写。",
            directory + ": " + why
        );
    }
    return {};
}

std::vector<crypto::AlternativeName> namesOf(const CertsLine& line) {
    std::vector<crypto::AlternativeName> names;
    for (const auto& name : line.dns) names.push_back({crypto::NameType::Dns, name});
    for (const auto& name : line.ip) names.push_back({crypto::NameType::Ip, name});
    for (const auto& name : line.email) names.push_back({crypto::NameType::Email, name});
    return names;
}

base::Result<crypto::DistinguishedName> subjectOf(const std::string& text) {
    if (text.empty()) return crypto::DistinguishedName{};
    auto subject = crypto::DistinguishedName::parse(text);
    if (!subject || !base::countCodePoints(text)) return refusal(FindingCode::SubjectMissing, text, "as C=CN,O=…,CN=…");
    return *std::move(subject);
}

base::Result<crypto::KeyKind> keyKindOf(const CertsLine& line, const certs::Profile& profile) {
    if (line.key_kind.empty()) return profile.key_kinds.front();
    const auto kind = crypto::findKeyKind(line.key_kind);
    if (!kind) return refusal(FindingCode::KeyKindNotAllowed, line.key_kind, profile.name);
    return *kind;
}

Actor::Actor() : by_(accountName()), account_(accountId()) {}

std::string dayText(base::UnixMillis at_ms) { return base::formatRfc3339(at_ms).substr(0, 10); }

void jsonText(json::Writer& out, const char* name, const std::string& value) {
    const std::string text = base::countCodePoints(value) ? value : legible(value);
    json::writeText(out, name, text);
}

void jsonNumber(json::Writer& out, const char* name, std::int64_t value) {
    out.Key(name);
    out.Int64(value);
}

void writeCertificate(json::Writer& out, const crypto::CertificateFacts& facts) {
    out.StartObject();
    jsonText(out, "subject", facts.subject);
    jsonText(out, "issuer", facts.issuer);
    jsonText(out, "serial", facts.serial_hex);
    jsonText(out, "fingerprint", facts.fingerprint);
    jsonText(out, "not_before", base::formatRfc3339(facts.not_before_ms));
    jsonText(out, "not_after", base::formatRfc3339(facts.not_after_ms));
    jsonText(out, "key", facts.key.text);
    jsonText(out, "signature", facts.signature_algorithm);
    std::vector<std::string> names;
    for (const auto& name : facts.names) names.push_back(std::string(crypto::nameTypeName(name.type)) + ":" + legible(name.text));
    json::writeTexts(out, "names", names);
    json::writeTexts(out, "key_usage", facts.key_usage);
    json::writeTexts(out, "extended_key_usage", facts.extended_key_usage);
    out.Key("ca");
    out.Bool(facts.is_ca);
    if (facts.path_length) jsonNumber(out, "path_length", *facts.path_length);
    out.EndObject();
}

void writeFindings(json::Writer& out, const std::vector<crypto::Finding>& findings) {
    out.Key("findings");
    out.StartArray();
    for (const auto& finding : findings) {
        out.StartObject();
        jsonText(out, "code", std::string("certificate.") + finding.row().wire);
        jsonText(out, "at", finding.at);
        jsonText(out, "detail", finding.detail);
        jsonText(out, "en", finding.row().en);
        jsonText(out, "zh", finding.row().zh);
        out.EndObject();
    }
    out.EndArray();
}

void printCertificate(const crypto::CertificateFacts& facts) {
    const auto joined = [](const std::vector<std::string>& items) {
        std::string text;
        for (const auto& item : items) text += (text.empty() ? "" : " ") + item;
        return text.empty() ? std::string("-") : text;
    };
    std::vector<std::string> names;
    for (const auto& name : facts.names) names.push_back(std::string(crypto::nameTypeName(name.type)) + ":" + legible(name.text));
    std::cout << "证书 certificate  " << legible(facts.subject) << "\n  签发者 issuer    " << legible(facts.issuer)
              << "\n  序列号 serial    " << facts.serial_hex << "\n  有效期 valid     " << dayText(facts.not_before_ms) << " … "
              << dayText(facts.not_after_ms) << "\n  密钥 key         " << facts.key.text << (facts.key.weak() ? "  弱 WEAK" : "")
              << "\n  签名 signature   " << facts.signature_algorithm << (facts.signature_weak ? "  弱 WEAK" : "")
              << "\n  名称 names       " << joined(names) << "\n  用途 usage       " << joined(facts.key_usage) << " / "
              << joined(facts.extended_key_usage);
    if (facts.is_ca)
        std::cout << "\n  CA               "
                  << (facts.path_length ? "path length " + std::to_string(*facts.path_length) : std::string("no bound"));
    if (!facts.crl_urls.empty()) std::cout << "\n  CRL              " << legible(joined(facts.crl_urls));
    if (!facts.ocsp_urls.empty()) std::cout << "\n  OCSP             " << legible(joined(facts.ocsp_urls));
    std::cout << "\n  指纹 fingerprint " << facts.fingerprint << '\n';
}

}  // namespace yht::app
