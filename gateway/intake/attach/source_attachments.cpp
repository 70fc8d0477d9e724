#include "gateway/intake/attach/source_attachments.h"

#include <algorithm>

#include "gateway/crypto/digest.h"
#include "gateway/intake/admission/kept_context.h"
#include "gateway/intake/attach/attachment_record.h"
#include "gateway/ticket/record_json.h"
#include "gateway/ticket/validate.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using base::makeError;
using ledger::SourceAttachmentRow;

constexpr std::uint32_t kSilencesCounted = 4;  // a source pauses for four minutes or so at most
constexpr const char* kByContent = "application/octet-stream";  // the type is what the bytes are

enum class Trouble : std::uint8_t {
    Lasting,  // the same next time
    Silent,   // the far side does not answer: nor will it for the source's other attachments
    Passing,
    Ours,     // no attempt
};

Trouble troubleOf(ErrorCode code) {
    switch (code) {
        case ErrorCode::PeerUnreachable:
        case ErrorCode::PeerUntrusted:
        case ErrorCode::PeerBusy:
            return Trouble::Silent;
        case ErrorCode::PeerAnswerLost:
        case ErrorCode::PeerAnswerInvalid:
        case ErrorCode::PeerRefused:
        case ErrorCode::AttachmentUnchecked:
        case ErrorCode::ConfigInvalid:  // a secret that can't be read, or a number that makes no header
            return Trouble::Passing;
        case ErrorCode::DiskFull:
        case ErrorCode::IoFailed:
        case ErrorCode::QueueFull:
        case ErrorCode::NotReady:
        case ErrorCode::Unavailable:
        case ErrorCode::TooManyRequests:
        case ErrorCode::AttachmentUploads:
        case ErrorCode::AttachmentQuota:
        case ErrorCode::SourceUnknown:
            return Trouble::Ours;
        default:
            return Trouble::Lasting;
    }
}

std::int64_t backOff(std::uint32_t attempts, base::Random& random) {
    std::int64_t wait = kAttachmentBackOffFirstMillis;
    for (std::uint32_t i = 1; i < attempts && wait < kAttachmentBackOffMillisMax; ++i) wait *= 2;
    wait = std::min(wait, kAttachmentBackOffMillisMax);
    return wait + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(wait / 5)));
}

}  // namespace

/// A row, and what it means.
struct SourceAttachments::Named {
    SourceAttachmentRow row;
    std::string partner;  // whose message it is
    ledger::Assurance assurance = ledger::Assurance::Internal;
    base::UnixMillis received_ms = 0;
    ticket::Record belongs_to{ticket::Kind::Appeal};
    std::optional<kit::AdaptedAttachment> attachment;  // nullopt: the adapter in force now finds none there
};

SourceAttachments::SourceAttachments(AttachmentServices services) : services_(std::move(services)) {}

SourceAttachments::~SourceAttachments() {
    stop();
}

void SourceAttachments::start() {
    for (std::size_t i = 0; i < kAttachmentWorkers; ++i) {
        workers_.emplace_back([this] { run(stop_.get_token()); });
    }
}

void SourceAttachments::stop() {
    stop_.request_stop();
    woken_.notify_all();
    workers_.clear();
}

void SourceAttachments::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (step()) continue;
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, stop, std::chrono::milliseconds(kAttachmentPollMillis), [] { return false; });
    }
}

AttachmentCounters SourceAttachments::counters() const {
    const std::lock_guard lock(mutex_);
    return counters_;
}

/// Of the sources with something due, the one whose turn is longest ago; "" none.
std::string SourceAttachments::takeSource() {
    auto snapshot = services_.store.snapshot();
    if (!snapshot.ok()) return {};
    const auto counts = (*snapshot)->sourceAttachmentCounts();
    const auto now_ms = services_.clock.nowMillis();
    const std::lock_guard lock(mutex_);
    std::string chosen;
    for (const auto& count : counts) {
        const auto quiet = quiet_until_.find(count.source);
        const bool may = count.state == ledger::kAttachmentPending && !under_way_.contains(count.source) &&
                         (quiet == quiet_until_.end() || quiet->second <= now_ms);
        if (!may) continue;
        const ledger::SourceAttachmentFilter due{
            .source = count.source, .state = ledger::kAttachmentPending, .ticket_no = {}, .due_ms = now_ms};
        const bool earlier = chosen.empty() || turns_[count.source] < turns_[chosen];
        if (earlier && !(*snapshot)->sourceAttachments(due, 1).empty()) chosen = count.source;
    }
    if (chosen.empty()) return {};
    under_way_.insert(chosen);
    turns_[chosen] = ++turn_;
    return chosen;
}

void SourceAttachments::giveBack(const std::string& source) {
    const std::lock_guard lock(mutex_);
    under_way_.erase(source);
}

bool SourceAttachments::step() {
    const std::string source = takeSource();
    if (source.empty()) return false;
    workOff(source);
    giveBack(source);
    return true;
}

void SourceAttachments::workOff(const std::string& source) {
    std::vector<SourceAttachmentRow> rows;
    {
        auto snapshot = services_.store.snapshot();
        if (!snapshot.ok()) return;
        rows = (*snapshot)->sourceAttachments(
            {.source = source, .state = ledger::kAttachmentPending, .ticket_no = {}, .due_ms = services_.clock.nowMillis()},
            kAttachmentsAtOnceMax
        );
    }
    if (rows.empty()) return;
    // Of one message: it is read once.
    std::erase_if(rows, [seq = rows.front().message_seq](const auto& row) { return row.message_seq != seq; });
    const auto adapters = services_.adapters();
    const auto adapter = adapters->find(source);
    auto named = adapter == adapters->end() ? makeError(ErrorCode::SourceUnknown) : readapt(*adapter->second, rows);
    std::optional<base::Error> silence;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (stop_.stop_requested()) return;
        // What the others would hear too is not asked; their time comes after the source's pause.
        if (silence && (*named)[i].attachment && (*named)[i].attachment->kind != kit::AdaptedAttachment::Kind::Value) continue;
        const base::Status done = named.ok() ? obtain(*adapter->second, (*named)[i]) : base::Status(named.error());
        if (stop_.stop_requested() && !done.ok()) return;
        if (done.ok()) {
            succeeded(source);
            continue;
        }
        putOff(rows[i], done.error());
        if (named.ok() && troubleOf(done.error().code) == Trouble::Silent) silence = done.error();
    }
}

base::Result<std::vector<SourceAttachments::Named>> SourceAttachments::readapt(
    const kit::Adapter& adapter, const std::vector<SourceAttachmentRow>& rows
) {
    auto snapshot = services_.store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    const auto entry = (*snapshot)->entry(rows.front().message_seq);
    if (!entry.ok()) return entry.error();
    const auto payload = decodeMessagePayload(entry->payload);
    if (!payload.ok()) return payload.error();
    std::vector<Named> named;
    std::uint64_t last_wanted = 0;
    for (const auto& row : rows) {
        const auto record = (*snapshot)->entry(row.record_seq);
        if (!record.ok()) return record.error();
        auto belongs_to = ticket::fromCanonicalText(record->payload);
        if (!belongs_to.ok()) return std::move(belongs_to).error();
        named.push_back({row, entry->header.source, entry->header.assurance, entry->header.received_ms,
                         *std::move(belongs_to), std::nullopt});
        last_wanted = std::max(last_wanted, row.item_index);
    }
    snapshot->reset();
    kit::MessageContext context = adaptingContext(payload->beside, entry->header.received_ms);
    context.content_type = rows.front().content_type;  // messages of before payload version 3 have it here alone
    context.trace = false;
    // A message that breaks off later has what came before.
    static_cast<void>(adapter.adapt(payload->body, context, {}, [&](kit::AdaptedItem&& item) {
        for (Named& one : named) {
            const bool here = one.row.item_index == item.index && one.row.ordinal < item.attachments.size();
            if (!here) continue;
            const auto& attachment = item.attachments[one.row.ordinal];
            if (attachmentRef(one.belongs_to, attachment) == one.row.record_ref) one.attachment = attachment;
        }
        return item.index < last_wanted;
    }));
    return named;
}

base::Status SourceAttachments::obtain(const kit::Adapter& adapter, const Named& named) {
    if (!named.attachment) return makeError(ErrorCode::ItemUnmapped, "the adapter in force finds no such attachment");
    auto upload = services_.attachments.begin(named.partner);
    if (!upload.ok()) return std::move(upload).error();
    base::Bytes sha256;
    if (auto got = receive(adapter.manifest(), named, **upload, sha256); !got.ok()) return got;
    const auto kept = (*upload)->keep({.media_type = kByContent, .sha256 = sha256});
    if (!kept.ok()) return kept.error();
    upload->reset();
    return admit(adapter, named, kept->facts);
}

base::Status SourceAttachments::receive(
    const kit::Manifest& manifest, const Named& named, attachments::Upload& upload, base::Bytes& sha256
) {
    crypto::Sha256 digest;
    std::uint64_t size = 0;
    const auto write = [&](std::string_view piece) -> base::Status {
        size += piece.size();
        if (size > manifest.attachments.bytes_max) return makeError(ErrorCode::BodyTooLarge);
        digest.update(piece);
        return upload.write(piece);
    };
    base::Status done;
    if (named.attachment->kind == kit::AdaptedAttachment::Kind::Value) {
        const auto bytes = decodedContent(named.attachment->content);
        done = bytes.ok() ? write(*bytes) : base::Status(bytes.error());
    } else {
        const auto request =
            attachmentRequest(manifest, *named.attachment, services_.directory, services_.secrets);
        if (!request.ok()) return request.error();
        std::string answer;  // of a second step that answers with JSON
        const bool json = !request->content_path.empty();
        const auto sink = [&](std::string_view piece) -> base::Status {
            if (!json) return write(piece);
            answer += piece;
            return {};
        };
        done = kit::guardedFetch(request->ask, request->rules, sink, stop_.get_token());
        if (done.ok() && json) {
            const auto bytes = contentInJson(answer, request->content_path);
            done = bytes.ok() ? write(*bytes) : base::Status(bytes.error());
        }
    }
    if (done.ok() && size == 0) return makeError(ErrorCode::PeerAnswerInvalid, "an empty file");
    if (done.ok()) sha256 = digest.finish();
    return done;
}

base::Status SourceAttachments::admit(
    const kit::Adapter& adapter, const Named& named, const attachments::Facts& facts
) {
    auto record = ticket::validated(
        attachmentRecord(named.belongs_to, *named.attachment, named.row.record_ref, facts)
    );
    if (!record.ok()) return std::move(record).error();
    const auto registry = services_.trust();
    trust::Partner stand_in;  // where the partner is not in the registry any more
    stand_in.id = named.partner;
    stand_in.sources = {adapter.manifest().source};
    const trust::Partner* partner = registry->findPartner(named.partner);
    if (registry->findSource(adapter.manifest().source) == nullptr) return makeError(ErrorCode::SourceUnknown);
    PreparedMessage message;
    message.speaker = partner == nullptr ? &stand_in : partner;
    message.registry = registry.get();
    message.assurance = named.assurance;
    message.received_ms = named.received_ms;
    message.adapter = adapter.manifest().id;
    message.adapter_version = adapter.version();
    message.message_seq = named.row.message_seq;
    const PreparedItem item = prepareRecord(*std::move(record), "", services_.random.bytes(ledger::kSaltBytes));
    std::optional<base::Error> refusal;
    const base::Status done = services_.store.run([&](ledger::Transaction& transaction) -> base::Status {
        Decider decider(transaction, message);
        auto decision = decider.decide(item);
        if (!decision.ok()) return std::move(decision).error();
        if (decision->verdict == ItemVerdict::Refused) {
            refusal = std::move(decision->error);
            return *refusal;
        }
        // Its record's numbers must have led to its record's ticket.
        if (decision->ticket_no != named.row.ticket_no) return makeError(ErrorCode::AliasConflict);
        return transaction.endSourceAttachment(named.row.id);
    });
    return refusal ? base::Status(*refusal) : done;
}

/// The row waits, or has failed; and the log hears of it once.
void SourceAttachments::putOff(SourceAttachmentRow row, const base::Error& error) {
    const Trouble trouble = troubleOf(error.code);
    const auto now_ms = services_.clock.nowMillis();
    if (trouble != Trouble::Ours) ++row.attempts;
    const bool failed = trouble == Trouble::Lasting || row.attempts >= kAttachmentAttemptsMax;
    row.state = failed ? ledger::kAttachmentFailed : ledger::kAttachmentPending;
    row.next_ms = failed                      ? 0
                  : trouble == Trouble::Ours ? now_ms + kAttachmentOwnTroubleMillis
                                             : now_ms + backOff(row.attempts, services_.random);
    row.reason = error.row().wire;
    // Where the disk is full the row stays due, and the pause below keeps the worker from turning on it.
    static_cast<void>(services_.store.run([&](ledger::Transaction& transaction) -> base::Status {
        const auto there = transaction.sourceAttachments(
            {.source = row.source, .state = ledger::kAttachmentPending, .ticket_no = {}, .after_id = row.id - 1}, 1
        );
        if (there.empty() || there.front().id != row.id) return {};  // decided, or erased, meanwhile
        return transaction.renewSourceAttachment(row);
    }));
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        ++(failed ? counters_.failed : counters_.retried);
        first = in_trouble_.insert(row.source).second;
        if (trouble == Trouble::Silent) {
            quiet_until_[row.source] = now_ms + backOff(std::min(++silences_[row.source], kSilencesCounted), services_.random);
        } else if (trouble == Trouble::Ours) {
            quiet_until_[row.source] = now_ms + kAttachmentOwnTroubleMillis;
        }
    }
    if (first && services_.log) {
        services_.log(
            "source " + row.source + ": attachments: trouble begins 附件取用出现故障: " + row.reason +
            " (yht attachments list)"
        );
    }
}

void SourceAttachments::succeeded(const std::string& source) {
    bool over = false;
    {
        const std::lock_guard lock(mutex_);
        ++counters_.admitted;
        silences_.erase(source);
        quiet_until_.erase(source);
        over = in_trouble_.erase(source) > 0;
    }
    if (over && services_.log) services_.log("source " + source + ": attachments: trouble ends 附件取用恢复");
}

}  // namespace yht::intake
