// How a source is asked for what is new: the `pull` section of a manifest as a value. A source without one is pushed.
// The keys: adapters/README.md. Uses: trust (revocation policies). Used by: manifest, kit/pull, intake/pull.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/trust/revocation_policy.h"

namespace yht::kit {

/// Of a day in Shanghai, in minutes; `to` before `from` passes midnight.
struct QuietHours {
    std::int32_t from_minute = 0, to_minute = 0;
};

/// How a file that is written to its end is told.
struct FinishedRule {
    enum class Kind : std::uint8_t {
        Stable,     // size and time have not changed for stable_s
        Marker,     // another file stands beside it
        Temporary,  // the writer renames: such names are unfinished, all others are finished
    };
    Kind kind = Kind::Stable;
    std::int64_t stable_s = 30;
    std::string marker;                  // "{name}.ok", "{stem}.ok"
    std::vector<std::string> temporary;  // patterns
};

enum class FileOrder : std::uint8_t { Name, Time };
enum class AfterFile : std::uint8_t { Keep, Move, Delete };

struct FolderPull {
    std::string owner;  // "": anybody's
};
struct SftpPull {
    std::string host, user;
    std::uint16_t port = 22;
    std::vector<std::string> host_keys;
    std::string key, key_passphrase, password;  // names of secrets, "" none
};
struct FtpsPull {
    std::string host, tls_name, user;
    std::uint16_t port = 21;
    std::string password;  // name of a secret
    std::string ca;        // file of the deployment, "" the system's authorities
};
struct FilesPull {
    std::string directory, pattern = "*";
    FinishedRule finished;
    std::string beside;  // "{stem}.fpt": the file that belongs to it; one message of both, packed together. "" none
    FileOrder order = FileOrder::Name;
    AfterFile after = AfterFile::Keep;
    std::string move_to;
    std::uint32_t files_max = 100;
    std::uint64_t file_bytes_max = 63U << 20;
    std::variant<FolderPull, SftpPull, FtpsPull> at;
};

/// Where the last item stood.
struct CursorRule {
    enum class Kind : std::uint8_t { Time, Sequence };
    Kind kind = Kind::Time;
    std::string place;   // http: path in the item; database: column
    std::string format;  // time: pattern, rfc3339, epoch_s, epoch_ms
    std::string zone;
    std::string start;
    std::int64_t overlap = 0;  // seconds, or numbers
    std::int64_t lag_s = 0;
    std::string tie_break, tie_break_start;
    bool ascending = false;  // the source sorts by it
};

using TemplateFields = std::vector<std::pair<std::string, std::string>>;

struct HttpRequestRule {
    std::string url;
    bool post = false;
    TemplateFields headers, query;
    std::string body, content_type;
};
struct TokenCallRule {
    HttpRequestRule request;
    std::string token_path;
    std::int64_t lifetime_s = 3600;
    std::string header, value;
};
struct HttpAuthRule {
    std::string header, value;             // "" none
    std::string user, password;            // Basic; password: name of a secret
    std::string certificate, key;          // file of the deployment, name of a secret
    std::optional<TokenCallRule> token_call;
};
struct PagingRule {
    enum class Kind : std::uint8_t { None, Page, Offset, NextLink };
    Kind kind = Kind::None;
    std::int64_t first = 1;
    std::int64_t size = 100;
    std::string next_path;
    bool until_empty = false;
    std::uint32_t pages_max = 1000;
};
struct HttpPull {
    HttpRequestRule request;
    std::string ca;  // file of the deployment
    std::uint64_t answer_bytes_max = 16U << 20;
    std::string success_path;
    std::vector<std::string> success_values;
    HttpAuthRule auth;
    PagingRule paging;
    std::optional<CursorRule> cursor;
};

struct DatabasePull {
    std::string connection;  // name of a secret
    std::string charset = "UTF-8";
    std::string select;
    std::uint32_t rows_max = 500;
    std::optional<CursorRule> cursor;
    std::string mark;
    bool server_verified = false;
};

struct PullRules {
    std::string partner;  // "": the one that may speak for the source
    std::int64_t every_s = 60;
    std::vector<QuietHours> quiet_hours;
    std::int64_t requests_per_minute = 0;  // 0: no bound
    std::int64_t timeout_s = 60, connect_timeout_s = 10;
    std::uint64_t items_max = 10'000;
    std::optional<trust::RevocationPolicy> revocation;  // http and ftps; nullopt: the deployment's
    std::variant<FilesPull, HttpPull, DatabasePull> way;
};

/// "folder", "sftp", "ftps", "http", "database".
const char* pullKindName(const PullRules& rules);

}  // namespace yht::kit
