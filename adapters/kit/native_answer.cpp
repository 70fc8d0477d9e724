#include "adapters/kit/native_answer.h"

#include <algorithm>

#include "adapters/kit/retry_after.h"

namespace yht::kit {
namespace {

// Statuses that say: not a byte of this request was taken.
constexpr int kRefusing[] = {400, 401, 403, 404, 405, 411, 413, 415, 422, 431};

}  // namespace

std::string signatureFault(
    const HttpAnswer& http, const trust::HttpHead& request,
    const std::vector<trust::VerifyingKey>& keys, base::UnixMillis now_ms
) {
    trust::HttpHead head;
    head.status = http.status;
    head.fields = http.fields;
    const auto input = trust::readSignature(head);
    if (!input) return input.error().row().wire;
    for (const auto& key : keys) {
        if (key.keyid != input->keyid) continue;
        const auto status = trust::verifyResponse(head, http.body, key, request, now_ms);
        return status ? "" : status.error().row().wire;
    }
    return base::errorRow(base::ErrorCode::SignatureKeyUnknown).wire;
}

BatchAnswer settled(
    BatchVerdict verdict, base::ErrorCode error, std::string detail, std::int64_t retry_after_ms
) {
    BatchAnswer answer;
    answer.verdict = verdict;
    answer.error = error;
    answer.error_detail = std::move(detail);
    answer.retry_after_ms = retry_after_ms;
    return answer;
}

BatchAnswer invalidAnswer(std::string detail) {
    return settled(BatchVerdict::Unknown, base::ErrorCode::PeerAnswerInvalid, std::move(detail));
}

std::optional<BatchAnswer> judgeStatus(const HttpAnswer& http, base::UnixMillis now_ms) {
    constexpr int kTooManyRequests = 429, kUnavailable = 503;
    if (http.outcome == HttpOutcome::NotSent) {
        return settled(BatchVerdict::NotSent, http.error, http.detail);
    }
    if (http.outcome == HttpOutcome::Unknown) {
        const auto code =
            http.unreadable ? base::ErrorCode::PeerAnswerInvalid : base::ErrorCode::PeerAnswerLost;
        return settled(BatchVerdict::Unknown, code, http.detail);
    }
    const std::string status = "HTTP " + std::to_string(http.status);
    if (http.status == kTooManyRequests || http.status == kUnavailable) {
        return settled(
            BatchVerdict::Busy, base::ErrorCode::PeerBusy, status,
            retryAfterMillis(http.field("retry-after"), now_ms)
        );
    }
    if (std::find(std::begin(kRefusing), std::end(kRefusing), http.status) != std::end(kRefusing)) {
        return settled(BatchVerdict::Busy, base::ErrorCode::PeerRefused, status);
    }
    return std::nullopt;
}

}  // namespace yht::kit
