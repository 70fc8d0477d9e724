#include "adapters/kit/inbound/manifest_pull.h"

#include <algorithm>

#include "gateway/base/time_text.h"

namespace yht::kit {
namespace {

using Secrets = std::map<std::string, std::string>;

constexpr std::int64_t kDaySeconds = 24 * 3600;
constexpr std::int64_t kFileBytesMax = 16 << 20;  // intake::kSourceMessageBytesMax
constexpr std::int64_t kAnswerBytesMax = 64 << 20;

std::string secretName(YamlMap& map, const char* key, const Secrets& secrets, bool wanted) {
    std::string name = map.text(key, wanted ? nullptr : "");
    if (!name.empty() && !secrets.contains(name)) {
        std::vector<std::string> known;
        for (const auto& [each, reference] : secrets) known.push_back(each);
        map.problem(std::string(key) + ": no entry of secrets has that name" + didYouMean(name, known));
    }
    return name;
}

std::string deploymentFile(YamlMap& map, const char* key) {
    const std::string text = map.text(key, "");
    if (text.empty()) return text;
    if (!text.starts_with("file:") || text.find("..") != text.npos) map.problem(std::string(key) + ": write file:NAME, a file of the deployment");
    return text.substr(std::min<std::size_t>(5, text.size()));
}

template <class T>
T chosen(YamlMap& map, const char* key, const char* fallback, const std::vector<std::pair<const char*, T>>& words) {
    const std::string written = map.text(key, fallback);
    std::vector<std::string> names;
    for (const auto& [name, value] : words) {
        if (written == name) return value;
        names.emplace_back(name);
    }
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
    map.problem(std::string(key) + ": write one of " + all + didYouMean(written, names));
    return words.front().second;
}

std::optional<std::int32_t> minuteOf(const std::string& text) {
    const auto civil = base::parseCivil("2000-01-01 " + text + ":00", "%Y-%m-%d %H:%M:%S");
    if (!civil) return std::nullopt;
    return civil->hour * 60 + civil->minute;
}

std::vector<QuietHours> quietHours(YamlMap& map) {
    std::vector<QuietHours> all;
    for (const std::string& text : map.texts("quiet_hours")) {
        const auto dash = text.find('-');
        const auto from = minuteOf(text.substr(0, dash));
        const auto to = dash == text.npos ? std::nullopt : minuteOf(text.substr(dash + 1));
        if (!from || !to) map.problem("quiet_hours: write HH:MM-HH:MM");
        else all.push_back({*from, *to});
    }
    return all;
}

FinishedRule finishedRule(YamlMap map) {
    FinishedRule rule;
    rule.stable_s = map.integer("stable_s", 30, 1, kDaySeconds);
    rule.marker = map.text("marker", "");
    rule.temporary = map.texts("temporary");
    const int ways = (map.has("stable_s") ? 1 : 0) + (map.has("marker") ? 1 : 0) + (map.has("temporary") ? 1 : 0);
    if (ways > 1) map.problem("write one of stable_s, marker, temporary");
    if (!rule.marker.empty()) {
        rule.kind = FinishedRule::Kind::Marker;
        if (rule.marker.find("{name}") == std::string::npos && rule.marker.find("{stem}") == std::string::npos) {
            map.problem("marker: name the file by {name} or {stem}");
        }
    }
    if (!rule.temporary.empty()) rule.kind = FinishedRule::Kind::Temporary;
    map.finish();
    return rule;
}

FilesPull filesPull(YamlMap& map) {
    FilesPull files;
    files.directory = map.text("directory");
    if (!files.directory.empty() && files.directory.front() != '/') map.problem("directory: write an absolute path");
    files.pattern = map.text("pattern", "*");
    if (map.has("finished")) files.finished = finishedRule(YamlMap(map.node("finished"), "pull.finished", map.problems()));
    files.order = chosen<FileOrder>(map, "order", "name", {{"name", FileOrder::Name}, {"time", FileOrder::Time}});
    files.after = chosen<AfterFile>(map, "after", "keep", {{"keep", AfterFile::Keep}, {"move", AfterFile::Move}, {"delete", AfterFile::Delete}});
    files.move_to = map.text("move_to", "");
    if ((files.after == AfterFile::Move) != !files.move_to.empty()) map.problem("move_to: wanted with `after: move`, and only there");
    files.files_max = static_cast<std::uint32_t>(map.integer("files_max", 100, 1, 10'000));
    files.file_bytes_max = static_cast<std::uint64_t>(map.integer("file_bytes_max", kFileBytesMax, 1, kFileBytesMax));
    return files;
}

FilesPull folderPull(YamlMap map) {
    FilesPull files = filesPull(map);
    files.at = FolderPull{.owner = map.text("owner", "")};
    map.finish();
    return files;
}

FilesPull sftpPull(YamlMap map, const Secrets& secrets) {
    FilesPull files = filesPull(map);
    SftpPull sftp;
    sftp.host = map.text("host");
    sftp.port = static_cast<std::uint16_t>(map.integer("port", 22, 1, 65'535));
    sftp.user = map.text("user");
    sftp.host_keys = map.texts("host_keys");
    if (sftp.host_keys.empty()) map.problem("host_keys: the server's key, as ssh-keygen -lf prints it (SHA256:…)");
    sftp.key = secretName(map, "key", secrets, false);
    sftp.key_passphrase = secretName(map, "key_passphrase", secrets, false);
    sftp.password = secretName(map, "password", secrets, false);
    if (sftp.key.empty() == sftp.password.empty()) map.problem("write one of key and password");
    map.finish();
    files.at = std::move(sftp);
    return files;
}

FilesPull ftpsPull(YamlMap map, const Secrets& secrets) {
    FilesPull files = filesPull(map);
    FtpsPull ftps;
    ftps.host = map.text("host");
    ftps.port = static_cast<std::uint16_t>(map.integer("port", 21, 1, 65'535));
    ftps.tls_name = map.text("tls_name", "");
    ftps.user = map.text("user");
    ftps.password = secretName(map, "password", secrets, true);
    ftps.ca = deploymentFile(map, "ca");
    map.finish();
    files.at = std::move(ftps);
    return files;
}

CursorRule cursorRule(YamlMap map, const char* place_key) {
    CursorRule cursor;
    cursor.kind = chosen<CursorRule::Kind>(map, "kind", nullptr, {{"time", CursorRule::Kind::Time}, {"sequence", CursorRule::Kind::Sequence}});
    cursor.place = map.text(place_key);
    const bool time = cursor.kind == CursorRule::Kind::Time;
    cursor.format = map.text("format", time ? "%Y-%m-%d %H:%M:%S" : "");
    cursor.zone = map.text("zone", "Asia/Shanghai");
    if (cursor.zone != "Asia/Shanghai" && cursor.zone != "UTC") map.problem("zone: write Asia/Shanghai or UTC");
    cursor.start = map.text("start");
    cursor.overlap = map.integer(time ? "overlap_s" : "overlap", 0, 0, 30 * kDaySeconds);
    cursor.lag_s = map.integer("lag_s", 0, 0, kDaySeconds);
    cursor.tie_break = map.text("tie_break", "");
    cursor.tie_break_start = map.text("tie_break_start", "");
    cursor.ascending = chosen<bool>(map, "order", "any", {{"any", false}, {"ascending", true}});
    map.finish();
    return cursor;
}

TemplateFields templateFields(YamlMap& map, const char* key) {
    TemplateFields fields;
    for (const auto& [name, node] : map.entries(key)) {
        if (!node.IsScalar()) map.problem(std::string(key) + "." + name + ": write one text");
        else fields.emplace_back(name, node.Scalar());
    }
    return fields;
}

HttpRequestRule requestRule(YamlMap& map, const char* method) {
    HttpRequestRule request;
    request.url = map.text("url");
    const bool known = request.url.starts_with("https://") || request.url.starts_with("http://");
    if (!request.url.empty() && (!known || request.url.find('?') != request.url.npos)) map.problem("url: https://…, without a query");
    request.post = chosen<bool>(map, "method", method, {{"GET", false}, {"POST", true}});
    request.headers = templateFields(map, "headers");
    request.query = templateFields(map, "query");
    request.body = map.text("body", "");
    request.content_type = map.text("content_type", "application/json");
    if (!request.post && !request.body.empty()) map.problem("body: POST only");
    return request;
}

HttpAuthRule authRule(YamlMap map, const Secrets& secrets) {
    HttpAuthRule auth;
    if (map.has("header")) {
        YamlMap header(map.node("header"), "pull.http.auth.header", map.problems());
        auth.header = header.text("name");
        auth.value = header.text("value");
        header.finish();
    }
    if (map.has("basic")) {
        YamlMap basic(map.node("basic"), "pull.http.auth.basic", map.problems());
        auth.user = basic.text("user");
        auth.password = secretName(basic, "password", secrets, true);
        basic.finish();
    }
    if (map.has("client_certificate")) {
        YamlMap certificate(map.node("client_certificate"), "pull.http.auth.client_certificate", map.problems());
        auth.certificate = deploymentFile(certificate, "certificate");
        auth.key = secretName(certificate, "key", secrets, true);
        certificate.finish();
    }
    if (map.has("token_call")) {
        YamlMap call(map.node("token_call"), "pull.http.auth.token_call", map.problems());
        TokenCallRule token{.request = requestRule(call, "POST"), .token_path = call.text("token"), .lifetime_s = 3600, .header = {}, .value = {}};
        token.lifetime_s = call.integer("lifetime_s", 3600, 10, 30 * kDaySeconds);
        token.header = call.text("header", "Authorization");
        token.value = call.text("value", "Bearer {token}");
        call.finish();
        auth.token_call = std::move(token);
    }
    map.finish();
    return auth;
}

PagingRule pagingRule(YamlMap map) {
    PagingRule paging;
    using Kind = PagingRule::Kind;
    paging.kind = chosen<Kind>(map, "kind", nullptr, {{"page", Kind::Page}, {"offset", Kind::Offset}, {"next_link", Kind::NextLink}});
    paging.first = map.integer("first", paging.kind == Kind::Page ? 1 : 0, 0, 1'000'000);
    paging.size = map.integer("size", 100, 1, 100'000);
    paging.next_path = map.text("next", "");
    if ((paging.kind == Kind::NextLink) == paging.next_path.empty()) map.problem("next: wanted with `kind: next_link`, and only there");
    paging.until_empty = chosen<bool>(map, "end", "short", {{"short", false}, {"empty", true}});
    paging.pages_max = static_cast<std::uint32_t>(map.integer("pages_max", 1'000, 1, 100'000));
    map.finish();
    return paging;
}

HttpPull httpPull(YamlMap map, const Secrets& secrets) {
    HttpPull http;
    http.request = requestRule(map, "GET");
    http.ca = deploymentFile(map, "ca");
    http.answer_bytes_max = static_cast<std::uint64_t>(map.integer("answer_bytes_max", 16 << 20, 1, kAnswerBytesMax));
    if (map.has("success")) {
        YamlMap success(map.node("success"), "pull.http.success", map.problems());
        http.success_path = success.text("path");
        http.success_values = success.texts("values");
        success.finish();
    }
    if (map.has("auth")) http.auth = authRule(YamlMap(map.node("auth"), "pull.http.auth", map.problems()), secrets);
    if (map.has("paging")) http.paging = pagingRule(YamlMap(map.node("paging"), "pull.http.paging", map.problems()));
    if (map.has("cursor")) http.cursor = cursorRule(YamlMap(map.node("cursor"), "pull.http.cursor", map.problems()), "path");
    map.finish();
    return http;
}

DatabasePull databasePull(YamlMap map, const Secrets& secrets) {
    DatabasePull database;
    database.connection = secretName(map, "connection", secrets, true);
    database.charset = map.text("charset", "UTF-8");
    database.select = map.text("select");
    database.rows_max = static_cast<std::uint32_t>(map.integer("rows_max", 500, 1, 5'000));
    if (map.has("cursor")) database.cursor = cursorRule(YamlMap(map.node("cursor"), "pull.database.cursor", map.problems()), "column");
    database.mark = map.text("mark", "");
    database.server_verified = map.flag("server_verified", false);
    if (!database.cursor && database.mark.empty()) map.problem("without a cursor there is a mark: a statement that marks the rows that were read");
    map.finish();
    return database;
}

}  // namespace

const char* pullKindName(const PullRules& rules) {
    if (std::holds_alternative<HttpPull>(rules.way)) return "http";
    if (std::holds_alternative<DatabasePull>(rules.way)) return "database";
    const FilesPull& files = std::get<FilesPull>(rules.way);
    if (std::holds_alternative<SftpPull>(files.at)) return "sftp";
    return std::holds_alternative<FtpsPull>(files.at) ? "ftps" : "folder";
}

PullRules readPullRules(YamlMap map, const Secrets& secrets) {
    PullRules rules;
    rules.partner = map.text("partner", "");
    rules.every_s = map.integer("every_s", 60, 1, kDaySeconds);
    rules.quiet_hours = quietHours(map);
    rules.timeout_s = map.integer("timeout_s", 60, 1, 3'600);
    rules.connect_timeout_s = map.integer("connect_timeout_s", 10, 1, 300);
    rules.items_max = static_cast<std::uint64_t>(map.integer("items_max", 10'000, 1, 200'000));
    if (map.has("rate")) {
        YamlMap rate(map.node("rate"), "pull.rate", map.problems());
        rules.requests_per_minute = rate.integer("requests_per_minute", 0, 1, 6'000);
        rate.finish();
    }
    int ways = 0;
    const auto section = [&](const char* key) {
        if (!map.has(key)) return false;
        ++ways;
        return true;
    };
    const auto inner = [&](const char* key) { return YamlMap(map.node(key), std::string("pull.") + key, map.problems()); };
    if (section("folder")) rules.way = folderPull(inner("folder"));
    if (section("sftp")) rules.way = sftpPull(inner("sftp"), secrets);
    if (section("ftps")) rules.way = ftpsPull(inner("ftps"), secrets);
    if (section("http")) rules.way = httpPull(inner("http"), secrets);
    if (section("database")) rules.way = databasePull(inner("database"), secrets);
    if (ways != 1) map.problem("write exactly one of folder, sftp, ftps, http, database");
    map.finish();
    return rules;
}

}  // namespace yht::kit
