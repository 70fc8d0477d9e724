#include "adapters/kit/native_attachments.h"

#include "adapters/kit/native_answer.h"
#include "adapters/kit/peer_text.h"
#include "adapters/kit/raw_json.h"
#include "gateway/base/bytes.h"
#include "gateway/trust/streamed_signature.h"

namespace yht::kit {
namespace {

constexpr int kOk = 200, kCreated = 201;
// Statuses that speak of this content and no other.
constexpr int kTooLarge = 413, kWrongType = 415, kRefusedContent = 422;
constexpr json::Limits kAnswerLimits{.depth_max = 4, .values_max = 64, .members_max = 32};

bool refusesContent(int status) {
    return status == kTooLarge || status == kWrongType || status == kRefusedContent;
}

/// What went over the wire but the bytes themselves, which their digest stands for.
std::string toldOf(const trust::HttpHead& head) {
    std::string text = "POST " + head.target_uri + "\n";
    for (const auto& [name, value] : head.fields) text += name + ": " + value + "\n";
    return text + "\n";
}

}  // namespace

base::Result<std::unique_ptr<NativeAttachments>> NativeAttachments::make(
    NativeAttachmentsSettings settings, const trust::TlsContextHolder& contexts,
    const base::Clock& clock
) {
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
    return std::unique_ptr<NativeAttachments>(
        new NativeAttachments(std::move(settings), *std::move(client), clock)
    );
}

NativeAttachments::NativeAttachments(
    NativeAttachmentsSettings settings, std::unique_ptr<HttpClient> client, const base::Clock& clock
)
    : AttachmentDestination(settings.id, settings.contents, clock),
      settings_(std::move(settings)),
      client_(std::move(client)) {}

AttachmentDestination::Sent NativeAttachments::sendContent(Errand& errand) {
    Sent sent;
    trust::HttpHead head;
    head.method = "POST";
    head.target_uri = settings_.base_url + settings_.path;
    head.set("content-type", errand.content.media_type);
    const auto now_ms = clock().nowMillis();
    const auto sha256 = base::fromHex(errand.digest);
    if (!sha256) {
        sent.trouble = settled(BatchVerdict::NotSent, base::ErrorCode::NotFound, "no digest");
        return sent;
    }
    if (auto signed_head = trust::signStreamed(head, *sha256, *settings_.key.current(), now_ms);
        !signed_head) {
        sent.trouble =
            settled(BatchVerdict::NotSent, signed_head.error().code, signed_head.error().detail);
        return sent;
    }
    HttpRequest request;
    request.path = settings_.path;
    request.fields = head.fields;
    request.fields.emplace_back("idempotency-key", errand.batch_id);
    request.fields.emplace_back("accept-signature", kAcceptSignature);
    request.content = std::move(errand.content.bytes);
    const HttpAnswer http = client_->post(request);
    sent.sent_ms = now_ms;
    sent.told = toldOf(head);
    sent.answer = http.body;
    judge(http, head, errand.digest, sent);
    return sent;
}

void NativeAttachments::judge(
    const HttpAnswer& http, const trust::HttpHead& request, const std::string& digest, Sent& sent
) const {
    const bool answered = http.outcome == HttpOutcome::Answered;
    const auto body = json::parse(http.body, kAnswerLimits);
    if (answered && refusesContent(http.status)) {
        sent.fate = Fate::Refused;
        sent.code = body ? peerToken(textAt(*body, "code")) : "";
        if (sent.code.empty()) sent.code = "http_" + std::to_string(http.status);
        return;
    }
    if (auto judged = judgeStatus(http, clock().nowMillis())) {
        sent.trouble = *std::move(judged);
        return;
    }
    std::string fault;
    if (http.status != kOk && http.status != kCreated) {
        fault = "HTTP " + std::to_string(http.status);
    } else if (settings_.needs_signed_answer) {
        fault = signatureFault(http, request, *settings_.answer_keys.current(), clock().nowMillis());
    }
    if (fault.empty() && (!body || textAt(*body, "digest") != digest)) {
        fault = "the answer does not name the digest";
    }
    if (!fault.empty()) {
        sent.trouble = invalidAnswer(std::move(fault));
        return;
    }
    sent.fate = http.status == kCreated ? Fate::Taken : Fate::Had;
    sent.receipt = http.field("signature");
}

}  // namespace yht::kit
