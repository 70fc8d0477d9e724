#include "adapters/kit/native_attachments.h"

#include <optional>

#include "adapters/kit/native_answer.h"
#include "adapters/kit/peer_text.h"
#include "adapters/kit/raw_json.h"
#include "gateway/base/bytes.h"
#include "gateway/ticket/record.h"
#include "gateway/trust/streamed_signature.h"

namespace yht::kit {
namespace {

constexpr int kOk = 200, kCreated = 201;
// Statuses that speak of this content and no other.
constexpr int kTooLarge = 413, kWrongType = 415, kRefusedContent = 422;
constexpr const char* kWithheld = "withheld";
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

/// What came of one record's attachments so far.
struct NativeAttachments::Round {
    std::uint64_t seq = 0;
    BatchAnswer trouble{};  // where the far side did not answer for one
    std::string missing{};  // code of one that is not here
    std::string refused{};  // code of one that it will not take, or that is corrupt here
    bool any_refused = false;
    std::size_t taken = 0, had = 0;
    std::string receipt{}, told{}, answers{};
    base::UnixMillis sent_ms = 0;
};

base::Result<std::unique_ptr<NativeAttachments>> NativeAttachments::make(
    NativeAttachmentsSettings settings, const trust::TlsContextHolder& contexts,
    const base::Clock& clock
) {
    YHT_ASSERT(settings.contents != nullptr);
    if (settings.needs_signed_answer && settings.answer_keys.empty()) {
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
    : settings_(std::move(settings)), client_(std::move(client)), clock_(clock) {}

bool NativeAttachments::isThere(const std::string& digest) {
    const std::lock_guard lock(mutex_);
    return there_.contains(digest);
}

void NativeAttachments::remember(const std::string& digest) {
    const std::lock_guard lock(mutex_);
    if (there_.size() >= kDigestsRememberedMax) there_.clear();
    there_.insert(digest);
}

BatchAnswer NativeAttachments::send(
    const std::string& batch_id, const std::vector<OutboundRecord>& records
) {
    YHT_ASSERT(records.size() == 1);
    const OutboundRecord& record = records.front();
    const bool awaited = clock_.nowMillis() - record.committed_ms < kAttachmentAwaitedMillis;
    Round round{.seq = record.seq};
    if (!record.masked) {
        for (const auto& digest : ticket::namedAttachments(record.record)) {
            if (isThere(digest)) {
                ++round.had;
            } else if (!sendOne(batch_id, digest, round)) {
                return std::move(round.trouble);
            }
        }
    }
    RecordAnswer one;
    one.seq = record.seq;
    one.peer_receipt = round.receipt;
    if (record.masked) {
        // Secrecy may end, and before the appeal has come nobody can know.
        one.verdict = awaited ? RecordVerdict::Later : RecordVerdict::Withheld;
        one.code = kWithheld;
    } else if (!round.missing.empty() && awaited) {
        one.verdict = RecordVerdict::Later;
        one.code = round.missing;
    } else if (round.any_refused || !round.missing.empty()) {
        one.verdict = RecordVerdict::Refused;
        one.code = round.any_refused ? round.refused : round.missing;
    } else {
        one.verdict = round.taken > 0 ? RecordVerdict::Accepted : RecordVerdict::Duplicate;
    }
    BatchAnswer answer;
    answer.verdict = BatchVerdict::Answered;
    answer.nothing_sent = round.sent_ms == 0;
    answer.records.push_back(std::move(one));
    answer.request_bytes = std::move(round.told);
    answer.response_bytes = std::move(round.answers);
    answer.sent_ms = round.sent_ms;
    answer.answered_ms = clock_.nowMillis();
    return answer;
}

/// What does not verify gets no better by waiting: an operator is to know at once.
void NativeAttachments::absent(base::ErrorCode code, Round& round) {
    const std::string wire = base::errorRow(code).wire;
    if (code == base::ErrorCode::AttachmentCorrupt) {
        round.any_refused = true;
        round.refused = wire;
    } else {
        round.missing = wire;
    }
}

bool NativeAttachments::sendOne(
    const std::string& batch_id, const std::string& digest, Round& round
) {
    auto content = settings_.contents(round.seq, digest);
    const auto sha256 = base::fromHex(digest);
    if (!content || !sha256) {
        absent(content ? base::ErrorCode::NotFound : content.error().code, round);
        return true;
    }
    trust::HttpHead head;
    head.method = "POST";
    head.target_uri = settings_.base_url + settings_.path;
    head.set("content-type", content->media_type);
    const auto now_ms = clock_.nowMillis();
    if (auto signed_head = trust::signStreamed(head, *sha256, settings_.key, now_ms);
        !signed_head) {
        round.trouble =
            settled(BatchVerdict::NotSent, signed_head.error().code, signed_head.error().detail);
        return false;
    }
    HttpRequest request;
    request.path = settings_.path;
    request.fields = head.fields;
    request.fields.emplace_back("idempotency-key", batch_id);
    request.fields.emplace_back("accept-signature", kAcceptSignature);
    std::optional<base::ErrorCode> unreadable;
    request.content = HttpContent{
        .size_bytes = content->bytes.size_bytes, .next = [&]() -> base::Result<std::string> {
            if (hurried_) return base::makeError(base::ErrorCode::NotReady);
            auto piece = content->bytes.next();
            if (!piece) unreadable = piece.error().code;
            return piece;
        }};
    const HttpAnswer http = client_->post(request);
    if (unreadable) {
        absent(*unreadable, round);
        return true;
    }
    if (round.sent_ms == 0) round.sent_ms = now_ms;
    round.told += toldOf(head);
    round.answers += http.body;
    return judge(http, head, digest, round);
}

bool NativeAttachments::judge(
    const HttpAnswer& http, const trust::HttpHead& request, const std::string& digest, Round& round
) {
    const bool answered = http.outcome == HttpOutcome::Answered;
    const auto body = json::parse(http.body, kAnswerLimits);
    if (answered && refusesContent(http.status)) {
        round.any_refused = true;
        round.refused = body ? peerToken(textAt(*body, "code")) : "";
        if (round.refused.empty()) round.refused = "http_" + std::to_string(http.status);
        return true;
    }
    if (auto judged = judgeStatus(http, clock_.nowMillis())) {
        round.trouble = *std::move(judged);
        return false;
    }
    std::string fault;
    if (http.status != kOk && http.status != kCreated) {
        fault = "HTTP " + std::to_string(http.status);
    } else if (settings_.needs_signed_answer) {
        fault = signatureFault(http, request, settings_.answer_keys, clock_.nowMillis());
    }
    if (fault.empty() && (!body || textAt(*body, "digest") != digest)) {
        fault = "the answer does not name the digest";
    }
    if (!fault.empty()) {
        round.trouble = invalidAnswer(std::move(fault));
        return false;
    }
    ++(http.status == kCreated ? round.taken : round.had);
    round.receipt = http.field("signature");
    remember(digest);
    return true;
}

BatchAnswer NativeAttachments::query(const std::string&, const std::vector<OutboundRecord>&) {
    YHT_ASSERT(false);
    return {};
}

}  // namespace yht::kit
