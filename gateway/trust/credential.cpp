#include "gateway/trust/credential.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "gateway/crypto/provider/key_provider.h"

namespace yht::trust {
namespace {

using base::ErrorCode;

struct MendRow {
    ErrorCode code;
    const char* en;
    const char* zh;
};
/// What an operator does about it; FILE stands for the path.
constexpr MendRow kMends[] = {
    {ErrorCode::CertUnreadable, "look at it: openssl x509 -in FILE -noout -subject -dates", "查看:openssl x509 -in FILE -noout -subject -dates"},
    {ErrorCode::CertKeyExposed, "chmod 600 FILE", "执行 chmod 600 FILE"},
    {ErrorCode::CertExpired, "renew it, then: yht certs activate", "更换证书后执行 yht certs activate"},
    {ErrorCode::CertNotYetValid, "compare: openssl x509 -in FILE -noout -dates; date -u", "核对:openssl x509 -in FILE -noout -dates;date -u"},
    {ErrorCode::CertUsage, "compare: openssl x509 -in FILE -noout -purpose -ext keyUsage,extendedKeyUsage",
     "核对:openssl x509 -in FILE -noout -purpose -ext keyUsage,extendedKeyUsage"},
    {ErrorCode::CertChainIncomplete, "put the intermediate CAs behind it: cat leaf.pem intermediate.pem > FILE",
     "将中间 CA 证书接在其后:cat leaf.pem intermediate.pem > FILE"},
};

std::string withPath(std::string text, const std::string& path) {
    const auto at = text.find("FILE");
    return at == std::string::npos ? text : text.replace(at, 4, path);
}

/// The table's sentence, the file, and the command.
base::Error named(const base::Error& error, const std::string& path) {
    const auto& row = error.row();
    std::string en = path + ": " + row.en, zh = path + ":" + row.zh;
    for (const auto& mend : kMends) {
        if (mend.code != error.code) continue;
        en += " (" + withPath(mend.en, path) + ")";
        zh += "(" + withPath(mend.zh, path) + ")";
    }
    return base::makePublicError(error.code, en, zh, error.detail);
}

base::Status checkMode(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return named(base::makeError(ErrorCode::CertUnreadable, "no such file"), path);
    if ((info.st_mode & (S_IROTH | S_IWOTH)) != 0) return named(base::makeError(ErrorCode::CertKeyExposed), path);
    return {};
}

base::Status checkKey(const CredentialQuestion& question, const crypto::CertificateFacts& leaf) {
    if (!crypto::isDeviceReference(question.private_key_path)) {
        const std::string file = crypto::fileOfReference(question.private_key_path);
        if (auto mode = checkMode(file); !mode.ok()) return mode;
        if (const auto text = readCredentialFile(file); !text.ok()) return text.error();
    }
    const auto key = crypto::openPrivateKey(question.private_key_path);
    if (!key.ok()) {
        const auto code = key.error().code;
        if (code != ErrorCode::CryptoFailed && code != ErrorCode::IoFailed) return key.error();
        return base::makePublicError(
            ErrorCode::CertUnreadable, question.private_key_path + ": no private key that can be used (openssl pkey -in FILE -noout -check).",
            question.private_key_path + ":不是可用的私钥。", key.error().detail
        );
    }
    if (key->publicKey().toDer() == leaf.key.public_der) return {};
    return base::makePublicError(
        ErrorCode::CertKeyMismatch,
        question.private_key_path + " is not the key of " + question.certificate_path +
            "; compare: openssl pkey -in " + question.private_key_path + " -pubout; openssl x509 -in " + question.certificate_path + " -noout -pubkey",
        question.private_key_path + " 不是 " + question.certificate_path + " 的私钥;核对:openssl pkey -in " + question.private_key_path +
            " -pubout;openssl x509 -in " + question.certificate_path + " -noout -pubkey"
    );
}

}  // namespace

base::Result<std::string> readCredentialFile(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text(kCredentialFileBytesMax + 1, '\0');
    if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
    const bool opened = static_cast<bool>(in) || in.eof();
    text.resize(opened ? static_cast<std::size_t>(in.gcount()) : 0);
    if (!opened || in.bad() || text.size() > kCredentialFileBytesMax) {
        return named(base::makeError(ErrorCode::CertUnreadable, opened ? "too long, or can't be read" : "can't be opened"), path);
    }
    return text;
}

base::Result<crypto::CertificateChain> readCertificates(const std::string& path) {
    const auto pem = readCredentialFile(path);
    if (!pem.ok()) return pem.error();
    auto chain = crypto::certificatesOfPem(*pem);
    if (!chain.ok()) return named(base::makeError(ErrorCode::CertUnreadable, chain.error().detail), path);
    return chain;
}

base::Result<CheckedCredential> checkCredential(const CredentialQuestion& question, base::UnixMillis now_ms) {
    auto chain = readCertificates(question.certificate_path);
    if (!chain.ok()) return std::move(chain).error();
    const auto leaf = crypto::readCertificateFacts(chain->front());
    if (!leaf.ok()) return named(base::makeError(ErrorCode::CertUnreadable), question.certificate_path);
    if (!question.private_key_path.empty()) {
        if (auto key = checkKey(question, *leaf); !key.ok()) return std::move(key).error();
    }
    crypto::ChainQuestion asked{.others = {chain->begin() + 1, chain->end()}, .last_is_anchor = question.issuer_ca_path.empty(), .at_ms = now_ms};
    if (!question.issuer_ca_path.empty()) {
        auto read = readCertificates(question.issuer_ca_path);
        if (!read.ok()) return std::move(read).error();
        asked.anchors = *std::move(read);
    }
    for (const auto use : question.uses) {
        asked.purpose = use;
        asked.hosts = use == crypto::CertificatePurpose::TlsServer ? question.names : std::vector<std::string>();
        const auto judged = crypto::checkChain(chain->front(), asked);
        if (!judged.status.ok()) return named(judged.status.error(), question.certificate_path);
    }
    CheckedCredential checked{leaf->fingerprint, leaf->subject, leaf->not_after_ms};
    for (const auto& der : *chain) {
        if (const auto facts = crypto::readCertificateFacts(der); facts.ok()) checked.not_after_ms = std::min(checked.not_after_ms, facts->not_after_ms);
    }
    return checked;
}

}  // namespace yht::trust
