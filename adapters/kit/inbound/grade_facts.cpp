#include "adapters/kit/inbound/grade_facts.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "adapters/kit/profile.h"

namespace yht::kit {
namespace {

using ticket::Kind;

Fact fact(const char* id, FactState state, std::string detail = {}) { return {findFact(id), state, std::move(detail)}; }
Fact fact(const char* id, bool met, std::string detail = {}) { return fact(id, met ? FactState::Met : FactState::Unmet, std::move(detail)); }
Fact without(const char* id, std::string why) { return fact(id, FactState::NotApplicable, std::move(why)); }

/// Unknown where nothing of the kind could be tried.
Fact tried(const char* id, const Tries& tries) {
    const std::string counted = std::to_string(tries.ran - tries.failed) + " / " + std::to_string(tries.ran);
    return tries.ran == 0 ? fact(id, FactState::Unknown) : fact(id, tries.hold(), counted);
}

std::string ofHowMany(std::size_t count, std::size_t wanted) { return std::to_string(count) + " / " + std::to_string(wanted); }

std::string listed(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) all += (all.empty() ? "" : ", ") + text;
    return all;
}

/// The source's own word, not ours: neither a constant nor the time at which the message came.
bool isOwn(const InboundRow& row) {
    return std::any_of(row.from.begin(), row.from.end(), [](const InboundValue& value) { return value.kind != InboundValue::Kind::ReceivedTime; });
}

/// Every kind of record that it makes has its own number and its own time.
bool namesAndTimes(const MappingRules& mapping) {
    return !mapping.records.empty() && std::all_of(mapping.records.begin(), mapping.records.end(), [](const RecordRules& record) {
        const auto has = [&](ticket::Field field) {
            return std::any_of(record.rows.begin(), record.rows.end(), [&](const InboundRow& row) { return row.field->field == field && isOwn(row); });
        };
        return has(ticket::Field::record_ref) && has(ticket::Field::event_time);
    });
}

void factsOfSamples(const CheckedFiles& files, std::vector<Fact>& facts) {
    std::size_t reviewed = 0, errors = 0, failed = 0;
    std::set<std::string> reviewers;
    for (const auto& sample : files.samples) {
        errors += sample.expected_err.empty() ? 0 : 1;
        if (sample.reviewed_by.empty()) continue;
        ++reviewed;
        reviewers.insert(sample.reviewed_by);
    }
    for (const auto& result : files.results) failed += result.passed ? 0 : 1;
    facts.push_back(fact("reviewed_samples", reviewed >= kReviewedSamplesMin, ofHowMany(reviewed, kReviewedSamplesMin)));
    facts.push_back(fact("all_reviewed", !files.samples.empty() && reviewed == files.samples.size(), ofHowMany(reviewed, files.samples.size())));
    facts.push_back(fact("samples_pass", !files.results.empty() && failed == 0, ofHowMany(files.results.size() - failed, files.results.size())));
    facts.push_back(fact("error_cases", errors >= kErrorCasesMin, ofHowMany(errors, kErrorCasesMin)));
    facts.push_back(fact("codes_mapped", !files.samples.empty() && files.unmapped_codes == 0, std::to_string(files.unmapped_codes)));
    facts.push_back(fact("second_reviewer", reviewers.size() >= kReviewersMin, ofHowMany(reviewers.size(), kReviewersMin)));
}

void factsOfRuns(const CheckedFiles& files, std::vector<Fact>& facts) {
    const bool archive = files.manifest.manifest.decode.format == Format::Xlsx;
    facts.push_back(
        archive && files.undecodable.ran == 0 ? without("strict_charset", "xlsx 自带编码 says its own") : tried("strict_charset", files.undecodable)
    );
    facts.push_back(tried("dry_run", files.taken));
    facts.push_back(tried("duplicates", files.twice));
    facts.push_back(tried("trouble_cases", files.generated));
    facts.push_back(tried("resent_after_kill", files.resent));
    facts.push_back(membersRead(files.members_seen, files.members_unread));
    const auto micros = files.mapping_micros_p95;
    facts.push_back(micros ? fact("mapping_fast", *micros < kMappingMicrosMax, "p95 " + std::to_string(*micros) + " µs") : fact("mapping_fast", FactState::Unknown));
}

bool isCredential(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    constexpr const char* kWords[] = {"secret", "passw", "pwd", "token", "credential", "authorization", "cookie"};
    return name.ends_with("key") || std::any_of(std::begin(kWords), std::end(kWords), [&](const char* word) { return name.find(word) != name.npos; });
}

bool isReference(const std::string& text) {
    return text.empty() || text.find("{secret:") != text.npos || text.find("{token}") != text.npos || text.find("{next}") != text.npos;
}

/// Names of JSON members or form fields in the text of a body that sound like a credential and have a text of their own.
void literalsOfBody(std::string body, const std::string& where, std::vector<std::string>& found) {
    body.erase(std::remove_if(body.begin(), body.end(), [](unsigned char c) { return std::isspace(c); }), body.end());
    const bool json = body.find('{') == 0 && body.find('"') != body.npos;
    const char stop = json ? '"' : '&';
    for (std::size_t at = 0; at < body.size();) {
        const std::size_t begin = json ? body.find('"', at) : at;
        if (begin == body.npos) return;
        const std::size_t from = begin + (json ? 1 : 0), end = body.find(json ? "\":\"" : "=", from);
        if (end == body.npos) return;
        const std::size_t name_at = json ? body.rfind('"', end - 1) + 1 : from, value_at = end + (json ? 3 : 1);
        const std::size_t value_end = std::min(body.find(stop, value_at), body.size());
        const std::string name = body.substr(name_at, end - name_at);
        if (isCredential(name) && !isReference(body.substr(value_at, value_end - value_at))) found.push_back(where + "." + name);
        at = value_end + 1;
    }
}

void literalsOfRequest(const HttpRequestRule& request, const std::string& where, std::vector<std::string>& found) {
    for (const auto& [part, fields] : {std::pair{".headers.", &request.headers}, std::pair{".query.", &request.query}}) {
        for (const auto& [name, text] : *fields) {
            if (isCredential(name) && !isReference(text)) found.push_back(where + part + name);
        }
    }
    literalsOfBody(request.body, where + ".body", found);
}

Fact secretsByReference(const Manifest& manifest) {
    const auto literal = literalCredentials(manifest);
    if (!literal.empty()) return fact("secrets_by_reference", false, listed(literal));
    if (manifest.secrets.empty()) return without("secrets_by_reference", "无口令 it uses none");
    return fact("secrets_by_reference", true, std::to_string(manifest.secrets.size()));
}

const CursorRule* cursorOf(const Manifest& manifest) {
    if (!manifest.pull) return nullptr;
    const std::optional<CursorRule>* cursor = nullptr;
    if (const auto* http = std::get_if<HttpPull>(&manifest.pull->way); http != nullptr) cursor = &http->cursor;
    if (const auto* database = std::get_if<DatabasePull>(&manifest.pull->way); database != nullptr) cursor = &database->cursor;
    return cursor != nullptr && *cursor ? &**cursor : nullptr;
}

Fact cursorOverlap(const Manifest& manifest) {
    const CursorRule* cursor = cursorOf(manifest);
    if (cursor == nullptr) return without("cursor_overlap", "无游标 it has none");
    return fact("cursor_overlap", cursor->overlap > 0, std::to_string(cursor->overlap));
}

/// What a caller reads of a reply, words left as their names.
std::string replyText(const Reply& reply) {
    const ReplySource named{[](ReplyWord word) { return std::to_string(static_cast<int>(word)); }, [](const trust::Place&) { return std::string("place"); }};
    return std::to_string(reply.status) + " " + reply.body.render(named, Escape::None);
}

/// Replies that a caller can't tell from `accepted`.
void unclassifiedReplies(const EndpointRules& endpoint, std::vector<std::string>& found) {
    const std::string accepted = replyText(endpoint.reply(ReplyCase::Accepted));
    for (const ReplyCase bad : {ReplyCase::Refused, ReplyCase::Unauthorized, ReplyCase::Busy}) {
        if (replyText(endpoint.reply(bad)) == accepted) found.push_back("endpoints." + endpoint.name + ".reply." + replyCaseName(bad));
    }
}

Fact answersClassified(const Manifest& manifest) {
    std::vector<std::string> open;
    bool answers = !manifest.endpoints.empty();
    for (const auto& endpoint : manifest.endpoints) unclassifiedReplies(endpoint, open);
    const auto* http = manifest.pull ? std::get_if<HttpPull>(&manifest.pull->way) : nullptr;
    if (http != nullptr) {
        answers = true;
        if (http->success_path.empty()) open.emplace_back("pull.http.success");
    }
    if (!answers) return without("answers_classified", "无应答代码 no answer of it has a code");
    return fact("answers_classified", open.empty(), listed(open));
}

/// Kinds of attachments that the mapping names and nobody could have.
Fact attachmentsAfter(const CheckedFiles& files) {
    const auto& access = files.manifest.manifest.attachments;
    std::vector<std::string> open;
    bool named = false;
    for (const auto& record : files.manifest.mapping.records) {
        for (const auto& rules : record.attachments) {
            named = true;
            if (rules.kind == AdaptedAttachment::Kind::Url && access.hosts.empty()) open.push_back(record.name + ": attachments.hosts");
            if (rules.kind == AdaptedAttachment::Kind::TwoStep && access.two_step_url.empty()) open.push_back(record.name + ": attachments.two_step");
        }
    }
    if (!named) return without("attachments_after", "无附件 the mapping names none");
    if (files.attachments_seen == 0) open.emplace_back("样例未含附件 no sample names one");
    return fact("attachments_after", open.empty(), open.empty() ? std::to_string(files.attachments_seen) : listed(open));
}

Fact volumeExpected(const HealthRules& health) {
    if (health.handed_over_once) return without("volume_expected", "一次性移交 handed over once");
    const bool hours = health.workday_hour_min + health.weekend_hour_min + health.night_hour_min > 0;
    return fact("volume_expected", hours && health.silent_after_s > 0 && health.lag_s_max > 0);
}

Fact bothWays(const Manifest& manifest) {
    if (manifest.mode == IntegrationMode::Excluded) return without("both_ways", "暂不整合 nobody else handles its tickets");
    if (!manifest.results) return fact("both_ways", false, "无 no results");
    std::vector<std::string> missing;
    for (const Kind kind : {Kind::Result, Kind::Process, Kind::Extension}) {
        if ((manifest.results->kinds & ticket::only(kind)) == 0) missing.emplace_back(ticket::kindRow(kind).name);
    }
    return fact("both_ways", missing.empty(), missing.empty() ? "" : "results.kinds: 缺 lacks " + listed(missing));
}

/// Files and rows carry their own names: the same thing twice is one.
Fact resendSafe(const Manifest& manifest) {
    if (!manifest.results) return without("resend_safe", "无回传 nothing goes home");
    const auto profile = Profile::load(manifest.results->profile);
    if (!profile.ok()) return fact("resend_safe", FactState::Unknown, profile.error().detail);
    const bool safe = !(*profile)->isHttp() || (*profile)->transport().resend != Resend::Operator;
    return fact("resend_safe", safe, safe ? "" : "resend: operator");
}

Fact reconciled(const Manifest& manifest) {
    if (manifest.health.handed_over_once) return without("reconciled", "一次性移交 handed over once");
    const bool whole = manifest.unchanged_is_duplicate && cursorOf(manifest) == nullptr;
    const bool totals = saysItsTotals(manifest.decode);
    return fact("reconciled", totals || whole, totals ? "来源总数 its totals" : whole ? "每次全量 everything each time" : "既无总数也非全量 neither");
}

void factsOfManifest(const CheckedFiles& files, std::vector<Fact>& facts) {
    const Manifest& manifest = files.manifest.manifest;
    facts.push_back(fact("manifest_valid", files.lint.empty(), files.lint.empty() ? "" : files.lint.front()));
    facts.push_back(fact("owner", !manifest.owner.unit.empty() && !manifest.owner.person.empty()));
    facts.push_back(fact("contacts", !manifest.owner.phone.empty()));
    facts.push_back(fact("number_and_time", namesAndTimes(files.manifest.mapping)));
    facts.push_back(secretsByReference(manifest));
    const auto undecided = undecidedPaths(files.manifest.mapping);
    facts.push_back(fact("codes_decided", undecided.empty(), listed(undecided)));
    facts.push_back(cursorOverlap(manifest));
    facts.push_back(answersClassified(manifest));
    facts.push_back(attachmentsAfter(files));
    facts.push_back(volumeExpected(manifest.health));
    facts.push_back(bothWays(manifest));
    facts.push_back(resendSafe(manifest));
    facts.push_back(reconciled(manifest));
    facts.push_back(fact("runbook", files.has_runbook));
}

/// A path of a section as one from the item on.
std::string fromItem(const RecordRules& record, const Path& path) {
    std::string text = path.text();
    if (text.starts_with('/')) return text.substr(1);
    if (!record.each) return text;
    return record.each->text() + (text.empty() ? "" : "/" + text);
}

using Sections = std::map<std::string, std::set<const RecordRules*>>;

/// Paths that conditions hold against codes, with the sections that want one of them there.
Sections askedPaths(const MappingRules& mapping) {
    Sections asked;
    for (const auto& record : mapping.records) {
        for (const auto* condition : {&record.when, &record.when_not}) {
            for (const auto& term : condition->terms) {
                const bool presence = term.number || std::all_of(term.values.begin(), term.values.end(), [](const std::string& value) { return value.empty(); });
                if (presence) continue;
                auto& sections = asked[fromItem(record, term.path)];
                if (condition == &record.when) sections.insert(&record);
            }
        }
    }
    return asked;
}

std::set<std::string> tabledPaths(const MappingRules& mapping) {
    std::set<std::string> tabled;
    for (const auto& record : mapping.records) {
        for (const auto& row : record.rows) {
            if (!row.vocabulary || row.vocabulary->unmapped == Unmapped::Next) continue;
            for (const auto& value : row.from) {
                if (value.kind == InboundValue::Kind::Path) tabled.insert(fromItem(record, value.path));
            }
        }
    }
    return tabled;
}

}  // namespace

std::vector<std::string> literalCredentials(const Manifest& manifest) {
    std::vector<std::string> found;
    if (const auto* http = manifest.pull ? std::get_if<HttpPull>(&manifest.pull->way) : nullptr; http != nullptr) {
        literalsOfRequest(http->request, "pull.http", found);
        if (!isReference(http->auth.value)) found.emplace_back("pull.http.auth.header");
        if (http->auth.token_call) literalsOfRequest(http->auth.token_call->request, "pull.http.auth.token_call", found);
    }
    for (const auto& [where, headers] : {std::pair{"attachments.headers.", &manifest.attachments.headers},
                                         std::pair{"attachments.two_step.headers.", &manifest.attachments.two_step_headers}}) {
        for (const auto& [name, text] : *headers) {
            if (isCredential(name) && !isReference(text)) found.push_back(where + name);
        }
    }
    literalsOfBody(manifest.attachments.two_step_body, "attachments.two_step.body", found);
    return found;
}

std::vector<std::string> undecidedPaths(const MappingRules& mapping) {
    std::vector<std::string> open;
    const auto tabled = tabledPaths(mapping);
    for (const auto& [path, sections] : askedPaths(mapping)) {
        // Where every section wants one of its codes, an item with another makes no record at all, which is an error.
        if (!tabled.contains(path) && sections.size() < mapping.records.size()) open.push_back(path);
    }
    return open;
}

bool saysItsTotals(const DecodeRules& decode) { return !decode.xml.items_expected.empty() || decode.table.total_row.count_column > 0; }

Fact unreadableManifest(const std::string& why) { return fact("manifest_valid", false, why); }

Fact membersRead(std::uint64_t seen, std::uint64_t unread) {
    if (seen == 0) return fact("members_read", FactState::Unknown);
    const auto percent = (seen - std::min(seen, unread)) * 100 / seen;
    return fact("members_read", percent >= kReadMembersPercentMin, std::to_string(percent) + " %, " + ofHowMany(seen - std::min(seen, unread), seen));
}

std::vector<Fact> factsOfFiles(const CheckedFiles& files) {
    std::vector<Fact> facts;
    factsOfManifest(files, facts);
    factsOfSamples(files, facts);
    factsOfRuns(files, facts);
    return facts;
}

}  // namespace yht::kit
