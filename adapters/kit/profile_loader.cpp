#include "adapters/kit/profile_loader.h"

#include <algorithm>

namespace yht::kit {
namespace {

constexpr std::int64_t kRequestBytesMax = 64LL * 1024 * 1024;
constexpr std::int64_t kAnswerBytesMax = 16LL * 1024 * 1024;
constexpr std::int64_t kTimeoutMillisMax = 600'000;
constexpr std::int64_t kLateAfterMillisMax = 30LL * 24 * 3600 * 1000;
constexpr std::int64_t kSharedTargetsMax =
    64;  // targets that more than one row of a kind may write
constexpr int kMinutesPerDay = 24 * 60;

/// "01:30" as minutes of the day, -1 where it is none.
int minuteOf(const std::string& text) {
    if (text.size() != 5 || text[2] != ':') return -1;
    for (const std::size_t i : {0, 1, 3, 4}) {
        if (text[i] < '0' || text[i] > '9') return -1;
    }
    const int hour = (text[0] - '0') * 10 + (text[1] - '0');
    const int minute = (text[3] - '0') * 10 + (text[4] - '0');
    const int of_day = hour * 60 + minute;
    return minute < 60 && of_day <= kMinutesPerDay ? of_day : -1;
}

bool holdsSharedTargets(const std::vector<MappingRow>& rows) {
    std::map<std::string, int> uses;
    for (const auto& row : rows) ++uses[row.to];
    return std::count_if(uses.begin(), uses.end(), [](const auto& use) {
               return use.second > 1;
           }) <= kSharedTargetsMax;
}

}  // namespace

base::Result<std::shared_ptr<const Profile>> Profile::load(const std::string& directory) {
    auto root = parseYamlFile(directory + "/profile.yaml");
    if (!root) return std::move(root).error();
    try {
        return ProfileLoader(directory).load(*root);
    } catch (const YAML::Exception& error) {
        return base::makeError(
            base::ErrorCode::ProfileInvalid,
            directory + "/profile.yaml:" + std::to_string(error.mark.line + 1) + ": " + error.msg
        );
    }
}

ProfileLoader::ProfileLoader(const std::string& directory)
    : profile_(new Profile), problems_(directory + "/profile.yaml"), shelf_(directory) {}

base::Result<std::shared_ptr<const Profile>> ProfileLoader::load(const YAML::Node& node) {
    YamlMap root(node, "profile", problems_);
    profile_->name_ = root.text("name");
    root.text("title", "");
    style(root);
    if (!style_.charset) return problems_.error();
    if (root.has("file") && root.has("table")) root.problem("file or table, not both");
    if (root.has("file")) profile_->file_.emplace();
    else if (root.has("table")) profile_->table_.emplace();
    transport(YamlMap(root.node("transport"), "transport", problems_));
    maintenance(root.node("maintenance"));
    if (profile_->isHttp()) {
        envelope(YamlMap(root.node("envelope"), "envelope", problems_));
        signature(YamlMap(root.node("signature"), "signature", problems_));
        answer(YamlMap(root.node("answer"), "answer", problems_));
        receipt(YamlMap(root.node("receipt"), "receipt", problems_));
        if (root.has("faults")) faults(YamlMap(root.node("faults"), "faults", problems_));
    }
    if (profile_->isHttp() && root.has("attachments"))
        attachments(YamlMap(root.node("attachments"), "attachments", problems_));
    kinds(root);
    if (profile_->isHttp()) {
        checkEnvelope(root);
        checkXml(root);
        checkSoap(root);
    }
    if (profile_->file_) file(YamlMap(root.node("file"), "file", problems_));
    if (profile_->table_) table(YamlMap(root.node("table"), "table", problems_));
    root.finish();
    if (!problems_.empty()) return problems_.error();
    profile_->vocabularies_ = shelf_.all();
    return std::shared_ptr<const Profile>(std::move(profile_));
}

void ProfileLoader::style(YamlMap& root) {
    profile_->charset_name_ = root.text("charset", "UTF-8");
    auto charset = Charset::load(profile_->charset_name_);
    if (charset)
        style_.charset = *charset;
    else
        root.problem(charset.error().detail);
    style_.substitute = root.text("substitute", "?");
    style_.cut_mark = root.text("cut_mark", "…");
    style_.flag_true = root.text("flag_true", "true");
    style_.flag_false = root.text("flag_false", "false");
    time_format_ = root.text("time_format");
    const std::string numbers = root.text("numbers", "text");
    style_.numbers_as_text = numbers == "text";
    if (numbers != "text" && numbers != "number") root.problem("numbers: write text or number");
    style_.region_characters =
        static_cast<std::uint32_t>(root.integer("region_characters", 0, 6, 32));
    if (const auto units = root.text("reporting_units", ""); !units.empty()) {
        style_.reporting_units = shelf_.find(units, root.self(), problems_);
    }
    if (!style_.charset) return;
    std::string ignored;
    for (const auto& text : {style_.substitute, style_.cut_mark}) {
        if (fitText(text, {style_.charset.get(), 0, "?"}, ignored).substituted > 0) {
            root.problem("substitute and cut_mark must be within " + style_.charset->name());
        }
    }
}

void ProfileLoader::transport(YamlMap map) {
    auto& transport = profile_->transport_;
    transport.path = map.text("path", profile_->isHttp() ? nullptr : "");
    transport.query_path = map.text("query_path", "");
    if (map.has("soap")) soap(YamlMap(map.node("soap"), "transport.soap", problems_));
    // An operation of its own may live at the same address.
    if (transport.soap && !transport.soap->query.name.empty() && transport.query_path.empty())
        transport.query_path = transport.path;
    transport.content_type = map.text("content_type", "");
    transport.batch_max =
        static_cast<std::size_t>(map.integer("batch_max", 1, 1, kProfileBatchMax));
    transport.request_bytes_max = static_cast<std::size_t>(
        map.integer("request_bytes_max", 8LL * 1024 * 1024, 1024, kRequestBytesMax)
    );
    const auto request_bytes_max = static_cast<std::int64_t>(transport.request_bytes_max);
    transport.batch_bytes_max = static_cast<std::size_t>(
        map.integer("batch_bytes_max", request_bytes_max, 1024, request_bytes_max)
    );
    transport.answer_bytes_max = static_cast<std::size_t>(
        map.integer("answer_bytes_max", 4LL * 1024 * 1024, 1024, kAnswerBytesMax)
    );
    transport.timeout_ms = map.integer("timeout_ms", 30'000, 100, kTimeoutMillisMax);
    transport.connect_timeout_ms = map.integer("connect_timeout_ms", 5'000, 100, kTimeoutMillisMax);
    transport.late_after_ms = map.integer("late_after_ms", 0, 0, kLateAfterMillisMax);
    const std::string resend = map.text("resend");
    if (resend == "idempotent")
        transport.resend = Resend::Idempotent;
    else if (resend == "query_first")
        transport.resend = Resend::QueryFirst;
    else if (resend == "operator")
        transport.resend = Resend::Operator;
    else
        map.problem("resend: write idempotent, query_first or operator");
    if (transport.resend == Resend::QueryFirst && transport.query_path.empty()) {
        map.problem("resend query_first needs query_path, or soap.query_operation");
    }
    if (!profile_->isHttp() && transport.resend != Resend::Idempotent)
        map.problem("resend: files and tables know what they have: idempotent");
    map.finish();
}

void ProfileLoader::maintenance(const YAML::Node& list) {
    static const std::vector<std::string> kDays = {"every",    "monday", "tuesday",  "wednesday",
                                                   "thursday", "friday", "saturday", "sunday"};
    if (!list.IsDefined()) return;
    if (!list.IsSequence()) return problems_.add(list, "maintenance: write a list of windows");
    for (const auto& node : list) {
        YamlMap map(node, "maintenance", problems_);
        MaintenanceWindow window;
        const auto day = std::find(kDays.begin(), kDays.end(), map.text("weekday", "every"));
        if (day == kDays.end()) map.problem("weekday: write monday … sunday, or every");
        window.weekday = static_cast<int>(day - kDays.begin());
        window.week_of_month = static_cast<int>(map.integer("week_of_month", 0, 1, 5));
        window.from_minute = minuteOf(map.text("from"));
        window.to_minute = minuteOf(map.text("to"));
        if (window.from_minute < 0 || window.to_minute <= window.from_minute) {
            map.problem(
                "from and to: write \"HH:MM\", from before to; a window over midnight is two"
            );
        }
        map.finish();
        profile_->transport_.maintenance.push_back(window);
    }
}

CodeSet ProfileLoader::codes(YamlMap& map, const char* key) {
    CodeSet set;
    for (const auto& text : map.texts(key)) set.add(text);
    return set;
}

void ProfileLoader::answer(YamlMap map) {
    auto& answer = profile_->answer_;
    answer.http_answered = statusesOf(map, "http_answered");
    answer.http_nothing_taken = statusesOf(map, "http_nothing_taken");
    answer.http_refused = statusesOf(map, "http_refused");
    answer.code_path = map.text("code");
    answer.success = codes(map, "success");
    answer.nothing_taken = codes(map, "nothing_taken");
    answer.refused = codes(map, "refused");
    answer.retry_after_path = map.text("retry_after", "");
    const bool alone = answer.single;  // as attachments are
    answer.single = alone || map.flag("single", false);
    answer.soap_element = map.text("soap", "");
    answer.form = form(map, profile_->envelope_.form);
    answer.items_path = map.text("items", answer.single ? "" : nullptr);
    if (answer.single && !alone && profile_->transport_.batch_max > 1) map.problem("single needs batch_max 1");
    answerItem(YamlMap(map.node("item"), "answer.item", problems_));
    if (answer.http_answered.empty() || (!answer.single && !map.has("success"))) {
        map.problem("say which http_answered and which codes are success");
    }
    map.finish();
}

void ProfileLoader::answerItem(YamlMap map) {
    auto& answer = profile_->answer_;
    answer.seq = map.text("seq", answer.single ? "" : nullptr);
    answer.code = map.text("code", answer.single ? answer.code_path.c_str() : nullptr);
    answer.number = map.text("number", "");
    answer.ticket_no = map.text("ticket_no", "");
    answer.fields = map.text("fields", "");
    answer.field_name = map.text("field_name", "");
    answer.field_code = map.text("field_code", "");
    answer.accepted = codes(map, "accepted");
    answer.duplicate = codes(map, "duplicate");
    answer.item_refused = codes(map, "refused");
    answer.later = codes(map, "later");
    answer.absent = codes(map, "absent");
    map.finish();
}

void ProfileLoader::receipt(YamlMap map) {
    auto& receipt = profile_->answer_.receipt;
    receipt.required = map.flag("required", false);
    receipt.signature = map.text("signature", "");
    receipt.algorithm = map.text("algorithm", "");
    receipt.key_id = map.text("key_id", "");
    receipt.batch_id = map.text("batch_id", "");
    receipt.keep = map.text("keep", "");
    receipt.signed_text = signedText(map, "over");
    if (receipt.required && (receipt.signature.empty() || receipt.signed_text.parts.empty())) {
        map.problem("a required receipt needs signature and over");
    }
    map.finish();
}

void ProfileLoader::kinds(YamlMap& root) {
    const YAML::Node common = root.node("common");
    const YAML::Node query = root.node("query");
    for (const auto& [name, node] : root.entries("kinds")) {
        kind(name, YamlMap(node, "kinds." + name, problems_), common, query);
    }
}

void ProfileLoader::kind(
    const std::string& name, YamlMap map, const YAML::Node& common, const YAML::Node& query
) {
    const auto kind = ticket::findKind(name);
    if (!kind) return map.problem("no kind of record is called " + name);
    const auto& transport = profile_->transport_;
    auto rules = std::make_unique<KindRules>();
    rules->path = map.text("path", transport.path.c_str());
    if (map.has("path") && transport.batch_max > 1)
        map.problem("a path of its own needs batch_max 1");
    const std::string type = map.text("type");
    rules->mapping = mapping(type, *kind, {"common", common}, {name, map.node("rows")});
    if (!transport.query_path.empty()) rules->query = mapping(type, *kind, {"query", query}, {});
    Dependency dependency{*kind, {}};
    for (const auto& needed : map.texts("after")) {
        const auto needed_kind = ticket::findKind(needed);
        if (needed_kind)
            dependency.needs.push_back(*needed_kind);
        else
            map.problem("after: no kind of record is called " + needed);
    }
    map.finish();
    if (!dependency.needs.empty()) profile_->dependencies_.push_back(std::move(dependency));
    profile_->kinds_[static_cast<std::size_t>(*kind)] = std::move(rules);
}

std::unique_ptr<const Mapping> ProfileLoader::mapping(
    const std::string& type, ticket::Kind kind, const RowList& common, const RowList& own
) {
    std::vector<MappingRow> rows;
    RowReader reader{style_, time_format_, shelf_, problems_};
    const std::string of_kind = std::string(" (") + ticket::kindRow(kind).name + ")";
    reader.read(common.node, kind, common.name + of_kind, rows);
    for (auto& row : rows) row.in_void = true;
    reader.read(own.node, kind, own.name + of_kind, rows);
    checkTargets(rows, own.node.IsDefined() ? own.name : common.name + of_kind);
    if (!holdsSharedTargets(rows)) {
        problems_.add(own.node, "too many targets with several rows" + of_kind);
        rows.clear();
    }
    return std::make_unique<const Mapping>(type, std::move(rows), style_);
}

}  // namespace yht::kit
