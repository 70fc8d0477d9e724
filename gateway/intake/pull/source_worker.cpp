#include "gateway/intake/pull/source_worker.h"

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"

namespace yht::intake {
namespace {

using base::ErrorCode;

constexpr std::int64_t kMinuteMillis = 60'000;
constexpr std::int64_t kIdleMillis = 5'000;  // paused, quiet: how soon it is looked at again
constexpr std::size_t kDigestsMax = 10'000;

/// Nothing that time alone will mend.
bool wantsSomebody(ErrorCode code) {
    constexpr ErrorCode kCodes[] = {
        ErrorCode::PeerLoginRefused, ErrorCode::PeerUntrusted,  ErrorCode::ConfigInvalid,  ErrorCode::ManifestInvalid,
        ErrorCode::SourceNotOwn,     ErrorCode::PartnerStopped, ErrorCode::StageJointTest, ErrorCode::RightMissing};
    return std::find(std::begin(kCodes), std::end(kCodes), code) != std::end(kCodes);
}

/// A message that no repetition makes acceptable.
bool isHopeless(ErrorCode code) { return code == ErrorCode::BodyTooLarge || code == ErrorCode::MediaTypeUnsupported; }

bool isQuiet(const kit::PullRules& rules, base::UnixMillis now_ms) {
    const base::CivilTime civil = base::toCivil(now_ms, base::kShanghaiOffsetSeconds);
    const std::int32_t minute = civil.hour * 60 + civil.minute;
    return std::any_of(rules.quiet_hours.begin(), rules.quiet_hours.end(), [&](const kit::QuietHours& quiet) {
        const bool passes_midnight = quiet.to_minute < quiet.from_minute;
        return passes_midnight ? minute >= quiet.from_minute || minute < quiet.to_minute
                               : minute >= quiet.from_minute && minute < quiet.to_minute;
    });
}

/// Uniform in [d/2, d] for d = first * 2^(failures-1), at most `max`.
std::int64_t waitAfter(std::uint32_t failures, base::Random& random) {
    constexpr std::uint32_t kDoublingsMax = 10;
    const std::int64_t whole = std::min(kPullAgainMillisMax, kPullAgainFirstMillis << std::min(failures - 1, kDoublingsMax));
    const base::Bytes bytes = random.bytes(4);
    std::uint32_t number = 0;
    for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return whole / 2 + static_cast<std::int64_t>(number) % (whole / 2 + 1);
}

}  // namespace

SourceWorker::SourceWorker(
    const PullParts& parts, std::shared_ptr<const kit::Adapter> adapter, std::shared_ptr<SourceWorker> predecessor
)
    : parts_(parts),
      adapter_(std::move(adapter)),
      manifest_(adapter_->manifest()),
      rules_(*manifest_.pull),
      id_(manifest_.id),
      verifier_(parts.trust, parts.clock),
      predecessor_(std::move(predecessor)),
      thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}

SourceWorker::~SourceWorker() {
    requestStop();
    join();
}

void SourceWorker::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    changed_.notify_all();
}

void SourceWorker::requestStop() { thread_.request_stop(); }

void SourceWorker::join() {
    if (thread_.joinable()) thread_.join();
}

bool SourceWorker::waitFor(std::int64_t ms) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop_, std::chrono::milliseconds(ms), [&] { return woken_; });
    woken_ = false;
    return !stop_.stop_requested();
}

void SourceWorker::run(std::stop_token stop) {
    stop_ = std::move(stop);
    if (predecessor_) predecessor_->join();
    predecessor_.reset();
    do {
        const std::int64_t began = parts_.clock.steadyMillis();
        if (!mayPull()) {
            wait_ms_ = kIdleMillis;
            continue;
        }
        wait_ms_ = 0;
        pullOnce();
        if (failures_ == 0 && !facts_.more) {
            wait_ms_ = std::max<std::int64_t>(0, rules_.every_s * 1'000 - (parts_.clock.steadyMillis() - began));
        }
    } while (waitFor(wait_ms_));
}

bool SourceWorker::mayPull() {
    if (isQuiet(rules_, parts_.clock.nowMillis())) return false;
    auto view = parts_.store.snapshot();
    if (!view.ok()) return false;
    if (pauseOf(**view, id_).paused()) return false;
    facts_ = pullFacts(**view, id_);
    return true;
}

void SourceWorker::pullOnce() {
    const base::Status done = pullPortions();
    if (stop_.stop_requested()) return;
    if (done.ok()) succeeded();
    else failed(done.error());
}

base::Status SourceWorker::pullPortions() {
    if (!puller_) {
        auto made = kit::Puller::make(manifest_, surroundings());
        if (!made.ok()) return std::move(made).error();
        puller_ = *std::move(made);
    }
    now_.clear();
    if (auto begun = puller_->begin(facts_.cursor); !begun.ok()) return begun;
    for (;;) {
        auto portion = puller_->next();
        if (!portion.ok()) return std::move(portion).error();
        if (stop_.stop_requested() || !*portion) break;
        if (auto taken = submit(**std::move(portion)); !taken.ok()) return taken;
        if (auto settled = puller_->settle(); !settled.ok()) return settled;
        if (stop_.stop_requested()) break;
        auto view = parts_.store.snapshot();
        if (!view.ok()) return std::move(view).error();
        if (pauseOf(**view, id_).paused()) break;
    }
    std::swap(before_, now_);
    return {};
}

PullFacts SourceWorker::after(const kit::Portion& portion) const {
    PullFacts facts = facts_;
    facts.cursor = portion.cursor;
    ++facts.portion;
    return facts;
}

base::Status SourceWorker::submit(kit::Portion portion) {
    if (portion.refusal) return passOver(portion, true);
    if (!portion.message) {
        const bool nothing_moved = portion.cursor == facts_.cursor && portion.mark_of_file.empty();
        return nothing_moved ? base::Status() : passOver(portion, false);
    }
    const base::Bytes digest = crypto::sha256(portion.body);
    const bool known = portion.mark_of_file.empty() && before_.contains(digest);
    if (known) {
        now_.insert(digest);
        return portion.cursor == facts_.cursor ? base::Status() : passOver(portion, false);
    }
    const PullFacts facts = after(portion);
    auto message = verifier_.verify({manifest_.source, rules_.partner, portion.evidence, facts_.portion}, std::move(portion.body));
    if (!message.ok()) return std::move(message).error();
    SourceMessageContext context;
    // A file has no type but its name; an answer's is what its server thinks. Only multipart can't be read without.
    if (manifest_.decode.format == kit::Format::Multipart) context.content_type = portion.content_type;
    context.file_name = portion.file_name;
    context.bytes_max = kSourceFileBytesMax;
    context.items_max = kSourceFileItemsMax;
    context.in_last_commit = [&](ledger::Transaction& transaction) -> base::Status {
        if (auto kept = keepPullFacts(transaction, id_, facts); !kept.ok()) return kept;
        if (portion.mark_of_file.empty()) return {};
        return keepFileMark(transaction, id_, portion.mark_of_file, portion.file_mark);
    };
    auto taken = parts_.messages.submitMessage(*message, *adapter_, context);
    if (!taken.ok() && isHopeless(taken.error().code)) return passOver(portion, false);  // it is counted already
    if (!taken.ok()) return std::move(taken).error();
    facts_ = facts;
    if (now_.size() < kDigestsMax) now_.insert(digest);
    return {};
}

base::Status SourceWorker::passOver(const kit::Portion& portion, bool count_refused) {
    const PullFacts facts = after(portion);
    const base::Status kept = parts_.store.run([&](ledger::Transaction& transaction) -> base::Status {
        if (count_refused) {
            ledger::SourceAccount account;
            account.received = account.refused = 1;
            const auto day = base::shanghaiDay(parts_.clock.nowMillis());
            if (auto counted = transaction.addSourceAccount(id_, day, account); !counted.ok()) return counted;
        }
        if (!portion.mark_of_file.empty()) {
            if (auto marked = keepFileMark(transaction, id_, portion.mark_of_file, portion.file_mark); !marked.ok()) return marked;
        }
        return keepPullFacts(transaction, id_, facts);
    });
    if (!kept.ok()) return kept;
    facts_ = facts;
    if (count_refused) parts_.log("source " + id_ + ": a file is too large and was passed over 文件过大,已跳过: " + portion.refusal->detail);
    return {};
}

base::Status SourceWorker::keepFacts(const PullFacts& facts) {
    const base::Status kept = parts_.store.run([&](ledger::Transaction& transaction) { return keepPullFacts(transaction, id_, facts); });
    if (kept.ok()) noted_steady_ms_ = parts_.clock.steadyMillis();
    return kept;
}

void SourceWorker::succeeded() {
    const bool was_in_trouble = !facts_.trouble.empty();
    failures_ = 0;
    PullFacts facts = facts_;
    facts.more = puller_->more();
    facts.trouble.clear();
    facts.trouble_detail.clear();
    facts.trouble_ms = 0;
    const bool changed = !(facts == facts_) || facts.last_success_ms == 0;
    facts.last_success_ms = parts_.clock.nowMillis();
    facts_.more = facts.more;
    if (was_in_trouble) parts_.log("source " + id_ + ": pulled again 取数已恢复");
    if (!changed && parts_.clock.steadyMillis() - noted_steady_ms_ < kPullNotedMillis) return;
    if (keepFacts(facts).ok()) facts_ = facts;
}

void SourceWorker::failed(const base::Error& error) {
    ++failures_;
    puller_.reset();  // connections and secrets are taken anew
    before_.clear();
    wait_ms_ = wantsSomebody(error.code) ? kPullAgainMillisMax : waitAfter(failures_, parts_.random);
    if (facts_.trouble == error.row().wire) return;
    const bool first = facts_.trouble.empty();
    PullFacts facts = facts_;
    facts.trouble = error.row().wire;
    facts.trouble_detail = error.public_en.empty() ? error.detail : error.public_en;
    if (first) facts.trouble_ms = parts_.clock.nowMillis();
    parts_.log("source " + id_ + ": can't be pulled 取数失败: " + base::describe(error));
    if (keepFacts(facts).ok()) facts_ = facts;
}

base::Result<std::string> SourceWorker::secretReference(const std::string& name) const {
    const auto found = manifest_.secrets.find(name);
    if (found == manifest_.secrets.end()) return base::makeError(ErrorCode::ConfigInvalid, "secrets has no " + name);
    return found->second;
}

kit::PullSurroundings SourceWorker::surroundings() {
    constexpr std::size_t kReferencePrefix = 5;  // "file:"
    return {
        .clock = parts_.clock,
        .secret = [this](const std::string& name) -> base::Result<std::string> {
            auto reference = secretReference(name);
            return reference.ok() ? parts_.secret(*reference) : reference;
        },
        .secret_path = [this](const std::string& name) -> base::Result<std::string> {
            auto reference = secretReference(name);
            if (!reference.ok()) return reference;
            // Read once, so that one that others may read is refused like any other.
            if (auto value = parts_.secret(*reference); !value.ok()) return value;
            return parts_.deployment_path(reference->substr(kReferencePrefix));
        },
        .deployment_path = parts_.deployment_path,
        .file_mark = [this](const std::string& name) {
            auto view = parts_.store.snapshot();
            return view.ok() ? fileMark(**view, id_, name) : std::string();
        },
        .before_request = [this] { pace(); },
        .judge = parts_.judge ? parts_.judge(manifest_) : nullptr,
        .stop = stop_};
}

void SourceWorker::pace() {
    if (rules_.requests_per_minute == 0) return;
    const std::int64_t now = parts_.clock.steadyMillis(), due = std::max(now, next_request_steady_ms_);
    next_request_steady_ms_ = due + kMinuteMillis / rules_.requests_per_minute;
    // Whoever wakes the source wants it asked soon, not faster than it allows: only the clock, or the end, lets the request go.
    std::unique_lock lock(mutex_);
    for (std::int64_t left = due - now; left > 0 && !stop_.stop_requested(); left = due - parts_.clock.steadyMillis())
        changed_.wait_for(lock, stop_, std::chrono::milliseconds(left), [&] { return parts_.clock.steadyMillis() >= due; });
}

}  // namespace yht::intake
