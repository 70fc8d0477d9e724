#include "adapters/kit/outward/file_destination.h"

#include "adapters/kit/outward/file_text.h"
#include "adapters/kit/peer_text.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

constexpr const char* kSentSuffix = ".sent";
constexpr const char* kWaits = "no_answer_file_yet";

std::string stemOf(const std::string& name) { return name.substr(0, name.rfind('.')); }

}  // namespace

FileDestination::FileDestination(
    StoreDestinationSettings settings, std::shared_ptr<const Profile> profile, std::unique_ptr<FileStore> store,
    const base::Clock& clock
)
    : StoreDestination(std::move(settings), std::move(profile), clock),
      rules_(*this->profile().file()),
      store_(std::move(store)) {}

base::Status FileDestination::publish(const std::string& name, std::string_view bytes, bool& out) {
    // Under the destination's own name: two that share a folder of ours must not take each other's notes for theirs.
    const std::string staged = rules_.staging + "/" + id() + "~" + name, note = staged + kSentSuffix;
    const auto noted = store_->exists(note);
    if (!noted) return noted.error();
    bool to_move = true;
    if (*noted) {
        const auto there = store_->exists(staged);
        if (!there) return there.error();
        to_move = *there;
    } else {
        if (auto put = store_->put(staged, bytes); !put) return put;
        if (auto put = store_->put(note, ""); !put) return put;
    }
    if (!to_move) return {};
    auto moved = store_->rename(staged, rules_.directory + "/" + name);
    out = !moved && moved.error().code == ErrorCode::PeerAnswerLost;
    return moved;
}

base::Result<std::optional<RecordAnswer>> FileDestination::findAnswer(
    const std::string& name, const OutboundRecord& record, std::string& raw
) {
    const std::string path = rules_.answer_directory + "/" +
                             filledName(rules_.answer_name, {{"{name}", name}, {"{stem}", stemOf(name)},
                                                             {"{seq}", std::to_string(record.sentNumber())}});
    const auto got = store_->get(path, profile().transport().answer_bytes_max, [&](std::string_view piece) {
        raw += piece;
        return true;
    });
    if (!got && got.error().code == ErrorCode::NotFound) return std::optional<RecordAnswer>();
    if (!got) return got.error();
    auto read = readFileAnswer(rules_, raw);
    if (!read) return std::move(read).error();
    const auto verdict = verdictOf(rules_.answer, read->code);
    if (!verdict) return std::optional<RecordAnswer>();
    RecordAnswer answer;
    answer.seq = record.seq;
    answer.verdict = *verdict;
    answer.code = peerToken(read->code);
    answer.peer_number = peerNumber(read->number);
    return std::optional(std::move(answer));
}

BatchAnswer FileDestination::hand(const std::string& batch_id, const std::vector<StoreRecord>& records) {
    const OutboundRecord& first = *records.front().record;
    const std::string name = filledName(
        rules_.name, {{"{seq}", std::to_string(first.sentNumber())},
                      {"{batch_id}", batch_id},
                      {"{type}", profile().findKind(first.record.kind())->mapping->type()}}
    );
    if (!isPlainFileName(name)) return notSent(base::makeError(ErrorCode::ProfileInvalid, "a type that is no part of a name"));
    BatchAnswer answer;
    answer.verdict = BatchVerdict::Answered;
    if (rules_.has_answer) {
        auto found = findAnswer(name, first, answer.response_bytes);
        if (!found) return notSent(found.error());
        if (*found) {
            answer.records.push_back(**std::move(found));
            return answer;
        }
    }
    auto text = fileText(rules_, profile().charsetName(), records);
    if (!text) return notSent(text.error());
    bool out = false;
    if (auto published = publish(name, *text, out); !published) {
        return out ? lost(published.error()) : notSent(published.error());
    }
    if (!rules_.marker.empty()) {
        auto marked = publish(filledName(rules_.marker, {{"{name}", name}}), "", out);
        // The file is out: whatever happened to its marker, the batch may have been taken.
        if (!marked) return lost(marked.error());
    }
    answer.request_bytes = *std::move(text);
    for (const auto& record : records) {
        RecordAnswer one;
        one.seq = record.record->seq;
        one.verdict = rules_.has_answer ? RecordVerdict::Later : RecordVerdict::Accepted;
        if (rules_.has_answer) one.code = kWaits;
        answer.records.push_back(std::move(one));
    }
    return answer;
}

}  // namespace yht::kit
