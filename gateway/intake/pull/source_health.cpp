#include "gateway/intake/pull/source_health.h"

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/intake/admission/arrival.h"

namespace yht::intake {
namespace {

constexpr std::int64_t kHourMillis = 3'600'000;
constexpr std::int64_t kHoursBackMax = 31 * 24;
constexpr int kNightFrom = 22, kNightTo = 7;
constexpr std::uint64_t kOpenCountedMax = 100'000;

/// Fewest items that the hour of that time expects.
std::uint32_t expectedAt(const kit::HealthRules& rules, const ticket::Calendar& calendar, base::UnixMillis at_ms) {
    const int hour = base::toCivil(at_ms, base::kShanghaiOffsetSeconds).hour;
    if (hour >= kNightFrom || hour < kNightTo) return rules.night_hour_min;
    return calendar.isWorkingDay(base::shanghaiDay(at_ms)) ? rules.workday_hour_min : rules.weekend_hour_min;
}

/// Since when hours that expect items have followed each other; `now_ms` where this one expects none.
base::UnixMillis expectingSince(const kit::HealthRules& rules, const HealthInputs& inputs) {
    base::UnixMillis since = inputs.now_ms;
    base::UnixMillis hour = inputs.now_ms - inputs.now_ms % kHourMillis;
    for (std::int64_t i = 0; i < kHoursBackMax && expectedAt(rules, inputs.calendar, hour) > 0; ++i) {
        since = hour;
        hour -= kHourMillis;
    }
    return since;
}

bool isSilent(const SourceHealth& health, const kit::HealthRules& rules, const HealthInputs& inputs) {
    if (rules.silent_after_s == 0) return false;
    const base::UnixMillis expecting = expectingSince(rules, inputs);
    if (expecting == inputs.now_ms) return false;
    const base::UnixMillis last = std::max(health.items.last_item_ms, health.items.known_since_ms);
    // Told before the gateway was started anew: it stays told until something comes.
    if (health.items.alarm == "silent" && last < health.items.alarm_ms) return true;
    return inputs.now_ms - std::max({last, expecting, inputs.started_ms}) >= rules.silent_after_s * 1'000;
}

bool isBlocking(const std::string& trouble) {
    using base::ErrorCode;
    constexpr ErrorCode kCodes[] = {
        ErrorCode::PeerLoginRefused, ErrorCode::PeerUntrusted,  ErrorCode::ConfigInvalid,  ErrorCode::ManifestInvalid,
        ErrorCode::SourceNotOwn,     ErrorCode::PartnerStopped, ErrorCode::StageJointTest, ErrorCode::RightMissing};
    return std::any_of(std::begin(kCodes), std::end(kCodes), [&](ErrorCode code) { return trouble == base::errorRow(code).wire; });
}

bool isLate(const SourceHealth& health, const kit::Manifest& manifest, const HealthInputs& inputs) {
    if (!health.pull.trouble.empty()) {
        const std::int64_t after = std::max(kLateAfterMillis, manifest.pull ? manifest.pull->every_s * 3'000 : 0);
        if (inputs.now_ms - health.pull.trouble_ms >= after) return true;
    }
    return manifest.health.lag_s_max > 0 && health.lag_s > manifest.health.lag_s_max;
}

bool isDegraded(const SourceHealth& health, const kit::HealthRules& rules) {
    const ledger::SourceAccount& today = health.today;
    if (!today.balances()) return true;
    return today.quarantined * 100 > today.received * rules.quarantine_percent_max;
}

/// It counts what came today, repaired or not: the state ends at midnight, or when enough good items have come.
std::string tooManyInQuarantine(const ledger::SourceAccount& today, const kit::HealthRules& rules) {
    const std::string counted = std::to_string(today.quarantined) + "/" + std::to_string(today.received);
    return "items in quarantine 隔离条目过多: " + counted + " today 今日, > " + std::to_string(rules.quarantine_percent_max) + " %";
}

}  // namespace

bool SourceHealth::trouble() const {
    return state != "healthy" && state != "draft" && state != "backfilling";
}

const char* stateZh(std::string_view state) {
    constexpr std::pair<std::string_view, const char*> kStates[] = {
        {"healthy", "正常"}, {"late", "延迟"}, {"silent", "静默"}, {"degraded", "质量下降"}, {"blocked", "受阻"}, {"backfilling", "补取中"}, {"paused", "已暂停"}};
    for (const auto& [name, zh] : kStates) {
        if (name == state) return zh;
    }
    return "草稿";
}

void judge(SourceHealth& health, const kit::Manifest& manifest, const HealthInputs& inputs) {
    using kit::Lifecycle;
    const auto set = [&](const char* state, std::string reason, base::UnixMillis since_ms = 0) {
        health.state = state;
        health.reason = std::move(reason);
        health.since_ms = since_ms;
    };
    const bool takes = manifest.lifecycle == Lifecycle::Live || manifest.lifecycle == Lifecycle::Shadow;
    const PullFacts& pull = health.pull;
    const base::UnixMillis alarm_ms = health.items.alarm_ms;
    if (!takes) return set("draft", kit::lifecycleName(manifest.lifecycle));
    if (health.pause.paused()) return set("paused", health.pause.by + ": " + health.pause.why, health.pause.since_ms);
    const std::string told = pull.trouble_detail.empty() ? pull.trouble : pull.trouble + ": " + pull.trouble_detail;
    if (isBlocking(pull.trouble)) return set("blocked", told, pull.trouble_ms);
    if (isLate(health, manifest, inputs)) return set("late", pull.trouble.empty() ? "lag " + std::to_string(health.lag_s) + " s" : told, pull.trouble_ms);
    if (isSilent(health, manifest.health, inputs)) return set("silent", "no item though some are expected 应有而无", health.items.alarm == "silent" ? alarm_ms : inputs.now_ms);
    if (isDegraded(health, manifest.health)) return set("degraded", health.today.balances() ? tooManyInQuarantine(health.today, manifest.health) : "account does not balance 账目不平");
    if (pull.more) return set("backfilling", "catching up 正在补取");
    set("healthy", pull.trouble.empty() ? "" : told);
}

SourceHealth healthOf(ledger::View& view, const kit::Manifest& manifest, const HealthInputs& inputs) {
    SourceHealth health;
    health.source = manifest.id;
    health.pull = pullFacts(view, manifest.id);
    health.pause = pauseOf(view, manifest.id);
    health.items = itemFacts(view, manifest.id);
    health.grade = keptGrade(view, manifest.id);
    const std::int32_t day = base::shanghaiDay(inputs.now_ms);
    for (const ledger::SourceDay& each : view.sourceDays(day, day)) {
        if (each.source == manifest.id) health.today = each.account;
    }
    health.open_quarantine = view.countOpenQuarantine(manifest.id, kOpenCountedMax);
    health.lag_s = arrivalOf(view, manifest.id).lagSeconds();
    judge(health, manifest, inputs);
    return health;
}

bool noteItems(SourceHealth& health, base::UnixMillis now_ms) {
    ItemFacts facts = health.items;
    const std::int32_t day = base::shanghaiDay(now_ms);
    const std::uint64_t before = facts.day == day ? facts.received : 0;
    if (facts.known_since_ms == 0) facts.known_since_ms = now_ms;
    if (health.today.received > before) facts.last_item_ms = now_ms;
    facts.day = day;
    facts.received = health.today.received;
    if (facts == health.items) return false;
    health.items = facts;
    return true;
}

}  // namespace yht::intake
