#include "gateway/intake/admission/source_messages.h"

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/intake/admission/source_content_types.h"
#include "gateway/intake/admission/source_run.h"

namespace yht::intake {
namespace {

using base::ErrorCode;

std::size_t bytesMax(const kit::Manifest& manifest, const SourceMessageContext& context) {
    return std::min(context.bytes_max, manifest.decode.limits.message_bytes_max);
}

base::Error tooLarge(std::size_t bytes_max) {
    const std::string max = std::to_string(bytes_max);
    return base::makePublicError(
        ErrorCode::BodyTooLarge, "A message of this source holds at most " + max + " bytes.",
        "该来源的报文不得超过 " + max + " 字节。"
    );
}

base::Error tooMany() {
    return base::makePublicError(
        ErrorCode::TooManyRequests,
        "Too many messages of this source at once; wait for the answers of those under way.",
        "该来源同时提交的报文过多,请等待前面的应答。"
    );
}

base::Error tooWeak() {
    return base::makePublicError(
        ErrorCode::RightMissing, "This source asks for a stronger proof of who speaks.",
        "该来源要求更强的身份证明。"
    );
}

}  // namespace

/// One of the few messages of a source that are worked on at once.
class SourceMessages::Turn {
public:
    Turn(SourceMessages& owner, const std::string& source) : owner_(owner), source_(source) {
        const std::lock_guard lock(owner_.mutex_);
        std::size_t& count = owner_.messages_at_once_[source_];
        taken_ = count < kMessagesAtOnceMax;
        if (taken_) ++count;
    }
    ~Turn() {
        const std::lock_guard lock(owner_.mutex_);
        if (taken_) --owner_.messages_at_once_[source_];
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool taken() const { return taken_; }

private:
    SourceMessages& owner_;
    const std::string source_;
    bool taken_ = false;
};

SourceMessages::SourceMessages(
    ledger::Store& store, base::Random& random, std::function<void(const std::string&)> log,
    LedgerUse use
)
    : store_(store), random_(random), log_(std::move(log)), use_(use) {}

base::Result<SourceSubmission> SourceMessages::submitMessage(
    const trust::VerifiedMessage& message, const kit::Adapter& adapter,
    const SourceMessageContext& context
) {
    const std::string& source = adapter.manifest().id;
    if (base::Status admitted = admit(message, adapter, context); !admitted.ok()) {
        // Whoever may not speak for a source must not move its account.
        if (message.speaker().speaksFor(adapter.manifest().source)) {
            countRefused(source, message.receivedMillis());
        }
        return std::move(admitted).error();
    }
    const Turn turn(*this, source);
    if (!turn.taken()) return tooMany();
    SourceRun run(store_, random_, message, adapter, context);
    base::Result<SourceSubmission> submission = run.run();
    {
        const std::lock_guard lock(mutex_);
        ++counters_[source].messages;
        counters_[source].account.add(run.counted());
    }
    if (run.beganTrouble() && log_) {
        log_("source " + source + ": items in quarantine; yht quarantine list 有条目进入隔离区");
    }
    if (!submission.ok()) {
        if (submission.error().code == ErrorCode::IdempotencyKeyReused) {
            countRefused(source, message.receivedMillis());
        }
        return submission;
    }
    addReceipts(*submission);
    return submission;
}

base::Status SourceMessages::admit(
    const trust::VerifiedMessage& message, const kit::Adapter& adapter,
    const SourceMessageContext& context
) {
    const kit::Manifest& manifest = adapter.manifest();
    const trust::Partner& speaker = message.speaker();
    const bool known = message.registry().findSource(manifest.source) != nullptr;
    if (!speaker.speaksFor(manifest.source) || !known) {
        return base::makeError(ErrorCode::SourceNotOwn, "partner " + speaker.id);
    }
    if (auto may = mayWrite(use_, speaker); !may.ok()) return may;
    using kit::Lifecycle;
    if (manifest.lifecycle != Lifecycle::Live && manifest.lifecycle != Lifecycle::Shadow) {
        return base::makeError(ErrorCode::SourceUnknown, "its manifest is no live one");
    }
    if (message.assurance() > manifest.assurance_min) return tooWeak();
    if (!takesContentType(manifest.decode.format, context.content_type)) {
        return wrongContentType(manifest.decode.format);
    }
    const std::size_t bytes_max = bytesMax(manifest, context);
    if (message.body().size() > bytes_max) return tooLarge(bytes_max);
    return {};
}

/// Receipts that can be made: of an erased ticket's records none can any more.
void SourceMessages::addReceipts(SourceSubmission& submission) {
    const std::vector<ledger::ReceiptRequest> wanted = receiptsWanted(submission);
    if (wanted.empty()) return;
    auto snapshot = store_.snapshot();
    if (!snapshot.ok()) return;  // it is committed; every receipt can be had at GET /v1/receipts/{seq}
    auto together = (*snapshot)->receipts(wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (together.ok()) {
            submission.receipts.emplace(wanted[i].seq, std::move((*together)[i]));
        } else if (auto one = (*snapshot)->receipt(wanted[i].seq); one.ok()) {
            submission.receipts.emplace(wanted[i].seq, *std::move(one));
        }
    }
}

void SourceMessages::countRefused(const std::string& source, base::UnixMillis received_ms) {
    ledger::SourceAccount account;
    account.received = account.refused = 1;
    const base::Status counted = store_.run([&](ledger::Transaction& transaction) {
        return transaction.addSourceAccount(source, base::shanghaiDay(received_ms), account);
    });
    if (!counted.ok()) return;  // the ledger takes nothing now: neither would it have taken the message
    const std::lock_guard lock(mutex_);
    counters_[source].account.add(account);
}

std::map<std::string, SourceCounters> SourceMessages::counters() const {
    const std::lock_guard lock(mutex_);
    return counters_;
}

}  // namespace yht::intake
