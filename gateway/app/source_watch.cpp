#include "gateway/app/source_watch.h"

#include <algorithm>
#include <string_view>

#include "gateway/app/source_grade.h"
#include "gateway/base/background.h"
#include "gateway/base/time_text.h"

namespace yht::app {
namespace {

constexpr const char* kStates[] = {"healthy", "late", "silent", "degraded", "blocked", "backfilling", "paused", "draft"};

/// States that nobody chose: they are told.
bool isAlarm(const std::string& state) {
    constexpr std::string_view kAlarms[] = {"late", "silent", "degraded", "blocked"};
    return std::find(std::begin(kAlarms), std::end(kAlarms), state) != std::end(kAlarms);
}

}  // namespace

SourceWatch::SourceWatch(prometheus::Registry& registry, Parts parts)
    : parts_(std::move(parts)),
      started_ms_(parts_.clock.nowMillis()),
      states_(prometheus::BuildGauge().Name("yht_source_state").Help("1 for the state that the source is in").Register(registry)),
      lags_(prometheus::BuildGauge().Name("yht_source_lag_seconds").Help("From an item's time to its arrival").Register(registry)),
      watcher_([this](const std::stop_token& stop) { repeat(stop, [this] { look(); }); }),
      grader_([this](const std::stop_token& stop) {
          base::workInBackground();
          repeat(stop, [&] { gradeNext([&] { return stop.stop_requested(); }); });
      }) {}

SourceWatch::~SourceWatch() = default;

void SourceWatch::repeat(const std::stop_token& stop, const std::function<void()>& work) {
    std::unique_lock lock(wait_mutex_);
    while (!stop.stop_requested()) {
        lock.unlock();
        work();
        lock.lock();
        stopped_.wait_for(lock, stop, std::chrono::milliseconds(kSourceWatchMillis), [] { return false; });
    }
}

void SourceWatch::look() {
    const std::lock_guard lock(mutex_);
    const auto adapters = parts_.adapters.current();
    auto view = parts_.store.snapshot();
    if (!view.ok()) return;
    for (const auto& [id, adapter] : *adapters) lookAt(**view, adapter->manifest());
}

void SourceWatch::gradeNext(const std::function<bool()>& stopping) {
    const base::UnixMillis now_ms = parts_.clock.nowMillis();
    if (now_ms - started_ms_ < kGradedAfterMillis) return;
    const std::int32_t today = base::shanghaiDay(now_ms);
    const auto adapters = parts_.adapters.current();
    LongReader reader(parts_.store, parts_.clock, stopping);
    for (const auto& [id, adapter] : *adapters) {
        const auto view = reader.view();
        if (!view.ok()) return;
        const intake::KeptGrade kept = intake::keptGrade(**view, id);
        if (kept.day == today && kept.adapter_version == adapter->version()) continue;
        const auto graded = gradeOfSource(parts_.deployment, id, {now_ms, parts_.random, &reader, parts_.deployment});
        if (stopping()) return;
        const intake::KeptGrade grade{graded.ok() ? kit::gradeName(graded->grade) : "?", today, adapter->version()};
        (void)parts_.store.run([&, source = id](ledger::Transaction& transaction) { return intake::keepGrade(transaction, source, grade); });
        return;
    }
}

void SourceWatch::lookAt(ledger::View& view, const kit::Manifest& manifest) {
    const base::UnixMillis now_ms = parts_.clock.nowMillis();
    const intake::HealthInputs inputs{now_ms, started_ms_, parts_.calendar};
    intake::SourceHealth health = intake::healthOf(view, manifest, inputs);
    bool changed = intake::noteItems(health, now_ms);
    if (changed) intake::judge(health, manifest, inputs);
    const std::string alarm = isAlarm(health.state) ? health.state : "";
    if (alarm != health.items.alarm) {
        changed = true;
        if (!alarm.empty()) {
            parts_.log("source " + manifest.id + ": " + alarm + " " + intake::stateZh(alarm) + (health.reason.empty() ? "" : ": " + health.reason));
        } else {
            parts_.log("source " + manifest.id + ": no longer " + health.items.alarm + " 已恢复, " + health.state);
        }
        health.items.alarm = alarm;
        health.items.alarm_ms = alarm.empty() ? 0 : now_ms;
    }
    show(health);
    if (!changed) return;
    // What can't be written now is found again at the next look.
    (void)parts_.store.run([&](ledger::Transaction& transaction) { return intake::keepItemFacts(transaction, manifest.id, health.items); });
}

void SourceWatch::show(const intake::SourceHealth& health) {
    for (const char* state : kStates) states_.Add({{"source", health.source}, {"state", state}}).Set(health.state == state ? 1 : 0);
    if (health.lag_s >= 0) lags_.Add({{"source", health.source}}).Set(static_cast<double>(health.lag_s));
}

}  // namespace yht::app
