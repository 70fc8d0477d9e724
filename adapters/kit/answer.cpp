#include "adapters/kit/answer.h"

#include <algorithm>
#include <unordered_map>

#include "adapters/kit/peer_text.h"
#include "adapters/kit/raw_json.h"
#include "adapters/kit/retry_after.h"
#include "gateway/crypto/digest.h"

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

/// "" where the receipt is good, else why it is not.
std::string receiptFault(
    const AnswerContext& context, const rapidjson::Value& body, const std::string& raw
) {
    const auto& rules = context.profile.answer().receipt;
    std::string text;
    for (const auto& part : rules.signed_text.parts) {
        if (&part != &rules.signed_text.parts.front()) text += rules.signed_text.separator;
        if (!part.digest) {
            text += textAt(body, part.path);
            continue;
        }
        const auto bytes = rawAt(raw, part.path);
        if (!bytes) return "the answer has no " + part.path;
        text += base::toHex(crypto::sha256(*bytes));
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
            index_.emplace(std::to_string(context.records[i].seq), i);
        }
        answers_.resize(context.records.size());
        seen_.resize(context.records.size(), false);
    }

    /// "" where there is exactly one understandable item for every record, else what is wrong.
    std::string read() {
        if (rules_.single) return readVerdict(body_, 0);
        const auto* items = findPath(body_, rules_.items_path);
        if (items == nullptr || !items->IsArray()) return "the answer lists no records";
        if (items->Size() != context_.records.size())
            return "the answer lists another number of records";
        for (const auto& item : items->GetArray()) {
            if (std::string fault = readItem(item); !fault.empty()) return fault;
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
        if (answer.verdict == RecordVerdict::Refused)
            readFields(item, record.record.kind(), answer);
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

    void readFields(const rapidjson::Value& item, ticket::Kind kind, RecordAnswer& answer) const {
        const auto* fields = rules_.fields.empty() ? nullptr : findPath(item, rules_.fields);
        if (fields == nullptr || !fields->IsArray()) return;
        const KindRules* rules = context_.profile.findKind(kind);
        for (const auto& field : fields->GetArray()) {
            if (answer.fields.size() >= kFieldErrorsMax) return;
            std::string name = textAt(field, rules_.field_name);
            // A name of the profile is ours to print, in whatever script.
            if (!rules->mapping->knows(name)) name = peerToken(name);
            const std::string code = peerToken(textAt(field, rules_.field_code));
            answer.fields.push_back(
                {rules->mapping->pointerOf(name), code, "",
                 "the far side refuses " + name + " with " + code,
                 "对端拒收字段 " + name + ",代码 " + code}
            );
        }
    }

    const AnswerContext& context_;
    const AnswerRules& rules_;
    const rapidjson::Value& body_;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<RecordAnswer> answers_;
    std::vector<bool> seen_;
};

BatchAnswer judgeBody(const AnswerContext& context, const std::string& sent) {
    const auto& rules = context.profile.answer();
    std::string raw = sent;
    if (!rules.soap_element.empty()) {
        auto text = soapAnswer(sent, rules.soap_element);
        if (!text) return invalid("the answer is no SOAP envelope with one " + rules.soap_element);
        raw = *std::move(text);
    }
    const auto body = json::parse(raw, kAnswerLimits);
    if (!body) return invalid("the answer is no JSON");
    const std::string code = textAt(*body, rules.code_path);
    const std::string shown = peerToken(code);
    const std::string wait =
        rules.retry_after_path.empty() ? "" : textAt(*body, rules.retry_after_path);
    const std::int64_t retry_after_ms = retryAfterMillis(wait, context.now_ms);
    if (rules.nothing_taken.has(code)) {
        return nothingTaken(base::ErrorCode::PeerBusy, retry_after_ms, "code " + shown);
    }
    if (rules.refused.has(code))
        return nothingTaken(base::ErrorCode::PeerRefused, retry_after_ms, "code " + shown);
    if (!rules.single && !rules.success.has(code)) return invalid("unknown code " + shown);
    if (rules.receipt.required) {
        if (std::string fault = receiptFault(context, *body, raw); !fault.empty())
            return invalid(fault);
    }
    Items items(context, *body);
    if (std::string fault = items.read(); !fault.empty()) return invalid(fault);
    BatchAnswer answer;
    answer.verdict = BatchVerdict::Answered;
    answer.records = items.take();
    const auto receipt = rules.receipt.keep.empty() ? std::nullopt : rawAt(raw, rules.receipt.keep);
    for (auto& record : answer.records) record.peer_receipt = receipt.value_or(std::string_view());
    return answer;
}

}  // namespace

BatchAnswer judgeAnswer(const AnswerContext& context, const HttpAnswer& http) {
    const auto& rules = context.profile.answer();
    switch (http.outcome) {
        case HttpOutcome::NotSent: {
            BatchAnswer answer;
            answer.verdict = BatchVerdict::NotSent;
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
    return judgeBody(context, http.body);
}

}  // namespace yht::kit
