#include "adapters/kit/answer.h"

#include <algorithm>
#include <unordered_map>

#include "adapters/kit/peer_text.h"
#include "adapters/kit/raw_json.h"
#include "adapters/kit/retry_after.h"
#include "adapters/kit/xml_value.h"

namespace yht::kit {
namespace {

constexpr std::size_t kFieldErrorsMax = 64;
constexpr json::Limits kAnswerLimits{.depth_max = 8, .values_max = 100'000, .members_max = 256};

BatchAnswer unknown(base::ErrorCode error, std::string detail) {
    BatchAnswer answer;
    answer.verdict = BatchVerdict::Unknown;
    answer.error = error;
    answer.error_detail = std::move(detail);
    return answer;
}

BatchAnswer invalid(std::string detail) {
    return unknown(base::ErrorCode::PeerAnswerInvalid, std::move(detail));
}

BatchAnswer nothingTaken(base::ErrorCode error, std::int64_t retry_after_ms, std::string detail) {
    BatchAnswer answer;
    answer.verdict = BatchVerdict::Busy;
    answer.error = error;
    answer.retry_after_ms = retry_after_ms;
    answer.error_detail = std::move(detail);
    return answer;
}

/// What a list holds; in XML, where one looks like several, one too.
std::vector<const rapidjson::Value*> entriesOf(const rapidjson::Value* list, TextForm form) {
    std::vector<const rapidjson::Value*> entries;
    if (list == nullptr) return entries;
    if (list->IsArray()) {
        for (const auto& entry : list->GetArray()) entries.push_back(&entry);
    } else if (form == TextForm::Xml && list->IsObject()) {
        entries.push_back(list);
    }
    return entries;
}

/// The far side's complaints about fields, under our names.
struct FieldPaths {
    const std::string &name, &code;
};
void readFields(
    const std::vector<const rapidjson::Value*>& entries, const FieldPaths& paths, const Mapping& mapping,
    RecordAnswer& answer
) {
    for (const auto* field : entries) {
        if (answer.fields.size() >= kFieldErrorsMax) return;
        std::string name = textAt(*field, paths.name);
        // A name of the profile is ours to print, in whatever script.
        if (!mapping.knows(name)) name = peerToken(name);
        const std::string code = peerToken(textAt(*field, paths.code));
        answer.fields.push_back(
            {mapping.pointerOf(name), code, "", "the far side refuses " + name + " with " + code,
             "对端拒收字段 " + name + ",代码 " + code}
        );
    }
}

/// "" where the receipt is good, else why it is not.
std::string receiptFault(
    const AnswerContext& context, const rapidjson::Value& body, const std::string& raw
) {
    const auto& rules = context.profile.answer().receipt;
    std::string text;
    for (const auto& part : rules.signed_text.parts) {
        if (&part != &rules.signed_text.parts.front()) text += rules.signed_text.separator;
        if (part.digest == PartDigest::None) {
            text += textAt(body, part.path);
            continue;
        }
        const auto bytes = rawAt(raw, part.path);
        if (!bytes) return "the answer has no " + part.path;
        text += part.textOf(*bytes);
    }
    const std::string written = textAt(body, rules.signature);
    if (written.empty()) return "the receipt is not signed";
    const auto signature =
        rules.signed_text.hex ? base::fromHex(written) : base::fromBase64(written);
    if (!signature) return "the receipt's signature can't be read";
    if (!rules.batch_id.empty() && textAt(body, rules.batch_id) != context.batch_id) {
        return "the receipt is of another batch";
    }
    const std::string key_id = rules.key_id.empty() ? "" : textAt(body, rules.key_id);
    const std::string algorithm = rules.algorithm.empty() ? "" : textAt(body, rules.algorithm);
    for (const auto& certificate : context.receipt_certificates) {
        if (!rules.key_id.empty() && certificate.fingerprint() != key_id) continue;
        for (const auto& [ours, theirs] : context.profile.envelope().algorithms) {
            // The certificate's key decides what may be tried; the answer only says which of those
            // it is.
            if (!certificate.publicKey().supports(ours)) continue;
            if (!rules.algorithm.empty() && theirs != algorithm) continue;
            const auto verdict = certificate.publicKey().verify(ours, text, *signature);
            if (verdict && *verdict == crypto::SignatureVerdict::Valid) return "";
        }
    }
    return "the receipt's signature does not verify";
}

/// Which records the far side speaks of, each once.
class Items {
public:
    Items(const AnswerContext& context, const rapidjson::Value& body)
        : context_(context), rules_(context.profile.answer()), body_(body) {
        for (std::size_t i = 0; i < context.records.size(); ++i) {
            index_.emplace(std::to_string(context.records[i].sentNumber()), i);
        }
        answers_.resize(context.records.size());
        seen_.resize(context.records.size(), false);
    }

    /// "" where there is exactly one understandable item for every record, else what is wrong.
    std::string read() {
        if (rules_.single) return readVerdict(body_, 0);
        const auto items = entriesOf(findPath(body_, rules_.items_path), rules_.form);
        if (items.empty()) return "the answer lists no records";
        if (items.size() != context_.records.size())
            return "the answer lists another number of records";
        for (const auto* item : items) {
            if (std::string fault = readItem(*item); !fault.empty()) return fault;
        }
        return "";
    }

    std::vector<RecordAnswer> take() { return std::move(answers_); }

private:
    std::string readItem(const rapidjson::Value& item) {
        const auto found = index_.find(textAt(item, rules_.seq));
        if (found == index_.end() || seen_[found->second])
            return "the answer speaks of a record not sent, or twice of one";
        seen_[found->second] = true;
        return readVerdict(item, found->second);
    }

    std::string readVerdict(const rapidjson::Value& item, std::size_t index) {
        const OutboundRecord& record = context_.records[index];
        if (!rules_.ticket_no.empty()) {
            const std::string echoed = textAt(item, rules_.ticket_no);
            if (!echoed.empty() && echoed != record.ticket_no)
                return "the answer names another ticket";
        }
        RecordAnswer& answer = answers_[index];
        answer.seq = record.seq;
        const std::string code = textAt(item, rules_.code);
        answer.code = peerToken(code);
        if (!verdictOf(code, answer.verdict))
            return "the answer has an unknown code " + answer.code;
        if (!rules_.number.empty()) answer.peer_number = peerNumber(textAt(item, rules_.number));
        if (answer.verdict == RecordVerdict::Refused && !rules_.fields.empty()) {
            readFields(
                entriesOf(findPath(item, rules_.fields), rules_.form), {rules_.field_name, rules_.field_code},
                *context_.profile.findKind(record.record.kind())->mapping, answer
            );
        }
        return "";
    }

    bool verdictOf(const std::string& code, RecordVerdict& verdict) const {
        if (rules_.accepted.has(code))
            verdict = RecordVerdict::Accepted;
        else if (rules_.duplicate.has(code))
            verdict = RecordVerdict::Duplicate;
        else if (rules_.item_refused.has(code))
            verdict = RecordVerdict::Refused;
        else if (rules_.later.has(code))
            verdict = RecordVerdict::Later;
        else if (context_.is_query && rules_.absent.has(code))
            verdict = RecordVerdict::Later;
        else
            return false;
        return true;
    }

    const AnswerContext& context_;
    const AnswerRules& rules_;
    const rapidjson::Value& body_;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<RecordAnswer> answers_;
    std::vector<bool> seen_;
};

/// What the far side said, whatever it was wrapped in.
struct Said {
    rapidjson::Document value;
    std::string raw;      // JSON: the bytes that `value` was read from
    std::string receipt;  // of a signed SOAP answer
};

/// A Fault as the profile's rows have it.
BatchAnswer judgeFault(const AnswerContext& context, const SoapAnswer& opened, int http_status) {
    const auto& rules = context.profile.answer().faults;
    const auto fault = readFault(*opened.content);
    if (!fault) return invalid("a Fault that can't be read");
    const std::string detail =
        rules.detail_code.empty() ? "" : peerToken(textAt(fault->detail, rules.detail_code));
    const std::string shown = "Fault " + peerToken(fault->code) + (detail.empty() ? "" : " " + detail);
    const auto then = classify(rules, *fault, http_status, opened.is_signed);
    if (!then) return invalid((opened.is_signed ? "unclassified " : "unsigned ") + shown);
    const std::string wait = rules.retry_after.empty() ? "" : textAt(fault->detail, rules.retry_after);
    const std::int64_t retry_after_ms = retryAfterMillis(wait, context.now_ms);
    if (*then == FaultClass::Retry) return nothingTaken(base::ErrorCode::PeerBusy, retry_after_ms, shown);
    BatchAnswer answer = nothingTaken(base::ErrorCode::PeerRefused, retry_after_ms, shown);
    answer.stops = *then == FaultClass::Stop;
    // A question that is refused says nothing of what was asked about.
    if (answer.stops || context.is_query) return answer;
    answer.one_by_one = context.records.size() > 1;
    if (answer.one_by_one) return answer;
    const OutboundRecord& record = context.records.front();
    RecordAnswer refused{
        .seq = record.seq,
        .verdict = RecordVerdict::Refused,
        .peer_receipt = opened.receipt,
        .code = detail.empty() ? peerToken(fault->code) : detail};
    if (!rules.fields.empty()) {
        readFields(
            entriesOf(findPath(fault->detail, rules.fields), TextForm::Xml),
            {rules.field_name, rules.field_code}, *context.profile.findKind(record.record.kind())->mapping, refused
        );
    }
    answer.verdict = BatchVerdict::Answered;
    answer.records.push_back(std::move(refused));
    return answer;
}

/// An element, or a text, as a value. The text of a broken one is why.
base::Result<Said> readText(const AnswerRules& rules, std::string text) {
    const auto unreadable = [](const char* why) {
        return base::makeError(base::ErrorCode::PeerAnswerInvalid, why);
    };
    Said said;
    said.raw = std::move(text);
    if (rules.form == TextForm::Json) {
        auto parsed = json::parse(said.raw, kAnswerLimits);
        if (!parsed) return unreadable("the answer is no JSON");
        said.value = *std::move(parsed);
        return said;
    }
    const auto document = xml::Document::parse(said.raw, soapAnswerLimits());
    auto value = document ? xmlValue(document->root()) : std::nullopt;
    if (!value) return unreadable("the answer is no XML");
    said.value = *std::move(value);
    return said;
}

base::Result<Said> readSoap(const AnswerRules& rules, const SoapAnswer& opened) {
    if (!rules.soap_element.empty()) {
        auto text = textInside(*opened.content, rules.soap_element);
        if (!text) {
            return base::makeError(
                base::ErrorCode::PeerAnswerInvalid, "the answer is no SOAP envelope with one " + rules.soap_element
            );
        }
        auto said = readText(rules, *std::move(text));
        if (said) said->receipt = opened.receipt;
        return said;
    }
    auto value = xmlValue(*opened.content);
    if (!value) return base::makeError(base::ErrorCode::PeerAnswerInvalid, "the answer has too many members");
    Said said;
    said.value = *std::move(value);
    said.receipt = opened.receipt;
    return said;
}

BatchAnswer judgeSaid(const AnswerContext& context, const Said& said) {
    const auto& rules = context.profile.answer();
    const std::string code = textAt(said.value, rules.code_path);
    const std::string shown = peerToken(code);
    const std::string wait =
        rules.retry_after_path.empty() ? "" : textAt(said.value, rules.retry_after_path);
    const std::int64_t retry_after_ms = retryAfterMillis(wait, context.now_ms);
    if (rules.nothing_taken.has(code)) {
        return nothingTaken(base::ErrorCode::PeerBusy, retry_after_ms, "code " + shown);
    }
    if (rules.refused.has(code))
        return nothingTaken(base::ErrorCode::PeerRefused, retry_after_ms, "code " + shown);
    if (!rules.single && !rules.success.has(code)) return invalid("unknown code " + shown);
    if (rules.receipt.required) {
        if (std::string fault = receiptFault(context, said.value, said.raw); !fault.empty())
            return invalid(fault);
    } else if (!rules.receipt.batch_id.empty() &&
               textAt(said.value, rules.receipt.batch_id) != context.batch_id) {
        return invalid("the answer is of another batch");
    }
    Items items(context, said.value);
    if (std::string fault = items.read(); !fault.empty()) return invalid(fault);
    BatchAnswer answer;
    answer.verdict = BatchVerdict::Answered;
    answer.records = items.take();
    const auto kept = rules.receipt.keep.empty() ? std::nullopt : rawAt(said.raw, rules.receipt.keep);
    for (auto& record : answer.records)
        record.peer_receipt = said.receipt.empty() ? kept.value_or(std::string_view()) : said.receipt;
    return answer;
}

BatchAnswer judgeBody(const AnswerContext& context, const HttpAnswer& http) {
    const auto& rules = context.profile.answer();
    const auto& call = context.profile.transport().soap;
    if (!call) {
        const auto said = readText(rules, http.body);
        return said ? judgeSaid(context, *said) : invalid(said.error().detail);
    }
    const SoapAnswer opened = openSoapAnswer(
        {*call, context.soap_verifier, context.receipt_certificates, context.message_id, context.is_query}, http.body
    );
    if (!opened.broken.empty()) return invalid(opened.broken);
    if (opened.is_fault) return judgeFault(context, opened, http.status);
    const auto said = readSoap(rules, opened);
    return said ? judgeSaid(context, *said) : invalid(said.error().detail);
}

}  // namespace

BatchAnswer judgeAnswer(const AnswerContext& context, const HttpAnswer& http) {
    const auto& rules = context.profile.answer();
    switch (http.outcome) {
        case HttpOutcome::NotSent: {
            BatchAnswer answer;
            answer.verdict = BatchVerdict::NotSent;
            answer.error = http.error;
            answer.error_detail = http.detail;
            return answer;
        }
        case HttpOutcome::Unknown:
            return unknown(
                http.unreadable ? base::ErrorCode::PeerAnswerInvalid
                                : base::ErrorCode::PeerAnswerLost,
                http.detail
            );
        case HttpOutcome::Answered:
            break;
    }
    const std::string status = "HTTP " + std::to_string(http.status);
    const std::int64_t retry_after_ms = retryAfterMillis(http.field("retry-after"), context.now_ms);
    if (rules.http_nothing_taken.contains(http.status)) {
        return nothingTaken(base::ErrorCode::PeerBusy, retry_after_ms, status);
    }
    if (rules.http_refused.contains(http.status)) {
        return nothingTaken(base::ErrorCode::PeerRefused, retry_after_ms, status);
    }
    if (!rules.http_answered.contains(http.status)) return invalid(status);
    return judgeBody(context, http);
}

}  // namespace yht::kit
