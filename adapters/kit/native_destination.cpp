#include "adapters/kit/native_destination.h"

#include <map>

#include "adapters/kit/native_answer.h"
#include "adapters/kit/peer_text.h"
#include "adapters/kit/raw_json.h"
#include "gateway/base/time_text.h"
#include "gateway/ticket/record_json.h"

namespace yht::kit {
namespace {

constexpr std::size_t kBracketsBytes = 2;  // around the items of a body
constexpr std::size_t kFieldErrorsMax = 64;
constexpr json::Limits kAnswerLimits{.depth_max = 6, .values_max = 200'000, .members_max = 64};

std::string itemOf(const OutboundRecord& record) {
    std::string item = "{\"seq\":\"" + std::to_string(record.sentNumber()) + "\"";
    if (!record.ticket_no.empty()) {
        item += ",\"ticket_no\":";
        json::appendCanonicalString(item, record.ticket_no);
    }
    item += ",\"committed_time\":\"" + base::formatRfc3339(record.committed_ms) + "\",\"late\":";
    item += record.late ? "true" : "false";
    if (record.for_information) item += ",\"for_information\":true";
    item += ",\"numbers\":{";
    char before = 0;
    for (const auto& [party, number] : record.numbers) {
        if (before != 0) item += before;
        before = ',';
        json::appendCanonicalString(item, party);
        item += ':';
        json::appendCanonicalString(item, number);
    }
    return item + "},\"record\":" + ticket::canonicalText(record.record) + "}";
}

std::string bodyOf(const std::vector<OutboundRecord>& records) {
    std::string body;
    for (const auto& record : records) {
        body += body.empty() ? '[' : ',';
        body += record.made.text.empty() ? itemOf(record) : record.made.text;
    }
    return body + "]";
}

bool verdictOf(const std::string& status, RecordVerdict& verdict) {
    if (status == "accepted")
        verdict = RecordVerdict::Accepted;
    else if (status == "duplicate")
        verdict = RecordVerdict::Duplicate;
    else if (status == "refused")
        verdict = RecordVerdict::Refused;
    else if (status == "later")
        verdict = RecordVerdict::Later;
    else
        return false;
    return true;
}

std::vector<base::FieldError> fieldErrorsOf(const rapidjson::Value& item) {
    std::vector<base::FieldError> errors;
    const auto* list = json::findMember(item, "errors");
    if (list == nullptr || !list->IsArray()) return errors;
    for (const auto& error : list->GetArray()) {
        if (errors.size() >= kFieldErrorsMax) break;
        const std::string code = peerToken(textAt(error, "code"));
        errors.push_back(
            {peerToken(textAt(error, "pointer"), kPeerPointerCharactersMax), code, "",
             "the far side refuses the field with " + code, "对端拒收该字段,代码 " + code}
        );
    }
    return errors;
}

BatchAnswer readItems(const HttpAnswer& http, const std::vector<OutboundRecord>& records) {
    const auto body = json::parse(http.body, kAnswerLimits);
    if (!body) return invalidAnswer("the answer is no JSON");
    const auto* items = json::findMember(*body, "items");
    if (items == nullptr || !items->IsArray()) return invalidAnswer("the answer has no items");
    std::map<std::string, const OutboundRecord*> awaited;
    for (const auto& record : records) awaited.emplace(std::to_string(record.sentNumber()), &record);
    BatchAnswer answer;
    for (const auto& item : items->GetArray()) {
        const auto found = awaited.find(textAt(item, "seq"));
        if (found == awaited.end())
            return invalidAnswer("the answer speaks of a record not sent, or twice of one");
        RecordAnswer record;
        record.seq = found->second->seq;
        awaited.erase(found);
        if (!verdictOf(textAt(item, "status"), record.verdict))
            return invalidAnswer("an item has no known status");
        record.peer_number = peerNumber(textAt(item, "number"));
        record.code = peerToken(textAt(item, "code"));
        if (record.verdict == RecordVerdict::Refused) record.fields = fieldErrorsOf(item);
        answer.records.push_back(std::move(record));
    }
    if (!awaited.empty()) return invalidAnswer("the answer does not speak of every record");
    answer.verdict = BatchVerdict::Answered;
    return answer;
}

}  // namespace

base::Result<std::unique_ptr<NativeDestination>> NativeDestination::make(
    NativeDestinationSettings settings, const trust::TlsContextHolder& contexts,
    const base::Clock& clock
) {
    if (settings.batch_max < 1 || settings.batch_max > kBatchMax) {
        return base::makeError(
            base::ErrorCode::ConfigInvalid, settings.id + ": batch_max must be 1 to 200"
        );
    }
    if (settings.batch_bytes_max < kNativeBatchBytesMin ||
        settings.batch_bytes_max > kNativeBatchBytesMax) {
        return base::makeError(
            base::ErrorCode::ConfigInvalid,
            settings.id + ": batch_bytes_max must be " + std::to_string(kNativeBatchBytesMin) +
                " to " + std::to_string(kNativeBatchBytesMax)
        );
    }
    if (settings.needs_signed_answer && settings.answer_keys.current()->empty()) {
        return base::makeError(
            base::ErrorCode::ConfigInvalid,
            settings.id + ": name the certificate that signs its answers"
        );
    }
    auto client = HttpClient::make(
        {.base_url = settings.base_url,
         .timeout_ms = settings.timeout_ms,
         .answer_bytes_max = kAnswerBytesMax},
        contexts, clock
    );
    if (!client) return std::move(client).error();
    return std::unique_ptr<NativeDestination>(
        new NativeDestination(std::move(settings), *std::move(client), clock)
    );
}

NativeDestination::NativeDestination(
    NativeDestinationSettings settings, std::unique_ptr<HttpClient> client, const base::Clock& clock
)
    : settings_(std::move(settings)), client_(std::move(client)), clock_(clock) {}

std::size_t NativeDestination::batchBytesMax() const {
    return settings_.batch_bytes_max - kBracketsBytes;
}

RecordFit NativeDestination::check(const OutboundRecord& record) const {
    RecordFit fit;
    fit.made.text = itemOf(record);
    fit.bytes = fit.made.text.size() + 1;  // and a comma
    constexpr std::size_t kRecordBytesMax = kNativeBatchBytesMax - kBracketsBytes;
    if (fit.bytes > kRecordBytesMax) fit.errors.push_back(recordTooLarge(kRecordBytesMax));
    return fit;
}

BatchAnswer NativeDestination::send(
    const std::string& batch_id, const std::vector<OutboundRecord>& records
) {
    YHT_ASSERT(!records.empty() && records.size() <= settings_.batch_max);
    HttpRequest request;
    request.path = settings_.path;
    request.may_repeat = true;
    request.body = bodyOf(records);
    trust::HttpHead head;
    head.method = "POST";
    head.target_uri = settings_.base_url + settings_.path;
    head.set("content-type", "application/json");
    const auto sent_ms = clock_.nowMillis();
    if (auto status = trust::signMessage(head, request.body, *settings_.key.current(), sent_ms); !status) {
        return settled(BatchVerdict::NotSent, status.error().code, status.error().detail);
    }
    request.fields = head.fields;
    request.fields.emplace_back("idempotency-key", batch_id);
    request.fields.emplace_back("accept-signature", kAcceptSignature);
    HttpAnswer http = client_->post(request);
    BatchAnswer answer = judge(http, head, records);
    answer.sent_ms = sent_ms;
    answer.answered_ms = clock_.nowMillis();
    answer.request_bytes = std::move(request.body);
    answer.response_bytes = std::move(http.body);
    return answer;
}

BatchAnswer NativeDestination::query(const std::string&, const std::vector<OutboundRecord>&) {
    YHT_ASSERT(false);
    return {};
}

BatchAnswer NativeDestination::judge(
    const HttpAnswer& http, const trust::HttpHead& request,
    const std::vector<OutboundRecord>& records
) const {
    constexpr int kOk = 200;
    if (auto judged = judgeStatus(http, clock_.nowMillis())) return *std::move(judged);
    if (http.status != kOk) return invalidAnswer("HTTP " + std::to_string(http.status));
    if (settings_.needs_signed_answer) {
        auto fault = signatureFault(http, request, *settings_.answer_keys.current(), clock_.nowMillis());
        if (!fault.empty()) return invalidAnswer(std::move(fault));
    }
    BatchAnswer answer = readItems(http, records);
    const std::string signature = http.field("signature");
    for (auto& record : answer.records) record.peer_receipt = signature;
    return answer;
}

}  // namespace yht::kit
