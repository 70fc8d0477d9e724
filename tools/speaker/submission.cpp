#include "tools/speaker/submission.h"

#include <algorithm>
#include <chrono>

namespace yht::speaker {

namespace {

std::string bodyOf(const std::vector<std::string>& records) {
    if (records.size() == 1) return records.front();
    std::string body = "[";
    for (const auto& record : records) body += (body.size() > 1 ? "," : "") + record;
    return body + "]";
}

bool againLater(const Reply& reply) {
    return reply.lost || reply.status == 429 || reply.status >= 500 || reply.status == 408;
}

/// Items that the gateway could not take now, though it answered the others.
bool anyLater(const std::vector<Acknowledgement>& acknowledgements) {
    return std::any_of(acknowledgements.begin(), acknowledgements.end(), [](const auto& ack) {
        return ack.status == 429 || ack.status >= 500;
    });
}

bool wholeRefused(const std::vector<Acknowledgement>& acknowledgements) {
    return std::any_of(acknowledgements.begin(), acknowledgements.end(), [](const auto& ack) {
        return !ack.taken() && !ack.problem.starts_with("record.") &&
               ack.problem != "speaker.source_not_own";
    });
}

std::string describeReply(const Reply& reply) {
    return reply.lost ? "no answer: " + reply.detail : "HTTP " + std::to_string(reply.status);
}

std::int64_t waitAfter(const Reply& reply, std::int64_t backoff_ms) {
    const std::int64_t asked_ms = std::min(reply.retry_after_s, kRetryAfterSecondsMax) * 1000;
    return std::max(asked_ms, backoff_ms);
}

}  // namespace

void StopToken::stop() {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

bool StopToken::stopped() const {
    const std::scoped_lock lock(mutex_);
    return stopped_;
}

bool StopToken::stoppedWithin(std::int64_t ms) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopped_; });
}

SubmissionResult submit(
    GatewayClient& client, const std::vector<std::string>& records,
    const SubmissionOptions& options, const base::Clock& clock, StopToken& stop
) {
    const std::string body = bodyOf(records);
    const std::int64_t begin_ms = clock.steadyMillis();
    SubmissionResult result;
    for (std::int64_t backoff_ms = kBackoffFirstMillis; !stop.stopped();
         backoff_ms = std::min(backoff_ms * 2, kBackoffMillisMax)) {
        const Reply reply = client.post("/v1/records", body);
        result.detail = describeReply(reply);
        if (!againLater(reply)) {
            auto acknowledgements =
                readAnswer(reply.status, reply.body, records, records.size() > 1, options.log_key);
            const bool final = acknowledgements && !anyLater(*acknowledgements) &&
                               !(options.patient && wholeRefused(*acknowledgements));
            if (final) {
                // On our disk before anybody hears of it.
                if (options.ack_log != nullptr) options.ack_log->append(*acknowledgements);
                result.answered = true;
                result.acknowledgements = std::move(*acknowledgements);
                return result;
            }
            if (!acknowledgements)
                result.detail += ", the answer can't be read";
            else if (!acknowledgements->front().taken())
                result.detail += " " + acknowledgements->front().problem;
        }
        if (options.on_retry) options.on_retry(result.detail);
        const bool late = options.give_up_after_ms > 0 &&
                          clock.steadyMillis() - begin_ms >= options.give_up_after_ms;
        if (late || stop.stoppedWithin(waitAfter(reply, backoff_ms))) return result;
    }
    return result;
}

}  // namespace yht::speaker
