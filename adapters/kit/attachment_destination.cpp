#include "adapters/kit/attachment_destination.h"

#include <optional>

#include "gateway/base/bytes.h"
#include "gateway/ticket/record.h"

namespace yht::kit {
namespace {

constexpr const char* kWithheld = "withheld";

}  // namespace

/// What came of one record's attachments so far.
struct AttachmentDestination::Round {
    BatchAnswer trouble{};    // where the far side did not answer for one
    std::string missing{};    // code of one that is not here
    std::string later{};      // code of one that the far side will not take now
    std::string refused{};    // code of one that it will not take, or that is corrupt here
    bool any_refused = false, any_later = false;
    std::size_t taken = 0;
    std::string receipt{}, told{}, answers{};
    base::UnixMillis sent_ms = 0;
};

AttachmentDestination::AttachmentDestination(std::string id, ContentFinder contents, const base::Clock& clock)
    : id_(std::move(id)), contents_(std::move(contents)), clock_(clock) {
    YHT_ASSERT(contents_ != nullptr);
}

bool AttachmentDestination::isThere(const std::string& digest) {
    const std::lock_guard lock(mutex_);
    return there_.contains(digest);
}

void AttachmentDestination::remember(const std::string& digest) {
    const std::lock_guard lock(mutex_);
    if (there_.size() >= kDigestsRememberedMax) there_.clear();
    there_.insert(digest);
}

BatchAnswer AttachmentDestination::send(
    const std::string& batch_id, const std::vector<OutboundRecord>& records
) {
    YHT_ASSERT(records.size() == 1);
    const OutboundRecord& record = records.front();
    const bool awaited = clock_.nowMillis() - record.committed_ms < kAttachmentAwaitedMillis;
    Round round;
    if (!record.masked) {
        for (const auto& digest : ticket::namedAttachments(record.record)) {
            if (!isThere(digest) && !sendOne(batch_id, record, digest, round)) return std::move(round.trouble);
        }
    }
    BatchAnswer answer;
    answer.verdict = BatchVerdict::Answered;
    answer.nothing_sent = round.sent_ms == 0;
    answer.records.push_back(verdictOf(record, round, awaited));
    answer.request_bytes = std::move(round.told);
    answer.response_bytes = std::move(round.answers);
    answer.sent_ms = round.sent_ms;
    answer.answered_ms = clock_.nowMillis();
    return answer;
}

RecordAnswer AttachmentDestination::verdictOf(const OutboundRecord& record, const Round& round, bool awaited) {
    RecordAnswer one;
    one.seq = record.seq;
    one.peer_receipt = round.receipt;
    if (record.masked) {
        // Secrecy may end, and before the appeal has come nobody can know.
        one.verdict = awaited ? RecordVerdict::Later : RecordVerdict::Withheld;
        one.code = kWithheld;
    } else if (round.any_later || (!round.missing.empty() && awaited)) {
        one.verdict = RecordVerdict::Later;
        one.code = round.any_later ? round.later : round.missing;
    } else if (round.any_refused || !round.missing.empty()) {
        one.verdict = RecordVerdict::Refused;
        one.code = round.any_refused ? round.refused : round.missing;
    } else {
        one.verdict = round.taken > 0 ? RecordVerdict::Accepted : RecordVerdict::Duplicate;
    }
    return one;
}

/// What does not verify gets no better by waiting: an operator is to know at once.
void AttachmentDestination::absent(base::ErrorCode code, Round& round) {
    const std::string wire = base::errorRow(code).wire;
    if (code == base::ErrorCode::AttachmentCorrupt) {
        round.any_refused = true;
        round.refused = wire;
    } else {
        round.missing = wire;
    }
}

/// False where the far side is in trouble: the others of the round need not be tried.
bool AttachmentDestination::sendOne(
    const std::string& batch_id, const OutboundRecord& record, const std::string& digest, Round& round
) {
    auto content = contents_(record.seq, digest);
    if (!content) {
        absent(content.error().code, round);
        return true;
    }
    std::optional<base::ErrorCode> unreadable;
    const auto read = std::move(content->bytes.next);
    content->bytes.next = [&]() -> base::Result<std::string> {
        if (hurried_) return base::makeError(base::ErrorCode::NotReady);
        auto piece = read();
        if (!piece) unreadable = piece.error().code;
        return piece;
    };
    Errand errand{batch_id, record, digest, *std::move(content)};
    Sent sent = sendContent(errand);
    if (unreadable) {
        absent(*unreadable, round);
        return true;
    }
    if (round.sent_ms == 0) round.sent_ms = sent.sent_ms;
    round.told += sent.told;
    round.answers += sent.answer;
    switch (sent.fate) {
        case Fate::Taken:
        case Fate::Had:
            if (sent.fate == Fate::Taken) ++round.taken;
            round.receipt = sent.receipt;
            remember(digest);
            return true;
        case Fate::Refused:
            round.any_refused = true;
            round.refused = sent.code;
            return true;
        case Fate::Later:
            round.any_later = true;
            round.later = sent.code;
            return true;
        case Fate::Trouble:
            break;
    }
    round.trouble = std::move(sent.trouble);
    return false;
}

BatchAnswer AttachmentDestination::query(const std::string&, const std::vector<OutboundRecord>&) {
    YHT_ASSERT(false);
    return {};
}

}  // namespace yht::kit
