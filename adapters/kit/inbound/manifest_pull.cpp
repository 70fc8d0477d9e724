// The `pull` section. One function a section; what keys forbid each other is said where they stand.
#include <algorithm>

#include "adapters/kit/inbound/manifest_reader.h"
#include "adapters/kit/inbound/manifest_section.h"
#include "adapters/kit/inbound/request_template.h"
#include "adapters/kit/inbound/time_formats.h"
#include "adapters/kit/path.h"

namespace yht::kit {
namespace {

constexpr std::int64_t kDaySeconds = 24 * 3600;
constexpr std::int64_t kNumberMax = 1'000'000'000;
constexpr std::int64_t kFileBytesMax = 63 << 20;  // what the gateway keeps of one message
constexpr std::size_t kTemplateBytesMax = 8'192;
constexpr std::size_t kQuietHoursMax = 16;
constexpr const char* kWays[] = {"folder", "sftp", "ftps", "http", "database"};
constexpr const char* kUsualTime = "%Y-%m-%d %H:%M:%S";

std::optional<std::int32_t> minuteOfDay(const std::string& text) {
    const auto civil = base::parseCivil(text, "%H:%M");
    if (!civil || !base::fromCivil(*civil, 0)) return std::nullopt;  // 25:00 is no time
    return civil->hour * 60 + civil->minute;
}

/// "{stem}.ok": of a file that stands beside another.
bool isNameOfAnother(const std::string& name) {
    const bool named = name.find("{name}") != std::string::npos || name.find("{stem}") != std::string::npos;
    return named && name != "{name}" && name.find('/') == std::string::npos;
}

class PullReader : private SectionReader {
public:
    explicit PullReader(const Manifest& manifest) : SectionReader(manifest) {}
    PullRules read(YamlMap map);

private:
    std::string templated(YamlMap& map, const char* key, const std::string& text);
    TemplateFields fields(YamlMap& map, const char* key);
    HttpRequestRule request(YamlMap& map, const char* method);
    void quietHours(YamlMap& map, PullRules& rules);
    void files(YamlMap& map, FilesPull& files);
    void finished(YamlMap map, FinishedRule& rule);
    FilesPull folder(YamlMap map);
    FilesPull sftp(YamlMap map);
    FilesPull ftps(YamlMap map);
    HttpPull http(YamlMap map);
    void auth(YamlMap map, HttpAuthRule& rule);
    void tokenCall(YamlMap map, HttpAuthRule& rule);
    PagingRule paging(YamlMap map);
    CursorRule cursor(YamlMap map, const char* place_key);
    DatabasePull database(YamlMap map);
};

std::string PullReader::templated(YamlMap& map, const char* key, const std::string& text) {
    if (text.size() > kTemplateBytesMax) map.problem(std::string(key) + ": longer than 8192 bytes");
    if (text.find_first_of("\r\n") != std::string::npos && std::string_view(key) != "body") map.problem(std::string(key) + ": one line");
    const std::vector<std::string> known(std::begin(kTemplateWords), std::end(kTemplateWords));
    for (const std::string& word : templateWords(text)) {
        if (word.starts_with("secret:")) {
            if (!manifest_.secrets.contains(word.substr(7))) map.problem(std::string(key) + ": {secret:NAME} wants the name of an entry of secrets");
        } else if (std::find(known.begin(), known.end(), word) == known.end()) {
            map.problem(std::string(key) + ": there is no {" + word + "}" + didYouMean(word, known));
        }
    }
    return text;
}

TemplateFields PullReader::fields(YamlMap& map, const char* key) {
    TemplateFields fields;
    for (const auto& [name, node] : map.entries(key)) {
        const bool plain = !name.empty() && name.find_first_of(":\r\n") == std::string::npos && node.IsScalar();
        if (!plain) map.problem(std::string(key) + ": names and texts");
        else fields.emplace_back(name, templated(map, key, node.Scalar()));
    }
    return fields;
}

HttpRequestRule PullReader::request(YamlMap& map, const char* method) {
    HttpRequestRule rule;
    rule.url = map.text("url");
    const bool web = rule.url.starts_with("https://") || rule.url.starts_with("http://");
    if (!rule.url.empty() && (!web || rule.url.find_first_of("?#{ \r\n") != std::string::npos)) {
        map.problem("url: https://HOST/PATH without a query; what changes stands in query or body");
    }
    rule.post = choose(map, "method", method, {"GET", "POST"}) == 1;
    rule.headers = fields(map, "headers");
    rule.query = fields(map, "query");
    rule.body = templated(map, "body", map.text("body", ""));
    rule.content_type = map.text("content_type", "application/json");
    if (!rule.post && !rule.body.empty()) map.problem("body: only with method: POST");
    return rule;
}

void PullReader::quietHours(YamlMap& map, PullRules& rules) {
    for (const std::string& text : map.texts("quiet_hours")) {
        const std::size_t dash = text.find('-');
        const auto from = minuteOfDay(text.substr(0, dash));
        const auto to = dash == std::string::npos ? std::nullopt : minuteOfDay(text.substr(dash + 1));
        if (!from || !to || *from == *to) map.problem("quiet_hours: \"HH:MM-HH:MM\", like \"22:00-06:30\"");
        else rules.quiet_hours.push_back({*from, *to});
    }
    if (rules.quiet_hours.size() > kQuietHoursMax) map.problem("quiet_hours: at most 16");
}

void PullReader::finished(YamlMap map, FinishedRule& rule) {
    if (!map.self().IsDefined()) return;
    const int ways = map.has("marker") + map.has("temporary") + map.has("stable_s");
    if (ways != 1) map.problem("exactly one of marker, temporary, stable_s");
    rule.marker = map.text("marker", "");
    rule.temporary = map.texts("temporary");
    rule.stable_s = map.integer("stable_s", rule.stable_s, 1, kDaySeconds);
    if (!rule.marker.empty()) {
        rule.kind = FinishedRule::Kind::Marker;
        if (!isNameOfAnother(rule.marker)) map.problem("marker: a name with {name} or {stem} in it, like \"{name}.ok\"");
    } else if (!rule.temporary.empty()) {
        rule.kind = FinishedRule::Kind::Temporary;
    }
    map.finish();
}

void PullReader::files(YamlMap& map, FilesPull& files) {
    files.directory = map.text("directory");
    if (!files.directory.empty() && !files.directory.starts_with('/')) map.problem("directory: an absolute path");
    files.pattern = map.text("pattern", "*");
    if (files.pattern.empty() || files.pattern.find('/') != std::string::npos) map.problem("pattern: of a name, like \"*.csv\"");
    finished(section(map, "finished", "pull.finished"), files.finished);
    files.beside = map.text("beside", "");
    if (!files.beside.empty() && !isNameOfAnother(files.beside)) map.problem("beside: a name with {name} or {stem} in it, like \"{stem}.fpt\"");
    if (!files.beside.empty() && manifest_.decode.format != Format::Dbf) map.problem("beside: the two come as an archive, which only decode.format: dbf reads");
    files.order = choose(map, "order", "name", {"name", "time"}) == 1 ? FileOrder::Time : FileOrder::Name;
    constexpr AfterFile kAfter[] = {AfterFile::Keep, AfterFile::Move, AfterFile::Delete};
    files.after = kAfter[choose(map, "after", "keep", {"keep", "move", "delete"})];
    files.move_to = map.text("move_to", "");
    if ((files.after == AfterFile::Move) != !files.move_to.empty()) map.problem("move_to: with after: move, and only with it");
    if (!files.move_to.empty() && (!files.move_to.starts_with('/') || files.move_to == files.directory)) map.problem("move_to: an absolute path, another than directory");
    files.files_max = static_cast<std::uint32_t>(map.integer("files_max", 100, 1, 10'000));
    files.file_bytes_max = static_cast<std::uint64_t>(map.integer("file_bytes_max", kFileBytesMax, 1, kFileBytesMax));
}

FilesPull PullReader::folder(YamlMap map) {
    FilesPull files_pull;
    files(map, files_pull);
    files_pull.at = FolderPull{map.text("owner", "")};
    map.finish();
    return files_pull;
}

FilesPull PullReader::sftp(YamlMap map) {
    FilesPull files_pull;
    files(map, files_pull);
    files_pull.at = sftpAt(map);
    map.finish();
    return files_pull;
}

FilesPull PullReader::ftps(YamlMap map) {
    FilesPull files_pull;
    files(map, files_pull);
    files_pull.at = ftpsAt(map);
    map.finish();
    return files_pull;
}

void PullReader::tokenCall(YamlMap map, HttpAuthRule& rule) {
    if (!map.self().IsDefined()) return;
    TokenCallRule call;
    call.request = request(map, "POST");
    call.token_path = map.text("token");
    if (auto path = Path::parse(call.token_path); !path.ok()) map.problem("token: " + path.error().detail);
    call.lifetime_s = map.integer("lifetime_s", 3600, 10, 30 * kDaySeconds);
    call.header = map.text("header", "Authorization");
    call.value = templated(map, "value", map.text("value", "Bearer {token}"));
    map.finish();
    rule.token_call = std::move(call);
}

void PullReader::auth(YamlMap map, HttpAuthRule& rule) {
    if (!map.self().IsDefined()) return;
    if (map.has("header") + map.has("basic") + map.has("token_call") > 1) map.problem("one of header, basic, token_call; client_certificate may stand beside it");
    if (YamlMap header = section(map, "header", "pull.http.auth.header"); header.self().IsDefined()) {
        rule.header = header.text("name");
        rule.value = templated(header, "value", header.text("value"));
        header.finish();
    }
    if (YamlMap basic = section(map, "basic", "pull.http.auth.basic"); basic.self().IsDefined()) {
        rule.user = basic.text("user");
        rule.password = secret(basic, "password", nullptr);
        basic.finish();
    }
    if (YamlMap own = section(map, "client_certificate", "pull.http.auth.client_certificate"); own.self().IsDefined()) {
        rule.certificate = file(own, "certificate");
        rule.key = secret(own, "key", nullptr);
        if (rule.certificate.empty()) own.problem("the key certificate is required");
        own.finish();
    }
    tokenCall(section(map, "token_call", "pull.http.auth.token_call"), rule);
    map.finish();
}

PagingRule PullReader::paging(YamlMap map) {
    PagingRule rule;
    if (!map.self().IsDefined()) return rule;
    constexpr PagingRule::Kind kKinds[] = {PagingRule::Kind::Page, PagingRule::Kind::Offset, PagingRule::Kind::NextLink};
    rule.kind = kKinds[choose(map, "kind", "page", {"page", "offset", "next_link"})];
    rule.first = map.integer("first", rule.kind == PagingRule::Kind::Page ? 1 : 0, 0, 1);
    rule.size = map.integer("size", 100, 1, 100'000);
    rule.next_path = map.text("next", "");
    if ((rule.kind == PagingRule::Kind::NextLink) != !rule.next_path.empty()) map.problem("next: with kind: next_link, and only with it");
    rule.until_empty = choose(map, "end", "short", {"short", "empty"}) == 1;
    rule.pages_max = static_cast<std::uint32_t>(map.integer("pages_max", 1'000, 1, 100'000));
    map.finish();
    return rule;
}

CursorRule PullReader::cursor(YamlMap map, const char* place_key) {
    CursorRule rule;
    rule.kind = choose(map, "kind", nullptr, {"time", "sequence"}) == 0 ? CursorRule::Kind::Time : CursorRule::Kind::Sequence;
    const bool time = rule.kind == CursorRule::Kind::Time;
    const bool http = std::string_view(place_key) == "path";
    rule.place = map.text(place_key);
    if (time) rule.format = map.text("format", http ? nullptr : kUsualTime);
    if (time) rule.zone = map.text("zone", "Asia/Shanghai");
    rule.start = map.text("start");
    rule.overlap = map.integer(time ? "overlap_s" : "overlap", 0, 0, time ? 366 * kDaySeconds : kNumberMax);
    if (time) rule.lag_s = map.integer("lag_s", 0, 0, kDaySeconds);
    rule.tie_break = map.text("tie_break", "");
    if (!http) rule.tie_break_start = map.text("tie_break_start", "");
    if (http) rule.ascending = choose(map, "order", "any", {"any", "ascending"}) == 1;
    if (time) {
        if (rule.format == "excel") map.problem("format: no times of spreadsheets here");
        const auto formats = TimeFormats::parse({rule.format}, rule.zone);
        if (!formats.ok()) map.problem("format: " + formats.error().detail);
        else if (!rule.start.empty() && !formats->read(rule.start, ItemType::Text)) map.problem("start: not in the format " + rule.format);
    } else if (!rule.start.empty() && rule.start.find_first_not_of("0123456789") != std::string::npos) {
        map.problem("start: a number");
    }
    if (auto path = Path::parse(rule.place); http && !path.ok()) map.problem("path: " + path.error().detail);
    map.finish();
    return rule;
}

HttpPull PullReader::http(YamlMap map) {
    HttpPull rule;
    rule.request = request(map, "GET");
    rule.ca = file(map, "ca");
    rule.answer_bytes_max = static_cast<std::uint64_t>(map.integer("answer_bytes_max", 16 << 20, 1, 64 << 20));
    if (YamlMap success = section(map, "success", "pull.http.success"); success.self().IsDefined()) {
        rule.success_path = success.text("path");
        rule.success_values = success.texts("values");
        if (rule.success_values.empty()) success.problem("values: at least one");
        if (auto path = Path::parse(rule.success_path); !path.ok()) success.problem("path: " + path.error().detail);
        success.finish();
    }
    auth(section(map, "auth", "pull.http.auth"), rule.auth);
    rule.paging = paging(section(map, "paging", "pull.http.paging"));
    if (map.has("cursor")) rule.cursor = cursor(section(map, "cursor", "pull.http.cursor"), "path");
    map.finish();
    return rule;
}

DatabasePull PullReader::database(YamlMap map) {
    DatabasePull rule;
    rule.connection = secret(map, "connection", nullptr);
    rule.charset = map.text("charset", "UTF-8");
    rule.select = map.text("select");
    rule.rows_max = static_cast<std::uint32_t>(map.integer("rows_max", 500, 1, 5'000));
    if (map.has("cursor")) rule.cursor = cursor(section(map, "cursor", "pull.database.cursor"), "column");
    rule.mark = map.text("mark", "");
    rule.server_verified = map.flag("server_verified", false);
    if (!rule.cursor && rule.mark.empty()) map.problem("cursor or mark: one of them tells what was read before");
    const DecodeRules& decode = manifest_.decode;
    if (decode.format != Format::Json || !decode.lines || !decode.items.empty()) map.problem("rows come as lines of JSON: decode is { format: json, lines: true }");
    map.finish();
    return rule;
}

PullRules PullReader::read(YamlMap map) {
    PullRules rules;
    rules.partner = map.text("partner", "");
    rules.every_s = map.integer("every_s", 60, 1, kDaySeconds);
    quietHours(map, rules);
    if (YamlMap rate = section(map, "rate", "pull.rate"); rate.self().IsDefined()) {
        rules.requests_per_minute = rate.integer("requests_per_minute", 0, 1, 6'000);
        rate.finish();
    }
    rules.timeout_s = map.integer("timeout_s", 60, 1, 3'600);
    rules.connect_timeout_s = map.integer("connect_timeout_s", 10, 1, 300);
    rules.items_max = static_cast<std::uint64_t>(map.integer("items_max", 10'000, 1, 200'000));
    if (const auto policy = map.text("revocation", ""); !policy.empty()) {
        rules.revocation = trust::parseRevocationPolicy(policy);
        if (!rules.revocation) map.problem(std::string("revocation: one of ") + trust::kRevocationPolicyForms);
        if (!map.has("http") && !map.has("ftps")) map.problem("revocation: of http and ftps, whose servers show certificates");
    }
    int ways = 0;
    for (const char* way : kWays) ways += map.has(way) ? 1 : 0;
    if (ways != 1) map.problem("exactly one of the sections folder, sftp, ftps, http, database");
    else if (map.has("folder")) rules.way = folder(section(map, "folder", "pull.folder"));
    else if (map.has("sftp")) rules.way = sftp(section(map, "sftp", "pull.sftp"));
    else if (map.has("ftps")) rules.way = ftps(section(map, "ftps", "pull.ftps"));
    else if (map.has("http")) rules.way = http(section(map, "http", "pull.http"));
    else rules.way = database(section(map, "database", "pull.database"));
    if (ways == 1) map.finish();
    return rules;
}

}  // namespace

const char* pullKindName(const PullRules& rules) {
    if (std::holds_alternative<HttpPull>(rules.way)) return "http";
    const auto* files = std::get_if<FilesPull>(&rules.way);
    if (files == nullptr) return "database";
    return std::holds_alternative<FolderPull>(files->at) ? "folder" : std::holds_alternative<SftpPull>(files->at) ? "sftp" : "ftps";
}

std::optional<PullRules> readPullRules(YamlMap map, const Manifest& manifest) {
    if (!map.self().IsDefined()) return std::nullopt;
    return PullReader(manifest).read(std::move(map));
}

}  // namespace yht::kit
