#include "gateway/intake/admission/source_answer.h"

#include <algorithm>
#include <charconv>

#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::intake {
namespace {

using json::Writer;
using ledger::SourceAccount;

constexpr SourceVerdict kVerdicts[] = {
    SourceVerdict::Accepted, SourceVerdict::Stale, SourceVerdict::Duplicate,
    SourceVerdict::Quarantined, SourceVerdict::Refused, SourceVerdict::Ignored};

struct Count {
    const char* name;
    std::uint64_t SourceAccount::*member;
};
constexpr Count kCounts[] = {
    {"received", &SourceAccount::received},       {"accepted", &SourceAccount::accepted},
    {"stale", &SourceAccount::stale},             {"duplicate", &SourceAccount::duplicate},
    {"quarantined", &SourceAccount::quarantined}, {"refused", &SourceAccount::refused}};

void writeAccount(Writer& out, const SourceAccount& account) {
    out.Key("account");
    out.StartObject();
    for (const Count& count : kCounts) json::writeNumber(out, count.name, account.*count.member);
    json::writeNumber(out, "ignored", account.ignoredCount());
    out.Key("ignored_by");
    out.StartObject();
    for (const auto& [rule, count] : account.ignored) json::writeNumber(out, rule, count);
    out.EndObject();
    out.EndObject();
}

void writeError(Writer& out, const base::Error& error) {
    const base::ErrorRow& row = error.row();
    json::writeText(out, "code", row.wire);
    json::writeTextIfAny(out, "zh", error.public_zh.empty() ? row.zh : error.public_zh);
    json::writeTextIfAny(out, "en", error.public_en.empty() ? row.en : error.public_en);
    if (error.fields.empty()) return;
    out.Key("errors");
    out.StartArray();
    for (std::size_t i = 0; i < std::min(error.fields.size(), kAnswerErrorsMax); ++i) {
        const base::FieldError& field = error.fields[i];
        out.StartObject();
        json::writeTextIfAny(out, "pointer", field.pointer);
        json::writeText(out, "code", field.code);
        json::writeTextIfAny(out, "limit", field.limit);
        json::writeTextIfAny(out, "zh", field.zh);
        json::writeTextIfAny(out, "en", field.en);
        out.EndObject();
    }
    out.EndArray();
}

void writeReceipt(Writer& out, const ledger::Receipt& receipt) {
    const std::string text = ledger::encodeReceipt(receipt);
    out.RawValue(text.data(), text.size(), rapidjson::kObjectType);
}

void writeSeqs(Writer& out, const SourceItemAnswer& item, const SourceSubmission& submission) {
    if (item.seqs.empty()) return;
    json::writeText(out, "seq", std::to_string(item.seqs.front()));
    out.Key("seqs");
    out.StartArray();
    for (const ledger::Seq seq : item.seqs) out.String(std::to_string(seq));
    out.EndArray();
    bool open = false;
    for (const ledger::Seq seq : item.seqs) {
        const auto receipt = submission.receipts.find(seq);
        if (receipt == submission.receipts.end()) continue;
        if (!open) {
            out.Key("receipts");
            out.StartArray();
            open = true;
        }
        writeReceipt(out, receipt->second);
    }
    if (open) out.EndArray();
}

void writeItem(Writer& out, const SourceItemAnswer& item, const SourceSubmission& submission) {
    out.StartObject();
    json::writeNumber(out, "index", item.index);
    json::writeTextIfAny(out, "place", item.place);
    json::writeText(out, "verdict", sourceVerdictName(item.verdict));
    json::writeTextIfAny(out, "ticket_no", item.ticket_no);
    writeSeqs(out, item, submission);
    if (item.quarantine_id != 0) {
        json::writeText(out, "quarantine_no", std::to_string(item.quarantine_id));
    }
    json::writeTextIfAny(out, "ignored_by", item.ignored_by);
    if (item.error) writeError(out, *item.error);
    out.EndObject();
}

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// json::parse() makes texts of numbers.
std::uint64_t numberOf(const rapidjson::Value& object, const char* name) {
    return number(json::textMember(object, name));
}

SourceAccount readAccount(const rapidjson::Value& object) {
    SourceAccount account;
    for (const Count& count : kCounts) account.*count.member = numberOf(object, count.name);
    const rapidjson::Value* ignored = json::findMember(object, "ignored_by");
    if (ignored == nullptr || !ignored->IsObject()) return account;
    for (const auto& rule : ignored->GetObject()) {
        account.ignored[rule.name.GetString()] = number(rule.value.GetString());
    }
    return account;
}

std::optional<base::Error> readError(const rapidjson::Value& object) {
    const auto code = base::findErrorCode(json::textMember(object, "code"));
    if (!code) return std::nullopt;
    base::Error error = base::makePublicError(
        *code, json::textMember(object, "en"), json::textMember(object, "zh")
    );
    const rapidjson::Value* fields = json::findMember(object, "errors");
    if (fields == nullptr || !fields->IsArray()) return error;
    for (const auto& field : fields->GetArray()) {
        error.fields.push_back(
            {.pointer = json::textMember(field, "pointer"),
             .code = json::textMember(field, "code"),
             .limit = json::textMember(field, "limit"),
             .en = json::textMember(field, "en"),
             .zh = json::textMember(field, "zh")}
        );
    }
    return error;
}

SourceItemAnswer readItem(const rapidjson::Value& object) {
    SourceItemAnswer item;
    item.index = numberOf(object, "index");
    item.place = json::textMember(object, "place");
    const std::string verdict = json::textMember(object, "verdict");
    for (const SourceVerdict each : kVerdicts) {
        if (verdict == sourceVerdictName(each)) item.verdict = each;
    }
    item.ticket_no = json::textMember(object, "ticket_no");
    if (const rapidjson::Value* seqs = json::findMember(object, "seqs")) {
        for (const auto& seq : seqs->GetArray()) item.seqs.push_back(number(seq.GetString()));
    }
    item.salts.resize(item.seqs.size());
    item.quarantine_id = numberOf(object, "quarantine_no");
    item.ignored_by = json::textMember(object, "ignored_by");
    item.error = readError(object);
    return item;
}

}  // namespace

std::string encodeSourceAnswer(const SourceSubmission& submission) {
    rapidjson::StringBuffer text;
    Writer out(text);
    out.StartObject();
    writeAccount(out, submission.account);
    out.Key("items");
    out.StartArray();
    for (const SourceItemAnswer& item : submission.items) writeItem(out, item, submission);
    out.EndArray();
    json::writeNumber(out, "items_not_shown", submission.itemsNotShown());
    if (submission.message_seq != 0) {
        json::writeText(out, "message_seq", std::to_string(submission.message_seq));
    }
    const auto receipt = submission.receipts.find(submission.message_seq);
    if (receipt != submission.receipts.end()) {
        out.Key("receipt");
        writeReceipt(out, receipt->second);
    }
    out.EndObject();
    return {text.GetString(), text.GetSize()};
}

base::Result<SourceSubmission> decodeSourceAnswer(std::string_view text) {
    const auto document = json::parse(text);
    const auto corrupt = [] {
        return base::makeError(base::ErrorCode::LedgerCorrupt, "a kept answer can't be read");
    };
    if (!document.ok()) return corrupt();
    const rapidjson::Value* account = json::findMember(*document, "account");
    const rapidjson::Value* items = json::findMember(*document, "items");
    if (account == nullptr || items == nullptr || !items->IsArray()) return corrupt();
    SourceSubmission submission;
    submission.message_seq = numberOf(*document, "message_seq");
    submission.account = readAccount(*account);
    for (const auto& item : items->GetArray()) submission.items.push_back(readItem(item));
    if (!submission.account.balances() || submission.account.received < submission.items.size()) {
        return corrupt();
    }
    return submission;
}

std::vector<ledger::ReceiptRequest> receiptsWanted(const SourceSubmission& submission) {
    std::vector<ledger::ReceiptRequest> wanted;
    if (submission.message_seq != 0) wanted.push_back({submission.message_seq, {}});
    const std::size_t wanted_max = wanted.size() + kAnswerReceiptsMax;  // the bound is of records' alone
    for (const SourceItemAnswer& item : submission.items) {
        for (std::size_t i = 0; i < item.seqs.size(); ++i) {
            if (wanted.size() == wanted_max) return wanted;
            wanted.push_back({item.seqs[i], item.salts[i]});
        }
    }
    return wanted;
}

}  // namespace yht::intake
