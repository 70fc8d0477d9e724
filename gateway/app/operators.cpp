#include "gateway/app/operators.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "gateway/app/deployment.h"
#include "gateway/json/json.h"
#include "gateway/yaml/entry.h"

namespace yht::app {
namespace {

using base::ErrorCode;

constexpr std::size_t kFileBytesMax = 1U << 20;
constexpr std::size_t kPemBytesMax = 64U << 10;
constexpr std::size_t kNameCharactersMax = 100;
constexpr std::size_t kPathCharactersMax = 255;
constexpr std::size_t kNonceBytes = 16;

/// What an operator signs.
std::string signedText(const ControlRequest& request, const std::string& origin) {
    std::string out = "yht-command-1\n" + origin + "\n{\"arguments\":" + argumentsText(request);
    json::appendMember(out, "command", request.command);
    json::appendMember(out, "created_ms", request.signature->created_ms);
    json::appendMember(out, "nonce", request.signature->nonce);
    json::appendMember(out, "operator", request.signature->operator_id);
    json::appendMember(out, "why", request.why);
    return out + "}";
}

base::Error unknown(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::OperatorUnknown, en, zh);
}

class Reader {
public:
    Reader(const std::string& directory, std::vector<base::FieldError>& errors)
        : directory_(directory), findings_(kOperatorsFile, errors) {}

    void read(const std::string& text) {
        yaml::readTree(text, findings_, [&](const YAML::Node& root) {
            yaml::Entry top(root, {"operators"}, findings_);
            for (const auto& node : top.list("operators", kOperatorsMax)) readOperator(node);
        });
    }
    OperatorList operators;

private:
    void readOperator(const YAML::Node& node) {
        yaml::Entry entry(node, yaml::namesIn(kOperatorKeys), findings_);
        const std::string id = entry.id();
        const std::string name = entry.text("name", nullptr, kNameCharactersMax);
        const Roles role = readRole(entry);
        const bool revoked = entry.flag("revoked", false);
        auto certificate = readCertificate(entry);
        if (!ids_.insert(id).second) entry.bad(node, "id", "stands twice", "重复");
        if (!certificate) return;
        if (!fingerprints_.insert(certificate->fingerprint()).second) {
            entry.bad(entry.find("certificate"), "certificate", "is another operator's too: each has one of their own",
                      "与其他操作员相同,每人须有各自的证书");
        }
        operators.push_back({id, name, role, *std::move(certificate), revoked});
    }

    Roles readRole(yaml::Entry& entry) {
        const std::string text = entry.text("role", nullptr, kNameCharactersMax);
        yaml::Names names;
        for (const auto& row : kRoleWords) {
            if (text == row.name || text == row.zh) return row.role;
            names.emplace_back(row.name);
        }
        if (!text.empty()) findings_.addUnknown(entry.find("role"), "Role", "角色", text, names);
        return 0;
    }

    std::optional<crypto::Certificate> readCertificate(yaml::Entry& entry) {
        const std::filesystem::path file = entry.text("certificate", nullptr, kPathCharactersMax);
        if (file.empty()) return std::nullopt;
        if (!file.is_relative() || std::find(file.begin(), file.end(), "..") != file.end()) {
            entry.bad(entry.find("certificate"), "certificate", "is a path inside this directory", "应为本目录内的路径");
            return std::nullopt;
        }
        const auto pem = readFile(std::filesystem::path(directory_) / file, kPemBytesMax);
        auto certificate = pem.ok() ? crypto::Certificate::fromPem(*pem) : base::Result<crypto::Certificate>(pem.error());
        if (certificate.ok()) return *std::move(certificate);
        entry.bad(entry.find("certificate"), "certificate", "is no certificate in PEM that can be read", "不是可读取的 PEM 证书");
        return std::nullopt;
    }

    const std::string& directory_;
    yaml::Findings findings_;
    std::set<std::string> ids_, fingerprints_;
};

}  // namespace

std::string rolesText(Roles roles) {
    std::string text;
    for (const auto& row : kRoleWords) {
        if ((roles & row.role) == 0) continue;
        text += (text.empty() ? "" : ", ") + std::string(row.name) + " " + row.zh;
    }
    return text;
}

base::Result<OperatorList> loadOperators(const std::string& directory) {
    const auto path = std::filesystem::path(directory) / kOperatorsFile;
    if (!std::filesystem::exists(path)) return OperatorList{};
    const auto text = readFile(path, kFileBytesMax);
    if (!text.ok()) return text.error();
    std::vector<base::FieldError> errors;
    Reader reader(directory, errors);
    reader.read(*text);
    if (errors.empty()) return std::move(reader.operators);
    return yaml::refusal(ErrorCode::ConfigInvalid, kOperatorsFile, std::move(errors));
}

base::Status signCommand(
    ControlRequest& request, const std::string& operator_id, const std::string& origin, const trust::SigningKey& key,
    base::UnixMillis now_ms, base::Random& random
) {
    request.signature = CommandSignature{operator_id, std::to_string(now_ms), base::toHex(random.bytes(kNonceBytes)), ""};
    auto value = key.key.sign(key.algorithm, signedText(request, origin));
    if (!value.ok()) return std::move(value).error();
    request.signature->value = base::toBase64(*value);
    return {};
}

void OperatorDesk::replace(OperatorList operators) {
    const std::lock_guard lock(mutex_);
    operators_ = std::make_shared<const OperatorList>(std::move(operators));
}

bool OperatorDesk::anyNamed() const {
    const std::lock_guard lock(mutex_);
    return !operators_->empty();
}

base::Result<Operator> OperatorDesk::identify(const ControlRequest& request) {
    std::shared_ptr<const OperatorList> operators;
    {
        const std::lock_guard lock(mutex_);
        operators = operators_;
    }
    if (!request.signature) {
        return unknown("operators.yaml names who may command this gateway: say who you are with YHT_OPERATOR=ID and "
                       "YHT_OPERATOR_KEY=FILE (certs/README.md).",
                       "operators.yaml 已列明操作员,请用 YHT_OPERATOR=编号 与 YHT_OPERATOR_KEY=私钥文件 表明身份(见 certs/README.md)。");
    }
    const auto& signature = *request.signature;
    const auto found = std::find_if(operators->begin(), operators->end(),
                                    [&](const Operator& one) { return one.id == signature.operator_id; });
    if (found == operators->end()) {
        return unknown("operators.yaml names no such operator.", "operators.yaml 中没有该操作员。");
    }
    const auto now_ms = clock_.nowMillis();
    if (found->revoked || now_ms < found->certificate.notBeforeMillis() || now_ms > found->certificate.notAfterMillis()) {
        return unknown("This operator's certificate is revoked or not in its dates: put a new one into operators.yaml and reload.",
                       "该操作员的证书已吊销或不在有效期内,请在 operators.yaml 中换用新证书并重新加载。");
    }
    base::UnixMillis created_ms = 0;
    const auto* const end = signature.created_ms.data() + signature.created_ms.size();
    const auto read = std::from_chars(signature.created_ms.data(), end, created_ms);
    if (read.ec != std::errc() || read.ptr != end || std::abs(now_ms - created_ms) > kCommandToleranceMs) {
        return unknown("The command was signed at a time that is not the gateway's: compare both clocks.",
                       "命令签名时间与网关时钟相差过大,请核对两端时钟。");
    }
    const auto value = base::fromBase64(signature.value);
    const auto& key = found->certificate.publicKey();
    const auto verdict = value ? key.verify(key.defaultAlgorithm(), signedText(request, origin_), *value)
                               : base::Result<crypto::SignatureVerdict>(crypto::SignatureVerdict::Invalid);
    if (!verdict.ok()) return verdict.error();
    if (*verdict != crypto::SignatureVerdict::Valid) {
        return unknown("The command's signature is not that of the operator's certificate: is YHT_OPERATOR_KEY the key of it?",
                       "命令签名与该操作员的证书不符,请检查 YHT_OPERATOR_KEY 是否为其私钥。");
    }
    if (auto taken = takeNonce(signature.nonce, now_ms); !taken.ok()) return std::move(taken).error();
    return *found;
}

/// Only of commands whose signature is right, so that nobody else can fill the memory.
base::Status OperatorDesk::takeNonce(const std::string& nonce, base::UnixMillis now_ms) {
    const std::lock_guard lock(mutex_);
    std::erase_if(nonces_, [&](const auto& one) { return one.second < now_ms; });
    if (nonces_.size() >= kNoncesMax || !nonces_.emplace(nonce, now_ms + 2 * kCommandToleranceMs).second) {
        return unknown("This very command was given before; give it anew.", "该命令已执行过,请重新发出。");
    }
    return {};
}

}  // namespace yht::app
