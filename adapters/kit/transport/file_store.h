// Files at a far side (文件交换): a folder of this machine, SFTP, FTPS, behind one interface, for reading what a source
// puts there and for putting what a far side fetches.
//   SFTP  the host key is pinned by SHA-256; Ed25519 and ECDSA client keys, or a password. libssh2 as Debian 12 has it
//         lacks rsa-sha2: a server that offers nothing else is named as such (PeerUntrusted)
//   FTPS  explicit TLS on both channels, the authority pinned, the name checked; never in clear
//   put   writes a name that begins with "." and ends with ".part", then renames: nobody reads half a file
// Paths are the far side's, absolute, "/" between names. Names that hold "/", NUL, line ends or are "." or ".." are
// neither listed nor taken. Everything is bounded: names, bytes, seconds; a stop ends an exchange within a second.
// Uses: base, trust/peer_evidence. Used by: pull, destinations that are files.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/trust/peer_evidence.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace yht::trust {
class PeerJudge;  // handshake.h
}

namespace yht::kit {

inline constexpr std::size_t kListedFilesMax = 20'000;    // of one directory; more: PeerAnswerInvalid
inline constexpr std::size_t kFileNameBytesMax = 255;
inline constexpr std::size_t kFilePathBytesMax = 1'024;

/// A regular file. The listing of a remote server gives no exact time: stat() does.
struct FileEntry {
    std::string name;
    std::uint64_t size_bytes = 0;
};

struct FileFacts {
    std::uint64_t size_bytes = 0;
    base::UnixMillis modified_ms = 0;  // to the second over SFTP and FTPS
    bool operator==(const FileFacts&) const = default;
};

/// Takes the next piece; false: enough.
using FileSink = std::function<bool(std::string_view)>;

/// One conversation with one far side; connections are kept between calls. Used by one thread at a time.
/// Errors of all: PeerUnreachable (nothing was asked), PeerUntrusted (host key, certificate), PeerLoginRefused,
/// PeerAnswerLost (cut or timed out on the way), PeerRefused (it said no: no such directory, no right), NotFound.
class FileStore {
public:
    virtual ~FileStore() = default;

    /// Regular files of the directory, by name. Errors: PeerAnswerInvalid (too many, a listing of unknown form).
    virtual base::Result<std::vector<FileEntry>> list(const std::string& directory) = 0;
    /// Errors: NotFound.
    virtual base::Result<FileFacts> stat(const std::string& path) = 0;
    /// Whether stat() finds it. Errors: stat()'s but NotFound: who could not be asked has not said no.
    base::Result<bool> exists(const std::string& path) {
        const auto facts = stat(path);
        if (facts.ok()) return true;
        if (facts.error().code == base::ErrorCode::NotFound) return false;
        return facts.error();
    }
    /// Errors: ItemTooLarge where it has more bytes than that.
    virtual base::Status get(const std::string& path, std::uint64_t bytes_max, const FileSink& sink) = 0;
    /// The whole file, or nothing under that name. Replaces one that is there.
    virtual base::Status put(const std::string& path, std::string_view bytes) = 0;
    /// Within one server. Replaces one that is there where the server does so (SFTP servers as a rule don't).
    virtual base::Status rename(const std::string& from, const std::string& to) = 0;
    virtual base::Status remove(const std::string& path) = 0;

    /// After a call that went well: who it was. For a folder: of the file that was read last.
    virtual trust::PeerEvidence evidence() const = 0;
};

struct FolderSettings {
    std::string owner;  // account that must own directory and files, with nobody else able to write; "" anybody's
};
struct TransferTimes {
    std::int64_t connect_ms = 10'000;
    std::int64_t whole_ms = 60'000;  // one call, connecting included
};
struct SftpSettings {
    std::string host;
    std::uint16_t port = 22;
    std::string user;
    std::vector<std::string> host_keys;  // "SHA256:" and 43 characters of Base64, as ssh-keygen -lf prints; at least one
    std::string private_key_path;        // OpenSSH or PEM, Ed25519 or ECDSA; "": by password
    std::string private_key_passphrase, password;
    TransferTimes times;
};
struct FtpsSettings {
    std::string host;
    std::uint16_t port = 21;
    std::string tls_name;  // in its certificate; "": host
    std::string user, password;
    std::string ca_path;  // PEM; "": the system's authorities
    TransferTimes times;
    std::shared_ptr<const trust::PeerJudge> judge = {};  // of its certificate; nullptr: nobody is asked
};

/// Errors: ConfigInvalid (no such account).
base::Result<std::unique_ptr<FileStore>> openFolder(const FolderSettings& settings);
/// Connects at the first call. `stop` ends a call under way with PeerAnswerLost.
/// Errors: ConfigInvalid (a fingerprint or a path that can't be one).
base::Result<std::unique_ptr<FileStore>> openSftp(SftpSettings settings, std::stop_token stop = {});
base::Result<std::unique_ptr<FileStore>> openFtps(FtpsSettings settings, std::stop_token stop = {});

/// Can be the name of a file at a far side.
bool isPlainFileName(std::string_view name);
/// Absolute, without "." and ".." and control characters.
bool isPlainPath(std::string_view path);

}  // namespace yht::kit
