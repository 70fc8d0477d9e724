#include "gateway/app/source_health.h"

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/intake/pull/cursor_text.h"
#include "gateway/intake/pull/pulls.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using intake::PullState;
using kit::Manifest;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::uint64_t kQuarantineCountMax = 100'000;
constexpr int kNightFromHour = 22, kNightToHour = 7;
constexpr std::int64_t kSilenceHoursMax = 24LL * kHealthDays;

/// Fewest items that the hour of that moment should have.
std::uint32_t expectedAt(const kit::HealthRules& rules, const ticket::Calendar& calendar, base::UnixMillis at_ms) {
    const int hour = base::toCivil(at_ms, base::kShanghaiOffsetSeconds).hour;
    if (hour >= kNightFromHour || hour < kNightToHour) return rules.night_hour_min;
    return calendar.isWorkingDay(base::shanghaiDay(at_ms)) ? rules.workday_hour_min : rules.weekend_hour_min;
}

/// Time since `from_ms` that lies in hours which expect items: a quiet night is no silence.
std::int64_t expectingMillis(const kit::HealthRules& rules, const ticket::Calendar& calendar, base::UnixMillis from_ms, base::UnixMillis now_ms) {
    std::int64_t total_ms = 0;
    base::UnixMillis at_ms = std::max(from_ms, now_ms - kSilenceHoursMax * kHourMs);
    while (at_ms < now_ms) {
        const base::UnixMillis end_ms = std::min(now_ms, (at_ms / kHourMs + 1) * kHourMs);
        if (expectedAt(rules, calendar, at_ms) > 0) total_ms += end_ms - at_ms;
        at_ms = end_ms;
    }
    return total_ms;
}

bool needsPerson(std::string_view wire) {
    for (const ErrorCode code : {ErrorCode::PeerUntrusted, ErrorCode::PeerLoginRefused, ErrorCode::ConfigInvalid, ErrorCode::ManifestInvalid,
                                 ErrorCode::SourceNotOwn, ErrorCode::PartnerStopped, ErrorCode::RightMissing, ErrorCode::StageJointTest}) {
        if (wire == base::errorRow(code).wire) return true;
    }
    return false;
}

struct Judged {
    SourceState state = SourceState::Healthy;
    std::string reason;
};

Judged judge(const Manifest& manifest, const SourceHealth& health, const PullState& pulled, const std::optional<intake::Pause>& pause,
             const ticket::Calendar& calendar, base::UnixMillis now_ms) {
    if (manifest.lifecycle == kit::Lifecycle::Draft) return {SourceState::Draft, ""};
    if (manifest.lifecycle == kit::Lifecycle::Retired) return {SourceState::Retired, ""};
    if (pause) return {SourceState::Paused, pause->by + ": " + pause->why};
    if (!pulled.trouble.empty()) {
        return {needsPerson(pulled.trouble) ? SourceState::Blocked : SourceState::Degraded, pulled.trouble};
    }
    if (health.today.quarantined * 10 > health.today.received) {
        return {SourceState::Degraded, std::to_string(health.today.quarantined) + "/" + std::to_string(health.today.received) + " quarantined 隔离"};
    }
    const auto& rules = manifest.health;
    if (rules.silent_after_s > 0 && health.last_item_ms > 0) {
        const auto silent_ms = expectingMillis(rules, calendar, health.last_item_ms, now_ms);
        if (silent_ms > rules.silent_after_s * 1000) return {SourceState::Silent, "no items for 无来文 " + std::to_string(silent_ms / 60'000) + " min"};
    }
    if (!manifest.pull) return {};
    const auto late_ms = (rules.lag_s_max > 0 ? rules.lag_s_max : 3 * manifest.pull->every_s) * 1000;
    const bool quiet = intake::quietMillis(*manifest.pull, now_ms) > 0;
    if (!quiet && pulled.last_success_ms > 0 && now_ms - pulled.last_success_ms > late_ms + 60'000) {
        return {SourceState::Late, "last pulled 上次成功 " + base::formatRfc3339(pulled.last_success_ms)};
    }
    const kit::CursorRule* cursor = nullptr;
    if (const auto* http = std::get_if<kit::HttpPull>(&manifest.pull->way)) cursor = http->cursor ? &*http->cursor : nullptr;
    if (const auto* database = std::get_if<kit::DatabasePull>(&manifest.pull->way)) cursor = database->cursor ? &*database->cursor : nullptr;
    const bool moving = pulled.last_item_ms > 0 && now_ms - pulled.last_item_ms < kHourMs;
    if (cursor != nullptr && cursor->kind == kit::CursorRule::Kind::Time && moving) {
        const auto at_ms = intake::cursorMillis(*cursor, pulled.cursor);
        if (at_ms && now_ms - *at_ms > kHourMs) return {SourceState::Backfilling, "cursor 游标 " + pulled.cursor};
    }
    return {};
}

/// Pushed sources: the end of the last day with items, or now where that is today; 0 none.
base::UnixMillis lastItemOf(const std::vector<ledger::SourceDay>& days, base::UnixMillis now_ms) {
    const auto today = base::shanghaiDay(now_ms);
    base::UnixMillis last_ms = 0;
    for (const auto& day : days) {
        if (day.account.received == 0) continue;
        const base::UnixMillis end_ms = (day.day + 1) * 24LL * kHourMs - base::kShanghaiOffsetSeconds * 1000LL;
        last_ms = std::max(last_ms, day.day == today ? now_ms : end_ms);
    }
    return last_ms;
}

}  // namespace

SourceStateWords sourceStateWords(SourceState state) {
    switch (state) {
        case SourceState::Healthy:
            return {"healthy", "正常", false};
        case SourceState::Backfilling:
            return {"backfilling", "补采中", false};
        case SourceState::Late:
            return {"late", "滞后", true};
        case SourceState::Silent:
            return {"silent", "静默", true};
        case SourceState::Degraded:
            return {"degraded", "异常", true};
        case SourceState::Blocked:
            return {"blocked", "受阻", true};
        case SourceState::Paused:
            return {"paused", "暂停", false};
        case SourceState::Draft:
            return {"draft", "草稿", false};
        case SourceState::Retired:
            return {"retired", "停用", false};
    }
    YHT_ASSERT(false);
}

std::vector<SourceHealth> sourceHealth(
    const intake::SourceAdapters& adapters, ledger::View& view, const std::string& state_directory,
    const ticket::Calendar& calendar, base::UnixMillis now_ms
) {
    const auto today = base::shanghaiDay(now_ms);
    std::map<std::string, std::vector<ledger::SourceDay>> days;
    for (auto& day : view.sourceDays(today - kHealthDays + 1, today)) days[day.source].push_back(std::move(day));
    std::vector<SourceHealth> all;
    for (const auto& [id, adapter] : adapters) {
        const Manifest& manifest = adapter->manifest();
        const PullState pulled = manifest.pull ? intake::PullStateFile(state_directory, id).load() : PullState{};
        SourceHealth health;
        health.id = id;
        health.title = manifest.title;
        health.way = manifest.pull ? kit::pullKindName(*manifest.pull) : "pushed";
        health.version = adapter->version();
        health.owner = manifest.owner.unit + (manifest.owner.person.empty() ? "" : " " + manifest.owner.person);
        health.cursor = pulled.cursor;
        health.last_success_ms = pulled.last_success_ms;
        for (const auto& day : days[id]) {
            health.total.add(day.account);
            if (day.day == today) health.today.add(day.account);
        }
        health.last_item_ms = manifest.pull ? pulled.last_item_ms : lastItemOf(days[id], now_ms);
        health.quarantine_open = view.countOpenQuarantine(id, kQuarantineCountMax);
        const auto pause = manifest.pull ? intake::loadPause(state_directory, id) : std::nullopt;
        auto judged = judge(manifest, health, pulled, pause, calendar, now_ms);
        health.state = judged.state;
        health.reason = std::move(judged.reason);
        all.push_back(std::move(health));
    }
    return all;
}

std::string pullStateDirectory(const std::string& ledger_directory) { return ledger_directory + "/pull"; }

}  // namespace yht::app
