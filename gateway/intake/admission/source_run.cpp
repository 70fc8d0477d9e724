#include "gateway/intake/admission/source_run.h"

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/intake/admission/kept_context.h"

namespace yht::intake {
namespace {

using base::ErrorCode;

/// Whose key: the partner's, for this source.
base::Bytes keyDigest(const std::string& partner, const std::string& source, const std::string& key) {
    base::Bytes text;
    for (const std::string* part : {&partner, &source, &key}) {
        base::appendU32(text, static_cast<std::uint32_t>(part->size()));
        text += *part;
    }
    return crypto::sha256(text);
}

BesideBytes besideOf(const SourceMessageContext& context) { return {context.content_type, context.file_name, context.origin}; }

PreparedMessage prepareMessage(
    const trust::VerifiedMessage& message, const kit::Adapter& adapter, base::Random& random
) {
    PreparedMessage prepared;
    prepared.speaker = &message.speaker();
    prepared.registry = &message.registry();
    prepared.assurance = static_cast<ledger::Assurance>(message.assurance());
    prepared.received_ms = message.receivedMillis();
    prepared.replay_key = message.proof().replay_key;
    prepared.salt = random.bytes(ledger::kSaltBytes);
    prepared.adapter = adapter.manifest().id;
    prepared.unchanged_is_duplicate = adapter.manifest().unchanged_is_duplicate;
    prepared.ticket_region = ticketRegionOf(adapter.manifest(), message.registry());
    prepared.adapter_version = adapter.version();
    return prepared;
}

/// Its records stay: whose they are decides what is kept.
void makeShadow(SourceItem& item) {
    item.fate = kit::ItemFate::Ignored;
    item.ignored_by = kIgnoredByShadow;
    item.failure.reset();
}

base::Error tooManyItems(std::uint64_t items_max) {
    const std::string max = std::to_string(items_max);
    return base::makePublicError(
        ErrorCode::ItemTooLarge,
        "A message holds at most " + max + " items; what follows waits as one item in quarantine.",
        "一份报文最多 " + max + " 个条目,其余部分作为一个条目进入隔离区。"
    );
}

}  // namespace

SourceRun::SourceRun(
    ledger::Store& store, base::Random& random, const trust::VerifiedMessage& message,
    const kit::Adapter& adapter, const SourceMessageContext& context
)
    : store_(store),
      random_(random),
      message_(message),
      adapter_(adapter),
      context_(context),
      maker_(message.body(), adapter.manifest().source, random),
      day_(base::shanghaiDay(message.receivedMillis())),
      prepared_(prepareMessage(message, adapter, random)) {
    prepared_.payload_when_appended = [this] { return payload(); };
    if (context.idempotency_key.empty()) return;
    key_digest_ = keyDigest(message.speaker().id, adapter.manifest().id, context.idempotency_key);
    body_digest_ = crypto::sha256(message.body());
}

base::Result<SourceSubmission> SourceRun::run() {
    {
        auto view = store_.snapshot();
        if (!view.ok()) return std::move(view).error();
        auto known = lookUp(**view);
        if (!known.ok()) return std::move(known).error();
        view->reset();
        if (auto learnt = learn(*std::move(known)); !learnt.ok()) return std::move(learnt).error();
    }
    if (kept_answer_) return answerAsKept();
    base::Status adapted = adapter_.adapt(
        message_.body(), adapting(), {},
        [this](kit::AdaptedItem&& item) {
            too_many_ = item.index >= context_.items_max;
            return !too_many_ && take(maker_.prepare(std::move(item)));
        }
    );
    if (too_many_) adapted = tooManyItems(context_.items_max);
    if (!fault_ && !kept_answer_ && !adapted.ok()) {
        take(maker_.prepareRest(next_index_, adapted.error()));
    }
    if (!fault_ && !kept_answer_) {
        if (auto committed = commit(true); !committed.ok()) return std::move(committed).error();
    }
    if (fault_) return *std::move(fault_);
    if (kept_answer_) return answerAsKept();
    return std::move(submission_);
}

kit::MessageContext SourceRun::adapting() const {
    return adaptingContext(besideOf(context_), message_.receivedMillis());
}

base::Result<SourceRun::Known> SourceRun::lookUp(ledger::View& view) const {
    Known known;
    if (!key_digest_.empty()) {
        if (auto kept = view.findKeptAnswer(key_digest_, body_digest_)) {
            if (!kept->same_body) return base::makeError(ErrorCode::IdempotencyKeyReused);
            if (!kept->answer.empty()) known.kept_answer = std::move(kept->answer);
        }
    }
    if (prepared_.replay_key.empty()) return known;
    known.first = view.findReplay(prepared_.replay_key);
    if (known.first) known.unfinished_from = view.unfinishedFrom(*known.first);
    return known;
}

base::Status SourceRun::learn(Known known) {
    kept_answer_ = std::move(known.kept_answer);
    if (kept_answer_ || !known.first) return {};
    auto view = store_.snapshot();
    if (!view.ok()) return std::move(view).error();
    snapshot_ = *std::move(view);
    first_answers_ = std::make_unique<ReplayAnswers>(*snapshot_, *known.first, prepared_.unchanged_is_duplicate);
    repeated_below_ = known.unfinished_from.value_or(kAll);
    decided_to_ = known.unfinished_from;
    prepared_.message_seq = known.first;
    submission_.message_seq = *known.first;
    return {};
}

/// False: enough.
bool SourceRun::take(SourceItem item) {
    if (adapter_.manifest().lifecycle == kit::Lifecycle::Shadow) makeShadow(item);
    const bool full = batch_.size() >= kItemsPerCommitMax ||
                      (!batch_.empty() && batch_records_ + item.records.size() > kRecordsPerCommitMax);
    if (full) {
        if (auto committed = commit(false); !committed.ok()) fault_ = std::move(committed).error();
        if (fault_ || kept_answer_) return false;
    }
    next_index_ = item.index + 1;
    batch_records_ += item.records.size();
    batch_.push_back(std::move(item));
    return true;
}

/// What a repeat of the same signed message says of an item: it is in the ledger, or nothing becomes of it any more.
SourceItemAnswer SourceRun::repeatedItem(const SourceItem& item) {
    std::vector<ItemDecision> decisions;
    std::optional<base::Error> error = item.failure;
    if (item.fate == kit::ItemFate::Ignored) {
        SourceItemAnswer answer = answerOf(item, {});
        answer.verdict = SourceVerdict::Ignored;
        answer.ignored_by = item.ignored_by;
        return answer;
    }
    for (const PreparedItem& record : item.records) {
        ItemDecision decision = first_answers_->answer(record);
        if (decision.verdict == ItemVerdict::Refused) error = std::move(decision.error);
        else decisions.push_back(std::move(decision));
    }
    if (!error) return answerOf(item, decisions);
    auto known = answerOfQuarantine(*snapshot_, adapter_.manifest().id, item);
    if (known && error->code != ErrorCode::LedgerErased) return *std::move(known);
    SourceItemAnswer answer = answerOf(item, {});
    answer.verdict = SourceVerdict::Refused;
    answer.error = error->code == ErrorCode::LedgerErased
                       ? *std::move(error)
                       : base::makeError(ErrorCode::ReplayRefused);
    return answer;
}

std::vector<SourceItemAnswer> SourceRun::repeatedItems() {
    std::vector<SourceItemAnswer> answers;
    for (const SourceItem& item : batch_) {
        if (item.index < repeated_below_) answers.push_back(repeatedItem(item));
    }
    return answers;
}

Blank SourceRun::sliceOf(const SourceItem& item) const {
    const std::string& body = message_.body();
    const bool slice = isSlice(item.raw_offset, item.raw_bytes, body.size());
    if (!slice) return {0, static_cast<std::uint32_t>(body.size())};
    return {static_cast<std::uint32_t>(item.raw_offset), static_cast<std::uint32_t>(item.raw_bytes)};
}

bool SourceRun::isBlanked(const Blank& slice) const {
    return withoutBody() || std::binary_search(blanks_.begin(), blanks_.end(), slice);
}

bool SourceRun::withoutBody() const {
    return blanks_.size() == 1 && blanks_[0].bytes == message_.body().size();
}

/// What the message's entry is to keep, without these too. Slices that overlap leave no way but to keep nothing.
void SourceRun::blank(const std::vector<Blank>& slices) {
    const auto whole = static_cast<std::uint32_t>(message_.body().size());
    blanks_.insert(blanks_.end(), slices.begin(), slices.end());
    std::sort(blanks_.begin(), blanks_.end());
    blanks_.erase(std::unique(blanks_.begin(), blanks_.end()), blanks_.end());
    std::uint64_t end = 0;
    bool apart = true;
    for (const Blank& each : blanks_) {
        apart = apart && each.offset >= end;
        end = std::uint64_t{each.offset} + each.bytes;
    }
    if (!apart) blanks_ = {{0, whole}};
}

/// A file is tens of megabytes: its payload is held while it is written, not for as long as its items are decided.
base::Bytes SourceRun::payload() const {
    // Nothing can be mapped from an empty body: then its name, which may be somebody's, is not kept either.
    return messagePayload(message_, blanks_, withoutBody() ? BesideBytes() : besideOf(context_));
}

/// A message of several commits is kept with the first: what it must not keep has to be known then.
base::Status SourceRun::blankErasedAhead() {
    auto view = store_.snapshot();
    if (!view.ok()) return std::move(view).error();
    if (!(*view)->anyErased()) return {};
    std::vector<Blank> slices;
    (void)adapter_.adapt(message_.body(), adapting(), {}, [&](kit::AdaptedItem&& adapted) {
        const SourceItem item = maker_.prepare(std::move(adapted));
        for (const PreparedItem& record : item.records) {
            if (!leadsToErased(**view, prepared_, record)) continue;
            slices.push_back(sliceOf(item));
            break;
        }
        return true;
    });
    if (!slices.empty()) blank(slices);
    return {};
}

base::Status SourceRun::commit(bool last) {
    if (!last && !began_ && !prepared_.message_seq) {
        if (auto looked = blankErasedAhead(); !looked.ok()) return looked;
    }
    for (;;) {
        Batch batch;
        const std::vector<SourceItemAnswer> repeated = repeatedItems();
        base::Status done = store_.run([&](ledger::Transaction& transaction) {
            return decideBatch(transaction, last, repeated, batch);
        });
        if (!batch.to_blank.empty()) blank(batch.to_blank);
        if (batch.kept_too_much) continue;
        if (!done.ok()) return done;
        if (!batch.known) {
            merge(submission_, batch);
            counted_.add(batch.account);
            began_trouble_ = began_trouble_ || batch.began_trouble;
            if (batch.message_seq != 0) prepared_.message_seq = batch.message_seq;
            break;
        }
        // Between our look and our turn another thread brought the same message.
        if (auto learnt = learn(*std::move(batch.known)); !learnt.ok()) return learnt;
        if (kept_answer_) return {};
    }
    began_ = true;
    batch_.clear();
    batch_records_ = 0;
    return {};
}

/// The message is nobody's but ours, and stands where we left it.
base::Status SourceRun::checkNobodyElse(ledger::View& view) const {
    if (!prepared_.message_seq || repeated_below_ == kAll) return {};
    if (view.unfinishedFrom(*prepared_.message_seq) == decided_to_) return {};
    return base::makeError(ErrorCode::Unavailable, "another thread is at the same message");
}

base::Status SourceRun::decideBatch(
    ledger::Transaction& transaction, bool last, const std::vector<SourceItemAnswer>& repeated,
    Batch& batch
) {
    if (!began_) {
        auto known = lookUp(transaction);
        if (!known.ok()) return std::move(known).error();
        if (known->kept_answer || known->first != prepared_.message_seq) {
            batch.known = *std::move(known);
            return {};
        }
    }
    if (auto ours = checkNobodyElse(transaction); !ours.ok()) return ours;
    const kit::Manifest& manifest = adapter_.manifest();
    const bool had_trouble = transaction.hasOpenQuarantine(manifest.id);
    Decider decider(transaction, prepared_);
    auto next_repeated = repeated.begin();
    for (const SourceItem& item : batch_) {
        if (item.index < repeated_below_) {
            batch.items.push_back(*next_repeated++);
        } else {
            auto answer = decideNext(transaction, decider, item, batch);
            if (!answer.ok()) return std::move(answer).error();
            batch.items.push_back(*std::move(answer));
        }
        countItem(batch.account, batch.items.back());
        batch.account.unmapped_codes += item.counts.unmapped_codes;
        batch.account.unknown_members += item.counts.unknown_members;
        batch.account.cut_texts += item.counts.cut_texts;
    }
    if (manifest.lifecycle == kit::Lifecycle::Shadow && !batch_.empty()) {
        if (auto kept = decider.ensureMessage(); !kept.ok()) return kept;
    }
    batch.message_seq = decider.messageSeq();
    batch.kept_too_much = !prepared_.message_seq && batch.message_seq != 0 && !batch.to_blank.empty();
    if (batch.kept_too_much) return base::makeError(ErrorCode::LedgerErased, "to be blanked first");
    batch.began_trouble = !had_trouble && batch.account.quarantined > 0;
    if (batch.account.quarantined > 0) {
        if (auto room = checkQuarantineRoom(transaction, manifest.id); !room.ok()) return room;
    }
    return note(transaction, last, batch);
}

base::Result<SourceItemAnswer> SourceRun::decideNext(
    ledger::Transaction& transaction, Decider& decider, const SourceItem& item, Batch& batch
) {
    const QuarantineOf rows{
        .source = adapter_.manifest().id,
        .content_type = context_.content_type,
        .adapter_version = adapter_.version(),
        .since_ms = message_.receivedMillis(),
        .without_body = withoutBody()};
    auto answer = decideItem(transaction, decider, item, rows, carried_);
    if (!answer.ok()) return answer;
    bool erased = isErasedItem(*answer);
    if (item.fate == kit::ItemFate::Ignored) {  // in shadow it has records
        for (const PreparedItem& record : item.records) {
            erased = erased || leadsToErased(transaction, prepared_, record);
        }
    }
    if (erased && !isBlanked(sliceOf(item))) batch.to_blank.push_back(sliceOf(item));
    return answer;
}

Arrival SourceRun::newestOfBatch() const {
    Arrival newest;
    for (const SourceItem& item : batch_) {
        for (const PreparedItem& record : item.records) newest.see(record, message_.receivedMillis());
    }
    return newest;
}

/// Everything of the batch that is no entry.
base::Status SourceRun::note(ledger::Transaction& transaction, bool last, Batch& batch) {
    const bool whole_repeat = repeated_below_ == kAll;
    if (batch.message_seq != 0 && !whole_repeat) {
        for (const std::string& ticket_no : carried_) {
            if (auto added = transaction.addCarrier(ticket_no, batch.message_seq); !added.ok()) {
                return added;
            }
        }
        carried_.clear();
        if (!last || decided_to_) {
            decided_to_ = last ? std::nullopt : std::optional(next_index_);
            if (auto set = transaction.setUnfinished(batch.message_seq, decided_to_); !set.ok()) {
                return set;
            }
        }
    }
    if (!batch.account.empty()) {
        auto counted =
            transaction.addSourceAccount(adapter_.manifest().id, day_, batch.account);
        if (!counted.ok()) return counted;
    }
    if (auto kept = keepArrival(transaction, adapter_.manifest().id, newestOfBatch()); !kept.ok()) return kept;
    if (last && context_.in_last_commit) {
        if (auto moved = context_.in_last_commit(transaction); !moved.ok()) return moved;
    }
    if (key_digest_.empty()) return {};
    // Another signature of the same bytes may have come to its end meanwhile: its answer is the one that is kept.
    const auto kept = transaction.findKeptAnswer(key_digest_, body_digest_);
    if (kept && !kept->answer.empty()) return {};
    if (!last) return transaction.keepAnswer(key_digest_, body_digest_, "");
    SourceSubmission merged = submission_;
    merge(merged, batch);
    return transaction.keepAnswer(key_digest_, body_digest_, encodeSourceAnswer(merged));
}

void SourceRun::merge(SourceSubmission& submission, const Batch& batch) const {
    submission.account.add(batch.account);
    if (batch.message_seq != 0) submission.message_seq = batch.message_seq;
    for (const SourceItemAnswer& item : batch.items) {
        if (submission.items.size() == kAnswerItemsMax) return;
        submission.items.push_back(item);
    }
}

/// The items came once more, as duplicates; the answer is the first one.
base::Result<SourceSubmission> SourceRun::answerAsKept() {
    auto submission = decodeSourceAnswer(*kept_answer_);
    if (!submission.ok()) return submission;
    submission->repeated = true;
    ledger::SourceAccount again;
    again.received = again.duplicate = submission->account.received;
    if (again.empty()) return submission;
    auto counted = store_.run([&](ledger::Transaction& transaction) {
        return transaction.addSourceAccount(adapter_.manifest().id, day_, again);
    });
    if (!counted.ok()) return std::move(counted).error();
    counted_.add(again);
    return submission;
}

}  // namespace yht::intake
