// SFTP and FTPS over libcurl. One class: what differs is how a connection is secured and how a command is written.
#include <array>
#include <optional>

#include "adapters/kit/transport/curl_exchange.h"
#include "adapters/kit/transport/directory_lines.h"
#include "adapters/kit/transport/ssh_offer.h"
#include "gateway/crypto/digest.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

constexpr std::size_t kListingBytesMax = kListedFilesMax * (kFileNameBytesMax + 128);
constexpr std::size_t kFingerprintCharacters = 43;  // Base64 of 32 bytes, without "="

std::string place(const char* scheme, const std::string& host, std::uint16_t port) {
    const bool ipv6 = host.find(':') != std::string::npos;
    return std::string(scheme) + "://" + (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

/// A path inside double quotes, as libcurl's SFTP commands take it.
std::string quoted(const std::string& path) {
    std::string text = "\"";
    for (const char c : path) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

base::Error badPath() { return base::makeError(ErrorCode::ConfigInvalid, "a path that can't be one"); }

/// What both servers have in common.
class RemoteStore : public FileStore {
public:
    RemoteStore(
        const char* protocol, std::string place, TransferTimes times, std::stop_token stop, std::shared_ptr<const trust::PeerJudge> judge = {}
    )
        : place_(std::move(place)), exchange_(protocol, times, std::move(stop), std::move(judge)) {}

    base::Result<std::vector<FileEntry>> list(const std::string& directory) override {
        if (!isPlainPath(directory)) return badPath();
        begin(directory == "/" ? directory : directory + "/");
        std::string listing;
        bool too_long = false;
        exchange_.onBody([&](std::string_view piece) {
            too_long = listing.size() + piece.size() > kListingBytesMax;
            if (!too_long) listing += piece;
            return !too_long;
        });
        if (auto ran = run(); !ran.ok()) return std::move(ran).error();
        if (too_long) return base::makeError(ErrorCode::PeerAnswerInvalid, "directory listing: too long");
        return readDirectoryLines(listing);
    }

    base::Result<FileFacts> stat(const std::string& path) override {
        if (!isPlainPath(path)) return badPath();
        begin(path);
        exchange_.set(CURLOPT_NOBODY, 1L);
        exchange_.set(CURLOPT_FILETIME, 1L);
        exchange_.onBody([](std::string_view) { return true; });  // FTP repeats the facts as header lines
        if (auto ran = run(); !ran.ok()) return std::move(ran).error();
        curl_off_t modified_s = -1, bytes = -1;
        curl_easy_getinfo(exchange_.handle(), CURLINFO_FILETIME_T, &modified_s);
        curl_easy_getinfo(exchange_.handle(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &bytes);
        if (modified_s < 0) return base::makeError(ErrorCode::NotFound, "the server gives no time of that file");
        if (bytes < 0) {
            // SFTP tells no size here; the listing does.
            auto size = listedSize(path);
            if (!size.ok()) return std::move(size).error();
            bytes = static_cast<curl_off_t>(*size);
        }
        return FileFacts{static_cast<std::uint64_t>(bytes), static_cast<base::UnixMillis>(modified_s) * 1'000};
    }

    base::Status get(const std::string& path, std::uint64_t bytes_max, const FileSink& sink) override {
        if (!isPlainPath(path)) return badPath();
        begin(path);
        std::uint64_t bytes = 0;
        bool too_large = false;
        exchange_.onBody([&](std::string_view piece) {
            bytes += piece.size();
            too_large = bytes > bytes_max;
            return !too_large && sink(piece);
        });
        if (auto ran = run(); !ran.ok()) return ran;
        if (!too_large) return {};
        return base::makeError(ErrorCode::ItemTooLarge, "more than " + std::to_string(bytes_max) + " bytes");
    }

    base::Status put(const std::string& path, std::string_view bytes) override {
        if (!isPlainPath(path)) return badPath();
        const std::size_t name = path.rfind('/') + 1;
        const std::string part = path.substr(0, name) + "." + path.substr(name) + ".part";
        begin(part);
        exchange_.onUpload(bytes);
        if (auto ran = run(); !ran.ok()) return ran;
        if (auto renamed = rename(part, path); renamed.ok()) return renamed;
        // Servers that do not rename over a file: the old one goes first.
        if (auto removed = remove(path); !removed.ok()) return removed;
        return rename(part, path);
    }

    base::Status rename(const std::string& from, const std::string& to) override {
        if (!isPlainPath(from) || !isPlainPath(to)) return badPath();
        return command(renameCommands(from, to));
    }

    base::Status remove(const std::string& path) override {
        if (!isPlainPath(path)) return badPath();
        return command({removeCommand(path)});
    }

    trust::PeerEvidence evidence() const override { return evidence_; }

protected:
    virtual void secure(CurlExchange& exchange) = 0;
    virtual std::vector<std::string> renameCommands(const std::string& from, const std::string& to) const = 0;
    virtual std::string removeCommand(const std::string& path) const = 0;
    virtual trust::PeerEvidence proven() const = 0;
    virtual base::Error explain(base::Error error) { return error; }
    const std::string& where() const { return place_; }

private:
    void begin(const std::string& path) {
        exchange_.begin(place_ + urlPath(path));
        secure(exchange_);
    }
    /// FTP takes an URL's path from the directory of log-in; a second slash makes it absolute. SFTP's is absolute.
    std::string urlPath(const std::string& path) const {
        return (place_.starts_with("ftp:") ? "/" : "") + exchange_.escapedPath(path);
    }
    base::Status command(const std::vector<std::string>& commands) {
        begin("/");
        const CurlList list(commands);
        exchange_.set(CURLOPT_NOBODY, 1L);
        exchange_.set(CURLOPT_QUOTE, list.get());
        return run();
    }
    base::Status run() {
        base::Status ran = exchange_.run();
        if (!ran.ok()) return explain(std::move(ran).error());
        evidence_ = proven();
        return ran;
    }
    base::Result<std::uint64_t> listedSize(const std::string& path) {
        const std::size_t name = path.rfind('/') + 1;
        const auto files = list(name == 1 ? "/" : path.substr(0, name - 1));
        if (!files.ok()) return files.error();
        for (const FileEntry& file : *files) {
            if (file.name == path.substr(name)) return file.size_bytes;
        }
        return base::makeError(ErrorCode::NotFound, "no regular file");
    }

    const std::string place_;
    CurlExchange exchange_;
    trust::PeerEvidence evidence_;
};

class SftpStore final : public RemoteStore {
public:
    SftpStore(SftpSettings settings, std::stop_token stop)
        : RemoteStore("sftp", place("sftp", settings.host, settings.port), settings.times, std::move(stop)),
          settings_(std::move(settings)) {}

private:
    void secure(CurlExchange& exchange) override {
        exchange.set(CURLOPT_SSH_HOSTKEYFUNCTION, &SftpStore::judgeHostKey);
        exchange.set(CURLOPT_SSH_HOSTKEYDATA, static_cast<void*>(this));
        exchange.set(CURLOPT_USERNAME, settings_.user);
        const bool by_key = !settings_.private_key_path.empty();
        exchange.set(CURLOPT_SSH_AUTH_TYPES, static_cast<long>(by_key ? CURLSSH_AUTH_PUBLICKEY : CURLSSH_AUTH_PASSWORD));
        if (by_key) {
            exchange.set(CURLOPT_SSH_PRIVATE_KEYFILE, settings_.private_key_path);
            // "": the public half is made from the private one.
            exchange.set(CURLOPT_SSH_PUBLIC_KEYFILE, "");
            exchange.set(CURLOPT_KEYPASSWD, settings_.private_key_passphrase);
        } else {
            exchange.set(CURLOPT_PASSWORD, settings_.password);
        }
    }

    static int judgeHostKey(void* self, int, const char* key, std::size_t bytes) {
        auto* store = static_cast<SftpStore*>(self);
        std::string base64 = base::toBase64(crypto::sha256({key, bytes}));
        base64.resize(kFingerprintCharacters);
        store->seen_ = "SHA256:" + base64;
        for (const std::string& pinned : store->settings_.host_keys) {
            if (pinned == store->seen_) return CURLKHMATCH_OK;
        }
        store->refused_ = true;
        return CURLKHMATCH_MISMATCH;
    }

    base::Error explain(base::Error error) override {
        if (std::exchange(refused_, false)) {
            return base::makePublicError(
                ErrorCode::PeerUntrusted,
                "The server's host key is " + seen_ + ", which is none of host_keys: ask its operator on another way.",
                "服务器主机密钥为 " + seen_ + ",不在 host_keys 中:请通过其他途径向对方核实。"
            );
        }
        if (error.detail.find("Unable to exchange encryption keys") == std::string::npos) return error;
        const auto offered = offeredHostKeys(settings_.host, settings_.port, settings_.times.connect_ms);
        if (!offered.ok()) return error;
        std::string names;
        for (const std::string& name : *offered) names += (names.empty() ? "" : ", ") + name;
        const bool rsa_only = offersOnlyRsaSha2(*offered);
        return base::makePublicError(
            ErrorCode::PeerUntrusted,
            "The server offers host keys " + names + (rsa_only ? " only: RSA with SHA-2, which our SSH library lacks." : "; no algorithm in common.") +
                " It needs an Ed25519 or ECDSA host key.",
            "服务器" + std::string(rsa_only ? "只" : "") + "提供主机密钥算法 " + names +
                (rsa_only ? ",而本机 SSH 库不支持 RSA-SHA2" : ",没有共同的算法") + ";需要 Ed25519 或 ECDSA 主机密钥。",
            error.detail
        );
    }

    std::vector<std::string> renameCommands(const std::string& from, const std::string& to) const override {
        return {"rename " + quoted(from) + " " + quoted(to)};
    }
    std::string removeCommand(const std::string& path) const override { return "rm " + quoted(path); }
    trust::PeerEvidence proven() const override {
        return {trust::PeerCheck::SshHostKey, where(), seen_, settings_.private_key_path.empty() ? "password" : "key"};
    }

    const SftpSettings settings_;
    std::string seen_;  // fingerprint of the connection in use
    bool refused_ = false;
};

class FtpsStore final : public RemoteStore {
public:
    FtpsStore(FtpsSettings settings, std::stop_token stop)
        // The name goes into the URL, so that it is the one that is checked; the address is given beside it.
        : RemoteStore("ftp", place("ftp", settings.tls_name.empty() ? settings.host : settings.tls_name, settings.port), settings.times, std::move(stop),
                      settings.judge),
          settings_(std::move(settings)),
          connect_to_({"::" + (settings_.host.find(':') == std::string::npos ? settings_.host : "[" + settings_.host + "]") + ":"}) {}

private:
    void secure(CurlExchange& exchange) override {
        exchange.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
        exchange.set(CURLOPT_FTPSSLAUTH, static_cast<long>(CURLFTPAUTH_TLS));
        // With CWD: a server lists a directory that is not there as an empty one.
        exchange.set(CURLOPT_FTP_FILEMETHOD, static_cast<long>(CURLFTPMETHOD_SINGLECWD));
        exchange.set(CURLOPT_FTP_SKIP_PASV_IP, 1L);
        exchange.set(CURLOPT_USERNAME, settings_.user);
        exchange.set(CURLOPT_PASSWORD, settings_.password);
        if (!settings_.tls_name.empty()) exchange.set(CURLOPT_CONNECT_TO, connect_to_.get());
        if (!settings_.ca_path.empty()) {
            exchange.set(CURLOPT_CAINFO, settings_.ca_path);
            exchange.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
        }
    }
    std::vector<std::string> renameCommands(const std::string& from, const std::string& to) const override {
        return {"RNFR " + from, "RNTO " + to};
    }
    std::string removeCommand(const std::string& path) const override { return "DELE " + path; }
    trust::PeerEvidence proven() const override {
        return {trust::PeerCheck::TlsCertificate, where(), settings_.tls_name.empty() ? settings_.host : settings_.tls_name, "password"};
    }

    const FtpsSettings settings_;
    const CurlList connect_to_;
};

bool isFingerprint(std::string_view text) {
    constexpr std::string_view kPrefix = "SHA256:";
    return text.starts_with(kPrefix) && text.size() == kPrefix.size() + kFingerprintCharacters;
}

}  // namespace

base::Result<std::unique_ptr<FileStore>> openSftp(SftpSettings settings, std::stop_token stop) {
    for (const std::string& key : settings.host_keys) {
        if (!isFingerprint(key)) {
            return base::makePublicError(
                ErrorCode::ConfigInvalid, "A host key is pinned as SHA256: and 43 characters, as ssh-keygen -lf prints it.",
                "主机密钥指纹须为 SHA256: 加 43 个字符,即 ssh-keygen -lf 的输出。"
            );
        }
    }
    if (settings.host_keys.empty()) return base::makeError(ErrorCode::ConfigInvalid, "no host key is pinned");
    return std::unique_ptr<FileStore>(std::make_unique<SftpStore>(std::move(settings), std::move(stop)));
}

base::Result<std::unique_ptr<FileStore>> openFtps(FtpsSettings settings, std::stop_token stop) {
    return std::unique_ptr<FileStore>(std::make_unique<FtpsStore>(std::move(settings), std::move(stop)));
}

}  // namespace yht::kit
