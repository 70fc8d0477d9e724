// POST /v1/sources/{source}/messages: a message in the source's own format. Answer: intake/admission/source_answer.h;
// 200 where every item is settled, 202 where some wait for an operator of the gateway (quarantine).
// Idempotency-Key as draft-ietf-httpapi-idempotency-key-header has it: a structured string ("…"); the same text
// without quotes is taken too, since many clients write it so.
#include "gateway/intake/admission/source_adapters.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/problem.h"

namespace yht::http {

namespace {

using base::ErrorCode;

base::Error wrongKey() {
    const std::string max = std::to_string(intake::kIdempotencyKeyBytesMax);
    return base::makePublicError(
        ErrorCode::RequestMalformed,
        "Idempotency-Key is a string of 1 to " + max + " visible ASCII characters.",
        "Idempotency-Key 须为 1 至 " + max + " 个可见 ASCII 字符。"
    );
}

/// "" where there is none.
base::Result<std::string> idempotencyKey(const trust::HttpHead& head) {
    if (!head.has("idempotency-key")) return std::string();
    std::string key = head.field("idempotency-key");
    if (key.size() >= 2 && key.front() == '"' && key.back() == '"') key = key.substr(1, key.size() - 2);
    if (auto fits = checkIdempotencyKey(key); !fits) return std::move(fits).error();
    return key;
}

std::shared_ptr<const kit::Adapter> adapterOf(const Services& services, const std::string& source) {
    if (services.source_adapters == nullptr) return nullptr;
    const auto adapters = services.source_adapters->current();
    const auto found = adapters->find(source);
    return found == adapters->end() ? nullptr : found->second;
}

}  // namespace

base::Status checkIdempotencyKey(const std::string& key) {
    if (key.empty() || key.size() > intake::kIdempotencyKeyBytesMax) return wrongKey();
    for (const char c : key) {
        if (c < ' ' || c > '~' || c == '"' || c == '\\') return wrongKey();
    }
    return {};
}

base::Result<Answer> submitSourceMessage(Services& services, const Request& request) {
    auto key = idempotencyKey(request.head.http);
    if (!key) return std::move(key).error();
    return submitToSource(
        services, *request.message, request.path.at("source"),
        {.content_type = request.head.http.field("content-type"), .file_name = "", .idempotency_key = *std::move(key)}
    );
}

base::Result<Answer> submitToSource(
    Services& services, const trust::VerifiedMessage& message, const std::string& source,
    const intake::SourceMessageContext& context
) {
    const auto adapter = adapterOf(services, source);
    // Which sources have an adapter is told to nobody but who speaks for them.
    const std::string& speaks_as = adapter ? adapter->manifest().source : source;
    if (!message.speaker().speaksFor(speaks_as)) return base::makeError(ErrorCode::SourceNotOwn);
    if (!adapter || services.source_messages == nullptr) return base::makeError(ErrorCode::SourceUnknown);
    auto submission = services.source_messages->submitMessage(message, *adapter, context);
    if (!submission) return std::move(submission).error();
    Answer answer;
    answer.status = submission->account.quarantined > 0 ? 202 : 200;
    answer.body = intake::encodeSourceAnswer(*submission);
    answer.is_receipt = submission->receipts.contains(submission->message_seq);
    return answer;
}

}  // namespace yht::http
