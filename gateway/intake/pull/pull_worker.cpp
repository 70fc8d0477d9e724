#include "gateway/intake/pull/pull_worker.h"

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/ledger/store/epoch.h"

namespace yht::intake {
namespace {

using base::ErrorCode;

constexpr std::int64_t kPausedLookMs = 60'000;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr int kDayMinutes = 24 * 60;

/// The state that a restored or rebuilt ledger has overtaken does not count.
bool isAheadOf(const PullState& state, ledger::View& view) {
    const auto epochs = view.epochs();
    return state.epoch != epochs.size() || state.seq > view.lastSeq();
}

}  // namespace

std::int64_t waitMillis(const kit::PullRules& rules, int failures, double jitter) {
    if (failures == 0) return rules.every_s * 1000;
    const int doublings = std::min(failures - 1, 12);
    const std::int64_t base_ms = std::min(kPullRetryMaxMs, kPullRetryFirstMs << doublings);
    return static_cast<std::int64_t>(static_cast<double>(base_ms) * (0.75 + 0.5 * jitter));
}

std::int64_t quietMillis(const kit::PullRules& rules, base::UnixMillis now_ms) {
    const auto civil = base::toCivil(now_ms, base::kShanghaiOffsetSeconds);
    const int minute = civil.hour * 60 + civil.minute;
    for (const kit::QuietHours& quiet : rules.quiet_hours) {
        const int length = (quiet.to_minute - quiet.from_minute + kDayMinutes) % kDayMinutes;
        const int into = (minute - quiet.from_minute + kDayMinutes) % kDayMinutes;
        if (into < length) return (length - into) * kMinuteMs - civil.second * 1000 - civil.millisecond;
    }
    return 0;
}

PullWorker::PullWorker(const PullParts& parts, std::shared_ptr<const kit::Adapter> adapter)
    : parts_(parts), adapter_(std::move(adapter)), rules_(*adapter_->manifest().pull),
      file_(parts.state_directory, adapter_->manifest().id),
      paused_(loadPause(parts.state_directory, adapter_->manifest().id).has_value()) {}

PullWorker::~PullWorker() { stop(); }

void PullWorker::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void PullWorker::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

base::Status PullWorker::setPause(std::optional<Pause> pause) {
    if (auto stored = storePause(parts_.state_directory, adapter_->manifest().id, pause); !stored) return stored;
    const std::lock_guard lock(mutex_);
    paused_ = pause.has_value();
    woken_.notify_all();
    return {};
}

base::Status PullWorker::loadState() {
    if (loaded_) return {};
    PullState state = file_.load();
    const auto snapshot = parts_.store.snapshot();
    if (!snapshot) return snapshot.error();
    if (state.seq > 0 && isAheadOf(state, **snapshot)) {
        say("the ledger has less than was pulled: everything is asked for again 账本早于拉取进度,将重新拉取");
        state = PullState{};
    }
    state_ = std::move(state);
    loaded_ = true;
    return {};
}

void PullWorker::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const bool paused = isPaused();
        const std::int64_t quiet_ms = quietMillis(rules_, parts_.clock.nowMillis());
        if (paused || quiet_ms > 0) {
            waitFor(stop, paused ? kPausedLookMs : quiet_ms);
            continue;
        }
        auto loaded = loadState();
        auto done = loaded ? round(stop) : base::Result<PullRound>(loaded.error());
        if (stop.stop_requested()) return;
        settle(done);
        if (done && done->more) continue;
        const base::Bytes dice = parts_.random.bytes(1);
        waitFor(stop, waitMillis(rules_, failures_, static_cast<unsigned char>(dice[0]) / 255.0));
    }
}

bool PullWorker::isPaused() {
    const std::lock_guard lock(mutex_);
    return paused_;
}

base::Result<PullRound> PullWorker::round(const std::stop_token& stop) {
    if (!puller_) {
        const kit::Manifest& manifest = adapter_->manifest();
        const auto path = [this, &manifest](const std::string& name) {
            const auto found = manifest.secrets.find(name);
            constexpr std::size_t kScheme = 5;  // "file:"
            return found == manifest.secrets.end() ? std::string() : parts_.directory + "/" + found->second.substr(kScheme);
        };
        auto made = makePuller({.manifest = manifest, .directory = parts_.directory,
                                .secret = [this, path](const std::string& name) { return secret(path(name)); },
                                .secret_path = path, .stop = stop});
        if (!made) return std::move(made).error();
        puller_ = *std::move(made);
    }
    return puller_->pull(state_, {.take = [this](PulledMessage message) { return take(std::move(message)); },
                                  .remember = [this] { return remember(); },
                                  .pace = [this, &stop] { return pace(stop); },
                                  .now_ms = parts_.clock.nowMillis()});
}

/// A file's last line break is no part of the secret.
base::Result<std::string> PullWorker::secret(const std::string& path) const {
    auto text = parts_.read_secret(path);
    if (!text) return text;
    while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
    return text;
}

base::Result<std::uint64_t> PullWorker::take(PulledMessage message) {
    const kit::Manifest& manifest = adapter_->manifest();
    auto verified = parts_.verifier.verify(
        {.source = manifest.source, .partner = rules_.partner, .what = message.what}, message.evidence, std::move(message.bytes)
    );
    if (!verified) return std::move(verified).error();
    auto submission = parts_.messages.submitMessage(
        *verified, *adapter_,
        {.content_type = message.content_type, .file_name = message.file_name, .idempotency_key = {}}
    );
    if (!submission) return std::move(submission).error();
    if (submission->account.received > 0) state_.last_item_ms = parts_.clock.nowMillis();
    return submission->account.received;
}

base::Status PullWorker::remember() {
    const auto snapshot = parts_.store.snapshot();
    if (!snapshot) return snapshot.error();
    state_.epoch = (*snapshot)->epochs().size();
    state_.seq = (*snapshot)->lastSeq();
    return file_.store(state_);
}

bool PullWorker::pace(const std::stop_token& stop) {
    if (stop.stop_requested()) return false;
    if (rules_.requests_per_minute == 0) return true;
    const auto now_ms = parts_.clock.steadyMillis();
    if (next_request_ms_ > now_ms && !waitFor(stop, next_request_ms_ - now_ms)) return false;
    next_request_ms_ = std::max(now_ms, next_request_ms_) + kMinuteMs / rules_.requests_per_minute;
    return !stop.stop_requested();
}

/// False: stop.
bool PullWorker::waitFor(const std::stop_token& stop, std::int64_t ms) {
    std::unique_lock lock(mutex_);
    const bool was_paused = paused_;
    woken_.wait_for(lock, stop, std::chrono::milliseconds(ms), [&] { return paused_ != was_paused; });
    return !stop.stop_requested();
}

void PullWorker::settle(const base::Result<PullRound>& done) {
    const auto now_ms = parts_.clock.nowMillis();
    const std::string trouble = done ? "" : done.error().row().wire;
    if (done) {
        failures_ = 0;
        state_.last_success_ms = now_ms;
        if (done->complaint != complaint_ && !done->complaint.empty()) say(done->complaint);
        complaint_ = done->complaint;
    } else {
        ++failures_;
        puller_.reset();  // connections, tokens, secrets anew
    }
    if (trouble != state_.trouble) {
        if (!trouble.empty()) {
            const std::string& detail = done.error().detail;
            say("can't be pulled 拉取失败: " + trouble + (detail.empty() ? "" : " (" + detail + ")"));
        } else {
            say("is pulled again 已恢复拉取");
        }
        state_.trouble = trouble;
        state_.trouble_since_ms = trouble.empty() ? 0 : now_ms;
    }
    if (auto remembered = remember(); !remembered && failures_ == 0) say("state not kept 进度未能保存: " + std::string(remembered.error().row().wire));
}

void PullWorker::say(const std::string& text) const {
    if (parts_.log) parts_.log("source " + adapter_->manifest().id + ": " + text);
}

}  // namespace yht::intake
