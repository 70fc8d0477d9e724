#include "adapters/kit/inbound/grade.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "gateway/base/time_text.h"
#include "gateway/json/json.h"

namespace yht::kit {
namespace {

constexpr Grade kGrades[] = {Grade::C, Grade::B, Grade::A, Grade::S};

base::Error wrong(const std::string& path, const std::string& what) {
    return base::makeError(base::ErrorCode::ManifestInvalid, path + ": " + what);
}

bool isOpen(const Fact& fact) { return fact.state == FactState::Unmet || fact.state == FactState::Unknown; }

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
    constexpr const char* kNames[] = {"met", "unmet", "unknown", "exempt", "not_applicable"};
    return kNames[static_cast<std::size_t>(state)];
}

const char* factStateZh(FactState state) {
    constexpr const char* kNames[] = {"已满足", "未满足", "未知", "豁免", "不适用"};
    return kNames[static_cast<std::size_t>(state)];
}

const FactRow* findFact(const std::string& id) {
    for (const auto& row : factTable()) {
        if (id == row.id) return &row;
    }
    return nullptr;
}

const std::vector<FactRow>& factTable() {
    constexpr const char* kLedger = "账本 the ledger: -c DEPLOYMENT";
    constexpr const char* kSample = "样例 a sample case";
    static const std::vector<FactRow> kTable = {
        {"manifest_valid", Grade::C, false, "清单可读,检查无疑问", "the manifest is read, and lint asks nothing", ""},
        {"owner", Grade::C, false, "有责任单位与责任人", "an owner: unit and person", ""},
        {"reviewed_samples", Grade::C, false, "至少 3 个经复核的样例", "at least 3 samples whose expectation somebody reviewed", ""},
        {"all_reviewed", Grade::C, false, "全部样例均已复核", "no sample waits for a review", ""},
        {"samples_pass", Grade::C, false, "样例全部通过", "every sample holds", ""},
        {"number_and_time", Grade::C, false, "每类记录的编号与事件时间取自来源", "number and event time of every kind of record are the source's own", ""},
        {"strict_charset", Grade::C, false, "无法解码的字节使条目失败", "a byte that can't be decoded fails its item", "含汉字的样例 a sample with Chinese text"},
        {"secrets_by_reference", Grade::C, false, "口令均为引用", "credentials are references to files", ""},
        {"dry_run", Grade::C, false, "试运行:样例条目均可入账", "a dry run: admission would take what the samples expect", kSample},
        {"duplicates", Grade::B, false, "重复报送不产生新记录", "the same batch twice brings nothing new", kSample},
        {"trouble_cases", Grade::B, false, "自动生成的异常用例全部通过", "the cases of trouble made from samples hold", kSample},
        {"error_cases", Grade::B, false, "至少 3 个错误样例", "at least 3 samples that must be refused", ""},
        {"codes_mapped", Grade::B, false, "样例中的代码全部有映射", "every code of the samples has a row", ""},
        {"codes_decided", Grade::B, false, "决定记录取舍的代码均有映射或明确拒收", "a code that decides which records come is mapped or refused, never passed over", ""},
        {"cursor_overlap", Grade::B, false, "游标有重叠", "the cursor looks back: overlap_s, overlap", ""},
        {"answers_classified", Grade::B, false, "应答代码均有归类,含 HTTP 200 的失败", "what an answer means stands in its body, failures under HTTP 200 too", ""},
        {"attachments_after", Grade::B, false, "附件在工单之后另取", "attachments can be had after their ticket, and a sample names one", ""},
        {"volume_expected", Grade::B, false, "设定了预期数量、静默与滞后阈值", "health: items an hour, silent_after_s, lag_s_max", ""},
        {"contacts", Grade::B, false, "有联系电话", "the owner's telephone", ""},
        {"balanced_account", Grade::B, true, "近 7 日有账且平衡", "an account of 7 days or more, and it balances", kLedger},
        {"silent", Grade::B, true, "未静默", "not silent for longer than it may be", kLedger},
        {"both_ways", Grade::A, false, "双向同步:结果、退回、延期均回传", "both ways: results, returns and extensions go home", ""},
        {"resend_safe", Grade::A, false, "应答丢失后可安全重发", "what goes home can be sent again: idempotent, or asked first", ""},
        {"reconciled", Grade::A, false, "与来源总数或全量清单核对", "held against the source's own totals, or its whole list", ""},
        {"credentials_watched", Grade::A, true, "证书与口令的到期受监视", "certificates and credentials: their end is known and not near", kLedger},
        {"resent_after_kill", Grade::A, false, "任一条目处中断后重送,结果相同", "cut off after any item and sent again later: the same records", kSample},
        {"members_read", Grade::A, false, "见到的成员 95% 以上被读取或声明不用", "95 % of the members that were seen are read, or named as unused", kSample},
        {"runbook", Grade::A, false, "有说明文件 README.md", "a README.md of the source or its product", ""},
        {"few_unmapped", Grade::A, true, "近 90 日未映射代码低于千分之一", "codes without a row below one in a thousand items, 90 days", kLedger},
        {"replay_identical", Grade::A, true, "回放近 30 日结果一致", "a replay of 30 days makes the same", kLedger},
        {"second_reviewer", Grade::S, false, "至少两人复核", "two persons or more have reviewed", ""},
        {"mapping_fast", Grade::S, false, "每条映射 p95 低于 5 毫秒", "mapping an item takes less than 5 ms, p95", kSample},
        {"lag_below_minute", Grade::S, true, "滞后低于 1 分钟", "less than a minute behind, p95", "20 条新记录 records that are no history"},
        {"no_loss", Grade::S, true, "与来源总数核对 90 日零丢失", "nothing lost by the source's own totals, 90 days", "来源的总数 totals of the source, 90 日 days"},
        {"upgrade_replayed", Grade::S, true, "旧版本报文回放无差异", "what an earlier version took makes the same today", "升级后 30 日内 an upgrade within 30 days"},
    };
    return kTable;
}

std::vector<const Fact*> Graded::missing() const {
    std::vector<const Fact*> all;
    const auto next = static_cast<Grade>(std::min(static_cast<int>(grade) + 1, static_cast<int>(Grade::S)));
    for (const auto& each : facts) {
        if (isOpen(each) && each.row->grade <= next) all.push_back(&each);
    }
    return all;
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
            if (exemption.fact != row.id || !isOpen(one)) continue;
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
            return each.row->grade != grade || !isOpen(each);
        });
        if (!whole) break;
        graded.grade = grade;
    }
    return graded;
}

}  // namespace yht::kit
