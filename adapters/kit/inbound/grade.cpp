#include "adapters/kit/inbound/grade.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "gateway/base/time_text.h"
#include "gateway/json/json.h"

namespace yht::kit {
namespace {

constexpr Grade kGrades[] = {Grade::C, Grade::B, Grade::A, Grade::S};

const FactRow* findFact(const std::string& id) {
    for (const auto& row : factTable()) {
        if (id == row.id) return &row;
    }
    return nullptr;
}

Fact fact(const char* id, bool met, std::string detail = {}) {
    return {findFact(id), met ? FactState::Met : FactState::Unmet, std::move(detail)};
}

std::string ofHowMany(std::size_t count, std::size_t wanted) {
    return std::to_string(count) + " / " + std::to_string(wanted);
}

/// Every kind of record that it makes has its own number and its own time.
bool namesAndTimes(const MappingRules& mapping) {
    return !mapping.records.empty() &&
           std::all_of(mapping.records.begin(), mapping.records.end(), [](const RecordRules& record) {
               const auto has = [&](ticket::Field field) {
                   return std::any_of(record.rows.begin(), record.rows.end(), [&](const InboundRow& row) {
                       return row.field->field == field && (!row.from.empty() || field == ticket::Field::event_time);
                   });
               };
               return has(ticket::Field::record_ref) && has(ticket::Field::event_time);
           });
}

base::Error wrong(const std::string& path, const std::string& what) {
    return base::makeError(base::ErrorCode::ManifestInvalid, path + ": " + what);
}

std::optional<std::int32_t> dayOf(const std::string& text) {
    const auto midnight = base::parseRfc3339(text + "T00:00:00+08:00");
    if (text.size() != 10 || !midnight) return std::nullopt;
    return base::shanghaiDay(*midnight);
}

}  // namespace

const char* gradeName(Grade grade) {
    constexpr const char* kNames[] = {"-", "C", "B", "A", "S"};
    return kNames[static_cast<std::size_t>(grade)];
}

const char* gradeZh(Grade grade) {
    constexpr const char* kNames[] = {"未达 C", "试用", "可上线", "可靠", "示范"};
    return kNames[static_cast<std::size_t>(grade)];
}

const char* factStateName(FactState state) {
    constexpr const char* kNames[] = {"met", "unmet", "unknown", "exempt"};
    return kNames[static_cast<std::size_t>(state)];
}

const std::vector<FactRow>& factTable() {
    static const std::vector<FactRow> kTable = {
        {"owner", Grade::C, false, "有责任单位与责任人", "an owner: unit and person"},
        {"reviewed_samples", Grade::C, false, "至少 3 个经复核的样例", "at least 3 samples whose expectation somebody reviewed"},
        {"all_reviewed", Grade::C, false, "全部样例均已复核", "no sample waits for a review"},
        {"samples_pass", Grade::C, false, "样例全部通过", "every sample holds"},
        {"number_and_time", Grade::C, false, "每类记录都有编号与事件时间", "every kind of record has its number and its time"},
        {"secrets_by_reference", Grade::C, false, "密钥均为引用", "secrets are references"},
        {"duplicates", Grade::B, false, "重复报送不产生新记录", "the same batch twice brings nothing new"},
        {"trouble_cases", Grade::B, false, "自动生成的异常用例全部通过", "the cases of trouble made from samples hold"},
        {"error_cases", Grade::B, false, "至少 3 个错误样例", "at least 3 samples that must be refused"},
        {"codes_mapped", Grade::B, false, "样例中的代码全部有映射", "every code of the samples has a row"},
        {"volume_expected", Grade::B, false, "设定了预期数量、静默与滞后阈值", "health: items an hour, silent_after_s, lag_s_max"},
        {"contacts", Grade::B, false, "有联系电话", "the owner's telephone"},
        {"balanced_account", Grade::B, true, "近 7 日有账且平衡", "an account of 7 days or more, and it balances"},
        {"silent", Grade::B, true, "未静默", "not silent for longer than it may be"},
        {"members_read", Grade::A, false, "样例成员 95% 以上被读取或声明不用", "95 % of the members of the samples are read, or named as unused"},
        {"runbook", Grade::A, false, "有说明文件 README.md", "a README.md of the source or its product"},
        {"few_unmapped", Grade::A, true, "近 90 日未映射代码低于千分之一", "codes without a row below one in a thousand items, 90 days"},
        {"replay_identical", Grade::A, true, "回放近 30 日结果一致", "a replay of 30 days makes the same"},
        {"second_reviewer", Grade::S, false, "至少两人复核", "two persons or more have reviewed"},
        {"no_loss", Grade::S, true, "与来源总数核对 90 日零丢失", "nothing lost by the source's own totals, 90 days"},
        {"lag_below_minute", Grade::S, true, "滞后低于 1 分钟", "less than a minute behind"},
    };
    return kTable;
}

std::vector<const Fact*> Graded::missing() const {
    std::vector<const Fact*> all;
    const auto next = static_cast<Grade>(std::min(static_cast<int>(grade) + 1, static_cast<int>(Grade::S)));
    for (const auto& each : facts) {
        const bool open = each.state == FactState::Unmet || each.state == FactState::Unknown;
        if (open && each.row->grade <= next) all.push_back(&each);
    }
    return all;
}

std::vector<Fact> factsOfFiles(const CheckedFiles& files) {
    const Manifest& manifest = files.manifest.manifest;
    std::size_t reviewed = 0, errors = 0, failed = 0;
    std::set<std::string> reviewers;
    for (const auto& sample : files.samples) {
        if (!sample.reviewed_by.empty()) {
            ++reviewed;
            reviewers.insert(sample.reviewed_by);
        }
        errors += sample.expected_err.empty() ? 0 : 1;
    }
    for (const auto& result : files.results) failed += result.passed ? 0 : 1;
    const HealthRules& health = manifest.health;
    const bool volume = health.workday_hour_min + health.weekend_hour_min + health.night_hour_min > 0 &&
                        health.silent_after_s > 0 && health.lag_s_max > 0;
    const auto read = files.members_seen == 0 ? 0 : (files.members_seen - files.members_unread) * 100 / files.members_seen;
    return {
        fact("owner", !manifest.owner.unit.empty() && !manifest.owner.person.empty()),
        fact("reviewed_samples", reviewed >= kReviewedSamplesMin, ofHowMany(reviewed, kReviewedSamplesMin)),
        fact("all_reviewed", !files.samples.empty() && reviewed == files.samples.size(), ofHowMany(reviewed, files.samples.size())),
        fact("samples_pass", !files.results.empty() && failed == 0,
             ofHowMany(files.results.size() - failed, files.results.size())),
        fact("number_and_time", namesAndTimes(files.manifest.mapping)),
        // A manifest with a secret in it is refused when it is read.
        fact("secrets_by_reference", true, std::to_string(manifest.secrets.size())),
        fact("duplicates", files.duplicates_hold),
        fact("trouble_cases", files.generated_ran > 0 && files.generated_failed == 0,
             ofHowMany(files.generated_ran - files.generated_failed, files.generated_ran)),
        fact("error_cases", errors >= kErrorCasesMin, ofHowMany(errors, kErrorCasesMin)),
        fact("codes_mapped", !files.samples.empty() && files.unmapped_codes == 0, std::to_string(files.unmapped_codes)),
        fact("volume_expected", volume),
        fact("contacts", !manifest.owner.phone.empty()),
        fact("members_read", read >= kReadMembersPercentMin, std::to_string(read) + " %"),
        fact("runbook", files.has_runbook),
        fact("second_reviewer", reviewers.size() >= kReviewersMin, ofHowMany(reviewers.size(), kReviewersMin)),
    };
}

base::Result<std::vector<Exemption>> readExemptions(const std::string& source_directory) {
    std::vector<Exemption> all;
    const std::string path = source_directory + "/quality.json";
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) return all;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    const auto document = json::parse(text.str());
    const auto* list = document.ok() && document->IsObject() ? json::findMember(*document, "exempt") : nullptr;
    if (list == nullptr || !list->IsArray() || document->MemberCount() != 1)
        return wrong(path, "write {\"exempt\":[{\"fact\":…,\"reason\":…,\"by\":…,\"until\":\"2019-11-15\"}]}");
    if (list->Size() > kExemptionsMax) return wrong(path, "more than " + std::to_string(kExemptionsMax) + " exemptions");
    for (const auto& each : list->GetArray()) {
        if (!each.IsObject()) return wrong(path, "an exemption is an object");
        Exemption one{json::textMember(each, "fact"), json::textMember(each, "reason"), json::textMember(each, "by"),
                      json::textMember(each, "until")};
        if (findFact(one.fact) == nullptr) return wrong(path, "there is no fact " + one.fact + "; yht adapters grade lists them");
        if (one.reason.empty() || one.by.empty()) return wrong(path, one.fact + ": say reason and by");
        if (!dayOf(one.until)) return wrong(path, one.fact + ": until: write 2019-11-15");
        all.push_back(std::move(one));
    }
    return all;
}

Graded gradeOf(const std::vector<Fact>& found, const std::vector<Exemption>& exemptions, std::int32_t today) {
    Graded graded;
    for (const auto& row : factTable()) {
        Fact one{&row, FactState::Unknown, ""};
        for (const auto& each : found) {
            if (each.row == &row) one = each;
        }
        for (const auto& exemption : exemptions) {
            if (exemption.fact != row.id || one.state == FactState::Met) continue;
            if (dayOf(exemption.until).value_or(0) < today) {
                one.detail += (one.detail.empty() ? "" : "; ") + std::string("exemption ended 豁免已到期 ") + exemption.until;
                continue;
            }
            one.state = FactState::Exempt;
            one.detail = exemption.reason + " (" + exemption.by + ", " + exemption.until + ")";
        }
        graded.facts.push_back(std::move(one));
    }
    for (const Grade grade : kGrades) {
        const bool whole = std::all_of(graded.facts.begin(), graded.facts.end(), [&](const Fact& each) {
            return each.row->grade != grade || each.state == FactState::Met || each.state == FactState::Exempt;
        });
        if (!whole) break;
        graded.grade = grade;
    }
    return graded;
}

}  // namespace yht::kit
